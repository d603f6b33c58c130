"""A text is looked at before anybody else sees it, cut otherwise, and then proposed as one act."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from playwright.async_api import Browser, Locator, Page, Route, expect

from tests.browser.people import Member
from tests.conftest import Running
from tests.texts.material import MATERIAL

TEXT = """---
title: Ferry contract
---

## 1 Boat

The owner lends the boat. It is blue.

1.1 The crew is four.

## 2 Fare

Ten crowns.

<!-- secret -->

## 3 Term

One year.

## 4 Duties

### 4.1 Fuel

The hirer fuels.
"""


async def at_import(browser: Browser, demo: Running, path: str = "import", **how: object) -> tuple[Member, Page]:
    member = await Member.enters(browser, demo.line["links"]["a_negotiator"], **how)
    seat = member.page.url.split("/")[3]
    await member.page.goto(f"{demo.url}/{seat}/{path}")
    return member, member.page


async def choose_file(page: Page, data: bytes) -> None:
    await page.locator("input[type=file]").set_input_files(
        files=[{"name": "text.md", "mimeType": "text/markdown", "buffer": data}]
    )


async def headings(page: Page) -> list[str]:
    return [await each.input_value() for each in await page.locator(".draft-clause .name").all()]


def clause(page: Page, at: int) -> Locator:
    return page.locator(".draft-clause").nth(at)


async def does(page: Page, at: int, act: str) -> None:
    await clause(page, at).locator(".from").click()
    await clause(page, at).locator(f".tools [data-does={act}]").click()


def asked(demo: Running, path: str) -> dict[str, Any]:
    """What the other party's negotiator reads."""
    says = {"Authorization": f"Bearer {demo.line['tokens']['b_negotiator']}"}
    return dict(httpx.get(f"{demo.url}/api/v1/{path}", headers=says).json())


def read(demo: Running, agreement_id: object) -> dict[str, Any]:
    return asked(demo, f"agreements/{agreement_id}")


def agreements(demo: Running) -> dict[str, str]:
    found = asked(demo, f"partnerships/{demo.line['partnership_id']}")["agreements"]
    return {each["title"]: each["agreement_id"] for each in found}


async def test_nobody_else_sees_a_text_before_it_is_proposed(browser: Browser, demo: Running) -> None:
    member, page = await at_import(browser, demo)
    before = agreements(demo)
    await choose_file(page, TEXT.encode())
    await expect(page.locator("[name=title]")).to_have_value("Ferry contract")
    assert await headings(page) == ["1 Boat", "1.1", "2 Fare", "3 Term", "4 Duties", "4.1 Fuel"]
    await expect(page.locator(".notices li")).to_have_count(2)
    await expect(page.locator("[data-count]")).to_have_text("5 clauses and an outline of 1 heading")

    await does(page, 1, "join")
    assert await headings(page) == ["1 Boat", "2 Fare", "3 Term", "4 Duties", "4.1 Fuel"]
    await expect(clause(page, 0).locator(".words")).to_contain_text("1.1")
    await page.locator("[data-undo]").click()
    assert (await headings(page))[1] == "1.1"

    await does(page, 0, "split")
    await clause(page, 0).get_by_role("button", name="Split before “It is blue.”").click()
    await expect(clause(page, 1).locator(".name")).to_be_focused()
    await page.locator("[data-propose]").click()
    await expect(page.locator("[data-said]")).to_contain_text("A clause has no heading")
    await page.keyboard.type("1.0 Colour")
    await page.keyboard.press("Enter")
    assert (await headings(page))[:3] == ["1 Boat", "1.0 Colour", "1.1"]

    await does(page, 4, "leave")
    await expect(page.locator("[data-count-more]")).to_contain_text("1 left out by you")
    await does(page, 5, "down")
    assert (await headings(page))[5:] == ["3.1 Duties", "3.1.1 Fuel"], "what is numbered below it comes along"
    await page.locator("[data-undo]").click()
    assert (await headings(page))[5:] == ["4 Duties", "4.1 Fuel"]
    await does(page, 6, "up")
    assert (await headings(page))[6] == "5 Fuel"
    assert agreements(demo) == before, "nobody else has seen anything"

    page.on("dialog", lambda dialog: dialog.accept())
    await page.reload()
    await expect(page.locator("[data-said]")).to_contain_text("that you were looking at")
    assert await headings(page) == ["1 Boat", "1.0 Colour", "1.1", "2 Fare", "3 Term", "4 Duties", "5 Fuel"]
    await expect(page.locator("[data-count-more]")).to_contain_text("1 left out by you")

    await expect(page.locator(".notices li")).to_have_count(2)  # what was left out stays told
    await expect(page.locator(".tools")).to_have_count(1)

    await page.locator("[data-propose]").click()
    await page.wait_for_url("**/agreements/*")
    made = agreements(demo)["Ferry contract"]
    agreement = read(demo, made)
    assert [each["heading"] for each in agreement["terms"]] == [
        "1 Boat",
        "1.0 Colour",
        "1.1",
        "2 Fare",
        "4 Duties",
        "5 Fuel",
    ]
    offered = [[(item["heading"], item.get("text", "")) for item in each["items"]] for each in agreement["proposals"]]
    assert offered[0] == [("4 Duties", "")]
    assert offered[1:3] == [[("1 Boat", "The owner lends the boat.")], [("1.0 Colour", "It is blue.")]]
    assert not member.said


async def test_nothing_is_joined_to_what_is_left_out(browser: Browser, demo: Running) -> None:
    _, page = await at_import(browser, demo)
    await choose_file(page, TEXT.encode())
    await expect(page.locator(".draft-clause")).to_have_count(6)
    await does(page, 2, "leave")
    await expect(clause(page, 2)).to_be_focused()
    await does(page, 3, "join")
    await expect(clause(page, 1).locator(".words")).to_contain_text("One year.")
    await expect(clause(page, 1)).to_be_focused()
    assert await headings(page) == ["1 Boat", "1.1", "2 Fare", "4 Duties", "4.1 Fuel"]
    await page.keyboard.press("Control+z")
    assert await headings(page) == ["1 Boat", "1.1", "2 Fare", "3 Term", "4 Duties", "4.1 Fuel"]
    await does(page, 0, "leave")
    await clause(page, 1).locator(".from").click()
    await expect(clause(page, 1).locator(".tools [data-does=join]")).to_be_disabled()


async def test_a_lost_answer_opens_nothing_twice(browser: Browser, demo: Running) -> None:
    _, page = await at_import(browser, demo)
    await choose_file(page, TEXT.replace("Ferry contract", "Lost once").encode())
    await page.locator("[data-propose]").wait_for()
    lost = 0

    async def lose(route: Route) -> None:
        nonlocal lost
        lost += 1
        if lost > 1:
            await route.continue_()
            return
        await route.fetch()
        await route.abort()

    await page.route("**/api/v1/partnerships/*/agreements", lose)
    await page.locator("[data-propose]").click()
    await expect(page.locator("[data-said]")).to_contain_text("it is not proposed twice")
    page.on("dialog", lambda dialog: dialog.accept())
    await page.reload()
    await page.locator("[data-propose]").click()
    await page.wait_for_url("**/agreements/*")
    found = asked(demo, f"partnerships/{demo.line['partnership_id']}")["agreements"]
    assert [each["title"] for each in found].count("Lost once") == 1


async def test_a_text_comes_into_an_agreement_that_is_there(browser: Browser, demo: Running) -> None:
    agreement_id = demo.line["agreement_id"]
    _, page = await at_import(browser, demo, f"agreements/{agreement_id}/import")
    before = read(demo, agreement_id)
    await choose_file(page, b"# Annex\n\n## 2.1 Again\n\nx\n")
    await expect(page.locator(".notices")).to_contain_text("the agreement has a clause of this number")
    await choose_file(page, b"# Annex\n\n## A Harbours\n\nNorth and South.\n")
    await expect(page.locator(".draft-clause .name").first).to_have_value("A Harbours")
    await page.locator("[data-propose]").click()
    await page.wait_for_url(f"**/agreements/{agreement_id}")
    after = read(demo, agreement_id)
    assert after["version"] == before["version"] + 1
    assert after["terms"][-1]["heading"] == "A Harbours"


async def test_a_whole_section_is_accepted_together(browser: Browser, demo: Running) -> None:
    opened = httpx.post(  # noqa: ASYNC210
        f"{demo.url}/api/v1/partnerships/{demo.line['partnership_id']}/agreements",
        json={
            "title": "Sections",
            "markdown": "## 1 A\n\n### 1.1 B\n\nx\n\n### 1.2 C\n\ny\n\n## 2 D\n\n### 2.1 E\n\nz",
        },
        headers={"Authorization": f"Bearer {demo.line['tokens']['a_negotiator']}"},
    ).json()
    member = await Member.enters(browser, demo.line["links"]["b_negotiator"])
    page = member.page
    await page.goto("/".join(page.url.split("/")[:5]) + "/" + opened["agreement_id"])
    await member.is_live()
    await member.clause("1 A").get_by_role("button", name="Mark the section").click()
    await expect(page.locator("#tray")).to_contain_text("3 marked")
    await member.press(page.locator("#tray"), "Read and accept together")
    await expect(page.locator("#sheet .read")).to_have_count(3)
    await member.binds(page.locator("#sheet .act-form"))
    await expect(member.clause("1.2 C").locator(".clause.provisional")).to_have_count(1)
    await expect(member.clause("2 D").locator(".clause.provisional")).to_have_count(1)  # the outline is one proposal
    await expect(member.clause("1 A").get_by_role("button", name="Mark the section")).to_be_hidden()
    await expect(member.clause("2 D").get_by_role("button", name="Mark the section")).to_be_visible()
    assert not member.said


async def test_what_cannot_be_read_says_what_to_do_and_loses_nothing(browser: Browser, demo: Running) -> None:
    _, page = await at_import(browser, demo)
    await choose_file(page, "## 1 Fähre\n\nDie Fähre".encode("cp1252"))
    await expect(page.locator("#source-said")).to_contain_text("line 1")
    await expect(page.locator("#source-said")).to_contain_text("save it as UTF-8")
    await choose_file(page, TEXT.encode())
    await expect(page.locator(".draft-clause")).to_have_count(6)
    await choose_file(page, b"\xff\xfe\x00")
    await expect(page.locator("#source-said")).to_contain_text("“")
    await expect(page.locator(".draft-clause")).to_have_count(6)


async def test_an_observer_is_told_who_may(browser: Browser, demo: Running) -> None:
    member = await Member.enters(browser, demo.line["links"]["a_observer"])
    seat = member.page.url.split("/")[3]
    await member.page.goto(f"{demo.url}/{seat}/import")
    await expect(member.page.locator("main")).to_contain_text("Observers read everything and change nothing")
    await expect(member.page.locator("input")).to_have_count(0)


async def test_the_page_shows_what_the_api_reads(browser: Browser, demo: Running) -> None:
    """Every case and both histories: title, headings, words and what is told."""
    says = {"Authorization": f"Bearer {demo.line['tokens']['a_negotiator']}"}
    _, page = await at_import(browser, demo)
    async with httpx.AsyncClient(base_url=demo.url, headers=says, timeout=30) as program:
        for data in MATERIAL.values():
            body = {"markdown": data.decode("utf-8")}
            said = await program.post(f"/api/v1/partnerships/{demo.line['partnership_id']}/imports", json=body)
            answer = said.json()
            await choose_file(page, data)
            wanted = {
                "title": answer["title"] or "",
                "clauses": [[each["heading"], each["text"]] for each in answer["clauses"]],
                "notices": [each["words"] for each in answer["notices"]],
            }
            await page.wait_for_function(SHOWN, arg=wanted)
            await asyncio.sleep(0.3)  # a member sends so much a second


SHOWN = """wanted => {
  const all = (of, where) => [...where.querySelectorAll(of)];
  const words = each => each.textContent;
  const shown = {
    title: document.querySelector("[name=title]")?.value,
    clauses: all(".draft-clause", document).map(
      each => [each.querySelector(".name").value, all(".words > p", each).map(words).join("\\n")]),
    notices: all(".notices li > span", document).map(words),
  };
  return JSON.stringify(shown) === JSON.stringify(wanted);
}"""
