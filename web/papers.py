"""What papers say: the agreement as a text to be kept, and a briefing on it, as data that only has to be laid out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from domain.words import AgreementStatus, Severity
from projections.documents import moment
from web import history_words as words
from web.history import HistoryReader, OnTable, Said
from web.room_words import GROUNDS
from web.snippet import first_words
from web.templates import until
from web.view import Body
from web.wording import gettext

_NUMBER = re.compile(r"([0-9]+(?:\.[0-9]+)*)\.?(?:\s+|$)")


def _plain(said: str) -> str:
    """A sentence of the catalogue as plain text."""
    return Markup(said).unescape()


def _lines(text: str) -> list[str]:
    return [each for each in text.split("\n") if each.strip()]


def _paragraphs(text: str | None) -> list[list[str]]:
    """The lines of each paragraph."""
    parted = re.split(r"\n[ \t]*\n", (text or "").strip())
    return [each.split("\n") for each in parted if each.strip()]


def clauses(terms: Sequence[Body], shown: Callable[[Body], str], deepest: int = 6) -> Iterator[Body]:
    """Each clause with the level of its heading: as deep as its number says, and never more than one below the last, as
    PDF/UA has it (ISO 14289-1, 7.4.2)."""
    level = 2
    for term in terms:
        number = _NUMBER.match(term["heading"])
        wanted = 3 + (number[1].count(".") if number else 0)
        level = max(3, min(wanted, level + 1, deepest))
        yield {
            "level": level,
            "heading": term["heading"],
            "paragraphs": _paragraphs(term["text"]),
            "value": shown(term["value"]) if term["value"] else None,
            "note": None,
        }


def document(found: Body, at: str, shown: Callable[[Body], str], notes: Mapping[str, str]) -> Body:
    """The agreement as a document, of the document's reading. at: when its last event was; notes: by the id of a
    clause, what a reader has to know of it. Nothing in it looks signed before it is in force."""
    in_force = found["status"] == AgreementStatus.IN_FORCE
    after = gettext("As it stood after event %(version)s of its log, %(at)s.", version=found["version"], at=moment(at))
    text = [
        {**clause, "note": notes.get(term["term_id"])}
        for term, clause in zip(found["terms"], clauses(found["terms"], shown), strict=True)
    ]
    left_open = [
        gettext(
            "Left open, to be reviewed by %(day)s: %(clause)s.",
            day=moment(each["until"]),
            clause=next(term["heading"] for term in found["terms"] if term["term_id"] == each["term_id"]),
        )
        for each in found["deferred"]
    ]
    return {
        "title": found["title"],
        "parties": [each["name"] for each in found["parties"]],
        "between": _plain(_between([each["name"] for each in found["parties"]])),
        "state": f"{found['state'][:1].upper()}{found['state'][1:]}.",
        "warning": None if in_force else _plain(gettext("Not in force")),
        "after": _plain(after),
        "stood": _plain(gettext("After event %(version)s, %(at)s", version=found["version"], at=moment(at))),
        "notes": [_plain(each) for each in left_open],
        "clauses": text,
        "signatures": [
            [each["name"], each["party"], each["mandate"], moment(each["at"])] for each in found["signatures"]
        ],
        "fingerprint": found["fingerprint"],
        "labels": {
            "text": _plain(gettext("The text")),
            "signatures": _plain(gettext("Signatures")),
            "signed": [_plain(gettext(each)) for each in ("Name", "For", "Mandate", "When")],
            "fingerprint": _plain(gettext("Fingerprint of the whole text (SHA-256):")),
        },
    }


def _between(names: Sequence[str]) -> str:
    return gettext("Between %(first)s and %(second)s.", first=names[0], second=names[1])


def briefing(view: HistoryReader, moments: Sequence[Body]) -> Body:
    """What the page of the history says, for a paper that is read in ten minutes. moments: of the events that its
    sentences rest on."""
    past = view.past
    stood = gettext("After event %(version)s, %(at)s", version=past.version, at=moment(past.at))
    in_force = past.header["status"] == AgreementStatus.IN_FORCE
    return {
        "title": past.header["title"],
        "parties": [str(view.party(each)) for each in view.parties],
        "between": _plain(_between([view.party(each) for each in view.parties])),
        "warning": None if in_force else _plain(gettext("Not in force")),
        "after": _plain(
            gettext("As it stood after event %(version)s of its log, %(at)s.", version=past.version, at=moment(past.at))
        ),
        "stood": _plain(stood),
        "stands": [_said(each) for each in view.where_it_stands()],
        "open": [
            {"side": view.side(party), "party": str(view.party(party)), "waits": list(_waits(view, party))}
            for party in view.parties
        ],
        "due": [
            ": ".join(filter(None, (until(day), _plain(gettext(what)), _listed(view, term_ids))))
            for day, what, term_ids in view.due
        ],
        "clauses_open": [_open(view, term, offers) for term, offers in view.open_clauses],
        "values": [list(_value_row(view, each)) for each in view.values],
        "objections": [
            *(_objection(view, each) for each in past.objections),
            *(_setback(view, each) for each in past.setbacks),
        ],
        "needs": [
            {
                "side": view.side(need["party_id"]),
                "party": str(view.party(need["party_id"])),
                "text": _paragraphs(need["text"]),
                "outcome": _plain(
                    gettext(
                        "served by %(clauses)s; %(outcome)s",
                        clauses=_listed(view, [each["term_id"] for each in terms]),
                        outcome=gettext(view.outcome(need)),
                    )
                ),
            }
            for need, terms in view.served
        ],
        "clauses": list(clauses(view.agreed, view.figures, deepest=4)),
        "moments": [
            {"version": str(each["event_version"]), "said": view.sentence(each), "at": moment(each["at"])}
            for each in moments
        ],
        "labels": {
            "stands": _plain(gettext("Where it stands")),
            "open": _plain(gettext("What is still open, and whose turn it is")),
            "due": _plain(gettext("Dates that fall due")),
            "agreed": _plain(gettext("What was agreed")),
            "values": _plain(gettext("Figures and dates")),
            "columns": [
                _plain(gettext("Clause")),
                *(_plain(gettext("%(party)s offered first", party=view.party(each))) for each in view.parties),
                _plain(gettext("Agreed")),
            ],
            "hard": _plain(gettext("Where it was hard")),
            "needs": _plain(gettext("Which needs it serves")),
            "rests": _plain(gettext("The events that this rests on")),
        },
    }


def rests_on(view: HistoryReader) -> list[int]:
    """The versions of the events that a briefing's sentences rest on, in order."""
    of_objections = [each["version"] for each in view.past.objections]
    back = [each["event_version"] for each in view.past.setbacks]
    return sorted({each for said in view.where_it_stands() for each in said.events} | {*of_objections, *back})


def _said(each: Said) -> Body:
    return {"words": _plain(each.words), "events": [str(version) for version in each.events]}


def _listed(view: HistoryReader, term_ids: Sequence[str]) -> str:
    return ", ".join(view.heading(each) for each in term_ids)


def _waits(view: HistoryReader, party: str) -> Iterator[str]:
    for what, term_ids in view.waits_for(party):
        on = f": {_listed(view, term_ids)}" if term_ids else ""
        yield f"{_plain(gettext(what))}{on}"
    if not view.waits_for(party):
        yield _plain(gettext("Nothing waits for them."))


def _open(view: HistoryReader, term: Body, offers: Sequence[OnTable]) -> Body:
    waits = [gettext("waits for %(party)s", party=view.party(each)) for each in view.waits_on.get(term["term_id"], ())]
    told = []
    for each in offers:
        made = gettext(words.OFFERS[each.item["op"]], member=view.who(each.proposal))
        value = view.figures(each.item["value"]) if each.value else ""
        told.append(_lines(" ".join(filter(None, (_plain(made), first_words(each.item.get("text") or ""), value)))))
        if condition := each.proposal["condition"]:
            told.append(_lines(f"{_plain(gettext('Subject to:'))} {condition['text']}"))
    for kind, asked in view.asked(term):
        said = gettext(words.ASKED[kind], until=until(asked["until"]), reason=asked["reason"])
        told.append(_lines(f"{view.party(asked['party_id'])}: {_plain(said)}"))
    return {
        "heading": view.heading(term["term_id"]),
        "state": ", ".join(_plain(each) for each in (gettext(view.state(term)), *waits)),
        "offers": told,
    }


def _value_row(view: HistoryReader, each: Any) -> Iterator[str]:
    yield each.term["heading"]
    for party in view.parties:
        yield view.figures(each.first[party]) if party in each.first else "–"
    yield view.figures(each.agreed) if each.agreed else _plain(gettext("not yet"))


def _objection(view: HistoryReader, each: Body) -> Body:
    blocking = f", {_plain(gettext('blocking'))}" if each["severity"] == Severity.BLOCKING else ""
    need, more = view.need(each["need_id"]), []
    if need:
        more.append((_plain(gettext("%(party)s needs:", party=view.party(need["party_id"]))), need["text"]))
    if each["principle_id"]:
        more.append((_plain(gettext("It cites a guiding principle of both.")), ""))
    if each["would_accept"]:
        more.append((_plain(gettext("Acceptable if:")), each["would_accept"]))
    more += [(f"{_plain(view.who(answer))}:", answer["text"]) for answer in each["answers"]]
    if resolution := each["resolution"]:
        told = gettext("%(member)s offered to settle it:", member=view.who(resolution))
        more.append((_plain(told), resolution["text"]))
    return {
        "side": view.side(each["party_id"]),
        "who": _plain(view.who(each)),
        "about": f"{_plain(gettext(GROUNDS[each['ground']]))}{blocking} · {_listed(view, each['term_ids'])}",
        "events": [str(each["version"])],
        "text": _paragraphs(each["text"]),
        "more": [(label, _paragraphs(said) or [[""]]) for label, said in more],
        "ended": " ".join(said.striptags() for said in view.ended(each)),
    }


def _setback(view: HistoryReader, moment: Body) -> Body:
    return {
        "side": view.side(moment["party_id"]),
        "who": _plain(view.who(moment)),
        "about": view.sentence(moment),
        "events": [str(moment["event_version"])],
        "text": _paragraphs(view.said(moment)),
        "more": [],
        "ended": None,
    }
