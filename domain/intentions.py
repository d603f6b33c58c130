"""The shared future: visions, guiding principles and desired outcomes, each of which needs both parties' consent
(relationship.md, A shared future)."""

from __future__ import annotations

from typing import Any

from domain import acts_in_partnership
from domain.acts_in_partnership import IntentionWords
from domain.ids import PartyId
from domain.partnership_commands import (
    AdoptIntention,
    DeclineIntention,
    KeepIntention,
    ProposeIntention,
    RetireIntention,
    RewordIntention,
    WithdrawIntention,
)
from domain.partnership_events import (
    IntentionAdopted,
    IntentionDeclined,
    IntentionKept,
    IntentionProposed,
    IntentionRetired,
    IntentionRetirementRequested,
    IntentionReworded,
    IntentionWithdrawn,
)
from domain.refusals import Code, Subject, refuse
from domain.relationship import Intention, PartnershipState, Said, Step, is_adopted
from domain.rules import Act, Rules
from domain.words import ADOPTED, IntentionKind, IntentionState

rules = Rules()


def words_on_intention(intention: Intention, party: PartyId) -> IntentionWords:
    """The state words that decide which acts on an intention are open to a party."""
    asked = intention.retirement
    return IntentionWords(
        intention.state,
        mine=intention.party_id == party,
        asked_by_me=None if asked is None else asked.party_id == party,
    )


@rules.decides(ProposeIntention, acts_in_partnership.always)
def propose_intention(partnership: PartnershipState, command: ProposeIntention, act: Act) -> None:
    replaced = partnership.intentions.get(command.replaces) if command.replaces else None
    if command.replaces and not is_adopted(replaced):
        refuse(
            Code.UNKNOWN_REFERENCE,
            "What this would replace is not adopted by both.",
            "Name an adopted one, or propose it beside them.",
        )
    guards = acts_in_partnership.guards_of_party(act)
    guards.refuse_if(
        replaced is not None and replaced.kind != command.kind,
        Code.INVALID_VALUE,
        f"{_a(command.kind)} cannot replace {_a(replaced.kind if replaced else '').lower()}.",
        "Replace one of the same kind.",
    )
    guards.settle()
    partnership.record(
        IntentionProposed,
        intention_id=command.intention_id,
        kind=command.kind,
        text=command.text,
        replaces=command.replaces,
        fingerprint=partnership.fingerprint_of(command.intention_id, command.kind, command.text, command.replaces),
    )


def _a(kind: str) -> str:
    return f"An {kind}" if kind == IntentionKind.OUTCOME else f"A {kind}"


@rules.decides(RewordIntention, acts_in_partnership.reword)
def reword_intention(partnership: PartnershipState, command: RewordIntention, act: Act) -> None:
    intention = partnership.intention(command.intention_id)
    guards = acts_in_partnership.guards_of_party(act)
    guards.note(acts_in_partnership.reword(words_on_intention(intention, act.party)))
    guards.settle()
    partnership.record(
        IntentionReworded,
        intention_id=intention.intention_id,
        text=command.text,
        fingerprint=partnership.fingerprint_of(
            intention.intention_id, intention.kind, command.text, intention.replaces
        ),
    )


@rules.decides(AdoptIntention, acts_in_partnership.answer_intention)
def adopt_intention(partnership: PartnershipState, command: AdoptIntention, act: Act) -> None:
    """Both stand behind it; what it replaces is retired, and so is the vision that was adopted until now."""
    intention = partnership.intention(command.intention_id)
    guards = acts_in_partnership.guards_of_party(act)
    guards.note(acts_in_partnership.answer_intention(words_on_intention(intention, act.party)))
    guards.refuse_if(
        command.fingerprint != intention.fingerprint,
        Code.STALE_VIEW,
        "These are not the words that stand now.",
        "Read what stands now, then decide again.",
        subject=Subject("intention", intention.intention_id),
    )
    guards.settle()
    replaced = partnership.vision if intention.kind == IntentionKind.VISION else intention.replaces
    retires = replaced is not None and is_adopted(partnership.intentions[replaced])
    adopted = partnership.record(
        IntentionAdopted, intention_id=intention.intention_id, fingerprint=intention.fingerprint
    )
    if retires:
        partnership.record(IntentionRetired, intention_id=replaced, reason=None, caused_by=adopted)


@rules.decides(DeclineIntention, acts_in_partnership.answer_intention)
def decline_intention(partnership: PartnershipState, command: DeclineIntention, act: Act) -> None:
    intention = partnership.intention(command.intention_id)
    guards = acts_in_partnership.guards_of_party(act)
    guards.note(acts_in_partnership.answer_intention(words_on_intention(intention, act.party)))
    guards.settle()
    partnership.record(IntentionDeclined, intention_id=intention.intention_id, reason=command.reason)


@rules.decides(WithdrawIntention, acts_in_partnership.withdraw_intention)
def withdraw_intention(partnership: PartnershipState, command: WithdrawIntention, act: Act) -> None:
    intention = partnership.intention(command.intention_id)
    guards = acts_in_partnership.guards_of_party(act)
    guards.note(acts_in_partnership.withdraw_intention(words_on_intention(intention, act.party)))
    guards.settle()
    partnership.record(IntentionWithdrawn, intention_id=intention.intention_id)


@rules.decides(RetireIntention, acts_in_partnership.retire)
def retire_intention(partnership: PartnershipState, command: RetireIntention, act: Act) -> None:
    """Asking needs a reason, agreeing to what the other party asked does not; one's own request is replaced."""
    intention = partnership.intention(command.intention_id)
    words = words_on_intention(intention, act.party)
    guards = acts_in_partnership.guards_of_party(act)
    guards.refuse_if(
        intention.state in ADOPTED and not words.agrees and command.reason is None,
        Code.MALFORMED,
        "reason is missing: whoever asks to retire what both have adopted says why.",
        "Add the reason and send it again.",
    )
    guards.note(acts_in_partnership.retire(words))
    guards.settle()
    if words.agrees:
        partnership.record(IntentionRetired, intention_id=intention.intention_id, reason=command.reason, caused_by=None)
    else:
        partnership.record(IntentionRetirementRequested, intention_id=intention.intention_id, reason=command.reason)


@rules.decides(KeepIntention, acts_in_partnership.keep)
def keep_intention(partnership: PartnershipState, command: KeepIntention, act: Act) -> None:
    intention = partnership.intention(command.intention_id)
    guards = acts_in_partnership.guards_of_party(act)
    guards.note(acts_in_partnership.keep(words_on_intention(intention, act.party)))
    guards.settle()
    partnership.record(IntentionKept, intention_id=intention.intention_id, reason=command.reason)


@rules.folds(IntentionProposed)
def intention_proposed(partnership: PartnershipState, event: IntentionProposed) -> None:
    assert event.actor.party_id and event.actor.member_id
    partnership.intentions[event.intention_id] = Intention(
        event.intention_id,
        IntentionKind(event.kind),
        event.text,
        event.replaces,
        event.fingerprint,
        event.actor.party_id,
        event.actor.member_id,
        event.originator_version,
        history=(_step(event),),
    )


@rules.folds(IntentionReworded)
def intention_reworded(partnership: PartnershipState, event: IntentionReworded) -> None:
    _change(
        partnership,
        event,
        before=partnership.intentions[event.intention_id].text,
        text=event.text,
        fingerprint=event.fingerprint,
        party_id=event.actor.party_id,
        member_id=event.actor.member_id,
    )


@rules.folds(IntentionAdopted)
def intention_adopted(partnership: PartnershipState, event: IntentionAdopted) -> None:
    _change(partnership, event, state=IntentionState.ADOPTED, before=None)
    if partnership.intentions[event.intention_id].kind == IntentionKind.VISION:
        partnership.vision = event.intention_id


@rules.folds(IntentionDeclined, IntentionWithdrawn)
def intention_ended(partnership: PartnershipState, event: IntentionDeclined | IntentionWithdrawn) -> None:
    if isinstance(event, IntentionDeclined):
        _change(partnership, event, state=IntentionState.DECLINED, reason=event.reason)
    else:
        _change(partnership, event, state=IntentionState.WITHDRAWN)


@rules.folds(IntentionRetirementRequested)
def retirement_requested(partnership: PartnershipState, event: IntentionRetirementRequested) -> None:
    assert event.actor.party_id and event.actor.member_id
    asked = Said(event.actor.party_id, event.actor.member_id, event.at, event.reason, event.originator_version)
    _change(partnership, event, state=IntentionState.RETIREMENT_ASKED, retirement=asked)


@rules.folds(IntentionRetired)
def intention_retired(partnership: PartnershipState, event: IntentionRetired) -> None:
    _change(partnership, event, state=IntentionState.RETIRED)
    if partnership.vision == event.intention_id:
        partnership.vision = None


@rules.folds(IntentionKept)
def intention_kept(partnership: PartnershipState, event: IntentionKept) -> None:
    _change(partnership, event, state=IntentionState.ADOPTED, retirement=None)


def _change(partnership: PartnershipState, event: Any, **changed: Any) -> None:
    intention = partnership.intentions[event.intention_id]
    partnership.intentions[event.intention_id] = intention._replace(
        history=(*intention.history, _step(event)), **changed
    )


def _step(event: Any) -> Step:
    said = getattr(event, "reason", None)
    return Step(event.TOPIC, event.actor.party_id, event.actor.member_id, event.at, said)
