"""Items of a package: each adds, revises, removes or moves one term."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any, ClassVar

from domain.fields import (
    HEADING_BYTES,
    TERM_TEXT_BYTES,
    Field,
    FreshId,
    ListOf,
    Object,
    Reference,
    Text,
    Whole,
    one_key,
)
from domain.refusals import malformed
from domain.values import ValueField

Item = dict[str, Any]
"""One item of a package: {op, term_id, heading?, text?, value?, base_version?, after?}."""


class Items(ListOf):
    """The items of a package; two items on one term are malformed."""

    _after = Reference()
    _common: ClassVar[dict[str, Field[Any]]] = {
        "heading": Text(HEADING_BYTES),
        "text": Text(TERM_TEXT_BYTES, allow_empty=True),
        "after": _after,
    }
    _based: ClassVar[dict[str, Field[Any]]] = {"term_id": Reference(), "base_version": Whole()}
    OPS: ClassVar[dict[str, Object]] = {
        "add": Object(
            {"term_id": FreshId(), **_common, "value": ValueField(may_be_none=False)},
            optional=("term_id", "text", "value", "after"),
            nullable=("after",),
        ),
        "revise": Object(
            {**_based, **_common, "value": ValueField(may_be_none=True)},
            optional=("base_version", "heading", "text", "value", "after"),
            nullable=("after",),
        ),
        "remove": Object(_based, optional=("base_version",)),
        "move": Object({**_based, "after": _after}, optional=("base_version", "after"), nullable=("after",)),
    }

    _known = frozenset(chain.from_iterable(shape.fields for shape in OPS.values()))
    _words = tuple(OPS)

    class _Item(Field[Item]):
        def read(self, raw: Any, name: str) -> Item:
            op, given = one_key(raw, "op", name, Items._words)
            if None in given.values():  # what another op has may be there as null
                known = Items._known
                given = {k: each for k, each in given.items() if each is not None or k == "after" or k not in known}
            return {"op": op, **Items.OPS[op].read(given, name)}

        def schema(self) -> dict[str, Any]:
            return {"oneOf": [shape.schema({"op": {"const": op}}) for op, shape in Items.OPS.items()]}

    def __init__(self) -> None:
        super().__init__(self._Item(), at_least=1)

    @staticmethod
    def refuse_two_on_one_term(raw: Sequence[Any]) -> None:
        """raw: items whose shape was read."""
        if len(raw) < 2:
            return
        named = [str(item["term_id"]).lower() for item in raw if item.get("term_id") is not None]
        if len(set(named)) < len(named):
            raise malformed("Two items of the package are on one term.", "Put all changes of a term into one item.")
