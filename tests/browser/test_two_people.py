"""Two people in two browsers bring one proposal from one hand to the other's screen, and to a signature."""

from __future__ import annotations

from playwright.async_api import Browser, Page, expect

from tests.conftest import Running


async def enter(browser: Browser, link: str) -> Page:
    context = await browser.new_context()
    page = await context.new_page()
    page.on("console", lambda message: print("console:", message.text))
    await page.goto(link)
    await expect(page.locator("#connection")).to_have_text("Live")
    return page


async def test_a_proposal_reaches_the_partners_screen_as_a_redline(browser: Browser, demo: Running) -> None:
    ada = await enter(browser, demo.line["links"]["a_negotiator"])
    cid = await enter(browser, demo.line["links"]["b_negotiator"])

    term = ada.locator("article.term", has_text="1.2 Feedback")
    await term.get_by_text("Propose a change").click()
    words = term.locator("textarea[name='items.0.text']").first
    text = await words.input_value()
    await words.fill(text.replace("may, but is not required to, give", "gives, each quarter,"))
    await term.get_by_role("button", name="Propose", exact=True).click()

    seen = cid.locator("article.term", has_text="1.2 Feedback")
    await expect(seen.locator("ins").first).to_contain_text("gives, each quarter,")
    await expect(seen.locator("del").first).to_contain_text("may, but is not required to, give")

    await seen.get_by_text("Raise a concern").click()
    concern = seen.locator("form[data-command=raise_objection]")
    await concern.locator("textarea[name=text]").fill("Quarterly is too often for a small team.")
    await concern.locator("select[name=severity]").select_option("blocking")
    await concern.get_by_role("button", name="Raise it").click()

    argument = term.locator(".objection")
    await expect(argument).to_contain_text("Quarterly is too often")
    await argument.get_by_text("Offer a resolution").click()
    offer = argument.locator("form[data-command=offer_resolution]")
    await offer.locator("textarea").fill("Twice a year then.")
    await offer.get_by_role("button", name="Offer").click()

    confirm = seen.get_by_role("button", name="Confirm: this resolves it")
    await confirm.click()
    await expect(term.locator(".objection")).to_contain_text("resolved")
    await seen.get_by_role("button", name="Accept").click()
    await expect(term).to_contain_text("✓ Provisionally agreed")
    await expect(term.locator("p.text").first).to_contain_text("gives, each quarter,")
