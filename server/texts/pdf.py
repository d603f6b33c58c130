"""Papers: an agreement, and a briefing on it, as PDF/A-3b and PDF/UA-1, set by Typst.

What is written comes as data, never as markup. A sign that no font at hand can show is written ⟦U+XXXX⟧, so that a
reader sees that something stands there.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson
import typst

from web.visible import is_odd

Body = dict[str, Any]

PAPERS = Path(__file__).parent / "typeset"
STANDARDS: list[typst.PDFStandard] = ["a-3b", "ua-1"]
PREFERRED = ("Noto Serif", "DejaVu Serif", "Libertinus Serif")
"""Families for the text, the first that is at hand; the others, and all that are there, stand in for signs it lacks."""
_MISSING = re.compile(r'the text `"(.*?)"` could not be displayed', re.DOTALL)
_PROBED_AT_ONCE = 2000
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
_BLANKS = str.maketrans({"\t": "    ", "\n": " "})
_NO_SIGNS = ("Cc", "Cf", "Cn", "Co", "Cs")
"""Categories of Unicode of which nobody knows how they look."""
_ANY_DAY = datetime(2026, 1, 1, tzinfo=UTC)


class Typesetter:
    """Sets papers, one at a time. fonts: a folder with fonts, besides those of the system and those of Typst."""

    def __init__(self, fonts: Path | None = None) -> None:
        self._folders = [str(fonts)] if fonts else []
        self._turn = threading.Lock()
        self._shown: dict[str, bool] = {}

    def paper(self, name: str, data: Body, at: datetime) -> bytes:
        """The bytes of a PDF. name: of its layout in typeset/; at: the date of the document."""
        with self._turn:
            while True:
                try:
                    return self._set(name, self._legible(data), at)
                except typst.TypstError as error:
                    if not self._learn(error):
                        raise

    def _set(self, name: str, data: Body, at: datetime) -> bytes:
        date = {"year": at.year, "month": at.month, "day": at.day}
        told = data | {"fonts": self._families, "date": date}
        made = self._compiler.compile(
            input=PAPERS / f"{name}.typ",
            format="pdf",
            pdf_standards=STANDARDS,
            timestamp=at.replace(microsecond=0),
            sys_inputs={"data": orjson.dumps(told).decode()},
        )
        assert isinstance(made, bytes)
        return made

    @cached_property
    def _fonts(self) -> typst.Fonts:
        return typst.Fonts(font_paths=self._folders)

    @cached_property
    def _families(self) -> list[str]:
        at_hand = set(self._fonts.families())
        return [each for each in PREFERRED if each in at_hand]

    @cached_property
    def _compiler(self) -> typst.Compiler:
        return typst.Compiler(root=PAPERS, font_paths=self._fonts)

    def _legible(self, data: Body) -> Body:
        """The same with what no font can show written by its number."""
        signs = sorted({each for text in _texts(data) for each in text if not each.isascii()} - self._shown.keys())
        for start in range(0, len(signs), _PROBED_AT_ONCE):
            self._probe(signs[start : start + _PROBED_AT_ONCE])
        found: Body = _each_text(data, self._written)
        return found

    def _written(self, text: str) -> str:
        text = text.translate(_BLANKS)
        if text.isascii() and text.isprintable():
            return text
        return "".join(each if self._is_shown(each) else f"⟦U+{ord(each):04X}⟧" for each in text)

    def _is_shown(self, sign: str) -> bool:
        return sign.isprintable() if sign.isascii() else self._shown[sign]

    def _probe(self, signs: list[str]) -> None:
        """Which of some signs can be shown: each is set by itself, and Typst names those that have no glyph."""
        self._shown |= {each: not is_odd(each) and unicodedata.category(each) not in _NO_SIGNS for each in signs}
        try:
            self._set("probe", {"signs": [each for each in signs if self._shown[each]]}, _ANY_DAY)
        except typst.TypstError as error:
            if not self._learn(error):
                raise

    def _learn(self, error: typst.TypstError) -> bool:
        """Keep what a compiler says cannot be shown; whether that was anything new."""
        named = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), "".join(_MISSING.findall(error.diagnostic)))
        missing = {each for each in named if self._shown.get(each)}
        self._shown |= dict.fromkeys(missing, False)
        return bool(missing)


def _texts(data: Any) -> Iterable[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, (dict, list, tuple)):
        for each in data.values() if isinstance(data, dict) else data:
            yield from _texts(each)


def _each_text(data: Any, written: Any) -> Any:
    if isinstance(data, str):
        return written(data)
    if isinstance(data, dict):
        return {name: _each_text(each, written) for name, each in data.items()}
    return [_each_text(each, written) for each in data] if isinstance(data, (list, tuple)) else data
