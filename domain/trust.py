"""Trust statements: what builds and what breaks a party's trust, how it reacts, how to repair it. First said under
seal, both at once; afterwards answered and reworded in the open (relationship.md, Sealed exchanges)."""

from __future__ import annotations

from domain import acts_in_partnership
from domain.partnership_commands import AnswerTrustStatement, RewordTrustStatement
from domain.partnership_events import TrustStatementAnswered, TrustStatementReworded
from domain.refusals import Code, refuse
from domain.relationship import PartnershipState, Said, Statement, Words, statement_key
from domain.rules import Act, Rules

rules = Rules()


@rules.decides(AnswerTrustStatement, acts_in_partnership.answer_statement)
def answer_trust_statement(partnership: PartnershipState, command: AnswerTrustStatement, act: Act) -> None:
    if command.party_id not in partnership.party_ids:
        refuse(Code.UNKNOWN_REFERENCE, "The partnership has no such party.")
    is_stated = statement_key(command.party_id, command.category) in partnership.statements
    if partnership.trust_was_revealed and not is_stated:
        refuse(Code.UNKNOWN_REFERENCE, "That party has stated nothing in this category.")
    guards = acts_in_partnership.guards_of_party(act)
    guards.note(
        acts_in_partnership.answer_statement(revealed=partnership.trust_was_revealed, own=command.party_id == act.party)
    )
    guards.settle()
    partnership.record(TrustStatementAnswered, party_id=command.party_id, category=command.category, text=command.text)


@rules.decides(RewordTrustStatement, acts_in_partnership.reword_statement)
def reword_trust_statement(partnership: PartnershipState, command: RewordTrustStatement, act: Act) -> None:
    guards = acts_in_partnership.guards_of_party(act)
    guards.note(acts_in_partnership.reword_statement(revealed=partnership.trust_was_revealed))
    guards.settle()
    partnership.record(
        TrustStatementReworded,
        category=command.category,
        builds=command.builds,
        breaks=command.breaks,
        reaction=command.reaction,
        repair=command.repair,
    )


@rules.folds(TrustStatementAnswered)
def statement_answered(partnership: PartnershipState, event: TrustStatementAnswered) -> None:
    assert event.actor.party_id and event.actor.member_id
    key = statement_key(event.party_id, event.category)
    statement = partnership.statements[key]
    answer = Said(event.actor.party_id, event.actor.member_id, event.at, event.text, event.originator_version)
    partnership.statements[key] = statement._replace(answers=(*statement.answers, answer))


@rules.folds(TrustStatementReworded)
def statement_reworded(partnership: PartnershipState, event: TrustStatementReworded) -> None:
    party_id = event.actor.party_id
    assert party_id
    before = partnership.statements.get(statement_key(party_id, event.category))
    statement = Statement(
        party_id,
        event.category,
        event.builds,
        event.breaks,
        event.reaction,
        event.repair,
        event.at,
        event.originator_version,
        before.answers if before else (),
        (*before.earlier, Words(before.builds, before.breaks, before.reaction, before.repair, event.at))
        if before
        else (),
    )
    partnership.statements[statement.key] = statement
