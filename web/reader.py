"""What the templates ask about the present, as one audience reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from markupsafe import Markup, escape

from domain.readiness import Obstacle
from domain.rules import Covered
from domain.words import LIVE, NOT_ENDED, AgreementStatus, Mandate, Severity, TermStatus
from web import numbers, shown_values
from web import room_words as words
from web.audience import Audience
from web.directory import Directory
from web.may import May
from web.offers import Offers
from web.outline import Outline
from web.shared import Shared, SharedNeed
from web.view import Body, RoomView
from web.wording import either, gettext, ngettext


class Reader:
    """One audience in front of one present. us: its party, None for observers."""

    def __init__(self, view: RoomView, audience: Audience, directory: Directory, shared: Shared) -> None:
        self.view, self.audience, self.directory, self.shared = view, audience, directory, shared
        self.names, self.people = directory.names, directory.people
        self.us = audience.party_id
        self.held: Mapping[Mandate, Covered] = audience.held()
        self.outline, self.offers = Outline(view), Offers(view)
        self.may = May(view, self.us, self.held)
        self.status = view.status
        self.parties: Sequence[str] = view.header["parties"]
        self.agreement_id = view.header["agreement_id"]
        self.here = f"../agreements/{self.agreement_id}"
        self.api = f"../api/v1/agreements/{self.agreement_id}"
        """Where its pages stand, from any page one step below a member's own address: the same for a whole audience."""

    @property
    def mark(self) -> str:
        """Tells pages apart that were made for other mandates or other names."""
        return f"{self.audience.mark(self.directory)}.{self.shared.mark}"

    # Who.

    @property
    def them(self) -> str | None:
        """The other party, None for observers."""
        return None if self.us is None else self.other(self.us)

    def other(self, party_id: str) -> str:
        first, second = self.parties
        return second if party_id == first else first

    def side(self, party_id: str | None) -> str:
        """The colour of a party: the same everywhere."""
        return "a" if party_id == self.parties[0] else "b"

    def party(self, party_id: str | None) -> str:
        return self.names.get(party_id, "")

    def short(self, party_id: str | None) -> str:
        """A party's first word, where that tells the two apart."""
        first_words = [self.party(each).split(" ")[0] for each in self.parties]
        return self.party(party_id).split(" ")[0] if len(set(first_words)) == 2 else self.party(party_id)

    def member(self, body: Body) -> str:
        return self.names.get(body["member_id"]) or gettext("A member")

    def who(self, body: Body) -> Markup:
        """By whom something was said, and for which party."""
        return Markup(f"{escape(self.member(body))}, {escape(self.short(body['party_id']))}")

    def by(self, body: Body) -> Markup:
        """The same, as it stands out."""
        return Markup(f"<b>{self.who(body)}</b>")

    # What it says.

    def value(self, value: Body) -> Markup:
        """A typed value in figures, in the reader's language."""
        return shown_values.rendered(value, self.audience.locale)

    def number(self, number: str | None, currency: str | None = None) -> str:
        """A decimal string as its reader would type it; of an amount with the decimals of its currency."""
        decimals = numbers.decimals_of(currency) if currency else 0
        return numbers.plain(number, self.audience.locale, decimals) if number else ""

    def are_equal(self, value: Body) -> bool:
        """Whether the parts of a total are equal, but for the last, and have no names; so too while there are none."""
        parts = value.get("parts", [])
        return len({each["amount"] for each in parts[:-1]}) <= 1 and not any(each.get("label") for each in parts)

    # How it stands.

    def state(self, term: Body) -> str:
        """The state as a class name: what is offered on a term goes before the status of its own words."""
        heads = self.offers.heads(term)
        if any(each["contested"] for each in heads):
            return "contested"
        return "conditional" if any(each["condition"] for each in heads) else str(term["status"])

    def sign(self, term: Body) -> str:
        return words.STATES[self.state(term)][0]

    def word(self, term: Body) -> Markup:
        """The state in words."""
        return gettext(words.STATES[self.state(term)][1])

    def turns(self, term: Body) -> list[str]:
        """The parties that something on a term waits for, our own first."""
        return sorted(self.view.waiting_on(term), key=lambda party: party != self.us)

    def turn_word(self, party_id: str) -> str:
        return gettext("us") if party_id == self.us else self.short(party_id)

    def waiting(self, party_id: str) -> int:
        """How many clauses wait for a party, and one more for its signature."""
        return self.view.places_waiting(party_id)

    def awaited(self, party_id: str) -> int:
        """Signatures of a party that are still missing."""
        signed = len({each["member_id"] for each in self.signed(party_id)})
        return max(int(self.view.header["signatures"]) - signed, 0)

    def signing_sentence(self, party_id: str) -> Markup:
        """Who of a party has signed, and who is awaited, in a sentence."""
        told = [gettext("%(member)s has signed", member=self.member(each)) for each in self.signed(party_id)]
        if self.awaited(party_id):
            told.append(self.awaited_words(party_id, gettext("a signatory")))
        return Markup("{}: {}.").format(self.short(party_id), Markup("; ").join(told))

    def awaited_words(self, party_id: str, otherwise: str = "") -> Markup:
        """How many signatures of a party are awaited, and from whom. otherwise: from whom where nobody is named."""
        count, names = self.awaited(party_id), self.may_sign_for(party_id)
        if not names and not otherwise:
            return ngettext("%(count)s signature awaited", "%(count)s signatures awaited", count)
        return ngettext(
            "%(count)s signature awaited, from %(who)s",
            "%(count)s signatures awaited, from %(who)s",
            count,
            who=either(names) if names else otherwise,
        )

    @property
    def cannot_sign(self) -> Markup:
        """What is told to who has no mandate to sign."""
        if self.us is None:
            return gettext("You read along as an observer: nothing is asked of you.")
        return gettext("You cannot sign it yourself: that takes the mandate of a signatory.")

    @property
    def why_void(self) -> Markup:
        """Why the last ratification ended without force, in a few words."""
        ratification = self.view.header["ratification"]
        refusal = ratification["refusal"]
        return gettext(words.WHY_VOID[ratification["voided"]], member=self.who(refusal) if refusal else "")

    @property
    def signed_by_now(self) -> list[str]:
        """The members who have signed the text that is put to signature."""
        ratification = self.view.header["ratification"]
        return [each["member_id"] for each in ratification["consents"]] if ratification else []

    @property
    def whole_text(self) -> Markup:
        """What the page of the whole text is called now."""
        return gettext(words.WHOLE_TEXT[AgreementStatus(self.status)])

    @property
    def in_force_since(self) -> str:
        """The moment of the last signature that was needed."""
        return str(max(each["at"] for each in self.view.header["ratification"]["consents"]))

    def is_unsettled(self, term: Body) -> bool:
        """Whether something on a term keeps the text from being put to signature."""
        is_agreed = term["status"] in (TermStatus.PROVISIONAL, TermStatus.DEFERRED, TermStatus.RATIFIED)
        return not is_agreed or self.view.is_touched(term["term_id"])

    def obstacle(self, found: Obstacle) -> Markup:
        """Why a clause is not settled, in words."""
        match found.about:
            case "term":
                return gettext(words.IN_THE_WAY[self.state(self.view.term[found.id])])
            case "condition":
                return gettext("its acceptance waits for a condition")
            case "objection":
                return gettext("a blocking objection stands")
            case _:
                offer = self.view.proposal[found.id]
                return gettext(words.OFFER_IN_THE_WAY[offer["state"]], party=self.short(offer["party_id"]))

    def has_more(self, term: Body) -> bool:
        """Whether there are acts on a term beyond those that stand below it."""
        return self.may.on("mark", term) or self.may.add()

    # What it serves.

    def served(self, term: Body) -> list[SharedNeed]:
        """The needs that a clause serves."""
        return [self.shared.needs[each] for each in term["need_ids"] if each in self.shared.needs]

    def need(self, need_id: str | None) -> SharedNeed | None:
        """A need that is named, whatever became of it."""
        return self.shared.needs.get(need_id or "")

    def principle(self, intention_id: str | None) -> str | None:
        """The words of a principle that is named."""
        return self.shared.principles.get(intention_id or "")

    def to_link(self, term: Body) -> Iterator[SharedNeed]:
        """The needs that can be linked to a clause, and are not yet."""
        others = (each for each in self.shared.standing if each.need_id not in term["need_ids"])
        return (each for each in others if self.may.link("link", term, each))

    def to_unlink(self, term: Body) -> list[SharedNeed]:
        """The needs that a clause is said to serve, and that can be taken off it."""
        return [each for each in self.served(term) if self.may.link("unlink", term, each)]

    def may_link(self, term: Body) -> bool:
        return any(True for _ in self.to_link(term))

    # The argument.

    def argument(self, term: Body) -> list[Body]:
        """The objections about a term, in the order of their raising."""
        return self.view.objections_about.get(term["term_id"], [])

    def words_unchanged(self, objection: Body) -> bool:
        """Whether the offer that an objection is on is the one that it was raised on."""
        offer = self.view.proposal.get(objection["proposal_id"])
        return offer is not None and offer["made_at"] <= objection["raised_at"]

    def blocked_elsewhere(self, term: Body) -> list[tuple[Body, Body]]:
        """Objections that block a package with this term in it and are about others: each with the first of these."""
        found = []
        for head in self.offers.heads(term):
            for each in self.view.objections_on.get(head["proposal_id"], ()):
                is_elsewhere = term["term_id"] not in each["term_ids"]
                if is_elsewhere and each["severity"] == Severity.BLOCKING and each["state"] in NOT_ENDED:
                    found.append((each, self.view.term[each["term_ids"][0]]))
        return found

    def standing(self, objections: Sequence[Body]) -> int:
        return sum(1 for each in objections if each["state"] in NOT_ENDED)

    def questions(self, term: Body) -> list[Body]:
        """The questions on offers that touch a term, in the order of their asking."""
        return self.view.questions_about.get(term["term_id"], [])

    def own_objections(self, proposal: Body) -> list[Body]:
        """What a refusal of a proposal may cite."""
        on_it = self.view.objections_on.get(proposal["proposal_id"], [])
        return [each for each in on_it if each["party_id"] == self.us and each["state"] in NOT_ENDED]

    def concerns(self, proposal: Body) -> list[Body]:
        """What stays on record, as a concern, when a proposal is accepted."""
        on_it = self.view.objections_on.get(proposal["proposal_id"], [])
        return [each for each in on_it if each["severity"] == Severity.CONCERN and each["state"] in NOT_ENDED]

    def stale(self, term: Body) -> list[Body]:
        """Own stale proposals on a term that were not made again."""
        return [each for each in self.view.stale(term["term_id"]) if self.may.on_offer("replace", each)]

    def rivals(self, proposal: Body) -> list[Body]:
        """Live proposals of other threads that touch a clause of this one: they become stale when it is accepted."""
        found = {
            each["proposal_id"]: each
            for item in proposal["items"]
            for each in self.view.on(item["term_id"])
            if each["state"] in LIVE and each["thread_id"] != proposal["thread_id"]
        }
        return list(found.values())

    def moved_on(self, proposal: Body) -> list[Body]:
        """The terms whose words are no longer those that a proposal started from."""
        terms = [(self.view.term.get(each["term_id"]), each.get("base_version")) for each in proposal["items"]]
        return [term for term, base in terms if term is not None and base is not None and term["version"] != base]

    def signed(self, party_id: str) -> list[Body]:
        """The consents of a party to the text that is put to signature."""
        return [each for each in self.view.header["ratification"]["consents"] if each["party_id"] == party_id]

    def may_sign_for(self, party_id: str) -> list[str]:
        """The names of a party's signatories who have not signed."""
        signed = {each["member_id"] for each in self.signed(party_id)}
        return [
            each.name
            for each in self.people
            if each.party_id == party_id and each.signs and each.member_id not in signed
        ]

    def binding_mandate(self) -> Markup:
        """By what the reader binds its party, in words."""
        covered = self.held.get(Mandate.NEGOTIATOR)
        if covered is None:
            return gettext("as its negotiator for the whole text")
        numbers = [
            self.outline.number(term) or term["heading"] for term in self.view.terms if term["term_id"] in covered
        ]
        return gettext("as its negotiator for %(clauses)s", clauses=", ".join(numbers))
