"""Which deadline is next, compared with a plain minimum over all that are watched."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from domain.deadlines import Deadlines, Due, Watched

_SUBJECTS = st.sampled_from([Watched(thing, name) for thing in ("proposal", "term") for name in "abcdefg"])
_UNTIL = st.sampled_from([f"2026-11-{day:02}T12:00:00.000000Z" for day in range(1, 9)])


@given(st.lists(st.tuples(_SUBJECTS, st.none() | _UNTIL), max_size=300))
def test_the_earliest_is_next_and_of_several_the_one_made_first(acts: list[tuple[Watched, str | None]]) -> None:
    deadlines = Deadlines()
    watched: dict[Watched, Due] = {}
    for made, (subject, until) in enumerate(acts):
        if until:
            deadlines.watch(subject, until, made, "kind")
            watched[subject] = (until, made, "kind", subject)
        else:
            deadlines.cancel(subject)
            watched.pop(subject, None)
        assert deadlines.next() == min(watched.values(), default=None)


def test_deadlines_that_were_replaced_are_not_kept() -> None:
    deadlines = Deadlines()
    for made in range(10_000):
        deadlines.watch(Watched("proposal", str(made % 3)), f"2026-11-01T12:00:00.{made:06}Z", made, "kind")
    assert len(deadlines._soonest._in_order) < 100
