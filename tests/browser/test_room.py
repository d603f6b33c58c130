"""The room: packages, reading together, words that are kept, a restart in the middle, and who may do what."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, expect

from tests.browser.people import CONTROLS, Member
from tests.conftest import Running, start_demo

DATA = Path(__file__).parent.parent / "data"


async def both(browser: Browser, demo: Running) -> tuple[Member, Member]:
    ada = await Member.enters(browser, demo.line["links"]["a_negotiator"])
    return ada, await Member.enters(browser, demo.line["links"]["b_negotiator"])


async def test_several_clauses_are_composed_into_a_package_and_accepted_whole(browser: Browser, demo: Running) -> None:
    ada, cid = await both(browser, demo)
    for heading in ("1.1 Obligations", "1.2 Feedback"):
        await ada.clause(heading).locator(".marking input").check()
    tray = ada.page.locator("#tray")
    await expect(tray).to_contain_text("2 marked")
    await expect(tray.get_by_role("button", name="Read and accept together")).to_be_hidden()
    await ada.press(tray, "Compose a package")
    form = ada.page.locator("#sheet .act-form")
    for place, words in (("0", "Each does its part."), ("1", "Each gives feedback every quarter.")):
        await form.locator(f"[name='items.{place}.text']").fill(words)
    value = form.locator("value-editor").last
    await value.locator("[data-picks]").select_option("duration")
    await value.locator("[data-counts]").fill("3")
    await value.locator("[data-units]").select_option("M")
    await form.locator("[name=rationale]").fill("The two belong together.")
    await ada.press(form, "Propose it as a whole")
    await expect(form).to_have_count(0)

    offer = cid.clause("1.1 Obligations").locator(".offer")
    await expect(offer.locator(".package")).to_contain_text("Part of a package with 1.2 Feedback.")
    await expect(cid.clause("1.2 Feedback").locator(".offer .value ins")).to_have_text("3 months")
    await cid.accepts("1.1 Obligations")
    for heading, words in (
        ("1.1 Obligations", "Each does its part."),
        ("1.2 Feedback", "Each gives feedback every quarter."),
    ):
        clause = ada.clause(heading)
        await expect(clause.locator(".state")).to_have_text("✓ Provisionally agreed")
        await expect(clause.locator(".clause > .words")).to_have_text(words)
    await expect(ada.clause("1.2 Feedback").locator(".clause > .value")).to_contain_text("3 months")
    assert ada.said == cid.said == []


async def test_waiting_proposals_are_read_in_one_place_and_accepted_together(browser: Browser, demo: Running) -> None:
    ada, cid = await both(browser, demo)
    for heading in ("5.1", "6.2 Termination"):
        await cid.clause(heading).locator(".marking input").check()
    await cid.press(cid.page.locator("#tray"), "Read and accept together")
    sheet = cid.page.locator("#sheet")
    await expect(sheet.locator(".read")).to_have_count(2)
    await expect(sheet.locator(".read").first.locator("ins").first).to_contain_text("10 business")
    await cid.binds(sheet.locator(".act-form"))
    await expect(sheet).to_be_hidden()
    await expect(cid.page.locator("#done")).to_contain_text("The way back is to reopen a clause, with a reason")
    for heading in ("5.1", "6.2 Termination"):
        await expect(ada.clause(heading).locator(".state .word")).to_have_text("✓ Provisionally agreed")
    assert ada.said == cid.said == []


async def test_what_was_unticked_is_not_said_to_be_accepted(browser: Browser, demo: Running) -> None:
    cid = await Member.enters(browser, demo.line["links"]["b_negotiator"])
    for heading in ("5.1", "6.2 Termination"):
        await cid.clause(heading).locator(".marking input").check()
    await cid.press(cid.page.locator("#tray"), "Read and accept together")
    form = cid.page.locator("#sheet .act-form")
    await form.locator(".read", has_text="Termination").locator("[data-includes]").uncheck()
    await cid.binds(form)
    done = cid.page.locator("#done")
    await expect(done).to_contain_text("The way back is to reopen a clause, with a reason: 5.1.")
    await expect(done).not_to_contain_text("Termination")
    await expect(cid.page.locator("#tray")).to_be_hidden()


async def test_an_offer_that_is_replaced_while_several_are_read_is_left_out(browser: Browser, demo: Running) -> None:
    ada, cid = await both(browser, demo)
    for heading in ("5.1", "6.2 Termination"):
        await cid.clause(heading).locator(".marking input").check()
    await cid.press(cid.page.locator("#tray"), "Read and accept together")
    form = cid.page.locator("#sheet .act-form")
    await cid.reads(form, form.locator("[data-words]").first)
    await ada.does("6.2 Termination", "Replace", items__0__text="Either party may terminate on 90 days notice.")
    left = form.locator(".read", has_text="Termination")
    await expect(left.locator("[role=alert]")).to_contain_text("was replaced or has ended meanwhile")
    await expect(left.locator("[data-includes]")).not_to_be_checked()
    await expect(form.locator("button[data-binds]")).to_have_text("Accept 1")
    await form.locator("button[data-binds]").click()
    await expect(cid.page.locator("#done")).to_contain_text("The way back is to reopen a clause, with a reason: 5.1.")
    await expect(cid.clause("6.2 Termination").locator(".state")).to_contain_text("Waiting for us")
    assert ada.said == cid.said == []


async def test_arriving_changes_take_no_words_and_move_no_text_under_the_cursor(
    browser: Browser, demo: Running
) -> None:
    ada, cid = await both(browser, demo)
    clause = await ada.choose("6.4 Effect")
    await ada.press(clause, "Propose a change")
    words = clause.locator("textarea[name='items.0.text']")
    await words.fill("Half of a thought")
    await words.evaluate("field => field.setSelectionRange(4, 9)")
    before = await words.bounding_box()
    for heading in ("1.1 Obligations", "6.4 Effect"):
        await cid.does(heading, "Propose a change", items__0__text="Something else that is longer than one line. " * 9)
        await expect(ada.clause(heading).locator(".offer")).to_have_count(1)
    after = await words.bounding_box()
    assert await words.input_value() == "Half of a thought"
    cursor = await words.evaluate(
        "field => document.activeElement === field && [field.selectionStart, field.selectionEnd]"
    )
    assert cursor == [4, 9]
    assert before
    assert after
    assert abs(after["y"] - before["y"]) < 2, "what arrived above moved the page, not the words"

    await cid.does("6.4 Effect", "Withdraw")
    await ada.page.reload()
    await ada.is_live()
    clause = await ada.choose("6.4 Effect")
    await ada.press(clause, "Propose a change")
    await expect(clause.locator("textarea[name='items.0.text']")).to_have_value("Half of a thought")


async def test_a_form_says_that_its_offer_is_gone_and_keeps_the_words(browser: Browser, demo: Running) -> None:
    ada, cid = await both(browser, demo)
    fee = await ada.choose("14 Fee")
    await ada.press(fee, "Counter")
    form = fee.locator(".act-form")
    await form.locator("[name='items.0.text']").fill("Meridian pays £3.20.")
    await cid.does("14 Fee", "Withdraw")
    await expect(form.locator(".overtaken")).to_contain_text("was replaced or has ended. What you wrote is kept.")
    assert await form.locator("[name='items.0.text']").input_value() == "Meridian pays £3.20."


async def test_a_restart_in_the_middle_loses_nothing_and_needs_no_reload(browser: Browser, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/demo.db"
    demo = start_demo(url)
    ada, cid = await both(browser, demo)
    clause = await ada.choose("1.2 Feedback")
    await ada.press(clause, "Propose a change")
    await clause.locator("textarea[name='items.0.text']").fill("Feedback is welcome.")
    demo.stop()
    await expect(ada.page.locator("#connection")).to_have_text("Reconnecting")
    await clause.locator(".act-form .acts .primary").click()
    await expect(ada.page.locator("#connection")).to_contain_text("1 unsent")
    await expect(clause.locator(".act-form output")).to_have_text("Sending…")
    again = start_demo(url, port=urlsplit(demo.url).port or 0)
    await expect(cid.clause("1.2 Feedback").locator(".offer ins").first).to_contain_text("welcome")
    await expect(clause.locator(".act-form")).to_have_count(0)
    await expect(ada.page.locator("#connection")).to_have_text("Live")
    again.stop()


async def test_three_links_work_side_by_side_in_one_browser(browser: Browser, demo: Running) -> None:
    context = await browser.new_context()
    pages = {}
    for role in ("a_negotiator", "b_negotiator", "a_observer"):
        member = Member(await context.new_page())
        await member.page.goto(demo.line["links"][role])
        await member.is_live()
        pages[role] = member
    ada, cid, edda = pages.values()
    await expect(ada.page.locator(".strip")).to_contain_text("You are Ada")
    await ada.does("1.2 Feedback", "Propose a change", items__0__text="Feedback is welcome.")
    await expect(cid.clause("1.2 Feedback").locator(".state")).to_contain_text("Waiting for us")
    await cid.accepts("1.2 Feedback")
    for member in (ada, edda):
        await expect(member.clause("1.2 Feedback").locator(".clause > .words")).to_have_text("Feedback is welcome.")
    for member in pages.values():
        await member.page.reload()
        await member.is_live()
    await expect(edda.page.locator("#bar .turn")).to_contain_text("Waiting for Meridian")
    assert await edda.page.locator(CONTROLS).count() == 0
    assert "us" not in (await edda.page.locator("#bar .turn").inner_text()).lower().split()


async def test_keys_move_and_act(browser: Browser, demo: Running) -> None:
    cid = await Member.enters(browser, demo.line["links"]["b_negotiator"])
    current = cid.page.locator("section.term.current .clause h2")
    await cid.choose("1 Cooperation")
    await cid.page.keyboard.press("j")
    await expect(current).to_contain_text("1.1")
    await cid.page.keyboard.press("k")
    await expect(current).to_contain_text("Cooperation")
    await cid.page.keyboard.press("n")
    await expect(current).to_contain_text("2.1")
    await cid.page.keyboard.press("n")
    await expect(current).to_contain_text("5.1")
    await cid.page.keyboard.press("o")
    concern = cid.page.locator(".current .act-form[data-command=raise_objection]")
    await expect(concern.locator("textarea").first).to_be_focused()
    await cid.page.keyboard.press("Escape")
    await expect(concern).to_have_count(0)
    await cid.page.locator("section.term.current .clause h2 a").focus()
    await cid.page.keyboard.press("a")
    accept = cid.page.locator(".current .act-form[data-command=accept_proposal]")
    await expect(accept.locator("button[data-binds]")).to_be_focused()
    await expect(cid.clause("5.1").locator(".state")).to_contain_text("Waiting for us"), "a alone binds nobody"
    await cid.page.keyboard.press("Enter")
    await expect(cid.clause("5.1").locator(".state")).to_have_text("✓ Provisionally agreed")
    await expect(cid.clause("5.1").locator(".done")).to_contain_text("The way back is to reopen, with a reason.")


async def test_n_goes_through_all_that_waits_and_then_through_all_that_is_open(browser: Browser, demo: Running) -> None:
    ada = await Member.enters(browser, demo.line["links"]["a_negotiator"])
    page = ada.page
    ours = f"~='{await page.locator('#room').get_attribute('data-us')}'"
    waiting = await page.locator(f"#text .clause[data-waits{ours}]").count()
    still_open = await page.locator(f"#text .clause[data-unsettled]:not([data-waits{ours}])").count()
    assert waiting > 2
    assert still_open > 2
    await ada.choose("1 Cooperation")
    visited = []
    for _ in range(waiting + still_open):
        await page.keyboard.press("n")
        visited.append(await page.locator("section.term.current").get_attribute("id"))
    assert len(set(visited)) == waiting + still_open
    await page.keyboard.press("n")
    assert await page.locator("section.term.current").get_attribute("id") == visited[0]


async def test_the_outline_of_a_phone_reaches_its_last_clause(browser: Browser, demo: Running) -> None:
    ada = await Member.enters(
        browser,
        demo.line["links"]["a_negotiator"],
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
    )
    await ada.page.get_by_role("button", name="Clauses").tap()
    last = ada.page.locator("#outline a.entry").last
    await last.scroll_into_view_if_needed()
    await expect(last).to_be_in_viewport()
    box = await last.bounding_box()
    assert box
    assert box["height"] >= 44
    await last.tap()
    await expect(ada.page.locator("section.term.current")).to_be_in_viewport()


async def test_back_leads_to_the_clause_that_one_came_from(browser: Browser, demo: Running) -> None:
    ada = await Member.enters(browser, demo.line["links"]["a_negotiator"])
    current = ada.page.locator("section.term.current .clause h2")
    for number in ("5.1", "14 Fee", "9.2"):
        await ada.page.locator("#outline a.entry", has_text=number).click()
        await expect(current).to_contain_text(number)
    for number in ("14 Fee", "5.1"):
        await ada.page.go_back()
        await expect(current).to_contain_text(number)
        await expect(current).to_be_in_viewport()
    await ada.page.go_forward()
    await expect(current).to_contain_text("14 Fee")
    await expect(ada.page.locator("#connection")).to_have_text("Live")


@pytest.mark.parametrize("act", ["set aside", "leave open"])
async def test_a_clause_is_set_aside_by_both(browser: Browser, demo: Running, act: str) -> None:
    ada, cid = await both(browser, demo)
    clause = await cid.choose("13.12")
    await clause.locator(".clause-acts .menu summary").click()
    button = {"set aside": "Park until a date", "leave open": "Defer: leave open at signature"}[act]
    await cid.press(clause, button)
    form = clause.locator(".act-form")
    await cid.fill(form, until="2099-03-04", reason="Counsel is looking into it.")
    await expect(form).to_have_count(0)
    asked = ada.clause("13.12")
    await expect(asked.locator(".asked")).to_contain_text("until 4 Mar 2099, 24:00 UTC: Counsel is looking into it.")
    await ada.choose("13.12")
    await ada.press(asked, "Agree")
    word = {"set aside": "Parked until 4 Mar 2099", "leave open": "Deferred until 4 Mar 2099"}[act]
    await expect(clause.locator(".state")).to_contain_text(word)
    assert ada.said == cid.said == []


async def test_the_room_of_73_terms_loads_with_less_than_150_kb(browser: Browser, demo: Running) -> None:
    ada = await Member.enters(browser, demo.line["links"]["a_negotiator"])
    sizes = await ada.page.evaluate(
        "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
        ".map(entry => entry.transferSize)"
    )
    assert len(sizes) > 10
    assert sum(sizes) < 150_000


async def test_an_imported_agreement_is_read_and_accepted_in_one_go(browser: Browser, demo: Running) -> None:
    """73 clauses from a file, looked at and proposed, then marked with one press and accepted all or none."""
    ada, cid = await both(browser, demo)
    await ada.page.goto("/".join(ada.page.url.split("/")[:4]) + "/")
    await ada.page.get_by_role("link", name="Import a text").click()
    await ada.page.locator("input[type=file]").set_input_files(DATA / "partnership-agreement.md")
    await ada.page.locator("[name=title]").fill("Imported")
    await expect(ada.page.locator(".draft-clause")).to_have_count(73)
    await ada.page.get_by_role("button", name="Propose it").click()
    await ada.page.wait_for_url("**/agreements/*")
    await ada.is_live()
    await cid.page.goto("/".join(cid.page.url.split("/")[:5]) + "/" + ada.page.url.rsplit("/", 1)[-1])
    await cid.is_live()
    await expect(cid.page.locator("#bar .turn .ours")).to_contain_text("73")
    await expect(cid.page).to_have_title("(73) Imported · Onetext")
    await cid.press(cid.page.locator(".side"), "Mark all that we may accept")
    await expect(cid.page.locator("#tray")).to_contain_text("73 marked")
    await cid.press(cid.page.locator("#tray"), "Read and accept together")
    await expect(cid.page.locator("#sheet .read")).to_have_count(61)
    await cid.binds(cid.page.locator("#sheet .act-form"))
    for member in (ada, cid):
        await expect(member.page.locator("#bar .progress")).to_contain_text("73 of 73 agreed")
        await expect(member.page.locator(".clause.provisional")).to_have_count(73)
    await expect(cid.page).to_have_title("Imported · Onetext")
    assert ada.said == cid.said == []
