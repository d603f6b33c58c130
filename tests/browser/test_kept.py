"""What somebody types is kept for that member until it is sent or discarded, whatever happens meanwhile."""

from __future__ import annotations

from playwright.async_api import Browser, expect

from tests.browser.people import Member
from tests.browser.test_acts import both
from tests.conftest import Running


async def test_escape_and_another_clause_lose_nothing_and_drafts_are_listed(browser: Browser, demo: Running) -> None:
    ada, _ = await both(browser, demo)
    drafts = ada.page.locator("#drafts-kept")
    await expect(drafts).to_be_hidden()
    for heading, button, words in (
        ("1.2 Feedback", "Propose a change", "Half of a thought"),
        ("14 Fee", "Counter", "Meridian pays £3.20."),
        ("5.1", "Replace", "Within a week."),
    ):
        clause = await ada.choose(heading)
        await ada.press(clause, button)
        await clause.locator("[name='items.0.text']").fill(words)
        await ada.page.keyboard.press("Escape")
        await expect(clause.locator(".act-form")).to_have_count(0)
    await expect(drafts).to_have_text("3 drafts")
    await ada.page.reload()
    await ada.is_live()
    await expect(drafts).to_have_text("3 drafts")
    await drafts.click()
    listed = ada.page.locator("#drafts li")
    await expect(listed).to_have_count(3)
    await expect(listed.first).to_contain_text("Replace our offer")
    fee = listed.filter(has_text="Meridian pays £3.20.")
    await fee.get_by_role("button", name="Take it up").click()
    form = ada.clause("14 Fee").locator(".act-form")
    await expect(form.locator("[name='items.0.text']")).to_have_value("Meridian pays £3.20.")
    await expect(form).to_contain_text("This is what you had begun.")
    await form.get_by_role("button", name="Discard").click()
    await expect(form).to_be_visible(), "discarding asks once more"
    await form.get_by_role("button", name="Discard for good?").click()
    await expect(form).to_have_count(0)
    await expect(drafts).to_have_text("2 drafts")
    await ada.does("1.2 Feedback", "Propose a change")
    await expect(drafts).to_have_text("1 draft"), "what was sent is no draft any more"
    assert ada.said == []


async def test_what_was_written_on_an_offer_is_offered_again_on_the_one_that_stands(
    browser: Browser, demo: Running
) -> None:
    """Cid replaces his offer while Ada writes her counter, with her form open, and again with it closed."""
    ada, cid = await both(browser, demo)
    await ada.page.set_viewport_size({"width": 1100, "height": 460})  # the form is higher than that
    clause = await ada.choose("9.2")
    await ada.press(clause, "Counter")
    form = clause.locator(".act-form")
    await form.locator("[name='items.0.text']").fill("Neither party is liable for lost revenues.")
    before = await form.locator("[name=counters]").input_value()
    await cid.does("9.2", "Replace", items__0__text="Under no circumstances is anybody liable.")
    await expect(form.locator(".overtaken")).to_contain_text("was replaced or has ended. What you wrote is kept.")
    await expect(form.locator("[name='items.0.text']")).to_be_in_viewport()
    await expect(form.locator(".overtaken")).to_be_in_viewport(ratio=0.9)
    await expect(form.locator(".acts .primary")).to_be_disabled()
    await form.get_by_role("button", name="Go on with what stands now").click()
    await expect(form.locator(".moved-on")).to_be_visible()
    assert await form.locator("[name=counters]").input_value() != before
    await expect(form.locator("[name='items.0.text']")).to_have_value("Neither party is liable for lost revenues.")

    await ada.page.keyboard.press("Escape")
    await cid.does("9.2", "Replace", items__0__text="Nobody is liable, ever.")
    await ada.page.locator("#drafts-kept").click()
    await ada.page.locator("#drafts").get_by_role("button", name="Take it up").click()
    await expect(form.locator("[name='items.0.text']")).to_have_value("Neither party is liable for lost revenues.")
    await ada.press(form, "Counter")
    await expect(form).to_have_count(0)
    offer = cid.clause("9.2").locator(".offer")
    await expect(offer.locator(".redline.first")).to_contain_text("Neither party is liable for lost revenues.")
    await expect(ada.page.locator("#drafts-kept")).to_be_hidden()
    assert ada.said == cid.said == []


async def test_a_replaced_offer_moves_no_acceptance_out_of_sight(browser: Browser, demo: Running) -> None:
    """What has the focus is below the screen, and what shrinks is above it."""
    ada, cid = await both(browser, demo)
    await ada.page.set_viewport_size({"width": 1100, "height": 460})
    await cid.does("1.2 Feedback", "Propose a change", items__0__text=" ".join(f"Part {n} of it." for n in range(600)))
    clause = await ada.choose("1.2 Feedback")
    await ada.press(clause.locator(".offer"), "Accept")
    form = clause.locator(".act-form[data-command=accept_proposal]")
    await form.locator("button[data-closes]").focus()
    words = form.locator("[data-words]")
    await words.evaluate("words => scrollBy(0, words.getBoundingClientRect().top + words.offsetHeight / 2)")
    await cid.does("1.2 Feedback", "Replace", items__0__text="Short.")
    await expect(clause.locator(".offer")).to_contain_text("Short.")
    await expect(words).to_be_in_viewport()
    await expect(form.locator(".overtaken")).to_be_in_viewport(ratio=0.9)


async def test_a_form_opens_once_the_connection_is_back(browser: Browser, demo: Running) -> None:
    """The line is lost without a word from the other end: nothing says that all is well, and nothing asked is lost."""
    ada, _ = await both(browser, demo)
    clause = await ada.choose("1.2 Feedback")
    await ada.page.context.set_offline(True)
    await expect(ada.page.locator("#connection")).to_have_text("Reconnecting")
    await ada.press(clause, "Propose a change")
    await expect(clause.locator(".desk").first).to_contain_text("The form opens here as soon as the connection")
    await ada.page.context.set_offline(False)
    await expect(clause.locator("[name='items.0.text']")).to_be_visible()
    await ada.is_live()


async def test_what_is_on_its_way_is_no_draft_and_cannot_be_changed(browser: Browser, demo: Running) -> None:
    """Neither is a thing sent that was discarded, nor are words lost that were typed after sending."""
    ada, cid = await both(browser, demo)
    clause = await ada.choose("1.2 Feedback")
    await ada.press(clause, "Propose a change")
    form = clause.locator(".act-form")
    words = form.locator("[name='items.0.text']")
    await words.fill("Feedback is owed.")
    await ada.page.route("**/agreements/*/commands", lambda route: route.abort())
    await ada.press(form, "Propose")
    await expect(form.locator("output")).to_contain_text("goes out as soon as the connection is back")
    await expect(form.get_by_role("button", name="Discard")).to_be_disabled()
    await words.click(force=True)
    await ada.page.keyboard.type("SECOND")
    await expect(words).to_have_value("Feedback is owed.")
    await expect(ada.page.locator("#drafts-kept")).to_be_hidden()
    await ada.page.reload()
    await expect(ada.page.locator("#connection")).to_contain_text("1 unsent")
    await expect(ada.page.locator("#drafts-kept")).to_be_hidden()
    await ada.page.unroute("**/agreements/*/commands")
    await expect(cid.clause("1.2 Feedback").locator(".offer")).to_contain_text("owed")
    await expect(ada.page.locator("#connection")).to_have_text("Live")
    await expect(ada.page.locator("#drafts-kept")).to_be_hidden()

    other = await ada.choose("1.1 Obligations")
    await ada.press(other, "Propose a change")
    await ada.page.route(
        "**/agreements/*/commands",
        lambda route: route.fulfill(status=409, json={"code": "reserved", "detail": "Not now.", "next": "Later."}),
    )
    await other.locator("[name='items.0.text']").fill("Each does its part.")
    await ada.press(other.locator(".act-form"), "Propose")
    await expect(other.locator(".act-form output")).to_contain_text("Not now.")
    await expect(ada.page.locator("#drafts-kept")).to_have_text("1 draft"), "refused: it is a draft again"
    await other.locator("[name='items.0.text']").fill("Each does all of its part.")


async def test_what_is_written_in_two_tabs_is_kept_twice(browser: Browser, demo: Running) -> None:
    ada = await Member.enters(browser, demo.line["links"]["a_negotiator"])
    tab = Member(await ada.page.context.new_page())
    await tab.page.goto(ada.page.url)
    await tab.is_live()
    for member, text in ((ada, "FIRST"), (tab, "SECOND"), (ada, "FIRST again"), (tab, "SECOND again")):
        clause = member.clause("1.2 Feedback")
        if await clause.locator(".act-form").count() == 0:
            await member.choose("1.2 Feedback")
            await member.press(clause, "Propose a change")
            await expect(clause.locator("[name='items.0.text']")).to_be_visible()
        await clause.locator("[name='items.0.text']").fill(text)
    await expect(ada.clause("1.2 Feedback")).to_contain_text("in another tab as well: both are kept.")
    await expect(ada.page.locator("#drafts-kept")).to_have_text("2 drafts")
    await tab.page.reload()
    await tab.is_live()
    await tab.page.locator("#drafts-kept").click()
    for text in ("SECOND again", "FIRST again"):
        item = tab.page.locator("#drafts li", has_text=text)
        await item.get_by_role("button", name="Take it up").click()
        await expect(tab.clause("1.2 Feedback").locator("[name='items.0.text']")).to_have_value(text)
        await tab.page.keyboard.press("Escape")
        await tab.page.locator("#drafts-kept").click()


async def test_drafts_are_of_one_member(browser: Browser, demo: Running) -> None:
    context = await browser.new_context()
    pages = {}
    for role in ("a_negotiator", "b_negotiator"):
        pages[role] = Member(await context.new_page())
        await pages[role].page.goto(demo.line["links"][role])
        await pages[role].is_live()
    ada, cid = pages.values()
    clause = await ada.choose("1.2 Feedback")
    await ada.press(clause, "Propose a change")
    await clause.locator("[name='items.0.text']").fill("Between us: never.")
    await expect(ada.page.locator("#drafts-kept")).to_have_text("1 draft")
    await cid.page.reload()
    await cid.is_live()
    await expect(cid.page.locator("#drafts-kept")).to_be_hidden()


async def test_signing_out_asks_what_becomes_of_drafts_and_of_what_is_unsent(browser: Browser, demo: Running) -> None:
    ada, cid = await both(browser, demo)
    clause = await ada.choose("1.2 Feedback")
    await ada.press(clause, "Propose a change")
    await clause.locator("[name='items.0.text']").fill("Half of a thought")
    await ada.page.keyboard.press("Escape")
    await ada.page.route("**/agreements/*/commands", lambda route: route.abort())
    await ada.press(await ada.choose("1.1 Obligations"), "Propose a change")
    form = ada.clause("1.1 Obligations").locator(".act-form")
    await form.locator("[name='items.0.text']").fill("Each does its part.")
    await ada.press(form, "Propose")
    await expect(ada.page.locator("#connection")).to_contain_text("1 unsent")
    await expect(ada.page.locator("#connection")).not_to_contain_text("Live")
    home = "/".join(ada.page.url.split("/")[:4]) + "/"
    await ada.page.goto(home)
    await ada.page.unroute("**/agreements/*/commands")
    signs_out = ada.page.locator("form[data-signs-out]").first
    await signs_out.get_by_role("button", name="Sign out", exact=True).click()
    asked = signs_out.locator("output")
    await expect(asked).to_contain_text("Kept in this browser, and not sent: 1 draft and 1 on its way.")
    await expect(asked.locator("li")).to_have_count(1)
    await asked.get_by_role("button", name="Stay signed in").click()
    await expect(asked).to_be_empty()
    await signs_out.get_by_role("button", name="Sign out", exact=True).click()
    await expect(ada.page).to_have_url(home)
    await asked.get_by_role("button", name="Send what is unsent, then sign out").click()
    await expect(cid.clause("1.1 Obligations").locator(".offer")).to_contain_text("does its part")
    await expect(ada.page.locator("h1")).to_have_text("Onetext")
    await ada.page.goto(demo.line["links"]["a_negotiator"])
    await ada.is_live()
    await expect(ada.page.locator("#drafts-kept")).to_have_text("1 draft"), "kept"
    await ada.page.goto(home)
    await signs_out.get_by_role("button", name="Sign out", exact=True).click()
    await asked.get_by_role("button", name="Erase them and sign out").click()
    await expect(ada.page.locator("h1")).to_have_text("Onetext")
    await ada.page.goto(demo.line["links"]["a_negotiator"])
    await ada.is_live()
    await expect(ada.page.locator("#drafts-kept")).to_be_hidden()


async def test_one_intention_is_one_command_though_it_was_sent_twice_while_signed_out(
    browser: Browser, demo: Running
) -> None:
    ada, cid = await both(browser, demo)
    clause = await ada.choose("1.2 Feedback")
    await ada.press(clause, "Propose a change")
    form = clause.locator(".act-form")
    await form.locator("[name='items.0.text']").fill("Feedback is welcome.")
    cookies = await ada.page.context.cookies()
    room = ada.page.url
    await ada.page.context.clear_cookies()
    for _ in range(2):
        await ada.press(form, "Propose")
        await expect(form.locator("output.refusal")).to_contain_text("You are signed out.")
    await ada.page.context.add_cookies(cookies)  # type: ignore[arg-type]
    await ada.page.goto(room)
    await ada.page.reload()
    await ada.is_live()
    await expect(cid.clause("1.2 Feedback").locator(".offer")).to_have_count(1)
    await ada.does("1.1 Obligations", "Propose a change", items__0__text="Each does its part.")
    await expect(cid.clause("1.1 Obligations").locator(".offer")).to_have_count(1)
    await expect(cid.clause("1.2 Feedback").locator(".offer")).to_have_count(1)


async def test_what_was_sent_comes_into_view_and_has_the_focus(browser: Browser, demo: Running) -> None:
    ada, _ = await both(browser, demo)
    clause = await ada.choose("6.4 Effect")
    await ada.press(clause, "Propose a change")
    await clause.locator("[name='items.0.text']").fill("It ends. " * 200)
    await ada.press(clause.locator(".act-form"), "Propose")
    offer = clause.locator(".offer")
    await expect(offer).to_be_focused()
    await expect(offer).to_be_in_viewport()
