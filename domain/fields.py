"""How the fields of a command are read: each reader checks one kind of input and describes it as JSON Schema.

Sizes count UTF-8 bytes (protocol.md, Texts). Whatever does not fit is `malformed` or `too_large`, naming the field.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Generic, TypeVar
from uuid import UUID

from domain.refusals import Code, Refusal, malformed
from domain.times import read_date, read_time, written

T = TypeVar("T")

TERM_TEXT_BYTES = 64 * 1024
HEADING_BYTES = 1024
OTHER_TEXT_BYTES = 16 * 1024
COMMAND_BYTES = 1024 * 1024

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def is_storable(text: str) -> bool:
    """Whether a text can be kept and sent: U+0000 and lone surrogates cannot."""
    return "\x00" not in text if text.isascii() else _UNSTORABLE.search(text) is None


class Field(Generic[T]):
    """Reads one kind of input and says so in JSON Schema."""

    def read(self, raw: Any, name: str) -> T:
        """The value, or a refusal that names the field."""
        raise NotImplementedError

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of what `read` takes."""
        raise NotImplementedError


class Text(Field[str]):
    """Unicode text, kept as sent; U+0000 and lone surrogates are malformed, NFC is not forced."""

    def __init__(
        self, limit: int = OTHER_TEXT_BYTES, *, allow_empty: bool = False, description: str | None = None
    ) -> None:
        self.limit, self.allow_empty, self.description = limit, allow_empty, description

    def read(self, raw: Any, name: str) -> str:
        if not isinstance(raw, str):
            raise malformed(f"{name} must be text.")
        if not is_storable(raw):
            raise malformed(f"{name} contains U+0000 or half of a surrogate pair, which cannot be kept.")
        if not raw and not self.allow_empty:
            raise malformed(f"{name} may not be empty.")
        if len(raw) > self.limit // 4 and (size := len(raw.encode())) > self.limit:
            raise Refusal(
                Code.TOO_LARGE,
                f"{name} is {size} bytes; at most {self.limit} are allowed.",
                "Shorten it, or split it, and send it again.",
            )
        return raw

    def schema(self) -> dict[str, Any]:
        described = {"description": f"{self.description or ''} At most {self.limit} bytes of UTF-8.".strip()}
        return {"type": "string", **({} if self.allow_empty else {"minLength": 1}), **described}


class Reference(Text):
    """The id of something that should exist; whether it does is judged later (`unknown_reference`)."""

    def read(self, raw: Any, name: str) -> str:
        return super().read(raw, name).lower()

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "uuid"}


class FreshId(Text):
    """A UUID of the sender's choice for something new."""

    def read(self, raw: Any, name: str) -> str:
        text = super().read(raw, name)
        try:
            fresh = str(UUID(text))
        except ValueError:
            fresh = ""
        if fresh != text.lower():
            raise malformed(f"{name} must be a UUID, like 0190a3c2-7d1e-7000-8000-000000000000.")
        return fresh

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "uuid"}


class Word(Field[str]):
    """One word of a fixed list."""

    def __init__(self, *words: str) -> None:
        self.words = words

    def read(self, raw: Any, name: str) -> str:
        if not isinstance(raw, str) or raw not in self.words:
            raise malformed(f"{name} must be one of: {', '.join(self.words)}.")
        return raw

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.words)}


class WordOrEmpty(Word):
    """One word of a fixed list, or nothing yet: whether it may be missing is judged later."""

    def read(self, raw: Any, name: str) -> str:
        return "" if raw == "" else super().read(raw, name)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": [*self.words, ""]}


class Time(Field[str]):
    """An RFC 3339 time with zone, or a date, which means its end in UTC; kept as UTC with six decimals."""

    def read(self, raw: Any, name: str) -> str:
        moment = read_time(raw) if isinstance(raw, str) else None
        if moment is None:
            raise malformed(f"{name} must be a time with zone, like 2026-03-04T17:00:00Z, or a date, like 2026-03-04.")
        return written(moment)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "anyOf": [{"format": "date-time"}, {"format": "date"}]}


class TimeAsSent(Time):
    """A time that is also kept in the spelling in which it was sent."""

    def read(self, raw: Any, name: str) -> str:
        super().read(raw, name)
        return str(raw)


class _DateText(Text):
    def read(self, raw: Any, name: str) -> str:
        text = super().read(raw, name)
        if read_date(text) is None:
            raise malformed(f"{name} must be a date, like 2026-03-04.")
        return text

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date"}


def date_text() -> Text:
    """A calendar date kept as written."""
    return _DateText()


class Whole(Field[int]):
    """A whole number from `least` up."""

    def __init__(self, least: int = 0, *, below: Code = Code.MALFORMED) -> None:
        self.least, self.below = least, below

    def read(self, raw: Any, name: str) -> int:
        if not isinstance(raw, int) or isinstance(raw, bool):
            raise malformed(f"{name} must be a whole number.")
        if raw < self.least:
            raise Refusal(self.below, f"{name} must be at least {self.least}.", "Correct it and send it again.")
        return raw

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.least}


class Flag(Field[bool]):
    """true or false."""

    def read(self, raw: Any, name: str) -> bool:
        if not isinstance(raw, bool):
            raise malformed(f"{name} must be true or false.")
        return raw

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


class Null(Field[None]):
    """What things of its kind do not have: null alone, which is as left out."""

    def read(self, raw: Any, name: str) -> None:
        raise malformed(f"{name} belongs to others: here it is null.", f"Leave {name} out, or send null.")

    def schema(self) -> dict[str, Any]:
        return {"type": "null"}


class ListOf(Field[tuple[Any, ...]]):
    """A list whose elements are all of one kind."""

    def __init__(self, each: Field[Any], *, at_least: int = 0, distinct: bool = False) -> None:
        self.each, self.at_least, self.distinct = each, at_least, distinct

    def read(self, raw: Any, name: str) -> tuple[Any, ...]:
        if not isinstance(raw, list):
            raise malformed(f"{name} must be a list.")
        if len(raw) < self.at_least:
            raise malformed(f"{name} needs at least {self.at_least}.")
        read: list[Any] = []
        too_large: Refusal | None = None
        for place, element in enumerate(raw):
            try:
                read.append(self.each.read(element, f"{name}[{place}]"))
            except Refusal as refusal:
                too_large = _first_too_large(too_large, refusal)
        if too_large:
            raise too_large
        elements = tuple(read)
        if self.distinct and len(set(elements)) < len(elements):
            raise malformed(f"{name} names something twice.")
        return elements

    def schema(self) -> dict[str, Any]:
        described: dict[str, Any] = {"type": "array", "items": self.each.schema()}
        if self.at_least:
            described["minItems"] = self.at_least
        if self.distinct:
            described["uniqueItems"] = True
        return described


class Object(Field[dict[str, Any]]):
    """An object with named fields; null is as left out, unless a field is named in `nullable`."""

    def __init__(
        self, fields: dict[str, Field[Any]], *, optional: Sequence[str] = (), nullable: Sequence[str] = ()
    ) -> None:
        self.fields, self.optional, self.nullable = fields, optional, nullable
        self._required = [key for key in fields if key not in optional]

    def read(self, raw: Any, name: str) -> dict[str, Any]:
        if not isinstance(raw, dict):
            raise malformed(f"{name or 'This'} must be an object.")
        for key in raw:
            if key not in self.fields:
                raise malformed(f"{name or 'This'} has no field {_shown(key)}.")
        for key in self._required:
            if raw.get(key) is None and not (key in raw and key in self.nullable):
                raise malformed(f"{_path(name, key)} is missing.")
        read: dict[str, Any] = {}
        too_large: Refusal | None = None
        for key, each in raw.items():
            if each is not None:
                try:
                    read[key] = self.fields[key].read(each, f"{name}.{key}" if name else key)
                except Refusal as refusal:
                    too_large = _first_too_large(too_large, refusal)
            elif key in self.nullable:
                read[key] = None
        if too_large:
            raise too_large
        return read

    def schema(self, also: dict[str, Any] | None = None) -> dict[str, Any]:
        """`also`: further properties, all of them required."""
        also = also or {}
        properties = also | {key: self._described(key) for key in self.fields}
        required = [*also, *(key for key in self.fields if key not in self.optional)]
        return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}

    def _described(self, key: str) -> dict[str, Any]:
        described = self.fields[key].schema()
        return {"anyOf": [described, {"type": "null"}]} if key in self.optional else described


def _first_too_large(first: Refusal | None, refusal: Refusal) -> Refusal:
    """Of several fields, what is malformed in any is named before what is too large in another."""
    if refusal.code != Code.TOO_LARGE:
        raise refusal
    return first or refusal


def one_key(raw: Any, key: str, name: str, words: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """The word under `key` that says which shape an object has, and the object's other fields."""
    if not isinstance(raw, dict):
        raise malformed(f"{name} must be an object.")
    if raw.get(key) not in words:
        raise malformed(f"{_path(name, key)} must be one of: {', '.join(words)}.")
    return raw[key], {k: v for k, v in raw.items() if k != key}


def _path(name: str, key: str) -> str:
    return f"{name}.{key}" if name else key


def _shown(key: str) -> str:
    return repr(key[:40])
