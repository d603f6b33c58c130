"""The forms that open on demand: each asks for the words of one act, beside what it is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.refusals import Code, Refusal
from domain.words import GROUNDS
from web.fragments import context
from web.reader import Reader
from web.templates import templates
from web.view import Body

Params = Mapping[str, str]

_KINDS = {
    "revised": "Revised: the words were changed",
    "clarified": "Clarified: the words say it already",
    "traded": "Traded: in return for something else",
    "conceded": "Conceded: it is granted",
    "trial": "Trial: for a time, then looked at again",
    "agreed_to_differ": "Agreed to differ: it stays on record and no longer blocks",
}


@dataclass(frozen=True, slots=True)
class Form:
    """command: what it sends; hidden: the fields that the page knows; more: what its template is given besides."""

    command: str
    hidden: Mapping[str, Any]
    more: Mapping[str, Any]
    template: str | None = None


def item(reader: Reader, params: Params) -> str:
    """One more clause for a package that is being composed; at: its number in it."""
    term, number = _known(reader.view.term, params.get("term")), params.get("at", "")
    if not number.isdigit():
        raise Refusal(Code.NOT_FOUND)
    each = _to_start_from(reader, term)
    return templates.get_template("forms/item.html").render(each=each, at=f"items.{number}.", **context(reader))


def form(reader: Reader, act: str, params: Params) -> str:
    """The form of an act, as HTML; `not_found` where there is no such act or what it is about is gone."""
    make = _FORMS.get(act)
    if make is None or reader.us is None:
        raise Refusal(Code.NOT_FOUND)
    made = make(_Asked(reader, act, params))
    about = "&".join(f"{key}={params[key]}" for key in sorted(params))
    template = templates.get_template(f"forms/{made.template or act}.html")
    return template.render(
        command=made.command,
        hidden=made.hidden,
        draft=f"{reader.here}/{act}?{about}",
        **context(reader),
        **made.more,
    )


def reading(reader: Reader, proposal_ids: Sequence[str]) -> str:
    """Several waiting proposals, to be read in one place and accepted together."""
    chosen = [reader.view.proposal[each] for each in proposal_ids if each in reader.view.proposal]
    acceptable = [each for each in chosen if reader.may.on_offer("accept", each)]
    template = templates.get_template("forms/reading.html")
    return template.render(chosen=acceptable, left_out=len(proposal_ids) - len(acceptable), **context(reader))


@dataclass(frozen=True, slots=True)
class _Asked:
    reader: Reader
    act: str
    params: Params

    def proposal(self) -> Body:
        return _known(self.reader.view.proposal, self.params.get("proposal"))

    def term(self) -> Body:
        return _known(self.reader.view.term, self.params.get("term"))

    def objection(self) -> Body:
        return _known(
            {each["objection_id"]: each for each in self.reader.view.objections}, self.params.get("objection")
        )

    def question(self) -> Body:
        return _known({each["question_id"]: each for each in self.reader.view.questions}, self.params.get("question"))


def _known(things: Mapping[str, Body], key: str | None) -> Body:
    found = things.get(key or "")
    if found is None:
        raise Refusal(
            Code.NOT_FOUND, "What this is about has ended in the meantime.", "Look at how the clause stands now."
        )
    return found


def _on_proposal(command: str, *fields: str, **more: Any) -> Callable[[_Asked], Form]:
    def make(asked: _Asked) -> Form:
        proposal = asked.proposal()
        hidden = {name: proposal[name] for name in ("proposal_id", *fields)}
        term = asked.reader.view.term.get(asked.params.get("term", ""))
        return Form(command, hidden, {"proposal": proposal, "term": term or {"term_id": ""}, **more})

    return make


def _on_term(command: str, **more: Any) -> Callable[[_Asked], Form]:
    def make(asked: _Asked) -> Form:
        term = asked.term()
        return Form(command, {"term_id": term["term_id"], "base_version": term["version"]}, {"term": term, **more})

    return make


def _on_objection(command: str, **more: Any) -> Callable[[_Asked], Form]:
    def make(asked: _Asked) -> Form:
        objection = asked.objection()
        return Form(command, {"objection_id": objection["objection_id"]}, {"objection": objection, **more})

    return make


def _on_the_whole(command: str) -> Callable[[_Asked], Form]:
    return lambda asked: Form(command, {}, {})


def _clarify(asked: _Asked) -> Form:
    question = asked.question()
    return Form("give_clarification", {"question_id": question["question_id"]}, {"question": question})


def _one_item(op: str) -> Callable[[_Asked], Form]:
    def make(asked: _Asked) -> Form:
        term = asked.term()
        hidden = {"items.0.op": op, "items.0.term_id": term["term_id"], "items.0.base_version": term["version"]}
        return Form("make_proposal", hidden, {"term": term})

    return make


def _open(asked: _Asked) -> Form:
    after = asked.params.get("after")
    return Form("open_term", {"after": after} if after else {}, {})


# The composer: one clause or a whole package, from a blank page, as a counter, or in place of an own offer.


def _propose(asked: _Asked) -> Form:
    term = asked.term()
    title = f"Propose a change to {term['heading']}" if term["version"] else f"Propose words for {term['heading']}"
    return _composer(title, "Propose", [_to_start_from(asked.reader, term)])


def _package(asked: _Asked) -> Form:
    terms = [_known(asked.reader.view.term, each) for each in asked.params.get("terms", "").split(",")]
    return _composer(
        "Compose a package", "Propose it as a whole", [_to_start_from(asked.reader, term) for term in terms]
    )


def _add(asked: _Asked) -> Form:
    after = asked.params.get("after")
    fixed = {"op": "add", **({"after": after} if after else {})}
    blank = {"fixed": fixed, "heading": "", "text": "", "value": None}
    current = {"heading_is_current": False, "text_is_current": False, "value_is_current": True}
    return _composer("Propose a new clause", "Propose", [blank | current])


def _counter(asked: _Asked) -> Form:
    return _answering(asked, "counters", "Counter", "Counter {}'s offer")


def _replace(asked: _Asked) -> Form:
    proposal = asked.proposal()
    title = "Make it again on the present words" if proposal["state"] == "stale" else "Replace our offer"
    return _answering(asked, "replaces", "Offer this instead", title)


def _again(asked: _Asked) -> Form:
    return _answering(asked, "again", "Offer it again", "Offer it again")


def _answering(asked: _Asked, link: str, act: str, title: str) -> Form:
    reader, proposal = asked.reader, asked.proposal()
    composed = [
        _as_offered(reader, proposal, reader.view.term[item["term_id"]])
        for item in proposal["items"]
        if item["term_id"] in reader.view.term
    ]
    made = _composer(title.format(reader.short(proposal["party_id"])), act, composed)
    rationale = proposal["rationale"] if link != "counters" else ""
    return Form(
        made.command, {link: proposal["proposal_id"]}, {**made.more, "rationale": rationale or ""}, made.template
    )


def _composer(title: str, act: str, composed: list[Body]) -> Form:
    return Form("make_proposal", {}, {"title": title, "act": act, "composed": composed, "rationale": ""}, "composer")


def _to_start_from(reader: Reader, term: Body) -> Body:
    """A term as it stands; a place-holder as it was last offered, since it has no words of its own."""
    heads = reader.offers.heads(term)
    return _as_it_stands(term) if term["version"] or not heads else _as_offered(reader, heads[-1], term)


def _as_it_stands(term: Body) -> Body:
    fixed = {"op": "revise", "term_id": term["term_id"], "base_version": term["version"]}
    current = {"heading_is_current": True, "text_is_current": True, "value_is_current": True}
    return {"fixed": fixed, "heading": term["heading"], "text": term["text"], "value": term["value"], **current}


def _as_offered(reader: Reader, proposal: Body, term: Body) -> Body:
    """An item of an offer to start from; what differs from the present words is offered again as it is."""
    item = reader.offers.item(proposal, term)
    op = "revise" if item["op"] == "add" else item["op"]
    fixed = {"op": op, "term_id": term["term_id"], "base_version": term["version"]}
    if op in ("move", "revise") and "after" in item and item["op"] != "add":
        fixed["after"] = item["after"]
    offered = {what: reader.offers.offered(proposal, term, what) for what in ("heading", "text", "value")}
    current = {f"{what}_is_current": offered[what] == term[what] for what in offered}
    return {"fixed": fixed, **offered, **current}


_FORMS: dict[str, Callable[[_Asked], Form]] = {
    "object": _on_proposal("raise_objection", grounds=GROUNDS),
    "ask": _on_proposal("ask_clarification"),
    "decline": _on_proposal("decline_proposal"),
    "accept_subject_to": _on_proposal("accept_proposal", "fingerprint"),
    "withdraw": _on_proposal("withdraw_proposal"),
    "fulfil_condition": _on_proposal("fulfil_condition"),
    "confirm_condition": _on_proposal("confirm_condition"),
    "answer": _on_objection("answer_objection"),
    "resolve": _on_objection("offer_resolution", kinds=_KINDS),
    "decline_resolution": _on_objection("decline_resolution"),
    "withdraw_objection": _on_objection("withdraw_objection"),
    "clarify": _clarify,
    "propose": _propose,
    "package": _package,
    "add": _add,
    "counter": _counter,
    "replace": _replace,
    "again": _again,
    "open": _open,
    "move": _one_item("move"),
    "remove": _one_item("remove"),
    "reopen": _on_term("reopen_term"),
    "park": _on_term("park_term"),
    "defer": _on_term("defer_term"),
    "open_ratification": _on_the_whole("open_ratification"),
    "refuse_consent": _on_the_whole("refuse_consent"),
    "abandon": _on_the_whole("abandon_agreement"),
}
