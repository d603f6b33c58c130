"""Nothing of a noun is forgotten: what is described once is there for everything that comes from it."""

from __future__ import annotations

import re
from pathlib import Path

from domain.refusals import Code
from domain.sealed import KINDS
from domain.shelf import Shelf
from domain.streams import STREAMS, event_types
from projections.kept import MODELS
from projections.schema import Shape
from server.doors.addresses import ADDRESSES
from web.buttons import SENT
from web.forms import FORMS, WITHOUT_A_FORM
from web.home_forms import HOME_FORMS
from web.relationship_words import ABOUT_EXCHANGES, EXCHANGES

TEMPLATES = Path(__file__).parent.parent / "web" / "templates"
SCRIPTS = "".join(each.read_text("utf-8") for each in (TEMPLATES.parent / "static" / "js").glob("*.js"))
ACTS = ("domain.acts", "domain.acts_in_partnership")
COMMANDS = {name: command for stream in STREAMS.values() for name, command in stream.commands.items()}


def is_said(what: type) -> bool:
    """Whether somebody wrote a docstring: data classes make one of their fields where there is none."""
    said = (what.__doc__ or "").strip()
    return bool(said) and not said.startswith(f"{what.__name__}(") and "Frozen data class" not in said


def test_every_event_says_what_it_means_and_what_a_timeline_tells() -> None:
    assert not [each.TOPIC for each in event_types() if not is_said(each)]
    assert not [each.TOPIC for each in event_types() if not getattr(each, "SENTENCE", "")]
    kept = {each.TOPIC: set(each.TOLD) - set(each.data_fields()) for each in event_types()}
    assert not {topic: names for topic, names in kept.items() if names}, "a timeline keeps what is there"


def test_every_event_is_folded_by_its_stream() -> None:
    for event in event_types():
        assert not [kind for kind in event.KINDS if event not in STREAMS[kind].applied_by], event.TOPIC


def test_every_command_says_what_it_does() -> None:
    assert not [name for name, command in COMMANDS.items() if not is_said(command)]


def test_every_command_asks_whether_it_is_open_where_pages_ask() -> None:
    decided = {
        command.__name__: decision for stream in STREAMS.values() for command, decision in stream.decisions.items()
    }
    assert not [name for name, decision in decided.items() if decision.is_open.__module__ not in ACTS]


def test_every_command_has_a_form_a_button_or_a_reason_why_not() -> None:
    with_a_form = {each.command for each in (*FORMS.values(), *HOME_FORMS.values())}
    assert not [name for name in COMMANDS if name not in with_a_form | SENT | WITHOUT_A_FORM.keys()]
    assert not (with_a_form | SENT | WITHOUT_A_FORM.keys()) - COMMANDS.keys(), "a page offers what is no command"
    assert not (with_a_form | SENT) & WITHOUT_A_FORM.keys()


def test_every_form_has_a_template_and_every_button_a_place() -> None:
    pages = "".join(each.read_text("utf-8") for each in TEMPLATES.rglob("*.html"))
    assert not [act for act in FORMS if act not in _COMPOSED and not (TEMPLATES / "forms" / f"{act}.html").exists()]
    at_home = [act for act in HOME_FORMS if act != "seal"]  # which has one for each kind of exchange
    assert not [act for act in at_home if not (TEMPLATES / "home_forms" / f"{act}.html").exists()]
    sent = set(re.findall(r'sends\((?:"[^"]*"|[^,])+, "(\w+)"', pages)) | {
        f"agree_{each}" for each in ("parking", "deferral")
    }
    assert not SENT - sent
    opened = re.findall(r'forms(?:/| \+ ")(\w+)[?"]', pages + SCRIPTS)
    assert not (FORMS.keys() | HOME_FORMS.keys()) - set(opened), "nothing opens these"
    on_pages = set(re.findall(r'data-command="(\w+)"', pages))
    assert not WITHOUT_A_FORM.keys() - on_pages, "the page that the reason names has it"


_COMPOSED = {"propose", "package", "add", "counter", "replace"}
"""Acts whose words are composed in one form."""


def test_every_thing_has_a_shape_in_the_api_or_a_reason_why_not() -> None:
    things = {each.table.name: each.shape for model in MODELS.values() for each in model.shelves}
    assert things
    assert not [name for name, shape in things.items() if not (isinstance(shape, Shape) or shape)]


def test_every_kind_of_exchange_has_its_words_and_its_form() -> None:
    assert EXCHANGES.keys() == ABOUT_EXCHANGES.keys() == KINDS.keys()
    assert not [kind for kind in KINDS if not (TEMPLATES / "home_forms" / f"seal_{kind}.html").exists()]


def test_every_shelf_is_kept_to_be_read() -> None:
    for stream in STREAMS.values():
        empty = object.__new__(stream)
        empty.__init__()  # type: ignore[misc]
        shelves = {name for name, value in vars(empty).items() if isinstance(value, Shelf)}
        kept = {each.shelf for each in MODELS[stream.KIND].shelves} if stream.KIND in MODELS else set()
        assert shelves == kept, stream.KIND


def test_every_kind_of_stream_has_an_address() -> None:
    assert ADDRESSES.keys() == STREAMS.keys()


def test_every_deadline_that_is_watched_has_what_follows_when_it_passes() -> None:
    """Kinds of deadlines are the last argument of what watches them."""
    sources = "".join(each.read_text("utf-8") for each in (TEMPLATES.parent.parent / "domain").glob("*.py"))
    watched = set(re.findall(r'deadlines\.watch\([^;]*?"(\w+)"\s*\)', sources))
    assert len(watched) >= 4
    assert not watched - {kind for stream in STREAMS.values() for kind in stream.passings}


def test_every_refusal_has_its_sentence_and_its_next_step() -> None:
    for code in Code:
        assert code.detail.endswith((".", "?"))
        assert code.next_step.endswith(".")
