"""Imports: a text is read and looked at before anybody else sees it; what is then proposed is one act."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from domain.agreement import Agreement
from domain.canonical import sha256, without_absent
from domain.commands import ProposeText
from domain.fields import COMMAND_BYTES, Field, Flag, ListOf, Object, Text, Whole, Word
from domain.ids import CommandId, ProposalId
from domain.refusals import Code, Refusal, malformed
from domain.values import ValueField
from projections import as_of, tables
from projections.shapes import CLAUSE, NOTICE
from server.deciding.workspace import Recorded
from server.node import Node
from server.seat import Seat
from server.sources import new_id
from server.texts.draft import Clause, Draft, Notice, What, quoted
from server.texts.labels import label_of
from server.texts.reading import MOST_BYTES, refuse_too_large

IMPORT_BYTES = 4 * COMMAND_BYTES
"""Of a request with a text in it: JSON takes more room than its words."""

MARKDOWN = Text(MOST_BYTES, description="A text in Markdown.")
CLAUSES = ListOf(
    Object(
        {
            "heading": Text(IMPORT_BYTES),
            "text": Text(IMPORT_BYTES, allow_empty=True),
            "value": ValueField(may_be_none=False),
            "line": Whole(),
        },
        optional=("text", "value", "line"),
    ),
    at_least=1,
)
"""Clauses as a preview has them; `line` is where each began, for what refuses them."""


_SHOWN = Object(
    {
        "heading": Text(IMPORT_BYTES, allow_empty=True),
        "text": Text(IMPORT_BYTES, allow_empty=True),
        "value": ValueField(may_be_none=False),
        "line": Whole(),
        "is_out": Flag(),
    },
    optional=("value", "is_out"),
)
"""A clause as the page has it while it is changed: perhaps without a heading, too long, or left out."""
PREVIEW = Object({"markdown": MARKDOWN, "title": Text()}, optional=("title",))
WORDS: dict[str, Field[Any]] = {"markdown": MARKDOWN, "clauses": CLAUSES}
"""A text, as it is read, or as it was previewed and then changed."""
SHOWN = Object(
    {
        "title": Text(allow_empty=True),
        "signatures": Whole(),
        "clauses": ListOf(_SHOWN, at_least=1),
        "notices": ListOf(Object({"line": Whole(), "what": Word(*What), "words": Text()})),
    },
    optional=("title", "signatures", "notices"),
)
"""A preview as its page keeps it."""
PROPOSE = Object({"command_id": Text(128), **WORDS}, optional=tuple(WORDS))


async def preview(node: Node, kind: str, data: bytes, given: str | None = None) -> Draft:
    """What a file of a kind says; nothing is kept."""
    draft = await node.texts.read(kind, data, given)
    refuse_too_many(node, draft.clauses)
    return draft


def brings_text(asked: dict[str, Any]) -> bool:
    return bool(asked.get("markdown") or asked.get("clauses"))


async def text_of(node: Node, asked: dict[str, Any], given: str | None) -> Draft:
    """The text that a request brings, read or as it was previewed."""
    if asked.get("markdown") and asked.get("clauses"):
        raise malformed("This has both a Markdown text and clauses.", "Leave one of the two out.")
    if clauses := asked.get("clauses"):
        draft = drafted(clauses)
        refuse_too_many(node, draft.clauses)
        refuse_too_large(draft)
        return draft
    return await preview(node, "markdown", asked["markdown"].encode(), given)


async def propose(node: Node, by: Seat, agreement_id: str, asked: dict[str, Any]) -> tuple[Recorded, Draft]:
    """Propose a text into an agreement that is there, in one commit; sent again it comes to the same."""
    if not brings_text(asked):
        raise malformed("This brings no text.", "Send markdown, or clauses as the preview gave them.")
    held = await node.workspace.aggregates.hold(agreement_id)
    assert held and isinstance(held.aggregate, Agreement)
    draft = await text_of(node, asked, held.aggregate.title)
    terms = await node.read(as_of.standing, tables.terms, agreement_id)
    command = await asyncio.to_thread(proposing, draft, asked["command_id"], sha256(without_absent(asked)))
    recorded = await node.workspace.take(Agreement.KIND, by, agreement_id, command)
    if recorded.first_time:
        tell_numbers(draft, terms)
    return recorded, draft


def tell_numbers(draft: Draft, terms: Sequence[dict[str, Any]]) -> None:
    """Tell which clauses have a number that a term of the agreement has: nothing is renumbered by itself."""
    taken = {_number(each["heading"]) for each in terms} - {""}
    for each in draft.clauses:
        if _number(each.heading) in taken:
            told = f"{quoted(each.heading)}: the agreement has a clause of this number."
            draft.notices.append(Notice(each.line, What.NOT_UNDERSTOOD, told))
    draft.notices.sort(key=lambda notice: notice.line)


def _number(heading: str) -> str:
    label = label_of(heading)
    return label.written.rstrip(".):").casefold() if label else ""


def proposing(draft: Draft, command_id: str, content: str) -> ProposeText:
    """The command that proposes a text."""
    items = [
        {"op": "add", "term_id": new_id(), "heading": each.heading, "text": each.text}
        | ({"value": each.value} if each.value else {})
        for each in draft.clauses
    ]
    proposal_ids = tuple(ProposalId(new_id()) for _ in range(len(items) + 1))
    return ProposeText(command_id=CommandId(command_id), digest=content, items=tuple(items), proposal_ids=proposal_ids)


def refuse_too_many(node: Node, clauses: Sequence[Clause]) -> None:
    most = node.settings.import_clauses
    if len(clauses) > most:
        first = clauses[most]
        told = (
            f"{quoted(first.heading)} on line {first.line}: with this clause the text has more than the {most} clauses"
        )
        next_step = "Split it into several agreements."
        raise Refusal(Code.TOO_LARGE, f"{told} that are imported at once (ONETEXT_IMPORT_CLAUSES).", next_step)


def drafted(clauses: Sequence[dict[str, Any]]) -> Draft:
    return Draft(None, [_clause(each) for each in clauses])


def _clause(asked: dict[str, Any]) -> Clause:
    return Clause(asked["heading"], asked.get("text", ""), asked.get("line", 0), asked.get("value"))


def body_of(draft: Draft) -> dict[str, Any]:
    """A preview as the API answers it."""
    return {
        "title": draft.title,
        "clauses": [CLAUSE.of({**asdict(each), "value": each.value}) for each in draft.clauses],
        "notices": notices_of(draft),
    }


def notices_of(draft: Draft) -> list[dict[str, Any]]:
    return [NOTICE.of(asdict(each)) for each in draft.notices]
