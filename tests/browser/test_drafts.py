"""What somebody is writing stays: over a reload, a lost connection, and the end of the clause it is about."""

from __future__ import annotations

from playwright.async_api import Browser, expect

from tests.browser.people import Member
from tests.browser.test_acts import both
from tests.conftest import Running


async def test_a_half_composed_package_is_there_again_after_a_reload(browser: Browser, demo: Running) -> None:
    ada, cid = await both(browser, demo)
    clause = await ada.choose("1.2 Feedback")
    await ada.press(clause, "Propose a change")
    form = clause.locator(".act-form")
    await form.locator("[data-adds-item]").select_option(label="1.1 Obligations.")
    second = form.locator("fieldset.composed").nth(1)
    await second.locator("textarea").fill("Each does its part.")
    first = form.locator("fieldset.composed").nth(0)
    await first.locator("[data-picks]").select_option("shares")
    shares = first.locator("fieldset[data-of=shares]")
    await ada.press(shares, "+ share")
    for place, (who, share) in enumerate((("Meridian", "50"), ("Castellan", "30"), ("Others", "20"))):
        await shares.locator("[name$='.label']").nth(place).fill(who)
        await shares.locator("[name$='.number']").nth(place).fill(share)
    await ada.page.reload()
    await ada.is_live()
    await ada.choose("1.2 Feedback")
    await ada.press(clause, "Propose a change")
    await expect(second.locator("textarea")).to_have_value("Each does its part.")
    await expect(shares.locator("[name$='.label']").nth(2)).to_have_value("Others")
    await ada.press(form, "Propose")
    shown = cid.clause("1.2 Feedback").locator(".offer .value ins")
    await expect(shown).to_have_text("Meridian 50% · Castellan 30% · Others 20%")
    await expect(cid.clause("1.1 Obligations").locator(".offer .redline.first ins").first).to_contain_text("does")


async def test_words_on_a_clause_that_goes_while_one_is_cut_off_are_kept(browser: Browser, demo: Running) -> None:
    ada, cid = await both(browser, demo)
    clause = await ada.choose("1.2 Feedback")
    await ada.press(clause, "Propose a change")
    await clause.locator("[name='items.0.text']").fill("Half of a thought")
    await ada.page.context.set_offline(True)
    await ada.page.evaluate("document.getElementById('wire')._htmx.ws.connection.socket.close()")
    await expect(ada.page.locator("#connection")).to_have_text("Reconnecting")

    ben = await Member.enters(browser, demo.line["links"]["a_negotiator"])
    await cid.from_menu("1.2 Feedback", "Remove")
    await cid.fill(cid.clause("1.2 Feedback").locator(".act-form"), rationale="Said elsewhere.")
    await ben.accepts("1.2 Feedback")
    await expect(cid.clause("1.2 Feedback")).to_have_count(0)

    await ada.page.context.set_offline(False)
    await expect(ada.page.locator("#connection")).to_have_text("Live")
    await expect(ada.page.locator("#text")).not_to_contain_text("1.2 Feedback")
    kept = ada.page.locator("#kept > section")
    await expect(kept).to_contain_text("This clause is gone. What you were writing is kept here.")
    await expect(kept.locator("[name='items.0.text']")).to_have_value("Half of a thought")
    await ada.press(kept, "Close")
    await expect(kept).to_have_count(0)


async def test_an_acceptance_that_comes_too_late_says_so_where_it_was_pressed(browser: Browser, demo: Running) -> None:
    """Cid's withdrawal crosses Ada's acceptance."""
    ada, cid = await both(browser, demo)
    await cid.does("1.2 Feedback", "Propose a change", items__0__text="Feedback is welcome.")
    await ada.choose("1.2 Feedback")

    async def after_the_withdrawal(route: object) -> None:
        await cid.does("1.2 Feedback", "Withdraw")
        await expect(ada.clause("1.2 Feedback").locator(".offer")).to_have_count(0)
        await route.continue_()  # type: ignore[attr-defined]

    await ada.page.route("**/agreements/*/commands", after_the_withdrawal)
    await ada.press(ada.clause("1.2 Feedback").locator(".offer"), "Accept")
    form = ada.clause("1.2 Feedback").locator(".act-form")
    await ada.binds(form)
    await expect(form.locator("output")).to_contain_text("This proposal is withdrawn: its party took it back.")
    await expect(form.locator("button.primary")).to_be_disabled()


async def test_back_from_another_page_is_live_again(browser: Browser, demo: Running) -> None:
    ada, _ = await both(browser, demo)
    await ada.page.locator("#bar a.home").click()
    await ada.page.wait_for_selector("#room")
    await ada.page.go_back()
    await ada.is_live()
