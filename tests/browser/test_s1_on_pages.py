"""Scenario S1 through the pages alone, from the empty database to the signature; the numbers are the script's steps.

Steps that need needs, principles, ladders, measures, trials or commitments are left out, each where it would stand.
"""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import Browser, Page, expect

from tests.browser.people import CONTROLS, Member
from tests.server.served import Served

PEOPLE = {
    "Meridian": {"Ada": "negotiator", "Ben": "contributor", "Sol": "signatory", "Edda": "observer"},
    "Castellan": {"Cid": "negotiator", "Sue": "signatory"},
}
AGENDA = (
    "1 Hours", "2 Volume band", "3 Price per contact", "4 Answer time", "5 Service credits", "6 Advisor continuity",
    "7 Exit help",
)  # fmt: skip


async def founded(browser: Browser, node: Served) -> dict[str, Page]:
    """1: the host forms the partnership, and both founders enter by their links."""
    page = await (await browser.new_context()).new_page()
    await page.goto(f"{node.url}/form/{node.host_token}")
    await page.locator("[name=kind]").select_option("outsourcing")
    for side, party, person in (("a", "Meridian Home", "Nora"), ("b", "Castellan Contact", "Otto")):
        await page.locator(f"[name=party_{side}]").fill(party)
        await page.locator(f"[name=person_{side}]").fill(person)
    await page.get_by_role("button", name="Form it").click()
    await expect(page.locator(".invited")).to_have_count(2)
    own = await page.get_by_role("link", name="Enter as Nora").get_attribute("href")
    theirs = (await page.locator("#theirs").input_value()).split()[-1]
    links = [str(own), theirs]
    return {party: await entered(browser, link) for party, link in zip(PEOPLE, links, strict=True)}


async def entered(browser: Browser, link: str) -> Page:
    page = await (await browser.new_context()).new_page()
    await page.goto(link)
    await page.get_by_role("button", name="Enter").click()
    await page.wait_for_url(re.compile(r"/[0-9a-f]{10}/"))
    return page


async def invited(founder: Page, name: str, mandate: str) -> str:
    """The founder invites a colleague on the home page; the link that is shown."""
    await founder.locator("summary", has_text="Invite somebody").click()
    form = founder.locator("form[data-posts=members]")
    await form.locator("[name=name]").fill(name)
    box = "[name=observer]" if mandate == "observer" else f"[value={mandate}]"
    await form.locator(box).check()
    await form.get_by_role("button", name="Make the invitation").click()
    link = await form.locator("output input").input_value()
    await founder.reload()
    return link


async def test_s1_from_the_empty_database_to_the_signature(browser: Browser, tmp_path: Path) -> None:
    node = Served(f"sqlite:///{tmp_path}/x.db")
    founders = await founded(browser, node)
    pages = {
        name: await entered(browser, await invited(founders[party], name, mandate))
        for party, people in PEOPLE.items()
        for name, mandate in people.items()
    }
    home = pages["Ada"]
    await home.locator("summary", has_text="Open one with a blank agenda").click()
    await home.locator("[name=title]").fill("Claims line")
    await home.get_by_role("button", name="Open it").click()
    await home.wait_for_url("**/agreements/*")
    agreement = home.url.rsplit("/", 1)[-1]
    members = {}
    for name, page in pages.items():
        members[name] = Member(page)
        await page.goto(f"{'/'.join(page.url.split('/')[:4])}/agreements/{agreement}")
        await members[name].is_live()
    ada, ben, sol, edda, cid, sue = members.values()

    async def state(heading: str, word: str) -> None:
        """What both parties' screens and the executive's say of a clause."""
        for member in (ada, cid, edda):
            await expect(member.clause(heading).locator(".state .word")).to_contain_text(word)

    # 6: Ada puts seven headings on the agenda and marks the last as the exit term.
    for heading in AGENDA:
        await ada.press(ada.page.locator("#foot"), "Put a heading on the agenda")
        form = ada.page.locator("#desk-foot .act-form")
        await ada.fill(form, heading=heading)
        await expect(form).to_have_count(0)
        await state(heading, "Open")
    await ada.from_menu("7 Exit help", "Mark as exit term")

    # 7, 8: a contributor cannot propose; nobody accepts their own proposal.
    await expect(ben.clause("3 Price").get_by_role("button", name="Propose words")).to_have_count(0)
    await ada.does("3 Price", "Propose words", items__0__text="Meridian pays £3.10 for each handled contact.")
    await expect(ada.clause("3 Price").get_by_role("button", name="Accept")).to_have_count(0)

    # 9–11: no bare no; a blocking objection; only the objector closes it, and nobody accepts while it stands.
    await expect(cid.clause("3 Price").get_by_role("button", name="Decline")).to_have_count(0)
    await cid.does(
        "3 Price", "Raise a concern",
        text="£3.10 holds only at 50k a month", ground="cost", would_accept="A floor.", severity="blocking",
    )  # fmt: skip
    await state("3 Price", "Contested")
    await expect(ada.clause("3 Price").get_by_role("button", name=re.compile("^Confirm"))).to_have_count(0)
    await expect(cid.clause("3 Price").get_by_role("button", name="Accept", exact=True)).to_have_count(0)

    # 12: Cid counters with a package of two.
    await cid.composes(
        "3 Price", "Counter",
        {"3 Price per contact": "£3.34, and £3.12 above 50,000.", "2 Volume band": "42,000 to 55,000, 7 weeks ahead."},
    )  # fmt: skip
    await expect(ada.clause("2 Volume").locator(".package")).to_contain_text("3 Price per contact")
    await expect(cid.clause("3 Price").get_by_role("button", name="Accept", exact=True)).to_have_count(0)

    # 14: Ada counters with P2 and two clauses more.
    await ada.composes(
        "3 Price", "Counter",
        {"4 Answer time": "80 % in 20 s; 60 % in 60 s on storm days.", "5 Service credits": "At most 8 % of the fee."},
    )  # fmt: skip

    # 15, 16: Cid objects to the credits; Ada replaces her own head, and offers; Cid confirms.
    await cid.does(
        "5 Service", "Raise a concern",
        text="Credits bite also when the forecast is wrong.", ground="risk", severity="blocking",
        would_accept="A waiver.",
    )  # fmt: skip
    await ada.composes("5 Service", "Replace", {"5 Service credits": "At most 8 %, waived above 110 % of forecast."})
    await expect(cid.clause("5 Service").locator(".objection")).to_have_count(1)
    await ada.does("5 Service", "Offer to settle it", kind="revised", text="The waiver stands in the text now.")
    await cid.choose("5 Service")
    await cid.press(cid.clause("5 Service"), "Confirm: this settles it")
    await expect(ada.clause("5 Service").locator(".objection .ended")).to_contain_text("Resolved")

    # 17, case a: Cid accepts the package of four.
    await cid.accepts("5 Service")
    for heading in ("2 Volume", "3 Price", "4 Answer", "5 Service"):
        await state(heading, "Provisionally agreed")

    # 18, 20: named reporting is objected to, withdrawn, and made again in another way.
    await ada.does("6 Advisor", "Propose words", items__0__text="Attrition at most 25 % a year, reported by name.")
    await cid.does(
        "6 Advisor", "Raise a concern",
        text="Named reporting makes our people feel watched.", ground="need", severity="blocking",
        would_accept="Team figures.",
    )  # fmt: skip
    await ada.does("6 Advisor", "Withdraw")
    await ada.does("6 Advisor", "Propose words", items__0__text="Continuity of each team, Castellan reports first.")
    await cid.accepts("6 Advisor")
    await state("6 Advisor", "Provisionally agreed")

    # 21, 22: accepted subject to the unions, reserved; nothing comes of it within its time; then plainly.
    await cid.does("1 Hours", "Propose words", items__0__text="07:00 to 22:00 on 363 days.")
    await ada.press(await ada.choose("1 Hours"), "Accept subject to")
    form = ada.clause("1 Hours").locator(".act-form")
    await form.locator("[name='subject_to.condition']").fill("The unions are consulted")
    await form.locator("[name='subject_to.due']").fill("2099-01-01")
    await ada.binds(form)
    await expect(cid.clause("1 Hours").locator(".condition")).to_contain_text("The unions are consulted")
    await ada.does("1 Hours", "Report it fulfilled", evidence="Minutes of today")
    await cid.press(await cid.choose("1 Hours"), "Confirm it is fulfilled")
    await cid.binds(cid.clause("1 Hours").locator(".act-form"))
    await state("1 Hours", "Provisionally agreed")

    # 23, 24: the exit term is missing; accepted with a concern it is there.
    put = ada.page.locator("#foot").get_by_role("button", name="Put the whole text to signature")
    await expect(put).to_have_count(0)
    await expect(ada.page.locator("#foot")).to_contain_text("still in the way of the signature")
    await cid.does("7 Exit", "Propose words", items__0__text="Six months' exit help at the price of clause 3.")
    await ada.does("7 Exit", "Raise a concern", text="A price index?", ground="cost", severity="concern")
    await ada.accepts("7 Exit")
    await state("7 Exit", "Provisionally agreed")

    # 25, 26: frozen; Ada has no pen; Sol signs, Sue refuses, and Sol's signature is void.
    await put.click()
    await ada.fill(ada.page.locator("#desk-foot .act-form"))
    await expect(cid.page.locator("#banner")).to_contain_text("put to signature")
    await expect(cid.clause("3 Price").get_by_role("button", name="Reopen")).to_have_count(0)
    for signatory in (sol, sue, ada):
        await signatory.page.locator("#to-signing").click()
    await expect(ada.page.get_by_role("button", name="Sign", exact=True)).to_have_count(0)
    await sol.signs()
    await expect(sue.page.locator(".signatures")).to_contain_text("✓ Sol")
    await sue.press(sue.page.locator("#signing"), "Refuse to sign")
    await sue.fill(sue.page.locator(".act-form"), reason="Is the cap of 5 monthly or yearly?")
    for member in (sol, ada, edda):
        await expect(member.page.locator("#ratification, #banner")).to_contain_text("monthly or yearly?")

    # 27: the credits are clarified, and both sign what stands now.
    await ada.page.get_by_role("link", name="Back to the room").click()
    await ada.is_live()
    await ada.does("5 Service", "Propose a change", items__0__text="At most 8 % of the monthly fee.")
    await cid.accepts("5 Service")
    await state("5 Service", "Provisionally agreed")
    await ada.press(ada.page.locator("#foot"), "Put the whole text to signature")
    await ada.fill(ada.page.locator("#desk-foot .act-form"))
    for signatory in (sol, sue):
        await expect(signatory.page.locator("#ratification h2")).to_contain_text("Put to signature")
        await signatory.signs()
    for member in (ada, cid, edda):
        await expect(member.page.locator("#banner")).to_contain_text("In force")

    # 28: the executive sees seven terms and the argument with its ends, and has nothing to press.
    await expect(edda.page.locator("section.term")).to_have_count(7)
    assert await edda.page.locator(CONTROLS).count() == 0
    await edda.choose("3 Price")
    await expect(edda.clause("3 Price").locator(".story")).to_contain_text("raised a blocking objection (cost)")
    assert [member.said for member in members.values()] == [[]] * 6
    node.stop()
