"""What whoever runs it asks for: settings that say what is wrong, logs without words, a doctor, backups."""

from __future__ import annotations

import json
import logging
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from types import SimpleNamespace

import pytest
import structlog

from server import logs
from server.log.backup import look
from server.log.database import migrate, models_beside, open_database
from server.ops.doctor import ROOM_BYTES, examine
from server.settings import Settings
from tests.conftest import ONETEXT
from tests.server.conftest import pair_on
from tests.server.served import Served


def onetext(*said: str, where: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ONETEXT, *said], cwd=where, env=os.environ | environment, capture_output=True, text=True, check=False
    )


# Settings.


def test_a_wrong_setting_is_named_with_the_way_to_mend_it(tmp_path: Path) -> None:
    for environment, said in (
        ({"ONETEXT_PORT": "99999"}, "ONETEXT_PORT (or port in the file): Input should be less than or equal to 65535"),
        ({"ONETEXT_SMTP_URL": "smtp://h"}, "ONETEXT_SMTP_URL needs ONETEXT_PUBLIC_URL too"),
        ({"ONETEXT_CONFIG": "gone.toml"}, "ONETEXT_CONFIG: there is no file gone.toml."),
        ({"ONETEXT_DATABASE": "mysql://x"}, "is no database URL. Use sqlite:///FILE"),
        ({"ONETEXT_DATABASE": "sqlite:///:memory:"}, "is no database URL. Use sqlite:///FILE"),
        ({"ONETEXT_DATABASE": "postgresql://h:port/x"}, "The database URL is wrong"),
        ({"ONETEXT_PUBLIC_URL": "https://"}, "ONETEXT_PUBLIC_URL (or public_url in the file): It must be an address"),
        ({"ONETEXT_MAIL_FROM": "nobody"}, "ONETEXT_MAIL_FROM (or mail_from in the file): It must be an e-mail address"),
        ({"ONETEXT_SESSION_DAYS": "99999999"}, "ONETEXT_SESSION_DAYS"),
        ({"ONETEXT_LOG_FORMAT": "xml"}, "Input should be 'text' or 'json'"),
        ({"ONETEXT_HOST": "999.1.1.1"}, "ONETEXT_HOST: 999.1.1.1 is no address here"),
        ({"ONETEXT_CONFIG": str(tmp_path)}, "ONETEXT_CONFIG: there is no file"),
    ):
        done = onetext("serve", where=tmp_path, **environment)
        assert done.returncode == 1
        assert said in done.stderr
    assert "ONETEXT_PROT is no setting" in onetext("migrate", where=tmp_path, ONETEXT_PROT="1").stderr
    (tmp_path / "onetext.toml").write_text("prot = 1\n")
    assert "prot: there is no such setting. onetext settings lists them." in onetext("serve", where=tmp_path).stderr


def test_flags_go_before_variables_and_variables_before_the_file(tmp_path: Path) -> None:
    (tmp_path / "onetext.toml").write_text('database = "sqlite:///file.db"\n')
    assert onetext("migrate", where=tmp_path).returncode == 0
    assert onetext("migrate", where=tmp_path, ONETEXT_DATABASE="sqlite:///variable.db").returncode == 0
    flag = ("migrate", "--database", "sqlite:///flag.db")
    assert onetext(*flag, where=tmp_path, ONETEXT_DATABASE="sqlite:///not.db").returncode == 0
    made = {each.name for each in tmp_path.glob("*.db")}
    assert {"file.db", "variable.db", "flag.db"} <= made
    assert "not.db" not in made


def test_a_password_in_a_setting_is_not_repeated(tmp_path: Path) -> None:
    done = onetext("serve", where=tmp_path, ONETEXT_SMTP_URL="ftp://me:secret@host")
    assert "ONETEXT_SMTP_URL" in done.stderr
    assert "secret" not in done.stderr
    assert "secret" not in onetext("serve", where=tmp_path, ONETEXT_DATABASE="mysql://me:secret@host/x").stderr


# Logs.


@contextmanager
def logging_json() -> Iterator[None]:
    root = logging.getLogger()
    before = root.handlers, root.level
    logs.configure("json")
    try:
        yield
    finally:
        root.handlers, root.level = before
        structlog.reset_defaults()


def test_the_log_is_json_and_repeats_nothing_that_somebody_wrote(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        try:
            {}["We cannot go below £3.10"]
        except KeyError as error:
            raise RuntimeError("while reading: We cannot go below £3.10") from error
    except RuntimeError as error:
        with logging_json():
            logs.log.error("fault", fault="f1", exc_info=error)
            logging.getLogger("uvicorn.error").error("Exception in ASGI application", exc_info=error)
    said = capsys.readouterr().err
    assert "3.10" not in said
    ours, uvicorns = map(json.loads, said.splitlines())
    assert (ours["event"], ours["level"], ours["fault"]) == ("fault", "error", "f1")
    assert ours["error"] == uvicorns["error"] == "RuntimeError from KeyError"
    assert "test_running.py" in ours["raised"][-1]


# Backups and the doctor.


def test_a_backup_taken_while_it_is_served_and_written_holds_every_stream(tmp_path: Path) -> None:
    node = Served(f"sqlite:///{tmp_path}/x.db")
    pair, enough = pair_on(node), Event()

    def write() -> None:
        while not enough.is_set():
            pair.ada.do("open_term", heading="1 Hours")

    writing = Thread(target=write)
    writing.start()
    done = onetext("backup", "copy.db", "--database", "sqlite:///x.db", where=tmp_path)
    enough.set()
    writing.join()
    node.stop()
    assert done.returncode == 0, done.stderr
    restored = onetext("restore", "copy.db", "--database", "sqlite:///again/y.db", where=tmp_path)
    assert "There is no folder" in restored.stderr
    (tmp_path / "again").mkdir()
    restored = onetext("restore", "copy.db", "--database", "sqlite:///again/y.db", where=tmp_path)
    assert "each of 2 streams is the same" in restored.stdout, restored.stderr

    original, copy = look(tmp_path / "x.db"), look(tmp_path / "again" / "y.db")
    assert original.streams.keys() == copy.streams.keys()
    with sqlite3.connect(tmp_path / "x.db") as one, sqlite3.connect(tmp_path / "again" / "y.db") as other:
        events = "SELECT originator_id, originator_version, topic, state FROM stored_events ORDER BY rowid"
        kept = other.execute(events).fetchall()
        assert len(kept) == copy.events > 2
        assert kept == one.execute(events).fetchmany(len(kept))
    again = Served(f"sqlite:///{tmp_path}/again/y.db")
    terms = pair.ada.http.get(f"{again.url}/api/v1/agreements/{pair.ada.agreement_id}").json()["terms"]
    assert len(terms) == max(count for count, _ in copy.streams.values()) - 1
    again.stop()
    assert "is there already" in onetext("restore", "copy.db", "--database", "sqlite:///x.db", where=tmp_path).stderr
    assert "is there already" in onetext("backup", "copy.db", "--database", "sqlite:///x.db", where=tmp_path).stderr


def test_read_models_of_another_log_are_not_believed(tmp_path: Path) -> None:
    node = Served(f"sqlite:///{tmp_path}/x.db")
    pair = pair_on(node)
    done = onetext("backup", "copy.db", "--database", "sqlite:///x.db", where=tmp_path)
    assert done.returncode == 0, done.stderr
    pair.ada.do("open_term", heading="1 Written after the backup")
    pair.ada.get()  # waits for the rows
    node.stop()
    (tmp_path / "x.read.db").rename(tmp_path / "y.read.db")
    (tmp_path / "copy.db").rename(tmp_path / "y.db")  # by hand, as restore would not
    looked = onetext("doctor", "--database", "sqlite:///y.db", where=tmp_path)
    assert "✗ The read models show events beyond" in looked.stdout
    again = Served(f"sqlite:///{tmp_path}/y.db")
    shown = pair.ada.http.get(f"{again.url}/api/v1/agreements/{pair.ada.agreement_id}").json()
    assert (shown["version"], shown["terms"]) == (1, [])
    again.stop()

    (tmp_path / "y.read.db").rename(tmp_path / "z.read.db")
    onetext("restore", "y.db", "--database", "sqlite:///z.db", where=tmp_path)
    assert "events behind" in onetext("doctor", "--database", "sqlite:///z.db", where=tmp_path).stdout
    assert models_beside("onetext") != models_beside("onetext.db")


def test_a_database_is_for_its_owner_alone(tmp_path: Path) -> None:
    assert onetext("migrate", "--database", "sqlite:///x.db", where=tmp_path).returncode == 0
    assert [path.name for path in tmp_path.glob("x.*") if path.stat().st_mode & 0o077] == []


def test_a_damaged_backup_is_refused_and_nothing_is_left_behind(tmp_path: Path) -> None:
    node = Served(f"sqlite:///{tmp_path}/x.db")
    pair_on(node)
    node.stop()
    with sqlite3.connect(tmp_path / "x.db") as connection:
        connection.execute("DELETE FROM stored_events WHERE rowid = 2")
    done = onetext("restore", "x.db", "--database", "sqlite:///y.db", where=tmp_path)
    assert "is damaged: stream" in done.stderr
    assert not (tmp_path / "y.db").exists()
    assert "is damaged: stream" in onetext("backup", "z.db", "--database", "sqlite:///x.db", where=tmp_path).stderr
    assert not list(tmp_path.glob("z.db*"))
    looked = onetext("doctor", "--database", "sqlite:///x.db", where=tmp_path)
    assert looked.returncode == 1
    assert "✗" in looked.stdout
    assert "is damaged: stream" in looked.stdout


def test_the_doctor_finds_a_served_database_well(served: Served, tmp_path: Path) -> None:
    pair_on(served)
    looked = onetext("doctor", "--database", served.database.url, where=tmp_path)
    assert looked.returncode == 0, looked.stdout
    assert "The read models show everything." in looked.stdout


def test_the_doctor_asks_for_room_for_what_is_done_with_a_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = open_database(f"sqlite:///{tmp_path}/x.db")
    migrate(database)
    size = sum((tmp_path / name).stat().st_size for name in ("x.db", "x.read.db"))
    needed = 2 * size + ROOM_BYTES
    for free, is_enough in ((needed, True), (needed - 1, False)):
        monkeypatch.setattr(shutil, "disk_usage", lambda _, free=free: SimpleNamespace(free=free))
        found = next(
            finding for finding in examine(database, Settings(database=database.url)) if " MiB" in finding.what
        )
        assert found.is_well is is_enough
        assert ("make room" in found.what) is not is_enough
    database.close()


def test_postgresql_is_left_to_its_own_tools(tmp_path: Path) -> None:
    done = onetext("backup", "x.dump", "--database", "postgresql://me:pw@db/onetext", where=tmp_path)
    assert "pg_dump --format=custom --file=x.dump postgresql://me:***@db/onetext" in done.stderr
