"""Each word of a clause is credited to the version that brought it."""

from __future__ import annotations

from random import Random

import pytest

from projections.versions import Agreed
from web.biography import brought, told


def versions(*texts: str) -> list[Agreed]:
    return [
        Agreed(number, number * 10, "", {"heading": "1 Boat", "text": text}, None, (), ())
        for number, text in enumerate(texts, 1)
    ]


def test_each_version_is_credited_with_what_it_brought() -> None:
    found = brought(versions("We lend the boat.", "We lend the blue boat.", "We lend the blue boat daily."))
    credited = {word: piece.version for piece in found for word in piece.words.replace(".", " ").split()}
    assert credited == {"We": 1, "lend": 1, "the": 1, "blue": 2, "boat": 1, "daily": 3}


@pytest.mark.parametrize("seed", range(20))
def test_a_word_of_no_other_version_is_its_own(seed: int) -> None:
    random, words, texts = Random(seed), list[str](), list[str]()
    for version in range(1, 12):
        for _ in range(random.randint(1, 6)):
            words.insert(random.randint(0, len(words)), f"w{version}x{random.randrange(10**6)}")
        for _ in range(random.randint(0, len(words) // 2)):
            words.pop(random.randrange(len(words)))
        texts.append(" ".join(words))
    pieces = brought(versions(*texts))
    assert "".join(each.words for each in pieces) == texts[-1]
    for piece in pieces:
        for word in piece.words.split():
            assert word.startswith(f"w{piece.version}x")


def test_a_version_is_told_with_what_it_changed() -> None:
    first, second = told(versions("We lend.", "We borrow."))
    assert first.text == "We lend."
    assert "<del>lend</del>" in second.text
    assert ">borrow</ins>" in second.text
