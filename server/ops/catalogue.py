"""The catalogue of what pages say, to be translated from: `python -m server.ops.catalogue` writes it anew."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import write_po

from server.doors import records
from server.doors.records import KINDS, OF_EVENTS, REBUILT, TABLES, told_events
from web import door_words, history_words, relationship_words, room_words

WEB = Path(relationship_words.__file__).parent
DOORS = Path(records.__file__).parent
FILE = WEB / "locale" / "onetext.pot"
_SOURCES = [("**.py", "python"), ("templates/**.html", "jinja2"), ("static/js/**.js", "javascript")]


def written() -> bytes:
    """The catalogue as the code has it now: each sentence once, with where it is said."""
    head = "# What Onetext's pages say, each sentence once."
    catalogue = Catalog(project="Onetext", header_comment=head, creation_date=datetime(2026, 1, 1, tzinfo=UTC))
    for where, sentence in sorted(_sentences(), key=str):
        catalogue.add(sentence, locations=[(where, 0)])
    into = io.BytesIO()
    write_po(into, catalogue, width=120, include_lineno=False, sort_output=True)
    return into.getvalue()


def _sentences() -> Iterator[tuple[str, str | tuple[str, ...]]]:
    """Each sentence, or the two for one and for many, with where it is said."""
    for file, _, sentence, _, _ in extract_from_dir(WEB, _SOURCES, directory_filter=_is_ours):
        yield f"web/{file}", sentence
    for file, _, sentence, _, _ in extract_from_dir(DOORS, _SOURCES[:1], keywords={**DEFAULT_KEYWORDS, "plain": None}):
        yield f"server/doors/{file}", sentence
    for module in (relationship_words, history_words, room_words, door_words):
        said = {name: each for name, each in vars(module).items() if name.isupper()}
        yield from ((f"web/{module.__name__.removeprefix('web.')}.py", each) for each in strings(said))
    recorded = [*TABLES.values(), REBUILT, OF_EVENTS, KINDS, [each.means for _, told in told_events() for each in told]]
    yield from (("server/doors/records.py", each) for each in strings(recorded))


def _is_ours(folder: str | Path) -> bool:
    return Path(folder).name not in ("assets", "vendor")


def strings(said: Any) -> Iterator[str]:
    """Every sentence in what is nested; keys and signs are none."""
    if said is None or isinstance(said, (int, bool)):
        return
    if isinstance(said, str):
        if any(each.isalpha() for each in said):
            yield said
    else:
        for each in said.values() if isinstance(said, dict) else said:
            yield from strings(each)


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_bytes(written())
