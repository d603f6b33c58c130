"""Which words of a text make a clause of their own, and what its heading is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from domain.fields import HEADING_BYTES
from domain.refusals import malformed
from domain.values import Value
from server.texts.blocks import flat
from server.texts.draft import Clause, Draft, Notice, What, quoted
from server.texts.enumerations import roman
from server.texts.labels import Label, is_chapter, label_of
from server.texts.markdown import VALUE, tree_of
from server.texts.no_text import front_matter, other_front_matter, without_appendix, without_facts, without_fences
from server.texts.plain import Plain, items_of, joined, numbered, rises
from server.texts.run_ins import RunIn, after_line, caps_of, follows, is_name, run_in_of
from server.texts.tree import DEEPEST, Element, TooDeep
from server.texts.written_values import value_of

PREAMBLE = "Preamble"
_HEADINGS = {f"h{level}": level for level in range(1, 7)}


def draft_of(source: str, given: str | None = None) -> Draft:
    """A Markdown text as clauses. given: the title that it will have whatever the text says."""
    notices: list[Notice] = []
    head, body = front_matter(source, notices)
    if head is None:
        head, body = other_front_matter(body, notices)
    body = without_fences(body, notices)
    told = list(notices)
    tree = _tree(body, notices, exact=False)
    is_own = any(block.tag == "own" for block in tree.elements())
    if is_own:
        notices[:] = told
        tree = _tree(body, notices, exact=True)
    blocks = without_facts(without_appendix(list(flat(tree.inside)), notices), notices)
    cutter = _Cutter(blocks, notices, given or head, is_own=is_own)
    clauses = cutter.cut()
    if given and head and head.casefold() != given.casefold():
        told_of = f"{quoted(head)}: the title in the text; the agreement has another, so it is left out."
        notices.append(Notice(1, What.LEFT_OUT, told_of))
    notices.sort(key=lambda notice: notice.line)
    return Draft(head or cutter.title, clauses, notices)


def _tree(body: str, notices: list[Notice], *, exact: bool) -> Element:
    try:
        return tree_of(body, notices, exact=exact)
    except TooDeep as deep:
        line: int = deep.args[0]
        words = quoted(body.split("\n")[line - 1])
        told = f"{words} on line {line}: lists or quotations go deeper than {DEEPEST} levels here."
        raise malformed(told, "Flatten them.") from None


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
        self._notes: list[tuple[Element, int]] = []
        """Footnotes, each with how many clauses stood above it."""
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
            if first.tag in _HEADINGS and not self._is_own and len(self._without_number(_HEADINGS[first.tag])) > 1:
                return
            told = f"{quoted(words)}: the title in the text; the agreement has another, so it is left out."
            self._notices.append(Notice(first.line, What.LEFT_OUT, told))
        self.title = words
        del self._blocks[: at + 1]

    def _is_title(self, first: Element, words: str) -> bool:
        level = _HEADINGS[first.tag]
        same = self._of_level(level)
        if is_chapter(words) or any(_HEADINGS[each.tag] < level for each in self._blocks if each.tag in _HEADINGS):
            return False
        label = label_of(words)
        if label is None:
            return level == 1 or len(same) == 1
        return len(same) == 1 and label.number not in ((0,), (1,))

    def _is_bold_title(self, first: Element, at: int) -> bool:
        if first.tag != "p" or any(block.tag in _HEADINGS for block in self._blocks) or len(self._blocks) == at + 1:
            return False
        run_in = self._run_in(first) or caps_of(first, self._silent)
        return run_in is not None and run_in.is_whole and not label_of(self._words(first)) and not first.loose

    def _without_number(self, level: int) -> list[Element]:
        return [block for block in self._of_level(level) if not label_of(self._words(block))]

    def _of_level(self, level: int) -> list[Element]:
        return [block for block in self._blocks if _HEADINGS.get(block.tag) == level]

    # How this text is built.

    def _look_around(self) -> None:
        blocks = self._blocks
        headings = [block for block in blocks if block.tag in _HEADINGS and self._words(block)]
        self._labels = self._labels_of(headings)
        self._has_headings = bool(headings)
        self._has_numbers = bool(self._labels)
        paragraphs = [block for block in blocks if block.tag == "p"]
        runs = [run for block in paragraphs if (run := self._run_in(block))]
        self._has_run_ins = any(run.label and not is_chapter(self._plain_words(run)) for run in runs)
        lists = [block for block in blocks if block.tag == "ol"]
        self._goes_on = self._lists_go_on(headings)
        self._starts = [self._first_number(each) for each in lists]
        self._lazy = len(lists) > 1 and not headings and all(self._is_lazy(each) for each in lists)
        self._counted = 0
        self._listed: int | None = None
        self._is_divided = any(not self._is_chapter(block) for block in headings)
        is_free = not headings and not self._has_run_ins
        self._names_plain_numbers = is_free and self._plain_numbers_rise(paragraphs)
        names = [block for block in paragraphs if caps_of(block, self._silent)]
        names += [block for block in paragraphs if (run := self._run_in(block)) and run.is_name and not run.label]
        numbers = [int(n) for each in lists for n in self._written(each)]
        are_few = not rises(numbers) or len(numbers) < 2 * len(names)
        self._names_alone = is_free and not self._names_plain_numbers and (not lists or (len(names) > 1 and are_few))

    def _labels_of(self, headings: Sequence[Element]) -> dict[int, Label]:
        """The numbers of headings; a bare figure is one where it comes next: 24 Hour Service has none."""
        found: dict[int, Label] = {}
        current: tuple[int, ...] = ()
        for block in headings:
            words = self._words(block)
            label = label_of(words)
            if label is None or is_chapter(words):
                continue
            if label.written.isdigit() and current and not follows(label.number, current):
                continue
            if label.written.isdigit() and not current and label.number > (5,):
                continue
            found[id(block)], current = label, label.number or current
        return found

    def _is_chapter(self, block: Element) -> bool:
        return is_chapter(self._words(block))

    def _is_lazy(self, ol: Element) -> bool:
        return self._first_number(ol) == 1 and sum(1 for _ in ol.elements()) == 1

    def _plain_words(self, run: RunIn) -> str:
        return self._silent.one_line(run.name)

    def _plain_numbers_rise(self, paragraphs: Sequence[Element]) -> bool:
        """Whether paragraphs begin with 1., 2., 3. or with Article 1, Article 2, written as plain text."""
        labels = [label for block in paragraphs if (label := self._simple_label(block))]
        numbers = [each.number[0] if each.number else roman(each.written.rstrip(".)").lower()) for each in labels]
        return numbers[:2] == [1, 2] or (len(labels) > 2 and not any(numbers))

    def _simple_label(self, block: Element) -> Label | None:
        """The number of one part that a paragraph begins with; a bare figure is one before a name that stands alone."""
        words = _unescaped(block)
        label = label_of(words[:40])
        if label is None or len(label.number) > 1:
            return None
        name = words[len(label.written) :].strip()
        is_named = "\n" not in words and is_name(name) and name[:1].isupper()
        return label if is_named or not label.written.isdigit() else None

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
            self._notes.append((block, len(self._clauses)))
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
        label = label_of(words) if self._is_own else self._labels.get(id(block))
        self._listed = None
        if len(words.encode()) > HEADING_BYTES:
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
            if run_in and run_in.is_name:
                words = self._plain.one_line(run_in.name)
                self._begin(words, block.line, "chapter" if is_chapter(words) else "numbered", label.number)
                self._rest(block, run_in.rest)
            else:
                self._plainly_numbered(block, label)
            return True
        name = run_in or (caps_of(block, self._silent) if self._names_alone else None)
        if name and name.is_name and (self._names_alone or is_chapter(self._plain_words(name))):
            words = self._plain.one_line(name.name)
            self._begin(words, block.line, "chapter" if is_chapter(words) else "heading")
            self._rest(block, name.rest)
            return True
        return False

    def _plainly_numbered(self, block: Element, label: Label) -> None:
        """A paragraph that begins with a number, or several that stand line below line."""
        lines = self._plain.inline(block.inside).lstrip(" \t\n").split("\n")
        labels, self._plain.labels = self._plain.labels, []
        for place, line in enumerate(lines):
            its = label if place == 0 else label_of(line)
            if its is None or (place and not (len(its.number) > 1 and follows(its.number, self._clauses[-1].number))):
                self._clauses[-1].parts.append((False, line))
                continue
            words = line[len(its.written) :].lstrip(" \t")
            is_heading = place == 0 and len(its.number) < 2 and is_name(words)
            self._begin(line.strip() if is_heading else its.written, block.line + place, "numbered", its.number)
            if words and not is_heading:
                self._clauses[-1].parts.append((False, words))
            self._clauses[-1].labels += labels

    def _rest(self, block: Element, rest: Sequence[Element | str]) -> None:
        self._add([Element("p", block.line, inside=list(rest), loose=True)])

    def _goes_on_from_here(self, label: Label, *, plain: bool) -> bool:
        """Whether a numbered paragraph is the next clause, and not a list within one."""
        current, number = self._clauses[-1].number if self._clauses else (), label.number
        if self._names_plain_numbers and len(number) < 2:
            return True
        if not number:
            return not plain
        if plain or self._has_numbers:
            return follows(number, current) or (len(number) == 2 and number[-1] == 1 and (not current or plain))
        return True

    def _plain_label(self, block: Element) -> Label | None:
        """1.1 at the beginning of a paragraph; where such numbers divide the text, also 1. and Article 1."""
        words = _unescaped(block)
        label = label_of(words[:40])
        if label is None or len(label.number) < 2:
            return self._simple_label(block) if label and self._names_plain_numbers else None
        rest = words[len(label.written) :].lstrip()
        return label if not rest or not rest[0].islower() else None

    def _run_in(self, block: Element) -> RunIn | None:
        return run_in_of(block, self._silent)

    # Lists whose items are clauses.

    def _is_of_clauses(self, block: Element) -> bool:
        made_by = self._clauses[-1].made_by if self._clauses else "none"
        if made_by in ("none", "preamble"):
            divided = self._is_divided or self._has_run_ins or self._names_plain_numbers
            return not divided or self._is_large(block)
        if made_by == "chapter":
            return not self._has_numbers and not self._clauses[-1].parts
        if self._listed is not None:
            return not self._is_within(block)
        if made_by == "heading" and self._has_headings:
            return self._goes_on
        return False

    def _is_large(self, block: Element) -> bool:
        """Whether a list above the first heading is a text of its own, and not the two parties."""
        items = items_of(block)
        if len(items) > 3 or any(each.tag == "ol" for item in items for each in item.elements()):
            return True
        firsts = [next(flat(item.inside), None) for item in items]
        return any(first and (run := self._run_in(first)) and run.is_name and run.is_whole for first in firsts)

    def _is_within(self, block: Element) -> bool:
        """Whether a list begins anew while the clauses go on behind it."""
        first, last = self._first_number(block), self._listed
        return not self._lazy and first is not None and last is not None and first <= last and last + 1 in self._starts

    def _clause_list(self, block: Element, following: Element | None) -> None:
        items = numbered(block, self._notices)
        numbers = [sign.rstrip(".)") for _, sign in items]
        for place, (item, sign) in enumerate(items):
            number = numbers[place]
            if self._lazy:
                number = self._counted_on(item, sign)
            elif self._falls_back(number, numbers[place + 1 :]):
                self._add([Element("ol", item.line, dict(block.attributes), [item], apart=item.apart)])
                continue
            is_last = place == len(items) - 1
            has_more = is_last and following is not None and following.tag == "p" and not self._run_in(following)
            if number.isdigit():
                self._listed = int(number)
            self._item(item, number, has_more=has_more)

    def _counted_on(self, item: Element, sign: str) -> str:
        self._counted += 1
        number = str(self._counted)
        if number != sign.rstrip(".)"):
            told = f"“{sign}”: counted, as all of them are written {sign}, to {number}."
            self._notices.append(Notice(item.line, What.COUNTED, told))
        return number

    def _falls_back(self, number: str, later: Sequence[str]) -> bool:
        """Whether an item is one of a list within the clause above: its number falls, and the clauses go on below."""
        if self._listed is None or not number.isdigit():
            return False
        return int(number) <= self._listed and str(self._listed + 1) in later

    def _item(self, item: Element, number: str, *, has_more: bool) -> None:
        blocks = list(flat(item.inside))
        lists = [each for each in blocks if each.tag == "ol"]
        inner = lists[0] if len(lists) == 1 < len(blocks) and blocks[-1] is lists[0] and "." not in number else None
        if inner:
            blocks = blocks[:-1]
        first = blocks[0] if blocks and blocks[0].tag in ("p", *_HEADINGS) else None
        path = tuple(int(each) for each in number.split(".") if each.isdigit())
        run_in = self._run_in(first) if first else None
        name = ""
        own: list[Element | str] = [first] if first else []
        if first and first.tag in _HEADINGS:
            name, own = self._plain.one_line(first.inside), []
        elif first and run_in and run_in.is_name:
            name = self._plain.one_line(run_in.name)
            own = [Element("p", first.line, inside=list(run_in.rest), loose=True)]
        elif first:
            line, _, more = self._silent.inline(first.inside).partition("\n")
            below = after_line(first) if more else None
            if is_name(line) and (below or (not more and (len(blocks) > 1 or inner or has_more))):
                self._silent.labels = []
                name, own = line.strip(), [below] if below else []
        self._begin(f"{number} {name}".strip(), item.line, "list", path)
        for block in own:
            if not (isinstance(block, Element) and block.tag == "p" and name and self._paragraph(block)):
                self._add([block])
        for block in blocks[1:] if first else blocks:
            if not (block.tag == "p" and self._paragraph(block)):
                self._add([block])
        if inner:
            for sub, sign in numbered(inner, self._notices):
                self._item(sub, f"{number}.{sign.rstrip('.)')}", has_more=False)

    # What is left to do at the end.

    def _place_notes(self) -> None:
        """Each footnote comes to the clause that refers to it; of several of one label, to the last one above it."""
        labels = [note.attributes["label"] for note, _ in self._notes]
        for note, above in self._notes:
            label = note.attributes["label"]
            owners = [each for each in self._clauses if label in each.labels]
            if labels.count(label) > 1:
                owners = [each for each in self._clauses[:above] if label in each.labels][-1:] or owners
            if not self._clauses:
                self._add([note])
                continue
            owner = owners[0] if owners else self._clauses[-1]
            owner.parts += [(bool(owner.parts), lines) for _, lines in self._plain.parts([note])]

    def _made(self, opened: _Open) -> Clause:
        return Clause(opened.heading, joined(opened.parts), opened.line, opened.value)

    def _words(self, block: Element) -> str:
        return self._silent.inline(block.inside) if self._is_own else self._silent.one_line(block.inside)


def _unescaped(block: Element) -> str:
    """What a paragraph begins with, without the backslashes that converters write before numbers."""
    raw = block.attributes.get("raw") or Plain([]).inline(block.inside).strip()
    return re.sub(r"\\(?=[.)§(])", "", raw)
