"""A tree as plain text: items with "- " or their own number, two blanks a level, rows as cells joined by " | "
(protocol.md, Texts)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise, zip_longest

from server.texts.draft import Notice, What, quoted
from server.texts.enumerations import letters, roman_of
from server.texts.tree import BLOCKS, UNREAD, Element, named

_RAISED = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
_TRANSPARENT = named(
    "address article aside body caption center details dialog div fieldset figcaption figure footer form header "
    "html legend main nav section summary"
)

_VARIABLES = frozenset("kmtxyz")
"""Letters that are exponents; other single letters are ordinals, as in 1ª."""

Part = tuple[bool, str]
"""Whether a blank line stands before it, and the lines."""


class Plain:
    """Writes trees as text, and tells what that leaves out."""

    def __init__(self, notices: list[Notice]) -> None:
        self._notices = notices
        self.labels: list[str] = []
        """Of the footnotes that were referred to since somebody last looked."""

    def text(self, blocks: Iterable[Element | str]) -> str:
        """Blocks below each other."""
        return joined(self.parts(blocks))

    def parts(self, blocks: Iterable[Element | str]) -> Iterator[Part]:
        """Each block's lines; words between blocks are a block of their own."""
        words: list[Element | str] = []
        for each in blocks:
            if isinstance(each, Element) and is_block(each):
                yield from self._paragraph(words)
                words = []
                yield from self._block(each)
            else:
                words.append(each)
        yield from self._paragraph(words)

    def _paragraph(self, words: Sequence[Element | str]) -> Iterator[Part]:
        if words and (text := _trimmed(self.inline(words))):
            yield False, text

    def _block(self, block: Element) -> Iterator[Part]:
        tag = block.tag
        if tag in _TRANSPARENT or tag in ("blockquote", "li", "td", "th", "dd", "dt"):
            for number, (apart, lines) in enumerate(self.parts(block.inside)):
                yield (block.apart if number == 0 else apart), lines
        elif tag in ("ul", "ol", "menu"):
            yield from self._list(block)
        elif tag == "table":
            for number, row in enumerate(self._rows(block)):
                yield number == 0 and block.apart, row
        elif tag == "dl":
            yield from self._definitions(block)
        elif tag == "pre":
            yield block.apart, self.inline(block.inside)
        elif tag == "note":
            lines = self.text(block.inside)
            yield block.apart, f"[{block.attributes['label']}] {lines}"
        elif tag == "hr":
            if (signs := block.attributes.get("signs", "")).count("_") > 3:  # somebody is to write there
                yield block.apart, signs
        elif tag != "own":
            text = self.inline(block.inside)
            text = _trimmed(text) if block.loose else text
            if text:
                yield block.apart, text

    # Lists.

    def _list(self, block: Element) -> Iterator[Part]:
        for number, (item, sign) in enumerate(numbered(block, self._notices)):
            inside = self.text(item.inside)
            if item.tag != "li":  # what stands in a list without an item around it
                yield (block.apart if number == 0 else item.apart), inside
                continue
            lines = inside.replace("\n", "\n  ").replace("\n  \n", "\n\n")
            yield (block.apart if number == 0 else item.apart), f"{sign} {lines}".rstrip(" ")

    def _definitions(self, block: Element) -> Iterator[Part]:
        terms: list[str] = []
        apart, first = block.apart, True
        for each in _flat_definitions(block):
            if each.tag == "dt":
                terms = [*terms, self.text(each.inside)] if first else [self.text(each.inside)]
                first, apart = True, each.apart or apart
            elif each.tag == "dd":
                meaning = self.text(each.inside).replace("\n", "\n  ")
                yield apart, f"{', '.join(terms)}: {meaning}" if first else f"  {meaning}"
                first, apart = False, False
            else:
                yield from self.parts([each])
        if first and terms:
            yield apart, ", ".join(terms)

    # Tables.

    def _rows(self, table: Element) -> Iterator[str]:
        for row in rows_of(table):
            if row.tag != "tr":
                yield from (lines for _, lines in self.parts([row]))
                continue
            cells = [self.text(cell.inside).split("\n") for cell in _held(row)]
            for line in zip_longest(*([each for each in cell if each.strip()] for cell in cells), fillvalue=""):
                yield " | ".join(line)

    # Words.

    def inline(self, words: Iterable[Element | str]) -> str:
        """Words as one text, with the line breaks that were asked for."""
        return "".join(self._pieces(words))

    def one_line(self, words: Iterable[Element | str]) -> str:
        """Words as one line, as headings have them."""
        lines = (each.replace("\t", " ").strip(" ") for each in self.inline(words).split("\n"))
        return " ".join(each for each in lines if each)

    def _pieces(self, words: Iterable[Element | str]) -> Iterator[str]:
        last = ""
        words = list(words)
        for at, each in enumerate(words):
            if isinstance(each, str):
                piece = each
            elif each.tag == "wrap":
                following = words[at + 1] if at + 1 < len(words) else ""
                is_joined = last[-1:] == "\n" or (_is_wide(last[-1:]) and _is_wide(_first_sign(following)))
                piece = "" if is_joined else " "
            else:
                piece = self._element(each)
            last = piece or last
            yield piece

    def _element(self, each: Element) -> str:
        tag = each.tag
        if tag == "br":
            return "\n"
        if tag == "ref":
            self.labels.append(each.attributes["label"])
            return f"[{each.attributes['label']}]"
        if tag == "img":
            return self._image(each)
        inside = self.inline(each.inside)
        if tag in UNREAD:
            self._tell(each, What.LEFT_OUT, inside, "nobody is shown this; left out.")
            return ""
        if tag == "a":
            return self._link(each, inside)
        if tag in ("sup", "sub"):
            return _set_off(inside, _RAISED if tag == "sup" else _LOWERED, "^" if tag == "sup" else "_")
        if tag in ("s", "del", "strike") and inside.strip():
            self._tell(each, What.NOT_UNDERSTOOD, inside, "struck out in the source; the words stand in the text.")
        if tag == "q":
            return f"“{inside}”"
        return f"\n{inside}" if tag in BLOCKS else inside

    def _link(self, link: Element, inside: str) -> str:
        address = link.attributes.get("href", "")
        if "literal" in link.attributes:
            return f"[{inside}]({address})"
        if address.startswith("#"):
            self._tell(link, What.LEFT_OUT, address, "where a link within the text led, left out.")
            return inside
        if not address or _names(inside.strip(), address):
            return inside
        return f"{inside} ({address})" if inside.strip() else address

    def _image(self, image: Element) -> str:
        said, address = image.attributes.get("alt", ""), image.attributes.get("src", "")
        self._tell(image, What.LEFT_OUT, said or address, "a picture, of which only the words come in.")
        return f"{said} ({address})" if said and address else said or address

    def _tell(self, of: Element, what: What, words: str, sentence: str) -> None:
        notice = Notice(of.line, what, f"{quoted(words)}: {sentence}")
        if notice not in self._notices[-50:]:
            self._notices.append(notice)


def joined(parts: Iterable[Part]) -> str:
    """Blocks below each other, as one text."""
    text: list[str] = []
    for apart, lines in parts:
        if text:
            text.append("\n\n" if apart else "\n")
        text.append(lines)
    return "".join(text)


def is_block(element: Element) -> bool:
    return element.tag in BLOCKS or element.tag == "own"


def rows_of(table: Element) -> Iterator[Element]:
    """A table's rows, and whatever else stands in it."""
    for each in _held(table):
        if each.tag in ("thead", "tbody", "tfoot"):
            yield from rows_of(each)
        else:
            yield each


def _held(block: Element) -> Iterator[Element]:
    """The elements in a list or a table, and words that stand there without any."""
    for each in block.inside:
        if isinstance(each, str):
            if each.strip():
                yield Element("p", block.line, inside=[each], apart=False, loose=True)
        elif each.tag != "p" or any(isinstance(inner, Element) or inner.strip() for inner in each.inside):
            yield each


def _flat_definitions(block: Element) -> Iterator[Element]:
    for each in _held(block):
        if each.tag == "div":
            yield from _flat_definitions(each)
        else:
            yield each


def items_of(block: Element) -> list[Element]:
    """A list's items. What stands between them belongs to the one before; what is indented deeper than the first is
    below the one before, also where Markdown takes it for its neighbour."""
    found: list[Element] = []
    for each in _held(block):
        if each.tag == "li" and not (found and _is_deeper(each, found)):
            found.append(each)
        elif found and found[-1].tag == "li":
            found[-1] = _with_more(found[-1], each, block)
        else:
            found.append(each)
    return found


def _is_deeper(item: Element, found: Sequence[Element]) -> bool:
    first = next((each for each in found if each.tag == "li"), None)
    if first is None or "indent" not in item.attributes or "indent" not in first.attributes:
        return False
    return int(item.attributes["indent"]) >= int(first.attributes["indent"]) + 2


def _with_more(item: Element, more: Element, block: Element) -> Element:
    """An item with something else at its end; a deeper item in a list of its own."""
    inside = list(item.inside)
    if more.tag == "li":
        last = inside[-1] if inside else None
        if isinstance(last, Element) and last.tag == block.tag and last.attributes.get("regrouped"):
            inside[-1] = replace(last, inside=[*last.inside, more])
        else:
            said = {"regrouped": "yes"}
            inside.append(Element(block.tag, more.line, said, [more], apart=more.apart, loose=block.loose))
    else:
        inside.append(replace(more, apart=False) if more.tag in ("ul", "ol") else more)
    return replace(item, inside=inside)


def numbered(block: Element, notices: list[Notice]) -> list[tuple[Element, str]]:
    """A list's items, each with its sign: "- ", or its number as it is written where the numbers rise, else counted."""
    items = items_of(block)
    if block.tag != "ol":
        return [(item, "-") for item in items]
    if strays := [each for each in items if each.tag != "li"]:
        items = [each for each in items if each.tag == "li"]
        if not items:
            return [(each, "") for each in strays]
    sign = items[0].attributes.get("sign", ".") if items else "."
    said = [_whole(item.attributes.get("number") or item.attributes.get("value")) for item in items]
    first = _whole(block.attributes.get("start"))
    signed: list[tuple[Element, str]] = []
    for item, number, written in zip(items, counted(said, 1 if first is None else first), said, strict=True):
        if written is not None and written != number:
            told = f"“{written}{sign}”: counted, as Markdown counts, to {number}{sign}"
            notices.append(Notice(item.line, What.COUNTED, told))
        label = _labelled(number, block) if written is None else str(number)
        if written == number:
            label = item.attributes.get("number") or label  # 01. stays 01.
        signed.append((item, f"{label}{sign}"))
    return [*((each, "") for each in strays), *signed]


def counted(written: Sequence[int | None], first: int) -> list[int]:
    """The numbers of items: as they are written, but that one which repeats the number before it is counted, and so
    are those that go on from there. first: of an item without a number."""
    numbers: list[int] = []
    for place, said in enumerate(written):
        if not numbers:
            numbers.append(first if said is None else said)
            continue
        before, above = numbers[-1], written[place - 1]
        is_counted = said is None or said == above or (said <= before and above is not None and said == above + 1)
        numbers.append(before + 1 if is_counted or said is None else said)
    return numbers


def rises(numbers: Sequence[int | None]) -> bool:
    """Whether every item has a number, and each a larger one than the one before."""
    known = [each for each in numbers if each is not None]
    return bool(known) and len(known) == len(numbers) and all(a < b for a, b in pairwise(known))


def _labelled(number: int, block: Element) -> str:
    kind = block.attributes.get("type", "")
    style = block.attributes.get("style", "").replace(" ", "")
    kind = {"lower-alpha": "a", "lower-latin": "a", "lower-roman": "i", "upper-alpha": "A", "upper-roman": "I"}.get(
        style.partition("list-style-type:")[2].partition(";")[0], kind
    )
    label = letters(number) if kind in ("a", "A") else roman_of(number) if kind in ("i", "I") else str(number)
    return label.upper() if kind in ("A", "I") else label


def _whole(given: str | None) -> int | None:
    return int(given) if given and given.isascii() and given.isdigit() and len(given) < 10 else None


def _set_off(words: str, signs: dict[int, int], before: str) -> str:
    """Raised or lowered figures as such: 10<sup>6</sup> is not 106."""
    if words and all(ord(sign) in signs for sign in words):
        return words.translate(signs)
    if any(sign.isnumeric() for sign in words) or words in _VARIABLES:
        return f"{before}({words})"
    return words


def _names(words: str, address: str) -> bool:
    """Whether a link's words are its address, letter by letter."""
    return words.rstrip("/") in (address.rstrip("/"), address.removeprefix("mailto:"))


def _trimmed(text: str) -> str:
    """Without the white space around what HTML says; the lines within keep their words."""
    return "\n".join(line.strip(" ") for line in text.split("\n")).strip("\n ")


def _is_wide(sign: str) -> bool:
    """Whether a sign belongs to a script that is written without blanks."""
    return bool(sign) and unicodedata.east_asian_width(sign) in "WF"


def _first_sign(word: Element | str) -> str:
    while isinstance(word, Element):
        if not word.inside:
            return ""
        word = word.inside[0]
    return word[:1]
