"""The composer: one clause or a whole package, from a blank page, as a counter, or in place of an own offer."""

from __future__ import annotations

from collections.abc import Iterable

from web.asked import Form, FormAsked, known
from web.reader import Reader
from web.view import Body
from web.wording import gettext


def propose(asked: FormAsked) -> Form:
    term = asked.term()
    heading = term["heading"]
    if term["version"]:
        title = gettext("Propose a change to %(clause)s", clause=heading)
    else:
        title = gettext("Propose words for %(clause)s", clause=heading)
    return _composer(title, gettext("Propose"), [to_start_from(asked.reader, term)], term["need_ids"])


def package(asked: FormAsked) -> Form:
    terms = [known(asked.reader.view.term, each) for each in asked.params.get("terms", "").split(",")]
    composed = [to_start_from(asked.reader, term) for term in terms]
    return _composer(gettext("Compose a package"), gettext("Propose it as a whole"), composed)


def add(asked: FormAsked) -> Form:
    after = asked.params.get("after")
    fixed = {"op": "add", **({"after": after} if after else {})}
    blank = {"fixed": fixed, "heading": "", "text": "", "value": None}
    current = {"heading_is_current": False, "text_is_current": False, "value_is_current": True}
    return _composer(gettext("Propose a new clause"), gettext("Propose"), [blank | current])


def counter(asked: FormAsked) -> Form:
    title = gettext("Counter %(party)s's offer", party=asked.reader.short(asked.proposal()["party_id"]))
    return _answering(asked, "counters", gettext("Counter"), title)


def replace(asked: FormAsked) -> Form:
    proposal = asked.proposal()
    is_stale = proposal["state"] == "stale"
    title = gettext("Make it again on the present words") if is_stale else gettext("Replace our offer")
    return _answering(asked, "replaces", gettext("Offer this instead"), title)


def _answering(asked: FormAsked, link: str, act: str, title: str) -> Form:
    reader, proposal = asked.reader, asked.proposal()
    composed = [
        _to_answer(reader, proposal, reader.view.term[item["term_id"]], link)
        for item in proposal["items"]
        if item["term_id"] in reader.view.term
    ]
    made = _composer(title, act, composed, proposal["need_ids"])
    rationale = proposal["rationale"] if proposal["state"] == "stale" else ""  # the reason of these very words
    return Form(
        made.command, {link: proposal["proposal_id"]}, {**made.more, "rationale": rationale or ""}, made.template
    )


def _composer(title: str, act: str, composed: list[Body], served: Iterable[str] = ()) -> Form:
    more = {"title": title, "act": act, "composed": composed, "rationale": "", "served": frozenset(served)}
    return Form("make_proposal", {}, more, "composer")


def to_start_from(reader: Reader, term: Body) -> Body:
    """A term as it stands; a place-holder as it was last offered, since it has no words of its own."""
    with_words = [each for each in reader.offers.heads(term) if reader.offers.item(each, term)["op"] != "remove"]
    return _as_it_stands(term) if term["version"] or not with_words else _as_offered(reader, with_words[-1], term)


def _to_answer(reader: Reader, proposal: Body, term: Body, link: str) -> Body:
    """A removal is countered with words; everything else starts from what was offered."""
    if link == "counters" and reader.offers.item(proposal, term)["op"] == "remove":
        return _as_it_stands(term)
    return _as_offered(reader, proposal, term)


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
    return {"fixed": fixed, **offered, **current, "agreed_since": term if term in reader.moved_on(proposal) else None}
