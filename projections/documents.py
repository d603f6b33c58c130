"""An agreement as a document that leaves the house: its words, how it stands, who signed, and the argument."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from domain.words import AGREED, AgreementStatus, Mandate, TermStatus

Body = dict[str, Any]
Names = Mapping[str | None, str]


def document_of(
    header: Body,
    terms: Sequence[Body],
    offers: Sequence[Body],
    conflicts: Sequence[Body],
    version: int,
    fingerprint: str,
    names: Names,
    needs: Sequence[Body],
    intentions: Sequence[Body],
) -> Body:
    """The fields of a document, of rows; needs and intentions: of the partnership, of which those are in it that
    something names. While it is not in force nothing of it looks signed: neither names nor the
    fingerprint of what would be signed are in it."""
    ratification = header["ratification"]
    is_signed = header["status"] == AgreementStatus.IN_FORCE
    consents = ratification["consents"] if is_signed and ratification else []
    return {
        "title": header["title"],
        "parties": [{"party_id": each, "name": names.get(each) or "A party"} for each in header["parties"]],
        "version": version,
        "status": header["status"],
        "state": state_of(header, terms),
        "signatures": [
            {
                "party_id": each["party_id"],
                "party": names.get(each["party_id"]) or "A party",
                "member_id": each["member_id"],
                "name": names.get(each["member_id"]) or "A member",
                "mandate": Mandate.SIGNATORY,
                "at": each["at"],
            }
            for each in consents
        ],
        "fingerprint": fingerprint if is_signed else None,
        "deferred": [
            {"term_id": each["term_id"], "until": each["until"]}
            for each in terms
            if each["status"] == TermStatus.DEFERRED and each["until"]
        ],
        "terms": list(terms),
        "proposals": list(offers),
        "conflicts": list(conflicts),
        "needs": [each for each in needs if each["need_id"] in _needs_named(terms, offers, conflicts)],
        "principles": [each for each in intentions if each["intention_id"] in {of["principle_id"] for of in conflicts}],
    }


def _needs_named(terms: Sequence[Body], offers: Sequence[Body], conflicts: Sequence[Body]) -> set[str]:
    """The needs that clauses or offers serve, or objections cite."""
    served = {need_id for each in (*terms, *offers) for need_id in each["need_ids"]}
    return served | {each["need_id"] for each in conflicts}


def state_of(header: Body, terms: Sequence[Body]) -> str:
    """How an agreement stands, in words that do not depend on who reads."""
    status, ratification = header["status"], header["ratification"]
    if status == AgreementStatus.IN_FORCE:
        since = max(each["at"] for each in ratification["consents"])
        return f"in force since {moment(since)}"
    if status == AgreementStatus.RATIFYING:
        return "put to signature, not signed by both: not in force"
    if status == AgreementStatus.ABANDONED:
        return f"abandoned on {moment(header['abandoned']['at'])}: nothing of it is in force"
    agreed = sum(1 for each in terms if each["status"] in AGREED)
    deferred = sum(1 for each in terms if each["status"] == TermStatus.DEFERRED)
    also = f", {deferred} deferred" if deferred else ""
    return f"in negotiation: {agreed} of {len(terms)} agreed{also}; not in force"


def moment(at: str) -> str:
    """A time as documents write it: 3 March 2027, 17:00:12 UTC."""
    year, month, day = at[:10].split("-")
    return f"{int(day)} {_MONTHS[int(month) - 1]} {year}, {at[11:19]} UTC"


_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
