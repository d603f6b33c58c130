"""Two people in two browsers bring proposals from one hand to the other's screen, and to a signature."""

from __future__ import annotations

import re

import httpx
from playwright.async_api import Browser, expect

from tests.browser.people import Member
from tests.conftest import Running


async def test_a_proposal_reaches_the_partners_screen_as_a_redline(browser: Browser, demo: Running) -> None:
    ada = await Member.enters(browser, demo.line["links"]["a_negotiator"])
    cid = await Member.enters(browser, demo.line["links"]["b_negotiator"])

    clause = await ada.choose("1.2 Feedback")
    text = await clause.locator(".clause > .words").inner_text()
    changed = text.replace("may, but is not required to, give", "gives, each quarter,")
    await ada.does("1.2 Feedback", "Propose a change", items__0__text=changed, rationale="So that we learn.")

    seen = cid.clause("1.2 Feedback")
    await expect(seen.locator(".offer ins").first).to_contain_text("gives, each quarter,")
    await expect(seen.locator(".offer del").first).to_contain_text("may, but is not required to, give")
    await expect(seen.locator(".offer .why")).to_have_text("So that we learn.")
    await expect(seen.locator(".state")).to_contain_text("Waiting for us")
    await expect(clause.locator(".state")).to_contain_text("Waiting for Castellan")

    await cid.does(
        "1.2 Feedback", "Raise a concern",
        text="Quarterly is too often for a small team.", ground="capability", severity="blocking",
        would_accept="Twice a year.",
    )  # fmt: skip
    await expect(clause.locator(".objection")).to_contain_text("Quarterly is too often")
    await expect(clause.locator(".state")).to_contain_text("Contested")
    await expect(seen.get_by_role("button", name="Accept", exact=True)).to_have_count(0)
    await ada.does("1.2 Feedback", "Answer", text="Twice a year would do.")
    await expect(seen.locator(".answer")).to_contain_text("Twice a year would do.")
    await ada.does("1.2 Feedback", "Offer to settle it", kind="traded", text="Twice a year then.")
    await cid.choose("1.2 Feedback")
    await cid.press(seen, "Confirm: this settles it")
    await expect(clause.locator(".objection .ended")).to_contain_text("Resolved")
    await cid.accepts("1.2 Feedback")
    await expect(clause.locator(".state")).to_have_text("✓ Provisionally agreed")
    await expect(clause.locator(".clause > .words")).to_have_text(changed)
    await expect(seen.locator(".offer")).to_have_count(0)

    await ada.does("1.1 Obligations", "Propose a change", items__0__text="Each does its part.")
    offered = cid.clause("1.1 Obligations").locator(".offer")
    await expect(offered).to_contain_text("its part")
    await ada.does("1.1 Obligations", "Withdraw")
    await expect(offered).to_have_count(0)
    assert ada.said == cid.said == []


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
            member = Member(await (await browser.new_context()).new_page())
            await member.page.goto(invited.json()["link"])
            await member.page.get_by_role("button", name="Enter").click()
            await member.page.wait_for_url(re.compile(r"/[0-9a-f]{10}/"))
            seat = member.page.url.split("/")[3]
            await member.page.goto(f"{demo.url}/{seat}/agreements/{agreement_id}")
            await member.is_live()
            rooms[side] = member
    ada, cid = rooms["a"], rooms["b"]

    await ada.press(ada.page.locator("#foot"), "Add a clause")
    form = ada.page.locator("#desk-foot .act-form")
    await ada.fill(
        form, items__0__heading="1 Exit help", items__0__text="Castellan helps for six months after the end."
    )
    await expect(form).to_have_count(0)

    await cid.does("1 Exit help", "Raise a concern", text="Six months is long.", ground="cost", severity="concern")
    await ada.does("1 Exit help", "Answer", text="Our people need that long to learn.")
    await expect(cid.clause("1 Exit help").locator(".answer")).to_contain_text("need that long")

    await cid.does("1 Exit help", "Counter", items__0__text="Castellan helps for four months after the end.")
    offer = ada.clause("1 Exit help").locator(".offer")
    await expect(offer.locator("ins").first).to_contain_text("four")
    await expect(offer.locator("del").first).to_contain_text("six")
    await ada.accepts("1 Exit help")
    await expect(cid.clause("1 Exit help").locator(".state")).to_contain_text("Provisionally agreed")

    put = ada.page.locator("#foot").get_by_role("button", name="Put the whole text to signature")
    await expect(put).to_have_count(0)
    await expect(ada.page.locator("#foot")).to_contain_text("1 thing is still in the way of the signature")
    clause = await ada.choose("1 Exit help")
    await clause.locator(".clause-acts .menu summary").click()
    await ada.press(clause, "Mark as exit term")
    await expect(cid.clause("1 Exit help").locator(".mark")).to_have_text("exit term")
    await put.click()
    await ada.fill(ada.page.locator("#desk-foot .act-form"))
    await expect(cid.page.locator("#banner")).to_contain_text("put to signature")
    for member in (ada, cid):
        await member.page.locator("#to-signing").click()
        await member.signs()
    for member in (ada, cid):
        await expect(member.page.locator("#ratification")).to_contain_text("In force")
    assert ada.said == cid.said == []
