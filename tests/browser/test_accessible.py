"""axe-core finds no violation on any page, in the light and in the dark, at desk and phone width."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.people import Member
from tests.conftest import Running

SIZES = {"desk": {"width": 1440, "height": 900}, "phone": {"width": 360, "height": 780}}


FINGER = 44
"""CSS pixels that whatever is pressed by a finger is wide and high; links within a sentence may be smaller."""
TOO_SMALL = """least => [...document.querySelectorAll("button, .button, summary, select, input, label.choice")]
  .filter(each => !each.matches(":disabled") && each.checkVisibility({visibilityProperty: true}))
  .map(each => [each, each.matches("[type=radio], [type=checkbox]") && each.closest("label") || each])
  .map(([each, whole]) => [each, whole.getBoundingClientRect()])
  .filter(([each, box]) => box.width > 1 && box.height > 0 && (box.height < least - 0.5 || box.width < least - 0.5))
  .map(([each, box]) => `${each.outerHTML.slice(0, 100)} ${box.width | 0}x${box.height | 0}`)"""


FORMS_AT_HOME = (
    ("not quite", ".need.restated", "Not quite"),
    ("rewording a need", ".need.restated", "Reword it"),
    ("a need that is met", ".need.restated", "It is met"),
    ("withdrawing a need", ".need.restated", "Withdraw it"),
    ("other words", ".intention.adopted", "Propose other words"),
    ("retiring", ".intention.adopted", "Ask to retire it"),
    ("rewording an outcome", ".intention.proposed", "Reword it"),
    ("saying it in the open", "#trust-competence", "Say this in the open"),
)


async def violations(page: Page) -> list[str]:
    found = (await Axe().run(page)).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:160]} ({len(each['nodes'])})" for each in found]


async def too_wide(page: Page) -> bool:
    """Whether one has to scroll sideways."""
    return bool(await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


async def flaws(page: Page) -> list[str]:
    """What keeps somebody from using a page: by axe-core, by its width, and on a phone by the size of its targets."""
    found = await violations(page)
    if await too_wide(page):
        found.append("one has to scroll sideways")
    if (page.viewport_size or SIZES["desk"])["width"] <= SIZES["phone"]["width"]:
        found += [f"too small for a finger: {each}" for each in await page.evaluate(TOO_SMALL, FINGER)]
    return found


async def opened(page: Page, where: str, button: str) -> Locator:
    """The form that a button of the home opens."""
    await page.locator(where).get_by_role("button", name=button, exact=True).first.click()
    form = page.locator(".desk .act-form")
    await expect(form).to_be_visible()
    return form


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
async def test_every_page_is_accessible(browser: Browser, demo: Running, scheme: str, size: str) -> None:
    wrong: dict[str, Any] = {}
    how = {"color_scheme": scheme, "viewport": SIZES[size], "reduced_motion": "reduce"}

    is_narrow_and_dark = (size, scheme) == ("phone", "dark")

    async def look(name: str, page: Page) -> None:
        if found := await flaws(page):
            wrong[name] = found

    for role in ("a_negotiator", "a_observer"):
        member = await Member.enters(browser, demo.line["links"][role], **how)
        page = member.page
        await look(f"room, {role}", page)
        if role == "a_negotiator":
            for heading, button in (
                ("14 Fee", "Counter"), ("14 Fee", "Raise a concern"), ("14 Fee", "Accept subject to"),
                ("1.2 Feedback", "Propose a change"),
            ):  # fmt: skip
                clause = await member.choose(heading)
                await member.press(clause, button)
                await expect(clause.locator(".act-form")).to_be_visible()
                await look(f"{button} on {heading}", page)
                await clause.locator(".act-form [data-closes=desk]").click()
            clause = await member.choose("1.2 Feedback")
            await member.press(clause, "Propose a change")
            form = clause.locator(".act-form")
            await form.locator("[data-picks]").select_option("money")
            await form.locator("[name$='.amount']:enabled").fill("310,000.000")
            await form.locator("[name$='.currency']:enabled").first.fill("EUR")
            await expect(form.locator("[data-echo] p").first).to_be_visible()
            await look("value that is asked about", page)
            await form.locator("[data-closes=desk]").click()
            await page.locator("#drafts-kept").click()
            await look("drafts", page)
            await page.keyboard.press("Escape")
            clause = await member.choose("9.2")
            await member.press(clause.locator(".offer"), "Accept")
            await expect(clause.locator(".act-form [data-words]")).to_be_visible()
            await look("acceptance", page)
            await clause.locator(".act-form [data-closes=desk]").click()
            await clause.locator(".clause-acts .menu summary").click()
            await look("menu of a clause", page)
            await page.keyboard.press("Escape")
            for heading in ("1.1 Obligations", "5.1"):
                await member.clause(heading).locator(".marking input").check()
            await look("marked clauses", page)
            await member.press(page.locator("#tray"), "Compose a package")
            await expect(page.locator("#sheet .act-form")).to_be_visible()
            await look("package", page)
            await page.locator("#sheet .act-form > header [data-closes=desk]").click()
            await page.keyboard.press("?")
            await look("keys", page)
            await page.keyboard.press("Escape")
        room = page.url
        for name, path in (
            ("home", "../"),
            ("ratification", f"../ratifications/{demo.line['agreement_id']}"),
            ("story", await page.locator(".current .story a").get_attribute("href") or ""),
        ):
            await page.goto(room)
            await page.goto(await page.evaluate("path => new URL(path, location.href).href", path))
            await look(f"{name}, {role}", page)
        home = room.split("/agreements/")[0]
        for name in ("guide", "records", "import?template=supply-agreement"):
            await page.goto(f"{home}/{name}")
            await page.wait_for_load_state()
            await look(f"{name}, {role}", page)
        if role == "a_observer" and (is_narrow_and_dark or (size, scheme) == ("desk", "light")):
            # everybody gets the same bytes
            history = f"{home}/history/{demo.line['agreement_id']}/"
            await page.goto(f"{home}/history/")
            await look("portfolio", page)
            for name in ("", "audit", "course", "compare?from=60", "compare?from=60&beside=1"):
                await page.goto(f"{history}{name}")
                await look(f"history {name}", page)
            await page.goto(history)
            await page.locator(".ways a").nth(2).click()
            await look("a clause's versions", page)
        if role == "a_negotiator":
            await page.goto(f"{home}/")
            await member.is_live()
            for name, where, button in (
                ("a need", "#needs", "Say what we need"), ("a vision", "#future", "Propose a guiding principle"),
                ("an exchange", "#trust", "Ask both to write anew"), ("an answer", "#trust", "Answer"),
            ):  # fmt: skip
                await page.locator(where).get_by_role("button", name=button, exact=True).first.click()
                await expect(page.locator(".desk .act-form")).to_be_visible()
                await look(name, page)
                await page.locator(".desk .act-form [data-closes=desk]").click()
            for name, where, button in FORMS_AT_HOME if is_narrow_and_dark else ():
                if await page.locator(f"{where} details.more-acts").count():
                    await page.locator(f"{where} details.more-acts").first.evaluate("each => {each.open = true}")
                await opened(page, where, button)
                await look(name, page)
                await page.locator(".desk .act-form [data-closes=desk]").click()
            form = await opened(page, "#skills-h ~ .acts", "Ask both to write")
            await form.locator("[name=until]").fill("2027-03-01")
            await form.locator(".primary").click()
            form = await opened(page, ".exchange", "Write ours and seal it")
            await look("a seal", page)
            await form.locator("[data-closes=desk]").click()
            await opened(page, ".exchange", "Cancel the exchange")
            await page.locator(".exchange .act-form .primary").click()
            await expect(page.locator(".exchange")).to_have_count(0)
        await page.goto(f"{home}/import")
        await look(f"import, {role}", page)
        if role == "a_negotiator":
            await page.locator("input[type=file]").set_input_files(Path("tests/data/import-cases/19_emphasis.md"))
            await page.locator(".tools [data-does=split]").click()
            await look("preview", page)
        assert member.said == []
    page = await (await browser.new_context(**how)).new_page()  # type: ignore[arg-type]
    for name, path in (("door", "/"), ("records", "/records"), ("refusal", "/join/unknown"), ("nothing", "/nowhere")):
        await page.goto(demo.url + path)
        await look(name, page)
    assert wrong == {}
