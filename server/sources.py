"""What the domain is given, since it makes none itself: the time, and fresh ids."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime

_DRAWN_AT_ONCE = 256
_BYTES = 10

_drawn: list[int] = []
_last_ms = 0


def utc_now() -> datetime:
    """The one clock."""
    return datetime.now(UTC)


def new_id() -> str:
    """A fresh UUID of version 7, so that ids are ordered by the time of their making."""
    global _last_ms
    _last_ms = max(time.time_ns() // 1_000_000, _last_ms + 1)
    random = _random()
    value = _last_ms << 80 | 0x7 << 76 | (random >> 62 & 0xFFF) << 64 | 0b10 << 62 | random & (1 << 62) - 1
    digits = f"{value:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def fresh_salt() -> str:
    """32 random bytes in hex."""
    return os.urandom(32).hex()


def _random() -> int:
    """Random bits, drawn for many ids at once: each draw gives the interpreter to other threads in the midst of a
    command, and the loop waits until it has it back."""
    try:
        return _drawn.pop()
    except IndexError:
        drawn = os.urandom(_DRAWN_AT_ONCE * _BYTES)
        _drawn.extend(int.from_bytes(drawn[at : at + _BYTES]) for at in range(0, len(drawn), _BYTES))
        return _drawn.pop()
