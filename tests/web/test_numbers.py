"""Numbers in the reader's own language: what is sure, what is asked about, what is refused; and how they are shown."""

from __future__ import annotations

from decimal import Context, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from web import numbers, shown_values

LOCALES = ["en", "en_GB", "de", "de_CH", "fr", "en_IN", "hi", "pl", "sv", "pt_BR", "es", "ar", "ja"]


@pytest.mark.parametrize(
    ("locale", "written", "meant"),
    [
        ("en", "310,000", "310000"),
        ("de", "310.000", "310000"),
        ("fr", "310 000", "310000"),
        ("fr", "310\u202f000,50", "310000.50"),
        ("de_CH", "310’000.50", "310000.50"),
        ("en_IN", "3,10,000", "310000"),
        ("en_IN", "310,000", "310000"),
        ("en", "1,234.567", "1234.567"),
        ("en", "0.0375", "0.0375"),
        ("de", "0,0375", "0.0375"),
        ("en", "310000", "310000"),
        ("en", "−4.50", "-4.50"),
        ("en", " 7 ", "7"),
        ("ar", "٣٤٥", "345"),
    ],
)
def test_what_is_sure_is_taken(locale: str, written: str, meant: str) -> None:
    assert numbers.is_sure(written, locale)
    assert numbers.readings(written, locale) == [meant]


@pytest.mark.parametrize(
    ("locale", "written", "meanings"),
    [
        ("en", "310.000", ["310.000", "310000"]),
        ("de", "310,000", ["310.000", "310000"]),
        ("fr", "1,250", ["1.250", "1250"]),
        ("en", "0.375", ["0.375"]),
        ("en", "-1.250", ["-1.250", "-1250"]),
        ("en", "310000.000", ["310000.000"]),
    ],
)
def test_one_sign_before_three_digits_taken_as_decimal_is_always_asked_about(
    locale: str, written: str, meanings: list[str]
) -> None:
    assert not numbers.is_sure(written, locale)
    assert numbers.readings(written, locale) == meanings


@pytest.mark.parametrize(
    ("locale", "written"),
    [
        ("de", "310.00"), ("en", "1e5"), ("en", "12,34"), ("en", "01,000"), ("en", "€5"), ("en", ""), ("en", "1.2.3"),
        ("en", "1,00"), ("fr", "310.000"), ("en", "five"), ("en", "1,000,00"), ("en", "."), ("en", "5."), ("en", "--5"),
        ("en", "1_000"), ("en", "NaN"), ("en", "0x10"), ("de", "1.0000"), ("en", "½"), ("en", "²"),
    ],
)  # fmt: skip
def test_what_is_no_number_in_the_language_is_refused_with_how_to_write_it(locale: str, written: str) -> None:
    with pytest.raises(numbers.Unreadable) as refused:
        numbers.readings(written, locale)
    assert numbers.plain("12345.6", locale) in str(refused.value)


def test_apostrophes_between_thousands_stay() -> None:
    assert numbers.plain("1234567.5", "de_CH") == "1’234’567.5"
    assert numbers.money("1234567.5", "CHF", "de_CH") == "CHF\u00a01’234’567.50"


def test_an_amount_has_the_decimals_of_its_currency_and_all_its_own() -> None:
    assert numbers.plain("18.4", "de", 2) == "18,40"
    assert numbers.plain("0.0375", "en", 2) == "0.0375"


@given(
    st.sampled_from(LOCALES),
    st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**15), max_value=10**15),
)
def test_what_is_shown_is_read_back_as_it_was(locale: str, number: Decimal) -> None:
    written = f"{number:f}"
    shown = numbers.plain(written, locale)
    assert Decimal(written) in map(Decimal, numbers.readings(shown, locale))


@given(st.sampled_from(LOCALES), st.text("0123456789.,' -’\u202f\u00a0eE+", max_size=14))
def test_whatever_is_typed_is_taken_by_its_digits_or_refused(locale: str, written: str) -> None:
    try:
        found = numbers.readings(written, locale)
    except numbers.Unreadable:
        return
    digits = "".join(each for each in written if each.isdigit())
    for each in found:
        assert "".join(digit for digit in each if digit.isdigit()) == digits


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "shown"),
    [
        ("310000", "EUR", "en_GB", "€310,000.00"),
        ("310000", "EUR", "de", "310.000,00\u00a0€"),
        ("0.0375", "EUR", "en", "€0.0375"),
        ("3.1", "GBP", "en_GB", "£3.10"),
        ("310000", "JPY", "en", "¥310,000"),
        ("310000.5", "JPY", "en", "¥310,000.5"),
        ("1", "KWD", "en", "KWD\u00a01.000"),
    ],
)
def test_amounts_have_at_least_the_decimals_of_their_currency_and_are_never_rounded(
    amount: str, currency: str, locale: str, shown: str
) -> None:
    assert numbers.money(amount, currency, locale) == shown


@given(st.from_regex(r"-?[0-9]{1,60}(\.[0-9]{1,60})?", fullmatch=True))
def test_no_digit_is_lost_whatever_the_length(amount: str) -> None:
    shown = numbers.money(amount, "EUR", "en").replace("€", "").replace(",", "")
    assert Context(prec=500).create_decimal(shown) == Context(prec=500).create_decimal(amount)


@pytest.mark.parametrize(
    ("number", "locale", "words"),
    [
        ("310000", "en", "three hundred and ten thousand"),
        ("310000", "de", "dreihundertzehntausend"),
        ("12916.67", "en", "twelve thousand, nine hundred and sixteen point six seven"),
        ("100000000000000000.25", "en", None),
        ("5", "sw", None),
        ("5", "nb", "fem"),
        ("-0.5", "en", "minus zero point five"),
        ("1.005", "it", "uno virgola zero zero cinque"),
        ("1.5", "tr", None),
    ],
)
def test_numbers_have_words_where_the_library_has_them_for_all_digits(
    number: str, locale: str, words: str | None
) -> None:
    assert numbers.in_words(number, locale) == words


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "words"),
    [
        ("17.6", "GBP", "en_GB", "seventeen and 60/100 British pounds"),
        ("1.01", "EUR", "de", "eins 01/100 Euro"),
        ("17", "GBP", "en_GB", "seventeen British pounds"),
        ("-0.5", "AUD", "en", "minus zero and 50/100 Australian dollars"),
        ("-1234.56", "EUR", "it", "meno milleduecentotrentaquattro 56/100 euro"),
        ("0.0375", "EUR", "en", "zero point zero three seven five euros"),
        ("17.6", "JPY", "en", "seventeen point six Japanese yen"),
        ("17.6", "EUR", "ar", "سبعة عشر 60/100 يورو"),
        ("-17.6", "EUR", "ar", None),
    ],
)
def test_amounts_are_spoken_with_their_hundredths(amount: str, currency: str, locale: str, words: str | None) -> None:
    assert shown_values.spoken({"kind": "money", "amount": amount, "currency": currency}, locale) == words


@given(st.from_regex(r"-?(0|[1-9][0-9]{0,9})(\.[0-9]{1,4})?", fullmatch=True))
def test_words_can_be_read_back(number: str) -> None:
    """Of English words: what they say is the number, none of its digits or its sign lost."""
    words = numbers.in_words(number, "en")
    assert words
    whole, _, digits = words.removeprefix("minus ").partition(" point ")
    assert whole == num2words(int(number.lstrip("-").split(".")[0]))
    fraction = "".join(str(_DIGITS.index(each)) for each in digits.split())
    assert fraction == number.partition(".")[2].rstrip("0")
    assert words.startswith("minus ") == number.startswith("-")


_DIGITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


def test_the_language_is_the_first_known_one_that_the_browser_names() -> None:
    assert numbers.preferred("de-CH,de;q=0.9,en;q=0.8") == "de_CH"
    assert numbers.preferred("en;q=0.1, fr;q=0.9") == "fr"
    assert numbers.preferred("de-XX") == "de"
    assert numbers.preferred("de-DE ; q=1, en") == "de_DE"
    assert numbers.preferred("de;q=0, fr") == "fr"
    for unknown in ("", "*", "xx", "../../etc", "de;q=much", "x" * 5000):
        assert numbers.preferred(unknown) == "en"


def test_a_duration_that_was_recorded_without_a_bound_is_shown_as_it_was_written() -> None:
    for iso in (f"P{'9' * 30}D", f"P{'9' * 5000}D"):
        assert shown_values.shown({"kind": "duration", "iso": iso}, "en") == iso


def test_every_kind_of_value_is_shown_in_the_readers_language() -> None:
    shown = {
        "money": ({"amount": "17.6", "currency": "EUR"}, "17,60\u00a0€"),
        "percent": ({"number": "12.5"}, "12,5\u00a0%"),
        "number": ({"number": "42000", "unit": "ppm"}, "42.000 ppm"),
        "duration": ({"iso": "P1Y6M"}, "1 Jahr, 6 Monate"),
        "date": ({"date": "2026-03-04"}, "4. März 2026"),
        "choice": ({"choice": "a", "options": ["a", "b"]}, "a"),
        "shares": ({"shares": [{"label": "L", "number": "33.5"}]}, "L 33,5\u00a0%"),
        "parts": (
            {"total": "310000", "currency": "EUR", "parts": [{"amount": "12916.67"}] * 23 + [{"amount": "12916.59"}]},
            "310.000,00\u00a0€ in 24 parts: 23 × 12.916,67\u00a0€ + 12.916,59\u00a0€",
        ),
    }
    for kind, (fields, wanted) in shown.items():
        assert shown_values.shown({"kind": kind, **fields}, "de") == wanted


def test_a_percentage_is_spoken_in_the_form_that_the_language_has_for_it() -> None:
    half = {"en": "twelve point five percent", "de": "zwölf Komma fünf Prozent", "it": "dodici virgola cinque percento"}
    for locale, words in half.items():
        assert shown_values.spoken({"kind": "percent", "number": "12.5"}, locale) == words
    assert shown_values.spoken({"kind": "percent", "number": "2"}, "ru") == "два процента"
    assert shown_values.spoken({"kind": "percent", "number": "5"}, "ru") == "пять процентов"
    for locale in ("nl", "pl", "sv", "fr", "es", "pt", "da", "fi", "ja"):
        told = shown_values.spoken({"kind": "percent", "number": "310000"}, locale)
        assert told is None or not any(map(str.isdigit, told)), locale
