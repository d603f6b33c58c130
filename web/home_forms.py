"""The forms of the home: each asks for the words of one act, beside what it is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

from domain import acts
from domain import acts_in_partnership as party_acts
from domain.acts_in_partnership import ExchangeWords, IntentionWords, NeedWords
from domain.exchanges import LONGEST_DAYS
from domain.refusals import Code, Guards, Refusal
from domain.sealed import KINDS
from domain.times import moment_of
from domain.words import ADOPTED, IntentionKind, TrustCategory
from web.directory import Person
from web.home import HomeReader
from web.home_fragments import context
from web.templates import templates
from web.view import Body

Params = Mapping[str, str]
USUAL = timedelta(days=14)
"""For which an exchange is open when nobody chooses another day."""


class Made(NamedTuple):
    """What a form is made of. hidden: the fields that the page knows; more: what its template is given besides;
    template: where it is not that of the act; words: which words it is about, as the page marks them while they
    stand."""

    hidden: Mapping[str, Any]
    more: Mapping[str, Any] = {}
    template: str | None = None
    words: str | None = None


Guard = Callable[[HomeReader, Params], acts.Broken]


class AtHome(NamedTuple):
    """A form: the command that it sends, how it is made of the reader and what is asked, what must not stand in the way
    of its act, and whether a reader may have any of the kind."""

    command: str
    make: Callable[[HomeReader, Params], Made]
    guard: Guard = lambda *_: iter(())
    is_for: Callable[[HomeReader], bool] = lambda reader: reader.may.negotiate


def form(reader: HomeReader, act: str, params: Params, sealed: Body | None = None) -> str:
    """The form of an act, as HTML; `not_found` where there is no such act or what it is about is gone. sealed: what the
    reader's party has sealed, where the form is for sealing anew."""
    opens = HOME_FORMS.get(act)
    if opens is None or not opens.is_for(reader):
        raise Refusal(Code.NOT_FOUND)
    Guards(opens.guard(reader, params)).settle()
    made = opens.make(reader, params)
    key = "&".join(f"{name}={params[name]}" for name in sorted(params))
    return templates.get_template(f"home_forms/{made.template or act}.html").render(
        command=opens.command,
        hidden=made.hidden,
        draft=f"{reader.partnership_id}/{act}?{key}",
        again=f"forms/{act}?{urlencode(params)}",
        moved_on=False,
        about=None,
        on_offer=made.words,
        sealed=_by_what(sealed or {}),
        **context(reader),
        **made.more,
    )


def _by_what(sealed: Body) -> dict[str, Body]:
    """What was sealed, by the category or the skill that it is about."""
    each_said = [*sealed.get("statements", ()), *sealed.get("answers", ())]
    return {each.get("category") or each["skill"]: each for each in each_said}


def _gone() -> Refusal:
    return Refusal(
        Code.NOT_FOUND,
        "What this is about is no longer there.",
        "Look at how it stands now; what you have written is kept among your drafts.",
    )


def _need(reader: HomeReader, params: Params) -> Body:
    found = reader.view.need(params.get("need", ""))
    if found is None:
        raise _gone()
    return found


def _intention(reader: HomeReader, params: Params) -> Body:
    found = reader.view.intention(params.get("intention", ""))
    if found is None:
        raise _gone()
    return found


def _exchange(reader: HomeReader, params: Params) -> Body:
    found = next((each for each in reader.view.exchanges if each["exchange_id"] == params.get("exchange")), None)
    if found is None:
        raise _gone()
    return found


def _on_need(reader: HomeReader, params: Params) -> Made:
    need = _need(reader, params)
    return Made({"need_id": need["need_id"]}, {"need": need}, words=reader.said_of(need))


def _restated(reader: HomeReader, params: Params) -> Made:
    made = _on_need(reader, params)
    return made._replace(words=reader.said_back_of(made.more["need"]))


def _on_intention(reader: HomeReader, params: Params) -> Made:
    intention = _intention(reader, params)
    return Made(
        {"intention_id": intention["intention_id"]}, {"intention": intention}, words=str(intention["fingerprint"])
    )


def _adopt(reader: HomeReader, params: Params) -> Made:
    made = _on_intention(reader, params)
    return made._replace(hidden={**made.hidden, "fingerprint": made.words})


def _retire(reader: HomeReader, params: Params) -> Made:
    made = _on_intention(reader, params)
    return made._replace(more={**made.more, "agrees": reader.may.agrees_to_retire(made.more["intention"])})


def _propose(reader: HomeReader, params: Params) -> Made:
    kind = params.get("kind", "")
    if kind not in list(IntentionKind):
        raise Refusal(Code.NOT_FOUND)
    if "replaces" not in params:
        return Made({"kind": kind}, {"kind": IntentionKind(kind), "replaced": None})
    replaced = reader.view.intention(params["replaces"])
    if replaced is None or replaced["kind"] != kind or replaced["state"] not in ADOPTED:
        raise _gone()
    hidden = {"kind": kind, "replaces": replaced["intention_id"]}
    return Made(hidden, {"kind": IntentionKind(kind), "replaced": replaced}, words=str(replaced["fingerprint"]))


def _open_exchange(reader: HomeReader, params: Params) -> Made:
    kind = params.get("kind", "")
    if kind not in KINDS:
        raise Refusal(Code.NOT_FOUND)
    today = moment_of(reader.view.now).date()
    days = {"first": today, "usual": today + USUAL, "last": today + timedelta(LONGEST_DAYS - 1)}
    return Made({"kind": kind}, {"kind": kind, "longest": LONGEST_DAYS, **days})


def _seal(reader: HomeReader, params: Params) -> Made:
    made = _on_exchange(reader, params)
    exchange = made.more["exchange"]
    return made._replace(template=f"seal_{exchange['kind']}", words=reader.sealed_in(exchange))


def _on_exchange(reader: HomeReader, params: Params) -> Made:
    exchange = _exchange(reader, params)
    return Made({"exchange_id": exchange["exchange_id"]}, {"exchange": exchange})


def _category(params: Params) -> TrustCategory:
    try:
        return TrustCategory(params.get("category", ""))
    except ValueError:
        raise Refusal(Code.NOT_FOUND) from None


def _answer(reader: HomeReader, params: Params) -> Made:
    category = _category(params)
    assert reader.them
    statement = reader.statement(reader.them, category)
    if statement is None:
        raise _gone()
    hidden = {"party_id": reader.them, "category": category}
    more = {"statement": statement, "category": category}
    return Made(hidden, more, words=reader.stated_in(statement))


def _reword_statement(reader: HomeReader, params: Params) -> Made:
    category = _category(params)
    assert reader.us
    statement = reader.statement(reader.us, category)
    more = {"statement": statement, "category": category}
    return Made({"category": category}, more, words=reader.stated_in(statement) if statement else None)


def _may_answer(reader: HomeReader, _: Params) -> acts.Broken:
    return reader.may.answering(reader.them)


def _may_reword_statement(reader: HomeReader, _: Params) -> acts.Broken:
    return reader.may.rewording_statement()


def _person(reader: HomeReader, params: Params) -> Person:
    found = next((each for each in reader.people if each.member_id == params.get("member")), None)
    if found is None or found.observer:
        raise _gone()
    return found


def _grant(reader: HomeReader, params: Params) -> Made:
    person = _person(reader, params)
    return Made({"member_id": person.member_id}, {"person": person})


def _may_grant(reader: HomeReader, params: Params) -> acts.Broken:
    return acts.administer(reader.may.held, own_party=_person(reader, params).party_id == reader.us)


def _need_is(act: Callable[[NeedWords], acts.Broken]) -> Guard:
    return lambda reader, params: act(reader.may.on_need(_need(reader, params)))


def _intention_is(act: Callable[[IntentionWords], acts.Broken]) -> Guard:
    return lambda reader, params: act(reader.may.on_intention(_intention(reader, params)))


def _exchange_is(act: Callable[[ExchangeWords], acts.Broken]) -> Guard:
    return lambda reader, params: act(reader.may.on_exchange(_exchange(reader, params)))


HOME_FORMS: dict[str, AtHome] = {
    "disclose": AtHome("disclose_need", lambda *_: Made({})),
    "restate": AtHome("restate_need", _on_need, _need_is(party_acts.restate)),
    "correct": AtHome("correct_restatement", _restated, _need_is(party_acts.judge_restatement)),
    "reword_need": AtHome("reword_need", _on_need, _need_is(party_acts.of_ones_own)),
    "met": AtHome("declare_need_met", _on_need, _need_is(party_acts.of_ones_own)),
    "unmet": AtHome("declare_need_unmet", _on_need, _need_is(party_acts.of_ones_own)),
    "withdraw_need": AtHome("withdraw_need", _on_need, _need_is(party_acts.of_ones_own)),
    "propose_intention": AtHome("propose_intention", _propose),
    "reword_intention": AtHome("reword_intention", _on_intention, _intention_is(party_acts.reword)),
    "adopt": AtHome("adopt_intention", _adopt, _intention_is(party_acts.answer_intention)),
    "decline_intention": AtHome("decline_intention", _on_intention, _intention_is(party_acts.answer_intention)),
    "retire": AtHome("retire_intention", _retire, _intention_is(party_acts.retire)),
    "keep": AtHome("keep_intention", _on_intention, _intention_is(party_acts.keep)),
    "open_exchange": AtHome("open_exchange", _open_exchange),
    "seal": AtHome("seal", _seal, _exchange_is(party_acts.seal)),
    "take_back": AtHome("take_back_seal", _on_exchange, _exchange_is(party_acts.take_back)),
    "cancel_exchange": AtHome("cancel_exchange", _on_exchange, _exchange_is(party_acts.cancel)),
    "answer_statement": AtHome("answer_trust_statement", _answer, _may_answer),
    "reword_statement": AtHome("reword_trust_statement", _reword_statement, _may_reword_statement),
    "grant": AtHome("grant_mandate", _grant, _may_grant, lambda reader: reader.us is not None),
}
"""By the act that it asks for."""
