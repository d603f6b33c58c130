"""Export: the text and the argument as Markdown, or everything as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import orjson

from domain.agreement import Agreement
from domain.ids import is_id
from domain.partnership import Partnership
from domain.refusals import Code, Refusal
from domain.words import LIVE
from projections.conflict_history import objection_row
from projections.current_terms import term_row
from projections.documents import document_of
from projections.headers import header_row
from projections.needs_board import need_row
from projections.open_proposals import proposal_row
from projections.rows import Row
from projections.shapes import DOCUMENT, in_places
from projections.shared_future import intention_row
from server.deciding.aggregates import Aggregates
from server.log.database import Database, is_set_up
from server.people.directories import names_of
from server.people.identity import Identity
from server.texts.document import markdown_of


def exported(database: Database, agreement_id: str, form: str) -> str:
    """The agreement as a document; `not_found` when there is no such agreement."""
    if not (is_set_up(database) and is_id(agreement_id) and database.log.version(UUID(agreement_id))):
        raise Refusal(Code.NOT_FOUND, "There is no such agreement in this database.", "Check its id and the database.")
    document = _document(database, agreement_id)
    if form == "json":
        events = database.log.events(UUID(agreement_id))
        everything = document | {"events": [orjson.loads(each.state) for each in events]}
        return orjson.dumps(everything).decode() + "\n"
    return markdown_of(document)


def _document(database: Database, agreement_id: str) -> dict[str, Any]:
    """Made from the log itself: the read models of a node at work may still lack the newest."""
    aggregates = Aggregates(database.log)
    agreement = aggregates.load(agreement_id)
    if not isinstance(agreement, Agreement):
        raise Refusal(Code.NOT_FOUND, "This is the id of a partnership.", "Name one of its agreements.")
    partnership = aggregates.load(agreement.partnership_id)
    assert isinstance(partnership, Partnership)
    names = names_of(partnership, Identity(database.beside).names(agreement.partnership_id))
    terms = [row.body for row in _in_order(term_row(agreement, each) for each in agreement.terms) if row.shown]
    conflicts = [row.body for row in _in_order(objection_row(agreement, each) for each in agreement.objections)]
    header = header_row(agreement).body
    rows = _in_order(proposal_row(agreement, each) for each in agreement.proposals)
    offers = [row.body for row in rows if row.body["state"] in LIVE]
    needs = [row.body for row in _in_order(need_row(partnership, each) for each in partnership.needs)]
    intentions = [row.body for row in _in_order(intention_row(partnership, each) for each in partnership.intentions)]
    return DOCUMENT.of(
        document_of(
            header,
            in_places(terms),
            offers,
            conflicts,
            agreement.version,
            agreement.text_fingerprint(),
            names,
            needs,
            intentions,
        )
    )


def _in_order(rows: Iterable[Row | None]) -> list[Row]:
    return sorted((each for each in rows if each), key=lambda each: each.sort)
