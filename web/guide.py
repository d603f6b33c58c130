"""A first day together: what two partners do before they open a text, each step ticked off by what the log holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from domain.words import NeedOutcome, Understanding
from web.home import HomeReader
from web.view import Body
from web.wording import gettext

NEEDS_EACH = 3
"""Of which a first talk begins."""


class Stage(NamedTuple):
    """done: what the log holds says so; where: its place on the home; whose: the parties that it waits for, or none."""

    title: str
    why: str
    where: str
    go: str
    done: bool
    whose: tuple[str, ...] = ()


def steps(reader: HomeReader) -> Iterator[Stage]:
    view = reader.view
    sealed = reader.open_exchange("trust")
    yield Stage(
        gettext("Say what builds and what breaks trust"),
        gettext(
            "Each side writes it unseen; once both have sealed, both see both. It is easier to say while nothing is "
            "wrong."
        ),
        "./#trust",
        gettext("To the trust statements"),
        bool(view.statements),
        tuple(each for each in reader.sides if sealed and each not in sealed["commitments"]),
    )
    few = tuple(each for each in reader.sides if len(_standing(reader, each)) < NEEDS_EACH)
    yield Stage(
        gettext("Each says three things that it needs"),
        gettext("Not positions: what the partnership must give you, and why. The why is where solutions are found."),
        "./#needs",
        gettext("To the needs"),
        not few,
        few,
    )
    unheard = [each for side in reader.sides for each in _standing(reader, side) if not _is_heard(each)]
    waits = {party for each in unheard for party in view.waits_for(each["need_id"])}
    yield Stage(
        gettext("Each says the other's needs back"),
        gettext("In one's own words, until the owner says: yes, that is it. Agreeing is not asked for; hearing is."),
        "./#needs",
        gettext("To the needs"),
        not few and not unheard,
        tuple(each for each in reader.sides if each in waits),
    )
    yield Stage(
        gettext("Agree on a vision and on principles"),
        gettext("Where both want this to go, and what both hold to. An objection can cite a principle later."),
        "./#future",
        gettext("To what both want"),
        bool(reader.adopted("vision") and reader.adopted("principle")),
    )
    yield Stage(
        gettext("Open the first text"),
        gettext("One that you have, a template, or a blank agenda. Each clause can say which need it serves."),
        "./#agreements",
        gettext("To the agreements"),
        bool(view.agreements),
    )


def _standing(reader: HomeReader, party_id: str) -> list[Body]:
    return [each for each in reader.needs_of(party_id) if each["understanding"] != Understanding.WITHDRAWN]


def _is_heard(need: Body) -> bool:
    return need["understanding"] == Understanding.UNDERSTOOD or need["outcome"] in list(NeedOutcome)
