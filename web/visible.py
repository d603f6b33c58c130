"""What a reader could not see, made visible: signs that steer the direction or take no room, letters of another script
that look like those around them, and white space where it alone has changed.

Every character is kept as it is; a mark beside it names it. What steers the direction is shut in, so that the text
around it stands in the order in which it was written.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

from markupsafe import Markup, escape

from domain.diff import Op, Run
from web.room_words import UNSEEN
from web.wording import gettext

_SPACES = {"\n": "⏎", "\t": "⇥", "\r": "␍", " ": "·", "\u00a0": "⍽"}
_ODD = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_ALONE = re.compile(r"([\n\r\t]|[ \u00a0]{2,}|\u00a0)")
"""White space that nobody would see in what was changed."""
_BEYOND = re.compile(r"[^\W\x00-\x7f]")
"""A letter or digit that is not of ASCII: without one no word can be another than it looks."""
_LATIN = re.compile("[A-Za-z]+")
_DIGIT = "\uff10-\uff19\U0001d7ce-\U0001d7ff"
_WORD = re.compile(rf"[^\W\d_]+(?:[^\W_]*[^\W\d_])?|[0-9]*[{_DIGIT}][0-9{_DIGIT}]*")
_LIKE_LATIN = frozenset(
    "АВЕЅІЈКМНОРСТХУаеѕіјорсухһԁԛԝԍ"  # Cyrillic
    "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧονρυιχγκ"  # Greek
    "ԱՕՍօոսհց"  # Armenian
    "ⅠⅤⅩⅬⅭⅮⅯⅰⅴⅹⅼⅽⅾⅿ"  # Roman numerals
)
"""Letters of other scripts that look like Latin ones (Unicode Technical Standard 39, confusables)."""


def is_odd(sign: str) -> bool:
    """Whether nobody would see it."""
    return _ODD.match(sign) is not None


def visible(text: str, script: str | None = None) -> Markup:
    """A text with what cannot be seen in it marked. script: the one that is usual around it; its own when left out."""
    if not _BEYOND.search(text):
        return _with_signs(text)
    usual = script or usual_script([text])
    found, end = Markup(), 0
    for word in _WORD.finditer(text):
        if not word[0].isascii() and (strange := _strange(word[0], usual)):
            found += _with_signs(text[end : word.start()])
            is_number = word[0][-1].isdecimal()
            sign = gettext("not plain digits") if is_number else gettext("not Latin letters")
            found += Markup('<span class="odd-word" title="{}" data-sign="{}">{}</span>').format(strange, sign, word[0])
            end = word.end()
    return found + _with_signs(text[end:])


def redlined(runs: Iterable[Run]) -> Markup:
    """A redline: what is deleted and inserted, with white space shown where it is what changed."""
    runs = list(runs)
    usual = usual_script(run.text for run in runs) if any(_BEYOND.search(run.text) for run in runs) else None
    found: list[str] = []
    before = None
    for run in runs:
        if run.op == Op.SAME:
            found.append(visible(run.text, usual))
        elif run.op == Op.DELETED:
            found.append(f"<del>{_changed(run.text, usual)}</del>")
        else:
            instead = ' class="instead"' if before == Op.DELETED else ""
            found.append(f"<ins{instead}>{_changed(run.text, usual)}</ins>")
        before = run.op
    return Markup("".join(found))  # of what was marked up already: a format that escapes takes three times as long


def usual_script(texts: Iterable[str]) -> str:
    """The script of most letters."""
    counted: Counter[str] = Counter()
    for text in texts:
        counted["LATIN"] += sum(map(len, _LATIN.findall(text)))
        counted.update(_script(each) for each in text if not each.isascii() and each.isalpha())
    return counted.most_common(1)[0][0] if counted else "LATIN"


def _changed(text: str, usual: str | None) -> Markup:
    """What was deleted or inserted: white space that stands alone, and every end of a line, as a sign."""
    if text.isspace():
        return Markup().join(_space(each) for each in text)
    parts = _ALONE.split(text)
    if len(parts) == 1:
        return visible(text, usual)
    return Markup().join(
        Markup().join(_space(each) for each in part) if place % 2 else visible(part, usual)
        for place, part in enumerate(parts)
    )


def _space(character: str) -> Markup:
    """A character of white space, with a sign that can be seen."""
    sign = _SPACES.get(character) or unicodedata.name(character, "").lower() or gettext("space")
    return Markup('<span class="space" title="{}" data-sign="{}">{}</span>').format(_named(character), sign, character)


def _with_signs(text: str) -> Markup:
    if not _ODD.search(text):
        return escape(text)
    found, end = Markup(), 0
    for odd in _ODD.finditer(text):
        name = _named(odd[0])
        found += escape(text[end : odd.start()])
        found += Markup('<bdi class="odd" title="{} (U+{:04X})" data-sign="{}">{}</bdi>').format(
            name, ord(odd[0]), name, odd[0]
        )
        end = odd.end()
    return found + escape(text[end:])


def _named(character: str) -> str:
    if character in UNSEEN:
        return gettext(UNSEEN[character])
    name = unicodedata.name(character, "")
    return name.lower() or gettext("control character")


def _strange(word: str, usual: str) -> str | None:
    """Why a word may not be what it looks like; None for a word in one script that is told apart at a glance."""
    if word[-1].isdecimal() and unicodedata.normalize("NFKC", word) != word:
        return gettext("Looks like plain digits and is not")
    scripts = {_script(each) for each in word if each.isalpha()} - {""}
    if "LATIN" in scripts and scripts & {"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"}:
        odd = [each for each in word if _script(each) != usual and each.isalpha()] or [
            each for each in word if _script(each) != "LATIN"
        ]
        return gettext("Letters of several scripts: %(letters)s", letters=_told(odd))
    if (
        usual == "LATIN"
        and scripts
        and "LATIN" not in scripts
        and all(each in _LIKE_LATIN for each in word if each.isalpha())
    ):
        return gettext("Looks like Latin letters and is not: %(letters)s", letters=_told(word))
    if any(unicodedata.normalize("NFKC", each) != each and _folds_to_latin(each) for each in word):
        return gettext("Looks like plain letters and is not: %(letters)s", letters=_told(word))
    return None


def _folds_to_latin(character: str) -> bool:
    folded = unicodedata.normalize("NFKC", character)
    return folded.isascii() and folded.isalpha()


def _told(letters: Iterable[str]) -> Markup:
    distinct = list(dict.fromkeys(each for each in letters if each.isalpha()))
    named = ((each, unicodedata.name(each, "").lower() or gettext("a letter")) for each in distinct[:4])
    return Markup(", ").join(gettext("%(letter)s is %(name)s", letter=each, name=name) for each, name in named)


def _script(character: str) -> str:
    """The script of a letter, as its name begins."""
    if character.isascii():
        return "LATIN" if character.isalpha() else ""
    return unicodedata.name(character, "").split(" ")[0] if character.isalpha() else ""
