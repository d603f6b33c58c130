"""People at their browsers, as the tests tell of them."""

from __future__ import annotations

from collections.abc import Mapping

from playwright.async_api import Browser, ConsoleMessage, Locator, Page, expect

CONTROLS = "form[data-command], .clause :is(.acts, .clause-acts) button:not(.to-rail), .marking, .foot button"
"""What acts on an agreement: nothing of it is on an observer's page."""


class Member:
    """A person in the room, in a browser of their own."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.said: list[str] = []
        page.on("pageerror", lambda error: self.said.append(f"error: {error}"))
        page.on("console", lambda message: self.said.append(message.text) if _is_wrong(message) else None)

    @classmethod
    async def enters(cls, browser: Browser, link: str, **context: object) -> Member:
        member = cls(await (await browser.new_context(**context)).new_page())  # type: ignore[arg-type]
        await member.page.goto(link)
        await member.is_live()
        return member

    async def is_live(self) -> None:
        await expect(self.page.locator("#connection")).to_have_text("Live")

    def clause(self, heading: str) -> Locator:
        """The section of a clause: its words, its desk and its argument."""
        return self.page.locator("section.term", has=self.page.locator("h2", has_text=heading))

    async def choose(self, heading: str) -> Locator:
        clause = self.clause(heading)
        await clause.locator("h2 a").click()
        if not await clause.evaluate("section => section.matches('.current')"):
            await clause.locator("h2 a").click()  # what arrived moved the text under the first press
        await expect(clause).to_have_class("term current")
        return clause

    async def press(self, where: Locator, name: str) -> None:
        await where.get_by_role("button", name=name).first.click()

    async def fill(self, form: Locator, **fields: str) -> None:
        """Fill the open form and send it; names with dots are written with __."""
        for name, given in fields.items():
            field = form.locator(f"[name='{name.replace('__', '.')}']:enabled").first
            if await field.evaluate("field => field.tagName") == "SELECT":
                await field.select_option(given)
            elif await field.get_attribute("type") == "radio":
                await form.locator(f"[name='{name.replace('__', '.')}'][value='{given}']").check()
            else:
                await field.fill(given)
        await form.locator(".acts .primary").last.click()

    async def does(self, heading: str, button: str, **fields: str) -> None:
        """Open a form on a clause by its button, fill it, send it, and see it recorded."""
        clause = await self.choose(heading)
        await self.press(clause, button)
        form = clause.locator(".act-form").first
        await expect(form).to_be_visible()
        await self.fill(form, **fields)
        await expect(form).to_have_count(0)

    async def composes(self, heading: str, button: str, words: Mapping[str, str]) -> None:
        """Open the composer on a clause, give each clause its words, adding those that are not in it yet, and send."""
        clause = await self.choose(heading)
        await self.press(clause.locator(".offer"), button)
        form = clause.locator(".act-form")
        for named, text in words.items():
            item = form.locator("fieldset.composed", has=self.page.locator("legend", has_text=named))
            if await item.count() == 0:
                await form.locator("[data-adds-item]").select_option(label=named)
            await item.locator("textarea").fill(text)
        await form.locator(".acts .primary").last.click()
        await expect(form).to_have_count(0)

    async def accepts(self, heading: str) -> None:
        """Open the acceptance of the offer on a clause, read all of it, and bind."""
        clause = await self.choose(heading)
        await self.press(clause.locator(".offer"), "Accept")
        form = clause.locator(".act-form[data-command=accept_proposal]")
        await self.binds(form)
        await expect(form).to_have_count(0)

    async def binds(self, form: Locator) -> None:
        """Read the words of what binds to their end, by the wheel, and press the button that then is open."""
        await self.reads(form, form.locator("[data-words]").first)
        await form.locator("button[data-binds]").click()

    async def reads(self, form: Locator, words: Locator) -> None:
        button = form.locator("button[data-binds]")
        await expect(button).to_be_attached()
        await words.evaluate("words => words.scrollIntoView({ block: 'start' })")
        await words.hover(position={"x": 5, "y": 5}, force=True)
        for _ in range(400):
            if await button.is_enabled():
                return
            await self.page.mouse.wheel(0, 250)
            await self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 30)))")
        raise AssertionError("the end was reached, and the button is not open")

    async def offers_package(self) -> None:
        """A package of two clauses."""
        for heading in ("1.1 Obligations", "1.2 Feedback"):
            await self.clause(heading).locator(".marking input").check()
        await self.press(self.page.locator("#tray"), "Compose a package")
        form = self.page.locator("#sheet .act-form")
        for place, words in (("0", "Each does its part."), ("1", "Each gives feedback every quarter.")):
            await form.locator(f"[name='items.{place}.text']").fill(words)
        await self.press(form, "Propose it as a whole")
        await expect(form).to_have_count(0)
        await expect(self.page.locator("#tray")).to_be_hidden()

    async def signs(self) -> None:
        form = self.page.locator("#consent")
        await self.reads(form, self.page.locator("#signed-text"))
        await self.page.get_by_label("I have read the whole text above.").check()
        await self.page.get_by_role("button", name="Sign", exact=True).click()

    async def from_menu(self, heading: str, button: str) -> None:
        """Do what stands under More on a clause."""
        clause = await self.choose(heading)
        await clause.locator(".clause-acts .menu summary").click()
        await self.press(clause.locator(".clause-acts .menu"), button)


def _is_wrong(message: ConsoleMessage) -> bool:
    """Errors of the page; the browser also tells of every refusal (409), which the page answers."""
    return message.type == "error" and "status of 409" not in message.text
