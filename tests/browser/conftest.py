"""Two people in two real browsers."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, async_playwright, expect

expect.set_options(timeout=20_000)

QUIET = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    *(["--no-sandbox"] if os.geteuid() == 0 else []),
]


def chromium() -> str | None:
    """An installed Chromium; None to let Playwright use its own."""
    return os.environ.get("ONETEXT_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        try:
            browser = await playwright.chromium.launch(executable_path=chromium(), args=QUIET)
        except Exception as error:
            pytest.fail(
                "No Chromium to test with. Install Debian's (apt-get install chromium) or Playwright's own "
                f"(.venv/bin/playwright install chromium). {error}"
            )
        yield browser
        await browser.close()
