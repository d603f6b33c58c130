"""The objects of the public protocol: each described once, for its schema and for what is picked from a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from domain.partnership import Partnership
from domain.refusals import Subject
from domain.relationship import Member
from domain.words import (
    AgreementStatus,
    CancelCause,
    ExchangeState,
    IntentionKind,
    IntentionState,
    Mark,
    NeedOutcome,
    NeedState,
    ObjectionState,
    ProposalState,
    Severity,
    ShareState,
    TermStatus,
    TrustCategory,
    Understanding,
)
from projections import current_terms, open_proposals
from projections.schema import (
    FINGERPRINT,
    FLAG,
    ID,
    TEXT,
    TIME,
    VERSION,
    Body,
    Shape,
    exactly,
    listed,
    many,
    maybe,
    nullable,
    words,
)

TERM = Shape(
    term_id=ID,
    heading=TEXT,
    text=TEXT,
    value=nullable({"type": "object"}),
    version=VERSION,
    status=words(*TermStatus),
    marks=listed(words(*Mark)),
    position=VERSION,
    need_ids=listed(ID),
)
PROPOSAL = Shape(
    proposal_id=ID,
    thread_id=ID,
    party_id=ID,
    member_id=ID,
    state=words(*ProposalState),
    contested=FLAG,
    head=FLAG,
    items=listed({"type": "object", "required": ["op", "term_id"]}),
    rationale=nullable(TEXT),
    fingerprint=FINGERPRINT,
    counters=nullable(ID),
    replaces=nullable(ID),
    valid_until=nullable(TIME),
    version=VERSION,
)
OBJECTION = Shape(
    objection_id=ID,
    proposal_id=ID,
    party_id=ID,
    severity=words(*Severity),
    ground=TEXT,
    text=TEXT,
    would_accept=nullable(TEXT),
    state=words(*ObjectionState),
    answers=many(Shape(party_id=ID, text=TEXT)),
    resolution=maybe(Shape(kind=TEXT, text=TEXT, refs=listed(TEXT), party_id=ID)),
)
CONFLICT = OBJECTION.but(
    term_ids=listed(ID),
    raised_at=TIME,
    ended_at=nullable(TIME),
    led_to=listed(exactly(term_id=ID, version=VERSION)),
)
CONSENT = Shape(
    term_id=nullable(ID),
    version=nullable(VERSION),
    fingerprint=FINGERPRINT,
    party_id=ID,
    member_id=ID,
    mandate=nullable(TEXT),
    mandate_version=nullable(VERSION),
    at=TIME,
    event_version=VERSION,
    act=words("proposed", "accepted", "ratified"),
    voided_by=nullable(VERSION),
)
MOMENT = Shape(
    event_version=VERSION,
    at=TIME,
    type=TEXT,
    party_id=nullable(ID),
    member_id=nullable(ID),
    term_ids=listed(ID),
    sentence=TEXT,
)
AGREEMENT = Shape(
    version=VERSION,
    status=nullable(words(*AgreementStatus)),
    fingerprint=nullable(FINGERPRINT),
    terms=many(TERM),
    proposals=many(PROPOSAL),
    objections=many(OBJECTION),
)
DOCUMENT = Shape(
    title=TEXT,
    parties=many(Shape(party_id=ID, name=TEXT)),
    version=VERSION,
    status=words(*AgreementStatus),
    state=TEXT,
    signatures=many(Shape(party_id=ID, party=TEXT, member_id=ID, name=TEXT, mandate=TEXT, at=TIME)),
    fingerprint=nullable(FINGERPRINT),
    deferred=many(Shape(term_id=ID, until=TIME)),
    terms=many(TERM),
    proposals=many(PROPOSAL.but(need_ids=listed(ID))),
    conflicts=many(CONFLICT.but(need_id=nullable(ID), principle_id=nullable(ID))),
    needs=many(Shape(need_id=ID, party_id=ID, text=TEXT, why=nullable(TEXT))),
    principles=many(Shape(intention_id=ID, text=TEXT)),
)
NEED = Shape(
    need_id=ID,
    party_id=ID,
    text=TEXT,
    why=nullable(TEXT),
    understanding=words(*Understanding),
    outcome=nullable(words(*NeedOutcome)),
    state=words(*NeedState),
    note=nullable(TEXT),
    restatement=maybe(Shape(text=TEXT, version=VERSION)),
    correction=nullable(TEXT),
    serves=listed(exactly(agreement_id=ID, term_id=ID)),
    version=VERSION,
)
INTENTION = Shape(
    intention_id=ID,
    kind=words(*IntentionKind),
    text=TEXT,
    replaces=nullable(ID),
    fingerprint=FINGERPRINT,
    state=words(*IntentionState),
    party_id=ID,
    reason=nullable(TEXT),
    retirement=maybe(Shape(party_id=ID, reason=TEXT)),
    version=VERSION,
)
EXCHANGE = Shape(
    exchange_id=ID,
    kind=TEXT,
    until=TIME,
    state=words(*ExchangeState),
    party_id=ID,
    commitments={"type": "object", "additionalProperties": FINGERPRINT},
    contents=nullable({"type": "object"}),
    salts=nullable({"type": "object"}),
    cause=nullable(words(*CancelCause)),
    version=VERSION,
)
STATEMENT = Shape(
    party_id=ID,
    category=words(*TrustCategory),
    builds=TEXT,
    breaks=TEXT,
    reaction=TEXT,
    repair=TEXT,
    answers=many(Shape(party_id=ID, text=TEXT)),
    version=VERSION,
)
_WHO = Shape(party_id=ID, member_id=ID, at=TIME)
SHARE = Shape(
    share_id=ID,
    agreement_id=ID,
    party_id=ID,
    member_id=ID,
    made_at=TIME,
    expires_at=TIME,
    note=nullable(TEXT),
    state=words(*ShareState),
    agreed=maybe(_WHO),
    revoked=maybe(_WHO),
)
CLAUSE = Shape(heading=TEXT, text=TEXT, value=nullable({"type": "object"}), line=VERSION)
NOTICE = Shape(line=VERSION, what=words("left_out", "counted", "not_understood"), words=TEXT)
PREVIEW = Shape(title=nullable(TEXT), clauses=many(CLAUSE), notices=many(NOTICE))
PARTNERSHIP = Shape(
    name=TEXT,
    kind=TEXT,
    purpose=TEXT,
    parties=many(Shape(party_id=ID, name=TEXT)),
    members=many(
        Shape(
            member_id=ID,
            party_id=ID,
            name=nullable(TEXT),
            mandates=listed({"anyOf": [TEXT, exactly(mandate=TEXT, term_ids=listed(ID))]}),
            observer=FLAG,
        )
    ),
    agreements=many(Shape(agreement_id=ID, title=TEXT, status=words(*AgreementStatus))),
)


def partnership_row(partnership: Partnership, names: Mapping[str | None, str], agreements: list[Body]) -> Body:
    """A partnership, with the names of its members, by id, and the headers of its agreements."""
    return {
        "name": " & ".join(party.name for party in partnership.parties),
        "kind": partnership.kind,
        "purpose": partnership.purpose,
        "parties": [asdict(party) for party in partnership.parties],
        "members": [
            asdict(member) | {"name": names.get(member.member_id), "mandates": _mandates(member)}
            for member in partnership.members.values()
        ],
        "agreements": agreements,
    }


def _mandates(member: Member) -> list[str | Body]:
    """Each mandate's word, or with the terms that it covers."""
    return [
        mandate if covered is None else {"mandate": mandate, "term_ids": sorted(covered)}
        for mandate, covered in member.mandates.items()
    ]


def in_places(bodies: list[Body]) -> list[Body]:
    """Terms in their order, each with its position."""
    return [body | {"position": position} for position, body in enumerate(bodies)]


def changed_since(agreement: Any, subject: Subject, _: Mapping[str, Any]) -> Body:
    """What a stale view is shown: the version, the fingerprint, and the proposal or term as it is now."""
    changed: Body = {"version": agreement.version}
    if subject.kind == "proposal":
        row = open_proposals.proposal_row(agreement, subject.id)
        assert row
        return changed | {"fingerprint": row.body["fingerprint"], "proposal": PROPOSAL.of(row.body)}
    changed["fingerprint"] = agreement.text_fingerprint()
    if subject.kind == "term" and (term := current_terms.term_row(agreement, subject.id)):
        place = {str(term_id): number for number, term_id in enumerate(agreement.text)}
        changed["term"] = TERM.of(term.body, position=place.get(subject.id, 0))
    return changed
