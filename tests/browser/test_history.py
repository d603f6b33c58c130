"""The history as somebody reads it who was not in the room: in time, side by side, and as a guest of a link."""

from __future__ import annotations

import io
import re

import httpx
from playwright.async_api import Browser, Page, expect
from pypdf import PdfReader

from tests.browser.people import Member
from tests.browser.test_edges import as_role
from tests.conftest import Running


async def at_history(browser: Browser, demo: Running, path: str = "", **context: object) -> Page:
    """The history of the demo's agreement, as an observer reads it."""
    member = await Member.enters(browser, demo.line["links"]["a_observer"], **context)
    home = member.page.url.split("/agreements/")[0]
    await member.page.goto(f"{home}/history/{demo.line['agreement_id']}/{path}")
    return member.page


async def test_the_slider_travels_by_keyboard_and_says_where_it_is(browser: Browser, demo: Running) -> None:
    page = await at_history(browser, demo)
    slider = page.locator("#travel")
    newest = int(await slider.get_attribute("max") or 0)
    await page.locator(".agreed").nth(8).scroll_into_view_if_needed()
    kept = page.locator(".agreed").nth(8)
    clause, top = await kept.get_attribute("id"), (await kept.bounding_box() or {})["y"]
    await slider.evaluate("each => each.focus({preventScroll: true})")
    marks = (await page.evaluate("fetch('marks.json').then(answer => answer.json())"))["marks"]
    await page.keyboard.press("ArrowLeft")
    await expect(slider).to_have_value(str(max(each for each in marks if each < newest)))
    await expect(page).to_have_url(re.compile(r"as_of="))
    await page.keyboard.press("Shift+ArrowLeft")
    before = max(each for each in marks if each < newest) - 1
    await expect(slider).to_have_value(str(before))
    await expect(page.locator("#stood")).to_contain_text(f"As it stood after event {before} of {newest}")
    spoken = await slider.get_attribute("aria-valuetext") or ""
    assert spoken.startswith(f"Event {before} of {newest}, ")
    assert any(name in spoken for name in ("Ada", "Cid", "offer", "clock"))
    await expect(page).to_have_url(re.compile(rf"as_of={before}$"))
    moved = (await page.locator(f"[id='{clause}']").bounding_box() or {})["y"]
    assert abs(moved - top) < 3, "what was read stays where it was"
    for name, asks in LEAD_ELSEWHERE.items():
        await expect(page.locator(f".of-history a[href^='{name}']")).to_have_attribute("href", f"{name}{asks}{before}")
    await page.go_back()
    await expect(slider).to_have_value(str(max(each for each in marks if each < newest)))
    await page.keyboard.press("Home")
    await expect(page.locator("#main")).to_contain_text("No clause has agreed words yet.")
    await expect(page.locator("#main")).to_contain_text("Nothing is on its agenda yet.")
    await page.reload()
    await expect(slider).to_have_value("1")


LEAD_ELSEWHERE = {
    "audit": "?as_of=",
    "course": "?as_of=",
    "compare": "?to=",
    "briefing.pdf": "?as_of=",
    "document.pdf": "?as_of=",
}
"""Links of the page to what it says otherwise, with how each says at which moment."""


async def test_a_place_on_the_page_is_gone_to_without_fetching_it(browser: Browser, demo: Running) -> None:
    page = await at_history(browser, demo)
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    await page.locator(".contents a", has_text="Agreed").click()
    await expect(page.locator("#agreed-h:target")).to_have_count(1)
    await page.go_back()
    await page.wait_for_timeout(300)
    assert [each for each in fetched if "/static/" not in each] == []


async def test_an_audit_stays_filtered_while_it_travels(browser: Browser, demo: Running) -> None:
    page = await at_history(browser, demo, "audit?sort=who")
    await page.locator("[name=party]").select_option(label="Castellan Contact")
    await page.get_by_role("button", name="Show").last.click()
    party = await page.locator("select[name=party]").input_value()
    slider = page.locator("#travel")
    newest = int(await slider.get_attribute("max") or 0)
    await slider.focus()
    await page.keyboard.press("ArrowLeft")
    await expect(slider).not_to_have_value(str(newest))
    await expect(page.locator("[rel='prev']")).to_have_attribute("href", re.compile(rf"party={party}&sort=who&as_of="))
    await expect(page.locator("select[name=party]")).to_have_value(party)
    assert "sort=who" in page.url


async def test_dragging_shows_in_the_end_where_it_was_let_go(browser: Browser, demo: Running) -> None:
    page = await at_history(browser, demo)
    box = await page.locator("#travel").bounding_box()
    assert box
    await page.mouse.move(box["x"] + box["width"] - 8, box["y"] + box["height"] / 2)
    await page.mouse.down()
    for part in range(20, 0, -1):
        await page.mouse.move(box["x"] + box["width"] * part / 20 * 0.6, box["y"] + box["height"] / 2)
    await page.mouse.up()
    shown = await page.locator("#travel").input_value()
    await expect(page.locator("#history")).to_have_attribute("data-version", shown)
    await expect(page.locator("#stood")).to_contain_text(f"As it stood after event {shown} of")
    assert page.url.endswith(f"?as_of={shown}")


async def test_it_all_works_without_script(browser: Browser, demo: Running) -> None:
    link = demo.line["links"]["a_observer"]
    page = await (await browser.new_context(java_script_enabled=False)).new_page()
    await page.goto(link)
    home = page.url.split("/agreements/")[0]
    await page.goto(f"{home}/history/{demo.line['agreement_id']}/")
    await page.get_by_role("link", name="Event before").click()
    await expect(page.locator("#stood")).to_contain_text("As it stood after event")
    await page.locator(".steps-in-time summary").click()
    await page.locator("[name=at]").fill("2026-01-01T10:00")
    await page.locator(".steps-in-time").get_by_role("button", name="Show").click()
    await expect(page.locator("h1")).to_have_text("This agreement was not there yet at 2026-01-01T10:00.")
    await page.get_by_role("link", name="Back to the history").click()
    await page.get_by_role("link", name="First").click()
    await expect(page.locator("#stood")).to_contain_text("after event 1 of")
    await page.locator(".steps-in-time summary").click()
    await page.locator("[name=at]").fill("2099-01-01T10:00:30")
    await page.locator(".steps-in-time").get_by_role("button", name="Show").click()
    await expect(page.locator("h1")).to_have_text("That time is still to come.")
    await page.get_by_role("link", name="Back to the history").click()
    await expect(page.locator("#stood")).to_contain_text("As it stands after event")
    await page.get_by_role("link", name="Its course", exact=True).click()
    await expect(page.locator(".course a").first).to_be_visible()
    await page.get_by_role("link", name="Compare", exact=True).click()
    await page.locator("[name=from]").fill("60")
    await page.get_by_role("button", name="Compare").click()
    await expect(page.locator(".clause-compared .words").first).to_be_visible()
    await page.get_by_role("link", name="Side by side").click()
    await expect(page.locator(".clause-compared .board").first).to_be_visible()
    await page.get_by_role("link", name="Who agreed to what").click()
    rows = await page.locator(".consents tbody tr").count()
    await page.locator("[name=party]").select_option(label="Castellan Contact")
    await page.get_by_role("button", name="Show").last.click()
    assert 0 < await page.locator(".consents tbody tr").count() < rows


async def test_a_guest_reads_until_the_link_is_ended(browser: Browser, demo: Running) -> None:
    sol, sue = await as_role(browser, demo, "a_signatory"), await as_role(browser, demo, "b_signatory")
    for member in (sol, sue):
        await member.page.goto("/".join(member.page.url.split("/")[:4]) + "/")
        await member.is_live()
    ours = sol.page.locator("#agreements")
    await ours.locator("summary", has_text="Show it to others").click()
    await ours.locator("[name=expires_at]").fill("2099-01-01")
    await ours.locator("[name=note]").fill("For our board")
    await ours.get_by_role("button", name="Make the link").click()
    link = await ours.locator("input[readonly]").input_value()
    reader = Member(await (await browser.new_context()).new_page())
    guest = reader.page
    assert (await guest.goto(link)).status == 403  # type: ignore[union-attr]
    await expect(guest.locator("body")).to_contain_text("the other party has not agreed")
    theirs = sue.page.locator("#agreements")
    await expect(theirs.locator(".share")).to_contain_text("Waiting for us")
    await theirs.get_by_role("button", name="Agree to show it").click()
    await expect(ours.locator(".share")).to_contain_text("agreed by Sue, Castellan")
    assert (await guest.goto(link)).status == 200  # type: ignore[union-attr]
    assert link.rpartition("/")[2] not in guest.url
    await expect(guest.locator("#main")).to_contain_text("What was agreed")
    await theirs.get_by_role("button", name="End the link").click()
    await expect(guest.locator("body")).to_have_text(
        "This link was ended, or its time has passed. What it showed is no longer shown."
    )
    assert (await guest.goto(link)).status == 410  # type: ignore[union-attr]
    assert [each for each in reader.said if "403" not in each and "410" not in each] == []
    assert sol.said == sue.said == []


async def test_marks_of_a_chosen_clause_alone_remain(browser: Browser, demo: Running) -> None:
    page = await at_history(browser, demo)
    everything = (await page.evaluate("fetch('marks.json').then(answer => answer.json())"))["marks"]
    article = page.locator(".agreed", has=page.locator("h3", has_text="1.2 Feedback"))
    await article.get_by_role("link", name="Moments of 1.2 Feedback").click()
    await expect(page.locator(".moment")).to_contain_text("Marks of 1.2 Feedback")
    term_id = (await article.get_attribute("id") or "").removeprefix("clause-")
    own = (await page.evaluate(f"fetch('marks.json?clause={term_id}').then(answer => answer.json())"))["marks"]
    assert 0 < len(own) < len(everything)
    await page.locator("#travel").evaluate("each => each.focus({preventScroll: true})")
    await page.keyboard.press("ArrowLeft")
    await expect(page.locator("#travel")).to_have_value(str(own[-1]))
    async with httpx.AsyncClient(base_url=demo.url) as http:
        assert (await http.get("/s/guessed")).status_code == 404


async def test_printed_it_is_a_briefing_of_ten_pages_at_most(browser: Browser, demo: Running) -> None:
    """74 clauses, with what was hard and what it serves, and without what only a screen can use."""
    page = await at_history(browser, demo)
    said = [each.extract_text() for each in PdfReader(io.BytesIO(await page.pdf(format="A4"))).pages]
    assert 3 < len(said) <= 10
    whole = " ".join(" ".join(said).split())
    for words in (
        "Of its 74 clauses 65 are agreed",
        "£3.34",
        "Where it was hard",
        "Acceptable if:",
        "It stands",
    ):
        assert words in whole
    for on_screen in ("At a time", "Briefing (PDF)", "How it came to be"):
        assert on_screen not in whole
