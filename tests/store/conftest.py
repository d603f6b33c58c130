"""One suite for both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.log.database import Database, migrate, open_database
from tests.databases import fresh_url


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    database = open_database(fresh_url(request.param, tmp_path))
    migrate(database)
    yield database
    database.close()
