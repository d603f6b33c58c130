"""Events about what a partnership shows to outsiders; the secret of a link is in none of them."""

from __future__ import annotations

from domain.ids import AgreementId, ShareId
from domain.partnership_events import PartnershipEvent


class ShareMade(PartnershipEvent):
    """A party asked to show an agreement, its history and the needs linked to it to whoever has a link, until then."""

    TOPIC = "ShareMade"
    SENTENCE = "asked to show an agreement to others by a link in"
    share_id: ShareId
    agreement_id: AgreementId
    expires_at: str
    note: str | None


class ShareAgreed(PartnershipEvent):
    """The other party agreed to it: the link opens from now on."""

    TOPIC = "ShareAgreed"
    SENTENCE = "agreed that an agreement is shown to others by a link in"
    share_id: ShareId


class ShareRevoked(PartnershipEvent):
    """Either party ended it: the link opens no more."""

    TOPIC = "ShareRevoked"
    SENTENCE = "ended a link by which an agreement was shown to others in"
    share_id: ShareId
