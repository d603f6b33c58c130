"""What a paragraph begins with when it begins a clause: bold, underlined or set off words, a number, capitals."""

from __future__ import annotations

import re
from dataclasses import dataclass

from server.texts.labels import Label, label_of
from server.texts.months import is_month
from server.texts.plain import Plain
from server.texts.tree import Element, named

LONGEST_NAME = 120
_NAMING = named("strong b u ins span em i")
_ENDS_NAME = re.compile(r"[.:;–—-]\s*$")
_ENDS_SENTENCE = re.compile(r"[.:;,?!]\s*$")


@dataclass(frozen=True, slots=True)
class RunIn:
    """The marked words that a paragraph begins with. is_name: they name what follows; is_whole: nothing follows."""

    name: list[Element | str]
    rest: list[Element | str]
    label: Label | None
    is_name: bool
    is_whole: bool


def run_in_of(block: Element, plain: Plain) -> RunIn | None:
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
    words, following = plain.one_line(name), plain.inline(rest)
    is_whole = not following.strip()
    label = _label_of_run_in(words, following)
    only_italic = all(each.tag in ("em", "i") for each in name if isinstance(each, Element))
    if not words or (only_italic and not label):
        return None
    breaks = isinstance(rest[0], Element) and rest[0].tag in (("br", "wrap") if label else ("br",)) if rest else False
    is_titled = any(_is_titled(each) for each in name if isinstance(each, Element))
    ends = is_whole or breaks or (bool(_ENDS_NAME.search(words)) and not _goes_on(words, following))
    named_by_label = bool(label and label.written == words)
    return RunIn(name, rest, label, len(words) <= LONGEST_NAME and (ends or is_titled or named_by_label), is_whole)


def _label_of_run_in(words: str, following: str) -> Label | None:
    """The number of a run-in: an amount, a date, initials or a reference at the beginning of a sentence are none."""
    label = label_of(words)
    if label is None:
        return None
    after = words[len(label.written) :].strip()
    is_bare = label.written.isdigit()
    if is_bare or is_month(after.split(" ")[0]):
        return None
    rest = following.strip()
    if not after and rest and (rest[0].islower() or rest[0] in ",;)"):
        return None
    if after and label.written[:1].isalpha() and label.written.endswith(".") and rest[:1] in (",", ";"):
        return None  # A. Smith, born
    return label


def _goes_on(words: str, following: str) -> bool:
    """Whether the sentence goes on behind a name that ends like one: Alpha Inc., a company."""
    rest = following.strip()
    if not rest:
        return False
    return rest[0] in ",;)" or ((rest[0].islower() or rest[0] == "(") and _ABBREVIATED.search(words) is not None)


_ABBREVIATED = re.compile(
    r"(?:^|\s)(?:Inc|Ltd|Co|Corp|LLC|plc|GmbH|AG|S\.?A|S\.?L|S\.?r\.?l|B\.?V|N\.?V|Bros|Dr|Mr|Mrs|No)\.$"
)


def caps_of(block: Element, plain: Plain) -> RunIn | None:
    """A paragraph in capitals alone, as a name."""
    words = plain.inline(block.inside).strip()
    is_caps = words.isupper() and sum(sign.isalpha() for sign in words) > 3
    if block.tag != "p" or not is_caps or len(words) > 80 or "\n" in words or words[-1] in ".;,":
        return None
    return RunIn(list(block.inside), [], None, is_name=True, is_whole=True)


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


def is_name(line: str) -> bool:
    """Whether a line names what stands below it: short, and no sentence."""
    line = line.strip()
    if not line or len(line) > LONGEST_NAME:
        return False
    if line.endswith("."):
        return len(line.split()) <= 4
    return not _ENDS_SENTENCE.search(line)


def after_line(block: Element) -> Element | None:
    """A paragraph without its first line; None where that line ends within something."""
    breaks = (at for at, each in enumerate(block.inside) if isinstance(each, Element) and each.tag == "br")
    at = next(breaks, None)
    return (
        None if at is None else Element("p", block.line, inside=block.inside[at + 1 :], apart=False, loose=block.loose)
    )


def follows(number: tuple[int, ...], current: tuple[int, ...]) -> bool:
    """Whether a number comes next in an outline: 4.1 after 4, 4.2 or 5 after 4.1.3; a few may be missing."""
    if number == (*current, 1):
        return True
    return any(
        number[:-1] == current[:depth] and current[depth] < number[-1] <= current[depth] + MISSING
        for depth in range(len(current))
        if len(number) == depth + 1
    )


MISSING = 5
