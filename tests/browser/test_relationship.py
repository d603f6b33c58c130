"""Two people in two browsers say what they need, hear each other, seal, plan ahead, and bring it into the text."""

from __future__ import annotations

import uuid

import httpx
from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.people import CONTROLS, Member
from tests.conftest import Running


async def at_home(browser: Browser, demo: Running, role: str, **context: object) -> Member:
    """A member on the partnership's home."""
    member = await Member.enters(browser, demo.line["links"][role], **context)
    await member.page.goto(member.page.url.split("/agreements/")[0] + "/")
    await member.is_live()
    return member


def thing(member: Member, words: str) -> Locator:
    """The card of a need or an intention."""
    return member.page.locator(".thing", has=member.page.locator("> .words", has_text=words))


async def acts(where: Locator, page: Page, button: str, **fields: str) -> None:
    """Open a form by its button, fill it, send it, and see it recorded."""
    await where.get_by_role("button", name=button, exact=True).first.click()
    form = page.locator(".desk .act-form")
    await expect(form).to_be_visible()
    for name, given in fields.items():
        await form.locator(f"[name='{name.replace('__', '.')}']:enabled").first.fill(given)
    await form.locator(".acts .primary").click()
    await expect(form).to_have_count(0)


async def test_a_need_is_heard_live_and_nothing_is_reloaded(browser: Browser, demo: Running) -> None:
    ada, cid = await at_home(browser, demo, "a_negotiator"), await at_home(browser, demo, "b_negotiator")
    edda = await at_home(browser, demo, "a_observer")
    for each in (ada, cid, edda):
        await each.page.evaluate("window.stayed = true")
    await acts(cid.page.locator("#needs"), cid.page, "Say what we need", text="Quiet nights", why="Sick leave doubles")
    need = thing(ada, "Quiet nights")
    await expect(need).to_contain_text("Because: Sick leave doubles")
    await expect(need.locator(".state")).to_contain_text("Waiting for us")
    await acts(need, ada.page, "Say it back", text="No storms at night")
    theirs = thing(cid, "Quiet nights")
    await expect(theirs).to_contain_text("No storms at night")
    await acts(theirs, cid.page, "Not quite", text="Fewer night shifts in a row")
    await expect(need).to_contain_text("Not quite, says Castellan: Fewer night shifts in a row")
    await expect(need.locator(".state")).to_contain_text("Meridian is asked to say it back again")
    await acts(need, ada.page, "Say it back", text="No more than three nights in a row")
    await theirs.get_by_role("button", name="Yes, that is it").click()
    for each in (ada, cid, edda):
        await expect(thing(each, "Quiet nights").locator(".state")).to_have_text("✓ Understood, says Castellan")
    await expect(edda.page.locator("#main :is(.thing, .part > .acts, .column > .acts) button")).to_have_count(0)
    await theirs.locator("summary", has_text="More").click()
    await acts(theirs, cid.page, "Withdraw it", reason="Said elsewhere")
    await expect(need.locator(".state")).to_have_text("– Withdrawn by Castellan")
    for each in (ada, cid, edda):
        assert await each.page.evaluate("window.stayed")
        assert each.said == []


async def test_a_seal_shows_nothing_until_both_have_sealed(browser: Browser, demo: Running) -> None:
    ada, cid = await at_home(browser, demo, "a_negotiator"), await at_home(browser, demo, "b_negotiator")
    skills = ada.page.locator(".exchanges", has=ada.page.locator("#skills-h"))
    await acts(skills, ada.page, "Ask both to write", until="2027-03-01")
    exchange, theirs = ada.page.locator(".exchange"), cid.page.locator(".exchange")
    await exchange.get_by_role("button", name="Write ours and seal it").click()
    could_read = "whoever runs that machine and has its key could read it meanwhile"
    await expect(exchange.locator(".act-form")).to_contain_text(could_read)
    await only(ada.page, "conflict", "We call the tribunal too early.")
    await expect(theirs).to_contain_text("Meridian Home ▣ has sealed")
    await expect(theirs.locator(".state")).to_contain_text("Waiting for us")
    assert "tribunal" not in await cid.page.content()
    await exchange.get_by_role("button", name="Read what we sealed").click()
    await expect(exchange.locator(".own-sealed")).to_contain_text("We call the tribunal too early.")
    await exchange.get_by_role("button", name="Take ours back").click()
    form = exchange.locator(".act-form")
    await expect(form).to_contain_text("erased here, and nobody can bring it back")
    await form.locator("button.primary").press("Escape")
    await expect(exchange.get_by_role("button", name="Take ours back")).to_be_focused()
    await exchange.get_by_role("button", name="Change what we sealed").click()
    await expect(form.locator("textarea:enabled").first).to_have_value("We call the tribunal too early.")
    await expect(form.locator("textarea:enabled")).to_have_count(2)
    await expect(form).to_contain_text("you can change it or take it back")
    await form.get_by_role("button", name="Close").click()
    await theirs.get_by_role("button", name="Write ours and seal it").click()
    await expect(theirs.locator(".act-form")).to_contain_text("Once you seal, both see both at once")
    await only(cid.page, "conflict", "We close the door.")
    for each in (ada, cid):
        shown = each.page.locator(".exchanges", has=each.page.locator("#skills-h"))
        await expect(shown).to_contain_text("We call the tribunal too early.")
        await expect(shown).to_contain_text("We close the door.")
        await expect(each.page.locator(".exchange")).to_have_count(0)
    kept = await ada.page.evaluate("JSON.stringify(localStorage)")
    assert "tribunal" not in kept, "what is sealed is no longer a draft"

    await acts(skills, ada.page, "Ask both to write anew", until="2027-03-01")
    await theirs.get_by_role("button", name="Write ours and seal it").click()
    await theirs.locator("textarea").first.fill("We were about to say")
    await acts(exchange, ada.page, "Cancel the exchange")
    await expect(cid.page.locator("#undelivered")).to_contain_text("kept among your drafts")
    await expect(cid.page.get_by_role("button", name="1 draft")).to_be_visible()
    assert ada.said == cid.said == []


async def test_trust_is_sealed_shown_at_once_answered_and_reworded(browser: Browser, demo: Running) -> None:
    ada, cid = await at_home(browser, demo, "a_negotiator"), await at_home(browser, demo, "b_negotiator")
    trust = ada.page.locator(".exchanges", has=ada.page.locator("#trust-h"))
    await acts(trust, ada.page, "Ask both to write anew", until="2027-03-01")
    for member, words in ((ada, "Bitter truths at once"), (cid, "A call before a change")):
        exchange = member.page.locator(".exchange")
        await exchange.get_by_role("button", name="Write ours and seal it").click()
        form = exchange.locator(".act-form")
        await expect(form).to_contain_text("A backup that was made meanwhile keeps it, encrypted.")
        for category in ("contractual", "competence"):
            await form.locator(f"[data-includes={category}]").uncheck()
        for number in range(4):
            await form.locator("textarea:enabled").nth(number).fill(f"{words}, {number}.")
        if member is ada:
            await form.locator("button.primary").click()
            await expect(exchange).to_contain_text("Meridian Home ▣ has sealed")
            await expect(cid.page.locator(".exchange")).to_contain_text("Meridian Home ▣ has sealed")
            assert "Bitter truths" not in await cid.page.content()
        else:
            await form.locator("button.primary").click()
    for member in (ada, cid):
        goodwill = member.page.locator("#trust-goodwill")
        await expect(goodwill).to_contain_text("Bitter truths at once, 0.")
        await expect(goodwill).to_contain_text("A call before a change, 3.")
        await expect(member.page.locator("#trust-contractual")).to_contain_text("Nothing said of this.")
    theirs = ada.page.locator("#trust-goodwill .column", has_text="Castellan Contact")
    await acts(theirs, ada.page, "Answer", text="We will call your shift lead.")
    await expect(cid.page.locator("#trust-goodwill")).to_contain_text("We will call your shift lead.")
    own = cid.page.locator("#trust-goodwill .column", has_text="Castellan Contact")
    await acts(own, cid.page, "Reword it", builds="A call the day before")
    await expect(ada.page.locator("#trust-goodwill")).to_contain_text("A call the day before")
    await expect(ada.page.locator("#trust-goodwill")).to_contain_text("answered before it was reworded")
    await theirs.locator("summary", has_text="What it said before").click()
    await expect(theirs.locator("details")).to_contain_text("A call before a change, 0.")
    assert ada.said == cid.said == []


async def only(page: Page, skill: str, words: str) -> None:
    """Seal what one says of one skill alone."""
    form = page.locator(".desk .act-form")
    await expect(form).to_be_visible()
    for box in await form.locator("[data-includes]").all():
        if await box.get_attribute("data-includes") != skill:
            await box.uncheck()
    section = form.locator(".sealing", has=page.locator(f"[data-includes={skill}]"))
    await section.locator("textarea").first.fill(words)
    await form.locator(".acts .primary").click()
    await expect(form).to_have_count(0)


async def test_a_vision_is_reworded_and_adopted_with_its_redline(browser: Browser, demo: Running) -> None:
    ada, cid = await at_home(browser, demo, "a_negotiator"), await at_home(browser, demo, "b_negotiator")
    now = thing(ada, "Whoever calls on the worst day")
    await now.locator("summary", has_text="More").click()
    await acts(now, ada.page, "Propose other words", text="Whoever calls reaches somebody who can help.")
    theirs = cid.page.locator(".intention.proposed", has_text="reaches somebody who can help")
    await expect(theirs.locator("del").first).to_be_visible()
    await acts(theirs, cid.page, "Reword it", text="Whoever calls reaches somebody who helps.")
    reworded = ada.page.locator(".intention.proposed", has_text="somebody who")
    await expect(reworded.locator("ins")).to_contain_text("helps")
    await expect(reworded).to_contain_text("Cid, Castellan worded it so")
    await reworded.get_by_role("button", name="Adopt it").click()
    form = ada.page.locator(".desk .act-form")
    await expect(form).to_contain_text("It takes the place of")
    await ada.binds(form)
    for each in (ada, cid):
        await expect(each.page.locator("#future-vision > .intention.adopted > .words")).to_have_text(
            "Whoever calls reaches somebody who helps."
        )
        past = each.page.locator("#past-vision")
        await past.locator("summary").click()
        await expect(past).to_contain_text("Whoever calls on the worst day")
        await expect(past.locator(".state")).to_contain_text("Retired")
    principle = thing(cid, "We measure promises, not people.")
    await principle.locator("summary", has_text="More").click()
    await acts(principle, cid.page, "Ask to retire it", reason="Said in the charter now")
    asked = thing(ada, "We measure promises, not people.")
    await expect(asked.locator(".state")).to_contain_text("Waiting for us")
    await acts(asked, ada.page, "Keep it", reason="It is the heart of it")
    await expect(principle.locator(".state")).to_have_text("✓ Adopted by both")
    await expect(principle.locator(".history")).to_contain_text("Said in the charter now")
    await expect(principle.locator(".history")).to_contain_text("It is the heart of it")
    assert ada.said == cid.said == []


async def test_needs_and_principles_come_into_the_text(browser: Browser, demo: Running) -> None:
    """A clause is linked to a need, an offer says why, an objection cites a principle; story and argument show it."""
    ada = await Member.enters(browser, demo.line["links"]["a_negotiator"])
    cid = await Member.enters(browser, demo.line["links"]["b_negotiator"])
    clause = await ada.choose("1.2 Feedback")
    await ada.press(clause, "Which need does it serve?")
    form = clause.locator(".act-form")
    await form.get_by_label("A forecast that we can staff against.").check()
    await form.locator(".primary").click()
    await expect(form).to_have_count(0)
    theirs = cid.clause("1.2 Feedback")
    await expect(theirs.locator(".clause > .serves")).to_contain_text(
        "Castellan: A forecast that we can staff against."
    )

    await cid.choose("1.2 Feedback")
    await cid.press(theirs, "Propose a change")
    form = theirs.locator(".act-form")
    await form.locator("[name='items.0.text']").fill("Each party gives feedback, by name, every week.")
    await form.locator(".needs-served summary").click()
    await expect(form.get_by_label("A forecast that we can staff against.")).to_be_checked()
    await form.get_by_label("To hear of trouble before our customers do.").check()
    await form.locator(".acts .primary").last.click()
    await expect(form).to_have_count(0)
    await expect(clause.locator(".offer .why-needs")).to_contain_text("To hear of trouble before our customers do.")

    await ada.press(clause, "Raise a concern")
    form = clause.locator(".act-form")
    await form.locator("[name=text]").fill("By name is not what we agreed on.")
    await expect(form.locator("[name=principle_id]")).to_be_hidden()
    await form.locator("[name=ground]").select_option("principle")
    await form.locator(".acts .primary").last.click()
    await expect(form.locator(".overtaken, .refusal")).to_have_count(0)
    assert await form.locator("[name=principle_id]").evaluate("each => each.validity.valueMissing")
    await form.locator("[name=principle_id]").select_option(label="We measure promises, not people.")
    await form.locator(".acts .primary").last.click()
    await expect(form).to_have_count(0)
    await expect(theirs.locator(".objection .cites")).to_contain_text("Principle: We measure promises, not people.")
    await expect(theirs.locator(".story")).to_contain_text("Principle:")

    await cid.press(theirs, "It does not serve our need")
    form = theirs.locator(".act-form")
    await form.get_by_label("A forecast that we can staff against.").check()
    await form.locator(".primary").click()
    await expect(clause.locator(".clause > .serves")).to_have_count(0)
    assert ada.said == cid.said == []


async def test_a_reworded_need_is_shown_in_open_rooms(browser: Browser, demo: Running) -> None:
    ada = await Member.enters(browser, demo.line["links"]["a_negotiator"])
    cid = await at_home(browser, demo, "b_negotiator")
    await expect(ada.clause("2.1").locator(".clause > .serves")).to_contain_text("paid in the money")
    need = thing(cid, "To be paid in the money")
    await need.locator("summary", has_text="More").click()
    await acts(need, cid.page, "Reword it", text="To be paid in pounds.")
    await expect(ada.clause("2.1").locator(".clause > .serves")).to_contain_text("To be paid in pounds.")


async def test_the_first_need_can_be_linked_in_rooms_that_are_open(browser: Browser, demo: Running) -> None:
    ada = await Member.enters(browser, demo.line["links"]["a_negotiator"])
    clause = await ada.choose("1.2 Feedback")
    programs = {}
    async with httpx.AsyncClient(base_url=demo.line["url"]) as http:
        stream = f"/api/v1/partnerships/{demo.line['partnership_id']}"
        for role in ("a_negotiator", "b_negotiator"):
            programs[role] = {"Authorization": f"Bearer {demo.line['tokens'][role]}"}
        parties = (await http.get(stream, headers=programs["a_negotiator"])).json()["parties"]
        needs = (await http.get(f"{stream}/needs", headers=programs["a_negotiator"])).json()["needs"]
        for need in needs:
            role = "a_negotiator" if need["party_id"] == parties[0]["party_id"] else "b_negotiator"
            body = {"type": "withdraw_need", "command_id": str(uuid.uuid4()), "need_id": need["need_id"]}
            assert (await http.post(f"{stream}/commands", headers=programs[role], json=body)).status_code == 201
        button = clause.get_by_role("button", name="Which need does it serve?")
        await expect(button).to_have_count(0)
        body = {"type": "disclose_need", "command_id": str(uuid.uuid4()), "text": "Calm"}
        answer = await http.post(f"{stream}/commands", headers=programs["b_negotiator"], json=body)
        assert answer.status_code == 201
        await expect(button).to_have_count(1)
    assert ada.said == []


async def test_what_is_folded_is_printed(browser: Browser, demo: Running) -> None:
    ada = await at_home(browser, demo, "a_negotiator")
    home = ada.page.url
    for path, folded in (("", ".said-before li"), ("records", "details dd")):
        await ada.page.goto(f"{home}{path}")
        await ada.page.emulate_media(media="print")
        lines = ada.page.locator(folded)
        assert await lines.count() > 5
        assert await lines.evaluate_all("all => all.every(each => each.checkVisibility())"), path
        await ada.page.emulate_media(media="screen")


async def test_by_keys_alone_one_answers_what_waits(browser: Browser, demo: Running) -> None:
    ada = await at_home(browser, demo, "a_negotiator")
    await ada.page.keyboard.press("n")
    card = ada.page.locator(".thing:focus")
    await expect(card).to_contain_text("Waiting for us")
    await expect(card.get_by_role("button", name="Not quite")).to_be_visible()
    for _ in range(12):
        await ada.page.keyboard.press("Tab")
        if await ada.page.evaluate("document.activeElement.textContent.trim() === 'Not quite'"):
            break
    await ada.page.keyboard.press("Enter")
    form = ada.page.locator(".desk .act-form")
    await expect(form.locator("textarea")).to_be_focused()
    await ada.page.keyboard.type("n: not a report, the numbers.")
    await ada.page.keyboard.press("Tab")
    await ada.page.keyboard.press("Enter")
    await expect(form).to_have_count(0)
    await expect(ada.page.locator(".need", has_text="n: not a report, the numbers.")).to_be_visible()
    assert ada.said == []


async def test_on_a_phone_each_part_and_what_waits_for_us_are_a_touch_away(browser: Browser, demo: Running) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    cid = await at_home(browser, demo, "b_negotiator", **phone)
    below = cid.page.get_by_role("navigation", name="Parts of this page")
    await below.get_by_role("link", name="Trust").tap()
    await expect(cid.page.get_by_role("heading", name="Trust, and working together")).to_be_in_viewport()
    for_us = below.get_by_role("button", name="For us")
    count = int(await for_us.locator("b").inner_text())
    assert count > 0
    await for_us.tap()
    await expect(cid.page.locator(".thing:focus, .agreement:focus")).to_be_in_viewport()
    ada = await at_home(browser, demo, "a_negotiator")
    await acts(ada.page.locator("#future"), ada.page, "Propose a desired outcome", text="Nobody waits for a number.")
    await expect(for_us.locator("b")).to_have_text(str(count + 1))
    assert ada.said == cid.said == []


async def test_the_guide_follows_the_log_and_an_observer_acts_on_nothing(browser: Browser, demo: Running) -> None:
    cid = await at_home(browser, demo, "b_negotiator")
    ada = await at_home(browser, demo, "a_negotiator")
    await ada.page.get_by_role("link", name="A first day together").first.click()
    await ada.is_live()
    await expect(ada.page.locator(".steps li").nth(1)).to_contain_text("Still to come from Castellan")
    await acts(cid.page.locator("#needs"), cid.page, "Say what we need", text="A third thing")
    await expect(ada.page.locator(".steps li").nth(1)).not_to_contain_text("Still to come from Castellan")
    edda = await at_home(browser, demo, "a_observer")
    await expect(edda.page.locator(CONTROLS)).to_have_count(0)
    assert ada.said == edda.said == []


async def test_what_is_half_written_at_home_is_kept(browser: Browser, demo: Running) -> None:
    """Escape, another browser tab, a change that comes meanwhile, a reload."""
    ada = await at_home(browser, demo, "a_negotiator")
    await ada.page.get_by_role("button", name="Say what we need").click()
    form = ada.page.locator("#desk-disclose .act-form")
    await form.locator("[name=text]").fill("Half a thought")
    cid = await at_home(browser, demo, "b_negotiator")
    await acts(cid.page.locator("#needs"), cid.page, "Say what we need", text="Something else")
    await expect(thing(ada, "Something else")).to_be_visible()
    await expect(form.locator("[name=text]")).to_have_value("Half a thought")
    await form.locator("[name=text]").press("Escape")
    await expect(form).to_have_count(0)
    await ada.page.reload()
    await ada.is_live()
    await ada.page.get_by_role("button", name="1 draft").click()
    await ada.page.get_by_role("button", name="Take it up").click()
    await expect(form.locator("[name=text]")).to_have_value("Half a thought")
    await form.locator(".primary").click()
    await expect(thing(ada, "Half a thought")).to_be_visible()
    assert ada.said == cid.said == []


async def test_an_agreement_begins_with_a_template(browser: Browser, demo: Running) -> None:
    ada = await at_home(browser, demo, "a_negotiator")
    cid = await at_home(browser, demo, "b_negotiator")
    await ada.page.get_by_role("link", name="Begin with a template").click()
    await ada.page.get_by_role("link", name="Partnership charter").click()
    await expect(ada.page.get_by_label("Title of the agreement")).to_have_value("Partnership charter")
    await ada.page.get_by_role("button", name="Propose it").click()
    await ada.is_live()
    await expect(ada.clause("2.2 What we decide together")).to_be_visible()
    await expect(cid.page.locator("#agreements-list")).to_contain_text("Partnership charter")


async def test_nobody_answers_words_that_are_others_by_now(browser: Browser, demo: Running) -> None:
    """What changes beneath an open form is told on it, and what was typed stays."""
    ada, cid = await at_home(browser, demo, "a_negotiator"), await at_home(browser, demo, "b_negotiator")
    await acts(cid.page.locator("#needs"), cid.page, "Say what we need", text="Quiet nights")
    need, theirs = thing(ada, "Quiet"), thing(cid, "Quiet")
    await need.get_by_role("button", name="Say it back").click()
    form = need.locator(".act-form")
    await form.locator("[name=text]").fill("No storms at night")
    await theirs.locator("summary", has_text="More").click()
    await acts(theirs, cid.page, "Reword it", text="Quiet weekends")
    await expect(form.locator(".overtaken")).to_contain_text("are others now")
    await expect(form.locator(".primary")).to_be_disabled()
    await form.get_by_role("button", name="Go on with what stands now").click()
    await expect(form.locator(".hint").first).to_contain_text("Quiet weekends")
    await expect(form.locator("[name=text]")).to_have_value("No storms at night")
    await form.locator(".primary").click()
    await theirs.get_by_role("button", name="Not quite").click()
    judged = theirs.locator(".act-form")
    await judged.locator("[name=text]").fill("Also in spring")
    await acts(need, ada.page, "Say it back in other words", text="Weekends without calls")
    await expect(judged.locator(".overtaken")).to_be_visible()

    await acts(ada.page.locator("#future-outcome"), ada.page, "Propose a desired outcome", text="Calm")
    offered, own = thing(cid, "Calm"), thing(ada, "Calm")
    await offered.get_by_role("button", name="Adopt it").click()
    await acts(own, ada.page, "Reword it", text="Calm and quick")
    await expect(offered.locator(".act-form .overtaken")).to_be_visible()
    await offered.get_by_role("button", name="Go on with what stands now").click()
    await expect(offered.locator(".act-form .overtaken")).to_have_count(0)
    await own.get_by_role("button", name="Take it back").click()
    await expect(cid.page.locator(".act-form .overtaken")).to_have_count(2)
    await expect(cid.page.locator("#future-outcome .act-form .overtaken")).to_be_visible()
    assert ada.said == cid.said == []


async def test_each_thing_that_waits_is_come_to_in_turn(browser: Browser, demo: Running) -> None:
    cid = await at_home(browser, demo, "b_negotiator")
    pill = cid.page.locator("[data-next-for]").first
    waiting = int(await pill.locator("b").inner_text())
    assert waiting >= 2
    came_to = []
    for _ in range(waiting + 1):
        await pill.click()
        came_to.append(await cid.page.evaluate("document.activeElement.id"))
    assert len(set(came_to)) == waiting
    assert came_to[-1] == came_to[0]
    assert [each for each in came_to if each.startswith("agreement-")]


async def test_a_long_word_stays_within_the_page(browser: Browser, demo: Running) -> None:
    ada = await at_home(browser, demo, "a_negotiator")
    for width in (390, 1280):
        await ada.page.set_viewport_size({"width": width, "height": 900})
        for button in ("Say what we need", "Propose a desired outcome", "Say this in the open"):
            await ada.page.get_by_role("button", name=button).first.click()
            form = ada.page.locator(".desk .act-form")
            await form.locator("textarea").first.fill("x" * 3000)
            assert await ada.page.evaluate("document.documentElement.scrollWidth") <= width, button
            await form.get_by_role("button", name="Discard what I wrote").click()
            await form.get_by_role("button", name="Discard for good?").click()
            await expect(form).to_have_count(0)
