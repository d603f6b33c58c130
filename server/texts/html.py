"""HTML in a text: what is HTML, and what only looks like it. `<a company to be named>` is text."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from html import unescape

from server.texts.draft import Notice, What, quoted
from server.texts.tree import BLOCKS, UNREAD, Builder, named

_INLINE = named(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark q rp rt ruby s samp small "
    "span strike strong sub sup time tt u var"
)
_VOID = frozenset(["br", "hr", "img", "wbr"])
_MAY_STAY_OPEN = named("p li dt dd tr td th thead tbody tfoot")
_BLOCKS = (BLOCKS - {"note"}) | {"colgroup", "col"}
KNOWN = _INLINE | _VOID | _BLOCKS | UNREAD
_WITHOUT_VALUE = named("checked compact disabled download hidden noshade nowrap open reversed selected")

_ATTRIBUTE = r"""\s+(?P<{0}>[A-Za-z_:@][\w:.@-]*)(?P<{1}>\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+))?"""
_ONE_ATTRIBUTE = re.compile(_ATTRIBUTE.format("name", "value"))
_MORE = r"""(?:\s+[A-Za-z_:@][\w:.@-]*(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+))?)*"""
TAG = re.compile(rf"<(?P<closes>/?)(?P<name>[A-Za-z][A-Za-z0-9]*)(?P<attributes>{_MORE})\s*/?>")
_COMMENT = re.compile(r"<!--(?P<comment>.*?)-->", re.DOTALL)
_DECLARATION = re.compile(r"<!DOCTYPE[^<>]*>|<\?(?:xml|php)\b[^<]*?\?>", re.IGNORECASE)
_BUT_COMMENTS = rf"(?P<declaration>{_DECLARATION.pattern})|{TAG.pattern}"
_ANYTHING = re.compile(rf"{_COMMENT.pattern}|{_BUT_COMMENTS}", re.IGNORECASE | re.DOTALL)
_NO_COMMENT = re.compile(_BUT_COMMENTS, re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_BLANKS = re.compile(r"[ \t\r\n\f]+")


class Html:
    """Knows the HTML of one text."""

    def __init__(self, source: str) -> None:
        self._ends = [match.start() for match in re.finditer("\n", source)]
        self._closed: dict[str, int] = {}
        for match in re.finditer(r"</([A-Za-z][A-Za-z0-9]*)\s*>", source):
            self._closed[match[1].lower()] = match.start()
        self._last_comment_end = source.rfind("-->")
        self._last_instruction_end = source.rfind("?>")

    def line_of(self, position: int) -> int:
        """The line of a place in the text, counted from 1."""
        return bisect_left(self._ends, position) + 1

    def has_end_of_comment(self, position: int) -> bool:
        return self._last_comment_end >= position

    def has_end_of_instruction(self, position: int) -> bool:
        return self._last_instruction_end >= position

    def is_html(self, tag: re.Match[str], line: int) -> bool:
        """Whether something in angle brackets is HTML: a known element whose attributes are attributes, and which ends
        somewhere below when it has to."""
        name = tag["name"].lower()
        if name not in KNOWN:
            return False
        if tag["closes"]:
            return True
        given = list(_ONE_ATTRIBUTE.finditer(tag["attributes"]))
        if any(not each["value"] and each["name"].lower() not in _WITHOUT_VALUE for each in given):
            return False
        if name in _VOID or name in _MAY_STAY_OPEN:
            return True
        return name in self._closed and self.line_of(self._closed[name]) >= line

    def is_block(self, tag: re.Match[str]) -> bool:
        """Whether a tag begins what is not read as Markdown until the next blank line (CommonMark, 4.6)."""
        return tag["name"].lower() in _BLOCKS or tag["name"].lower() in ("script", "style")

    def tell(self, raw: str, line: int, build: Builder, notices: list[Notice]) -> None:
        """Add what raw HTML says to a tree."""
        at, unread = 0, ""
        for match in _markup(raw):
            line += raw.count("\n", at, match.start())
            if not unread:
                self._words(raw[at : match.start()], build)
            if match.lastgroup == "comment":
                remark(match["comment"], line, build, notices)
            elif match["name"] is None:
                notices.append(Notice(line, What.LEFT_OUT, f"{quoted(match[0])}: a declaration, left out."))
            elif not self.is_html(match, line):
                if not unread:
                    build.text(match[0])
            elif unread:
                unread = "" if match["closes"] and match["name"].lower() == unread else unread
            elif match["name"].lower() in UNREAD and not match["closes"]:
                unread = match["name"].lower()
                notices.append(Notice(line, What.LEFT_OUT, f"{quoted(match[0])}: nobody is shown this; left out."))
            else:
                tag_into(match, line, build)
            line += match[0].count("\n")
            at = match.end()
        if not unread:
            self._words(raw[at:], build)

    def _words(self, raw: str, build: Builder) -> None:
        words = raw if build.is_in("pre") else _BLANKS.sub(" ", raw)
        build.text(_ENTITY.sub(lambda match: unescape(match[0]), words))


def _markup(raw: str) -> Iterator[re.Match[str]]:
    """Comments, declarations and tags; a comment that never ends is none, and is not looked for from every place."""
    ended = raw.rfind("-->")
    ended = ended + 3 if ended >= 0 else 0
    at = 0
    for match in _ANYTHING.finditer(raw, 0, ended):
        at = match.end()
        yield match
    yield from _NO_COMMENT.finditer(raw, at)


def tag_into(tag: re.Match[str], line: int, build: Builder) -> None:
    """Add what a tag opens or closes."""
    name = tag["name"].lower()
    if tag["closes"]:
        if not build.close(name) and (name == "br" or name in BLOCKS):
            build.void("br", line)  # as browsers do: what follows stands apart
        return
    attributes = {each["name"].lower(): _value(each["value"]) for each in _ONE_ATTRIBUTE.finditer(tag["attributes"])}
    if name in _VOID:
        build.void(name, line, attributes)
    elif name not in ("col", "colgroup"):
        build.open(name, line, attributes, apart=name not in _TOGETHER, loose=name in BLOCKS)


_TOGETHER = frozenset(["li", "tr", "td", "th", "dt", "dd", "div"])
"""Elements that begin a line without a blank one before it."""


def _value(given: str | None) -> str:
    if not given:
        return ""
    value = given.split("=", 1)[1].strip()
    return unescape(value[1:-1] if value[:1] in ("'", '"') else value)


def remark(comment: str, line: int, build: Builder, notices: list[Notice]) -> None:
    """A comment is left out and told, but for a mark of an own document."""
    said = comment.strip()
    if said in (f"{MARK} {FACTS}", f"{MARK} {TEXT}"):
        build.void("own", line, {"says": said.removeprefix(MARK).strip()})
    elif said:
        notices.append(Notice(line, What.LEFT_OUT, f"{quoted(comment)}: a comment, left out."))


MARK, FACTS, TEXT = "onetext:", "facts", "text"
"""Of the comments between which a document of our own has what is no text, and what is."""
