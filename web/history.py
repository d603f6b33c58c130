"""The history of an agreement, as whoever may read it reads it: the same for both parties and for their guests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from markupsafe import Markup

from domain.diff import redline
from domain.turns import Wait, waits
from domain.words import AGREED, NOT_ENDED, AgreementStatus, NeedOutcome, Severity, TermStatus
from projections.course import MARKS
from projections.documents import moment as written_moment
from projections.history import Past
from projections.proposed import Proposed
from projections.timeline import sentence
from projections.whole_acts import end_of
from web import history_words as words
from web import shown_values
from web.directory import Directory
from web.meeting import Meeting
from web.snippet import first_words, snippet
from web.view import Body, in_the_way
from web.visible import redlined, visible
from web.wording import gettext, ngettext


class Said(NamedTuple):
    """A sentence, and the versions of the events that it rests on."""

    words: Markup
    events: Sequence[int]


class ThenAndNow(NamedTuple):
    """A clause with a typed value: what each party offered first, the agreed value, and by whom which other one is on
    the table."""

    term: Body
    first: Mapping[str, Body]
    agreed: Body | None
    offered: Sequence[tuple[str, Body]]


class OnTable(NamedTuple):
    """An offer on a clause that can be answered, as what it would make of it. heading, text: None where it leaves them;
    value: whether it offers one."""

    proposal: Body
    item: Body
    heading: Markup | None
    text: Markup | None
    value: Markup | None


class HistoryReader:
    """One moment of one agreement. locale: how numbers are written; now: the time of asking, as times are written,
    which passes for what stands now alone; events: the fields of the events whose words are shown, by version."""

    def __init__(
        self,
        past: Past,
        directory: Directory,
        locale: str,
        now: str = "",
        events: Mapping[int, Mapping[str, Any]] | None = None,
    ) -> None:
        self.past, self.locale, self.header, self.events = past, locale, past.header, events or {}
        self.now = max(now, past.at) if past.version == past.newest else past.at
        self.directory = directory
        self.names: Mapping[str | None, str] = directory.names
        self.parties: Sequence[str] = past.header["parties"]

    # Who.

    def side(self, party_id: str | None) -> str:
        """The colour of a party: the same everywhere."""
        return "a" if party_id == self.parties[0] else "b"

    def party(self, party_id: str | None) -> str:
        return self.names.get(party_id) or gettext("A party")

    short = party

    def who(self, body: Body) -> Markup:
        """By whom something was said, and for which party."""
        member = self.names.get(body["member_id"]) or gettext("A member")
        return Markup("{}, {}").format(member, self.party(body["party_id"]))

    # Where it stands.

    def where_it_stands(self) -> Iterator[Said]:
        """The whole in a paragraph, each sentence with what it rests on."""
        past, (first, second) = self.past, self.parties
        yield Said(
            gettext(
                "%(first)s and %(second)s have worked on this agreement since %(day)s.",
                first=self.party(first),
                second=self.party(second),
                day=self.day(past.opened_at),
            ),
            [1],
        )
        yield from self._state()
        if past.objections:
            yield from self._conflicts()

    def _state(self) -> Iterator[Said]:
        past, status = self.past, self.header["status"]
        turned = [past.turned[status]] if status in past.turned else []
        match status:
            case AgreementStatus.IN_FORCE:
                since = max(each["at"] for each in self.header["ratification"]["consents"])
                yield Said(
                    gettext("Both have signed it: it is in force since %(day)s.", day=self.day(since)), past.signed
                )
            case AgreementStatus.RATIFYING:
                yield Said(gettext("All of it is put to signature; it is not in force."), [*turned, *past.signed])
            case AgreementStatus.ABANDONED:
                yield Said(gettext("It was abandoned: nothing of it is in force."), turned)
            case _:
                yield Said(gettext("It is being negotiated; nothing of it is in force."), turned)
        if not past.terms:
            was_there = past.version > 1 and bool(past.headings)
            told = (
                gettext("Nothing is in its text any more.") if was_there else gettext("Nothing is on its agenda yet.")
            )
            yield Said(told, [past.version if was_there else 1])
            return
        agreed = sum(1 for each in past.terms if each["status"] in AGREED)
        yield Said(
            ngettext(
                "Of its one clause %(agreed)s is agreed.",
                "Of its %(count)s clauses %(agreed)s are agreed.",
                len(past.terms),
                agreed=agreed,
            ),
            [past.accepted or 1],
        )
        for status, one, many in words.LEFT:
            if left := sum(1 for each in past.terms if each["status"] == status):
                yield Said(ngettext(one, many, left), [past.version])
        if self.ready:
            yield Said(self.ready, [past.accepted or past.version])

    def _conflicts(self) -> Iterator[Said]:
        standing = [each for each in self.past.objections if each["state"] in NOT_ENDED]
        raised = len(self.past.objections)
        if not standing:
            told = ngettext(
                "One objection was raised, and it has ended.",
                "%(count)s objections were raised, and all have ended.",
                raised,
            )
            yield Said(told, [each["version"] for each in self.past.objections[-3:]])
            return
        told = ngettext(
            "One objection was raised, and it stands.",
            "%(count)s objections were raised; still standing: %(left)s.",
            raised,
            left=len(standing),
        )
        yield Said(told, [each["version"] for each in standing])
        if blocking := [each for each in standing if each["severity"] == Severity.BLOCKING]:
            told = ngettext(
                "One of them blocks what it is about.", "%(count)s of them block what they are about.", len(blocking)
            )
            yield Said(told, [each["version"] for each in blocking])

    # What is still open.

    @cached_property
    def waiting(self) -> list[Wait]:
        """What waited for either party at that moment."""
        past = self.past
        return list(waits(self.header, past.terms, past.proposals, past.objections, past.questions, self.now))

    def waits_for(self, party_id: str) -> list[tuple[str, list[str]]]:
        """What waits for a party: the kind of thing in words, and on which clauses."""
        found: dict[str, list[str]] = {}
        for each in self.waiting:
            if each.party_id == party_id:
                found.setdefault(each.about, []).extend(each.term_ids)
        return [(words.WAITS[about], list(dict.fromkeys(term_ids))) for about, term_ids in found.items()]

    @cached_property
    def _places(self) -> dict[str, int]:
        return {each["term_id"]: place for place, each in enumerate(self.past.terms)}

    @cached_property
    def open_clauses(self) -> list[tuple[Body, list[OnTable]]]:
        """The clauses that are not agreed as they stand, or to which a change is offered, with the offers."""
        return [
            (term, [self._on_table(each, term) for each in self._heads.get(term["term_id"], ())])
            for term in self.past.terms
            if term["status"] not in AGREED or term["term_id"] in self._heads
        ]

    def _on_table(self, proposal: Body, term: Body) -> OnTable:
        item = next(each for each in proposal["items"] if each["term_id"] == term["term_id"])
        text = item.get("text")
        before = term["text"] if term["version"] else self._answered(proposal, term)
        shown = None
        if text is not None:
            shown = visible(text) if before is None else redlined(redline(before, text))
        heading = item.get("heading")
        renamed = redlined(redline(term["heading"], heading)) if heading and heading != term["heading"] else None
        value = None
        if _is_other(item.get("value"), term["value"] if term["version"] else None):
            value = self._value_changed(term["value"] if term["version"] else None, item["value"])
        return OnTable(proposal, item, renamed, shown, value)

    def _answered(self, proposal: Body, term: Body) -> str | None:
        """The words for a clause of the offer that a proposal counters."""
        countered = next((each for each in self.past.proposals if each["proposal_id"] == proposal["counters"]), None)
        items = countered["items"] if countered else ()
        return next((each["text"] for each in items if each["term_id"] == term["term_id"] and each.get("text")), None)

    @cached_property
    def _heads(self) -> Mapping[str, list[Body]]:
        """The offers that can be answered, by the clauses that they touch."""
        return _by_clause(
            (each, [item["term_id"] for item in each["items"]]) for each in self.past.proposals if each["head"]
        )

    @cached_property
    def _standing(self) -> Mapping[str, list[Body]]:
        return _by_clause((each, each["term_ids"]) for each in self.past.objections if each["state"] in NOT_ENDED)

    def state(self, term: Body) -> str:
        """How a clause stands, in words."""
        on_it = self._heads.get(term["term_id"], ())
        if any(each["contested"] for each in on_it):
            return words.STATES["contested"]
        return words.STATES["conditional" if any(each["condition"] for each in on_it) else term["status"]]

    def objections_on(self, term: Body) -> list[Body]:
        """The objections on a clause that stand."""
        return self._standing.get(term["term_id"], [])

    def asked(self, term: Body) -> Iterator[tuple[str, Body]]:
        """The requests to set a clause aside whose date has not passed: the kind of each, and the request."""
        for kind in words.ASKED:
            if (found := term[kind]) and found["until"] > self.now:
                yield kind, found

    @cached_property
    def waits_on(self) -> Mapping[str, list[str]]:
        """The parties that something on a clause waits for, by clause."""
        found: dict[str, list[str]] = {}
        for each in self.waiting:
            for term_id in each.term_ids:
                if each.party_id not in found.setdefault(term_id, []):
                    found[term_id].append(each.party_id)
        return found

    @cached_property
    def ready(self) -> Markup | None:
        """That nothing is left to agree on, where it is not put to signature yet."""
        past = self.past
        if self.header["status"] != AgreementStatus.DRAFTING or not past.terms:
            return None
        left = in_the_way(past.terms, past.proposals, past.objections)
        if not left:
            return gettext("Nothing is left to agree on: it can be put to signature.")
        if all(each.about == "exit_term" for each in left):
            return gettext(
                "Every clause is settled; before the signature one is to be marked as the exit term, which says how "
                "this can end."
            )
        return None

    def place(self, term_id: str | None) -> int:
        """Where a clause stands in the text; the whole text before all, and what is gone after all."""
        return -1 if term_id is None else self._places.get(term_id, len(self._places))

    @cached_property
    def due(self) -> list[tuple[str, str, list[str]]]:
        """Dates that fall due after that moment: when, what, and on which clauses, the next first."""
        if self.header["status"] == AgreementStatus.ABANDONED:
            return []
        found: list[tuple[str, str, list[str]]] = []
        ratification = self.header["ratification"]
        if self.header["status"] == AgreementStatus.RATIFYING and ratification and ratification["valid_until"]:
            found.append((ratification["valid_until"], words.DUE["signature"], []))
        for proposal in self.past.proposals:
            term_ids = [item["term_id"] for item in proposal["items"]]
            if proposal["condition"]:
                found.append((proposal["condition"]["due"], words.DUE["condition"], term_ids))
            elif proposal["valid_until"]:
                found.append((proposal["valid_until"], words.DUE["offer"], term_ids))
        for term in self.past.terms:
            if term["until"] and term["status"] in (TermStatus.PARKED, TermStatus.DEFERRED):
                found.append((term["until"], words.DUE[term["status"]], [term["term_id"]]))
        return sorted(each for each in found if each[0] > self.now)

    def heading(self, term_id: str) -> str:
        """What a clause was called at that moment; where that is a number alone, with its first words."""
        found = self.past.headings.get(term_id)
        if not found:
            return gettext("a clause that is gone")
        if any(each.isalpha() for each in found):
            return found
        text = self._texts.get(term_id)
        return f"{found} {' '.join(text.split()[:6])} …" if text else found

    @cached_property
    def _texts(self) -> Mapping[str, str]:
        """The words of each clause, of those without the ones that are offered."""
        offered = {
            item["term_id"]: item["text"]
            for proposal in reversed(self.past.proposals)
            for item in proposal["items"]
            if item.get("text")
        }
        return offered | {each["term_id"]: each["text"] for each in self.past.terms if each["text"]}

    # What was agreed.

    @cached_property
    def agreed(self) -> list[Body]:
        """The clauses that are agreed, in the order of the text."""
        return [each for each in self.past.terms if each["status"] in AGREED]

    @cached_property
    def values(self) -> list[ThenAndNow]:
        """The clauses with a typed value, agreed or offered."""
        found = []
        first: dict[str, dict[str, Body]] = {}
        for each in self.past.first_offers:
            first.setdefault(each.term_id, {})[each.party_id] = each.value
        for term in self.past.terms:
            offered = [
                (proposal["party_id"], item["value"])
                for proposal in self.past.proposals
                for item in proposal["items"]
                if proposal["head"]
                and item["term_id"] == term["term_id"]
                and _is_other(item.get("value"), term["value"])
            ]
            agreed = term["value"] if term["status"] in AGREED else None
            began = first.get(term["term_id"], {})
            if agreed or offered or began:
                found.append(ThenAndNow(term, began, agreed, offered))
        return found

    @cached_property
    def sides(self) -> Mapping[str, str]:
        return {each: self.side(each) for each in self.parties}

    def met(self, several: Sequence[Meeting], up: str = "./") -> list[tuple[Meeting, Markup | None]]:
        """The clauses for which more than one value was offered, each with a picture where values can be compared."""
        return [(each, each.drawn(self.sides, self.figures, up)) for each in several]

    def figures(self, value: Body) -> str:
        """A typed value in figures, as plain text."""
        return shown_values.shown(value, self.locale)

    def value(self, value: Body) -> Markup:
        """A typed value in figures."""
        return shown_values.rendered(value, self.locale)

    # Needs.

    @cached_property
    def served(self) -> list[tuple[Body, list[Body]]]:
        """The needs that clauses serve, each with these; those that are not met first."""
        found: dict[str, list[Body]] = {}
        for term in self.past.terms:
            for need_id in term["need_ids"]:
                found.setdefault(need_id, []).append(term)
        served = [(self.past.needs[need_id], terms) for need_id, terms in found.items() if need_id in self.past.needs]
        return sorted(served, key=lambda each: each[0]["outcome"] != NeedOutcome.UNMET)

    def outcome(self, need: Body) -> str:
        """What its owner says came of a need."""
        return words.OUTCOMES[need["outcome"] and NeedOutcome(need["outcome"])]

    def need(self, need_id: str | None) -> Body | None:
        return self.past.needs.get(need_id or "")

    # Where it was hard.

    def ended(self, objection: Body) -> list[Markup]:
        """What came of an objection."""
        if not objection["ended_at"]:
            return [
                gettext("It stands; there is an offer to settle it.")
                if objection["resolution"]
                else gettext("It stands.")
            ]
        led = [
            gettext(
                "It led to version %(version)s of %(clause)s.",
                version=of["version"],
                clause=visible(self.heading(of["term_id"]).rstrip(".")),
            )
            for of in objection["led_to"]
        ]
        return [gettext(words.ENDINGS[objection["state"]]), *led]

    def where(self, term_id: str, up: str = "") -> str:
        """Where a clause is to be read: on the page of the whole, or on its own where it is not in the text. up: from
        there to the former."""
        then = "" if self.past.version == self.past.newest else f"?as_of={self.past.version}"
        if term_id in self._places:
            return f"{up}./{then}#clause-{term_id}" if up else f"#clause-{term_id}"
        return f"{up}clauses/{term_id}{then}"

    def principle(self, intention_id: str | None) -> None:
        """None: guests read this too, and are shown the agreement with the needs linked to it and no more."""

    # How it came to be.

    def event(self, version: int) -> str:
        """Where an event is told: on this page, or on the one as it stood then."""
        happened = self.past.happened
        is_here = bool(happened) and version >= happened[0]["event_version"]
        return f"#event-{version}" if is_here else f"./?as_of={version}#event-{version}"

    def changes(self, moment: Body) -> Iterator[tuple[str | None, Markup | None]]:
        """What a proposal changed, clause by clause: which clause and what is done with it, and its words in short."""
        made = self.past.proposed.get(moment["event_version"])
        for item, before in made.changes if made else ():
            old = before or {}
            heading = item.get("heading") or old.get("heading") or self.heading(item["term_id"])
            told: list[Markup] = []
            if item.get("heading") and old.get("heading") and item["heading"] != old["heading"]:
                told.append(snippet(old["heading"], item["heading"]))
            if item.get("text") is not None and item["text"] != old.get("text"):
                told.append(snippet(old.get("text") or "", item["text"]))
            if _is_other(item.get("value"), old.get("value")):
                told.append(self._value_changed(old.get("value"), item["value"]))
            is_alone = made is not None and made.many == 1 and item["op"] == "revise"
            label = None if is_alone else gettext(words.DONE_WITH[item["op"]], clause=heading)
            yield label, Markup(" ").join(told) if told else None

    def _value_changed(self, before: Body | None, after: Body) -> Markup:
        if before is None or before["kind"] == "none":
            return Markup("<ins>{}</ins>").format(self.value(after))
        return Markup("<del>{}</del> <ins>{}</ins>").format(self.value(before), self.value(after))

    def said(self, moment: Body) -> str | None:
        """What was said at a moment, in short, where it was no proposal."""
        event = self.events.get(moment["event_version"], {})
        found = event.get("text") or event.get("condition") or event.get("reason")
        return first_words(found) if found else None

    def why(self, moment: Body) -> str | None:
        """Why something was proposed."""
        found: str | None = self.events.get(moment["event_version"], {}).get("rationale")
        return found

    def whole(self, version: int) -> int:
        """The last event of the act that an event of those that are shown belongs to."""
        return end_of(version, self._following)

    @cached_property
    def _following(self) -> set[int]:
        return {each["event_version"] for each in self.past.happened if each["follows"]}

    @property
    def acts(self) -> list[tuple[Body, list[Body]]]:
        """What happened, in order, each with what only followed from it and did not move the argument itself."""
        found: list[tuple[Body, list[Body]]] = []
        for moment in self.past.happened:
            if found and moment["follows"] and moment["type"] not in MARKS:
                found[-1][1].append(moment)
            else:
                found.append((moment, []))
        return found

    def proposed(self, moment: Body) -> Proposed | None:
        return self.past.proposed.get(moment["event_version"])

    def sentence(self, moment: Body) -> str:
        return sentence(moment, self.names)

    def day(self, moment: str) -> str:
        """The day of a moment, in UTC, as sentences write it."""
        return written_moment(moment).rpartition(",")[0]


def _by_clause(things: Iterable[tuple[Body, Sequence[str]]]) -> dict[str, list[Body]]:
    """Things by the clauses that each touches."""
    found: dict[str, list[Body]] = {}
    for each, term_ids in things:
        for term_id in dict.fromkeys(term_ids):
            found.setdefault(term_id, []).append(each)
    return found


def _is_other(offered: Body | None, agreed: Body | None) -> bool:
    """Whether a value is offered, and another than what is agreed."""
    return offered is not None and offered["kind"] != "none" and offered != agreed
