"""How a clause came to say what it says: its versions, and which of them brought each of its words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from domain.diff import Op, redline, word_by_word
from projections.versions import Agreed
from web.view import Body
from web.visible import redlined, visible


class Piece(NamedTuple):
    """Some words of a text, and the version that brought them."""

    words: str
    version: int


class Told(NamedTuple):
    """A version of a clause, with what it changed of the one before."""

    agreed: Agreed
    heading: Markup
    text: Markup
    before: Body | None


def told(versions: Sequence[Agreed]) -> list[Told]:
    """The versions, each with its redline."""
    found: list[Told] = []
    before: Body | None = None
    for each in versions:
        old = before or {"heading": each.term["heading"], "text": ""}
        heading = redlined(redline(str(old["heading"]), str(each.term["heading"])))
        words = str(each.term["text"] or "")
        text = redlined(redline(str(old["text"] or ""), words)) if before else visible(words)
        found.append(Told(each, heading, text, before))
        before = each.term
    return found


def brought(versions: Sequence[Agreed]) -> list[Piece]:
    """The last text in pieces, each by the version that brought its words; together they are the text."""
    pieces: list[Piece] = []
    for each in versions:
        now: list[Piece] = []
        rest = list(pieces)
        old = "".join(piece.words for piece in pieces)
        for run in word_by_word(old, str(each.term["text"] or "")):
            if run.op == Op.INSERTED:
                now.append(Piece(run.text, each.version))
            else:
                taken, rest = _split(rest, len(run.text))
                if run.op == Op.SAME:
                    now += taken
        pieces = _joined(now)
    return pieces


def _split(pieces: Sequence[Piece], length: int) -> tuple[list[Piece], list[Piece]]:
    """The first so many characters, and the rest."""
    taken: list[Piece] = []
    for place, piece in enumerate(pieces):
        if length < len(piece.words):
            first, left = piece.words[:length], piece.words[length:]
            return [*taken, Piece(first, piece.version)], [Piece(left, piece.version), *pieces[place + 1 :]]
        taken.append(piece)
        length -= len(piece.words)
    return taken, []


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    found: list[Piece] = []
    for each in pieces:
        if found and found[-1].version == each.version:
            found[-1] = Piece(found[-1].words + each.words, each.version)
        elif each.words:
            found.append(each)
    return found
