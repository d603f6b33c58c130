"""Two people in two browsers bring one proposal from one hand to the other's screen, and to a signature."""

from __future__ import annotations

import httpx
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


async def test_two_people_counter_answer_and_sign(browser: Browser, demo: Running) -> None:
    """A small agreement from a blank page to its signature; every act by hand."""
    rooms = {}
    tokens = demo.line["tokens"]
    async with httpx.AsyncClient(base_url=demo.url) as http:
        path = f"/api/v1/partnerships/{demo.line['partnership_id']}"
        ada_says = {"Authorization": f"Bearer {tokens['a_negotiator']}"}
        opened = await http.post(f"{path}/agreements", headers=ada_says, json={"title": "Claims line"})
        agreement_id = opened.json()["agreement_id"]
        for side in "ab":
            says = {"Authorization": f"Bearer {tokens[f'{side}_signatory']}"}
            shown = (await http.get(path, headers=says)).json()
            party_id = shown["parties"]["ab".index(side)]["party_id"]
            invited = await http.post(
                f"{path}/members",
                headers=says,
                json={"party_id": party_id, "name": f"Both {side}", "mandates": ["negotiator", "signatory"]},
            )
            context = await browser.new_context()
            page = await context.new_page()
            page.on("console", lambda message: print("console:", message.text))
            page.on("pageerror", lambda error: print("error:", error))
            await page.goto(invited.json()["link"])
            await page.get_by_role("button", name="Enter").click()
            await page.wait_for_url("**/agreements/*")
            seat = page.url.split("/")[3]
            await page.goto(f"{demo.url}/{seat}/agreements/{agreement_id}")
            await expect(page.locator("#connection")).to_have_text("Live")
            rooms[side] = page
    ada, cid = rooms["a"], rooms["b"]

    await ada.get_by_text("Add a term").click()
    add = ada.locator("#add-term")
    await add.locator("[name='items.0.heading']").fill("1 Exit help")
    await add.locator("[name='items.0.text']").fill("Castellan helps for six months after the end.")
    await add.get_by_role("button", name="Propose").click()

    offer = cid.locator("article.term", has_text="1 Exit help")
    await offer.get_by_text("Raise a concern").click()
    form = offer.locator("form[data-command=raise_objection]")
    await form.locator("textarea[name=text]").fill("Six months is long.")
    await form.get_by_role("button", name="Raise it").click()

    term = ada.locator("article.term", has_text="1 Exit help")
    await term.locator(".objection").get_by_text("Answer", exact=True).first.click()
    answer = term.locator("form[data-command=answer_objection]")
    await answer.locator("textarea").fill("Our people need that long to learn.")
    await answer.get_by_role("button", name="Answer").click()
    await expect(offer.locator(".answer")).to_contain_text("need that long")

    await offer.get_by_text("Counter", exact=True).first.click()
    counter = offer.locator("form[data-command=make_proposal]").first
    await counter.locator("[name='items.0.text']").fill("Castellan helps for four months after the end.")
    await counter.get_by_role("button", name="Counter").click()
    await expect(term.locator("ins").first).to_contain_text("four")
    await expect(term.locator("del").first).to_contain_text("six")

    await term.get_by_role("button", name="Accept").click()
    await expect(offer).to_contain_text("✓ Provisionally agreed")
    await ada.get_by_role("button", name="Put the whole text to signature").click()
    refusal = ada.locator("#ratify output.refusal")
    await expect(refusal).to_contain_text("exit term")
    await term.get_by_role("button", name="Mark as the exit term").click()
    await expect(term).to_contain_text("exit")
    await ada.get_by_role("button", name="Put the whole text to signature").click()
    for page in (ada, cid):
        await page.get_by_role("button", name="Sign", exact=True).click()
    for page in (ada, cid):
        await expect(page.locator("#ratification")).to_contain_text("In force")
