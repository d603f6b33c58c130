"""Needs: why a party wants something. Its owner says it, the other party says it back, and the owner alone says whether
that is it, and whether it was met (relationship.md, Needs)."""

from __future__ import annotations

from typing import Any

from domain import acts_in_partnership
from domain.acts_in_partnership import NeedWords
from domain.ids import NeedId, PartyId
from domain.partnership_commands import (
    ConfirmRestatement,
    CorrectRestatement,
    DeclareNeedMet,
    DeclareNeedUnmet,
    DiscloseNeed,
    RestateNeed,
    RewordNeed,
    WithdrawNeed,
)
from domain.partnership_events import (
    NeedDeclaredMet,
    NeedDeclaredUnmet,
    NeedDisclosed,
    NeedRestated,
    NeedReworded,
    NeedWithdrawn,
    RestatementConfirmed,
    RestatementCorrected,
)
from domain.refusals import Code, Subject
from domain.relationship import Need, PartnershipState, Said, Step
from domain.rules import Act, Rules
from domain.words import NeedOutcome, NeedState, Understanding

rules = Rules()


def words_on_need(need: Need, party: PartyId) -> NeedWords:
    """The state words that decide which acts on a need are open to a party."""
    return NeedWords(need.understanding, own=need.party_id == party)


def state_of(understanding: str, outcome: str | None, *, is_served: bool) -> NeedState:
    """The first state that holds. is_served: an agreed clause of an agreement that has not ended is linked to it."""
    if understanding == Understanding.WITHDRAWN:
        return NeedState.WITHDRAWN
    if outcome is not None:
        return NeedState(outcome)
    if understanding == Understanding.UNDERSTOOD and is_served:
        return NeedState.ADDRESSED
    return NeedState(understanding)


@rules.decides(DiscloseNeed, acts_in_partnership.always)
def disclose_need(partnership: PartnershipState, command: DiscloseNeed, act: Act) -> None:
    acts_in_partnership.guards_of_party(act).settle()
    partnership.record(NeedDisclosed, need_id=command.need_id, text=command.text, why=command.why)


@rules.decides(RestateNeed, acts_in_partnership.restate)
def restate_need(partnership: PartnershipState, command: RestateNeed, act: Act) -> None:
    need = partnership.need(command.need_id)
    guards = acts_in_partnership.guards_of_party(act)
    guards.note(acts_in_partnership.restate(words_on_need(need, act.party)))
    guards.settle()
    partnership.record(NeedRestated, need_id=need.need_id, text=command.text)


@rules.decides(ConfirmRestatement, acts_in_partnership.judge_restatement)
def confirm_restatement(partnership: PartnershipState, command: ConfirmRestatement, act: Act) -> None:
    need = partnership.need(command.need_id)
    guards = acts_in_partnership.guards_of_party(act)
    guards.note(acts_in_partnership.judge_restatement(words_on_need(need, act.party)))
    guards.refuse_if(
        need.restatement is not None and need.restatement.version != command.version,
        Code.STALE_VIEW,
        "The other party has said it in other words since you read it.",
        "Read what stands now, then decide again.",
        subject=Subject("need", need.need_id),
    )
    guards.settle()
    partnership.record(RestatementConfirmed, need_id=need.need_id, version=command.version)


@rules.decides(CorrectRestatement, acts_in_partnership.judge_restatement)
def correct_restatement(partnership: PartnershipState, command: CorrectRestatement, act: Act) -> None:
    need = partnership.need(command.need_id)
    guards = acts_in_partnership.guards_of_party(act)
    guards.note(acts_in_partnership.judge_restatement(words_on_need(need, act.party)))
    guards.settle()
    partnership.record(RestatementCorrected, need_id=need.need_id, text=command.text)


@rules.decides(RewordNeed, acts_in_partnership.of_ones_own)
def reword_need(partnership: PartnershipState, command: RewordNeed, act: Act) -> None:
    need_id = _own(partnership, command.need_id, act)
    partnership.record(NeedReworded, need_id=need_id, text=command.text, why=command.why)


@rules.decides(DeclareNeedMet, acts_in_partnership.of_ones_own)
def declare_need_met(partnership: PartnershipState, command: DeclareNeedMet, act: Act) -> None:
    partnership.record(NeedDeclaredMet, need_id=_own(partnership, command.need_id, act), note=command.note)


@rules.decides(DeclareNeedUnmet, acts_in_partnership.of_ones_own)
def declare_need_unmet(partnership: PartnershipState, command: DeclareNeedUnmet, act: Act) -> None:
    partnership.record(NeedDeclaredUnmet, need_id=_own(partnership, command.need_id, act), note=command.note)


@rules.decides(WithdrawNeed, acts_in_partnership.of_ones_own)
def withdraw_need(partnership: PartnershipState, command: WithdrawNeed, act: Act) -> None:
    partnership.record(NeedWithdrawn, need_id=_own(partnership, command.need_id, act), reason=command.reason)


def _own(partnership: PartnershipState, need_id: NeedId, act: Act) -> NeedId:
    need = partnership.need(need_id)
    guards = acts_in_partnership.guards_of_party(act)
    guards.note(acts_in_partnership.of_ones_own(words_on_need(need, act.party)))
    guards.settle()
    return need.need_id


@rules.folds(NeedDisclosed)
def need_disclosed(partnership: PartnershipState, event: NeedDisclosed) -> None:
    assert event.actor.party_id and event.actor.member_id
    partnership.needs[event.need_id] = Need(
        event.need_id,
        event.actor.party_id,
        event.actor.member_id,
        event.text,
        event.why,
        event.at,
        event.originator_version,
        changed_at=event.at,
        history=(_step(event),),
    )


@rules.folds(NeedRestated)
def need_restated(partnership: PartnershipState, event: NeedRestated) -> None:
    assert event.actor.party_id and event.actor.member_id
    said = Said(event.actor.party_id, event.actor.member_id, event.at, event.text, event.originator_version)
    _change(partnership, event, understanding=Understanding.RESTATED, restatement=said)


@rules.folds(RestatementConfirmed)
def restatement_confirmed(partnership: PartnershipState, event: RestatementConfirmed) -> None:
    _change(partnership, event, understanding=Understanding.UNDERSTOOD)


@rules.folds(RestatementCorrected)
def restatement_corrected(partnership: PartnershipState, event: RestatementCorrected) -> None:
    _change(partnership, event, understanding=Understanding.DISCLOSED, restatement=None, correction=event.text)


@rules.folds(NeedReworded)
def need_reworded(partnership: PartnershipState, event: NeedReworded) -> None:
    _change(
        partnership,
        event,
        text=event.text,
        why=event.why,
        understanding=Understanding.DISCLOSED,
        outcome=None,
        note=None,
        restatement=None,
        correction=None,
    )


@rules.folds(NeedDeclaredMet, NeedDeclaredUnmet)
def outcome_declared(partnership: PartnershipState, event: NeedDeclaredMet | NeedDeclaredUnmet) -> None:
    outcome = NeedOutcome.MET if isinstance(event, NeedDeclaredMet) else NeedOutcome.UNMET
    _change(partnership, event, outcome=outcome, note=event.note)


@rules.folds(NeedWithdrawn)
def need_withdrawn(partnership: PartnershipState, event: NeedWithdrawn) -> None:
    _change(partnership, event, understanding=Understanding.WITHDRAWN, reason=event.reason)


def _change(partnership: PartnershipState, event: Any, **changed: Any) -> None:
    need_id: NeedId = event.need_id
    need = partnership.needs[need_id]
    history = (*need.history, _step(event))
    partnership.needs[need_id] = need._replace(changed_at=event.at, history=history, **changed)


def _step(event: Any) -> Step:
    said = next((vars(event)[name] for name in ("text", "note", "reason") if vars(event).get(name)), None)
    actor = event.actor
    return Step(event.TOPIC, actor.party_id, actor.member_id, event.at, said, vars(event).get("why"))
