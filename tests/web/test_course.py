"""The course of a negotiation as a picture, with the objections that stood, and both parties' offers as two lines."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from domain.times import moment_of, written
from domain.words import NOT_ENDED, Severity
from projections.course import Conflict, Drawn, conflicts, course
from projections.history import Past
from projections.offered import Offered, first_offers, offers
from tests.negotiations import PARTIES
from tests.projections.test_as_of import folded
from tests.web.test_history import known, settled
from web.meeting import Meeting, meetings
from web.picture import Picture, quiet_of, without

__all__ = ["known", "settled"]
SIDES: Mapping[str, str] = dict(zip(PARTIES, "ab", strict=True))
A, B = PARTIES


def test_the_objections_that_stood_are_those_of_the_fold(known: Any) -> None:
    events, connection = known
    past = Past.load(connection, str(events[0].originator_id))
    assert past
    found = conflicts(connection, past)
    assert any(each.ended for each in found)
    assert any(each.is_blocking for each in found) or len(found) < 3
    for version in range(1, len(events) + 1, 5):
        fold = folded(events[:version])
        stood = [each for each in found if each.raised <= version < (each.ended or len(events) + 1)]
        of_fold = [each for each in fold.objections.values() if each.state in NOT_ENDED]
        assert len(stood) == len(of_fold)
        assert sum(each.is_blocking for each in stood) == sum(each.severity == Severity.BLOCKING for each in of_fold)
        then = Past.load(connection, past.agreement_id, version)
        assert then
        assert sum(each.ended is None for each in conflicts(connection, then)) == len(stood), "as it stood then"


def test_every_value_that_was_offered_is_there_and_the_first_of_each_party(known: Any) -> None:
    events, connection = known
    agreement_id = str(events[0].originator_id)
    wanted = [
        Offered(event.originator_version, item["term_id"], event.actor.party_id, item["value"])
        for event in events
        if event.TOPIC == "ProposalMade"
        for item in event.items
        if item.get("value") and item["value"]["kind"] != "none"
    ]
    assert wanted or len(events) < 100, "the test has something to find"
    for version in (len(events), len(events) // 2):
        then = sorted((each for each in wanted if each.version <= version), key=lambda each: each[:2])
        assert offers(connection, agreement_id, version) == then
        first: dict[tuple[str, str], Offered] = {}
        for each in then:
            first.setdefault((each.term_id, each.party_id), each)
        found = first_offers(connection, agreement_id, version)
        assert sorted(found, key=lambda each: each[:3]) == sorted(first.values(), key=lambda each: each[:3])


def drawn(marks: list[Drawn], **more: Any) -> str:
    return str(Picture(marks, {"t": "1 Price", "u": "2 Term"}, SIDES, **more).drawn())


def mark(
    version: int, kind: str, on: int | None = None, party: str | None = A, days: float = 0, of: str = "t"
) -> Drawn:
    at = written(moment_of("2026-03-02T09:00:00.000000Z") + timedelta(days=days))
    return Drawn(version, at, kind, party, [of], on, f"Event {version}")


def heights(svg: str) -> dict[int, float]:
    """How high the marks that are circles or squares stand, by version."""
    found = re.findall(r'as_of=(\d+)#[^>]*><(?:circle cx="[\d.]+" cy|rect x="[\d.]+" y)="([\d.]+)"', svg)
    return {int(version): float(y) for version, y in found}


def test_what_answers_stands_above_what_it_answers() -> None:
    svg = drawn([mark(1, "proposal"), mark(2, "proposal", on=1, party=B), mark(3, "proposal", on=2)])
    y = heights(svg)
    assert y[1] > y[2] > y[3], "upwards is less"
    assert svg.count('class="bears"') == 2
    assert svg.count("<circle") == 2
    assert svg.count("<rect") == 1, "parties are told apart by shape"


def test_a_long_quiet_is_folded_and_told() -> None:
    busy = [mark(n, "proposal", days=n / 100, of="tu"[n % 2], party=PARTIES[n % 2]) for n in range(1, 10)]
    assert 'class="fold"' not in drawn(busy)
    svg = drawn([*busy, mark(10, "consent", on=9, party=B, days=40)])
    assert svg.count('class="fold"') == 1
    assert "<title>39 d</title>" in svg


def test_how_many_objections_stood_is_drawn_below() -> None:
    marks = [mark(1, "proposal"), mark(2, "objection", on=1, party=B), mark(5, "resolution", on=2)]
    svg = drawn(marks, conflicts=[Conflict(2, 6, True), Conflict(3, None, False)])
    assert "at most 2 at a time" in svg
    (standing,) = re.findall(r'class="conflicts standing" d="(\S+ [^"]+)"', svg)
    ground, *steps = [float(each) for each in re.findall(r"[V ]([\d.]+)", standing)]
    rise = (ground - min(steps)) / 2
    assert [round((ground - each) / rise) for each in steps[:-1]] == [1, 2, 1]
    assert "Open objections" not in drawn(marks)


def test_clauses_that_were_agreed_as_first_offered_can_be_folded() -> None:
    package = mark(1, "proposal")._replace(term_ids=["t", "u"])
    marks = [
        package,
        mark(2, "objection", on=1, party=B),
        mark(3, "consent", on=1, party=B)._replace(term_ids=["t", "u"]),
    ]
    assert quiet_of(marks) == {"u"}, "somebody objected to the other"
    signed = mark(4, "ratification", on=None)._replace(term_ids=[])
    kept = without([*marks, signed], {"u"})
    assert [each.term_ids for each in kept] == [["t"], ["t"], ["t"], []]
    assert without([mark(1, "proposal", of="u")], {"u"}) == []


def test_what_bears_on_the_whole_text_has_a_lane_of_its_own() -> None:
    whole = [mark(n, kind, on)._replace(term_ids=[]) for n, kind, on in WHOLE_TEXT]
    svg = drawn([mark(1, "proposal"), *whole])
    assert svg.index("1 Price") < svg.index("The whole text") < svg.index("as_of=2#"), "below the clauses"
    assert [each for _, each, _ in WHOLE_TEXT] == re.findall(r'class="(\w+) side-a"', svg)[1:]
    shapes = re.findall(r'as_of=[2-6]#[^>]*><\w+ class="\w+" d="M[\d.]+ [\d.]+([^"]+)"', svg)
    assert shapes[0] == shapes[3]
    assert len({*shapes}) == 4, "put to signature, signed, without force, in force"
    assert svg.count('class="bears"') == 3
    assert "The whole text" not in drawn([mark(1, "proposal")])


WHOLE_TEXT = [
    (2, "ratification", None),
    (3, "consent", 2),
    (4, "void", 2),
    (5, "ratification", None),
    (6, "force", 5),
]


def test_the_signature_is_drawn_as_it_went(settled: Any) -> None:
    events, connection = settled
    found = {each.version: each for each, _ in course(connection, str(events[0].originator_id), len(events))}
    wanted = {"RatificationVoided": "void", "ConsentRefused": "void", "TermReopened": "reopening"}
    wanted |= {"RatificationOpened": "ratification", "ConsentGiven": "consent", "AgreementRatified": "force"}
    opened = None
    for each in events:
        if kind := wanted.get(each.TOPIC):
            mark = found[each.originator_version]
            opened = mark.version if kind == "ratification" else opened
            assert mark.kind == kind
            assert mark.on == (None if kind in ("ratification", "reopening") else opened)
    assert {*wanted} <= {each.TOPIC for each in events}


def money(amount: str, currency: str = "EUR") -> dict[str, str]:
    return {"kind": "money", "amount": amount, "currency": currency}


def choice(chosen: str) -> dict[str, Any]:
    return {"kind": "choice", "choice": chosen, "options": ["a", "b"]}


def lines(offered: list[Offered], agreed: Any = None) -> str | None:
    return Meeting("t", offered, [(10, agreed)] if agreed else []).drawn(SIDES, lambda value: str(value))


def ends(svg: str, side: str) -> tuple[float, float]:
    """How high a party's line begins and ends."""
    (path,) = re.findall(rf'class="way side-{side}" d="M[\d.]+ ([^"]+)"', svg)
    begins = float(re.match(r"[\d.]+", path)[0])  # type: ignore[index]
    return begins, float(([str(begins), *re.findall(r"V([\d.]+)", path)])[-1])


def test_offers_are_two_lines_that_meet_where_they_agreed() -> None:
    offered = [
        Offered(3, "t", A, money("120000")),
        Offered(4, "t", B, money("90000")),
        Offered(7, "t", A, money("110000")),
        Offered(9, "t", B, money("105000")),
    ]
    svg = lines(offered, money("105000"))
    assert svg
    (a, a_end), (b, b_end) = ends(svg, "a"), ends(svg, "b")
    assert a < a_end == b_end < b, "the dearer one stands higher, and they meet between"
    assert 'href="./?as_of=7#event-7"' in svg
    assert 'class="tick"' in svg
    apart = lines(offered)
    assert apart
    assert ends(apart, "a")[1] < ends(apart, "b")[1]
    assert 'class="tick"' not in apart


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (money("10"), money("10", "USD")),
        (
            {"kind": "choice", "choice": "a", "options": ["a", "b"]},
            {"kind": "choice", "choice": "b", "options": ["a", "b"]},
        ),
        ({"kind": "number", "number": "3", "unit": "days"}, {"kind": "number", "number": "3", "unit": "weeks"}),
    ],
)
def test_what_cannot_be_compared_is_not_drawn(first: dict[str, Any], second: dict[str, Any]) -> None:
    offered = [Offered(1, "t", A, first), Offered(2, "t", B, second)]
    assert lines(offered) is None
    assert [each.term_id for each in meetings(offered, ["t"])] == ["t"]


@pytest.mark.parametrize(
    ("less", "more"),
    [
        ({"kind": "date", "date": "2026-12-31"}, {"kind": "date", "date": "2027-01-01"}),
        ({"kind": "duration", "iso": "P6W"}, {"kind": "duration", "iso": "P2M"}),
        ({"kind": "duration", "iso": "PT36H"}, {"kind": "duration", "iso": "P2D"}),
        ({"kind": "percent", "number": "9.5"}, {"kind": "percent", "number": "10"}),
    ],
)
def test_more_stands_higher(less: dict[str, Any], more: dict[str, Any]) -> None:
    svg = lines([Offered(1, "t", A, more), Offered(2, "t", B, less)])
    assert svg
    assert ends(svg, "a")[0] < ends(svg, "b")[0]


def test_a_clause_on_which_both_said_the_same_needs_no_picture() -> None:
    same = [Offered(1, "t", A, money("10")), Offered(2, "t", B, money("10"))]
    assert meetings(same, ["t"]) == []
    assert len(Meeting("t", [*same, same[0]]).of(A)) == 1


def test_after_an_agreement_both_stand_there_until_somebody_offers_anew() -> None:
    """Also who accepted and never offered it; what another proposal only left as it was is told once."""
    offered = [Offered(1, "t", A, money("4")), Offered(2, "t", B, money("8")), Offered(7, "t", B, money("6"))]
    meeting = Meeting("t", offered, [(3, money("8")), (5, money("8")), (9, None)])
    assert meeting.settled == [(3, money("8"))]
    svg = str(meeting.drawn(SIDES, lambda value: value["amount"]))
    eight, four = 9.0, 75.0
    assert ends(svg, "a") == (four, eight), "it accepted 8, and stands there"
    assert ends(svg, "b") == (eight, 42.0)
    assert svg.count('class="tick"') == 1
    assert ">8</text>" in svg
    assert ">4</text>" in svg
