"""Which events belong to one act? In the middle of an act nothing stands still."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select

from projections import tables


def following(connection: Connection, agreement_id: str, first: int) -> set[int]:
    """The versions of the events since another that followed from the one before."""
    timeline = tables.timeline
    rows = select(timeline.c.since).where(
        timeline.c.stream == agreement_id, timeline.c.since >= first, timeline.c.follows == 1
    )
    return set(connection.execute(rows).scalars())


def end_of(version: int, follow: Collection[int]) -> int:
    """The version of the last event of an act, given those that followed from another."""
    while version + 1 in follow:
        version += 1
    return version


def whole(connection: Connection, agreement_id: str, version: int, newest: int) -> int:
    """The version of the last event of the act to which that of a version belongs."""
    timeline = tables.timeline
    rows = select(timeline.c.since).where(
        timeline.c.stream == agreement_id, timeline.c.since > version, timeline.c.follows == 0
    )
    begins = connection.execute(rows.order_by(timeline.c.since).limit(1)).scalar()
    return newest if begins is None else begins - 1
