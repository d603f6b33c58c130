"""Which words of a text make a clause of their own, and what its heading is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import yaml

from domain.refusals import malformed
from domain.values import Value
from server.texts.draft import Clause, Draft, Notice, What, quoted
from server.texts.html import MARK
from server.texts.labels import Label, is_chapter, label_of
from server.texts.markdown import VALUE, tree_of
from server.texts.plain import Plain, is_block, joined, numbered, rises
from server.texts.tree import DEEPEST, Element, TooDeep, named
from server.texts.written_values import value_of

APPENDIX = "Appendix: the argument"
"""The last heading of level 1 of a document of our own, in every language: what follows is no text of it."""
PREAMBLE = "Preamble"
LONGEST_NAME = 120
LONGEST_HEADING = 1024
"""Bytes (protocol.md, Texts)."""
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_CONTAINERS = named("article aside body center details div footer form header html main section")
_NAMING = frozenset(["strong", "b", "u", "ins", "span", "em", "i"])
_ENDS_NAME = re.compile(r"[.:;–—-]\s*$")
_ENDS_SENTENCE = re.compile(r"[.:;,?!]\s*$")


def draft_of(source: str, given: str | None = None) -> Draft:
    """A Markdown text as clauses. given: the title that it will have whatever the text says."""
    notices: list[Notice] = []
    head, body = _front_matter(source, notices)
    is_own = re.search(rf"(?m)^<!-- ?{MARK}", body) is not None
    try:
        tree = tree_of(body, notices, exact=is_own)
    except TooDeep as deep:
        line: int = deep.args[0]
        words = quoted(body.split("\n")[line - 1])
        told = f"{words} on line {line}: lists or quotations go deeper than {DEEPEST} levels here."
        raise malformed(told, "Flatten them.") from None
    blocks = _without_facts(_without_appendix(list(_flat(tree.inside)), notices), notices)
    cutter = _Cutter(blocks, notices, head or given, is_own=is_own)
    clauses = cutter.cut()
    notices.sort(key=lambda notice: notice.line)
    return Draft(head or cutter.title, clauses, notices)


# What is no text.


def _front_matter(source: str, notices: list[Notice]) -> tuple[str | None, str]:
    """The title that front matter names, and the text with blank lines in its place."""
    found = _FRONT_MATTER.match(source)
    if not found:
        return None, source
    try:
        said = yaml.load(found["yaml"], yaml.BaseLoader)
    except yaml.YAMLError:
        said = None
    if not isinstance(said, dict):
        return None, source
    names = ", ".join(str(name) for name in said)
    notices.append(Notice(1, What.LEFT_OUT, f"{quoted(names)}: what stands before the text, left out."))
    title = said.get("title")
    title = " ".join(title.split()) if isinstance(title, str) else ""
    return title or None, "\n" * found[0].count("\n") + source[found.end() :]


_FRONT_MATTER = re.compile(r"---[ \t]*\n(?P<yaml>(?:(?!---|\.\.\.).*\n){1,500}?)(?:---|\.\.\.)[ \t]*(?:\n|$)")


def _flat(blocks: Iterable[Element | str], holder: Element | None = None) -> Iterator[Element]:
    """Blocks below each other, out of what only holds them together; words between them as paragraphs."""
    words: list[Element | str] = []
    for each in blocks:
        if isinstance(each, Element) and is_block(each):
            yield from _as_paragraph(words, holder)
            words = []
            if each.tag in _CONTAINERS:
                yield from _flat(each.inside, each)
            else:
                yield each
        else:
            words.append(each)
    yield from _as_paragraph(words, holder)


def _as_paragraph(words: Sequence[Element | str], holder: Element | None) -> Iterator[Element]:
    if any(isinstance(each, Element) or each.strip() for each in words):
        line = next((each.line for each in words if isinstance(each, Element)), holder.line if holder else 1)
        yield Element("p", line, inside=list(words), apart=holder is None or holder.apart, loose=True)


def _without_appendix(blocks: list[Element], notices: list[Notice]) -> list[Element]:
    firsts = [at for at, block in enumerate(blocks) if block.tag == "h1"]
    if not firsts or Plain([]).one_line(blocks[firsts[-1]].inside) != APPENDIX:
        return blocks
    sentence = "what was said about the text, no text of it; left out."
    notices.append(Notice(blocks[firsts[-1]].line, What.LEFT_OUT, f"“{APPENDIX}”: {sentence}"))
    return blocks[: firsts[-1]]


def _without_facts(blocks: list[Element], notices: list[Notice]) -> list[Element]:
    """What stands between the marks of a document of our own tells of the agreement."""
    kept: list[Element] = []
    inside = False
    ends = max((at for at, block in enumerate(blocks) if block.attributes.get("says") == TEXT), default=-1)
    for at, block in enumerate(blocks):
        if block.tag != "own":
            kept += [] if inside else [block]
        elif block.attributes["says"] == FACTS and at < ends:
            inside = True
            told = "what the agreement stands at, no text of it; left out."
            notices.append(Notice(block.line, What.LEFT_OUT, f"“{FACTS}”: {told}"))
        elif block.attributes["says"] == TEXT:
            inside = False
    return kept


FACTS, TEXT = "facts", "text"


# Cutting.


@dataclass(slots=True)
class _Open:
    """A clause that is being read. made_by: what began it."""

    heading: str
    line: int
    made_by: str
    number: tuple[int, ...] = ()
    parts: list[tuple[bool, str]] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    value: Value | None = None


class _Cutter:
    def __init__(self, blocks: list[Element], notices: list[Notice], given: str | None, *, is_own: bool) -> None:
        self._blocks, self._notices, self._given, self._is_own = blocks, notices, given, is_own
        self._plain = Plain(notices)
        self._silent = Plain([])
        self._clauses: list[_Open] = []
        self._notes: dict[str, Element] = {}
        self.title: str | None = None

    def cut(self) -> list[Clause]:
        self._take_title()
        self._look_around()
        for at, block in enumerate(self._blocks):
            following = self._blocks[at + 1] if at + 1 < len(self._blocks) else None
            self._take(block, following)
        self._place_notes()
        return [self._made(each) for each in self._clauses]

    # The title.

    def _take_title(self) -> None:
        at = next((at for at, block in enumerate(self._blocks) if block.tag not in ("hr", "own")), None)
        if at is None:
            return
        first = self._blocks[at]
        words = self._words(first)
        if self._is_own:
            is_title = first.tag == "h1"
        elif first.tag in _HEADINGS:
            is_title = self._is_title(first, words)
        else:
            is_title = self._is_bold_title(first, at)
        if not is_title or not words:
            return
        if self._given is not None and words.casefold() != self._given.casefold():
            if first.tag in _HEADINGS and not self._is_own and len(self._of_level(_HEADINGS[first.tag])) > 1:
                return
            told = f"{quoted(words)}: the title in the text; the agreement has another, so it is left out."
            self._notices.append(Notice(first.line, What.LEFT_OUT, told))
        self.title = words
        del self._blocks[: at + 1]

    def _is_title(self, first: Element, words: str) -> bool:
        level = _HEADINGS[first.tag]
        same = self._of_level(level)
        if any(_HEADINGS[each.tag] < level for each in self._blocks if each.tag in _HEADINGS):
            return False
        if is_chapter(words) or (level > 1 and len(same) > 1):
            return False
        label = label_of(words)
        if not label:
            return True
        return len(same) == 1 and label.number not in ((), (0,), (1,)) and not label.written.endswith((".", ")"))

    def _is_bold_title(self, first: Element, at: int) -> bool:
        if first.tag != "p" or any(block.tag in _HEADINGS for block in self._blocks) or len(self._blocks) == at + 1:
            return False
        run_in = self._run_in(first)
        return run_in is not None and run_in.is_whole and not run_in.label and not first.loose

    def _of_level(self, level: int) -> list[Element]:
        """Headings of a level that carry no number."""
        found = [block for block in self._blocks if _HEADINGS.get(block.tag) == level]
        return [block for block in found if not label_of(self._words(block))] if level == 1 else found

    # How this text is built.

    def _look_around(self) -> None:
        blocks = self._blocks
        headings = [block for block in blocks if block.tag in _HEADINGS and self._words(block)]
        self._has_headings = bool(headings)
        named = [self._words(block) for block in headings]
        self._has_numbers = any(label_of(words) and not is_chapter(words) for words in named)
        runs = [run for block in blocks if block.tag == "p" and (run := self._run_in(block))]
        self._has_run_ins = any(run.label for run in runs)
        lists = [block for block in blocks if block.tag == "ol"]
        self._names_alone = not headings and not self._has_run_ins and not lists
        self._goes_on = self._lists_go_on(headings)
        firsts = [self._first_number(each) for each in lists]
        self._lazy = (
            len(lists) > 1
            and not headings
            and all(
                first == 1 and sum(1 for _ in each.elements()) == 1 for first, each in zip(firsts, lists, strict=True)
            )
        )
        self._counted = 0
        self._starts = firsts

    def _lists_go_on(self, headings: Sequence[Element]) -> bool:
        """Whether the lists below unnumbered headings are one, which the headings divide."""
        if self._has_numbers:
            return False
        sections: list[list[Element]] = []
        for block in self._blocks:
            if block in headings:
                sections.append([])
            elif sections:
                sections[-1].append(block)
        listed = [section for section in sections if section and all(each.tag == "ol" for each in section)]
        numbers = [int(n) for section in listed for ol in section for n in self._written(ol)]
        if len(sections) <= 2:
            return bool(listed)
        return len(listed) > 1 and len(numbers) > len(listed) and rises(numbers)

    def _written(self, ol: Element) -> list[str]:
        return [sign.rstrip(".)") for _, sign in numbered(ol, []) if sign.rstrip(".)").isdigit()]

    def _first_number(self, ol: Element) -> int | None:
        written = self._written(ol)
        return int(written[0]) if written else None

    # Block by block.

    def _take(self, block: Element, following: Element | None) -> None:
        if block.tag == "own":
            return
        if block.tag == "note":
            self._notes.setdefault(block.attributes["label"], block)
        elif block.tag in _HEADINGS and not (self._is_own and block.tag == "h1"):
            self._heading(block)
        elif block.tag == "p" and not self._is_own and self._paragraph(block):
            pass
        elif block.tag == "ol" and not self._is_own and self._is_of_clauses(block):
            self._clause_list(block, following)
        elif block.tag == "pre" and block.attributes.get("language") == VALUE and self._value(block):
            pass
        else:
            self._add([block])

    def _heading(self, block: Element) -> None:
        words = self._plain.inline(block.inside) if self._is_own else self._plain.one_line(block.inside)
        labels, self._plain.labels = self._plain.labels, []
        for each in labels:
            words = words.replace(f"[{each}]", "").rstrip()
        if not words:
            return
        label = label_of(words)
        if len(words.encode()) > LONGEST_HEADING:
            self._long_heading(block, words, label)
        else:
            made_by = "chapter" if is_chapter(words) else "numbered" if label else "heading"
            self._begin(words, block.line, made_by, label.number if label and made_by == "numbered" else ())
        self._clauses[-1].labels += labels

    def _long_heading(self, block: Element, words: str, label: Label | None) -> None:
        """What is a clause in the clothes of a heading."""
        heading = label.written if label else " ".join(words[:60].split()[:-1]) or words[:60]
        told = f"{quoted(words)}: too long for a heading, so the words are its text."
        self._notices.append(Notice(block.line, What.NOT_UNDERSTOOD, told))
        self._begin(heading, block.line, "numbered" if label else "heading", label.number if label else ())
        self._clauses[-1].parts.append((False, words[len(label.written) :].strip() if label else words))

    def _begin(self, heading: str, line: int, made_by: str, number: tuple[int, ...] = ()) -> None:
        self._clauses.append(_Open(heading, line, made_by, number))

    def _add(self, blocks: Sequence[Element | str]) -> None:
        """Add to the clause that is being read; before the first one, to what stands before the clauses."""
        parts = list(self._plain.parts(blocks))
        labels, self._plain.labels = self._plain.labels, []
        if not parts or not (self._is_own or any(lines.strip() for _, lines in parts)):
            return
        if not self._clauses:
            line = next((each.line for each in blocks if isinstance(each, Element)), 1)
            told = f"{quoted(parts[0][1])}: no heading stands above these words, so they are called {PREAMBLE}."
            self._notices.append(Notice(line, What.NOT_UNDERSTOOD, told))
            self._begin(PREAMBLE, line, "preamble")
        self._clauses[-1].parts += parts
        self._clauses[-1].labels += labels

    def _value(self, block: Element) -> bool:
        """Take a typed value, where it is one and the clause has none yet."""
        lines = self._silent.inline(block.inside)
        value = value_of(lines)
        if value is None or not self._clauses or self._clauses[-1].value:
            told = f"{quoted(lines)}: not understood as a value, so it stands in the text."
            self._notices.append(Notice(block.line, What.NOT_UNDERSTOOD, told))
            return False
        self._clauses[-1].value = value
        return True

    # Paragraphs that begin a clause.

    def _paragraph(self, block: Element) -> bool:
        run_in = self._run_in(block)
        label = run_in.label if run_in else self._plain_label(block)
        if label and self._goes_on_from_here(label, plain=run_in is None):
            number = label.number
            if run_in and run_in.is_name:
                self._begin(self._plain.one_line(run_in.name), block.line, "numbered", number)
                self._rest(block, run_in.rest)
            else:
                text = self._plain.inline(block.inside).lstrip()
                self._begin(label.written, block.line, "numbered", number)
                rest = text[len(label.written) :].lstrip(" ")
                if rest:
                    self._clauses[-1].parts.append((False, rest))
                self._clauses[-1].labels += self._plain.labels
                self._plain.labels = []
            return True
        if run_in and self._names_alone and run_in.is_name:
            self._begin(self._plain.one_line(run_in.name), block.line, "heading")
            self._rest(block, run_in.rest)
            return True
        return False

    def _rest(self, block: Element, rest: Sequence[Element | str]) -> None:
        self._add([Element("p", block.line, inside=list(rest), loose=True)])

    def _goes_on_from_here(self, label: Label, *, plain: bool) -> bool:
        """Whether a numbered paragraph is the next clause, and not a list within one."""
        current = self._clauses[-1].number if self._clauses else ()
        number = label.number
        if not number:
            return not plain
        if plain or self._has_numbers:
            return _follows(number, current)
        return True

    def _plain_label(self, block: Element) -> Label | None:
        """1.1 at the beginning of a paragraph, written without a backslash."""
        words = block.attributes.get("raw", "") or self._silent.inline(block.inside).strip()
        label = label_of(words[:40])
        rest = words[len(label.written) :].lstrip() if label else ""
        return label if label and len(label.number) > 1 and (not rest or not rest[0].islower()) else None

    def _run_in(self, block: Element) -> _RunIn | None:
        return _run_in_of(block, self._silent)

    # Lists whose items are clauses.

    def _is_of_clauses(self, block: Element) -> bool:
        made_by = self._clauses[-1].made_by if self._clauses else "none"
        if made_by in ("none", "preamble"):
            return not self._has_headings and not self._has_run_ins
        if made_by == "chapter":
            return not self._has_numbers and not self._clauses[-1].parts
        if made_by == "list":
            return not self._is_within(block)
        if made_by == "heading" and self._has_headings:
            return self._goes_on
        return False

    def _is_within(self, block: Element) -> bool:
        """Whether a list begins anew while the clauses go on behind it."""
        first, last = self._first_number(block), self._clauses[-1].number[:1]
        return not self._lazy and first is not None and bool(last) and first <= last[0] and last[0] + 1 in self._starts

    def _clause_list(self, block: Element, following: Element | None) -> None:
        items = numbered(block, self._notices)
        for place, (item, sign) in enumerate(items):
            number = sign.rstrip(".)")
            if self._lazy:
                self._counted += 1
                if str(self._counted) != number:
                    told = f"“{sign}”: counted, as all of them are written {sign}, to {self._counted}."
                    self._notices.append(Notice(item.line, What.COUNTED, told))
                    number = str(self._counted)
            is_last = place == len(items) - 1
            has_more = is_last and following is not None and following.tag == "p" and not self._run_in(following)
            self._item(item, number, has_more=has_more)

    def _item(self, item: Element, number: str, *, has_more: bool) -> None:
        blocks = list(_flat(item.inside))
        lists = [each for each in blocks if each.tag == "ol"]
        inner = lists[0] if len(lists) == 1 < len(blocks) and blocks[-1] is lists[0] and "." not in number else None
        if inner:
            blocks = blocks[:-1]
        first = blocks[0] if blocks and blocks[0].tag in ("p", *_HEADINGS) else None
        path = tuple(int(each) for each in number.split(".") if each.isdigit())
        run_in = self._run_in(first) if first else None
        name, rest = "", blocks
        if first and first.tag in _HEADINGS:
            name, rest = self._plain.one_line(first.inside), blocks[1:]
        elif first and run_in and run_in.is_name:
            name = self._plain.one_line(run_in.name)
            rest = [Element("p", first.line, inside=list(run_in.rest), loose=True), *blocks[1:]]
        elif first:
            words = self._silent.inline(first.inside)
            line, _, more = words.partition("\n")
            if _is_name(line) and (more or len(blocks) > 1 or inner or has_more):
                self._silent.labels = []
                name = line.strip()
                rest = [_after_line(first), *blocks[1:]] if more else blocks[1:]
        self._begin(f"{number} {name}".strip(), item.line, "list", path)
        self._add(rest)
        if inner:
            for sub, sign in numbered(inner, self._notices):
                self._item(sub, f"{number}.{sign.rstrip('.)')}", has_more=False)

    # What is left to do at the end.

    def _place_notes(self) -> None:
        for label, note in self._notes.items():
            owner = next((each for each in self._clauses if label in each.labels), None)
            if owner is None and not self._clauses:
                self._add([note])
                continue
            owner = owner or self._clauses[-1]
            owner.parts += [(bool(owner.parts), lines) for _, lines in self._plain.parts([note])]

    def _made(self, opened: _Open) -> Clause:
        return Clause(opened.heading, joined(opened.parts), opened.line, opened.value)

    def _words(self, block: Element) -> str:
        return self._silent.inline(block.inside) if self._is_own else self._silent.one_line(block.inside)


@dataclass(frozen=True, slots=True)
class _RunIn:
    """The marked words that a paragraph begins with. is_name: they name what follows; is_whole: nothing follows."""

    name: list[Element | str]
    rest: list[Element | str]
    label: Label | None
    is_name: bool
    is_whole: bool


def _run_in_of(block: Element, plain: Plain) -> _RunIn | None:
    """A paragraph's run-in: what is bold, underlined or set off at its beginning, with a number before it or in it."""
    name: list[Element | str] = []
    rest = list(block.inside)
    marked = False
    while rest:
        each = rest[0]
        if isinstance(each, str):
            if marked and (found := _ATTACHED.match(each)):
                name.append(found[0])
                rest[0] = each[found.end() :]
                break
            is_between = not each.strip() and (not marked or (len(rest) > 1 and _is_naming(rest[1], plain)))
            is_number = not marked and (label := label_of(each.strip())) is not None and label.written == each.strip()
            if not (is_between or is_number):
                break
        elif _is_naming(each, plain):
            marked = True
        elif not (each.tag in ("a", "wbr") and not plain.inline([each]).strip()):
            break
        name.append(rest.pop(0))
    if not marked:
        return None
    words = plain.one_line(name)
    label = label_of(words)
    only_italic = all(each.tag in ("em", "i") for each in name if isinstance(each, Element))
    if not words or (only_italic and not label):
        return None
    is_whole = not plain.inline(rest).strip()
    breaks = isinstance(rest[0], Element) and rest[0].tag in (("br", "wrap") if label else ("br",)) if rest else False
    ends = is_whole or breaks or bool(_ENDS_NAME.search(words))
    is_titled = any(_is_titled(each) for each in name if isinstance(each, Element))
    is_name = len(words) <= LONGEST_NAME and (ends or is_titled or bool(label and label.written == words))
    if not is_name and not label:
        return None
    return _RunIn(name, rest, label, is_name, is_whole)


_ATTACHED = re.compile(r"\.-|[.:](?=\s|$)")


def _is_naming(each: Element | str, plain: Plain) -> bool:
    if isinstance(each, str) or each.tag not in _NAMING or not plain.inline([each]).strip():
        return False
    if each.tag != "span":
        return True
    words = plain.inline([each]).strip()
    return _is_titled(each) or "bold" in each.attributes.get("style", "") or bool(_ENDS_NAME.search(words))


def _is_titled(each: Element) -> bool:
    said = each.attributes.get("class", "").lower()
    return each.tag == "span" and ("head" in said or "title" in said)


def _is_name(line: str) -> bool:
    """Whether a line names what stands below it: short, and no sentence."""
    line = line.strip()
    if not line or len(line) > LONGEST_NAME:
        return False
    if line.endswith("."):
        return len(line.split()) <= 4
    return not _ENDS_SENTENCE.search(line)


def _after_line(block: Element) -> Element:
    """A paragraph without its first line."""
    at = next(at for at, each in enumerate(block.inside) if isinstance(each, Element) and each.tag == "br")
    return Element("p", block.line, inside=block.inside[at + 1 :], apart=False, loose=block.loose)


def _follows(number: tuple[int, ...], current: tuple[int, ...]) -> bool:
    """Whether a number comes next in an outline: 4.1 after 4, 4.2 or 5 after 4.1.3."""
    if number == (*current, 1):
        return True
    return any(number == (*current[:depth], current[depth] + 1) for depth in range(len(current)))
