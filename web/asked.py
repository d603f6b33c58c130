"""What a form is asked for, and what it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.refusals import Code, Refusal
from web.reader import Reader
from web.view import Body

Params = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Form:
    """command: what it sends; hidden: the fields that the page knows; more: what its template is given besides."""

    command: str
    hidden: Mapping[str, Any]
    more: Mapping[str, Any]
    template: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for a form. act: which; params: what it is about."""

    reader: Reader
    act: str
    params: Params

    def proposal(self) -> Body:
        return known(self.reader.view.proposal, self.params.get("proposal"))

    def term(self) -> Body:
        return known(self.reader.view.term, self.params.get("term"))

    def objection(self) -> Body:
        return known({each["objection_id"]: each for each in self.reader.view.objections}, self.params.get("objection"))

    def question(self) -> Body:
        return known({each["question_id"]: each for each in self.reader.view.questions}, self.params.get("question"))


def known(things: Mapping[str, Body], key: str | None) -> Body:
    """What a parameter names; `not_found` when it has ended."""
    found = things.get(key or "")
    if found is None:
        raise ended()
    return found


def ended() -> Refusal:
    """The refusal where what a form is about is gone."""
    return Refusal(
        Code.NOT_FOUND, "What this is about has ended in the meantime.", "Look at how the clause stands now."
    )
