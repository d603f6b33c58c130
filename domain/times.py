"""Times as Onetext writes them: UTC, six decimals, Z (protocol.md, Times)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]+)?([Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
)


def written(moment: datetime) -> str:
    """The text of a moment, for example 2026-03-05T00:00:00.000000Z."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def moment_of(text: str) -> datetime:
    """The moment that `written` wrote."""
    return datetime.fromisoformat(text)


def read_date(text: str) -> datetime | None:
    """The beginning, in UTC, of a full-date of RFC 3339; None when it is none."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        return None


def read_time(text: str) -> datetime | None:
    """The moment of an RFC 3339 time with zone, or the end of a date in UTC; None when it is neither."""
    try:
        if day := read_date(text):
            return day + timedelta(days=1)
        if match := _TIME.fullmatch(text):
            date, clock, fraction, zone = match.groups()
            decimals = (fraction or ".0")[:7].ljust(7, "0")
            return datetime.fromisoformat(f"{date}T{clock}{decimals}{zone.upper()}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return None
