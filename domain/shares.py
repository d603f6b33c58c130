"""What is shown to outsiders: one agreement with its history and the needs linked to it, by a link. A signatory or
sponsor asks for it, one of the other party agrees, since what it shows is both sides' words; either ends it."""

from __future__ import annotations

from dataclasses import dataclass

from domain import acts_in_partnership
from domain.acts_in_partnership import ShareWords
from domain.command import Command
from domain.ids import AgreementId, PartyId, ShareId
from domain.members import administrator
from domain.refusals import Code, Guards, refuse
from domain.relationship import PartnershipState, Said, Share
from domain.rules import Act, Rules
from domain.share_events import ShareAgreed, ShareMade, ShareRevoked
from domain.words import ShareState

rules = Rules()


@dataclass(frozen=True, kw_only=True)
class MakeShare(Command):
    """Ask to show an agreement by a link. It is not sent as a command: the door makes it, with the link's secret."""

    TYPE = ""
    share_id: ShareId
    agreement_id: AgreementId
    expires_at: str
    note: str | None


@dataclass(frozen=True, kw_only=True)
class AgreeToShare(Command):
    """Agree, for the other party, that it is shown."""

    TYPE = ""
    share_id: ShareId


@dataclass(frozen=True, kw_only=True)
class RevokeShare(Command):
    """End a link, whoever asked for it."""

    TYPE = ""
    share_id: ShareId


def words_on_share(share: Share, party: PartyId, now: str) -> ShareWords:
    """The state words that decide which acts on a share are open to a party."""
    return ShareWords(share.state, own=share.party_id == party, expired=share.expires_at <= now)


@rules.decides(MakeShare, acts_in_partnership.administers, needs=administrator)
def make_share(partnership: PartnershipState, command: MakeShare, act: Act) -> None:
    guards = Guards(acts_in_partnership.administers(act.mandates))
    guards.refuse_if(
        not partnership.now < command.expires_at,
        Code.INVALID_VALUE,
        "A link opens until a moment that lies ahead.",
        "Choose a later day.",
    )
    guards.settle()
    partnership.record(
        ShareMade,
        share_id=command.share_id,
        agreement_id=command.agreement_id,
        expires_at=command.expires_at,
        note=command.note,
    )


@rules.decides(AgreeToShare, acts_in_partnership.agree_to_share, needs=administrator)
def agree_to_share(partnership: PartnershipState, command: AgreeToShare, act: Act) -> None:
    share = _share(partnership, command.share_id)
    guards = Guards(acts_in_partnership.administers(act.mandates))
    guards.note(acts_in_partnership.agree_to_share(words_on_share(share, act.party, partnership.now)))
    guards.settle()
    partnership.record(ShareAgreed, share_id=share.share_id)


@rules.decides(RevokeShare, acts_in_partnership.revoke_share, needs=administrator)
def revoke_share(partnership: PartnershipState, command: RevokeShare, act: Act) -> None:
    share = _share(partnership, command.share_id)
    guards = Guards(acts_in_partnership.administers(act.mandates))
    guards.note(acts_in_partnership.revoke_share(words_on_share(share, act.party, partnership.now)))
    guards.settle()
    partnership.record(ShareRevoked, share_id=share.share_id)


def _share(partnership: PartnershipState, share_id: ShareId) -> Share:
    return partnership.shares.get(share_id) or refuse(Code.NOT_FOUND)


@rules.folds(ShareMade)
def share_made(partnership: PartnershipState, event: ShareMade) -> None:
    assert event.actor.party_id and event.actor.member_id
    partnership.shares[event.share_id] = Share(
        event.share_id,
        event.agreement_id,
        event.actor.party_id,
        event.actor.member_id,
        event.at,
        event.expires_at,
        event.note,
        event.originator_version,
    )


@rules.folds(ShareAgreed, ShareRevoked)
def share_changed(partnership: PartnershipState, event: ShareAgreed | ShareRevoked) -> None:
    assert event.actor.party_id and event.actor.member_id
    said = Said(event.actor.party_id, event.actor.member_id, event.at, "", event.originator_version)
    share = partnership.shares[event.share_id]
    if isinstance(event, ShareAgreed):
        partnership.shares[event.share_id] = share._replace(state=ShareState.AGREED, agreed=said)
    else:
        partnership.shares[event.share_id] = share._replace(state=ShareState.REVOKED, revoked=said)
