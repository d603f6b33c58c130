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

_NUMBER = r"[0-9]+(?:[.,'’\u00a0\u202f][0-9]+| [0-9]{3}(?![0-9]))*"
_PERCENT = re.compile(rf"({_NUMBER})\s?(?:%|percent\b|per cent\b|Prozent\b|pour cent\b|por ciento\b)", re.IGNORECASE)
_ISO = re.compile(r"\b([0-9]{4})-([0-9]{2})-([0-9]{2})\b")
_IN_FIGURES = re.compile(r"\b([0-9]{1,2})[./]([0-9]{1,2})[./]([0-9]{4})\b")
_TIMES = r"(?i:thousand|million|billion|tausend|mio|mrd|milliard|mille|millón|millones|mil\b)"
"""After a number these make it another one, which is not read."""
_PLAIN = re.compile(rf"(?<![\w.,])({_NUMBER})(?!\w|\s{_TIMES})")
_MINUS = r"((?<![\w.,])[-−]\s?|\bminus\s)?"
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
    if found:
        return None if any(each.says in wanted for each in found) else found[0].written
    return _slipped(value, text)


def others(value: Body, text: str, locale: str) -> list[str]:
    """The figures of the value's kind that stand in the text beside one that agrees with it, in their order."""
    found, wanted = list(_of_kind(value, unicodedata.normalize("NFKC", text), locale)), _said(value)
    agreeing = {each.written for each in found if each.says in wanted}
    return list(dict.fromkeys(each.written for each in found if each.written not in agreeing)) if agreeing else []


def _of_kind(value: Body, text: str, locale: str) -> Iterator[Figure]:
    match value["kind"]:
        case "money" | "parts":
            yield from _amounts(text, value.get("currency"), locale)
        case "percent" | "shares":
            for each in _PERCENT.finditer(text):
                yield from _number(each[0], each[1])
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
    marks = _marks()
    mark = "|".join(re.escape(each) for each in sorted(marks, key=len, reverse=True))
    names = "|".join(re.escape(each) for each in sorted(_names(locale), key=len, reverse=True))
    for each in re.finditer(
        rf"{_MINUS}(?:({mark})\s?)?{_MINUS}({_NUMBER})(?:\s?({mark})(?!\w)|\s(?:(?!{_TIMES})[^\W\d]+[\s-])?((?i:{names}))(?!\w))?",
        text,
    ):
        codes = marks.get(each[2] or each[5] or "") or _names(locale).get((each[6] or "").lower())
        if codes:
            for figure in _number(each[0].strip(), each[4]):
                says = -figure.says if each[1] or each[3] else figure.says
                yield Figure(figure.written, (currency if currency in codes else min(codes), says))


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
    pattern = rf"(?<![\w.,])([0-9]{{1,4}}|{count})['’]?[\s-]({names})\b"
    for each in re.finditer(pattern, text, re.IGNORECASE):
        number = words.get(each[1].lower()) or int(each[1])
        yield Figure(each[0], _length(str(number), units[each[2].lower()]))


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
    """A bare number with the same digits as the value and another place for the decimal sign, or a large one of as many
    digits, some of which are others."""
    wanted = [each for each in _numbers(value) if each]
    digits = {_digits(each) for each in wanted}
    found = [Figure(each[0], _read(each[1])) for each in _PLAIN.finditer(text)]
    if any(each.says in wanted for each in found):
        return None
    lengths = {len(str(int(abs(each)))) for each in wanted if abs(each) >= _LARGE}
    for each in found:
        if each.says is not None and (
            _digits(each.says) in digits or (each.says >= _LARGE and len(str(int(each.says))) in lengths)
        ):
            return each.written
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
