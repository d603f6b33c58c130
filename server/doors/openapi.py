"""OpenAPI 3.1 of the HTTP API and AsyncAPI 3 of the socket, generated from what the server uses itself."""

from __future__ import annotations

from typing import Any

from domain.agreement import Agreement
from domain.command import Command
from domain.partnership import Partnership
from domain.streams import STREAMS
from projections.readings import READINGS
from projections.schema import ID, TEXT, VERSION, Schema, exactly, listed, nullable
from projections.shapes import NOTICE, PARTNERSHIP, PREVIEW, SHARE
from server.doors import imports, partnerships
from server.doors import schemas as s
from server.doors.addresses import ADDRESSES
from server.doors.shares import MAKE
from server.doors.socket import PRESENCE

_AS_OF: list[Schema] = [
    {"name": "as_of", "in": "query", "required": False, "schema": VERSION, "description": "A past version."},
    {
        "name": "at",
        "in": "query",
        "required": False,
        "schema": TEXT,
        "description": "In its place a past time with zone (RFC 3339): the last event recorded by then.",
    },
]
_PAGE = [
    {"name": "after", "in": "query", "required": False, "schema": VERSION},
    {"name": "limit", "in": "query", "required": False, "schema": {"type": "integer", "minimum": 1, "maximum": 1000}},
]
_RECORDED = exactly(version=VERSION, events=listed({"$ref": "#/components/schemas/Event"}))
_EVENTS = exactly(events=listed({"$ref": "#/components/schemas/Event"}), next=VERSION)


def openapi() -> dict[str, Any]:
    """The document served at /api/openapi.json."""
    partnership = ADDRESSES[Partnership.KIND].path
    formed = exactly(
        partnership_id=ID,
        parties=listed(exactly(party_id=ID, name=TEXT)),
        tokens={"type": "object", "additionalProperties": TEXT},
    )
    opened = exactly(agreement_id=ID, notices=listed(NOTICE.schema()))
    proposed = exactly(**_RECORDED["properties"], notices=listed(NOTICE.schema()))
    admitted: Schema = exactly(member_id=ID, link=TEXT)
    admitted["properties"]["token"] = TEXT
    paths: dict[str, dict[str, Schema]] = {
        "/api/v1/partnerships": {
            "post": _post("Form a partnership, with the host token", partnerships.FORM.schema(), formed, again=False)
        },
        partnership: {"get": _get("A partnership with its members and agreements", PARTNERSHIP.schema())},
        f"{partnership}/members": {"post": _post("Admit a member", partnerships.ADMIT.schema(), admitted, again=False)},
        f"{partnership}/agreements": {"post": _post("Open an agreement", partnerships.OPEN.schema(), opened)},
        f"{partnership}/imports": {
            "post": _post("What a text says; nothing is kept", imports.PREVIEW.schema(), PREVIEW.schema(), status="200")
        },
        f"{ADDRESSES[Agreement.KIND].path}/imports": {
            "post": _post("Propose a whole text", imports.PROPOSE.schema(), proposed)
        },
    }
    shares = f"{ADDRESSES[Agreement.KIND].path}/shares"
    paths[shares] = {
        "get": _get("The links by which an agreement is shown to outsiders", exactly(shares=listed(SHARE.schema()))),
        "post": _post(
            "Ask to show an agreement by a link", MAKE.schema(), exactly(share_id=ID, link=TEXT), again=False
        ),
    }
    paths[f"{shares}/{{share_id}}/agreement"] = {"post": _act("Agree to it, for the other party", SHARE.schema())}
    paths[f"{shares}/{{share_id}}"] = {"delete": _act("End a link", SHARE.schema())}
    own = _get("What one's own party has sealed", exactly(exchange_id=ID, content={"type": "object"}))
    paths[f"{partnership}/exchanges/{{exchange_id}}/own"] = {"get": own}
    agreement = ADDRESSES[Agreement.KIND].path
    paths[f"{agreement}/document.md"] = {"get": _file("The agreement as Markdown", "text/markdown")}
    paths[f"{agreement}/document.pdf"] = {"get": _file("The agreement as PDF/A-3b and PDF/UA-1", "application/pdf")}
    paths[f"{agreement}/{{table}}.csv"] = {"get": _file("terms, consents or conflicts as a table", "text/csv")}
    for kind in ADDRESSES:
        command = {"$ref": f"#/components/schemas/{kind.capitalize()}Command"}
        paths[f"{ADDRESSES[kind].path}/commands"] = {"post": _post("Send a command", command, _RECORDED)}
        paths[f"{ADDRESSES[kind].path}/events"] = {"get": _get("The log", _EVENTS, *_PAGE)}
    for each in READINGS:
        asked = _get(each.summary, each.answer.schema(), *_AS_OF, *(_PAGE if each.in_parts else ()))
        paths.setdefault(f"{ADDRESSES[each.kind].path}{each.path}", {})["get"] = asked
    return {
        "openapi": "3.1.0",
        "info": {"title": "Onetext", "version": "1", "description": "Two partners, one text: see docs/protocol.md."},
        "security": [{"token": []}],
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                "Event": s.any_event(),
                "Problem": s.PROBLEM,
                **{f"{kind.capitalize()}Command": _commands(each.commands) for kind, each in STREAMS.items()},
            },
        },
        "paths": {path: _path(path, **operations) for path, operations in paths.items()},
    }


def asyncapi() -> dict[str, Any]:
    """The document served at /api/asyncapi.json."""
    refused = exactly(
        type={"const": "refused"},
        command_id=nullable(TEXT),
        code=s.PROBLEM["properties"]["code"],
        detail=TEXT,
        next=TEXT,
    )
    refused["properties"]["changed"] = {"type": "object"}
    sent = {
        "hello": exactly(type={"const": "hello"}, version=VERSION),
        "event": exactly(type={"const": "event"}, version=VERSION, event=s.any_event()),
        "recorded": exactly(type={"const": "recorded"}, command_id=TEXT, version=VERSION),
        "refused": refused,
        "presence": exactly(type={"const": "presence"}, members=listed(exactly(member_id=ID, at=nullable(ID)))),
    }
    presence = PRESENCE.schema({"type": {"const": "presence"}})
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    for channel, kind in LIVE.items():
        taken = {"command": _commands(STREAMS[kind].commands), "presence_update": presence}
        channels[channel] = {
            "address": f"/{kind}s/{{{kind}_id}}/live",
            "parameters": {f"{kind}_id": {"description": f"The {kind}."}},
            "messages": {name: {"name": name, "payload": payload} for name, payload in (sent | taken).items()},
        }
        for name, action, messages in (("receive", "send", sent), ("send", "receive", taken)):
            operations[name if kind == Agreement.KIND else f"{name}_on_{kind}"] = {
                "action": action,
                "channel": {"$ref": f"#/channels/{channel}"},
                "messages": [{"$ref": f"#/channels/{channel}/messages/{each}"} for each in messages],
            }
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Onetext live", "version": "1"},
        "channels": channels,
        "operations": operations,
    }


LIVE = {"live": Agreement.KIND, "live_partnership": Partnership.KIND}
"""The channels of the socket, each of a kind of stream."""


def _commands(of: dict[str, type[Command]]) -> Schema:
    return {"oneOf": [s.command_schema(each) for each in of.values()]}


def _path(path: str, **operations: Schema) -> Schema:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    parameters = [{"name": name, "in": "path", "required": True, "schema": TEXT} for name in names]
    return {"parameters": parameters, **operations}


def _get(summary: str, answer: Schema, *parameters: Schema) -> Schema:
    return {"summary": summary, "parameters": list(parameters), "responses": _responses({"200": answer})}


def _file(summary: str, kind: str) -> Schema:
    answered = {"description": "Done", "content": {kind: {"schema": TEXT}}}
    responses = {"200": answered, "default": _responses({})["default"]}
    return {"summary": summary, "parameters": _AS_OF, "responses": responses}


def _post(summary: str, body: Schema, answer: Schema, *, again: bool = True, status: str = "201") -> Schema:
    sent = {"requestBody": {"required": True, "content": {"application/json": {"schema": body}}}}
    return {**_act(summary, answer, status, again=again), **sent}


def _act(summary: str, answer: Schema, status: str = "200", *, again: bool = False) -> Schema:
    """What is done by an address and a method alone."""
    return {"summary": summary, "responses": _responses({status: answer} | ({"200": answer} if again else {}))}


def _responses(answers: dict[str, Schema]) -> Schema:
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"description": "Done", "content": {"application/json": {"schema": answer}}}
        for status, answer in answers.items()
    } | {"default": {"description": "Refused: the code says why, next what to do", "content": problem}}
