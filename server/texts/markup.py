"""Plain text as Markdown that any reader shows as the words are, and that comes back letter by letter."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from domain.refusals import Refusal
from domain.values import Value
from server.texts.clauses import draft_of
from server.texts.draft import Clause
from server.texts.html import MARK, TEXT
from server.texts.written_values import written_value

_SIGNS = re.compile(
    r"[\\`*\[<~]|(?<![^\W_])_|_(?![^\W_])|&(?=#?[A-Za-z0-9]+;)|\{(?=[:#.\s])|\|(?=\s*:?-)|-(?=[-:|\s]*\|)"
)
_BEGINNING = re.compile(r"(?P<before>[0-9]{1,9})(?=[.)](?:\s|$))|(?=[>|:=]|#{1,6}(?:\s|$)|[-+](?:\s|$|-))")
_ITEM = re.compile(r"(?P<blanks> *)(?P<sign>-|(?P<number>[0-9]{1,9})[.)]) (?=\S)")
OWN = f"<!-- {MARK} {TEXT} -->"
"""What a document of our own has, so that it comes back as it went out."""


def one_line(words: str) -> str:
    """Words for a heading or a cell."""
    escaped = _escaped(words, at_beginning=False).replace("\n", "&#10;")
    escaped = re.sub(r"#(?=#*[ \t]*$)", r"\\#", escaped)
    return _edges(escaped)


def heading(words: str) -> str:
    """Words behind the signs of a heading, which come back letter by letter."""
    words = _with_line_feeds(words)
    written = one_line(words)
    return written if _heading_again(written) == words else _held(written)


def blocks(text: str) -> str:
    """A text. It is read again: what would not come back letter by letter is written with character references."""
    text = _with_line_feeds(text)
    for write in (_readable, _by_lines, _by_references):
        written = write(text)
        if _read_again(written) == text:
            return written
    raise AssertionError(f"a text that cannot be written: {text!r}")


def term(name: str, text: str, value: Value | None) -> str:
    """A clause with its heading, its words and its value."""
    level = min(6, 2 + name.split(" ", 1)[0].rstrip(".").count("."))
    parts = [f"{'#' * level} {heading(name)}"]
    if text:
        parts.append(blocks(text))
    if value:
        parts.append(fenced(written_value(value)))
    return "\n\n".join(parts)


def fenced(lines: str) -> str:
    longest = max((len(run) for run in re.findall("`+", lines)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}value\n{lines}\n{fence}"


def _heading_again(written: str) -> str | None:
    clause = _again(f"## {written}")
    return clause.heading if clause and not clause.text else None


def _read_again(written: str) -> str | None:
    clause = _again(f"## 1\n\n{written}")
    return clause.text if clause else None


def _again(written: str) -> Clause | None:
    """The only clause of a document, if it can be read and has one."""
    try:
        clauses = draft_of(f"{OWN}\n\n{written}\n").clauses
    except Refusal:
        return None
    return clauses[0] if len(clauses) == 1 else None


def _with_line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _escaped(line: str, *, at_beginning: bool) -> str:
    escaped = _SIGNS.sub(lambda sign: f"\\{sign[0]}", line)
    if at_beginning:
        escaped = (
            _BEGINNING.sub(lambda found: f"{found['before'] or ''}\\", escaped, count=1)
            if (_BEGINNING.match(escaped))
            else escaped
        )
    return escaped


def _edges(line: str) -> str:
    """White space at the ends as references, which nobody trims."""
    inner = line.strip(" \t")
    if not inner:
        return "".join(_REFERENCES[sign] for sign in line)
    begin = line[: len(line) - len(line.lstrip(" \t"))]
    end = line[len(line.rstrip(" \t")) :]
    return "".join(_REFERENCES[sign] for sign in begin) + inner + "".join(_REFERENCES[sign] for sign in end)


_REFERENCES = {" ": "&#32;", "\t": "&#9;"}


def _readable(text: str) -> str:
    """Paragraphs as paragraphs, items as lists."""
    return "\n\n".join("\n".join(_paragraph(lines.split("\n"))) for lines in text.split("\n\n"))


def _paragraph(lines: Sequence[str]) -> Iterator[str]:
    """Lines that follow each other: some, perhaps, and then items."""
    first = len(lines)
    while first and _ITEM.match(lines[first - 1]):
        first -= 1
    yield from _broken(lines[:first])
    yield from _items(lines[first:])


def _broken(lines: Sequence[str]) -> Iterator[str]:
    """Lines with a line break between them."""
    for at, line in enumerate(lines):
        blanks = len(line) - len(line.lstrip(" "))
        words = _escaped(line[blanks:], at_beginning=True)
        begin = " " * blanks if at and blanks > 1 and words else "&#32;" * blanks
        yield f"{begin}{_edges(words)}" + ("\\" if at < len(lines) - 1 else "")


def _items(lines: Sequence[str]) -> Iterator[str]:
    """Items, each as far in as the words of the one that it belongs to."""
    columns = [0]
    for line in lines:
        item = _ITEM.match(line)
        assert item
        level = len(item["blanks"]) // 2
        del columns[level + 1 :]
        column = columns[-1]
        columns.append(column + len(item["sign"]) + 1)
        yield f"{' ' * column}{item['sign']} {_edges(_escaped(line[item.end() :], at_beginning=True))}"


def _by_lines(text: str) -> str:
    """One paragraph whose lines are broken where the text's are."""
    inner = text.strip("\n")
    begin, end = text[: text.index(inner)] if inner else text, text[text.rindex(inner) + len(inner) :] if inner else ""
    return "&#10;" * len(begin) + "\n".join(_broken(inner.split("\n"))) + "&#10;" * len(end)


def _by_references(text: str) -> str:
    """One line."""
    escaped = _escaped(text, at_beginning=False).replace("\n", "&#10;")
    return _held(_edges(escaped))


def _held(line: str) -> str:
    """A line between two elements that say nothing, so that nothing is trimmed."""
    return f"<span></span>{line}<span></span>"
