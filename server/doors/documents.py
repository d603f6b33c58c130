"""What leaves the house: an agreement as Markdown, and its terms, consents and conflicts as tables."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from functools import partial
from urllib.parse import quote

from sqlalchemy import Connection
from starlette.responses import Response

from domain.refusals import Code, Refusal
from domain.times import moment_of
from domain.words import AgreementStatus
from projections import as_of, tables
from projections.readings import About, conflicts, consents, document
from projections.schema import Body
from server.node import Node
from server.texts.document import conflicts_table, consents_table, markdown_of, notes_of, terms_table
from web import papers
from web.shown_values import shown

Asked = Callable[[Connection], About]
"""What is asked for, once the read models are at hand."""


async def markdown(node: Node, asked: Asked) -> Response:
    """The agreement's document as Markdown, written in a thread."""
    found = await node.read(lambda connection: document(connection, asked(connection)))
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    return file_of(await asyncio.to_thread(markdown_of, found), "text/markdown", found["title"], "md")


async def pdf(node: Node, asked: Asked, locale: str, asker: str) -> Response:
    """The agreement's document as a PDF. asker: whose papers are counted together."""

    def read(connection: Connection) -> tuple[Body, str] | None:
        about = asked(connection)
        found = document(connection, about)
        return (found, as_of.time_of(connection, about.stream, about.version) or "") if found else None

    made = await node.read(read)
    if made is None:
        raise Refusal(Code.NOT_FOUND)
    found, at = made
    notes = notes_of(found, has_appendix=False)
    told = await asyncio.to_thread(papers.document, found, at, partial(shown, locale=locale), notes)
    return await paper_of(node, "document", told, at, found["title"], asker)


async def paper_of(node: Node, name: str, told: Body, at: str, title: str, asker: str) -> Response:
    """What a paper says, as a PDF dated at a moment."""
    made = await node.papers.paper(name, told, moment_of(at), asker)
    return file_of(made, "application/pdf", title, "pdf")


async def table(node: Node, asked: Asked, name: str) -> Response:
    """The terms, the consents or the conflicts as CSV."""

    def read(connection: Connection) -> tuple[str, str] | None:
        about = asked(connection)
        found = document(connection, about)
        if found is None:
            return None
        ever = as_of.ever(connection, tables.terms, about.stream, about.moment)
        headings = {each["term_id"]: each["heading"] for each in ever}
        return found["title"], _TABLES[name](connection, about, found, headings)

    made = await node.read(read)
    if made is None:
        raise Refusal(Code.NOT_FOUND)
    title, text = made
    return file_of(text, "text/csv", f"{title}, {name}", "csv")


def _terms(_: Connection, __: About, found: Body, ___: dict[str, str]) -> str:
    return terms_table(found["terms"])


def _consents(connection: Connection, about: About, found: Body, headings: dict[str, str]) -> str:
    read = consents(connection, about)
    assert read
    is_in_force = found["status"] == AgreementStatus.IN_FORCE
    return consents_table(read["consents"], is_in_force=is_in_force, headings=headings, names=about.names)


def _conflicts(connection: Connection, about: About, _: Body, headings: dict[str, str]) -> str:
    read = conflicts(connection, about)
    assert read
    return conflicts_table(read["conflicts"], headings, about.names)


_TABLES = {"terms": _terms, "consents": _consents, "conflicts": _conflicts}
TABLES = tuple(_TABLES)


def file_of(text: str | bytes, kind: str, title: str, ending: str) -> Response:
    """To be kept under the agreement's title (RFC 6266)."""
    words = " ".join(re.sub(r"[^\w .,&()-]", " ", title).split())[:80]
    name = f"{words or 'agreement'}.{ending}"
    plain = name.encode("ascii", "replace").decode().replace("?", "_")
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    return Response(text, media_type=kind, headers={"Content-Disposition": disposition})
