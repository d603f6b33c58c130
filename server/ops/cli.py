"""The command line. What only one command needs is imported by that command, so that the others start sooner."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sqlite3
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click
import psycopg
from eventsourcing.persistence import PersistenceError
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from domain.ids import MemberId, PartnershipId
from domain.refusals import Refusal
from server.log.backup import BackupRefused
from server.log.database import Database, DatabaseInUse, UnknownDatabase, is_set_up, migrate, open_database, sole_writer
from server.log.keys import KeyUnusable, read_keys
from server.log.store import LogDamaged
from server.log.vault import forget_all
from server.logs import configure
from server.people.identity import KEY_CHECK, Identity
from server.seat import Seat
from server.settings import PREFIX, Settings, WrongSettings, read_settings, unknown_variables

if TYPE_CHECKING:
    from server.node import Node

R = TypeVar("R")

_DATABASE = click.option(
    "--database", metavar="URL", help="sqlite:///FILE or postgresql://…; also ONETEXT_DATABASE.", default=None
)


class _Spoken(click.Group):
    """Says what is wrong in a sentence, where a person can do something about it."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except Refusal as refusal:
            raise click.ClickException(f"{refusal.detail} {refusal.next_step}") from None
        except (BackupRefused, DatabaseInUse, KeyUnusable, LogDamaged, UnknownDatabase) as error:
            raise click.ClickException(str(error)) from None
        except OSError as error:
            raise click.ClickException(f"{error.strerror or error}: {error.filename or ''}".rstrip(": ")) from None
        except UnicodeDecodeError:
            raise click.ClickException("The file is not UTF-8 text.") from None
        except (SQLAlchemyError, PersistenceError, sqlite3.Error, psycopg.Error) as error:
            raise click.ClickException(
                f"The database cannot be used: {str(error).splitlines()[0]}. Look at ONETEXT_DATABASE, at who may read "
                "and write there, and whether PostgreSQL runs; onetext doctor says more."
            ) from None


@click.group(cls=_Spoken)
@click.version_option(package_name="onetext")
def main() -> None:
    """Two partners, one durable log, one agreement."""
    os.umask(0o077)  # a database holds names, addresses and access
    click.get_current_context().call_on_close(gc.freeze)  # walking what ends with the process takes a tenth of a second


@main.command()
@_DATABASE
@click.option("--port", type=int, default=None, help="0 picks a free port; also ONETEXT_PORT.")
@click.option("--host", default=None, help="The address to listen on; also ONETEXT_HOST.")
def serve(database: str | None, port: int | None, host: str | None) -> None:
    """Serve the workspace."""
    from server.ops.serving import run
    from server.reading.rebuilding import project_first

    settings = _settings(database=database, port=port, host=host)
    with _served(settings) as opened:
        project_first(opened)
        host_token = Identity(opened.beside).secret("host_token") if _is_empty(opened) else None

        def announce(url: str) -> None:
            click.echo(f"Onetext is listening on {url}")
            if host_token:
                click.echo(f"Host token (forms partnerships): {host_token}")
                click.echo(f"Form the first one at {settings.public_url or url}/form/{host_token}")

        run(opened, settings, announce)


@main.command()
@_DATABASE
@click.option("--port", type=int, default=None, help="0 picks a free port.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON with tokens and links.")
def demo(database: str | None, port: int | None, as_json: bool) -> None:
    """Serve a partnership with an agreement in full swing."""
    from server.ops.demo import VISITORS, prepare
    from server.ops.serving import run

    settings = _settings(database=database or os.environ.get("ONETEXT_DATABASE", "sqlite:///demo.db"), port=port)
    with _served(settings) as opened:
        prepared = _with_node(opened, settings, prepare)

        def announce(url: str) -> None:
            links = {name: f"{url}/join/{secret}" for name, secret in prepared.secrets.items()}
            if as_json:
                about = {"partnership_id": prepared.partnership_id, "agreement_id": prepared.agreement_id}
                click.echo(json.dumps({"url": url, **about, "tokens": prepared.tokens, "links": links}))
                return
            click.echo("\nOnetext: two partners, one text. Open these side by side:\n")
            for key, link in links.items():
                click.echo(f"  {VISITORS[key]}\n  {link}\n")
            click.echo("Ctrl-C ends the demo; everything stays in its database.\n")

        run(opened, settings, announce, prepared.demo_notices)


@main.command("migrate")
@_DATABASE
def migrate_command(database: str | None) -> None:
    """Create or upgrade the schema, and the read models; safe when several nodes start at once."""
    from server.reading.rebuilding import project_first

    with _opened(_settings(database=database), patience=3) as opened:  # another may be setting it up
        project_first(opened)


@main.command()
@_DATABASE
@click.option("--progress", is_flag=True, help="Show how far it is, and how fast.")
def rebuild(database: str | None, progress: bool) -> None:
    """Project the read models again from the first event; the old ones are read until the new ones are there."""
    from server.reading.rebuilding import rebuild as rebuild_all

    def tell(done: int, events: int, rate: float) -> None:
        if progress:
            click.echo(f"{done} of {events} events, {rate:,.0f} events/s", err=True)

    with _opened(_settings(database=database)) as opened:
        done = rebuild_all(opened, tell)
    click.echo(f"Rebuilt from {done} events.")


@main.command("import")
@_DATABASE
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--partnership", metavar="ID", help="Whose agreement it becomes.")
@click.option("--member", metavar="ID", help="The negotiator in whose name the text is proposed.")
@click.option("--title", default=None, help="The agreement's title; the text's own when left out.")
@click.option("--dry-run", is_flag=True, help="Print what would come in, as JSON, and keep nothing.")
def import_command(
    database: str | None, file: Path, partnership: str | None, member: str | None, title: str | None, dry_run: bool
) -> None:
    """Open an agreement from a Markdown FILE: its outline and each clause are proposed, never more than proposals."""
    from server.doors.imports import body_of, refuse_too_many
    from server.doors.partnerships import open_agreement
    from server.texts.reading import read_markdown

    draft = read_markdown(file.read_bytes(), title)
    if dry_run:
        click.echo(json.dumps(body_of(draft), ensure_ascii=False, indent=2))
        return
    if not partnership or not member:
        raise click.UsageError("Name --partnership and --member, or look first with --dry-run.")
    named = title or draft.title or file.stem
    settings = _settings(database=database)

    async def act(node: Node) -> str:
        refuse_too_many(node, draft.clauses)
        seat = Seat(MemberId(member), PartnershipId(partnership))
        return (await open_agreement(node, seat, named, draft))[0]

    with _served(settings) as opened:
        agreement_id = _with_node(opened, settings, act)
    for notice in draft.notices:
        click.echo(f"line {notice.line}: {notice.words}", err=True)
    click.echo(agreement_id)


@main.command()
@_DATABASE
@click.argument("agreement_id")
@click.option("--format", "form", type=click.Choice(["markdown", "json"]), default="markdown")
def export(database: str | None, agreement_id: str, form: str) -> None:
    """Print an agreement: its text and its argument as Markdown, or everything as JSON."""
    from server.ops.export import exported

    with _reading(_settings(database=database), must_exist=True) as opened:
        click.echo(exported(opened, agreement_id, form), nl=False)


@main.command()
@_DATABASE
def doctor(database: str | None) -> None:
    """Look at the store, the read models, the disk and the settings, and say what to do."""
    from server.ops.doctor import cannot_be_read, examine

    settings = _settings(database=database)
    with _reading(settings, must_exist=True) as opened:
        try:
            findings = list(examine(opened, settings))
        except (SQLAlchemyError, PersistenceError, sqlite3.Error, psycopg.Error) as error:
            findings = [cannot_be_read(opened, error)]
    for finding in findings:
        click.echo(f"{'✓' if finding.is_well else '✗'} {finding.what}")
    if not all(finding.is_well for finding in findings):
        sys.exit(1)


@main.command()
@_DATABASE
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(database: str | None, file: Path) -> None:
    """Copy an SQLite database to FILE, while it is served; read models are left out, since they are rebuilt."""
    from server.log.backup import back_up

    copied = back_up(_file_of(_settings(database=database), "pg_dump --format=custom --file={file} {url}", file), file)
    click.echo(f"Copied {copied.events} events of {len(copied.streams)} streams to {file}.")


@main.command("restore")
@_DATABASE
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def restore_command(database: str | None, file: Path) -> None:
    """Put the backup FILE where no database is yet, and compare every stream."""
    from server.log.backup import restore

    settings = _settings(database=database)
    target = _file_of(settings, "pg_restore --dbname={url} {file}", file)
    with sole_writer(open_database(settings.database)):
        restored = restore(file, target)
    with _opened(settings):
        pass
    click.echo(f"Restored {restored.events} events; each of {len(restored.streams)} streams is the same as in {file}.")


@main.command("settings")
def settings_command() -> None:
    """List every setting, its variable, and what it is when nothing is said."""
    for name, field in Settings.model_fields.items():
        click.echo(f"{PREFIX}{name.upper():<22} {field.default!r:<24} {field.description}")


@main.command("host-token")
@_DATABASE
def host_token_command(database: str | None) -> None:
    """Print the token with which partnerships are formed."""
    settings = _settings(database=database)
    with _reading(settings) as opened:
        if is_set_up(opened):
            click.echo(Identity(opened.beside).secret("host_token"))
            return
    with _opened(settings) as opened:
        click.echo(Identity(opened.beside).secret("host_token"))


def _settings(**flags: object) -> Settings:
    try:
        settings = read_settings(**flags)
    except WrongSettings as error:
        raise click.ClickException(str(error)) from None
    for name in unknown_variables():
        click.echo(f"{name} is no setting and changes nothing; onetext settings lists them.", err=True)
    configure(settings.log_format)
    return settings


def _file_of(settings: Settings, command: str, file: Path) -> Path:
    """The file of an SQLite database; for PostgreSQL, whose own tools do it better, the command to use."""
    if not settings.database.startswith("sqlite:///"):
        url = make_url(settings.database).render_as_string(hide_password=True)
        raise click.ClickException(f"PostgreSQL is copied by its own tools: {command.format(file=file, url=url)}")
    return Path(settings.database.removeprefix("sqlite:///"))


def _is_empty(database: Database) -> bool:
    return database.log.newest() == 0


@contextmanager
def _opened(settings: Settings, patience: float = 0) -> Iterator[Database]:
    """The database, migrated, with nobody else writing to it."""
    with _reading(settings) as opened, sole_writer(opened, patience):
        migrate(opened)
        yield opened


@contextmanager
def _served(settings: Settings) -> Iterator[Database]:
    """The database as `_opened`, for a node, whose key must be the one with which is encrypted what is kept there."""
    with _opened(settings) as opened:
        keys, identity = read_keys(settings.key_file), Identity(opened.beside)
        if identity.secret(KEY_CHECK, keys.check) != keys.check:
            raise KeyUnusable(
                "The key of this node is not the one with which sealed words are encrypted in this database. Name the "
                "file that has it (ONETEXT_KEY_FILE). If it is lost, so is what is sealed now: onetext forget-sealed "
                "erases that and goes on with the key of this node; the exchanges end without being opened."
            )
        yield opened


@main.command("forget-sealed")
@_DATABASE
def forget_sealed(database: str | None) -> None:
    """Erase what is sealed and cannot be read since its key is lost, and go on with the key of this installation."""
    settings = _settings(database=database)
    with _opened(settings) as opened:
        keys, identity = read_keys(settings.key_file), Identity(opened.beside)
        if identity.kept_secret(KEY_CHECK) in (None, keys.check):
            raise click.ClickException(
                "The key of this installation fits: what is sealed can be read, and nothing was erased."
            )
        identity.replace_secret(KEY_CHECK, keys.check)
        erased = forget_all(opened.beside)
    click.echo(f"Erased what {erased} sealed; their exchanges end when it is served.")


@contextmanager
def _reading(settings: Settings, *, must_exist: bool = False) -> Iterator[Database]:
    opened = open_database(settings.database, must_exist=must_exist)
    try:
        yield opened
    finally:
        opened.close()


def _with_node(database: Database, settings: Settings, act: Callable[[Node], Awaitable[R]]) -> R:
    from server.node import Node

    async def run() -> R:
        node = Node(database, settings)
        await node.start()
        try:
            return await act(node)
        finally:
            await node.stop()

    return asyncio.run(run())
