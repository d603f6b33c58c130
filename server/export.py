"""Export: the text and the argument as Markdown, or everything as JSON."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson

from domain.ids import is_id
from domain.refusals import Code, Refusal
from projections import as_of, tables
from server.database import Database, is_set_up


def exported(database: Database, agreement_id: str, form: str) -> str:
    """The agreement as a document; `not_found` when there is no such agreement."""
    if not (is_set_up(database) and is_id(agreement_id) and database.log.version(UUID(agreement_id))):
        raise Refusal(Code.NOT_FOUND, "There is no such agreement in this database.", "Check its id and the database.")
    if form == "json":
        events = database.log.events(UUID(agreement_id))
        return orjson.dumps({"events": [orjson.loads(each.state) for each in events]}).decode() + "\n"
    with database.models.connect() as connection, connection.begin():
        header = as_of.one(connection, tables.headers, agreement_id, "") or {}
        terms = as_of.standing(connection, tables.terms, agreement_id)
        conflicts = as_of.ever(connection, tables.objections, agreement_id)
    lines = [f"# {header['title']}", ""]
    for term in terms:
        lines += [*_term(term), ""]
    if conflicts:
        lines += ["# Appendix: the argument", ""]
        for each in conflicts:
            lines += [f"- **{each['ground']}** ({each['severity']}, {each['state']}): {each['text']}"]
            lines += [f"  - {answer['text']}" for answer in each["answers"]]
    return "\n".join(lines).rstrip("\n") + "\n"


def _term(term: dict[str, Any]) -> list[str]:
    return [f"## {term['heading']}", *(["", term["text"]] if term["text"] else [])]
