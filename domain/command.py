"""What every command is, and how one is read: its shape is checked here, judging it is the aggregate's.

Ids of new things are minted when a command is read, so that deciding it needs no randomness.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, TypeVar

from domain.canonical import sha256, without_absent
from domain.fields import Field, Object, Text
from domain.ids import CommandId, TermId
from domain.refusals import Code, Refusal, malformed

Mint = Callable[[], str]

C = TypeVar("C", bound="Command")


def given(field: Field[Any], *, told: bool = True) -> Any:
    """A field that must be there. told: whether it may be shown where a command is."""
    return dataclasses.field(metadata={"field": field}, repr=told)


def optional(field: Field[Any], default: Any = None, *, nullable: bool = False) -> Any:
    """A field that may be left out."""
    return dataclasses.field(default=default, metadata={"field": field, "nullable": nullable})


def minted() -> Any:
    """The id of what the command makes; never sent."""
    return dataclasses.field(metadata={"minted": True})


def secret() -> Any:
    """32 random bytes in hex; never sent."""
    return dataclasses.field(metadata={"secret": True}, repr=False)


@dataclass(frozen=True, kw_only=True)
class Command:
    """What every command has: the sender's id for it, and a hash of its content so that a retry can be told."""

    TYPE: ClassVar[str]
    SEALED: ClassVar[tuple[str, ...]] = ()
    """Fields whose content leaves no hash behind: the same command_id gets the first answer, whatever they say."""
    command_id: CommandId
    digest: str

    @classmethod
    def shape(cls) -> Object:
        """The fields that are sent, besides command_id and type."""
        return _form(cls).shape

    @classmethod
    def refuse_contradictions(cls, raw: dict[str, Any]) -> None:
        """Refuse as `malformed` what is wrong between fields. raw: the command as sent, its fields' shapes read."""

    def weight(self, aggregate: Any) -> int:
        """About how many things judging it goes through, beyond a few."""
        return 0

    def asks(self) -> tuple[str, ...]:
        """What its judge asks of other streams: names in Act.known."""
        return ()

    def touched(self) -> tuple[TermId, ...] | None:
        """Terms that the command itself names; None when its object says which terms it touches."""
        return None


_ENVELOPE = Object({"command_id": Text(128), "type": Text(128)})


def _no_secrets() -> str:
    raise TypeError("this command takes a secret of its own")


def read_command(raw: Any, known: dict[str, type[C]], mint: Mint, fresh_secret: Mint = _no_secrets) -> C:
    """The command that decoded JSON describes; `malformed` or `too_large` name the field that is wrong.

    `known`: the commands that the addressed stream takes; `mint`: makes fresh ids; `fresh_secret`: 32 random bytes in
    hex.
    """
    if not isinstance(raw, dict):
        raise malformed("A command must be a JSON object.")
    envelope = _ENVELOPE.read({key: raw.get(key) for key in ("command_id", "type")}, "")
    command_class = known.get(envelope["type"])
    if command_class is None:
        raise malformed(f"There is no command {envelope['type'][:60]!r} here.", f"Use one of: {', '.join(known)}.")
    rest = {key: value for key, value in raw.items() if key not in ("command_id", "type")}
    try:
        fields = command_class.shape().read(rest, "")
    except Refusal as refusal:
        if refusal.code == Code.TOO_LARGE:
            command_class.refuse_contradictions(rest)
        raise
    command_class.refuse_contradictions(rest)
    for item in fields.get("items", ()):
        if "term_id" not in item:
            item["term_id"] = mint()
        elif item["op"] == "add":
            fields.setdefault("chosen", set()).add(item["term_id"])
    for name in _form(command_class).minted:
        fields[name] = mint()
    for name in _form(command_class).secrets:
        fields[name] = fresh_secret()
    if command_class.SEALED:
        raw = {name: each for name, each in raw.items() if name not in command_class.SEALED}
    return command_class(command_id=CommandId(envelope["command_id"]), digest=sha256(without_absent(raw)), **fields)


class _Form(NamedTuple):
    """How a command is made: shape, of the fields that are sent; and the names of those that are minted, or secret."""

    shape: Object
    minted: tuple[str, ...]
    secrets: tuple[str, ...]


_forms: dict[type[Command], _Form] = {}


def _form(command_class: type[Command]) -> _Form:
    if command_class not in _forms:
        fields = dataclasses.fields(command_class)
        sent = {each.name: each for each in fields if "field" in each.metadata}
        shape = Object(
            {name: each.metadata["field"] for name, each in sent.items()},
            optional=[name for name, each in sent.items() if each.default is not dataclasses.MISSING],
            nullable=[name for name, each in sent.items() if each.metadata.get("nullable")],
        )
        minted_ones, secret_ones = (
            tuple(each.name for each in fields if how in each.metadata) for how in ("minted", "secret")
        )
        _forms[command_class] = _Form(shape, minted_ones, secret_ones)
    return _forms[command_class]
