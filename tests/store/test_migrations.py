"""What migrations make is what the program expects; what is asked of it is found by an index."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.event import listen

from domain.ids import MemberId, PartnershipId
from server.log.beside import metadata
from server.log.database import migrate, open_database
from server.people.identity import Identity, Invitation
from server.seat import Seat
from tests.databases import fresh_url


@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index")
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_tables_beside_the_log_are_those_that_the_program_knows(kind: str, tmp_path: Path) -> None:
    database = open_database(fresh_url(kind, tmp_path))
    migrate(database)

    def is_ours(_: Any, name: str | None, what: str, __: bool, ___: Any) -> bool:
        return what != "table" or name in metadata.tables

    with database.beside.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": is_ours})
        assert compare_metadata(context, metadata) == []
    database.close()


def test_who_somebody_is_is_found_by_an_index(tmp_path: Path) -> None:
    """Whatever other partnerships have: nothing of it is gone through."""
    database = open_database(fresh_url("sqlite", tmp_path))
    migrate(database)
    asked: list[tuple[str, Any]] = []
    listen(database.beside, "before_cursor_execute", lambda _, __, text, given, *___: asked.append((text, given)))
    identity, now, member_id = Identity(database.beside), datetime.now(UTC), MemberId("m")
    invitation = Invitation(Seat(member_id, PartnershipId("p")), True, None, used=False, expired=False)
    identity.by_token("t")
    identity.by_session("s", now)
    identity.invitation("i", now)
    identity.enter("i", invitation, "s", now, 1, member_id)
    identity.has_token(member_id)
    identity.session_ends("s")
    identity.end_session("s", now)
    identity.end_sessions(member_id, now)
    identity.by_email("somebody@example.org")
    identity.names("p")
    assert len(asked) >= 11
    with database.beside.connect() as connection:
        for text, given in [each for each in asked if not each[0].startswith("INSERT")]:
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", given)]
            assert not any(step.startswith("SCAN") for step in plan), (text, plan)
    database.close()
