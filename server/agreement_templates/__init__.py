"""Texts to begin with: those that come along, and a folder of a company's own (ONETEXT_TEMPLATES)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from server.logs import log
from server.texts.reading import MOST_BYTES

SHIPPED = Path(__file__).parent
_ENDINGS = (".md", ".markdown")


@dataclass(frozen=True, slots=True)
class Template:
    """A text in Markdown with blanks. name: by which it is asked for; own: a company's own."""

    name: str
    title: str
    text: str
    own: bool


def templates(folder: Path | None) -> list[Template]:
    """The company's own first, then those that come along. A file that cannot be read is passed over, and told."""
    found: dict[str, Template] = {}
    for each in [*(_in(folder, own=True) if folder else ()), *_in(SHIPPED, own=False)]:
        found.setdefault(each.name, each)
    return list(found.values())


def _in(folder: Path, *, own: bool) -> Iterator[Template]:
    try:
        files = sorted(each for each in folder.iterdir() if each.suffix.lower() in _ENDINGS and each.is_file())
    except OSError as error:
        log.warning("the folder of templates cannot be read", error=type(error).__name__)
        return
    for file in files:
        try:
            if file.stat().st_size > MOST_BYTES:
                raise ValueError("too large")
            text = file.read_text("utf-8")
        except (OSError, ValueError) as error:
            log.warning("a template cannot be read", error=type(error).__name__)
            continue
        yield Template(file.stem, _title(text) or file.stem.replace("-", " "), text, own)


def _title(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    return first.removeprefix("# ").strip() if first.startswith("# ") else ""
