"""A document as Markdown and as tables: what leaves the house, and comes back the same."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from domain.words import TermStatus
from projections.documents import moment
from server.texts import markup
from server.texts.html import FACTS, MARK, TEXT
from server.texts.no_text import APPENDIX, CHANGE_OFFERED, LAST_AGREED, LEFT_OPEN, NOT_AGREED, OFFERED
from server.texts.written_values import written_value

Body = dict[str, Any]
Names = Mapping[str | None, str]


def markdown_of(document: Body) -> str:
    """A document's Markdown. What is no text of the agreement stands between marks, or in the appendix."""
    return "\n\n".join(_parts(document)) + "\n"


def _parts(document: Body) -> Iterator[str]:
    yield f"# {markup.heading(document['title'])}"
    yield _mark(FACTS)
    yield f"Between {' and '.join(markup.one_line(each['name']) for each in document['parties'])}."
    yield f"{document['state'][:1].upper()}{document['state'][1:]}."
    yield f"As it stood after event {document['version']} of its log."
    headings = {each["term_id"]: markup.one_line(each["heading"]) for each in document["terms"]}
    if is_open := [headings[each["term_id"]] for each in document["terms"] if each["status"] in _NOT_AGREED]:
        yield f"Not agreed: {'; '.join(is_open)}."
    for each in document["deferred"]:
        yield f"Left open, to be reviewed by {moment(each['until'])}: {headings[each['term_id']]}."
    yield _mark(TEXT)
    notes = notes_of(document)
    for term in document["terms"]:
        yield markup.term(term["heading"], term["text"], term["value"])
        if term["term_id"] in notes:
            yield _mark(FACTS)
            yield f"*{notes[term['term_id']]}*"
            yield _mark(TEXT)
    if document["signatures"]:
        yield _mark(FACTS)
        yield "## Signatures"
        yield from (_signature(each) for each in document["signatures"])
        yield f"Fingerprint of the whole text (SHA-256): `{document['fingerprint']}`"
        yield _mark(TEXT)
    if document["conflicts"] or document["proposals"] or document["needs"]:
        yield f"# {APPENDIX}"
        names = {each["party_id"]: each["name"] for each in document["parties"]}
        headings = {each["term_id"]: each["heading"] for each in document["terms"]}
        cited = _Cited(document, names)
        yield from cited.served(document["terms"])
        for offer in document["proposals"]:
            yield from _offered(offer, names, headings, cited)
        for conflict in document["conflicts"]:
            yield from _argued(conflict, names, headings, cited)


class _Cited:
    """The needs that clauses serve, and what offers and objections name besides."""

    def __init__(self, document: Body, names: Mapping[str, str]) -> None:
        self._names = names
        self._needs = {each["need_id"]: each for each in document["needs"]}
        self._principles = {each["intention_id"]: each for each in document["principles"]}

    def served(self, terms: Sequence[Body]) -> Iterator[str]:
        """Each need with the clauses that serve it."""
        for need_id, need in self._needs.items():
            serving = [each for each in terms if need_id in each["need_ids"]]
            if serving:
                yield f"## What {_name(self._names, need)} needs"
                yield markup.blocks(need["text"])
                if need["why"]:
                    yield "Because:"
                    yield markup.blocks(need["why"])
                yield f"Served by {'; '.join(markup.one_line(each['heading']) for each in serving)}."

    def needs(self, need_ids: Iterable[str | None], says: str) -> Iterator[str]:
        for need in filter(None, map(self._needs.get, need_ids)):
            yield says.format(_name(self._names, need))
            yield markup.blocks(need["text"])

    def principle(self, intention_id: str | None) -> Iterator[str]:
        if principle := self._principles.get(intention_id):
            yield "It cites the principle of both:"
            yield markup.blocks(principle["text"])


def notes_of(document: Body, *, has_appendix: bool = True) -> dict[str, str]:
    """What a reader has to know of clauses, by their ids. has_appendix: whether one follows with what is offered."""
    offered = {item["term_id"] for offer in document["proposals"] for item in offer["items"]}
    found = {
        each["term_id"]: " ".join(_notes(each, each["term_id"] in offered, has_appendix)) for each in document["terms"]
    }
    return {term_id: notes for term_id, notes in found.items() if notes}


def _notes(term: Body, is_offered: bool, has_appendix: bool) -> Iterator[str]:
    """What a reader has to know of a clause where it stands."""
    words = ""
    if term["status"] in _NOT_AGREED:
        words = LAST_AGREED if term["version"] else NOT_AGREED
    elif is_offered:
        words = CHANGE_OFFERED
    if words:
        yield f"{words}; {OFFERED}." if is_offered and has_appendix else f"{words}."
    if term["status"] == TermStatus.DEFERRED:
        yield f"{LEFT_OPEN}."
    for mark in term["marks"]:
        yield f"Marked: {_said(mark)}."


def _offered(offer: Body, names: Mapping[str, str], headings: Mapping[str, str], cited: _Cited) -> Iterator[str]:
    """The words of an offer that nobody has agreed to yet."""
    yield f"## Offered by {_name(names, offer)}, not agreed"
    if offer["rationale"]:
        yield markup.blocks(offer["rationale"])
    yield from cited.needs(offer["need_ids"], "For what {} needs:")
    for item in offer["items"]:
        heading = item.get("heading") or headings.get(item["term_id"], "a clause")
        yield f"### {_OPS[item['op']]}: {markup.one_line(heading)}"
        if item.get("text"):
            yield markup.blocks(item["text"])
        if item.get("value"):
            yield markup.fenced(written_value(item["value"]))


_OPS = {"add": "To be added", "revise": "To be changed", "move": "To be moved", "remove": "To be removed"}
_NOT_AGREED = (TermStatus.OPEN, TermStatus.PARKED)


def _mark(says: str) -> str:
    return f"<!-- {MARK} {says} -->"


def _signature(signed: Body) -> str:
    name, party = markup.one_line(signed["name"]), markup.one_line(signed["party"])
    return f"- {name} for {party}, as {signed['mandate']}, {moment(signed['at'])}"


def _argued(conflict: Body, names: Mapping[str, str], headings: Mapping[str, str], cited: _Cited) -> Iterator[str]:
    on = " · ".join(markup.one_line(headings.get(each, "a clause that is gone")) for each in conflict["term_ids"])
    ended = f"{conflict['severity']}, {_said(conflict['state'])}"
    yield f"## Objection on {on or 'the text'}: {conflict['ground']} ({ended})"
    yield f"Raised by {_name(names, conflict)}, {moment(conflict['raised_at'])}:"
    yield markup.blocks(conflict["text"])
    yield from cited.needs([conflict["need_id"]], "It cites what {} needs:")
    yield from cited.principle(conflict["principle_id"])
    if conflict["would_accept"]:
        yield "It would accept:"
        yield markup.blocks(conflict["would_accept"])
    for answer in conflict["answers"]:
        yield f"{_name(names, answer)} answered:"
        yield markup.blocks(answer["text"])
    if resolution := conflict["resolution"]:
        yield f"{_name(names, resolution)} offered as a resolution ({_said(resolution['kind'])}):"
        yield markup.blocks(resolution["text"])
    if conflict["ended_at"]:
        yield f"Ended {moment(conflict['ended_at'])}: {_said(conflict['state'])}."


def _name(names: Mapping[str, str], of: Body) -> str:
    return markup.one_line(names.get(of["party_id"], "A party"))


def _said(word: str) -> str:
    return word.replace("_", " ")


# Tables.


def terms_table(terms: Sequence[Body]) -> str:
    """The terms with their values, a row each."""
    names = ("position", "heading", "text", "status", "version", "marks", "value")
    rows = ([each[name] for name in names[:5]] + [" ".join(each["marks"]), _value(each["value"])] for each in terms)
    return _table(names, rows)


def consents_table(
    consents: Sequence[Body],
    *,
    is_in_force: bool,
    headings: Mapping[str, str],
    names: Names,
    has_conditions: bool = False,
) -> str:
    """Who consented to which words, when, under which mandate, a row for each. Signatures that do not bind yet are not
    in it. has_conditions: acceptances that depend on one are, with it, when it was due, and what became of it."""
    columns = (
        "at",
        "act",
        "party",
        "member",
        "mandate",
        "term",
        "version",
        "fingerprint",
        "event_version",
        "voided_by",
    )
    more = ("condition", "due", "became") if has_conditions else ()
    return _table(
        (*columns, *more),
        (
            [
                each["at"],
                _act(each),
                names.get(each["party_id"]) or each["party_id"],
                names.get(each["member_id"]) or each["member_id"],
                each["mandate"],
                headings.get(each["term_id"], each["term_id"]) if each["term_id"] else "the whole text",
                each["version"],
                each["fingerprint"],
                each["event_version"],
                each["voided_by"],
                *(each.get(name) for name in more),
            ]
            for each in consents
            if each["act"] != "ratified" or each["voided_by"] or is_in_force
        ),
    )


def _act(consent: Body) -> str:
    """What was done, in words that do not look like a signature where none binds."""
    if consent["act"] == "conditional":
        return "accepted subject to a condition"
    if consent["act"] != "ratified":
        return str(consent["act"])
    return "signature, void" if consent["voided_by"] else "signature, in force"


def conflicts_table(conflicts: Sequence[Body], headings: Mapping[str, str], names: Names) -> str:
    """How each objection came up and ended, a row each."""
    columns = (
        "raised_at", "ended_at", "party", "ground", "severity", "state", "terms", "text", "would_accept", "answers",
        "resolution_kind", "resolution", "led_to",
    )  # fmt: skip

    def row(each: Body) -> list[Any]:
        resolution = each["resolution"] or {"kind": None, "text": None}
        answers = "\n\n".join(f"{names.get(a['party_id']) or a['party_id']}: {a['text']}" for a in each["answers"])
        return [
            each["raised_at"],
            each["ended_at"],
            names.get(each["party_id"]) or each["party_id"],
            each["ground"],
            each["severity"],
            each["state"],
            "\n".join(headings.get(term_id, term_id) for term_id in each["term_ids"]),
            each["text"],
            each["would_accept"],
            answers,
            resolution["kind"],
            resolution["text"],
            "\n".join(f"{headings.get(b['term_id'], b['term_id'])} v{b['version']}" for b in each["led_to"]),
        ]

    return _table(columns, (row(each) for each in conflicts))


def _table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """CSV (RFC 4180), with the mark by which spreadsheets know UTF-8."""
    written = io.StringIO()
    write = csv.writer(written)
    write.writerow(columns)
    write.writerows([_cell(each) for each in row] for row in rows)
    return "\ufeff" + written.getvalue()


_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def _cell(given: Any) -> str:
    """A cell that a spreadsheet shows and does not run: what begins like a formula has an apostrophe before it."""
    text = "" if given is None else str(given)
    return f"'{text}" if _runs(text) and not _NUMBER.fullmatch(text) else text


def _runs(text: str) -> bool:
    """Whether a spreadsheet might: also where what begins a formula stands behind signs that nobody sees, or is as wide
    as a Chinese one."""
    if text[:1] in ("\t", "\r"):
        return True
    seen = next((each for each in text if unicodedata.category(each) not in _UNSEEN), "")
    return unicodedata.normalize("NFKC", seen) in _FORMULAS


_FORMULAS = frozenset("=+-@")
_UNSEEN = ("Cc", "Cf", "Zs", "Zl", "Zp")


def _value(value: Body | None) -> str | None:
    return written_value(value).replace("\n", "; ") if value else None
