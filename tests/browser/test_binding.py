"""No key, and no button, binds words that were not on the screen; how signing stands is told on every screen."""

from __future__ import annotations

import re
from typing import Any

import httpx
from playwright.async_api import Browser, expect

from tests.browser.people import Member
from tests.browser.test_accessible import SIZES, flaws
from tests.browser.test_acts import both
from tests.conftest import Running

LONG = "\n\n".join(f"{n}. Whoever reads this reads all of it, and nobody skips a line of it." for n in range(1, 90))


async def test_a_long_acceptance_opens_once_all_of_it_was_on_the_screen(browser: Browser, demo: Running) -> None:
    ada, cid = await both(browser, demo)
    await cid.does("1.2 Feedback", "Propose a change", items__0__text=LONG)
    clause = await ada.choose("1.2 Feedback")
    await expect(clause.locator(".offer")).to_have_count(1)
    await ada.page.keyboard.press("a")
    form = clause.locator(".act-form[data-command=accept_proposal]")
    button = form.locator("button[data-binds]")
    await expect(button).to_be_disabled()
    await expect(form.locator("[data-until-read]")).to_be_visible()
    await form.locator("h3").focus()
    await form.evaluate("form => form.requestSubmit()")
    await button.evaluate("button => button.scrollIntoView()")  # its end alone is not all of it
    await expect(button).to_be_disabled()
    await form.locator("h3").focus()
    await ada.page.keyboard.press("Enter")
    await ada.page.wait_for_timeout(1500)
    await expect(button).to_be_disabled()  # one press does not lead to the end
    for _ in range(40):
        await ada.page.keyboard.press("Enter")
        await ada.page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 30)))")
        assert await button.is_disabled(), "pressed in haste"
    await expect(button).to_be_focused()
    await expect(clause.locator(".state")).to_contain_text("Waiting for us"), "reading binds nobody"
    await ada.page.keyboard.press("Enter")
    await expect(clause.locator(".state")).to_have_text("✓ Provisionally agreed")
    done = clause.locator(".done")
    await expect(done).to_contain_text("You accepted Cid, Castellan’s offer")
    await done.get_by_role("button", name=re.compile("^Reopen")).click()
    await ada.fill(clause.locator(".act-form"), reason="Too long.")
    await expect(clause.locator(".state .word")).to_have_text("○ Open")
    assert ada.said == cid.said == []


async def test_a_package_is_accepted_with_every_clause_of_it_in_sight(browser: Browser, demo: Running) -> None:
    ada, cid = await both(browser, demo)
    await ada.offers_package()
    clause = await cid.choose("1.2 Feedback")
    await expect(clause.locator(".offer")).to_have_count(1)
    await cid.page.keyboard.press("a")
    form = clause.locator(".act-form[data-command=accept_proposal]")
    await expect(form.locator(".binding section")).to_have_count(2)
    for heading in ("1.1 Obligations", "1.2 Feedback"):
        await expect(form.locator(".binding h4", has_text=heading)).to_have_count(1)
    await expect(form.locator(".bind")).to_contain_text("by you as its negotiator for the whole text")
    await expect(form.locator(".seal")).to_be_visible()


async def test_words_behind_the_bar_at_the_thumb_are_not_seen(browser: Browser, demo: Running) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    cid = await Member.enters(browser, demo.line["links"]["b_negotiator"], **phone)
    clause = await cid.choose("5.1")
    await cid.press(clause.locator(".offer"), "Accept")
    form = clause.locator(".act-form[data-command=accept_proposal]")
    words, button = form.locator("[data-words]"), form.locator("button[data-binds]")
    await words.evaluate("words => scrollBy(0, words.getBoundingClientRect().top - 100)")
    for _ in range(40):  # until the last line stands behind the bar
        bottom = await words.evaluate("words => words.getBoundingClientRect().bottom")
        if bottom <= 840:
            break
        await cid.page.evaluate("by => scrollBy(0, by)", min(bottom - 838, 200))
        await cid.page.wait_for_timeout(40)
    await cid.page.wait_for_timeout(1500)
    await expect(button).to_be_disabled()
    await cid.page.evaluate("scrollBy(0, 120)")
    await expect(button).to_be_enabled()


async def test_enter_in_haste_binds_nothing(browser: Browser, demo: Running) -> None:
    """Keys that were meant for what stood there before, or are pressed again and again, do not bind; one that is
    pressed once the button is open does."""
    cid = await Member.enters(browser, demo.line["links"]["b_negotiator"])
    clause = await cid.choose("5.1")
    await cid.page.keyboard.press("a")
    form = clause.locator(".act-form[data-command=accept_proposal]")
    await expect(form).to_be_visible()
    for _ in range(12):
        await cid.page.keyboard.press("Enter")
        await cid.page.wait_for_timeout(180)
    await expect(form).to_be_visible()
    await expect(form.locator("button[data-binds]")).to_be_focused()
    await cid.page.keyboard.press("Enter")
    await expect(clause.locator(".state")).to_have_text("✓ Provisionally agreed")


async def ratifiable(demo: Running, title: str = "Exit") -> dict[str, str]:
    """An agreement of its own with one agreed clause, put to signature by Ada; links that sign in, by role."""
    says = {role: {"Authorization": f"Bearer {token}"} for role, token in demo.line["tokens"].items()}
    async with httpx.AsyncClient(base_url=demo.url) as http:

        async def do(role: str, kind: str, **fields: object) -> dict[str, object]:
            command = {"command_id": f"{kind}-{len(fields)}-{role}", "type": kind, **fields}
            answer = await http.post(f"{path}/commands", headers=says[role], json=command)
            assert answer.status_code == 201, answer.text
            return dict(answer.json()["events"][0]["data"])

        opened = await http.post(
            f"/api/v1/partnerships/{demo.line['partnership_id']}/agreements",
            headers=says["a_negotiator"], json={"title": title},
        )  # fmt: skip
        agreement_id = opened.json()["agreement_id"]
        path = f"/api/v1/agreements/{agreement_id}"
        item = {"op": "add", "heading": "1 Exit", "text": LONG}
        made = await do("a_negotiator", "make_proposal", items=[item])
        named = {"proposal_id": made["proposal_id"], "fingerprint": made["fingerprint"]}
        await do("b_negotiator", "accept_proposal", **named)
        term_id = made["items"][0]["term_id"]  # type: ignore[index]
        await do("a_negotiator", "mark_term", term_id=term_id, mark="exit")
        ratification = await do("a_negotiator", "open_ratification")
        links = {}
        for role in ("a_signatory", "b_signatory", "a_negotiator"):
            shown = (await http.get(path.rsplit("/agreements", 1)[0] + f"/partnerships/{demo.line['partnership_id']}",
                                    headers=says[role])).json()  # fmt: skip
            name = {"a_signatory": "Sol", "b_signatory": "Sue", "a_negotiator": "Ada"}[role]
            member_id = next(each["member_id"] for each in shown["members"] if each["name"] == name)
            seat = member_id.replace("-", "")[-10:]
            links[role] = (await http.post(f"/{seat}/links", headers=says[role], json={})).json()["link"]
        return {"agreement": agreement_id, "fingerprint": str(ratification["fingerprint"]), **links}


async def test_how_signing_stands_is_told_on_every_screen(browser: Browser, demo: Running) -> None:
    made = await ratifiable(demo)
    people: dict[str, Member] = {}
    contexts: dict[str, Any] = {
        "a_signatory": {"timezone_id": "Asia/Tokyo", "forced_colors": "active"},
        "b_signatory": {"timezone_id": "America/New_York", "viewport": SIZES["phone"], "color_scheme": "dark"},
    }
    for role, context in contexts.items():
        page = await (await browser.new_context(reduced_motion="reduce", **context)).new_page()
        people[role] = Member(page)
        await page.goto(made[role])
        await page.get_by_role("button", name="Enter").click()
        await page.wait_for_url(re.compile(r"/[0-9a-f]{10}/"))
        await page.goto("/".join(page.url.split("/")[:4]) + f"/agreements/{made['agreement']}")
        await people[role].is_live()
    sol, sue = people.values()
    ada = await Member.enters(browser, demo.line["links"]["a_negotiator"])
    await ada.page.goto("/".join(ada.page.url.split("/")[:4]) + f"/agreements/{made['agreement']}")
    await ada.is_live()
    for member in (sol, sue, ada):
        await member.page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        await expect(member.page.locator("#bar .signing")).to_be_in_viewport()
        await expect(member.page.locator("#bar .signing")).to_contain_text("Meridian ○ awaited")
        await expect(member.page.locator("#bar .signing")).to_contain_text("Castellan ○ awaited")
    for member in (sol, sue):
        assert await flaws(member.page) == []
    await expect(sol.page.locator("#to-signing")).to_have_text("Read and sign", use_inner_text=True)
    await expect(ada.page.locator("#to-signing")).to_have_text("Read the text", use_inner_text=True)
    await sol.page.keyboard.press("n")
    await sol.page.wait_for_url("**/ratifications/*")
    await sol.is_live()
    sign = sol.page.get_by_role("button", name="Sign", exact=True)
    await expect(sign).to_be_disabled()
    await sol.signs()
    await expect(sol.page.locator("#consent")).to_be_hidden()
    await expect(sol.page.locator("#signing .done")).to_contain_text("You have signed this text.")
    await expect(sue.page.locator("#bar .signing")).to_contain_text("Meridian ✓ signed")
    await expect(ada.page.locator("#banner")).to_contain_text("Sol has signed")
    await expect(ada.page.locator("#banner")).to_contain_text("Castellan: 1 signature awaited, from Otto or Sue.")
    await expect(sol.page.locator("#to-signing")).to_have_text("You have signed", use_inner_text=True)
    await sol.page.reload()
    await expect(sol.page.locator("#consent")).to_be_hidden()
    await sue.page.keyboard.press("n")
    await sue.page.wait_for_url("**/ratifications/*")
    await sue.is_live()
    assert await flaws(sue.page) == []
    signed = {}
    await sue.signs()
    for member in (sol, sue):
        await expect(member.page.locator("#ratification h2")).to_contain_text("In force since")
        assert await flaws(member.page) == []
        signed[member] = await member.page.locator("#ratification time").all_inner_texts()
        assert all(re.fullmatch(r"\d+ \w+ 20\d\d, \d\d:\d\d:\d\d UTC", each) for each in signed[member])
        beside = await member.page.locator("#ratification .signatures local-time").first.evaluate(
            "each => each.shadowRoot.textContent"
        )
        assert beside.startswith(" (here ")
        await member.page.locator("#menu summary").click()
        await expect(member.page.locator("#menu")).to_contain_text("The signed text")
        assert "to be signed" not in (await member.page.content()).lower()
    assert signed[sol] == signed[sue], "both read the same moments, wherever they are"
    await expect(ada.page.locator("#bar .signing")).to_contain_text("In force since")
    assert sol.said == sue.said == ada.said == []


async def test_what_is_in_the_way_of_the_signature_is_listed_linked_and_reached(
    browser: Browser, demo: Running
) -> None:
    ada, _ = await both(browser, demo)
    foot = ada.page.locator("#foot")
    counted = re.match(r"(\d+) things", await foot.locator(".hint").inner_text())
    assert counted
    open_points = int(counted[1])
    await expect(foot.get_by_role("button", name="Put the whole text")).to_have_count(0)
    unsettled = await ada.page.locator(".clause[data-unsettled]").count()
    await foot.get_by_role("link", name="see which").click()
    await ada.page.wait_for_url("**/ratifications/*")
    rows = ada.page.locator(".missing li")
    await expect(rows).to_have_count(open_points)
    with_clause = ada.page.locator('.missing li a[href*="#term-"]')
    assert await with_clause.count() >= unsettled
    await expect(rows.filter(has_text="2.1")).to_contain_text("a blocking objection stands")
    await rows.filter(has_text="2.1").locator("a").first.click()
    await ada.page.wait_for_url("**/agreements/*#term-*")
    await expect(ada.page.locator("section.term.current .clause h2")).to_contain_text("2.1")


async def test_an_objection_on_another_clause_of_a_package_is_told_where_it_blocks(
    browser: Browser, demo: Running
) -> None:
    ada, cid = await both(browser, demo)
    await ada.offers_package()
    await cid.does(
        "1.1 Obligations",
        "Raise a concern",
        text="Who insures?",
        ground="ambiguity",
        severity="blocking",
        would_accept="x",
    )
    other = await cid.choose("1.2 Feedback")
    await expect(other.locator(".state .word")).to_contain_text("Contested")
    await expect(other.locator(".argument .sub")).to_have_text("No objection to this clause")
    await expect(other.locator(".argument .elsewhere")).to_contain_text("blocked by an objection on 1.1 Obligations")


async def test_a_value_is_asked_about_echoed_and_held_against_the_words(browser: Browser, demo: Running) -> None:
    """310,000 in two languages: never a value that nobody meant."""
    links = demo.line["links"]
    ada = await Member.enters(browser, links["a_negotiator"], locale="de-DE")
    cid = await Member.enters(browser, links["b_negotiator"], locale="en-GB")
    clause = await ada.choose("1.2 Feedback")
    await ada.press(clause, "Propose a change")
    form = clause.locator(".act-form")
    await form.locator("[name='items.0.text']").fill("Meridian pays €310,000 for the tooling.")
    await form.locator("[data-picks]").select_option("money")
    await form.locator("[name$='.amount']:enabled").first.fill("310,000")
    await form.locator("[name$='.value.currency']:enabled").first.fill("eur")
    await ada.press(form, "Propose")
    await expect(form.locator("output.refusal")).to_contain_text("the value is not taken yet")
    meanings = form.locator("[data-means]")
    await expect(meanings).to_have_count(2)
    await expect(meanings.nth(1)).to_contain_text("310.000,00\u00a0€ dreihundertzehntausend Euro")
    await meanings.nth(0).click()
    await expect(form.locator(".taken b")).to_have_text("310,00\u00a0€")
    await expect(form.locator(".differs")).to_contain_text("The words of this clause say €310,000")
    await ada.press(form, "Propose")
    await expect(form.locator("output.refusal")).to_contain_text("Send it again if this is meant."), "held back once"
    await form.locator("[name$='.amount']:enabled").first.fill("-5")
    await expect(form.locator(".differs").first).to_have_text("This is less than nothing: -5,00\u00a0€.")
    await form.locator("[name$='.amount']:enabled").first.fill("310000")
    await expect(form.locator(".taken b")).to_have_text("310.000,00\u00a0€")
    await expect(form.locator(".taken i")).to_have_text("dreihundertzehntausend Euro")
    await expect(form.locator(".differs")).to_have_count(0)
    await ada.press(form, "Propose")
    await expect(cid.clause("1.2 Feedback").locator(".offer .value ins")).to_have_text("€310,000.00")
    await expect(clause.locator(".offer .value ins")).to_have_text("310.000,00\u00a0€")
    assert ada.said == cid.said == []
