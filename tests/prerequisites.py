"""`make test` needs a Chromium and a Caddy: what is installed, else Debian's, else Playwright's own browser.

libatomic is for Playwright's driver.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from ctypes.util import find_library
from pathlib import Path

from tests.browser.conftest import chromium


def main() -> None:
    """Get what is missing, or say how to get it and fail."""
    wanted = {"chromium": _has_browser(), "caddy": _has("caddy"), "libatomic1": find_library("atomic") is not None}
    missing = [name for name, is_there in wanted.items() if not is_there]
    if missing and _may_install():
        print(f"Installing {' and '.join(missing)} for the tests.", flush=True)
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing]
        subprocess.run(command, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"}, check=False)
    if not _has_browser():
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    wanting = []
    if not _has_browser():
        wanting.append("No Chromium. Install Debian's: apt-get install chromium. Or name one: ONETEXT_CHROMIUM=/path.")
    if not _has("caddy"):
        wanting.append(
            "No Caddy. Install Debian's: apt-get install caddy. Or see https://caddyserver.com/docs/install."
        )
    if wanting:
        sys.exit("\n".join(wanting))


def _has(name: str) -> bool:
    return shutil.which(name) is not None


def _has_browser() -> bool:
    return chromium() is not None or any(_playwrights_own())


def _playwrights_own() -> Iterator[Path]:
    """Playwright's browsers, where it puts them (https://playwright.dev/python/docs/browsers)."""
    caches = (".cache", "Library/Caches")
    named = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    places = [Path(named)] if named else [Path.home() / cache / "ms-playwright" for cache in caches]
    return (each for place in places for each in place.glob("chromium-*"))


def _may_install() -> bool:
    return os.geteuid() == 0 and _has("apt-get")


if __name__ == "__main__":
    main()
