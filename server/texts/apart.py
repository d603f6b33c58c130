"""Files are read in a process of their own, which may take so much time and memory and no more: what somebody brings
stalls nobody else."""

from __future__ import annotations

import asyncio
import signal
import sys
from base64 import b64decode, b64encode
from dataclasses import asdict
from typing import Any

import orjson

from domain.refusals import Code, Refusal
from server.texts.draft import Clause, Draft, Notice, What

SECONDS = 10
"""Of processor time."""
MOST_WAITING = 16
"""Files that wait to be read."""
_ENDED = (-signal.SIGXCPU, -signal.SIGKILL) if hasattr(signal, "SIGXCPU") else ()
BYTES = 1 << 30
_AT_ONCE = 2


class ReaderFailed(Exception):
    """A reader broke: a fault of ours, with the kind of its error and nothing of what it read."""


class Apart:
    """Reads files one or two at a time."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._waiting = 0

    async def read(self, kind: str, data: bytes, given: str | None = None) -> Draft:
        """The draft of a file of a kind that READERS knows; a Refusal where it cannot be read."""
        asked = orjson.dumps({"kind": kind, "data": b64encode(data).decode(), "given": given})
        if self._waiting >= MOST_WAITING:
            raise Refusal(Code.TOO_MANY, "Many files are being read just now.", "Try again in a few seconds.")
        self._waiting += 1
        try:
            return await self._read(asked)
        finally:
            self._waiting -= 1

    async def _read(self, asked: bytes) -> Draft:
        async with self._turns:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "server.texts.apart",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            try:
                answer, wrong = await asyncio.wait_for(process.communicate(asked), 3 * SECONDS)
            except TimeoutError:
                raise _too_much() from None
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
        if process.returncode in _ENDED or b"MemoryError" in wrong:
            raise _too_much()
        if process.returncode:
            raise ReaderFailed(wrong.decode(errors="replace").strip().rpartition("\n")[2].partition(":")[0])
        return await asyncio.to_thread(_draft_of, answer) if len(answer) > _LONG else _draft_of(answer)


_LONG = 64 * 1024
_CODES = {str(code): code for code in Code}


def _too_much() -> Refusal:
    return Refusal(
        Code.TOO_LARGE, "Reading this file takes more than a file of its kind may take.", "Divide it, or simplify it."
    )


def _draft_of(answer: bytes) -> Draft:
    said: dict[str, Any] = orjson.loads(answer)
    if refusal := said.get("refusal"):
        raise Refusal(_CODES[refusal["code"]], refusal["detail"], refusal["next"])
    clauses = [Clause(**each) for each in said["clauses"]]
    return Draft(said["title"], clauses, [Notice(**each | {"what": What(each["what"])}) for each in said["notices"]])


def _answer(asked: bytes) -> bytes:
    from server.texts.reading import READERS

    said = orjson.loads(asked)
    try:
        return orjson.dumps(asdict(READERS[said["kind"]](b64decode(said["data"]), said["given"])))
    except Refusal as refusal:
        return orjson.dumps({"refusal": {"code": refusal.code, "detail": refusal.detail, "next": refusal.next_step}})


if __name__ == "__main__":
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    sys.stdout.buffer.write(_answer(sys.stdin.buffer.read()))
