"""What the rings share: a running demo as a program would meet it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ONETEXT = Path(sys.executable).with_name("onetext")


@pytest.fixture(scope="session", autouse=True)
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A key of the tests' own: they leave nothing among the data of whoever runs them."""
    before = os.environ.get("ONETEXT_KEY_FILE")
    os.environ["ONETEXT_KEY_FILE"] = str(tmp_path_factory.mktemp("key") / "onetext.key")
    yield
    if before is None:
        del os.environ["ONETEXT_KEY_FILE"]
    else:
        os.environ["ONETEXT_KEY_FILE"] = before


@dataclass
class Running:
    """A served demo: its process and the line that it printed."""

    process: subprocess.Popen[str]
    line: dict[str, Any]

    @property
    def url(self) -> str:
        return str(self.line["url"])

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)


def start_demo(database: str, port: int = 0, **environment: str) -> Running:
    """Start `onetext demo --json` and wait for its line."""
    process = subprocess.Popen(
        [ONETEXT, "demo", "--json", "--port", str(port), "--database", database],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "ONETEXT_RATE_COMMANDS": "0", "ONETEXT_RATE_REQUESTS": "0", **environment},
    )
    assert process.stdout
    line = process.stdout.readline()
    assert line, "the demo did not start"
    return Running(process, json.loads(line))


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Running]:
    running = start_demo(f"sqlite:///{tmp_path}/demo.db")
    yield running
    running.stop()
