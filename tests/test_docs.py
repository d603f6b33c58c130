"""The documents are true: their tables are current, nothing is left out, and their examples run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path

import pytest
from starlette.routing import BaseRoute, Mount

from domain import words
from server.ops.cli import main
from server.ops.reference import DOCS, PARTS, written
from tests.conftest import ONETEXT, Running
from tests.server.served import Served

DOCUMENTS = sorted([*DOCS.rglob("*.md"), DOCS.parent / "README.md"])
EXAMPLES = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)
PYTHON = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
COMMANDS = re.compile(r"(?<![\w/-])(onetext|make) ([a-z][a-z-]*)")
"""What a document says is called at a prompt: in code, fenced or not."""
CODE = re.compile(r"^```.*?^```$|`[^`\n]+`", re.DOTALL | re.MULTILINE)
LINKS = re.compile(r"\]\((?!https?:)([^)#]+)[^)]*\)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_generated_tables_are_current(document: Path) -> None:
    text = document.read_text("utf-8")
    assert written(text) == text, "run python -m server.ops.reference"


def test_every_generated_table_stands_somewhere() -> None:
    said = "\n".join(document.read_text("utf-8") for document in DOCUMENTS)
    assert [part for part in PARTS if f"<!-- generated: {part} -->" not in said] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_commands_that_a_document_names_exist(document: Path) -> None:
    targets = re.findall(r"^([a-z]+):", (DOCS.parent / "Makefile").read_text("utf-8"), re.MULTILINE)
    known = {"onetext": {*main.commands}, "make": {*targets}}
    for code in CODE.findall(document.read_text("utf-8")):
        assert [f"{tool} {name}" for tool, name in COMMANDS.findall(code) if name not in known[tool]] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    for link in LINKS.findall(document.read_text("utf-8")):
        assert (document.parent / link).exists(), link


def test_every_route_is_documented(tmp_path: Path) -> None:
    said = "\n".join(document.read_text("utf-8") for document in DOCUMENTS)
    node = Served(f"sqlite:///{tmp_path}/x.db")
    guarded = node.application
    paths = set(_paths([*guarded.app.app.router.routes, *guarded.live.routes]))
    node.stop()
    assert len(paths) > 30
    assert [path for path in sorted(paths) if not re.search(rf"{re.escape(path)}(?![\w{{}}/.-])", said)] == []


def _paths(routes: Sequence[BaseRoute], prefix: str = "") -> Iterator[str]:
    """Addresses as the documents write them: those of the API without a seat, those of pages with it."""
    for route in routes:
        if isinstance(route, Mount) and route.routes:
            yield from _paths(route.routes, "/SEAT")
            continue
        path = re.sub(r":\w+}", "}", getattr(route, "path", ""))
        live = re.sub(r"{\w+}", "ID", path) if path.endswith("/live") else None
        yield live or (path if "/api/" in path else prefix + path)


def test_every_state_is_in_the_glossary() -> None:
    glossary = (DOCS / "glossary.md").read_text("utf-8")
    enums = [each for each in vars(words).values() if isinstance(each, type) and issubclass(each, StrEnum)]
    assert len(enums) > 4
    every = [word for enum in enums for word in list(enum)]
    assert [word for word in every if not re.search(rf"\b{word}\b", glossary)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_examples_run(document: Path, tmp_path: Path) -> None:
    """Lines after "$ " in blocks marked sh, in order, in an empty folder."""
    path = f"{ONETEXT.parent}:{os.environ['PATH']}"
    for block in EXAMPLES.findall(document.read_text("utf-8")):
        for line in block.splitlines():
            command = line.removeprefix("$ ")
            assert command != line, f"an example that is not run: {line}"
            done = subprocess.run(
                ["bash", "-c", command], cwd=tmp_path, env=os.environ | {"PATH": path}, capture_output=True, text=True
            )
            assert done.returncode == 0, f"{command}: {done.stderr}"


def test_python_examples_run(demo: Running) -> None:
    """Blocks marked python, beside a running demo."""
    token = str(demo.line["tokens"]["a_negotiator"])
    given = {"URL": demo.url, "AGREEMENT": str(demo.line["agreement_id"]), "TOKEN": token}
    blocks = [block for each in DOCUMENTS for block in PYTHON.findall(each.read_text("utf-8"))]
    assert blocks
    for block in blocks:
        done = subprocess.run([sys.executable, "-c", block], env=os.environ | given, capture_output=True, text=True)
        assert done.stdout and done.stdout.splitlines()[-1].startswith("recorded"), done.stdout + done.stderr
