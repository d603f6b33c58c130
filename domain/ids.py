"""Ids, each a type of its own so that they cannot be mixed up. All are UUIDs as lower-case text."""

from typing import NewType

PartnershipId = NewType("PartnershipId", str)
AgreementId = NewType("AgreementId", str)
PartyId = NewType("PartyId", str)
MemberId = NewType("MemberId", str)
TermId = NewType("TermId", str)
ProposalId = NewType("ProposalId", str)
ThreadId = NewType("ThreadId", str)
ObjectionId = NewType("ObjectionId", str)
QuestionId = NewType("QuestionId", str)
CommandId = NewType("CommandId", str)
Fingerprint = NewType("Fingerprint", str)
