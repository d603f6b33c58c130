"""A fault: not the sender's mistake, logged under its id."""

from __future__ import annotations

import uuid


class Fault(Exception):
    """The person sees the id; whether the command was kept is found by sending it again with its command_id."""

    def __init__(self, cause: BaseException) -> None:
        self.id = str(uuid.uuid4())
        self.__cause__ = cause
        super().__init__(f"fault {self.id}: {cause!r}")
