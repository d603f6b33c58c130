"""The words in which objects of the public protocol are described: JSON Schema, and shapes that pick them from rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Schema = dict[str, Any]
Body = dict[str, Any]

ID: Schema = {"type": "string", "format": "uuid"}
TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
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


class Shape:
    """An object: its fields by name, each with a schema, or with the shape of what is in it: one, one or none
    (`maybe`), or several (`many`)."""

    def __init__(self, **fields: Schema | Shape | Within) -> None:
        self.fields = fields
        self._within = {name: each for name, each in fields.items() if isinstance(each, Shape | Within)}

    def of(self, row: Mapping[str, Any], **more: Any) -> Body:
        """The object of a row. more: fields that the row does not have."""
        found = {name: more[name] if name in more else row[name] for name in self.fields}
        for name, each in self._within.items():
            found[name] = each.of(found[name])
        return found

    def schema(self) -> Schema:
        return exactly(**self.fields | {name: each.schema() for name, each in self._within.items()})  # type: ignore[arg-type]

    def but(self, **more: Schema | Shape | Within) -> Shape:
        """The same with further fields."""
        return Shape(**self.fields, **more)


class Within:
    """Objects in an object's field."""

    def __init__(self, shape: Shape, *, several: bool) -> None:
        self._shape, self._several = shape, several

    def of(self, given: Any) -> Any:
        if self._several:
            return [self._shape.of(each) for each in given]
        return None if given is None else self._shape.of(given)

    def schema(self) -> Schema:
        return listed(self._shape.schema()) if self._several else nullable(self._shape.schema())


def many(shape: Shape) -> Within:
    return Within(shape, several=True)


def maybe(shape: Shape) -> Within:
    return Within(shape, several=False)
