"""Figures in the words of a clause, to be held against its typed value: “the text says €310,000”.

A figure is read as people write: one sign that exactly three digits follow stands between thousands. Where nothing in
the words is of the value's kind, nothing is said.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, NamedTuple

from babel import Locale
from babel.numbers import get_currency_name, get_currency_symbol

from domain.currencies import CURRENCIES
from web.numbers import in_words

Body = dict[str, Any]

_NUMBER = r"(?<![0-9])(?<![0-9][.,'’])[0-9]+(?:[.,'’\u00a0\u202f][0-9]+| [0-9]{3}(?![0-9]))*"
_PERCENT = re.compile(
    rf"({_NUMBER})\s?(?:%|percent\b|per cent\b|Prozent\b|pour cent\b|por ciento\b|percento\b|procent\b)", re.IGNORECASE
)
_ISO = re.compile(r"\b([0-9]{4})-([0-9]{2})-([0-9]{2})\b")
_IN_FIGURES = re.compile(r"\b([0-9]{1,2})[./]([0-9]{1,2})[./]([0-9]{4})\b")
_TIMES: dict[str, tuple[int, ...]] = {
    **dict.fromkeys(("k", "thousand", "tausend", "mille", "mila", "mil", "duizend"), (3,)),
    **dict.fromkeys(("m", "mn", "mio", "million", "millions", "millionen", "milioni", "millón", "millones"), (6,)),
    **dict.fromkeys(("bn", "mrd", "milliarde", "milliarden", "milliard", "milliards", "miliardo", "miliardi"), (9,)),
    **dict.fromkeys(("billion", "billions", "billionen", "billón", "billones"), (9, 12)),
}
"""What a word after a number multiplies it by, as powers of ten; “billion” is one thing in English and another in
German."""
_REFERENCE = re.compile(
    r"(?:clause|section|article|art\.?|paragraph|annex|schedule|version|§|no\.|nr\.|ziffer|absatz|abs\.)s?\s*$",
    re.IGNORECASE,
)
"""After these a number is the place of a clause."""
_TIMES_WORD = "|".join(re.escape(each) for each in sorted(_TIMES, key=len, reverse=True))
_PLAIN = re.compile(rf"(?<![\w.,])({_NUMBER})(?!\w|\s(?i:{_TIMES_WORD})\b)")
_MINUS = r"((?<![\w.,])[-−]\s?|\bminus\s)?"
_JOINERS = ("and", "und", "et", "y", "e")
_LONGEST_WORD, _NEAR = 80, 24
_PERCENT_WORDS = "percent|per cent|prozent|pour cent|por ciento|percento|per cento|procent"
_PARTS = "parts?|instal?lments?|payments?|rates|teil(?:e|en)?|raten|zahlungen|versements|échéances|cuotas|plazos|rate"
_SEVERAL = 2
_LARGE = 10_000
_NO_CURRENCY = {"rights", "units", "unit", "account"}
_UNITS = {
    "D": ("day", "days", "tag", "tage", "tagen", "jour", "jours", "día", "días"),
    "W": ("week", "weeks", "woche", "wochen", "semaine", "semaines", "semana", "semanas"),
    "M": ("month", "months", "monat", "monate", "monaten", "mois", "mes", "meses"),
    "Y": ("year", "years", "jahr", "jahre", "jahren", "an", "ans", "année", "années", "año", "años"),
}


class Figure(NamedTuple):
    """What stands in a text, and what it says."""

    written: str
    says: Any


def contradiction(value: Body, text: str, locale: str) -> str | None:
    """The figure of the text that says something else than a value, as it is written there; None when one agrees, or
    nothing is of its kind."""
    text = unicodedata.normalize("NFKC", text)
    found, wanted = list(_of_kind(value, text, locale)), _said(value)
    if found and not any(each.says in wanted for each in found):
        return found[0].written
    if value["kind"] == "parts" and (wrong := _of_the_whole(value, found) or _of_the_number(value, text, locale)):
        return wrong
    return None if found else _slipped(value, text)


def others(value: Body, text: str, locale: str) -> list[str]:
    """The figures of the value's kind that stand in the text beside one that agrees with it, in their order."""
    found, wanted = list(_of_kind(value, unicodedata.normalize("NFKC", text), locale)), _said(value)
    agreeing = {each.written for each in found if each.says in wanted}
    return list(dict.fromkeys(each.written for each in found if each.written not in agreeing)) if agreeing else []


def _of_kind(value: Body, text: str, locale: str) -> Iterator[Figure]:
    match value["kind"]:
        case "money" | "parts":
            yield from _amounts(text, value.get("currency"), locale)
            amount = value.get("amount") or value["total"]
            yield from _spelled(text, amount, _named(locale), (value.get("currency"), Decimal(amount)), locale)
        case "percent" | "shares":
            for each in _PERCENT.finditer(text):
                yield from _number(each[0], each[1])
            if value["kind"] == "percent":
                yield from _spelled(text, value["number"], _PERCENT_WORDS, Decimal(value["number"]), locale)
        case "duration":
            yield from _durations(text, locale)
        case "date":
            yield from _dates(text, locale)
        case "number" if value.get("unit"):
            for each in re.finditer(rf"({_NUMBER})\s?{re.escape(value['unit'])}(?!\w)", text):
                yield from _number(each[0], each[1])


def _said(value: Body) -> set[Any]:
    """What a figure of the text may say to agree."""
    match value["kind"]:
        case "money":
            return {(value["currency"], Decimal(value["amount"]))}
        case "parts":
            numbers = [value["total"], *(each["amount"] for each in value["parts"])]
            return {(value.get("currency"), Decimal(each)) for each in numbers}
        case "percent" | "number":
            return {Decimal(value["number"])}
        case "shares":
            return {Decimal(each["number"]) for each in value["shares"]}
        case "duration":
            return {_length(*each) for each in re.findall(r"([0-9]+)([YMWD])", value["iso"])}
        case "date":
            return {date.fromisoformat(value["date"])}
        case _:
            return set()


def _number(written: str, digits: str) -> Iterator[Figure]:
    if (says := _read(digits)) is not None:
        yield Figure(written, says)


def _read(digits: str) -> Decimal | None:
    """A number as people write it; None for what is none, such as 1.2.3."""
    bare = re.sub(r"['’\u00a0\u202f ]", "", digits)
    signs = re.findall(r"[.,]", bare)
    if not signs:
        return Decimal(bare)
    if len(signs) == 1:
        whole, fraction = re.split(r"[.,]", bare)
        is_thousands = len(fraction) == 3 and not whole.startswith("0") and len(whole) <= 3 and bare == digits
        return Decimal(whole + fraction) if is_thousands else Decimal(f"{whole}.{fraction}")
    last = signs[-1]
    if len(set(signs)) == 1:
        groups = re.split(r"[.,]", bare)
        is_grouped = len(groups[-1]) == 3 and all(len(each) in (2, 3) for each in groups[1:])
        return Decimal("".join(groups)) if is_grouped else None
    if signs.count(last) > 1:
        return None
    whole, _, fraction = bare.rpartition(last)
    return Decimal(f"{re.sub('[.,]', '', whole)}.{fraction}")


def _amounts(text: str, currency: str | None, locale: str) -> Iterator[Figure]:
    """Amounts beside a sign or the code of a currency; of several that share a sign, the one that is asked for."""
    marks, names = _marks(), _names(locale)
    for each in _amount_pattern(locale).finditer(text):
        minus, before, minus_after, digits, times, after, name = each.groups()
        codes = marks.get(before or after or "") or names.get((name or "").lower())
        if not codes:
            continue
        for figure in _number(each[0].strip(), digits):
            code = currency if currency in codes else min(codes)
            amount = -figure.says if minus or minus_after else figure.says
            for power in _TIMES[times.lower()] if times else (0,):
                yield Figure(figure.written, (code, amount.scaleb(power)))


@cache
def _amount_pattern(locale: str) -> re.Pattern[str]:
    mark = "|".join(re.escape(each) for each in sorted(_marks(), key=len, reverse=True))
    times, an_adjective = rf"(?i:{_TIMES_WORD})(?!\w)", r"(?:[^\W\d]+[\s-])?"
    return re.compile(
        rf"{_MINUS}(?:({mark})\s?)?{_MINUS}\(?({_NUMBER})\)?(?:\s?({times})(?:\.(?=\s))?)?"
        rf"(?:\s?({mark})(?!\w)|\s(?:d['’]|de\s|di\s|of\s)?(?!{times}){an_adjective}((?i:{_named(locale)}))(?!\w))?"
    )


@cache
def _named(locale: str) -> str:
    """A pattern of what currencies are called."""
    return "|".join(re.escape(each) for each in sorted(_names(locale), key=len, reverse=True))


def _spelled(text: str, number: str, unit: str, says: Any, locale: str) -> Iterator[Figure]:
    """Whole numbers that stand in words before a unit: whether they are the value's."""
    if Decimal(number) != int(Decimal(number)):
        return
    whole, before_unit = str(int(Decimal(number))), re.compile(rf"\s(?:{unit})(?!\w)", re.IGNORECASE)
    for language in dict.fromkeys(("en", locale)):
        words = in_words(whole, language)
        for start, end in _runs_of_words(text, language) if words else ():
            if following := before_unit.match(text, end):
                is_meant = _bare(text[start:end], language) == _bare(str(words), language)
                yield Figure(text[start : following.end()], says if is_meant else ("in words", text[start:end]))


def _runs_of_words(text: str, locale: str) -> Iterator[tuple[int, int]]:
    """From where to where numbers stand in words."""
    start = end = joined = -1
    for word in re.finditer(r"[^\W\d_]+", text):
        at, is_of_a_number = word.start(), _is_of_a_number(word[0].lower(), locale)
        is_next = start >= 0 and not text[max(end, joined) : at].strip(" ,-\n\t\xa0")
        if is_next and is_of_a_number:
            end = word.end()
        elif is_next and word[0].lower() in _JOINERS:
            joined = word.end()
        else:
            if start >= 0:
                yield start, end
            is_first = is_of_a_number and not re.search(r"[0-9]\s?$", text[max(at - 2, 0) : at])
            start, end = (at, word.end()) if is_first else (-1, -1)
    if start >= 0:
        yield start, end


@lru_cache(4096)
def _is_of_a_number(word: str, locale: str) -> bool:
    """Whether a word is a number, or several written as one (“dreihundertzehntausend”)."""
    reached = {0}
    parts = _number_words(locale)
    for at in range(len(word) if len(word) <= _LONGEST_WORD else 0):
        if at in reached:
            reached |= {at + len(part) for part in (*parts, *(_JOINERS if at else ())) if word.startswith(part, at)}
    return bool(word) and len(word) in reached


@cache
def _number_words(locale: str) -> frozenset[str]:
    """The words and parts of words that numbers are made of in a language."""
    numbers = [*range(1, 31), *range(40, 100, 10), *range(100, 1000, 100), 1000, 10**6, 2 * 10**6, 10**9, 2 * 10**9]
    found: set[str] = set()
    for number in numbers:
        found.update(re.split(r"[\s,-]+", (in_words(str(number), locale) or "").lower()))
    stem = (in_words("1", locale) or "").lower().removesuffix("s")
    found |= {each.removeprefix(stem) for each in found if stem and each.startswith(stem)}  # “(ein)hundert”
    return frozenset(each for each in found if len(each) > 1) - set(_JOINERS)


def _bare(words: str, locale: str) -> str:
    """Words without what is said or left out at will: “three hundred (and) ten thousand”, “(one) hundred”."""
    parts = re.split(r"[\s,-]+", words.lower())
    joined = "".join(each for each in parts if each not in _JOINERS)
    one = (in_words("1", locale) or "").lower()
    for each in sorted({one, one.removesuffix("s"), f"{one.removesuffix('s')}e"}, key=len, reverse=True):
        if each and joined.startswith(each) and joined != each:
            return joined.removeprefix(each)
    return joined


def _of_the_whole(value: Body, found: list[Figure]) -> str | None:
    """A figure that is larger than every part, where none is the whole."""
    wholes = (value.get("currency"), Decimal(value["total"]))
    largest = max((abs(Decimal(each["amount"])) for each in value["parts"]), default=Decimal(0))
    amounts = [each for each in found if isinstance(each.says[1], Decimal)]
    if len(value["parts"]) < _SEVERAL or any(each.says == wholes for each in amounts):
        return None
    return next((each.written for each in amounts if abs(each.says[1]) > largest), None)


def _of_the_number(value: Body, text: str, locale: str) -> str | None:
    """How many parts the words name, where it is never as many as there are."""
    counts = _counts(locale)
    count = "|".join(re.escape(each) for each in sorted(counts, key=len, reverse=True))
    named = list(re.finditer(rf"(?<![\w.,])([0-9]{{1,4}}|{count})\s(?:[^\W\d]+\s)?(?:{_PARTS})\b", text, re.IGNORECASE))
    numbers = [counts.get(each[1].lower()) or int(each[1]) for each in named]
    return named[0][0] if named and len(value["parts"]) not in numbers else None


@cache
def _names(locale: str) -> dict[str, frozenset[str]]:
    """What currencies are called in a word, in English and in the reader's language (“pounds”, “Franken”), by the
    currencies that may be meant."""
    found: dict[str, set[str]] = {}
    for code in CURRENCIES:
        for each in ("en", locale):
            for count in (1, 2):
                last = re.split(r"[\s-]", get_currency_name(code, count, locale=each).lower())[-1]
                found.setdefault(last, set()).add(code)
    return {name: frozenset(codes) for name, codes in found.items() if name.isalpha() and name not in _NO_CURRENCY}


@cache
def _marks() -> dict[str, frozenset[str]]:
    """Signs and codes of currencies, by the currencies that they may stand for."""
    found: dict[str, set[str]] = {code: {code} for code in CURRENCIES}
    for code in CURRENCIES:
        symbol = get_currency_symbol(code, "en")
        if symbol != code:
            found.setdefault(symbol, set()).add(code)
            if unicodedata.category(symbol[-1]) == "Sc":
                found.setdefault(symbol[-1], set()).add(code)
    found["$"] = {code for code in CURRENCIES if code.endswith("D")} | {"MXN"}
    found["kr"] = {"SEK", "NOK", "DKK", "ISK"}
    found["zł"] = {"PLN"}
    return {sign: frozenset(codes) for sign, codes in found.items()}


def _durations(text: str, locale: str) -> Iterator[Figure]:
    units = {word: unit for unit, words in _UNITS.items() for word in words}
    words = _counts(locale)
    count = "|".join(re.escape(each) for each in sorted(words, key=len, reverse=True))
    names = "|".join(sorted(units, key=len, reverse=True))
    pattern = rf"(?<![\w.,])([0-9]{{1,4}}|{count})(?:\s?\(([0-9]{{1,4}})\))?['’]?[\s-]({names})\b"
    for each in re.finditer(pattern, text, re.IGNORECASE):
        said = {words.get(each[1].lower()) or int(each[1]), int(each[2] or 0)} - {0}
        for number in said:
            yield Figure(each[0], _length(str(number), units[each[3].lower()]))


@lru_cache(64)
def _counts(locale: str) -> dict[str, int]:
    """Small numbers in words, in English and in the reader's language."""
    return {words.lower(): n for each in ("en", locale) for n in range(1, 100) if (words := in_words(str(n), each))}


def _length(count: str, unit: str) -> tuple[str, int]:
    """A length of time that can be compared: years in months, weeks in days."""
    number = int(count)
    return {"Y": ("M", number * 12), "M": ("M", number), "W": ("D", number * 7), "D": ("D", number)}[unit]


def _dates(text: str, locale: str) -> Iterator[Figure]:
    for each in _ISO.finditer(text):
        yield from _date(each[0], each[1], each[2], each[3])
    for each in _IN_FIGURES.finditer(text):
        yield from _date(each[0], each[3], each[2], each[1])
        yield from _date(each[0], each[3], each[1], each[2])
    months = _months(locale)
    names = "|".join(re.escape(each) for each in sorted(months, key=len, reverse=True))
    for each in re.finditer(
        rf"\b([0-9]{{1,2}})(?:\.|st|nd|rd|th)?\s+({names})\.?,?\s+([0-9]{{4}})", text, re.IGNORECASE
    ):
        yield from _date(each[0], each[3], str(months[each[2].lower()]), each[1])
    for each in re.finditer(rf"\b({names})\.?\s+([0-9]{{1,2}})(?:st|nd|rd|th)?,?\s+([0-9]{{4}})", text, re.IGNORECASE):
        yield from _date(each[0], each[3], str(months[each[1].lower()]), each[2])


def _date(written: str, year: str, month: str, day: str) -> Iterator[Figure]:
    try:
        yield Figure(written, date(int(year), int(month), int(day)))
    except ValueError:
        return


@lru_cache(64)
def _months(locale: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for each in ("en", locale):
        for width in ("wide", "abbreviated"):
            names = Locale.parse(each).months["format"][width]
            found |= {name.rstrip(".").lower(): number for number, name in names.items()}
    return found


def _slipped(value: Body, text: str) -> str | None:
    """A bare number with the same digits as the value and another place for the decimal sign, a large one of as many
    digits, some of which are others, or beside money one with hundredths, as prices have them."""
    wanted = [each for each in _numbers(value) if each]
    digits = {_digits(each) for each in wanted}
    bare = [(each, _read(each[1])) for each in _PLAIN.finditer(text)]
    if any(says in wanted for _, says in bare):
        return None
    lengths = {len(str(int(abs(each)))) for each in wanted if abs(each) >= _LARGE}
    for found, says in bare:
        if says is None or _REFERENCE.search(text[max(found.start() - _NEAR, 0) : found.start()]):
            continue
        is_as_large = says >= _LARGE and len(str(int(says))) in lengths
        is_a_price = value["kind"] in ("money", "parts") and re.search(r"[.,][0-9]{2}$", found[1])
        if _digits(says) in digits or is_as_large or is_a_price:
            return found[0]
    return None


def _numbers(value: Body) -> Iterable[Decimal]:
    match value["kind"]:
        case "money":
            return [Decimal(value["amount"])]
        case "percent" | "number":
            return [Decimal(value["number"])]
        case "parts":
            return [Decimal(value["total"])]
        case _:
            return []


def _digits(number: Decimal) -> tuple[int, ...]:
    return abs(number).normalize().as_tuple().digits
