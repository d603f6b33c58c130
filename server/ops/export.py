"""Export: the text and the argument as Markdown, or everything as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import orjson

from domain.agreement import Agreement
from domain.ids import is_id
from domain.refusals import Code, Refusal
from projections.conflict_history import objection_row
from projections.current_terms import term_row
from projections.rows import Row
from server.deciding.aggregates import Aggregates
from server.log.database import Database, is_set_up


def exported(database: Database, agreement_id: str, form: str) -> str:
    """The agreement as a document; `not_found` when there is no such agreement."""
    if not (is_set_up(database) and is_id(agreement_id) and database.log.version(UUID(agreement_id))):
        raise Refusal(Code.NOT_FOUND, "There is no such agreement in this database.", "Check its id and the database.")
    if form == "json":
        events = database.log.events(UUID(agreement_id))
        return orjson.dumps({"events": [orjson.loads(each.state) for each in events]}).decode() + "\n"
    agreement = Aggregates(database.log).load(agreement_id)
    if not isinstance(agreement, Agreement):
        raise Refusal(Code.NOT_FOUND, "This is the id of a partnership.", "Name one of its agreements.")
    lines = [f"# {agreement.title}", ""]
    for term in _in_order(term_row(agreement, each) for each in agreement.terms):
        if term.shown:
            lines += [*_term(term.body), ""]
    conflicts = _in_order(objection_row(agreement, each) for each in agreement.objections)
    if conflicts:
        lines += ["# Appendix: the argument", ""]
        for each in (row.body for row in conflicts):
            lines += [f"- **{each['ground']}** ({each['severity']}, {each['state']}): {each['text']}"]
            lines += [f"  - {answer['text']}" for answer in each["answers"]]
    return "\n".join(lines).rstrip("\n") + "\n"


def _in_order(rows: Iterable[Row | None]) -> list[Row]:
    """Rows made from the log itself: the read models of a node at work may still lack the newest."""
    return sorted((each for each in rows if each), key=lambda each: each.sort)


def _term(term: dict[str, Any]) -> list[str]:
    return [f"## {term['heading']}", *(["", term["text"]] if term["text"] else [])]
