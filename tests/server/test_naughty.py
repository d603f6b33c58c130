"""Strings that break programs, through every text field there is: kept byte for byte, or refused clearly."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from domain.agreement import Agreement
from domain.fields import Field, FreshId, ListOf, Object, Reference, Text
from domain.items import Items
from domain.partnership import Partnership
from domain.values import KINDS, DecimalText, DurationText, date_text
from tests.relationships import statements
from tests.server.conftest import Pair
from tests.server.served import Program

NAUGHTY: list[str] = json.loads((Path(__file__).parent.parent / "data" / "naughty-strings.json").read_text("utf-8"))
STORABLE = [text for text in NAUGHTY if "\x00" not in text]


def pieces(limit: int) -> Iterator[str]:
    """All of them, joined to texts below a limit of bytes."""
    piece = ""
    for text in STORABLE:
        if len(f"{piece}\n{text}".encode()) > limit:
            yield piece
            piece = ""
        piece = f"{piece}\n{text}"
    yield piece


class Spoken:
    """Sends commands whose texts are all one piece, and notes which fields that were."""

    def __init__(self, pair: Pair, piece: str, fields: set[str]) -> None:
        self.pair, self.piece, self.fields = pair, piece, fields

    def do(self, by: Program, command: str, *texts: str, **others: Any) -> dict[str, Any]:
        self.fields |= {f"{command}.{text}" for text in texts}
        data = by.do(command, **others, **dict.fromkeys(texts, self.piece))
        for text in texts:
            assert data[text] == self.piece
        return data

    def propose(self, value: dict[str, Any] | None = None) -> dict[str, Any]:
        items = [{"op": "add", "heading": "1 Price", "text": self.piece, **({"value": value} if value else {})}]
        made = self.do(self.pair.ada, "make_proposal", "rationale", items=items)
        assert {**made["items"][0], "term_id": None} == {**items[0], "term_id": None}
        return made

    def object(self, made: dict[str, Any]) -> dict[str, Any]:
        return self.do(
            self.pair.cid, "raise_objection", "text", "would_accept",
            proposal_id=made["proposal_id"], severity="blocking", ground="cost",
        )  # fmt: skip

    def everything(self) -> None:
        ada, cid, piece = self.pair.ada, self.pair.cid, self.piece
        named = {"objection_id": self.object(made := self.propose())["objection_id"]}
        self.do(ada, "answer_objection", "text", **named)
        self.do(ada, "offer_resolution", "text", kind="clarified", **named)
        self.do(cid, "decline_resolution", "reason", **named)
        self.do(cid, "withdraw_objection", "text", **named)
        asked = self.do(cid, "ask_clarification", "text", proposal_id=made["proposal_id"])
        self.do(ada, "give_clarification", "text", question_id=asked["question_id"])
        condition = {"condition": piece, "owner": ada.party_id, "due": "2999-01-01"}
        cid.accept(made["proposal_id"], subject_to=condition)
        self.fields.add("accept_proposal.subject_to.condition")
        assert ada.get("/events", limit=1000)["events"][-1]["data"]["condition"] == piece
        self.do(ada, "fulfil_condition", "evidence", proposal_id=made["proposal_id"])
        self.do(cid, "confirm_condition", "evidence", proposal_id=made["proposal_id"])
        term_id = made["items"][0]["term_id"]
        assert ada.term(term_id)["text"] == piece
        self.do(ada, "mark_term", term_id=term_id, mark="exit")
        self.do(cid, "open_ratification")
        self.do(cid, "refuse_consent", "reason")
        self.do(ada, "reopen_term", "reason", term_id=term_id)
        self.do(ada, "park_term", "reason", term_id=term_id, until="2999-01-01")
        self.do(ada, "defer_term", "reason", term_id=term_id, until="2999-01-01")
        for value in (
            {"kind": "number", "number": "1", "unit": piece},
            {"kind": "choice", "choice": piece, "options": [piece, "x"]},
            {"kind": "shares", "shares": [{"label": piece, "number": "100"}]},
            {"kind": "parts", "total": "1", "parts": [{"label": piece, "amount": "1"}]},
        ):
            self.propose(value)
        self.do(ada, "abandon_agreement", "reason")
        self.of_the_partnership()

    def of_the_partnership(self) -> None:
        ada, cid = self.pair.ada, self.pair.cid
        need = {"need_id": self.do(ada, "disclose_need", "text", "why")["need_id"]}
        self.do(cid, "restate_need", "text", **need)
        self.do(ada, "correct_restatement", "text", **need)
        self.do(ada, "reword_need", "text", "why", **need)
        self.do(ada, "declare_need_met", "note", **need)
        self.do(ada, "declare_need_unmet", "note", **need)
        self.do(ada, "withdraw_need", "reason", **need)
        first = self.do(ada, "propose_intention", "text", kind="principle")
        self.do(cid, "decline_intention", "reason", intention_id=first["intention_id"])
        made = self.do(ada, "propose_intention", "text", kind="principle")
        made = self.do(ada, "reword_intention", "text", intention_id=made["intention_id"])
        cid.do("adopt_intention", intention_id=made["intention_id"], fingerprint=made["fingerprint"])
        self.do(ada, "retire_intention", "reason", intention_id=made["intention_id"])
        self.do(cid, "keep_intention", "reason", intention_id=made["intention_id"])
        exchange = {"exchange_id": ada.do("open_exchange", kind="trust", until="2027-03-01")["exchange_id"]}
        content = statements("goodwill", words=self.piece)
        for each in (ada, cid):
            each.do("seal", content=content, **exchange)
        shown = ada.http.get(f"/api/v1/partnerships/{ada.partnership_id}/exchanges").json()["exchanges"][-1]
        assert shown["contents"] == {ada.party_id: content, cid.party_id: content}
        self.do(ada, "answer_trust_statement", "text", party_id=cid.party_id, category="goodwill")
        self.do(ada, "reword_trust_statement", "builds", "breaks", "reaction", "repair", category="goodwill")


def test_every_text_field_keeps_its_bytes(pair: Pair) -> None:
    fields: set[str] = set()
    for piece in pieces(16 * 1024):
        pair.ada.agreement_id = pair.cid.agreement_id = pair.ada.open_agreement(piece)
        Spoken(pair, piece, fields).everything()
        shown = pair.cid.http.get(f"/api/v1/partnerships/{pair.cid.partnership_id}").json()
        assert piece in [each["title"] for each in shown["agreements"]]
        partnership_id, (first, _) = pair.node.form(piece, "Ferrum")
        first.admit(piece, "negotiator")
        shown = first.http.get(f"/api/v1/partnerships/{partnership_id}").json()
        assert shown["parties"][0]["name"] == piece
        assert piece in [member["name"] for member in shown["members"]]
    assert fields == set(text_fields()) - {"open_term.heading"}
    pair.ada.agreement_id = pair.ada.open_agreement("Headings")
    for piece in pieces(1024):
        assert pair.ada.do("open_term", heading=piece)["heading"] == piece


def text_fields() -> Iterator[str]:
    """Every field of a command that takes free text."""
    for name, command in (Agreement.commands | Partnership.commands).items():
        for field, kind in command.shape().fields.items():
            if isinstance(kind, Object):
                yield from (f"{name}.{field}.{inner}" for inner, each in kind.fields.items() if _is_free(each))
            elif _is_free(kind) and field != "fingerprint":
                yield f"{name}.{field}"


def _is_free(field: Field[Any]) -> bool:
    return isinstance(field, Text) and not isinstance(field, Reference | FreshId | DecimalText | DurationText)


def test_the_free_texts_of_values_and_items_are_those_that_are_tried() -> None:
    found = set()
    for kind, shape in KINDS.items():
        for name, field in shape.fields.items():
            inner = field.each if isinstance(field, ListOf) else field
            for at, each in inner.fields.items() if isinstance(inner, Object) else [("", inner)]:
                if _is_free(each) and name != "currency" and not isinstance(each, type(date_text())):
                    found.add(f"{kind}.{name}.{at}".rstrip("."))
    assert found == {"number.unit", "choice.choice", "choice.options", "shares.shares.label", "parts.parts.label"}
    assert {name for name, field in Items.OPS["add"].fields.items() if _is_free(field)} == {"heading", "text"}


@pytest.mark.parametrize("text", [text for text in NAUGHTY if "\x00" in text] or ["a\x00b"])
def test_a_null_character_is_refused_clearly(pair: Pair, text: str) -> None:
    answer = pair.ada.post("open_term", heading=text)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
    assert "U+0000" in answer.json()["detail"]
    formed = httpx.post(
        f"{pair.node.url}/api/v1/partnerships",
        headers={"Authorization": f"Bearer {pair.node.host_token}"},
        json={"kind": "alliance", "purpose": "", "parties": [{"name": text}, {"name": "B"}]},
    )
    assert formed.status_code == 400
