"""`make screenshots`: pictures of the demo for the documents, taken with the browser of the tests."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from playwright.async_api import async_playwright, expect

from tests.browser.conftest import QUIET, chromium
from tests.browser.people import Member
from tests.browser.test_history import at_history
from tests.conftest import start_demo

PICTURES = Path(__file__).parent.parent.parent / "docs" / "pictures"
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}

HISTORY = [
    ("history", "", DESK, "light"),
    ("history-phone", "", PHONE, "dark"),
    ("course", "course", DESK, "light"),
    ("course-phone", "course", PHONE, "dark"),
    ("audit", "audit", DESK, "light"),
    ("audit-phone", "audit", PHONE, "dark"),
    ("compare", "compare?from=100&to=134", DESK, "light"),
    ("compare-phone", "compare?from=100&to=134", PHONE, "dark"),
]


async def main() -> None:
    """Cid looks at Ada's counterpart of the fee and Edda reads the history, at a desk and on a phone."""
    with tempfile.TemporaryDirectory() as folder:
        demo = start_demo(f"sqlite:///{folder}/demo.db")
        try:
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=chromium(), args=QUIET)
                for name, size, scheme in (("room", DESK, "light"), ("room-phone", PHONE, "dark")):
                    member = await Member.enters(
                        browser, demo.line["links"]["a_negotiator"], viewport=size, color_scheme=scheme
                    )
                    clause = await member.choose("9.2")
                    await expect(clause.locator(".story li").first).to_be_attached()
                    await clause.locator("h2 a").first.evaluate("link => link.blur()")
                    await clause.locator(".clause").evaluate("clause => clause.scrollIntoView({block: 'center'})")
                    await member.page.screenshot(path=PICTURES / f"{name}.png")
                for name, path, size, scheme in HISTORY:
                    page = await at_history(browser, demo, path, viewport=size, color_scheme=scheme)
                    await page.screenshot(path=PICTURES / f"{name}.png")
                await browser.close()
        finally:
            demo.stop()


if __name__ == "__main__":
    asyncio.run(main())
