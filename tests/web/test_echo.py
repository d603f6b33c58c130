"""What a value's fields are taken for."""

from __future__ import annotations

from decimal import Decimal

import pytest

from web.echo import take


def test_an_amount_is_taken_in_the_readers_language() -> None:
    fields = {"amount": "310,000", "currency": "eur"}
    assert take("money", fields, {}, "en").value == {"kind": "money", "amount": "310000", "currency": "EUR"}
    asked = take("money", fields, {}, "de")
    assert asked.value is None
    assert [each.number for each in asked.questions[0].meanings] == ["310.000", "310000"]
    assert [each.figures for each in asked.questions[0].meanings] == ["310,00\u00a0€", "310.000,00\u00a0€"]
    assert take("money", fields, {"amount": "310000"}, "de").value == {
        "kind": "money", "amount": "310000", "currency": "EUR",
    }  # fmt: skip


def test_equal_parts_are_one_entry_and_the_last_is_the_rest() -> None:
    fields = {"total": "310,000", "currency": "EUR", "parts_are": "equal", "equal": "24"}
    value = take("parts", fields, {}, "en").value
    assert value
    assert [each["amount"] for each in value["parts"]] == ["12916.67"] * 23 + ["12916.59"]
    for total, count in (("100", "3"), ("0.05", "7"), ("-310,000.55", "24"), ("1,000,000", "500"), ("7.125", "1")):
        asked = {"total": total, "currency": "EUR", "parts_are": "equal", "equal": count}
        value = take("parts", asked, {"total": total.replace(",", "")}, "en").value
        assert value
        assert sum(Decimal(each["amount"]) for each in value["parts"]) == Decimal(total.replace(",", ""))
    yen = take("parts", {"total": "100", "currency": "JPY", "parts_are": "equal", "equal": "3"}, {}, "en").value
    assert yen
    assert [each["amount"] for each in yen["parts"]] == ["33", "33", "34"]


@pytest.mark.parametrize(
    ("kind", "fields", "wrong"),
    [
        ("money", {"amount": "310.00", "currency": "EUR"}, "not how a number is written in German"),
        ("money", {"amount": "5", "currency": "EUX"}, "no currency"),
        ("money", {"amount": "£310", "currency": "GBP"}, "Leave “£” off"),
        ("shares", {"shares.0.label": "L", "shares.0.number": "45", "shares.1.number": "50"}, "these total 95"),
        ("parts", {"total": "10", "parts_are": "each", "parts.0.amount": "9"}, "they are 1 under"),
        ("parts", {"total": "10", "parts_are": "equal", "equal": "501"}, "from 1 to 500"),
        ("parts", {"total": "10", "parts_are": "equal", "equal": "1" * 5000}, "from 1 to 500"),
        ("parts", {"total": "0,1", "currency": "EUR", "parts_are": "equal", "equal": "24"}, "too little for 24 parts"),
        ("duration", {"iso": f"P{'9' * 30}D"}, "ISO 8601"),
        ("duration", {"iso": "six months"}, "ISO 8601"),
        ("choice", {"options.0": "a", "options.1": "b", "choice": "c"}, "one of its options"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_taken(kind: str, fields: dict[str, str], wrong: str) -> None:
    taken = take(kind, fields, {}, "de")
    assert taken.value is None
    assert wrong in taken.wrong[0]


@pytest.mark.parametrize(
    "kind", ["money", "percent", "number", "duration", "date", "choice", "shares", "parts", "", "x"]
)
def test_nothing_is_taken_while_nothing_is_typed(kind: str) -> None:
    assert take(kind, {}, {}, "en").value is None


def test_every_row_that_was_begun_counts() -> None:
    fields = {"shares.0.label": "L", "shares.0.number": "60", "shares.1.label": "", "shares.1.number": "",
              "shares.2.label": "T", "shares.2.number": "40"}  # fmt: skip
    value = take("shares", fields, {}, "en").value
    assert value
    assert [each["number"] for each in value["shares"]] == ["60", "40"]
