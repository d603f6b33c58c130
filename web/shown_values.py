"""Typed values as a reader sees them: in figures with their unit, in words, and in the reader's own language."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal, get_currency_name
from babel.units import format_unit
from markupsafe import Markup, escape

from web import numbers
from web.visible import visible
from web.wording import gettext, ngettext

Body = dict[str, Any]
_UNITS = {"Y": "duration-year", "M": "duration-month", "W": "duration-week", "D": "duration-day"}
_CLOCK_UNITS = {"H": "duration-hour", "M": "duration-minute", "S": "duration-second"}


def shown(value: Body, locale: str) -> str:
    """A value in figures, as one line, as HTML where it has words of ours."""
    match value["kind"]:
        case "money":
            return numbers.money(value["amount"], value["currency"], locale)
        case "percent":
            return percent(value["number"], locale)
        case "number":
            return f"{numbers.plain(value['number'], locale)} {value.get('unit') or ''}".rstrip()
        case "duration":
            return duration(value["iso"], locale)
        case "date":
            return format_date(date.fromisoformat(value["date"]), "long", locale=locale)
        case "choice":
            return str(value["choice"])
        case "shares":
            return " · ".join(f"{each['label']} {percent(each['number'], locale)}" for each in value["shares"])
        case _:
            total = amount(value["total"], value, locale)
            return gettext("%(total)s in %(parts)s", total=total, parts=parts(value, locale))


def more(value: Body, locale: str) -> str:
    """What stands beside a value, smaller."""
    if value["kind"] != "choice":
        return ""
    return gettext("chosen from %(options)s", options=", ".join(value["options"]))


def rendered(value: Body, locale: str) -> Markup:
    """A value as pages show it."""
    beside = more(value, locale)
    html = f"{escape(shown(value, locale))}{Markup(' <small>{}</small>').format(beside) if beside else ''}"
    marked = {str(escape(each)): visible(each) for each in _texts(value)}
    odd = {plain: html for plain, html in marked.items() if plain != html}
    if odd:
        longest_first = sorted(odd, key=len, reverse=True)
        html = re.sub("|".join(map(re.escape, longest_first)), lambda found: str(odd[found[0]]), html)
    return Markup(html)


def _texts(value: Body) -> Iterator[str]:
    """What somebody wrote in a value."""
    for name in ("unit", "choice"):
        if value.get(name):
            yield value[name]
    yield from value.get("options", ())
    for each in (*value.get("shares", ()), *value.get("parts", ())):
        if each.get("label"):
            yield each["label"]


def spoken(value: Body, locale: str) -> str | None:
    """A value in words, None where there are none."""
    match value["kind"]:
        case "money":
            return _counted(value["amount"], value["currency"], locale)
        case "percent":
            words = numbers.in_words(value["number"], locale)
            return words and _of_a_hundred(value["number"], words, locale)
        case "number":
            words = numbers.in_words(value["number"], locale)
            return words and f"{words} {value.get('unit') or ''}".rstrip()
        case "date":
            return format_date(date.fromisoformat(value["date"]), "full", locale=locale)
        case "duration":
            return _spelled(duration(value["iso"], locale), locale)
        case "shares":
            told = [(each["label"], numbers.in_words(each["number"], locale)) for each in value["shares"]]
            return " · ".join(f"{label} {words}" for label, words in told) if all(words for _, words in told) else None
        case "parts":
            return _counted(value["total"], value.get("currency"), locale)
        case _:
            return None


def _spelled(text: str, locale: str) -> str | None:
    """A text with its whole numbers in words, None where one has none; so for 1, whose word goes by what it counts."""
    counts = re.findall(r"[0-9]+", text)
    if "1" in counts:
        return None
    words = {count: numbers.in_words(count, locale) for count in counts}
    return re.sub(r"[0-9]+", lambda found: str(words[found[0]]), text) if counts and all(words.values()) else None


def _of_a_hundred(number: str, words: str, locale: str) -> str:
    """“eight percent”, in the form that the language has for the number."""
    exact = Decimal(number)
    told = format_unit(exact, "concentr-percent", "long", locale=locale)
    return told.replace(format_decimal(exact, locale=locale), words)


def _counted(number: str, currency: str | None, locale: str) -> str | None:
    words = (currency and numbers.money_in_words(number, currency, locale)) or numbers.in_words(number, locale)
    if words is None or currency is None:
        return words
    return f"{words} {get_currency_name(currency, 2, locale=locale)}"


def percent(number: str, locale: str) -> str:
    """A percentage; the sign where the language puts it."""
    pattern = Locale.parse(locale).percent_formats[None].pattern
    blank = "\u00a0" if re.search(r"[\s\u00a0\u202f]%", pattern) else ""
    return f"{numbers.plain(number, locale)}{blank}%"


def amount(number: str, value: Body, locale: str) -> str:
    """An amount of a value that may have a currency."""
    currency = value.get("currency")
    return numbers.money(number, currency, locale) if currency else numbers.plain(number, locale)


def parts(value: Body, locale: str) -> Markup:
    """The parts of a total: equal ones that follow each other are counted."""
    told: list[str] = []
    runs: list[tuple[str, str, int]] = []
    for part in value["parts"]:
        label, number = part.get("label") or "", part["amount"]
        if runs and not label and runs[-1][:2] == ("", number):
            runs[-1] = ("", number, runs[-1][2] + 1)
        else:
            runs.append((label, number, 1))
    for label, number, times in runs:
        figure = amount(number, value, locale)
        told.append(f"{times} × {figure}" if times > 1 else f"{label} {figure}".strip())
    return ngettext("%(count)s part: %(told)s", "%(count)s parts: %(told)s", len(value["parts"]), told=" + ".join(told))


@lru_cache(1024)
def duration(iso: str, locale: str) -> str:
    """An ISO 8601 duration in the language's words for its units."""
    day, _, clock = iso.removeprefix("P").partition("T")
    found = [(count, _UNITS[unit]) for count, unit in re.findall(r"([0-9]+)([YMWD])", day)]
    found += [(count, _CLOCK_UNITS[unit]) for count, unit in re.findall(r"([0-9]+)([HMS])", clock)]
    if any(len(count) > numbers.MOST_DIGITS for count, _ in found):
        return iso  # recorded before there was a bound
    return ", ".join(str(format_unit(int(count), unit, locale=locale)) for count, unit in found) or iso


def multiset(value: Body) -> Counter[str]:
    """The numbers of a value that has several."""
    return Counter(each["number"] for each in value["shares"])
