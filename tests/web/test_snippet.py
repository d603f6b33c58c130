"""A snippet shows what changed, with a little around it, and nothing else."""

from __future__ import annotations

import re
from random import Random

from markupsafe import Markup

from domain.diff import Op, redline
from web.snippet import AROUND, LONGEST, first_words, snippet

LONG = " ".join(f"word{each}" for each in range(200))


def plain(shown: Markup) -> str:
    return re.sub(r"<[^>]+>", "", str(shown))


def test_the_words_around_a_change_are_shown_and_the_rest_is_not() -> None:
    shown = str(snippet(LONG, LONG.replace("word100 ", "other ")))
    assert "<del>word100</del>" in shown
    assert 'class="instead">other</ins>' in shown
    assert "word0 " not in shown
    assert "word199" not in shown
    assert re.match(r"… word\d+ ", plain(Markup(shown)))
    assert len(plain(Markup(shown))) < 2 * AROUND + 40


def test_the_first_line_is_shown_only_where_it_changed() -> None:
    assert plain(snippet(LONG, f"new {LONG}")).startswith("new word0")
    assert plain(snippet(LONG, f"{LONG} end")).endswith("end")
    assert plain(snippet(LONG, f"{LONG} end")).startswith("… ")


def test_words_are_whole_and_stand_apart_as_they_did() -> None:
    random = Random(3)
    words = LONG.split()
    for _ in range(300):
        after = list(words)
        for _ in range(random.randint(1, 4)):
            after[random.randrange(len(after))] = random.choice(["", "else", "word7 word8"])
        text = " ".join(each for each in after if each)
        shown = snippet(LONG, text)
        left = plain(Markup(re.sub(r"<del>.*?</del>", "", str(shown))))
        for part in left.split("…"):
            assert " ".join(part.split()) in text, "what is shown stands in the new text"
        changed = [run.text.strip() for run in redline(LONG, text) if run.op == Op.INSERTED and run.text.strip()]
        assert all(each in plain(shown) for each in changed if len(each) < LONGEST)


def test_a_new_clause_begins_with_its_first_words() -> None:
    shown = plain(snippet("", LONG))
    assert shown.startswith("word0 word1 ")
    assert shown.endswith("…")
    assert len(shown) <= LONGEST + 3
    assert first_words("Short.") == "Short."
    assert snippet("same", "same") == ""
