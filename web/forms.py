"""The forms that open on demand: each asks for the words of one act, beside what it is about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

from domain import acts
from domain.refusals import Code, Guards, Refusal
from domain.words import GROUNDS, LIVE
from web import composer
from web.asked import Form, FormAsked, Params, ended, known
from web.fragments import context
from web.reader import Reader
from web.templates import templates
from web.view import Body

MOST_READ = 100
"""Offers that are read and accepted together at most."""
_CHANGE_THE_TEXT = {
    *("propose", "package", "add", "move", "remove", "open", "reopen", "park", "defer", "open_ratification"),
    *("counter", "replace", "object", "accept", "accept_subject_to"),
}
"""The acts that are not open while the text is frozen, in force or given up."""


def item(reader: Reader, params: Params) -> str:
    """One more clause for a package that is being composed; at: its number in it."""
    term, number = known(reader.view.term, params.get("term")), params.get("at", "")
    if not number.isdigit():
        raise Refusal(Code.NOT_FOUND)
    each = composer.to_start_from(reader, term)
    return templates.get_template("forms/item.html").render(each=each, at=f"items.{number}.", **context(reader))


def form(reader: Reader, act: str, params: Params) -> str:
    """The form of an act, as HTML; `not_found` where there is no such act or what it is about is gone."""
    opens = FORMS.get(act)
    if opens is None or reader.us is None:
        raise Refusal(Code.NOT_FOUND)
    if act in _CHANGE_THE_TEXT:
        Guards(acts.change_the_text(reader.status)).settle()
    if act == "refuse_consent":
        Guards(acts.refuse_to_sign(reader.status, ran_out=False)).settle()
    asked = FormAsked(reader, act, params)
    made = opens.make(asked)
    assert made.command == opens.command
    template = templates.get_template(f"forms/{made.template or act}.html")
    return template.render(
        command=made.command,
        hidden=made.hidden,
        draft=f"{reader.agreement_id}/{act}?{asked.key()}",
        again=f"{reader.here}/forms/{act}?{urlencode(params)}",
        moved_on=asked.moved_on(),
        about=reader.view.term.get(params.get("term", "")),
        on_offer=_stands_on(asked),
        **context(reader),
        **made.more,
    )


def _stands_on(asked: FormAsked) -> str | None:
    """The offer that must go on standing for a form to be sent as it is."""
    proposal = asked.proposal() if asked.params.get("proposal") else None
    return proposal["proposal_id"] if proposal and proposal["state"] in LIVE else None


def reading(reader: Reader, proposal_ids: Sequence[str]) -> str:
    """Several waiting proposals, to be read in one place and accepted together."""
    chosen = [reader.view.proposal[each] for each in proposal_ids if each in reader.view.proposal]
    acceptable = [each for each in chosen if reader.may.on_offer("accept", each)][:MOST_READ]
    template = templates.get_template("forms/reading.html")
    left_out = len(proposal_ids) - len(acceptable)
    return template.render(
        chosen=acceptable, rivals=_rivals(acceptable), left_out=left_out, most=MOST_READ, **context(reader)
    )


def _rivals(offers: Sequence[Body]) -> set[str]:
    """Offers that touch a clause which another one, read before, touches too: only one of them can be accepted."""
    touched: set[str] = set()
    found = set()
    for offer in offers:
        terms = {item["term_id"] for item in offer["items"]}
        if terms & touched:
            found.add(offer["proposal_id"])
        else:
            touched |= terms
    return found


def _on_proposal(command: str, *fields: str, **more: Any) -> Callable[[FormAsked], Form]:
    def make(asked: FormAsked) -> Form:
        proposal = asked.proposal()
        if command in ("fulfil_condition", "confirm_condition") and proposal["condition"] is None:
            raise ended()
        hidden = {name: proposal[name] for name in ("proposal_id", *fields)}
        term = asked.reader.view.term.get(asked.params.get("term", ""))
        return Form(command, hidden, {"proposal": proposal, "term": term or {"term_id": ""}, **more})

    return make


def _on_term(command: str, **more: Any) -> Callable[[FormAsked], Form]:
    def make(asked: FormAsked) -> Form:
        term = asked.term()
        return Form(command, {"term_id": term["term_id"], "base_version": term["version"]}, {"term": term, **more})

    return make


def _on_objection(command: str, **more: Any) -> Callable[[FormAsked], Form]:
    def make(asked: FormAsked) -> Form:
        objection = asked.objection()
        return Form(command, {"objection_id": objection["objection_id"]}, {"objection": objection, **more})

    return make


def _on_the_whole(command: str) -> Callable[[FormAsked], Form]:
    return lambda asked: Form(command, {}, {})


def _clarify(asked: FormAsked) -> Form:
    question = asked.question()
    return Form("give_clarification", {"question_id": question["question_id"]}, {"question": question})


def _one_item(op: str) -> Callable[[FormAsked], Form]:
    def make(asked: FormAsked) -> Form:
        term = asked.term()
        hidden = {"items.0.op": op, "items.0.term_id": term["term_id"], "items.0.base_version": term["version"]}
        return Form("make_proposal", hidden, {"term": term})

    return make


def _link(asked: FormAsked) -> Form:
    term = asked.term()
    offered = list(asked.reader.to_link(term))
    return Form("link_need", {"term_id": term["term_id"]}, {"term": term, "offered": offered})


def _unlink(asked: FormAsked) -> Form:
    term = asked.term()
    return Form("link_need", {"term_id": term["term_id"]}, {"term": term, "own": asked.reader.to_unlink(term)})


def _open(asked: FormAsked) -> Form:
    after = asked.params.get("after")
    return Form("open_term", {"after": after} if after else {}, {})


class Opens(NamedTuple):
    """A form: the command that it sends, and how it is made."""

    command: str
    make: Callable[[FormAsked], Form]


FORMS: dict[str, Opens] = {
    "object": Opens("raise_objection", _on_proposal("raise_objection", grounds=GROUNDS)),
    "ask": Opens("ask_clarification", _on_proposal("ask_clarification")),
    "decline": Opens("decline_proposal", _on_proposal("decline_proposal")),
    "accept": Opens("accept_proposal", _on_proposal("accept_proposal", "fingerprint")),
    "accept_subject_to": Opens("accept_proposal", _on_proposal("accept_proposal", "fingerprint")),
    "withdraw": Opens("withdraw_proposal", _on_proposal("withdraw_proposal")),
    "fulfil_condition": Opens("fulfil_condition", _on_proposal("fulfil_condition")),
    "confirm_condition": Opens("confirm_condition", _on_proposal("confirm_condition")),
    "answer": Opens("answer_objection", _on_objection("answer_objection")),
    "resolve": Opens("offer_resolution", _on_objection("offer_resolution")),
    "decline_resolution": Opens("decline_resolution", _on_objection("decline_resolution")),
    "withdraw_objection": Opens("withdraw_objection", _on_objection("withdraw_objection")),
    "clarify": Opens("give_clarification", _clarify),
    "propose": Opens("make_proposal", composer.propose),
    "package": Opens("make_proposal", composer.package),
    "add": Opens("make_proposal", composer.add),
    "counter": Opens("make_proposal", composer.counter),
    "replace": Opens("make_proposal", composer.replace),
    "open": Opens("open_term", _open),
    "link": Opens("link_need", _link),
    "unlink": Opens("link_need", _unlink),
    "move": Opens("make_proposal", _one_item("move")),
    "remove": Opens("make_proposal", _one_item("remove")),
    "reopen": Opens("reopen_term", _on_term("reopen_term")),
    "park": Opens("park_term", _on_term("park_term")),
    "defer": Opens("defer_term", _on_term("defer_term")),
    "open_ratification": Opens("open_ratification", _on_the_whole("open_ratification")),
    "refuse_consent": Opens("refuse_consent", _on_the_whole("refuse_consent")),
    "abandon": Opens("abandon_agreement", _on_the_whole("abandon_agreement")),
}
"""By the act that it asks for."""

WITHOUT_A_FORM = {
    "accept_proposals": "offers that are marked are read and accepted together, in the reading",
    "consent": "the text that is signed has its own form at its end",
    "revoke_mandate": "members are administered on the partnership's home",
}
"""Commands that are sent neither by a form nor by a button alone, and why."""
