"""What every door is to read the same: the import cases, and the texts that both histories end with, as documents."""

from __future__ import annotations

import json
from pathlib import Path

from tests.texts.cases import CASES, source
from tests.texts.test_round_trip import sent_out

DATA = Path(__file__).parent.parent / "data"
HISTORIES = ("partnership-agreement", "takedown-policy")


def final(history: str) -> list[tuple[str, str, None]]:
    """The terms that a history ends with."""
    first = (DATA / f"{history}.history.jsonl").read_text("utf-8").split("\n", 1)[0]
    return [(each["heading"], each["text"], None) for each in json.loads(first)["final"]]


MATERIAL = {name: source(name) for name in CASES} | {
    name: sent_out("A history", final(name)).encode() for name in HISTORIES
}
