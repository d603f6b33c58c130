"""Strings that break pages are shown as they are and do nothing."""

from __future__ import annotations

import httpx
from playwright.async_api import Browser

from tests.conftest import Running
from tests.server.test_naughty import pieces


async def test_naughty_strings_are_rendered_inert(browser: Browser, demo: Running) -> None:
    said: list[str] = []
    texts = list(pieces(16 * 1024))
    headings = list(pieces(1024))
    async with httpx.AsyncClient(
        base_url=demo.url, headers={"Authorization": f"Bearer {demo.line['tokens']['a_negotiator']}"}
    ) as ada:
        path = f"/api/v1/partnerships/{demo.line['partnership_id']}/agreements"
        agreement_id = (await ada.post(path, json={"title": headings[0]})).json()["agreement_id"]
        for number, heading in enumerate(headings):
            text = texts[number % len(texts)]
            item = {"op": "add", "heading": heading, "text": text}
            command = {"command_id": str(number), "type": "make_proposal", "items": [item], "rationale": text}
            answer = await ada.post(f"/api/v1/agreements/{agreement_id}/commands", json=command)
            assert answer.status_code == 201

    page = await (await browser.new_context()).new_page()
    page.on("dialog", lambda dialog: said.append(f"dialog: {dialog.message}"))
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    page.on("console", lambda message: said.append(f"console: {message.text}"))
    page.on("request", lambda request: request.url.startswith(demo.url) or said.append(f"request: {request.url}"))
    await page.goto(demo.line["links"]["b_negotiator"])
    room = page.url
    await page.goto(room.replace(demo.line["agreement_id"], agreement_id))
    shown = await page.locator("section.term .offer .words").all_text_contents()
    expected = [_as_parsed(texts[number % len(texts)]) for number in range(len(headings))]
    assert shown == expected
    assert (
        await page.locator("section.term img, section.term script, section.term iframe, section.term svg").count() == 0
    )
    assert [each for each in said if "websocket" not in each.lower()] == []


def _as_parsed(text: str) -> str:
    """A page's parser reads every line ending as a line feed."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
