"""Ids, each a type of its own so that they cannot be mixed up. All are UUIDs as lower-case text."""

import re
from functools import lru_cache
from typing import NewType
from uuid import UUID

PartnershipId = NewType("PartnershipId", str)
AgreementId = NewType("AgreementId", str)
PartyId = NewType("PartyId", str)
MemberId = NewType("MemberId", str)
TermId = NewType("TermId", str)
ProposalId = NewType("ProposalId", str)
ThreadId = NewType("ThreadId", str)
ObjectionId = NewType("ObjectionId", str)
QuestionId = NewType("QuestionId", str)
NeedId = NewType("NeedId", str)
IntentionId = NewType("IntentionId", str)
ExchangeId = NewType("ExchangeId", str)
ShareId = NewType("ShareId", str)
CommandId = NewType("CommandId", str)
Fingerprint = NewType("Fingerprint", str)


@lru_cache(1024)
def text_of(stream: UUID) -> str:
    """The id of a stream as text. Asked several times for each event, and slow to spell."""
    return str(stream)


_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def is_id(text: str) -> bool:
    """Whether a text is an id in its one spelling."""
    return _ID.fullmatch(text) is not None
