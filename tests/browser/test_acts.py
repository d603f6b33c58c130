"""Acts from the page, one by one: typed values, the menu of a clause, conditions, presence, and what observers lack."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from playwright.async_api import Browser, Locator, expect

from tests.browser.people import CONTROLS, Member
from tests.conftest import Running

VALUES = {
    "money": ({"amount": "3.1", "currency": "gbp"}, "£3.10"),
    "percent": ({"number": "8"}, "8%"),
    "number": ({"number": "42,000", "unit": "contacts"}, "42,000 contacts"),
    "number alone": ({"number": "5"}, "5"),
    "duration": ({"iso": "P6M"}, "6 months"),
    "date": ({"date": "2027-03-01"}, "March 1, 2027"),
}


async def both(browser: Browser, demo: Running) -> tuple[Member, Member]:
    ada = await Member.enters(browser, demo.line["links"]["a_negotiator"])
    return ada, await Member.enters(browser, demo.line["links"]["b_negotiator"])


async def valued(member: Member, heading: str, button: str, kind: str) -> Locator:
    """Open the composer on a clause and choose a kind of value; the fields of that kind."""
    clause = await member.choose(heading)
    await member.press(clause, button)
    await clause.locator(".act-form [data-picks]").select_option(kind)
    return clause.locator(f".act-form fieldset[data-of={kind}]")


@pytest.mark.parametrize("kind", VALUES)
async def test_a_value_is_typed_proposed_and_read(browser: Browser, demo: Running, kind: str) -> None:
    ada, cid = await both(browser, demo)
    fields, shown = VALUES[kind]
    kind = kind.split(" ")[0]
    editor = await valued(ada, "1.1 Obligations", "Propose a change", kind)
    for name, given in fields.items():
        await editor.locator(f"[name$='.{name}']").fill(given)
    await ada.press(ada.clause("1.1 Obligations").locator(".act-form"), "Propose")
    await expect(cid.clause("1.1 Obligations").locator(".offer .value ins")).to_have_text(shown)
    await cid.accepts("1.1 Obligations")
    await expect(ada.clause("1.1 Obligations").locator(".clause > .value")).to_contain_text(shown)

    await ada.press(ada.clause("1.1 Obligations"), "Propose a change")
    picks = ada.clause("1.1 Obligations").locator(".act-form [data-picks]")
    await expect(picks).to_have_value(kind)
    await picks.select_option("none")
    await ada.press(ada.clause("1.1 Obligations").locator(".act-form"), "Propose")
    await expect(cid.clause("1.1 Obligations").locator(".offer .value del")).to_have_text(shown)
    assert ada.said == cid.said == []


def echoed(member: Member) -> Locator:
    """What a value that is being typed is taken for."""
    return member.page.locator(".echo .taken b")


async def test_values_with_rows_are_typed_proposed_and_read(browser: Browser, demo: Running) -> None:
    ada, cid = await both(browser, demo)
    offered = cid.clause("1.1 Obligations").locator(".offer .redline.first .value ins")

    editor = await valued(ada, "1.1 Obligations", "Propose a change", "choice")
    await ada.press(editor, "+ option")
    for place, option in enumerate(("London", "Leeds", "York")):
        await editor.locator("[data-option]").nth(place).fill(option)
    await editor.locator("[data-chooses]").nth(1).check()
    await ada.press(ada.clause("1.1 Obligations").locator(".act-form"), "Propose")
    await expect(offered).to_have_text("Leeds chosen from London, Leeds, York")

    editor = await valued(ada, "1.1 Obligations", "Replace", "shares")
    for place, (who, share) in enumerate((("Meridian", "55"), ("Castellan", "45"))):
        await editor.locator("[name$='.label']").nth(place).fill(who)
        await editor.locator("[name$='.number']").nth(place).fill(share)
    await expect(echoed(ada)).to_have_text("Meridian 55% · Castellan 45%")
    await ada.press(ada.clause("1.1 Obligations").locator(".act-form"), "Offer this instead")
    await expect(offered).to_have_text("Meridian 55% · Castellan 45%")

    editor = await valued(ada, "1.1 Obligations", "Replace", "parts")
    await editor.locator("[name$='.total']").fill("12.50")
    await editor.locator("[name$='.currency']").fill("EUR")
    await editor.locator("[data-parts-are][value=each]").check()
    for place, (what, amount) in enumerate((("Base", "10"), ("Surcharge", "2"))):
        await editor.locator("[name$='.label']").nth(place).fill(what)
        await editor.locator("[name$='.amount']").nth(place).fill(amount)
    await ada.press(ada.clause("1.1 Obligations").locator(".act-form"), "Offer this instead")
    form = ada.clause("1.1 Obligations").locator(".act-form")
    await expect(form.locator("output.refusal")).to_contain_text("the value is not taken yet")
    await expect(form.locator(".echo .wrong")).to_contain_text("they are 0.50 under")
    await editor.locator("[name$='.amount']").nth(1).fill("2.50")
    await expect(echoed(ada)).to_contain_text("€12.50 in 2 parts")
    await ada.press(form, "Offer this instead")
    await expect(offered).to_contain_text("€12.50 in 2 parts: Base €10.00 + Surcharge €2.50")

    editor = await valued(ada, "1.1 Obligations", "Replace", "parts")
    await editor.locator("[name$='.total']").fill("310,000")
    await editor.locator("[data-parts-are][value=equal]").check()
    await editor.locator("[name$='.equal']").fill("24")
    await expect(echoed(ada)).to_contain_text("23 × €12,916.67 + €12,916.59")
    await ada.press(form, "Offer this instead")
    await expect(offered).to_have_text("€310,000.00 in 24 parts: 23 × €12,916.67 + €12,916.59")
    assert ada.said == cid.said == []


async def test_clauses_are_renamed_moved_added_and_removed(browser: Browser, demo: Running) -> None:
    ada, cid = await both(browser, demo)
    await ada.does("1.2 Feedback", "Propose a change", items__0__heading="1.2 Feedback, twice a year")
    await expect(cid.clause("1.2 Feedback").locator(".offer .new-heading ins")).to_have_text(", twice a year")
    await cid.accepts("1.2 Feedback")
    renamed = "1.2 Feedback, twice a year"
    await expect(ada.page.locator("#outline .entry", has_text=renamed)).to_have_count(1)

    await ada.from_menu(renamed, "Move")
    form = ada.clause(renamed).locator(".act-form")
    await form.locator("[name='items.0.after']").select_option("null")
    await ada.press(form, "Propose")
    await expect(cid.clause(renamed).locator(".offer .moved")).to_contain_text("Moved to the beginning")
    await cid.accepts(renamed)
    for member in (ada, cid):
        await expect(member.page.locator("#text section.term").first).to_contain_text(renamed)
        await expect(member.page.locator("#outline .entry").first).to_contain_text(renamed)

    await ada.from_menu("1.1 Obligations", "Add a clause after this")
    await ada.fill(
        ada.clause("1.1 Obligations").locator(".act-form"),
        items__0__heading="1.1a Help",
        items__0__text="Each helps the other.",
    )
    await cid.accepts("1.1a Help")
    order = ada.page.locator("#text .clause h2")
    await expect(order.nth(2)).to_contain_text("1.1")
    await expect(order.nth(3)).to_contain_text("1.1a Help")

    await ada.from_menu("1.1a Help", "Remove")
    await ada.fill(ada.clause("1.1a Help").locator(".act-form"), rationale="Said twice.")
    await expect(cid.clause("1.1a Help").locator(".offer")).to_contain_text("To be removed")
    await cid.accepts("1.1a Help")
    for member in (ada, cid):
        await expect(member.clause("1.1a Help")).to_have_count(0)
        await expect(member.page.locator("#outline")).not_to_contain_text("1.1a Help")
    assert ada.said == cid.said == []


async def test_a_heading_is_put_on_the_agenda_marked_and_taken_off(browser: Browser, demo: Running) -> None:
    ada, cid = await both(browser, demo)
    await ada.from_menu("1.2 Feedback", "Put a heading on the agenda")
    await ada.fill(ada.clause("1.2 Feedback").locator(".act-form"), heading="1.3 Exit help")
    await expect(cid.clause("1.3 Exit help").locator(".state")).to_have_text("○ Open")
    await ada.from_menu("1.3 Exit help", "Mark as exit term")
    await expect(cid.clause("1.3 Exit help").locator(".mark")).to_have_text("exit term")
    await ada.from_menu("1.3 Exit help", "Not the exit term")
    await expect(cid.clause("1.3 Exit help").locator(".mark")).to_have_count(0)
    await ada.from_menu("1.3 Exit help", "Take off the agenda")
    await expect(cid.clause("1.3 Exit help")).to_have_count(0)
    assert ada.said == cid.said == []


async def test_what_was_agreed_is_reopened_and_what_was_set_aside_is_taken_up(browser: Browser, demo: Running) -> None:
    ada, cid = await both(browser, demo)
    await ada.does("1.2 Feedback", "Reopen", reason="It says nothing of how often.")
    await expect(cid.clause("1.2 Feedback").locator(".state .word")).to_have_text("○ Open")
    await expect(cid.clause("1.2 Feedback").locator(".state")).to_contain_text("Waiting for us")
    await expect(ada.clause("1.2 Feedback").locator(".state")).to_contain_text("Waiting for Castellan")
    await expect(cid.clause("1.2 Feedback").locator(".note")).to_contain_text("the last agreed, version 1")

    await ada.from_menu("1.2 Feedback", "Park until a date")
    await ada.fill(ada.clause("1.2 Feedback").locator(".act-form"), until="2099-03-04", reason="Counsel looks at it.")
    await cid.choose("1.2 Feedback")
    await cid.press(cid.clause("1.2 Feedback").locator(".asked"), "Agree")
    await expect(ada.clause("1.2 Feedback").locator(".state")).to_contain_text("Parked until 4 Mar 2099")
    await ada.choose("1.2 Feedback")
    await ada.press(ada.clause("1.2 Feedback"), "Take up again")
    await expect(cid.clause("1.2 Feedback").locator(".state .word")).to_have_text("○ Open")
    assert ada.said == cid.said == []


async def test_a_conditional_acceptance_lapses_on_both_screens(browser: Browser, demo: Running) -> None:
    ada, cid = await both(browser, demo)
    await ada.does("1.2 Feedback", "Propose a change", items__0__text="Feedback is given each quarter.")
    says = {"Authorization": f"Bearer {demo.line['tokens']['b_negotiator']}"}
    async with httpx.AsyncClient(base_url=demo.url) as http:
        partnership = await http.get(f"/api/v1/partnerships/{demo.line['partnership_id']}", headers=says)
    offer = cid.clause("1.2 Feedback").locator(".offer")
    await expect(offer).to_have_count(1)
    await cid.choose("1.2 Feedback")
    await cid.press(offer, "Accept")
    accept = cid.clause("1.2 Feedback").locator("form[data-command=accept_proposal]")
    soon = datetime.now(UTC) + timedelta(seconds=3)
    command = {
        "type": "accept_proposal",
        "command_id": str(uuid4()),
        "proposal_id": await accept.locator("[name=proposal_id]").input_value(),
        "fingerprint": await accept.locator("[name=fingerprint]").input_value(),
        "subject_to": {
            "condition": "The works council agrees",
            "owner": partnership.json()["parties"][1]["party_id"],
            "due": soon.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        },
    }
    agreement = ada.page.url.split("/agreements/")[1].split("#")[0]
    async with httpx.AsyncClient(base_url=demo.url) as http:
        answer = await http.post(
            f"/api/v1/agreements/{agreement}/commands",
            headers=says,
            json=command,
        )
    assert answer.status_code == 201, answer.text
    seen = ada.clause("1.2 Feedback")
    await expect(seen.locator(".condition")).to_contain_text("subject to: The works council agrees")
    for member in (ada, cid):
        await expect(member.clause("1.2 Feedback").locator(".condition")).to_have_count(0)
    await ada.choose("1.2 Feedback")
    await expect(seen.locator(".story")).to_contain_text("lapsed")
    assert ada.said == cid.said == []


async def test_whoever_is_not_shown_sees_nobody(browser: Browser, demo: Running) -> None:
    ada, cid = await both(browser, demo)
    edda = await Member.enters(browser, demo.line["links"]["a_observer"])

    def seen_by(member: Member) -> Locator:
        return member.page.locator("#people li:visible")

    for member in (ada, cid, edda):
        await expect(seen_by(member)).to_have_count(3)
    await edda.page.locator("#menu summary").click()
    switch = edda.page.locator("#menu label.switch")
    await expect(switch).to_contain_text("Whoever is not shown does not see the others either.")
    await switch.locator("input").uncheck()
    await expect(seen_by(edda)).to_have_count(0)
    for member in (ada, cid):
        await expect(seen_by(member)).to_have_count(2)
        await expect(member.page.locator("#people li:visible", has_text="Ed")).to_have_count(0)

    await edda.page.reload()
    await edda.is_live()
    await expect(seen_by(edda)).to_have_count(0)
    await ada.page.reload()
    await ada.is_live()
    await expect(seen_by(ada)).to_have_count(2)
    await edda.page.locator("#menu summary").click()
    await edda.page.locator("#shown").check()
    for member in (ada, cid, edda):
        await expect(seen_by(member)).to_have_count(3)


async def test_an_observer_is_shown_no_control_and_refused_by_the_server(browser: Browser, demo: Running) -> None:
    edda = await Member.enters(browser, demo.line["links"]["a_observer"])
    assert await edda.page.locator(CONTROLS).count() == 0
    said = " ".join(await edda.page.locator("button:visible, .state, .entry, .offer .who, .bind").all_inner_texts())
    assert "Waiting for Meridian" in said
    assert "Waiting for Castellan" in said
    assert not re.search(r"\b(us|you|our|your)\b", said, re.IGNORECASE)
    refused = await edda.page.evaluate(
        """async () => {
            const room = document.getElementById("room").dataset;
            const term_id = document.querySelector("section.term").dataset.term;
            const command = { type: "mark_term", term_id, mark: "exit", on: true, base_version: 1 };
            const body = JSON.stringify({ command_id: "00000000-0000-4000-8000-000000000001", ...command });
            const headers = { "Content-Type": "application/json" };
            const answer = await fetch(room.commands, { method: "POST", headers, body });
            const form = await fetch(`${room.here}/forms/park?term=${term_id}`);
            return [answer.status, (await answer.json()).code, form.status];
        }"""
    )
    assert refused == [403, "observer_read_only", 404]


async def test_an_offer_is_compared_with_what_one_chooses(browser: Browser, demo: Running) -> None:
    ada, cid = await both(browser, demo)
    await ada.does("1.2 Feedback", "Propose a change", items__0__text="Feedback is given each quarter.")
    await cid.does("1.2 Feedback", "Counter", items__0__text="Feedback is given each year.")
    offer = ada.clause("1.2 Feedback").locator(".offer")
    heading, words = offer.locator(".against > :visible"), offer.locator(".redline:visible")
    await ada.choose("1.2 Feedback")
    await expect(heading.first).to_have_text("Changes to the last agreed words")
    await expect(words.locator("del").first).to_be_visible()
    await ada.page.keyboard.press("d")
    await expect(heading.first).to_have_text("Changes to the offer that it answers")
    await expect(words.locator("del")).to_have_text("quarter")
    await expect(words.locator("ins")).to_have_text("year")
    await ada.page.keyboard.press("d")
    await expect(heading.first).to_have_text("The words as offered")
    await expect(words.locator("del:visible")).to_have_count(0)
    await ada.page.keyboard.press("d")
    await expect(heading.first).to_have_text("Changes to the last agreed words")


async def test_a_replaced_offer_of_a_new_clause_shows_what_it_drops(browser: Browser, demo: Running) -> None:
    """The other side has read the words before: what is taken out of them is not hidden by showing all as new."""
    ada, cid = await both(browser, demo)
    await ada.from_menu("1.2 Feedback", "Add a clause after this")
    form = ada.clause("1.2 Feedback").locator(".act-form")
    await ada.fill(form, items__0__heading="1.3 Audit", items__0__text="Each may audit. The other pays.")
    await expect(cid.clause("1.3 Audit").locator(".redline.first .against")).to_contain_text("New words")
    await ada.choose("1.3 Audit")
    await ada.press(ada.clause("1.3 Audit").locator(".offer"), "Replace")
    again = ada.clause("1.3 Audit").locator(".act-form")
    await expect(again.locator("[name=rationale]")).to_have_value("")
    await ada.fill(again, items__0__text="Each may audit.")
    await cid.page.reload()
    await cid.is_live()
    shown = cid.clause("1.3 Audit").locator(".redline.first")
    await expect(shown.locator(".against")).to_contain_text("Changes to the offer that it replaces")
    await expect(shown.locator("del")).to_contain_text("The other pays.")


async def test_an_own_package_that_ones_own_acceptance_ended_asks_for_nothing(browser: Browser, demo: Running) -> None:
    ada, cid = await both(browser, demo)
    await ada.offers_package()
    await cid.from_menu("1.2 Feedback", "Make another proposal")
    await cid.fill(cid.clause("1.2 Feedback").locator(".act-form"), items__0__text="Feedback is given each year.")
    await ada.choose("1.2 Feedback")
    theirs = ada.clause("1.2 Feedback").locator(".offer", has_text="each year")
    await ada.press(theirs, "Accept")
    accept = ada.clause("1.2 Feedback").locator(".act-form[data-command=accept_proposal]")
    await expect(accept).to_contain_text("makes stale what you offer on 1.1 Obligations")
    await ada.binds(accept)
    stale = ada.clause("1.1 Obligations").locator(".stale")
    await expect(stale).to_contain_text("became stale by what your own side did: 1.2 Feedback")
    await expect(stale).to_contain_text("It no longer stands, and waits for nobody.")
    await ada.press(stale, "Make it again on the present words")
    again = ada.clause("1.1 Obligations").locator(".act-form")
    await cid.does("5.1", "Raise a concern", text="Too short.", ground="risk")
    await expect(ada.clause("5.1")).to_contain_text("Too short.")
    await expect(again.locator(".overtaken")).to_have_count(0)


async def test_what_an_earlier_page_could_not_send_is_told_when_it_is_refused(browser: Browser, demo: Running) -> None:
    """The words come back with the reason, though the form that sent them is gone."""
    ada, cid = await both(browser, demo)
    sends = "**/agreements/*/commands"
    await ada.page.route(sends, lambda route: route.abort())
    clause = await ada.choose("1.2 Feedback")
    await ada.press(clause, "Propose a change")
    await clause.locator("[name='items.0.text']").fill("Feedback is what friends give.")
    await ada.press(clause.locator(".act-form"), "Propose")
    await expect(ada.page.locator("#connection")).to_have_text("1 unsent · sending")

    other_tab = Member(await ada.page.context.new_page())
    await cid.does("1.2 Feedback", "Propose a change", items__0__text="Feedback is welcome.")
    await other_tab.page.route(sends, lambda route: route.continue_())
    await other_tab.page.goto(ada.page.url)
    await other_tab.is_live()
    await other_tab.accepts("1.2 Feedback")
    await expect(cid.clause("1.2 Feedback").locator(".clause > .words")).to_have_text("Feedback is welcome.")
    assert await other_tab.page.locator("#undelivered").is_hidden(), "the first tab is still at it"

    await ada.page.unroute(sends)
    await ada.page.reload()
    told = ada.page.locator("#undelivered")
    await expect(told).to_contain_text("“Propose a change to 1.2 Feedback.” was not recorded.")
    await expect(told.locator("q")).to_have_text("Feedback is what friends give.")
    await expect(ada.page.locator("#connection")).to_have_text("Live")
