"""What a value that is being typed is taken for: echoed in figures and in words, asked about where it could be meant in
two ways, and held against the words of its clause. Nothing is guessed, and nothing is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

import orjson

from domain.currencies import CURRENCIES
from domain.fields import Object, Text
from domain.refusals import Refusal
from domain.values import KINDS, DecimalText, DurationText, ValueField, broken_rule
from web import numbers, shown_values
from web.figures import contradiction, others
from web.reader import Reader
from web.room_words import FIELDS
from web.templates import templates
from web.wording import gettext, ngettext

Body = dict[str, Any]

MOST_PARTS = 500
_MOST_OTHERS = 4
"""Other figures of the clause that are named beside a value."""

_EXACT = Context(prec=200_000, Emax=999_999, Emin=-999_999)
_VALUE = ValueField(may_be_none=True)


class _AnyTexts(Object):
    """Texts by names that nobody knows beforehand."""

    def __init__(self) -> None:
        super().__init__({})

    def read(self, raw: Any, name: str) -> Body:
        known = Object(dict.fromkeys(raw if isinstance(raw, dict) else (), Text(allow_empty=True)))
        return known.read(raw, name)


ASKED = Object(
    {
        "at": Text(100),
        "kind": Text(20, allow_empty=True),
        "fields": _AnyTexts(),
        "exact": _AnyTexts(),
        "text": Text(64 * 1024, allow_empty=True),
    },
    optional=("exact", "text"),
)
"""What a value's editor asks. at: where the value stands in the command; fields: what is typed, by name; exact: for
those that were asked about, or have not been touched, the number that is meant; text: the words of the clause."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """One thing that a text may mean."""

    number: str
    figures: str
    words: str | None


@dataclass(frozen=True, slots=True)
class Doubt:
    """What has to be asked of a field before it is taken."""

    name: str
    written: str
    meanings: list[Meaning]


@dataclass(slots=True)
class Taken:
    """What was taken from the fields of a value. value: as it would be sent, None while something is missing, wrong or
    asked about; missing: the fields that are still empty, in words."""

    value: Body | None = None
    questions: list[Doubt] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def echo(reader: Reader, asked: Body) -> str:
    """The echo of a value, as HTML with the value that would be sent in it."""
    locale = reader.audience.locale
    taken = take(asked["kind"], asked["fields"], asked.get("exact", {}), locale)
    value, text = taken.value, asked.get("text", "")
    has_figures = value is not None and value["kind"] != "none"
    return templates.get_template("forms/echo.html").render(
        at=asked["at"],
        taken=taken,
        sent=orjson.dumps(value).decode() if value else None,
        figures=shown_values.rendered(value, locale) if value and has_figures else None,
        words=shown_values.spoken(value, locale) if value and has_figures else None,
        differs=contradiction(value, text, locale) if value and has_figures else None,
        others=others(value, text, locale)[:_MOST_OTHERS] if value and has_figures else [],
        is_negative=value is not None and any(Decimal(each) < 0 for each in _numbers(value)),
    )


def take(kind: str, fields: Mapping[str, str], exact: Mapping[str, str], locale: str) -> Taken:
    """What the fields of a kind of value say."""
    taken = Taken()
    if kind == "none":
        taken.value = {"kind": "none"}
        return taken
    if kind not in KINDS:
        return taken
    body = _Reading(kind, fields, exact, locale, taken).body()
    if taken.questions or taken.wrong or taken.missing:
        return taken
    try:
        value = _VALUE.read({"kind": kind, **body}, "the value")
    except Refusal as refusal:
        taken.wrong.append(refusal.detail)
        return taken
    if wrong := broken_rule(value):
        taken.wrong.append(wrong)
    else:
        taken.value = value
    return taken


def _numbers(value: Body) -> Iterator[str]:
    """The numbers of a value, as decimal strings."""
    yield from (value[name] for name in ("amount", "number", "total") if name in value)
    for each in (*value.get("parts", ()), *value.get("shares", ())):
        yield each.get("amount") or each["number"]


class _Reading:
    """Reads the fields of one value."""

    def __init__(
        self, kind: str, fields: Mapping[str, str], exact: Mapping[str, str], locale: str, taken: Taken
    ) -> None:
        self.kind, self.fields, self.exact, self.locale, self.taken = kind, fields, exact, locale, taken

    def body(self) -> Body:
        """The value without its kind, as far as it is written."""
        match self.kind:
            case "money":
                return {"amount": self.number("amount"), "currency": self.currency()}
            case "percent":
                return {"number": self.number("number")}
            case "number":
                unit = self.text("unit")
                return {"number": self.number("number"), **({"unit": unit} if unit else {})}
            case "duration":
                return {"iso": self.duration()}
            case "date":
                return {"date": self.needed("date")}
            case "choice":
                options = [self.text(name) for name in self.rows("options")]
                return {"choice": self.text("choice"), "options": [each for each in options if each]}
            case "shares":
                shares = [
                    {"label": self.text(f"{row}.label"), "number": self.number(f"{row}.number")}
                    for row in self.rows("shares")
                ]
                return {"shares": shares}
            case _:
                return self.parts()

    def duration(self) -> str:
        iso = self.needed("iso").upper()
        try:
            return DurationText().read(iso, "how long") if iso else ""
        except Refusal:
            wrong = gettext(
                "“%(written)s” is no length of time. A whole number, or ISO 8601 like P1Y6M.", written=iso[:40]
            )
            self.taken.wrong.append(wrong)
            return ""

    def parts(self) -> Body:
        currency = self.currency() if self.text("currency") else None
        total = self.number("total")
        if self.text("parts_are") == "equal":
            found: list[Body] = list(self.equal(total, currency))
        else:
            found = [self.part(row) for row in self.rows("parts")]
        return {"total": total, "parts": found, **({"currency": currency} if currency else {})}

    def part(self, row: str) -> Body:
        label = self.text(f"{row}.label")
        return {"amount": self.number(f"{row}.amount"), **({"label": label} if label else {})}

    def equal(self, total: str, currency: str | None) -> Iterator[Body]:
        """Equal parts, rounded to the currency's decimals; the last one is the rest."""
        count = self.text("equal")
        if not re.fullmatch("[0-9]{1,4}", count) or not 1 <= int(count) <= MOST_PARTS:
            if count:
                self.taken.wrong.append(gettext("A total can have from 1 to %(most)s parts.", most=MOST_PARTS))
            else:
                self.taken.missing.append(gettext("how many parts"))
            return
        if self.taken.missing or self.taken.questions or self.taken.wrong:
            return
        whole = Decimal(total)
        exponent = -max(numbers.decimals_of(currency), -int(whole.as_tuple().exponent))
        each = _EXACT.divide(whole, Decimal(int(count))).quantize(
            Decimal(1).scaleb(exponent), rounding=ROUND_HALF_UP, context=_EXACT
        )
        if each == 0 and whole != 0:
            wrong = ngettext(
                "%(total)s is too little for %(count)s part.",
                "%(total)s is too little for %(count)s parts.",
                int(count),
                total=numbers.plain(total, self.locale),
            )
            self.taken.wrong.append(wrong)
            return
        yield from ({"amount": f"{each:f}"} for _ in range(int(count) - 1))
        rest = _EXACT.subtract(whole, _EXACT.multiply(each, Decimal(int(count) - 1)))
        yield {"amount": f"{rest:f}"}

    def text(self, name: str) -> str:
        return self.fields.get(name, "").strip()

    def needed(self, name: str) -> str:
        found = self.text(name)
        if not found:
            self.taken.missing.append(gettext(FIELDS[name.rpartition(".")[2]]))
        return found

    def currency(self) -> str:
        code = self.needed("currency").upper()
        if code and code not in CURRENCIES:
            told = gettext("“%(code)s” is no currency of ISO 4217. Three letters, like EUR.", code=code)
            self.taken.wrong.append(told)
        return code

    def number(self, name: str) -> str:
        """The plain decimal string that a field means, or nothing yet."""
        written = self.needed(name)
        if not written:
            return ""
        if (meant := self.exact.get(name)) is not None:
            return DecimalText().read(meant, name)
        try:
            found = numbers.readings(written, self.locale)
        except numbers.Unreadable as error:
            self.taken.wrong.append(error.why)
            return ""
        if numbers.is_sure(written, self.locale):
            return found[0]
        self.taken.questions.append(Doubt(name, written, [self.meaning(name, each) for each in found]))
        return ""

    def meaning(self, name: str, number: str) -> Meaning:
        """A number as it would be shown in the value, with its currency or its unit."""
        currency, unit = self.text("currency").upper(), self.text("unit")
        number = DecimalText().read(number, name)
        if currency in CURRENCIES and self.kind in ("money", "parts"):
            value = {"kind": "money", "amount": number, "currency": currency}
        elif self.kind in ("percent", "shares"):
            value = {"kind": "percent", "number": number}
        else:
            value = {"kind": "number", "number": number, **({"unit": unit} if self.kind == "number" else {})}
        return Meaning(number, shown_values.shown(value, self.locale), shown_values.spoken(value, self.locale))

    def rows(self, name: str) -> list[str]:
        """The rows of a list that were begun, by their names."""
        found = {each.split(".")[1] for each in self.fields if each.startswith(f"{name}.")}
        rows = [f"{name}.{each}" for each in sorted(found, key=lambda each: (len(each), each))]
        begun = [row for row in rows if any(map(self.text, self.within(row)))]
        if not begun:
            self.taken.missing.append(gettext(FIELDS[name]))
        return begun

    def within(self, row: str) -> list[str]:
        return [each for each in self.fields if each == row or each.startswith(f"{row}.")]
