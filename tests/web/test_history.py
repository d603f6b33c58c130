"""The history of an agreement: what it says is what the log says, at every moment."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from random import Random

import orjson
import pytest
from sqlalchemy import Connection

from domain.agreement import Agreement
from domain.diff import Op
from domain.events import Event
from domain.times import written
from domain.words import LIVE, NOT_ENDED, AgreementStatus, ProposalState, Severity
from projections import as_of, tables
from projections.course import MARKS, marks, stops
from projections.history import Past, moments_at
from projections.offered import agreed_values, offers
from projections.projector import Projector
from projections.story import story
from projections.versions import versions_of
from server.log.database import migrate, open_database
from tests.databases import fresh_url
from tests.domain.test_readiness import of as obstacles_of
from tests.domain.test_refusals import ADA, CID, Table
from tests.negotiations import PARTIES
from tests.pages import read
from tests.projections.test_as_of import folded, played
from tests.web.test_wording import marked, not_said
from web.audit import AT_ONCE, FILTERS, SORTS, Audit
from web.compare import Compared, compared
from web.directory import Directory
from web.history import HistoryReader
from web.history_pages import audit_page, clause_page, compare_page, history_page
from web.marks import strip
from web.meeting import meetings
from web.moments import tell
from web.view import Body

DIRECTORY = Directory(dict(zip(PARTIES, ("Qqmeridian", "Qqcastellan"), strict=True)), [])
__all__ = ["marked"]


def signed() -> list[Event]:
    """A negotiation that is signed once somebody refused to, and a clause was reopened."""
    table = Table()
    exit_term = table.ratifiable()
    table.do(ADA, "open_ratification", valid_until=written(table.world.now + timedelta(days=2)))
    table.do(ADA, "consent", fingerprint=table.world.agreement.text_fingerprint())
    table.world.now += timedelta(days=9)
    table.term(heading="2 Expired meanwhile")
    table.do(ADA, "drop_term", term_id=list(table.world.agreement.terms)[-1])
    table.do(ADA, "open_ratification")
    table.do(CID, "refuse_consent", reason="A year is too short.")
    table.do(CID, "reopen_term", term_id=exit_term, reason="A year is too short.")
    table.agree(exit_term)
    table.do(ADA, "open_ratification")
    for side in (ADA, CID):
        table.do(side, "consent", fingerprint=table.world.agreement.text_fingerprint())
    return list(table.world.events)


@pytest.fixture(scope="module", params=range(3))
def known(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    """A random negotiation with its read models."""
    yield from projected(played(request.param + 40, 300), tmp_path_factory.mktemp("history"))


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    """One that is signed."""
    yield from projected(signed(), tmp_path_factory.mktemp("history"))


def projected(events: list[Event], folder: Path) -> Iterator[tuple[list[Event], Connection]]:
    database = open_database(fresh_url("sqlite", folder))
    migrate(database)
    projector = Projector(database.models, lambda _, version: folded(events[:version]))
    ids = count(1)
    for start in range(0, len(events), 7):
        projector.project([(next(ids), each) for each in events[start : start + 7]])
    with database.models.connect() as connection:
        yield events, connection
    database.close()


def test_what_is_compared_rebuilds_both_texts(known) -> None:  # type: ignore[no-untyped-def]
    events, connection = known
    agreement_id, random = str(events[0].originator_id), Random(7)
    kinds = set()
    for turn in range(250):
        first, second = random.randint(0, len(events)), random.randint(1, len(events))
        before = as_of.standing(connection, tables.terms, agreement_id, first)
        after = as_of.standing(connection, tables.terms, agreement_id, second)
        if turn % 2:
            random.shuffle(after)
        found = compared(before, after)
        kinds |= {each.what for each in found}
        rebuilds(found, before, after)
    assert kinds >= {"added", "moved", "same"}


def rebuilds(found: Sequence[Compared], before: Sequence[Body], after: Sequence[Body]) -> None:
    """What was compared holds both texts, each in its order."""
    assert [_text(each, Op.INSERTED) for each in found if each.after] == [_words(each) for each in after]
    then = sorted((each for each in found if each.before), key=lambda each: each.was or 0)
    assert [_text(each, Op.DELETED) for each in then] == [_words(each) for each in before]
    stayed = [each.was for each in found if each.before and each.after and not each.moved]
    assert stayed == sorted(stayed, key=lambda each: each or 0), "what was not moved follows each other as it did"


def _words(term: dict[str, object]) -> tuple[str, str]:
    return str(term["heading"]), str(term["text"] or "")


def _text(each: Compared, kept: Op) -> tuple[str, str]:
    """What the runs of one side say."""
    heading, text = (
        "".join(run.text for run in each.runs(name) if run.op in (Op.SAME, kept)) for name in ("heading", "text")
    )
    return heading, text


def test_every_sentence_is_true_and_rests_on_the_events_that_make_it_so(known, settled) -> None:  # type: ignore[no-untyped-def]
    said = stands(*known) | stands(*settled)
    assert said == {kind for kind, *_ in SENTENCES}


def stands(events: list[Event], connection: Connection) -> set[str]:
    """Judges what is said at each version by the fold; which kinds of sentences there were."""
    agreement_id, kinds = str(events[0].originator_id), set()
    agreement = None
    for version, event in enumerate(events, 1):
        agreement = folded([event], agreement)
        past = Past.load(connection, agreement_id, version)
        assert past
        view = HistoryReader(past, DIRECTORY, "en")
        standing = [each for each in agreement.objections.values() if each.state in NOT_ENDED]
        for one in view.where_it_stands():
            topics = {events[each - 1].TOPIC for each in one.events}
            assert all(0 < each <= version for each in one.events)
            assert topics
            for kind, pattern, holds, rests_on in SENTENCES:
                if found := re.search(pattern, one.words):
                    kinds.add(kind)
                    assert holds(agreement, standing, [int(each) for each in found.groups() if each]), one.words
                    assert topics <= rests_on or not rests_on, (one.words, topics)
        assert [each["objection_id"] for each in past.objections] == list(agreement.objections)
        blocked = {each.proposal_id for each in standing if each.severity == Severity.BLOCKING}
        open_ = {
            (each.proposal_id, next(party for party in PARTIES if party != each.party_id))
            for each in agreement.proposals.values()
            if each.state == ProposalState.OPEN and each.proposal_id not in blocked
        }
        offers_wait = {(each.id, each.party_id) for each in view.waiting if each.about == "proposal"}
        assert offers_wait == (set() if agreement.status == AgreementStatus.ABANDONED else open_)
    return kinds


def agreed_in(agreement: Agreement) -> int:
    return sum(each.status in ("provisional", "ratified") for each in agreement.terms_in_order())


_IS = AgreementStatus
SENTENCES = [
    ("since", r"have worked on this agreement since", lambda *_: True, {"AgreementOpened"}),
    ("drafting", r"is being negotiated", lambda agreement, *_: agreement.status == _IS.DRAFTING, set()),
    (
        "signature",
        r"put to signature; it is not in force",
        lambda agreement, *_: agreement.status == _IS.RATIFYING,
        {"RatificationOpened", "ConsentGiven"},
    ),
    ("in force", r"it is in force since", lambda agreement, *_: agreement.status == _IS.IN_FORCE, {"ConsentGiven"}),
    ("nothing", r"Nothing is (?:on its agenda yet|in its text)", lambda agreement, *_: not agreement.text, set()),
    (
        "agreed",
        r"^Of its (\d+) clauses 0*([1-9]\d*) are agreed",
        lambda agreement, _, counts: counts == [len(agreement.text), agreed_in(agreement)],
        {"ProposalAccepted", "ConditionFulfilled"},
    ),
    (
        "objections",
        r"^(\d+) objections were raised; still standing: (\d+)",
        lambda agreement, standing, counts: counts == [len(agreement.objections), len(standing)],
        {"ObjectionRaised"},
    ),
    (
        "blocks",
        r"^(?:One|(\d+)) of them blocks? what",
        lambda _, standing, counts: (counts or [1]) == [sum(each.severity == "blocking" for each in standing)],
        {"ObjectionRaised"},
    ),
]
"""Kinds of sentences: what each says, whether that holds of the fold, and events of which types it may rest on."""


def test_an_audit_shows_what_was_asked_for_in_the_order_asked_for(known) -> None:  # type: ignore[no-untyped-def]
    events, connection = known
    past = Past.load(connection, str(events[0].originator_id))
    assert past
    view = HistoryReader(past, DIRECTORY, "en")
    every = [
        each | {"voided_by": None} for each in as_of.happened(connection, tables.consents, past.agreement_id).bodies
    ]
    assert len(every) > 3
    for sort in SORTS:
        audit = Audit(view, every, {}, sort)
        assert sorted(map(orjson.dumps, audit.consents)) == sorted(map(orjson.dumps, every))
        (way,) = [way for _, way, _ in audit.columns if way]
        assert way == ("descending" if sort.startswith("-") else "ascending")
    whens = [each["event_version"] for each in Audit(view, every, {}, "when").consents]
    assert whens == sorted(whens)
    assert [each["event_version"] for each in Audit(view, every, {}, "-when").consents] == whens[::-1]
    for name, of in FILTERS.items():
        for value, _ in Audit(view, every, {}, "when").choices(name):
            found = Audit(view, every, {name: value}, "when").consents
            assert found
            assert found == [each for each in every if of(each) == value]
    many = Audit(view, every * (AT_ONCE // len(every) + 2), {}, "when", AT_ONCE)
    assert many.rows == many.consents[AT_ONCE : 2 * AT_ONCE]
    assert [last for _, last, _ in many.pages][-1] == len(many.consents)


def test_the_values_that_were_agreed_are_those_of_the_fold(known) -> None:  # type: ignore[no-untyped-def]
    events, connection = known
    wanted: dict[str, list[tuple[int, object]]] = {}
    agreement, versions = None, dict[str, int]()
    for event in events:
        agreement = folded([event], agreement)
        for term_id, term in agreement.terms.items():
            if term.version > versions.get(term_id, 0):
                versions[term_id] = term.version
                wanted.setdefault(term_id, []).append((event.originator_version, term.value))
    assert agreement
    found = agreed_values(connection, str(events[0].originator_id), len(events), list(wanted))
    assert found == wanted


def test_the_marks_are_the_events_by_which_the_argument_moved(known) -> None:  # type: ignore[no-untyped-def]
    events, connection = known
    agreement_id = str(events[0].originator_id)
    wanted = [(each.originator_version, MARKS[each.TOPIC]) for each in events if each.TOPIC in MARKS]
    assert marks(connection, agreement_id) == wanted
    term_id = as_of.standing(connection, tables.terms, agreement_id)[0]["term_id"]
    fold = folded(events)
    on_it = [each for each in events if each.TOPIC in MARKS and term_id in fold.concerned(vars(each))]
    assert marks(connection, agreement_id, term_id) == [(each.originator_version, MARKS[each.TOPIC]) for each in on_it]
    assert strip(wanted, len(events)).count("M") == len(wanted)


@pytest.mark.usefixtures("marked")
def test_every_sentence_of_the_history_can_be_translated(known) -> None:  # type: ignore[no-untyped-def]
    events, connection = known
    agreement_id = str(events[0].originator_id)
    past = Past.load(connection, agreement_id)
    assert past
    view = HistoryReader(past, DIRECTORY, "en")
    consents = as_of.happened(connection, tables.consents, agreement_id).bodies
    audit = Audit(view, [each | {"voided_by": None} for each in consents], {}, "when")
    before = as_of.standing(connection, tables.terms, agreement_id, past.version // 2)
    both = moments_at(connection, agreement_id, [3, past.version])
    view = HistoryReader(past, DIRECTORY, "en", "", {each.originator_version: each.data() for each in events})
    term_ids = list(dict.fromkeys(each["term_id"] for each in consents if each["term_id"]))[:8]
    said = set()
    for page in (
        history_page(view, None),
        audit_page(audit),
        compare_page(view, 3, before, both, beside=False),
        compare_page(view, 3, before, both, beside=True),
        *(clause(connection, view, each) for each in term_ids),
    ):
        said |= not_said(read("".join(page)))
    told = [view.sentence(each) for each in as_of.happened(connection, tables.timeline, agreement_id).bodies]
    data = repr(
        [[vars(each) for each in events], told, "this clause"]
    )  # what the log says, and its sentences, which are the events'
    assert said - set(re.findall(r"[A-Za-z]{2,}", data)) - {"Qqmeridian", "Qqcastellan", "UTC", *MONTHS} == set()


def clause(connection: Connection, view: HistoryReader, term_id: str) -> Iterator[str]:
    """The page of a clause, as the server makes it."""
    agreement_id, version = view.past.agreement_id, view.past.version
    moments = story(connection, agreement_id, term_id, version)
    went = list(tell(moments, [dict(view.events[each["event_version"]]) for each in moments], view.names, term_id))
    several = meetings(offers(connection, agreement_id, version, term_id), [term_id])
    return clause_page(view, term_id, versions_of(connection, agreement_id, term_id, version), went, several)


def test_an_act_is_stopped_at_when_it_is_whole(known, settled) -> None:  # type: ignore[no-untyped-def]
    stopped_at(*known)
    stopped_at(*settled)


def stopped_at(events: list[Event], connection: Connection) -> None:
    agreement_id = str(events[0].originator_id)
    commands = [each.command_id for each in events]
    last_of = {command: place for place, command in enumerate(commands, 1) if command}
    found = stops(connection, agreement_id)
    for version, _ in marks(connection, agreement_id):
        end = next(each for each in found if each >= version)
        assert all(events[each].data().get("caused_by") for each in range(version, end)), "nothing else is within it"
        past = Past.load(connection, agreement_id, version)
        assert past
        assert past.whole == end
        if commands[version - 1]:
            assert end >= last_of[commands[version - 1]], "nothing stands still in the middle of an act"


def test_what_is_open_has_its_offers_and_what_is_agreed_has_not(known) -> None:  # type: ignore[no-untyped-def]
    events, connection = known
    agreement_id = str(events[0].originator_id)
    offered = 0
    for version in range(1, len(events) + 1, 3):
        past = Past.load(connection, agreement_id, version)
        assert past
        fold = folded(events[:version])
        view = HistoryReader(past, DIRECTORY, "en")
        agreed = [each.term_id for each in fold.terms_in_order() if each.status in ("provisional", "ratified")]
        assert [each["term_id"] for each in view.agreed] == agreed
        heads = {each.proposal_id for each in fold.proposals.values() if each.state in HEADS}
        shown = {offer.proposal["proposal_id"] for _, offers in view.open_clauses for offer in offers}
        assert shown == {each for each in heads if {*fold.proposals[each].term_ids} & {*fold.text}}
        offered += len(shown)
        open_ = {term["term_id"] for term, offers in view.open_clauses if not offers or term["term_id"] not in agreed}
        assert open_ | set(agreed) == set(fold.text), "every clause is either agreed or open"
        page = "".join(history_page(view, None))
        for term_id in fold.text:
            assert page.count(f'id="clause-{term_id}"') == 1, "what leads to a clause finds it"
    assert offered


HEADS = LIVE - {ProposalState.COUNTERED}
MONTHS = [f"{date(2026, each, 1):%B}" for each in range(1, 13)]


def test_it_is_said_to_be_ready_for_signature_exactly_where_the_guard_would_let_it(known, settled) -> None:  # type: ignore[no-untyped-def]
    said = ready(*known) | ready(*settled)
    assert len(said) == 3, "ready, all but for the exit term, and not"


def ready(events: list[Event], connection: Connection) -> set[str | None]:
    """What is said of it at each version."""
    agreement_id, agreement, said = str(events[0].originator_id), None, set()
    for version, event in enumerate(events, 1):
        agreement = folded([event], agreement)
        past = Past.load(connection, agreement_id, version)
        assert past
        ready = HistoryReader(past, DIRECTORY, "en").ready
        left = {each.about for each in obstacles_of(agreement)} if agreement.text else {"no clause"}
        is_settled = agreement.status == AgreementStatus.DRAFTING and left <= {"exit_term"}
        assert bool(ready) == is_settled
        assert not is_settled or ("exit term" in (ready or "")) == bool(left)
        said.add(ready)
    return said


def test_what_only_followed_from_an_act_is_told_within_it(known) -> None:  # type: ignore[no-untyped-def]
    events, connection = known
    past = Past.load(connection, str(events[0].originator_id))
    assert past
    acts = HistoryReader(past, DIRECTORY, "en").acts
    assert [one for moment, followed in acts for one in (moment, *followed)] == past.happened
    assert any(followed for _, followed in acts)
    of = {each.originator_version: each for each in events}
    for moment, followed in acts[1:]:
        event = of[moment["event_version"]]
        assert not event.data().get("caused_by") or event.TOPIC in MARKS
        for each in followed:
            assert of[each["event_version"]].data()["caused_by"]
            assert of[each["event_version"]].TOPIC not in MARKS
