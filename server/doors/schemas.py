"""JSON Schemas of what goes in and out, made from the commands, the events and the read models themselves."""

from __future__ import annotations

import types
import typing
from typing import Any, get_args, get_origin, get_type_hints

from domain.command import Command
from domain.events import Event
from domain.refusals import Code
from domain.streams import event_types
from domain.words import AgreementStatus, Mark, ObjectionState, ProposalState, Severity, TermStatus

Schema = dict[str, Any]

ID: Schema = {"type": "string", "format": "uuid"}
TEXT: Schema = {"type": "string"}
VERSION: Schema = {"type": "integer", "minimum": 0}
TIME: Schema = {"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{6}Z$"}
FINGERPRINT: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}


def nullable(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def words(*of: str) -> Schema:
    return {"type": "string", "enum": [str(word) for word in of]}


def listed(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


def exactly(**properties: Schema) -> Schema:
    """An object with these fields, all of them and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


ANSWER = exactly(party_id=ID, text=TEXT)
RESOLUTION = exactly(kind=TEXT, text=TEXT, refs=listed(TEXT), party_id=ID)
VERSIONS = listed(exactly(term_id=ID, version=VERSION))

TERM = exactly(
    term_id=ID,
    heading=TEXT,
    text=TEXT,
    value=nullable({"type": "object"}),
    version=VERSION,
    status=words(*TermStatus),
    marks=listed(words(*Mark)),
    position=VERSION,
)
PROPOSAL = exactly(
    proposal_id=ID,
    thread_id=ID,
    party_id=ID,
    member_id=ID,
    state=words(*ProposalState),
    contested={"type": "boolean"},
    head={"type": "boolean"},
    items=listed({"type": "object", "required": ["op", "term_id"]}),
    rationale=nullable(TEXT),
    fingerprint=FINGERPRINT,
    counters=nullable(ID),
    replaces=nullable(ID),
    valid_until=nullable(TIME),
    version=VERSION,
)
_OBJECTION: dict[str, Schema] = {
    "objection_id": ID,
    "proposal_id": ID,
    "party_id": ID,
    "severity": words(*Severity),
    "ground": TEXT,
    "text": TEXT,
    "would_accept": nullable(TEXT),
    "state": words(*ObjectionState),
    "answers": listed(ANSWER),
    "resolution": nullable(RESOLUTION),
}
OBJECTION = exactly(**_OBJECTION)
CONFLICT = exactly(**_OBJECTION, term_ids=listed(ID), raised_at=TIME, ended_at=nullable(TIME), led_to=VERSIONS)
CONSENT = exactly(
    term_id=nullable(ID),
    version=nullable(VERSION),
    fingerprint=FINGERPRINT,
    party_id=ID,
    member_id=ID,
    mandate=nullable(TEXT),
    mandate_version=nullable(VERSION),
    at=TIME,
    event_version=VERSION,
    act=words("proposed", "accepted", "ratified"),
    voided_by=nullable(VERSION),
)
MOMENT = exactly(
    event_version=VERSION,
    at=TIME,
    type=TEXT,
    party_id=nullable(ID),
    member_id=nullable(ID),
    term_ids=listed(ID),
    sentence=TEXT,
)
AGREEMENT = exactly(
    version=VERSION,
    status=nullable(words(*AgreementStatus)),
    fingerprint=nullable(FINGERPRINT),
    terms=listed(TERM),
    proposals=listed(PROPOSAL),
    objections=listed(OBJECTION),
)
PARTNERSHIP = exactly(
    name=TEXT,
    kind=TEXT,
    purpose=TEXT,
    parties=listed(exactly(party_id=ID, name=TEXT)),
    members=listed(
        exactly(
            member_id=ID,
            party_id=ID,
            name=nullable(TEXT),
            mandates=listed({"anyOf": [TEXT, exactly(mandate=TEXT, term_ids=listed(ID))]}),
            observer={"type": "boolean"},
        )
    ),
    agreements=listed(exactly(agreement_id=ID, title=TEXT, status=words(*AgreementStatus))),
)
PROBLEM: Schema = {
    "type": "object",
    "properties": {
        "type": TEXT,
        "title": TEXT,
        "status": {"type": "integer"},
        "code": words(*Code, "fault"),
        "detail": TEXT,
        "next": TEXT,
        "changed": {"type": "object"},
    },
    "required": ["type", "title", "status", "code", "detail", "next"],
    "additionalProperties": False,
}
ACTOR = exactly(
    kind=words("party", "facilitator", "clock"),
    party_id=nullable(ID),
    member_id=nullable(ID),
    mandate=nullable(TEXT),
    mandate_version=nullable(VERSION),
)


def command_schema(command: type[Command]) -> Schema:
    """What a command's sender sends."""
    schema = command.shape().schema({"command_id": {"type": "string", "minLength": 1}, "type": {"const": command.TYPE}})
    return schema | {"title": command.TYPE, "description": command.__doc__}


def event_schema(event: type[Event]) -> Schema:
    """One recorded event, envelope and data."""
    return exactly(
        stream=ID,
        version={"type": "integer", "minimum": 1},
        type={"const": event.TOPIC},
        schema={"const": event.SCHEMA},
        at=TIME,
        actor=ACTOR,
        command_id=nullable(TEXT),
        data=data_schema(event),
    ) | {"title": event.TOPIC, "description": event.__doc__}


def data_schema(event: type[Event]) -> Schema:
    """An event's own data."""
    hints = get_type_hints(event)
    return exactly(**{name: _of_type(hints[name]) for name in event.data_fields()})


def any_event() -> Schema:
    return {"oneOf": [event_schema(each) for each in event_types()]}


def _of_type(hint: Any) -> Schema:
    """The schema of a type as events use them: ids, texts, numbers, lists and maps of them."""
    if isinstance(hint, typing.NewType):
        return FINGERPRINT if hint.__name__ == "Fingerprint" else ID
    if get_origin(hint) in (types.UnionType, typing.Union):
        inner = [each for each in get_args(hint) if each is not type(None)]
        return nullable(_of_type(inner[0]))
    if get_origin(hint) is list:
        return listed(_of_type(get_args(hint)[0]))
    if get_origin(hint) is dict:
        value = get_args(hint)[1]
        return {"type": "object"} if value is Any else {"type": "object", "additionalProperties": _of_type(value)}
    return {str: TEXT, int: VERSION, bool: {"type": "boolean"}}[hint]
