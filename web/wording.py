"""What pages say, ready for translation: each sentence stands once in the catalogue (web/locale/onetext.pot), which
`python -m server.ops.catalogue` makes of what is said through here."""

from __future__ import annotations

from functools import lru_cache
from gettext import NullTranslations

from markupsafe import Markup, escape

translations = NullTranslations()
"""English, as it is written, until there is another."""


def gettext(message: str, /, **named: object) -> Markup:
    """A sentence as HTML, in the language of the page; named: what stands in its %(…)s, which is escaped."""
    said = _said(message)
    return said % named if named else said


def ngettext(one: str, many: str, count: int, /, **named: object) -> Markup:
    """One of two sentences, by how many there are: %(count)s."""
    return escape(translations.ngettext(one, many, count)) % {"count": count, **named}


@lru_cache(1024)
def _said(message: str) -> Markup:
    return escape(translations.gettext(message))


def forget() -> None:
    """Let go of what was said in another language."""
    _said.cache_clear()
