"""A value is held against the figures of its clause's words."""

from __future__ import annotations

import time
from typing import Any

import pytest

from web.figures import contradiction, others

MONEY = {"kind": "money", "currency": "EUR"}
PARTS = {
    "kind": "parts",
    "currency": "EUR",
    "total": "310000",
    "parts": [{"amount": "12916.67"}] * 23 + [{"amount": "12916.59"}],
}


@pytest.mark.parametrize(
    ("value", "text", "says"),
    [
        (MONEY | {"amount": "310.000"}, "Meridian pays €310,000 for the tooling.", "€310,000"),
        (MONEY | {"amount": "310000"}, "Meridian pays €310,000 for the tooling.", None),
        (MONEY | {"amount": "310000"}, "Meridian zahlt 310.000 € für das Werkzeug.", None),
        (MONEY | {"amount": "310"}, "Meridian zahlt 310.000,00 EUR.", "310.000,00 EUR"),
        (MONEY | {"amount": "310000"}, "It pays $310,000.", "$310,000"),
        (MONEY | {"amount": "310000"}, "Meridian pays 301,000 euros for the tooling.", "301,000 euros"),
        (MONEY | {"amount": "310000"}, "Meridian pays 310000 Euro.", None),
        (MONEY | {"amount": "310000"}, "Meridian pays 310,000 British pounds.", "310,000 British pounds"),
        (MONEY | {"amount": "310000"}, "Meridian pays ３０１，０００ EUR.", "301,000 EUR"),
        (MONEY | {"amount": "310000"}, "Meridian pays 301000 for the tooling.", "301000"),
        (MONEY | {"amount": "310000"}, "A volume of 1,200,000; the tooling is 310,000.", None),
        (MONEY | {"amount": "310000"}, "Meridian pays €-310,000.", "€-310,000"),
        (MONEY | {"amount": "-310000"}, "Meridian is owed minus €310,000.", None),
        (MONEY | {"amount": "20"}, "between 10–20 EUR, 5 all told", None),
        (MONEY | {"amount": "18.40"}, "€18.90 until June, then €18.40.", None),
        (MONEY | {"amount": "310"}, "Meridian pays 310,000 for tooling.", "310,000"),
        (MONEY | {"amount": "5"}, "The price is in clause 3.", None),
        (MONEY | {"amount": "0.0375"}, "€0.0375 a contact", None),
        ({"kind": "percent", "number": "0.8"}, "At most 8 % of the fee", "8 %"),
        ({"kind": "percent", "number": "8"}, "At most 8 % of the fee", None),
        ({"kind": "duration", "iso": "P6M"}, "Castellan helps for four months.", "four months"),
        ({"kind": "duration", "iso": "P1Y"}, "for twelve months after the end", None),
        ({"kind": "duration", "iso": "P5W"}, "a lead time of 5 weeks", None),
        ({"kind": "duration", "iso": "P18M"}, "It lasts 1.5 years.", None),
        (MONEY | {"amount": "310000"}, "Meridian pays 0.31 million euros.", None),
        (MONEY | {"amount": "1.5"}, "Meridian pays €1.5 million.", "€1.5 million"),
        (MONEY | {"amount": "1500000"}, "Meridian pays €1.5 million.", None),
        (MONEY | {"amount": "2000000000"}, "EUR 2bn all told, or €2 billion.", None),
        (MONEY | {"amount": "2"}, "EUR 2bn all told", "EUR 2bn"),
        (MONEY | {"amount": "310"}, "€310k for the tooling", "€310k"),
        (MONEY | {"amount": "310000"}, "€310k for the tooling", None),
        (MONEY | {"amount": "2"}, "2 Mio. € für das Werkzeug", "2 Mio. €"),
        (MONEY | {"amount": "2000000"}, "2 millions d'euros", None),
        (MONEY | {"amount": "2"}, "2 millions d'euros", "2 millions d'euros"),
        (MONEY | {"amount": "310000"}, "three hundred and ten thousand euros", None),
        (MONEY | {"amount": "310000"}, "Three hundred ten thousand Euro", None),
        (MONEY | {"amount": "310000"}, "three hundred thousand euros", "three hundred thousand euros"),
        (MONEY | {"amount": "100"}, "hundred euros", None),
        (MONEY | {"amount": "310000"}, "three hundred and ten thousand (310,000) euros", None),
        (MONEY | {"amount": "310000"}, "a few hundred euros more or less", "hundred euros"),
        (MONEY | {"amount": "17.60"}, "The price is 18.90 per housing.", "18.90"),
        (MONEY | {"amount": "17.60"}, "The price is 17.60 per housing.", None),
        (MONEY | {"amount": "17.60"}, "The price of clause 3.12 holds; see Section 4.10.", None),
        ({"kind": "percent", "number": "4"}, "five per cent of the fee", "five per cent"),
        ({"kind": "percent", "number": "5"}, "five per cent of the fee", None),
        ({"kind": "duration", "iso": "P6M"}, "for twelve (12) months", "twelve (12) months"),
        ({"kind": "duration", "iso": "P12M"}, "for twelve (12) months, extended by 24 months", None),
        (PARTS, "€310,000 in 24 parts of €12,916.67", None),
        (PARTS, "€300,000 in 24 parts of €12,916.67", "€300,000"),
        (PARTS, "€310,000 in 12 parts", "12 parts"),
        (PARTS, "€310,000 in twenty-four equal instalments", None),
        ({"kind": "duration", "iso": "P6W"}, "a lead time of 5 weeks", "5 weeks"),
        ({"kind": "date", "date": "2026-03-04"}, "by 3 March 2026", "3 March 2026"),
        ({"kind": "date", "date": "2026-03-03"}, "by March 3, 2026", None),
        ({"kind": "date", "date": "2026-03-04"}, "bis 04.03.2026", None),
        ({"kind": "number", "number": "150", "unit": "ppm"}, "150 ppm from month 7 (250 before)", None),
        ({"kind": "number", "number": "15", "unit": "ppm"}, "150 ppm from month 7", "150 ppm"),
        ({"kind": "number", "number": "120"}, "a volume of 120,000 a year", "120,000"),
        ({"kind": "shares", "shares": [{"label": "a", "number": "60"}]}, "60% to 40%", None),
        ({"kind": "parts", "currency": "EUR", "total": "310", "parts": []}, "€310,000 in 24 parts", "€310,000"),
        ({"kind": "choice", "choice": "a", "options": ["a"]}, "€5", None),
    ],
)  # fmt: skip
def test_the_figure_that_says_otherwise_is_told_as_it_is_written(
    value: dict[str, Any], text: str, says: str | None
) -> None:
    assert contradiction(value, text, "en") == says


@pytest.mark.parametrize(
    ("value", "text", "also"),
    [
        (MONEY | {"amount": "310000"}, "€310,000 for the tooling, €31,000 of it on signing.", ["€31,000"]),
        (MONEY | {"amount": "310000"}, "€310,000 for the tooling; the EUR 310,000 are due in May.", []),
        (MONEY | {"amount": "310000"}, "€31,000 for the tooling.", []),
        (MONEY | {"amount": "18.40"}, "€18.90, €18.60 in July, €18.90 again, then €18.40.", ["€18.90", "€18.60"]),
        ({"kind": "date", "date": "2026-03-04"}, "by 04.03.2026", []),
        ({"kind": "duration", "iso": "P30D"}, "30 days, and 14 days for what is urgent", ["14 days"]),
        ({"kind": "percent", "number": "8"}, "8 % of the fee, 12 % after a year", ["12 %"]),
        ({"kind": "choice", "choice": "a", "options": ["a"]}, "€5", []),
    ],
)  # fmt: skip
def test_what_else_a_text_says_is_told_too(value: dict[str, Any], text: str, also: list[str]) -> None:
    assert others(value, text, "en") == also


@pytest.mark.parametrize(
    ("locale", "value", "text", "says"),
    [
        ("de_DE", {"kind": "duration", "iso": "P6M"}, "zwölf (12) Monate", "zwölf (12) Monate"),
        ("de_DE", MONEY | {"amount": "310000"}, "dreihundertzehntausend Euro", None),
        ("de_DE", MONEY | {"amount": "310000"}, "dreihunderttausend Euro", "dreihunderttausend Euro"),
        ("de_DE", MONEY | {"amount": "100"}, "hundert Euro", None),
        ("fr_FR", MONEY | {"amount": "310000"}, "trois cent dix mille euros", None),
        ("fr_FR", MONEY | {"amount": "310000"}, "trois cent mille euros", "trois cent mille euros"),
        ("it", MONEY | {"amount": "310000"}, "trecentodiecimila euro", None),
        ("de_DE", {"kind": "percent", "number": "4"}, "fünf Prozent", "fünf Prozent"),
    ],
)
def test_numbers_in_words_are_read_in_the_readers_language(
    locale: str, value: dict[str, Any], text: str, says: str | None
) -> None:
    assert contradiction(value, text, locale) == says


@pytest.mark.parametrize("text", ["1,", "1 000 ", "(1 ", "one ", "hundred", "EUR ", "- "])
@pytest.mark.parametrize("value", [MONEY | {"amount": "310000"}, {"kind": "percent", "number": "5"}, PARTS])
def test_a_longer_text_takes_longer_in_proportion(value: dict[str, Any], text: str) -> None:
    def seconds(times: int) -> float:
        taken = []
        for _ in range(3):
            started = time.process_time()
            contradiction(value, text * times, "en")
            taken.append(time.process_time() - started)
        return min(taken)

    assert seconds(8000) < 30 * max(seconds(800), 0.002), "ten times in proportion, a hundred times in its square"
