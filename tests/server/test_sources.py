"""Fresh ids are UUIDs of version 7, in their one spelling, and ordered."""

from __future__ import annotations

from uuid import RFC_4122, UUID

from server.sources import new_id


def test_ids_are_of_version_7_and_in_order() -> None:
    made = [new_id() for _ in range(1000)]
    assert made == sorted(set(made))
    for each in map(UUID, made):
        assert (each.version, each.variant) == (7, RFC_4122)
    assert [str(UUID(each)) for each in made] == made
