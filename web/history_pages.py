"""Renders the history of an agreement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from web import history_words
from web.history import HistoryReader
from web.templates import templates
from web.view import Body


def history_page(view: HistoryReader, asked: int | None) -> Iterator[str]:
    """The whole page, in pieces. asked: the version that its address names, None for now."""
    return templates.get_template("history/page.html").generate(here="history", **_context(view, asked))


def audit_page(view: HistoryReader, asked: int | None, consents: Sequence[Body]) -> Iterator[str]:
    """Every consent, in pieces."""
    return templates.get_template("history/audit.html").generate(
        here="audit", consents=consents, **_context(view, asked)
    )


def _context(view: HistoryReader, asked: int | None) -> dict[str, Any]:
    return {"view": view, "words": history_words, "then": "" if asked is None else f"?as_of={asked}"}
