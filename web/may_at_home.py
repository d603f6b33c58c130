"""Which acts of a partnership are open to an audience: asked of the domain, never decided here."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from domain import acts, acts_in_partnership
from domain.acts_in_partnership import ExchangeWords, IntentionWords, NeedWords, ShareWords
from domain.rules import Covered
from domain.words import Mandate
from web.home_view import HomeView
from web.view import Body


class MayAtHome:
    """What one audience may do on its partnership's home. us: its party, None for observers; held: its mandates."""

    def __init__(self, view: HomeView, us: str | None, held: Mapping[Mandate, Covered]) -> None:
        self.view, self.us, self.held = view, us, held

    @cached_property
    def negotiate(self) -> bool:
        """Whether this audience may act for its party in what is not about terms."""
        return self.us is not None and acts.is_open(acts.mandate(self.held, Mandate.NEGOTIATOR, ()))

    def with_need(self, act: str, need: Body) -> bool:
        """restate, judge_restatement or of_ones_own."""
        return self.negotiate and acts.is_open(getattr(acts_in_partnership, act)(self.on_need(need)))

    def on_need(self, need: Body) -> NeedWords:
        """The state words that decide which acts on a need are open."""
        return NeedWords(need["understanding"], own=need["party_id"] == self.us)

    def with_intention(self, act: str, intention: Body) -> bool:
        """reword, answer_intention, withdraw_intention, retire or keep."""
        return self.negotiate and acts.is_open(getattr(acts_in_partnership, act)(self.on_intention(intention)))

    def agrees_to_retire(self, intention: Body) -> bool:
        """Whether retiring it would be agreeing to what the other party asked."""
        return self.on_intention(intention).agrees

    def on_intention(self, intention: Body) -> IntentionWords:
        """The state words that decide which acts on an intention are open."""
        asked = intention["retirement"]
        return IntentionWords(
            intention["state"],
            mine=intention["party_id"] == self.us,
            asked_by_me=None if asked is None else asked["party_id"] == self.us,
        )

    def with_exchange(self, act: str, exchange: Body) -> bool:
        """seal, take_back or cancel."""
        return self.negotiate and acts.is_open(getattr(acts_in_partnership, act)(self.on_exchange(exchange)))

    def on_exchange(self, exchange: Body) -> ExchangeWords:
        """The state words that decide which acts on an exchange are open."""
        return ExchangeWords(exchange["state"], exchange["cause"], sealed=self.us in exchange["commitments"])

    def reads_own(self, exchange: Body) -> bool:
        """Whether what this audience's party has sealed is shown to it."""
        return self.us is not None and acts_in_partnership.reads_own(self.on_exchange(exchange), self.held)

    def answer(self, party_id: str) -> bool:
        """Answer a party's statements on trust."""
        return self.negotiate and acts.is_open(self.answering(party_id))

    def answering(self, party_id: str | None) -> acts.Broken:
        """What stands in the way of answering a party's statements."""
        return acts_in_partnership.answer_statement(revealed=bool(self.view.statements), own=party_id == self.us)

    @property
    def reword_statement(self) -> bool:
        """Reword, or add to, what one's own party says of trust."""
        return self.negotiate and acts.is_open(self.rewording_statement())

    def rewording_statement(self) -> acts.Broken:
        """What stands in the way of it."""
        return acts_in_partnership.reword_statement(revealed=bool(self.view.statements))

    @cached_property
    def open_agreement(self) -> bool:
        """Open an agreement."""
        return self.us is not None and acts.is_open(acts.mandate(self.held, Mandate.NEGOTIATOR, (), whole_text=True))

    @cached_property
    def share(self) -> bool:
        """Ask to show an agreement to outsiders."""
        return self.us is not None and acts.is_open(acts_in_partnership.administers(self.held))

    def with_share(self, act: str, share: Body) -> bool:
        """agree_to_share or revoke_share."""
        own, expired = share["party_id"] == self.us, share["expires_at"] <= self.view.now
        words = ShareWords(share["state"], own=own, expired=expired)
        return self.share and acts.is_open(getattr(acts_in_partnership, act)(words))

    def administer(self, party_id: str) -> bool:
        return acts.is_open(acts.administer(self.held, own_party=self.us == party_id))
