"""The redline on every revision of two real documents."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rapidfuzz.distance import LCSseq

from domain import diff
from domain.diff import Op, Run, redline

DATA = Path(__file__).parent.parent / "data"


def revisions() -> list[tuple[str, str]]:
    """The text before and after each `revise` of the two histories that changes the text."""
    pairs = []
    for file in sorted(DATA.glob("*.history.jsonl")):
        texts: dict[str, str] = {}
        for line in file.read_text("utf-8").splitlines()[1:]:
            for change in json.loads(line)["changes"]:
                if change["kind"] == "revise" and texts[change["term"]] != change["text"]:
                    pairs.append((texts[change["term"]], change["text"]))
                if change["kind"] in ("add", "revise"):
                    texts[change["term"]] = change["text"]
    return pairs


def words(text: str) -> list[str]:
    return [word for _, word in diff._TOKEN.findall(text) if word[:1].isalnum()]


def marked(runs: list[Run]) -> int:
    return sum(len(words(run.text)) for run in runs if run.op is not Op.SAME)


def test_there_are_73_real_revisions() -> None:
    assert len(revisions()) == 73


def test_both_texts_come_back_exactly() -> None:
    for before, after in revisions():
        runs = redline(before, after)
        assert "".join(run.text for run in runs if run.op is not Op.INSERTED) == before
        assert "".join(run.text for run in runs if run.op is not Op.DELETED) == after


def test_hardly_any_small_islands_are_left() -> None:
    left = 0
    for before, after in revisions():
        runs = redline(before, after)
        for place, run in enumerate(runs):
            inside = 0 < place < len(runs) - 1
            left += run.op is Op.SAME and inside and len(words(run.text)) <= 2
    assert left <= 15


def test_changes_begin_at_whole_words() -> None:
    inside = 0
    for before, after in revisions():
        spelled = {Op.DELETED: "", Op.INSERTED: ""}
        for run in redline(before, after):
            for op in (Op.DELETED, Op.INSERTED):
                if run.op in (op, Op.SAME):
                    starts_inside = spelled[op][-1:].isalnum() and run.text[:1].isalnum() and run.op is op
                    inside += bool(starts_inside)
                    spelled[op] += run.text
    assert inside <= 3


def test_hardly_more_words_are_marked_than_needed() -> None:
    """Fewest possible: all words of both texts that are in no longest common subsequence of words."""
    shown = needed = 0
    for before, after in revisions():
        old, new = words(before), words(after)
        common = sum(op.src_end - op.src_start for op in _common(old, new))
        needed += len(old) + len(new) - 2 * common
        shown += marked(redline(before, after))
    print(f"{shown} words marked, {needed} needed: {shown / needed:.3f}")
    assert shown <= 1.15 * needed


def _common(old: list[str], new: list[str]) -> list[object]:
    return [op for op in LCSseq.opcodes(old, new) if op.tag == "equal"]


@pytest.mark.parametrize(
    ("before", "after", "runs"),
    [
        (
            "pays £3.10 now",
            "pays £3.34 now",
            [("same", "pays £"), ("deleted", "3.10"), ("inserted", "3.34"), ("same", " now")],
        ),
        (
            "may, but need not, give Feedback to the other party now.",
            "may give Feedback to the other party each quarter.",
            [
                ("same", "may"),
                ("deleted", ", but need not,"),
                ("same", " give Feedback to the other party "),
                ("deleted", "now"),
                ("inserted", "each quarter"),
                ("same", "."),
            ],
        ),
        ("one two", "one\ntwo", [("same", "one"), ("deleted", " "), ("inserted", "\n"), ("same", "two")]),
        (" end \n", " end ", [("same", " end"), ("deleted", " \n"), ("inserted", " ")]),
        ("", "new", [("inserted", "new")]),
        ("old", "", [("deleted", "old")]),
        ("", "", []),
        ("same", "same", [("same", "same")]),
    ],
)
def test_small_texts(before: str, after: str, runs: list[tuple[str, str]]) -> None:
    assert [(run.op.value, run.text) for run in redline(before, after)] == runs
