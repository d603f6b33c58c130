"""Numbers in the reader's own language: read strictly, and shown without ever being rounded.

What is left ambiguous is never guessed: a decimal sign that exactly three digits follow could be meant as the sign
between thousands, so whoever wrote it is asked.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from decimal import Context, Decimal, localcontext
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.localedata import exists
from babel.numbers import format_currency, get_currency_precision, get_decimal_symbol, get_group_symbol
from markupsafe import Markup
from num2words import CONVERTER_CLASSES, num2words

from web.wording import gettext

FALLBACK = "en"
MOST_DIGITS = 15
"""Digits up to which a number is written in words: beyond them the library would lose some."""
_ALSO = {"nb": "no", "nn": "no"}
"""Languages that the library of words knows by another code."""
_SIGNS_IN_WORDS = {
    "en": ("minus", "point"), "de": ("minus", "Komma"), "fr": ("moins", "virgule"), "es": ("menos", "coma"),
    "it": ("meno", "virgola"), "nl": ("min", "komma"), "pt": ("menos", "vírgula"), "sv": ("minus", "komma"),
    "da": ("minus", "komma"), "nb": ("minus", "komma"), "nn": ("minus", "komma"),
}  # fmt: skip
"""The sign of a number below zero, and that of its decimals, in the languages that are sure."""
_EXACT = Context(prec=200_000, Emax=999_999, Emin=-999_999)
_SPACES = str.maketrans(dict.fromkeys("\u00a0\u202f\u2009", " ") | {"\u2019": "'", "\u2212": "-"})


class Unreadable(Exception):
    """Says why a text is no number in the reader's language, and how one is written there."""

    def __init__(self, why: Markup) -> None:
        super().__init__(why)
        self.why = why


@lru_cache(256)
def preferred(accept_language: str) -> str:
    """The first locale of an Accept-Language header that is known (RFC 9110, 12.5.4), or the one that this found."""
    asked = []
    for place, part in enumerate(accept_language.split(",")[:20]):
        read = re.fullmatch(r"\s*([A-Za-z0-9_-]+)\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?))?\s*", part, re.IGNORECASE)
        if read and (weight := float(read[2] or 1)):
            asked.append((-weight, place, read[1]))
    for _, _, tag in sorted(asked):
        if found := _known(tag):
            return found
    return FALLBACK


def _known(tag: str) -> str | None:
    tag = tag.replace("_", "-")
    if not re.fullmatch(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}", tag):
        return None
    try:
        locale = Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError):
        return _known(tag.rsplit("-", 1)[0]) if "-" in tag else None
    return str(locale) if exists(str(locale)) else locale.language


def readings(text: str, locale: str) -> list[str]:
    """The plain decimal strings that a text can mean: one when it is sure, several, or one to be confirmed first (then
    the list begins with the one that it means to the letter, and `is_sure` is false). Raises Unreadable."""
    written = "".join(map(_ascii_digit, text.strip().translate(_SPACES)))
    sign, digits = ("-", written[1:].lstrip()) if written.startswith("-") else ("", written)
    group, decimal = signs(locale)
    whole, _, fraction = digits.partition(decimal)
    has_decimal = decimal in digits
    plain = whole if whole.isascii() and whole.isdigit() else _ungrouped(whole, group, locale)
    if plain is None or (has_decimal and not re.fullmatch("[0-9]+", fraction)):
        raise Unreadable(_sample(text, locale))
    found = [f"{sign}{plain}{'.' + fraction if has_decimal else ''}"]
    if not is_sure(text, locale) and len(whole) <= 3 and not whole.startswith("0"):
        found.append(f"{sign}{whole}{fraction}")
    return found


def is_sure(text: str, locale: str) -> bool:
    """Whether what a text means to the letter is surely meant."""
    _, decimal = signs(locale)
    written = text.strip().translate(_SPACES).lstrip("-").strip()
    return re.fullmatch(rf"\d+{re.escape(decimal)}\d{{3}}", written) is None


def signs(locale: str) -> tuple[str, str]:
    """The sign between thousands, a blank for every kind of blank, and the decimal sign."""
    return get_group_symbol(locale).translate(_SPACES), get_decimal_symbol(locale).translate(_SPACES)


def _ascii_digit(character: str) -> str:
    return str(unicodedata.decimal(character)) if character.isdecimal() else character


def _ungrouped(whole: str, group: str, locale: str) -> str | None:
    """The digits of a number that is grouped as the locale does, or by threes; None for any other."""
    least, next_ = Locale.parse(locale).decimal_formats[None].grouping
    for size in {next_, 3}:
        sign = re.escape(group)
        if re.fullmatch(
            rf"[1-9][0-9]{{0,{max(size, least) - 1}}}(?:{sign}[0-9]{{{size}}})*{sign}[0-9]{{{least}}}", whole
        ):
            return whole.replace(group, "")
    return None


def _sample(text: str, locale: str) -> Markup:
    bare = f"12345{signs(locale)[1]}6"
    shown_text = text if len(text) <= 40 else f"{text[:40]}…"
    sample, name = plain("12345.6", locale), Locale.parse(locale).get_display_name("en")
    sign = next((each for each in text if each == "%" or unicodedata.category(each) == "Sc"), "")
    told = gettext("“%(written)s” is not how a number is written in %(language)s.", written=shown_text, language=name)
    told += " " + gettext("Write it like %(sample)s, or like %(bare)s.", sample=sample, bare=bare)
    return told + " " + gettext("Leave “%(sign)s” off: the value has it anyway.", sign=sign) if sign else told


@contextmanager
def _exactly() -> Iterator[None]:
    with localcontext(_EXACT):
        yield


def plain(number: str, locale: str, decimals: int = 0) -> str:
    """A decimal string as it is written in a language, with all its digits and at least so many decimals."""
    pattern = copy(Locale.parse(locale).decimal_formats[None])
    pattern.frac_prec = decimals, pattern.frac_prec[1]
    babel_groups = _babel_groups(locale)
    with _exactly():
        shown = pattern.apply(Decimal(number), locale, decimal_quantization=False, group_separator=babel_groups)
    return str(shown) if babel_groups else _grouped(shown)


def money(amount: str, currency: str, locale: str) -> str:
    """An amount with its currency, with at least as many decimals as that has, and all that it has itself."""
    babel_groups = _babel_groups(locale)
    with _exactly():
        shown = format_currency(
            Decimal(amount), currency, locale=locale, decimal_quantization=False, group_separator=babel_groups
        )
    shown = shown if babel_groups else _grouped(shown)
    return re.sub(r"(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])", "\u00a0", shown)


def _babel_groups(locale: str) -> bool:
    """Whether Babel sets the signs between thousands. It takes apostrophes, as in Switzerland, for its own quotes, and
    drops them in pairs."""
    return str(get_group_symbol(locale)) != "'"


def _grouped(shown: str) -> str:
    """A number with an apostrophe between the thousands of its whole part."""
    found = re.search(r"[0-9]+", shown)
    if found is None:
        return shown
    whole = found.group()
    first = len(whole) % 3 or 3
    groups = [whole[:first], *(whole[place : place + 3] for place in range(first, len(whole), 3))]
    return f"{shown[: found.start()]}{'’'.join(groups)}{shown[found.end() :]}"


def decimals_of(currency: str | None) -> int:
    """How many decimals amounts of a currency have."""
    return get_currency_precision(currency) if currency else 2


def in_words(number: str, locale: str) -> str | None:
    """A number in words, None where the library has no words for it or would lose digits. It is asked for whole numbers
    alone: of fractions and signs it loses some, in some languages."""
    if _is_too_long(number):
        return None
    is_negative, (whole, _, fraction) = number.startswith("-"), number.lstrip("-").partition(".")
    fraction = fraction.rstrip("0")
    minus, point = _SIGNS_IN_WORDS.get(_language(locale), (None, None))
    if (fraction and not point) or (is_negative and not minus):
        return None
    spoken = [_words(int(each), locale) for each in (whole, *fraction)]
    if not all(spoken):
        return None
    told = [minus] if is_negative else []
    told += spoken[:1] + ([point, *spoken[1:]] if fraction else [])
    return " ".join(str(each) for each in told)


def money_in_words(amount: str, currency: str, locale: str) -> str | None:
    """An amount with hundredths as cheques have it, “seventeen and 60/100”; None for whole or finer ones."""
    whole, _, fraction = amount.partition(".")
    fraction = fraction.rstrip("0").ljust(2, "0")
    if decimals_of(currency) != 2 or len(fraction) != 2 or fraction == "00":
        return None
    words = in_words(whole, locale)
    joined = " and " if _language(locale) == "en" else " "
    return words and f"{words}{joined}{fraction}/100"


def _is_too_long(number: str) -> bool:
    return len(number.lstrip("-").replace(".", "")) > MOST_DIGITS


def _language(locale: str) -> str:
    return locale.split("_")[0]


def _words(number: int, locale: str) -> str | None:
    bare = _language(locale)
    language = next((each for each in (locale, _ALSO.get(bare, bare)) if each in CONVERTER_CLASSES), None)
    if language is None:
        return None
    try:
        return str(num2words(number, lang=language))
    except (ValueError, ArithmeticError, NotImplementedError, TypeError, LookupError, AttributeError):
        return None
