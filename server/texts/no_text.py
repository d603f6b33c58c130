"""What stands in a file and is no text of the agreement: it is left out, and told."""

from __future__ import annotations

import re
import tomllib

import yaml

from server.texts.draft import Notice, What, quoted
from server.texts.html import FACTS, TEXT
from server.texts.plain import Plain
from server.texts.tree import Element

APPENDIX = "Appendix: the argument"
"""The last heading of level 1 of a document of our own, in every language: what follows is no text of it."""


def front_matter(source: str, notices: list[Notice]) -> tuple[str | None, str]:
    """The title that front matter names, and the text with blank lines in its place."""
    found = _FRONT_MATTER.match(source)
    if not found:
        return None, source
    try:
        said = yaml.load(found["yaml"], yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError):
        said = None
    if not isinstance(said, dict):
        return None, source
    names = ", ".join(str(name) for name in said)
    notices.append(Notice(1, What.LEFT_OUT, f"{quoted(names)}: what stands before the text, left out."))
    title = said.get("title")
    title = " ".join(title.split()) if isinstance(title, str) else ""
    return title or None, "\n" * found[0].count("\n") + source[found.end() :]


_FRONT_MATTER = re.compile(r"---[ \t]*\n(?P<yaml>(?:(?!---|\.\.\.).*\n){1,500}?)(?:---|\.\.\.)[ \t]*(?:\n|$)")


def other_front_matter(source: str, notices: list[Notice]) -> tuple[str | None, str]:
    """The same of what Hugo (+++) and Pandoc (% title) write."""
    if found := _TOML.match(source):
        try:
            said = tomllib.loads(found["toml"])
        except (ValueError, RecursionError):
            return None, source
        title = said.get("title")
        words = ", ".join(said)
        title = title if isinstance(title, str) and title.strip() else None
    elif found := _PANDOC.match(source):
        title = words = found["title"].strip()
    else:
        return None, source
    notices.append(Notice(1, What.LEFT_OUT, f"{quoted(words)}: what stands before the text, left out."))
    return title, "\n" * found[0].count("\n") + source[found.end() :]


_TOML = re.compile(r"\+\+\+[ \t]*\n(?P<toml>(?:(?!\+\+\+).*\n){1,500}?)\+\+\+[ \t]*(?:\n|$)")
_PANDOC = re.compile(r"% (?P<title>\S.*)\n(?:%.*\n){0,2}(?=\s*\n)")
_FENCE = re.compile(r"(?m)^:{3,}[ \t]*(?:\{[^{}\n]*\}|[\w-]+)?[ \t]*:*[ \t]*$")


def without_fences(source: str, notices: list[Notice]) -> str:
    """Without the lines of colons that only mark what stands between them."""
    for found in _FENCE.finditer(source):
        told = f"{quoted(found[0])}: marks what stands below, left out."
        notices.append(Notice(source.count("\n", 0, found.start()) + 1, What.LEFT_OUT, told))
    return _FENCE.sub("", source)


def without_appendix(blocks: list[Element], notices: list[Notice]) -> list[Element]:
    firsts = [at for at, block in enumerate(blocks) if block.tag == "h1"]
    if not firsts or not firsts[-1] or Plain([]).one_line(blocks[firsts[-1]].inside) != APPENDIX:
        return blocks
    sentence = "what was said about the text, no text of it; left out."
    notices.append(Notice(blocks[firsts[-1]].line, What.LEFT_OUT, f"“{APPENDIX}”: {sentence}"))
    return blocks[: firsts[-1]]


NOT_AGREED, LAST_AGREED = "Not agreed", "These words were the last agreed, and are open again"
OFFERED, CHANGE_OFFERED, LEFT_OPEN = "what is offered stands in the appendix", "A change is offered", "Left open"
_NOTE = re.compile(
    rf"(?:(?:{NOT_AGREED}|{LAST_AGREED}|{CHANGE_OFFERED})(?:; {OFFERED})?\.|{LEFT_OPEN}\.|Marked: [a-z ]+\.|[ *])+"
)
"""What a document of our own says of a clause where it stands."""


def without_facts(blocks: list[Element], notices: list[Notice]) -> list[Element]:
    """What stands between the marks of a document of our own tells of the agreement."""
    kept: list[Element] = []
    inside = False
    notes: list[int] = []
    ends = max((at for at, block in enumerate(blocks) if block.attributes.get("says") == TEXT), default=-1)
    for at, block in enumerate(blocks):
        if block.tag != "own":
            kept += [] if inside else [block]
        elif block.attributes["says"] == FACTS and at < ends:
            first = next((each for each in blocks[at + 1 :] if each.tag != "own"), block)
            words = Plain([]).text([first])
            if _NOTE.fullmatch(words):
                notes.append(block.line)
            else:
                told = f"{quoted(words)}: how the agreement stands, no text of it; left out."
                notices.append(Notice(block.line, What.LEFT_OUT, told))
            inside = True
        elif block.attributes["says"] == TEXT:
            inside = False
    if notes:
        told = f"“{NOT_AGREED}”: {len(notes)} such notes, which say how clauses stand; left out."
        notices.append(Notice(notes[0], What.LEFT_OUT, told))
    return kept
