"""A question that many ask at once is put a few times, and nobody gets an answer from before they asked."""

from __future__ import annotations

import asyncio

from server.together import Together


async def test_all_who_come_while_it_is_being_answered_share_the_next_answer() -> None:
    begun: list[str] = []
    may_go_on = asyncio.Event()

    async def ask(about: str) -> int:
        begun.append(about)
        answer = begun.count(about)
        await may_go_on.wait()
        return answer

    together = Together(ask)
    first = asyncio.create_task(together.ask("a"))
    await asyncio.sleep(0.01)
    later = [asyncio.create_task(together.ask("a")) for _ in range(50)]
    other = asyncio.create_task(together.ask("b"))
    await asyncio.sleep(0.01)
    assert begun == ["a", "b"], "what is about another thing waits for nobody"
    later[0].cancel()
    may_go_on.set()
    assert (await first, await other) == (1, 1)
    assert set(await asyncio.gather(*later[1:])) == {2}
    assert await together.ask("a") == 3, "nothing is kept"


async def test_a_failure_is_of_those_who_asked_for_it() -> None:
    answers = [RuntimeError("no"), 2]

    async def ask(_: str) -> int:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    together = Together(ask)
    failed = await asyncio.gather(together.ask("a"), together.ask("a"), return_exceptions=True)
    assert [type(each) for each in failed] == [RuntimeError, RuntimeError]
    assert await together.ask("a") == 2
