"""Nobody decides by a button that they do not see, or on what no longer stands; what became of a signature is told
wherever one is on the page."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.async_api import Browser, expect

from tests.browser.people import Member
from tests.browser.test_accessible import SIZES
from tests.browser.test_acts import both
from tests.browser.test_binding import LONG, ratifiable
from tests.conftest import Running


async def test_enter_on_a_button_out_of_sight_brings_it_there_and_binds_nothing(
    browser: Browser, demo: Running
) -> None:
    ada, cid = await both(browser, demo)
    await cid.does("1.2 Feedback", "Propose a change", items__0__text=LONG)
    clause = await ada.choose("1.2 Feedback")
    await ada.press(clause.locator(".offer"), "Accept")
    form = clause.locator(".act-form[data-command=accept_proposal]")
    button = form.locator("button[data-binds]")
    await ada.reads(form, form.locator("[data-words]").first)
    await button.focus()
    await ada.page.evaluate("scrollTo(0, 0)")
    await expect(button).not_to_be_in_viewport()
    await ada.page.keyboard.press("Enter")
    await expect(button).to_be_in_viewport()
    await ada.page.keyboard.press("Enter")
    await ada.page.wait_for_timeout(300)
    await expect(clause.locator(".state")).to_contain_text("Waiting for us")
    await expect(button).to_be_enabled()
    await ada.page.keyboard.press("Enter")
    await expect(clause.locator(".state")).to_have_text("✓ Provisionally agreed")
    assert ada.said == cid.said == []


@pytest.mark.parametrize("size", ["desk", "phone"])
async def test_what_became_of_a_signature_is_told_wherever_one_is(browser: Browser, demo: Running, size: str) -> None:
    made = await ratifiable(demo, f"Exit on a {size}")
    sol, ada = [await _enters(browser, made, role, viewport=SIZES[size]) for role in ("a_signatory", "a_negotiator")]
    sue = await _enters(browser, made, "b_signatory")
    await expect(ada.page.locator("#banner")).to_contain_text("You cannot sign it yourself")
    await sol.page.keyboard.press("n")
    await sol.page.wait_for_url("**/ratifications/*")
    await sol.is_live()
    await sol.reads(sol.page.locator("#consent"), sol.page.locator("#signed-text"))
    await sol.page.get_by_label("I have read the whole text above.").check()
    await sol.page.evaluate("scrollTo(0, 0)")
    sign = sol.page.get_by_role("button", name="Sign", exact=True)
    await expect(sign).not_to_be_in_viewport()
    await sol.page.keyboard.press("Enter")
    await expect(sign).to_be_in_viewport()
    await expect(sue.page.locator("#bar .signing")).to_contain_text("Meridian ○ awaited")
    await expect(sign).to_be_enabled()
    await sol.page.keyboard.press("Enter")
    await expect(sue.page.locator("#bar .signing")).to_contain_text("Meridian ✓ signed")
    await sol.page.evaluate("scrollTo(0, document.body.scrollHeight)")
    await ada.page.evaluate("scrollTo(0, document.body.scrollHeight)")
    await sue.page.keyboard.press("n")
    await sue.page.wait_for_url("**/ratifications/*")
    await sue.press(sue.page.locator("#consent"), "Refuse to sign")
    await sue.fill(sue.page.locator("#desk-foot .act-form"), reason="The exit comes too early.")
    for member in (sol, ada):
        told = member.page.locator("#bar .signing")
        await expect(told).to_contain_text("Not signed: Sue, Castellan refused")
        await expect(told).to_be_in_viewport()
    await expect(sol.page.locator("#signing .note")).to_contain_text("Signatures given for it are void.")

    clause = await ada.choose("1 Exit")
    await ada.press(clause, "Propose a change")
    form = clause.locator(".act-form")
    await form.locator("[name='items.0.text']").fill("Words that are kept.")
    async with httpx.AsyncClient(base_url=demo.url) as http:
        says = {"Authorization": f"Bearer {demo.line['tokens']['b_negotiator']}"}
        command = {"command_id": "again", "type": "open_ratification", "valid_until": "2027-12-15"}
        answer = await http.post(f"/api/v1/agreements/{made['agreement']}/commands", headers=says, json=command)
        assert answer.status_code == 201, answer.text
    await expect(form.locator(".overtaken")).to_contain_text("The text is frozen")
    await expect(form.locator("button.primary")).to_be_disabled()
    await expect(form.locator("[name='items.0.text']")).to_have_value("Words that are kept.")
    await expect(ada.page.locator("#banner")).to_contain_text("at the latest until 15 Dec 2027, 24:00 UTC")
    assert sol.said == ada.said == sue.said == []


async def _enters(browser: Browser, made: dict[str, str], role: str, **context: object) -> Member:
    page = await (await browser.new_context(reduced_motion="reduce", **context)).new_page()  # type: ignore[arg-type]
    member = Member(page)
    await page.goto(made[role])
    await page.get_by_role("button", name="Enter").click()
    await page.wait_for_url(re.compile(r"/[0-9a-f]{10}/"))
    await page.goto("/".join(page.url.split("/")[:4]) + f"/agreements/{made['agreement']}")
    await member.is_live()
    return member


async def test_on_a_phone_the_button_of_a_form_stands_above_the_bar(browser: Browser, demo: Running) -> None:
    cid = await Member.enters(browser, demo.line["links"]["b_negotiator"], viewport=SIZES["phone"])
    await cid.page.goto(cid.page.url.split("/agreements/")[0] + "/")
    await cid.is_live()
    await cid.page.get_by_role("button", name="Decline", exact=True).click()
    sends = cid.page.get_by_role("button", name="Decline it")
    await expect(cid.page.locator(".act-form textarea")).to_be_focused()
    button, bar = await sends.bounding_box(), await cid.page.locator(".thumb").bounding_box()
    assert button and bar
    assert button["y"] + button["height"] <= bar["y"]
