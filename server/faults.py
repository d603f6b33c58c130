"""A fault: not the sender's mistake, logged under its id. What it says of what was kept is true in every case."""

from __future__ import annotations

import uuid
from enum import StrEnum


class Kept(StrEnum):
    """Whether what was asked for became durable."""

    NO = "no"
    YES = "yes"
    UNKNOWN = "unknown"


class Fault(Exception):
    """The person sees the id. A commit that failed may have become durable all the same, when the connection was lost
    while it did: then whether the command was kept is found by sending it again with its command_id."""

    def __init__(self, cause: BaseException, kept: Kept = Kept.UNKNOWN) -> None:
        self.id = str(uuid.uuid4())
        self.kept = kept
        self.__cause__ = cause
        super().__init__(f"fault {self.id}: {type(cause).__name__}")
