"""Asks a slow question once for all who want to know the same."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

R = TypeVar("R")


class Together(Generic[R]):
    """Lives in the event loop. Everybody gets an answer to a question that was put after they asked; while one is being
    answered, all who come wait for the next."""

    def __init__(self, ask: Callable[[str], Awaitable[R]]) -> None:
        self._ask = ask
        self._next: dict[str, asyncio.Task[R]] = {}
        self._being_answered: dict[str, asyncio.Task[R]] = {}

    async def ask(self, about: str) -> R:
        if about not in self._next:
            self._next[about] = asyncio.create_task(self._in_turn(about, self._being_answered.get(about)))
        return await asyncio.shield(self._next[about])

    async def _in_turn(self, about: str, before: asyncio.Task[R] | None) -> R:
        if before:
            await asyncio.wait([before])
        self._being_answered[about] = asked = self._next.pop(about)
        try:
            return await self._ask(about)
        finally:
            if self._being_answered[about] is asked:
                del self._being_answered[about]
