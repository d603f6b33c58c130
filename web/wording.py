"""What pages say, ready for translation: each sentence stands once in the catalogue (web/locale/onetext.pot), which
`python -m server.ops.catalogue` makes of what is said through here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache, reduce
from gettext import NullTranslations

from markupsafe import Markup, escape

translations = NullTranslations()
"""English, as it is written, until there is another."""


def gettext(message: str, /, **named: object) -> Markup:
    """A sentence as HTML, in the language of the page; named: what stands in its %(…)s, which is escaped."""
    said = _said(message)
    return _with(said, named) if named else said


def ngettext(one: str, many: str, count: int, /, **named: object) -> Markup:
    """One of two sentences, by how many there are: %(count)s."""
    return _with(_said_of(one, many, count), {"count": count, **named})


def plain(message: str, /, **named: object) -> str:
    """A sentence where there is no HTML, as in a mail."""
    said = translations.gettext(message)
    return said % named if named else said


def either(names: Sequence[object]) -> Markup:
    """One of several, as in “one or other”."""
    first, *others = names
    return reduce(lambda one, other: gettext("%(one)s or %(other)s", one=one, other=other), others, escape(first))


def _with(said: Markup, named: Mapping[str, object]) -> Markup:
    """A sentence with what is named in it, escaped: as markupsafe's own % does it, in less time."""
    return Markup(str(said) % {name: escape(each) for name, each in named.items()})


@lru_cache(2048)
def _said(message: str) -> Markup:
    return escape(translations.gettext(message))


@lru_cache(1024)
def _said_of(one: str, many: str, count: int) -> Markup:
    return escape(translations.ngettext(one, many, count))


def forget() -> None:
    """Let go of what was said in another language."""
    _said.cache_clear()
    _said_of.cache_clear()
