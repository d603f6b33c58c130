"""OpenAPI 3.1 of the HTTP API and AsyncAPI 3 of the socket, generated from what the server uses itself."""

from __future__ import annotations

from typing import Any

from domain.agreement import Agreement
from domain.command import Command
from domain.partnership import Partnership
from server.doors import partnerships
from server.doors import schemas as s

Schema = s.Schema

_AS_OF = {"name": "as_of", "in": "query", "required": False, "schema": s.VERSION, "description": "A past version."}
_PAGE = [
    {"name": "after", "in": "query", "required": False, "schema": s.VERSION},
    {"name": "limit", "in": "query", "required": False, "schema": {"type": "integer", "minimum": 1, "maximum": 1000}},
]
_RECORDED = s.exactly(version=s.VERSION, events=s.listed({"$ref": "#/components/schemas/Event"}))
_EVENTS = s.exactly(events=s.listed({"$ref": "#/components/schemas/Event"}), next=s.VERSION)


def openapi() -> dict[str, Any]:
    """The document served at /api/openapi.json."""
    agreement, partnership = "/api/v1/agreements/{agreement_id}", "/api/v1/partnerships/{partnership_id}"
    formed = s.exactly(
        partnership_id=s.ID,
        parties=s.listed(s.exactly(party_id=s.ID, name=s.TEXT)),
        tokens={"type": "object", "additionalProperties": s.TEXT},
    )
    admitted: Schema = s.exactly(member_id=s.ID, link=s.TEXT)
    admitted["properties"]["token"] = s.TEXT
    return {
        "openapi": "3.1.0",
        "info": {"title": "Onetext", "version": "1", "description": "Two partners, one text: see docs/protocol.md."},
        "security": [{"token": []}],
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                "Event": s.any_event(),
                "Problem": s.PROBLEM,
                "AgreementCommand": _commands(Agreement.commands),
                "PartnershipCommand": _commands(Partnership.commands),
            },
        },
        "paths": {
            "/api/v1/partnerships": {
                "post": _post(
                    "Form a partnership, with the host token", partnerships.FORM.schema(), formed, again=False
                )
            },
            partnership: _path(partnership, get=_get("A partnership with its members and agreements", s.PARTNERSHIP)),
            f"{partnership}/members": _path(
                partnership, post=_post("Admit a member", partnerships.ADMIT.schema(), admitted, again=False)
            ),
            f"{partnership}/agreements": _path(
                partnership,
                post=_post("Open an agreement", partnerships.OPEN.schema(), s.exactly(agreement_id=s.ID), again=False),
            ),
            f"{partnership}/commands": _path(
                partnership,
                post=_post("Send a command", {"$ref": "#/components/schemas/PartnershipCommand"}, _RECORDED),
            ),
            f"{partnership}/events": _path(partnership, get=_get("The log", _EVENTS, *_PAGE)),
            agreement: _path(agreement, get=_get("The agreement", s.AGREEMENT, _AS_OF)),
            f"{agreement}/commands": _path(
                agreement, post=_post("Send a command", {"$ref": "#/components/schemas/AgreementCommand"}, _RECORDED)
            ),
            f"{agreement}/events": _path(agreement, get=_get("The log", _EVENTS, *_PAGE)),
            f"{agreement}/terms": _path(agreement, get=_list("terms", s.TERM)),
            f"{agreement}/conflicts": _path(agreement, get=_list("conflicts", s.CONFLICT, paged=True)),
            f"{agreement}/consents": _path(agreement, get=_list("consents", s.CONSENT, paged=True)),
            f"{agreement}/timeline": _path(agreement, get=_list("timeline", s.MOMENT, paged=True)),
            f"{agreement}/proposals/{{proposal_id}}": _path(
                f"{agreement}/proposals/{{proposal_id}}", get=_get("One proposal in any state", s.PROPOSAL, _AS_OF)
            ),
        },
    }


def asyncapi() -> dict[str, Any]:
    """The document served at /api/asyncapi.json."""
    presence_in: Schema = {
        "type": "object",
        "properties": {"type": {"const": "presence"}, "at": s.nullable(s.ID), "shown": {"type": "boolean"}},
        "required": ["type"],
        "additionalProperties": False,
    }
    refused = s.exactly(
        type={"const": "refused"},
        command_id=s.nullable(s.TEXT),
        code=s.PROBLEM["properties"]["code"],
        detail=s.TEXT,
        next=s.TEXT,
    )
    refused["properties"]["changed"] = {"type": "object"}
    sent = {
        "hello": s.exactly(type={"const": "hello"}, version=s.VERSION),
        "event": s.exactly(type={"const": "event"}, version=s.VERSION, event=s.any_event()),
        "recorded": s.exactly(type={"const": "recorded"}, command_id=s.TEXT, version=s.VERSION),
        "refused": refused,
        "presence": s.exactly(
            type={"const": "presence"}, members=s.listed(s.exactly(member_id=s.ID, at=s.nullable(s.ID)))
        ),
    }
    taken = {"command": _commands(Agreement.commands), "presence_update": presence_in}
    messages = {name: {"name": name, "payload": payload} for name, payload in (sent | taken).items()}
    channel = {"$ref": "#/channels/live"}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Onetext live", "version": "1"},
        "channels": {
            "live": {
                "address": "/agreements/{agreement_id}/live",
                "parameters": {"agreement_id": {"description": "The agreement."}},
                "messages": messages,
            }
        },
        "operations": {
            "receive": {
                "action": "send",
                "channel": channel,
                "messages": [{"$ref": f"#/channels/live/messages/{name}"} for name in sent],
            },
            "send": {
                "action": "receive",
                "channel": channel,
                "messages": [{"$ref": f"#/channels/live/messages/{name}"} for name in taken],
            },
        },
    }


def _commands(of: dict[str, type[Command]]) -> Schema:
    return {"oneOf": [s.command_schema(each) for each in of.values()]}


def _path(path: str, **operations: Schema) -> Schema:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    parameters = [{"name": name, "in": "path", "required": True, "schema": s.TEXT} for name in names]
    return {"parameters": parameters, **operations}


def _get(summary: str, answer: Schema, *parameters: Schema) -> Schema:
    return {"summary": summary, "parameters": list(parameters), "responses": _responses({"200": answer})}


def _list(name: str, row: Schema, *, paged: bool = False) -> Schema:
    """paged: in parts, the first of at most 1,000 rows; next is the version to pass as after."""
    rows, more = {name: s.listed(row)}, {"next": s.VERSION} if paged else {}
    return _get(f"The {name}", s.exactly(**rows, **more), _AS_OF, *(_PAGE if paged else ()))


def _post(summary: str, body: Schema, answer: Schema, *, again: bool = True) -> Schema:
    answers = {"201": answer} | ({"200": answer} if again else {})
    return {
        "summary": summary,
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": _responses(answers),
    }


def _responses(answers: dict[str, Schema]) -> Schema:
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"description": "Done", "content": {"application/json": {"schema": answer}}}
        for status, answer in answers.items()
    } | {"default": {"description": "Refused: the code says why, next what to do", "content": problem}}
