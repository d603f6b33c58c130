"""JSON Schemas of what goes in and out, made from the commands, the events and the read models themselves."""

from __future__ import annotations

import types
import typing
from typing import Any, get_args, get_origin, get_type_hints

from domain.command import Command
from domain.events import Event
from domain.refusals import Code
from domain.streams import event_types
from projections.schema import FINGERPRINT, ID, TEXT, TIME, VERSION, Schema, exactly, listed, nullable, words

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
