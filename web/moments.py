"""The story of a clause as it is told: each moment with the words that were said and what they changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from domain.diff import redline
from projections.story import said
from projections.timeline import sentence
from web.offers import Against, Comparison
from web.view import Body

Words = dict[str, Any]


def tell(
    moments: Iterable[Body], events: Iterable[Body], names: Mapping[str | None, str], term_id: str
) -> Iterator[Body]:
    """The moments of a term with a sentence, what was said, and for a proposal how it differs from the one before.

    events: the fields of the event of each moment.
    """
    before: Words = {}
    for moment, event in zip(moments, events, strict=True):
        words = said(event, term_id)
        item = words["item"]
        change = None
        if item and item["op"] in ("add", "revise"):
            offered = before | {each: item[each] for each in ("heading", "text", "value") if each in item}
            change = _change(before, offered)
            before = offered
        yield moment | {"sentence": sentence(moment, names, term_id), "said": words, "change": change}


def _change(before: Words, offered: Words) -> Comparison:
    heading, text = str(offered.get("heading", "")), str(offered.get("text", ""))
    known_heading, known_text = str(before.get("heading", heading)), str(before.get("text", text))
    return Comparison(
        Against.REPLACED if before else Against.NOTHING,
        redline(known_heading, heading) if known_heading != heading else [],
        redline(known_text, text),
        _value(before),
        _value(offered),
    )


def _value(words: Words) -> Body | None:
    value: Body | None = words.get("value")
    return None if value == {"kind": "none"} else value
