"""What a form is asked for, and what it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.refusals import Code, Refusal
from web.reader import Reader
from web.view import Body

Params = Mapping[str, str]

_ON_THE_OFFER = {
    "accept": "accept",
    "accept_subject_to": "accept",
    "counter": "counter",
    "object": "object_to",
    "decline": "decline",
    "replace": "replace",
    "withdraw": "withdraw",
}
"""Acts on an offer, which go on with the one that stands now where theirs was replaced."""


@dataclass(frozen=True, slots=True)
class Form:
    """command: what it sends; hidden: the fields that the page knows; more: what its template is given besides."""

    command: str
    hidden: Mapping[str, Any]
    more: Mapping[str, Any]
    template: str | None = None


@dataclass(frozen=True, slots=True)
class FormAsked:
    """A request for a form. act: which; params: what it is about."""

    reader: Reader
    act: str
    params: Params

    def proposal(self) -> Body:
        """The proposal that is meant: the one that is named, or, where that has been replaced or has ended, the one
        that stands in its place for this act."""
        named = self.reader.view.proposal.get(self.params.get("proposal", ""))
        act = _ON_THE_OFFER.get(self.act)
        if act is None:
            return known(self.reader.view.proposal, self.params.get("proposal"))
        if named is not None and self.reader.may.on_offer(act, named):
            return named
        standing = [each for each in self._heads() if self.reader.may.on_offer(act, each)]
        in_thread = [each for each in standing if named is not None and each["thread_id"] == named["thread_id"]]
        if not standing:
            raise ended()
        return (in_thread or standing)[-1]

    def moved_on(self) -> bool:
        """Whether the offer that is named is no longer the one that this is about."""
        named = self.params.get("proposal")
        return named is not None and self.proposal()["proposal_id"] != named

    def key(self) -> str:
        """Under what a draft is kept: the same for all offers of a thread."""
        about = {key: value for key, value in self.params.items() if key != "proposal"}
        if "proposal" in self.params:
            about["thread"] = self.proposal()["thread_id"]
        return "&".join(f"{key}={about[key]}" for key in sorted(about))

    def term(self) -> Body:
        return known(self.reader.view.term, self.params.get("term"))

    def objection(self) -> Body:
        return known(self.reader.view.objection, self.params.get("objection"))

    def question(self) -> Body:
        return known(self.reader.view.question, self.params.get("question"))

    def _heads(self) -> list[Body]:
        term = self.reader.view.term.get(self.params.get("term", ""))
        return self.reader.offers.heads(term) if term else []


def known(things: Mapping[str, Body], key: str | None) -> Body:
    """What a parameter names; `not_found` when it has ended."""
    found = things.get(key or "")
    if found is None:
        raise ended()
    return found


def ended() -> Refusal:
    """The refusal where what a form is about is gone."""
    return Refusal(
        Code.NOT_FOUND,
        "What this is about has ended in the meantime.",
        "Look at how the clause stands now; what you have written is kept among your drafts.",
    )
