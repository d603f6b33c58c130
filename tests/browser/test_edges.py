"""At the edges: a screen that is out of date, a tab in the background, mandates, and an end without a text."""

from __future__ import annotations

import re

import httpx
from playwright.async_api import Browser, expect

from tests.browser.people import Member
from tests.browser.test_acts import both
from tests.conftest import Running


async def as_role(browser: Browser, demo: Running, role: str) -> Member:
    """A member of the demo without a link of its own enters by one that the member's program made."""
    async with httpx.AsyncClient(base_url=demo.url) as http:
        says = {"Authorization": f"Bearer {demo.line['tokens'][role]}"}
        partnership = (await http.get(f"/api/v1/partnerships/{demo.line['partnership_id']}", headers=says)).json()
        side = "ab".index(role[0])
        name = {"a_signatory": "Sol", "b_signatory": "Sue"}[role]
        member = next(each for each in partnership["members"] if each["name"] == name)
        assert member["party_id"] == partnership["parties"][side]["party_id"]
        seat = member["member_id"].replace("-", "")[-10:]
        link = (await http.post(f"/{seat}/links", headers=says, json={})).json()["link"]
    found = Member(await (await browser.new_context()).new_page())
    await found.page.goto(link)
    await found.page.get_by_role("button", name=f"Enter as {name}").click()
    await found.is_live()
    return found


async def test_a_stale_screen_is_shown_what_changed(browser: Browser, demo: Running) -> None:
    ada, cid = await both(browser, demo)
    clause = await ada.choose("1.2 Feedback")
    await ada.press(clause, "Propose a change")
    form = clause.locator(".act-form")
    await form.locator("[name='items.0.text']").fill("Feedback is given each year.")
    await cid.does("1.2 Feedback", "Propose a change", items__0__text="Feedback is welcome.")
    ben = await Member.enters(browser, demo.line["links"]["a_negotiator"])
    await ben.accepts("1.2 Feedback")
    await expect(clause.locator(".clause > .words")).to_have_text("Feedback is welcome.")
    await ada.press(form, "Propose")
    refusal = form.locator("output.refusal")
    await expect(refusal.locator("b")).to_contain_text("builds on version 1")
    await expect(refusal.locator("b")).to_contain_text("now at version 2")
    await expect(form.locator("[name='items.0.text']")).to_have_value("Feedback is given each year.")

    await ada.press(form, "Close")
    await ada.press(clause, "Reopen")
    await form.locator("[name=reason]").fill("It says nothing of how often.")
    await cid.does("1.2 Feedback", "Propose a change", items__0__text="Feedback is very welcome.")
    await ben.accepts("1.2 Feedback")
    await expect(clause.locator(".clause > .words")).to_have_text("Feedback is very welcome.")
    await form.locator(".acts .primary").click()
    await expect(refusal.locator("q")).to_contain_text("now at version 3: Feedback is very welcome.")
    await expect(form.locator("[name=reason]")).to_have_value("It says nothing of how often.")
    await ada.press(form, "Go on with what stands now")
    await expect(form.locator("[name=reason]")).to_have_value("It says nothing of how often.")
    await form.locator(".acts .primary").click()
    await expect(clause.locator(".state .word")).to_have_text("○ Open")
    assert ada.said == cid.said == []


async def test_a_tab_in_the_background_stays_connected(browser: Browser, demo: Running) -> None:
    ada, cid = await both(browser, demo)
    await ada.page.evaluate(
        "Object.defineProperty(document, 'hidden', { value: true });"
        "Object.defineProperty(document, 'visibilityState', { value: 'hidden' });"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )
    await ada.page.evaluate("document.addEventListener('htmx:ws:close', () => (document.title = 'closed'))")
    await cid.does("1.2 Feedback", "Propose a change", items__0__text="Feedback is welcome.")
    await expect(ada.clause("1.2 Feedback").locator(".offer")).to_have_count(1)
    await expect(ada.page).to_have_title("(7) Partnership Agreement · Onetext")


async def test_an_abandoned_agreement_says_by_whom_and_why(browser: Browser, demo: Running) -> None:
    ada, cid = await both(browser, demo)
    sol = await as_role(browser, demo, "a_signatory")
    await sol.press(sol.page.locator("#foot"), "Abandon the agreement")
    await sol.fill(sol.page.locator("#desk-foot .act-form"), reason="We go on without a partner.")
    for member in (ada, cid):
        await expect(member.page.locator("#banner")).to_have_text(
            "Abandoned by Sol, Meridian: We go on without a partner."
        )
        await expect(member.page.locator(".clause .acts button, .clause-acts button:not(.to-rail)")).to_have_count(0)
    await cid.page.locator("#menu summary").click()
    await cid.page.get_by_role("link", name="The text as it was left").click()
    await expect(cid.page.locator("#ratification")).to_contain_text("We go on without a partner.")


async def test_a_mandate_is_limited_to_a_clause_and_revoked_from_the_page(browser: Browser, demo: Running) -> None:
    """Ada's room follows at once: first she may act on one clause alone, then on none."""
    ada, _ = await both(browser, demo)
    sol = await as_role(browser, demo, "a_signatory")
    await sol.page.goto("/".join(sol.page.url.split("/")[:4]) + "/")
    person = sol.page.locator(".members > li", has_text="Ada")
    await person.locator("summary", has_text="Change mandates").click()
    await person.get_by_role("button", name="Grant a mandate").click()
    form = person.locator("form[data-command=grant_mandate]")
    await form.locator("[name=mandate]").select_option("negotiator")
    clause = form.locator("[name=term_ids] option", has_text=re.compile(r"^5\.1\b"))
    await form.locator("[name=term_ids]").select_option(await clause.get_attribute("value"))
    await form.get_by_role("button", name="Grant").click()
    await expect(person).to_contain_text("negotiator for 5.1")
    await expect(ada.page.locator(".marking")).to_have_count(1)
    await expect(ada.clause("5.1").locator(".offer").get_by_role("button", name="Withdraw")).to_have_count(1)
    await expect(ada.clause("14 Fee").get_by_role("button", name="Accept")).to_have_count(0)
    await person.get_by_role("button", name="Revoke negotiator").click()
    await expect(person).to_contain_text("no mandate yet")
    await expect(ada.page.locator(".marking")).to_have_count(0)
    assert ada.said == sol.said == []


async def test_the_outline_and_the_text_show_what_waits_for_us_or_for_them(browser: Browser, demo: Running) -> None:
    ada, _ = await both(browser, demo)
    everything = await ada.page.locator("section.term").count()
    shown = ada.page.locator("section.term:visible .clause")
    for name, words in (("For us", "Waiting for us"), ("For Castellan", "Waiting for Castellan")):
        await ada.page.locator(".filters").get_by_role("button", name=name).click()
        waiting = ada.page.locator(".clause", has=ada.page.locator(".turn-word", has_text=words))
        count = await waiting.count()
        assert 0 < count < everything
        await expect(shown).to_have_count(count)
        await expect(ada.page.locator("#outline .entry:visible")).to_have_count(count)
        assert all(words in each for each in await shown.locator(".state").all_inner_texts())
    await ada.page.locator(".filters").get_by_role("button", name="All").click()
    await expect(shown).to_have_count(everything)


async def test_every_page_has_a_strict_policy_and_no_inline_script_or_style(browser: Browser, demo: Running) -> None:
    ada, _ = await both(browser, demo)
    room = ada.page.url.split("#")[0]
    for path in (room, room.replace("/agreements/", "/ratifications/"), room.split("/agreements/")[0] + "/", demo.url):
        answer = await ada.page.goto(path)
        assert answer
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'self';")
        assert "unsafe" not in policy
        assert await ada.page.locator("script:not([src]), style, [style], [onclick], [onload]").count() == 0
    assert ada.said == []
