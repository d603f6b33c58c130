"""The two kinds of buttons. A clause has twenty of them and is rendered with each change, so they are spelled here: a
macro of the templates takes four times as long."""

from __future__ import annotations

from html import escape

import markupsafe
from markupsafe import Markup

SENT = frozenset(
    {
        "agree_deferral",
        "agree_parking",
        "confirm_resolution",
        "drop_term",
        "mark_term",
        "unpark_term",
        "confirm_restatement",
        "withdraw_intention",
        "withdraw_ratification",
    }
)
"""Commands that need no words."""


_TELLS = ("proposal_id", "objection_id", "mark", "need_id", "intention_id", "exchange_id")
"""What tells an act from the same on another thing."""


def opens(words: str, url: str, desk: str, key: str = "", look: str = "") -> Markup:
    """A button that fetches a form into the desk below. desk: the id of that place; key: its key on the keyboard."""
    return Markup(
        f'<button type="button" class="{escape(look)}" hx-get="{escape(url)}" hx-target="#{escape(desk)}" '
        f'hx-swap="innerHTML"{_pressed_by(key)}>{markupsafe.escape(words)}{_shown(key)}</button>\n'
    )


def sends(words: str, command: str, where: str = "", key: str = "", look: str = "", **fields: str | int) -> Markup:
    """An act that needs no words: one button that sends a command with its fields. where: tells it from the same act
    elsewhere on the page; what came of it stays beside it while the clause changes."""
    assert command in SENT, command
    about = next((fields[name] for name in _TELLS if name in fields), None)
    inputs = "".join([_input(name, given) for name, given in fields.items()])
    return Markup(
        f'<form class="one-act" id="{escape(command)}-{escape(str(about))}-{escape(where)}" '
        f'data-command="{escape(command)}">\n{inputs}\n'
        f'<button class="{escape(look)}"{_pressed_by(key)}>{markupsafe.escape(words)}{_shown(key)}</button>'
        "<output hx-morph-skip></output></form>\n"
    )


def _input(name: str, given: str | int) -> str:
    kind, value = "", escape(str(given))
    if isinstance(given, bool):
        kind, value = ' data-kind="flag"', str(given).lower()
    elif isinstance(given, int):
        kind = ' data-kind="number"'
    return f'<input type="hidden" name="{name}" value="{value}"{kind}>'


def _pressed_by(key: str) -> str:
    return f' data-key="{escape(key)}" aria-keyshortcuts="{escape(key)}"' if key else ""


def _shown(key: str) -> str:
    return f'<kbd aria-hidden="true">{escape(key)}</kbd>' if key else ""
