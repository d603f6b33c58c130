"""Markdown as CommonMark reads it, but for what would change words or numbers of a contract (docs/texts.md)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, blockquote, code, html_block, list_block, reference, table
from markdown_it.rules_block.table import escapedSplit
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.emphasis import tokenize as emphasis
from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

from server.texts.draft import Notice, What, quoted
from server.texts.enumerations import lettered_levels
from server.texts.html import TAG, Html, remark, tag_into
from server.texts.months import is_month
from server.texts.tree import DEEPEST, Builder, Element, named

_ITEM = re.compile(r"[ \t]*(?P<number>[0-9]{1,9})(?P<sign>[.)])(?:[ \t]+(?P<word>[^\W\d_]*)|$)")
_BULLET = re.compile(r"[-+*](?:[ \t]+(?P<number>[0-9])?|$)")
_UNDERLINE = re.compile(r"[ \t]*(?:=+|-{3,})[ \t]*$")
_MORE_THAN = re.compile(r">[ \t]*(?:=|[0-9€$£¥]|(?:EUR|USD|GBP|CHF)\b)")
_ENDED = re.compile(r"""[.:;!?…»”"’')\]*_>]$""")
_DEFINITION = re.compile(r"\[(?:[^\[\]\\]|\\.)+\]:[ \t]*\n?[ \t]*(?P<address><[^<>\n]*>|\S+)")
_ADDRESS = re.compile(
    r"(?:https?|ftps?|mailto|tel|file|urn|data|sftp):|[#/<.]|www\.|[^@]*\.[a-z]{2,}(?:[/#?:]|$)", re.IGNORECASE
)
_ONE_ATTRIBUTE = r"""(?:[#.][A-Za-z][\w:.-]*|[A-Za-z][\w-]*=(?:"[^"]*"|'[^']*'|[^\s"'{}]+))"""
_LIST_OF_ATTRIBUTES = rf"""\{{(?::\s*{_ONE_ATTRIBUTE}|\s*[#.][A-Za-z][\w:.-]*)(?:\s+{_ONE_ATTRIBUTE})*\s*\}}"""
_ATTRIBUTES = re.compile(_LIST_OF_ATTRIBUTES)
_ATTRIBUTES_AT_END = re.compile(rf"(?:^|[ \t]+|\n){_LIST_OF_ATTRIBUTES}[ \t]*$")
_ATTRIBUTES_AT_BEGINNING = re.compile(rf"{_LIST_OF_ATTRIBUTES}[ \t]*\n")
_LOOKED_AT = 200
"""Lines that are looked at to find a list's other items."""


def tree_of(source: str, notices: list[Notice], *, exact: bool) -> Element:
    """The tree of a text. exact: it is a document of our own, whose lines say how far they are indented."""
    html = Html(source)
    env: dict[str, Any] = {"html": html, "notices": notices, "exact": exact, "deflist": _DEFLIST}
    tokens = _READER.parse(source, env)
    build = Builder()
    _Walk(build, html, notices, source).blocks(tokens)
    _tell_unused(env, tokens, notices, source)
    return build.root


# What is read otherwise than CommonMark does.


def _lists(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    line = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    in_paragraph = silent and state.parentType == "paragraph"
    if item := _ITEM.match(line):
        if is_month(item["word"] or "") or (not silent and _is_underlined(state, start, line)):
            return False
        if in_paragraph and not _begins_item(state, start, item):
            return False
    elif bullet := _BULLET.match(line):
        if line.startswith("+") and bullet["number"]:
            return False
        if in_paragraph and not _begins_bullet(state, start, bullet):
            return False
    return list_block(state, start, end, silent)


def _begins_item(state: StateBlock, start: int, item: re.Match[str]) -> bool:
    """Whether a numbered line within a paragraph begins an item, and is not how a sentence goes on."""
    before = _line(state, start - 1)
    if state.sCount[start] < state.blkIndent:
        earlier, number = _number_near(state, start, -1), int(item["number"])
        if _ENDED.search(before) or earlier is None:
            return True
        following = _number_near(state, start, 1)
        if number == earlier:
            return following in (None, number)
        if number == earlier + 1:
            return following != number
        return earlier < number <= earlier + 3 and following == number + 1
    if before.endswith(":") and state.listIndent >= 0:
        return True
    is_below = state.listIndent >= 0 and int(item["number"]) == 1
    return (is_below or bool(_ENDED.search(before))) and _has_sibling(state, start, item)


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] : state.eMarks[line]].rstrip()


def _number_near(state: StateBlock, start: int, step: int) -> int | None:
    """The number of the nearest item above (step -1) or below (step 1) with the same indentation."""
    indent = _indent(_line(state, start))
    for line in range(start + step, start + step * _LOOKED_AT, step):
        if not 0 <= line < state.lineMax:
            return None
        near = _line(state, line)
        if (item := _ITEM.match(near)) and _indent(near) == indent:
            return int(item["number"])
    return None


def _begins_bullet(state: StateBlock, start: int, bullet: re.Match[str]) -> bool:
    """Whether a line with a bullet within a paragraph is an item, and not plus, minus or times: it stands below
    another, a sentence has ended before it, or there are others of its list around it."""
    is_of_list = state.listIndent >= 0 or state.sCount[start] < state.blkIndent
    if is_of_list and not bullet["number"] and not bullet[0].startswith("+"):
        return True
    return bool(_ENDED.search(_line(state, start - 1))) or any(_has_bullet(state, start, step) for step in (-1, 1))


def _has_bullet(state: StateBlock, start: int, step: int) -> bool:
    here = _line(state, start)
    for line in range(start + step, start + step * _LOOKED_AT, step):
        if not 0 <= line < state.lineMax or not _line(state, line).strip():
            return False
        near = _line(state, line)
        if near.lstrip()[:2] == here.lstrip()[:2] and _indent(near) == _indent(here):
            return True
    return False


def _is_underlined(state: StateBlock, start: int, line: str) -> bool:
    """Whether a numbered line is a heading, which is underlined and stands alone."""
    if len(line) > 100 or line.rstrip()[-1:] in ".;:," or start + 1 >= state.lineMax:
        return False
    return _UNDERLINE.match(_line(state, start + 1)) is not None and (start == 0 or not _line(state, start - 1).strip())


def _quotes(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """`> 5 million` is more than five million, unless the lines around it are quoted too."""
    line = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    if _MORE_THAN.match(line):
        around = [each for each in (start - 1, start + 1) if 0 <= each < state.lineMax]
        if not any(_line(state, each).lstrip().startswith(">") for each in around):
            return False
    return blockquote(state, start, end, silent)


def _indented(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """HTML that is indented is no code."""
    at = state.bMarks[start] + state.tShift[start]
    tag = TAG.match(state.src, at)
    if tag and state.env["html"].is_html(tag, start + 1):
        return False
    return code(state, start, end, silent)


def _signs(state: StateInline, silent: bool) -> bool:
    """Signs that mark nothing, as in [__] EUR, $[***], x**2, P*R*T, ____/____, are text."""
    marker = state.src[state.pos]
    if silent or marker not in "*_":
        return False
    end = state.pos
    while end < state.posMax and state.src[end] == marker:
        end += 1
    before = state.src[state.pos - 1] if state.pos else " "
    after = state.src[end] if end < state.posMax else " "
    is_nothing = before in _OPENING and after in _CLOSING
    is_blank = marker == "_" and end - state.pos > 3
    if not (is_nothing or is_blank or (marker == "*" and _is_times(state.src, state.pos, end))):
        return emphasis(state, silent)
    state.push("text", "", 0).content = state.src[state.pos : end]
    state.pos = end
    return True


_OPENING, _CLOSING = " \t\n([{/$£€", " \t\n)]}/.,;:!?%"


def _is_times(source: str, start: int, end: int) -> bool:
    """Whether stars stand between factors: figures, or letters that stand alone."""
    before, after = source[max(0, start - 2) : start], source[end : end + 2]
    if not (before[-1:].isascii() and before[-1:].isalnum() and after[:1].isascii() and after[:1].isalnum()):
        return False
    if before[-1].isdigit() or after[0].isdigit():
        return True
    return not before[:-1].isalpha() and not after[1:].isalpha()


def _has_sibling(state: StateBlock, start: int, item: re.Match[str]) -> bool:
    for line in range(start + 1, min(state.lineMax, start + _LOOKED_AT)):
        if state.isEmpty(line):
            return False
        other = _ITEM.match(state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]])
        if other and state.sCount[line] == state.sCount[start]:
            return other["sign"] == item["sign"] and int(other["number"]) <= int(item["number"]) + 1
    return False


def _indent(line: str) -> int:
    return len(line.expandtabs(4)) - len(line.expandtabs(4).lstrip())


def _html_blocks(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    at = state.bMarks[start] + state.tShift[start]
    if state.src[at : at + 1] != "<":
        return False
    html: Html = state.env["html"]
    if state.src.startswith("<!--", at):
        return html.has_end_of_comment(at) and html_block(state, start, end, silent)
    if state.src.startswith("<?", at):
        is_one = state.src[at : at + 5].lower() in ("<?xml", "<?php") and html.has_end_of_instruction(at)
        return is_one and html_block(state, start, end, silent)
    if state.src.startswith("<!", at):
        return state.src[at : at + 9].lower() == "<!doctype" and html_block(state, start, end, silent)
    tag = TAG.match(state.src, at)
    if not (tag and html.is_html(tag, start + 1) and html.is_block(tag)):
        return False
    return html_block(state, start, end, silent)


def _inline_html(state: StateInline, silent: bool) -> bool:
    html: Html = state.env["html"]
    if state.src.startswith("<!--", state.pos):
        end = state.src.find("-->", state.pos + 4)
        if end < 0:
            return False
        end += 3
    else:
        tag = TAG.match(state.src, state.pos)
        if not (tag and html.is_html(tag, 1)):
            return False
        end = tag.end()
    if not silent:
        state.push("html_inline", "", 0).content = state.src[state.pos : end]
    state.pos = end
    return True


def _references(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    at = state.bMarks[start] + state.tShift[start]
    found = _DEFINITION.match(state.src, at)
    return bool(found and _ADDRESS.match(found["address"])) and reference(state, start, end, silent)


def _tables(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Cells beyond those of the first row are kept."""
    known = len(state.tokens)
    if not table(state, start, end, silent):
        return False
    for row in range(len(state.tokens) - 1, known, -1) if not silent else ():
        if state.tokens[row].type == "tr_open":
            _keep_cells(state, row)
    return True


def _keep_cells(state: StateBlock, row: int) -> None:
    end = next(at for at in range(row, len(state.tokens)) if state.tokens[at].type == "tr_close")
    place = state.tokens[row].map
    assert place
    line = state.src[state.bMarks[place[0]] + state.tShift[place[0]] : state.eMarks[place[0]]].strip(" \t")
    cells = escapedSplit(line)
    cells = cells[1:] if cells and not cells[0].strip(" \t") else cells
    cells = cells[:-1] if cells and not cells[-1].strip(" \t") else cells
    more: list[Token] = []
    for cell in cells[(end - row - 1) // 3 :]:
        words = Token("inline", "", 0, map=place, content=cell.strip(" \t"), children=[])
        more += [Token("td_open", "td", 1), words, Token("td_close", "td", -1)]
    state.tokens[end:end] = more


def _definitions(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Meanings begin with a colon: `~ 30 days` is about thirty days."""
    if not silent:
        lines = (_line(state, each).lstrip() for each in range(start + 1, min(start + 3, state.lineMax)))
        if next((line[:1] for line in lines if line), "") == "~":
            return False
    return bool(state.env["deflist"](state, start, end, silent))


def _attributes(state: StateInline, silent: bool) -> bool:
    """A list of attributes right behind what it is about is no text."""
    if state.src[state.pos] != "{" or not state.pos or state.src[state.pos - 1] not in ")]*_`":
        return False
    found = _ATTRIBUTES.match(state.src, state.pos)
    if not found:
        return False
    if not silent:
        state.push("attributes", "", 0).content = found[0]
    state.pos = found.end()
    return True


def _lines(state: StateCore) -> None:
    """What only the lines of the source say: where attributes stand, and how far lettered items are indented."""
    exact, notices, source = state.env["exact"], state.env["notices"], state.src.split("\n")
    for opening, words in zip(state.tokens, state.tokens[1:], strict=False):
        if words.type != "inline" or opening.type not in ("paragraph_open", "heading_open"):
            continue
        line = words.map[0] + 1 if words.map else 1
        for pattern in (_ATTRIBUTES_AT_END, _ATTRIBUTES_AT_BEGINNING):
            found = None if exact else pattern.search(words.content)
            if found and (pattern is _ATTRIBUTES_AT_END or not found.start()):
                told = f"{quoted(found[0])}: a list of attributes, left out."
                notices.append(Notice(line + words.content.count("\n", 0, found.end()), What.LEFT_OUT, told))
                words.content = words.content[: found.start()] + words.content[found.end() :]
        if opening.type == "paragraph_open":
            opening.meta["raw"] = words.content[:80]
            if "\n" in words.content:
                first = words.map[0] if words.map else 0
                count = words.content.count("\n") + 1
                columns = _columns(source[first : first + count], words.content)
                words.content = _with_levels(words.content, columns, exact=exact)


def _columns(lines: Sequence[str], content: str) -> list[int]:
    """Where each line of a paragraph begins in the source; its content has lost the blanks before the first."""
    at = lines[0].find(content.split("\n")[0][:40])
    return [len(lines[0][: max(at, 0)].expandtabs(4)), *(_indent(line) for line in lines[1:])]


def _with_levels(content: str, columns: list[int], *, exact: bool) -> str:
    lines = content.split("\n")
    if exact:
        levels = {at: _indent(line) / 2 for at, line in enumerate(lines) if at and line.startswith("  ")}
    else:
        levels = dict(lettered_levels(lines, columns))
    for at, level in levels.items():
        lines[at] = "&#32;" * int(level * 2) + lines[at].lstrip(" \t")
        if at and not lines[at - 1].endswith(("\\", "  ")):
            lines[at - 1] += "\\"
    return "\n".join(lines)


def _reader() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": True, "store_labels": True, "maxNesting": 3 * DEEPEST})
    markdown.enable(["table", "strikethrough"])
    markdown.use(footnote_plugin, inline=False, move_to_end=False).use(deflist_plugin)
    block = markdown.block.ruler
    block.at("list", _lists, {"alt": ["paragraph", "reference", "blockquote"]})
    block.at("html_block", _html_blocks, {"alt": ["paragraph", "reference", "blockquote"]})
    block.at("reference", _references)
    block.at("blockquote", _quotes, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    block.at("code", _indented)
    block.at("deflist", _definitions, {"alt": ["paragraph", "reference", "blockquote"]})
    markdown.inline.ruler.at("emphasis", _signs)
    block.at("table", _tables, {"alt": ["paragraph", "reference"]})
    markdown.inline.ruler.at("html_inline", _inline_html)
    markdown.inline.ruler.push("attributes", _attributes)
    markdown.core.ruler.after("block", "lines", _lines)
    for how in ("normalizeLink", "normalizeLinkText"):
        setattr(markdown, how, str)  # an address stands as it is written
    return markdown


def _deflist() -> Any:
    """The rule of the plugin, which ours stands before."""
    plain = MarkdownIt("commonmark").use(deflist_plugin)
    return next(rule.fn for rule in plain.block.ruler.__rules__ if rule.name == "deflist")


_READER = _reader()
_DEFLIST = _deflist()


# From tokens to a tree.

_BLOCKS = named("p h1 h2 h3 h4 h5 h6 ul ol li blockquote table thead tbody tr th td dl dt dd")
_MARKED = {"em_open": "em", "strong_open": "strong", "s_open": "s"}
_TOGETHER = named("li thead tbody tr th td dt dd")


class _Walk:
    def __init__(self, build: Builder, html: Html, notices: list[Notice], source: str) -> None:
        self._build, self._html, self._notices = build, html, notices
        self._lines = source.split("\n")
        self._line = 1

    def blocks(self, tokens: Sequence[Token]) -> None:
        for token in tokens:
            self._line = token.map[0] + 1 if token.map else self._line
            if token.type == "inline":
                self._inline(token.children or [])
            elif token.type == "html_block":
                self._html.tell(token.content.rstrip("\n"), self._line, self._build, self._notices)
            elif token.type in ("fence", "code_block"):
                self._code(token)
            elif token.type == "hr":
                self._build.void(
                    "hr", self._line, {"signs": self._lines[self._line - 1].strip(" \t>")}, apart=self._apart()
                )
            elif token.type == "footnote_reference_open":
                self._build.open("note", self._line, {"label": token.meta["label"]})
            elif token.type == "footnote_reference_close":
                self._build.close("note")
            elif token.tag in _BLOCKS and token.nesting == 1:
                said = _said_of(token)
                if token.tag == "li":
                    said["indent"] = str(_indent(self._lines[self._line - 1]))
                self._build.open(token.tag, self._line, said, apart=self._apart())
            elif token.tag in _BLOCKS and token.nesting == -1:
                self._build.close(token.tag)

    def _apart(self) -> bool:
        return self._line < 2 or not self._lines[self._line - 2].strip(" \t>")

    def _code(self, token: Token) -> None:
        language = token.info.strip()
        self._build.open("pre", self._line, {"language": language}, apart=self._apart())
        self._build.text(token.content.removesuffix("\n"))
        self._build.close("pre")
        if language and language != VALUE:
            self._tell(What.LEFT_OUT, language, "says how the words below are written, left out.")

    def _tell(self, what: What, words: str, sentence: str) -> None:
        self._notices.append(Notice(self._line, what, f"{quoted(words)}: {sentence}"))

    def _inline(self, tokens: Sequence[Token]) -> None:
        literal = _within_numbers(tokens)
        for at, token in enumerate(tokens):
            if at in literal:
                self._build.text(token.markup)
            elif token.type in ("text", "text_special"):
                self._build.text(token.content)
            elif token.type in ("softbreak", "hardbreak"):
                self._build.void("wrap" if token.type == "softbreak" else "br", self._line)
                self._line += 1
            elif token.type == "html_inline":
                self._inline_html(token.content)
            elif token.type == "code_inline":
                self._build.open("code", self._line)
                self._build.text(token.content)
                self._build.close("code")
            elif token.type in ("link_open", "image"):
                self._link(token)
            elif token.type == "link_close":
                self._build.close("a")
            elif token.type == "footnote_ref":
                self._build.void("ref", self._line, {"label": token.meta["label"]})
            elif token.type == "attributes":
                self._tell(What.LEFT_OUT, token.content, "a list of attributes, left out.")
            elif tag := _MARKED.get(token.type):
                self._build.open(tag, self._line)
            elif token.nesting == -1:
                self._build.close(token.tag)

    def _inline_html(self, raw: str) -> None:
        if raw.startswith("<!--"):
            remark(raw[4:-3], self._line, self._build, self._notices)
        elif tag := TAG.match(raw):
            tag_into(tag, self._line, self._build)

    def _link(self, token: Token) -> None:
        address = str(token.attrs.get("src" if token.type == "image" else "href", ""))
        if title := token.attrs.get("title"):
            self._tell(What.LEFT_OUT, str(title), "the title of a link, left out.")
        if token.type == "image":
            self._build.void("img", self._line, {"src": address, "alt": token.content})
        else:
            is_literal = not _ADDRESS.match(address) and not token.meta.get("label") and token.info != "auto"
            self._build.open("a", self._line, {"href": address} | ({"literal": "yes"} if is_literal else {}))


def _said_of(token: Token) -> dict[str, str]:
    """What a list's sign, an item's number, a paragraph's first words are."""
    said = {"start": str(token.attrs["start"])} if "start" in token.attrs else {}
    if token.type == "list_item_open":
        said |= {"number": token.info, "sign": token.markup}
    if "raw" in token.meta:
        said["raw"] = token.meta["raw"]
    return said


def _within_numbers(tokens: Sequence[Token]) -> set[int]:
    """Signs that stand between two digits: 5*3*2 is no emphasis, and not 532."""
    within: set[int] = set()
    opened: list[int] = []
    for at, token in enumerate(tokens):
        if token.type in _MARKED:
            opened.append(at)
        elif token.type in ("em_close", "strong_close", "s_close") and opened:
            first = opened.pop()
            if _between_digits(tokens, first) or _between_digits(tokens, at):
                within |= {first, at}
    return within


def _between_digits(tokens: Sequence[Token], at: int) -> bool:
    before = tokens[at - 1].content[-1:] if at else ""
    after = tokens[at + 1].content[:1] if at + 1 < len(tokens) else ""
    return before.isdigit() and after.isdigit()


def _tell_unused(env: dict[str, Any], tokens: Sequence[Token], notices: list[Notice], source: str) -> None:
    """Where a definition of a link stands that no link names."""
    used = {
        child.meta.get("label")
        for token in tokens
        for child in token.children or ()
        if child.type in ("link_open", "image")
    }
    unused = [each for label, each in env.get("references", {}).items() if label not in used]
    for each in [*unused, *env.get("duplicate_refs", ())]:
        line = each["map"][0] + 1 if each.get("map") else 1
        words = quoted(source.split("\n")[line - 1])
        notices.append(Notice(line, What.LEFT_OUT, f"{words}: the address of a link that is not there."))


VALUE = "value"
"""The word at a fence that begins a typed value."""
