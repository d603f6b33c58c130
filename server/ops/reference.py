"""The generated parts of the documents: `python -m server.ops.reference` writes them anew."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from click import Command as CliCommand

from domain.command import Command
from domain.events import Event
from domain.refusals import Code, Refusal
from domain.streams import STREAMS, event_types
from server.doors.access import RateLimit
from server.doors.history import HistoryPages
from server.doors.home_pages import HomePages
from server.doors.import_pages import ImportPages
from server.doors.openapi import openapi
from server.doors.problems import status_of
from server.doors.records import RecordPages
from server.doors.room_pages import RoomPages
from server.doors.schemas import data_schema
from server.doors.sign_in import Door
from server.metrics import Metrics
from server.ops.cli import main
from server.settings import Settings

DOCS = Path(__file__).parent.parent.parent / "docs"
_MARKED = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def written(document: str) -> str:
    """The document with every generated part as the code has it now."""
    return _MARKED.sub(lambda found: f"{found[1]}{PARTS[found[2]]()}\n{found[3]}", document)


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows]]
    return "\n".join(lines)


def _commands() -> str:
    rows = []
    for kind, stream in STREAMS.items():
        commands = stream.commands.values()
        rows += [[f"`{each.TYPE}`", kind, _fields(each), str(each.__doc__).strip()] for each in commands]
    return _table(["type", "on", "fields (? may be left out)", "what it does"], rows)


def _fields(command: type[Command]) -> str:
    shape = command.shape()
    return ", ".join(f"{name}{'?' if name in shape.optional else ''}" for name in shape.fields) or "—"


def _events() -> str:
    rows = []
    for each in event_types():
        stream = ", ".join(each.KINDS)
        meaning = str(each.__doc__).strip().replace("\n    ", " ")
        rows.append([f"`{each.TOPIC}`", stream, str(each.SCHEMA), _data(each), meaning])
    return _table(["type", "stream", "schema", "data", "meaning"], rows)


def _data(event: type[Event]) -> str:
    properties = data_schema(event)["properties"]
    return ", ".join(f"{name}{' (or null)' if _may_be_null(schema) else ''}" for name, schema in properties.items())


def _may_be_null(schema: dict[str, Any]) -> bool:
    return {"type": "null"} in schema.get("anyOf", [])


def _refusals() -> str:
    rows = []
    for code in Code:
        usual = Refusal(code)
        rows.append([f"`{code}`", str(status_of(code)), usual.detail, usual.next_step])
    return _table(["code", "HTTP", "the sentence, unless a better one is at hand", "the next step"], rows)


def _routes() -> str:
    rows = [
        [f"`{method.upper()} {path}`", operation["summary"]]
        for path, operations in openapi()["paths"].items()
        for method, operation in operations.items()
        if method in ("get", "post", "delete")
    ]
    return _table(["request", "what it does"], rows)


def _settings() -> str:
    rows = [
        [f"`ONETEXT_{name.upper()}`", f"`{field.default}`", field.description or "—"]
        for name, field in Settings.model_fields.items()
    ]
    return _table(["variable", "default", "meaning"], rows)


def _metrics() -> str:
    rows = [[f"`{name}`", kind, meaning] for name, kind, meaning in Metrics().described()]
    return _table(["metric", "type", "meaning"], rows)


def _pages() -> str:
    node: Any = None  # nothing is asked of it until a request comes
    limit = RateLimit(0, "")
    door = Door(node, limit)
    records = RecordPages(node, limit)
    history = HistoryPages(node, limit)
    public = [*door.routes(), *records.routes(), *history.routes()]
    of_agreements = [*RoomPages(node, limit).routes(), *ImportPages(node, limit).routes()]
    seated = [*of_agreements, *HomePages(node, limit).routes(), *records.seated_routes(), *door.seated_routes()]
    seated += history.seated_routes()
    rows = [
        [f"`{'|'.join(sorted((route.methods or set()) - {'HEAD'}))} {prefix}{route.path}`", _first_line(route.endpoint)]
        for prefix, routes in (("", public), ("/SEAT", seated))
        for route in routes
    ]
    return _table(["request", "what it does"], rows)


def _cli() -> str:
    rows = [[f"`onetext {name}`", _first_line(command)] for name, command in sorted(main.commands.items())]
    return _table(["command", "what it does"], rows)


def _first_line(documented: Any) -> str:
    text = documented.help if isinstance(documented, CliCommand) else documented.__doc__
    assert text, f"{documented} has no docstring"
    return str(text).strip().split("\n\n")[0].replace("\n        ", " ")


PARTS = {
    "cli": _cli,
    "pages": _pages,
    "commands": _commands,
    "events": _events,
    "refusals": _refusals,
    "routes": _routes,
    "settings": _settings,
    "metrics": _metrics,
}

if __name__ == "__main__":
    for document in DOCS.glob("*.md"):
        document.write_text(written(document.read_text("utf-8")), "utf-8")
