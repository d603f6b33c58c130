"""What does each side need, how far is it understood, and which clauses serve it?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, select

from domain.needs import state_of
from domain.partnership import Partnership
from domain.words import AgreementStatus, Understanding
from projections import as_of, tables
from projections.rows import Row, by_version

Body = dict[str, Any]


class Served(NamedTuple):
    """A clause that serves a need. is_agreed: it has agreed words."""

    agreement_id: str
    term_id: str
    is_agreed: bool


Serving = Mapping[str, Sequence[Served]]
"""The clauses that serve each need, by its id: those that stand in the text of an agreement that has not ended."""


def need_row(partnership: Partnership, need_id: str) -> Row:
    """The row of a need, but for what agreements say of it; shown while it was not withdrawn."""
    need = partnership.needs[need_id]  # type: ignore[index]
    return Row(
        by_version(need.version),
        need.understanding != Understanding.WITHDRAWN,
        {
            "need_id": need.need_id,
            "party_id": need.party_id,
            "member_id": need.member_id,
            "text": need.text,
            "why": need.why,
            "understanding": need.understanding,
            "outcome": need.outcome,
            "note": need.note,
            "restatement": need.restatement and asdict(need.restatement),
            "correction": need.correction,
            "reason": need.reason,
            "disclosed_at": need.disclosed_at,
            "changed_at": need.changed_at,
            "version": need.version,
            "history": [asdict(each) for each in need.history],
        },
    )


def with_what_serves(need: Body, serving: Serving) -> Body:
    """A need with the clauses that serve it, and the state that follows."""
    found = serving.get(need["need_id"], ())
    state = state_of(need["understanding"], need["outcome"], is_served=any(each.is_agreed for each in found))
    serves = [{"agreement_id": each.agreement_id, "term_id": each.term_id} for each in found]
    return need | {"state": state, "serves": serves}


def serving(connection: Connection, partnership_id: str, before: str | None = None) -> Serving:
    """What serves which need now, or as it stood right before a moment, as times are written."""
    found: dict[str, list[Served]] = {}
    terms = tables.terms
    for header in as_of.agreements_of(connection, partnership_id):
        agreement_id = header["agreement_id"]
        moment = None
        if before is not None:
            moment = as_of.version_before(connection, agreement_id, before)
            then = as_of.one(connection, tables.headers, agreement_id, "", moment)
            header = then or {"status": AgreementStatus.ABANDONED}
        if header["status"] == AgreementStatus.ABANDONED:
            continue
        rows = select(terms.c.body).where(
            terms.c.stream == agreement_id, terms.c.linked == 1, terms.c.shown == 1, as_of.held(terms, moment)
        )
        for (body,) in connection.execute(rows.order_by(terms.c.sort)):
            add_served(found, agreement_id, orjson.loads(body))
    return found


def served_by(agreements: Iterable[tuple[Body, Sequence[Body]]]) -> Serving:
    """The same from agreements at hand: each with its header and its terms in order."""
    found: dict[str, list[Served]] = {}
    for header, terms in agreements:
        if header["status"] != AgreementStatus.ABANDONED:
            for term in terms:
                add_served(found, header["agreement_id"], term)
    return found


def add_served(found: dict[str, list[Served]], agreement_id: str, term: Body) -> None:
    for need_id in term["need_ids"]:
        found.setdefault(need_id, []).append(Served(agreement_id, term["term_id"], term["version"] > 0))
