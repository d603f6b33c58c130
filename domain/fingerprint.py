"""Fingerprints: SHA-256 over the canonical form of exactly the content shown (protocol.md, Fingerprints)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from domain.canonical import sha256, without_absent
from domain.ids import AgreementId, Fingerprint, IntentionId, PartnershipId, ProposalId


def proposal_fingerprint(
    agreement_id: AgreementId, proposal_id: ProposalId, items: Iterable[Mapping[str, Any]], valid_until: str | None
) -> Fingerprint:
    """The fingerprint of an offer: its items as in its event, and its deadline."""
    return Fingerprint(
        sha256(
            without_absent(
                {
                    "agreement_id": agreement_id,
                    "proposal_id": proposal_id,
                    "items": list(items),
                    "valid_until": valid_until,
                }
            )
        )
    )


def intention_fingerprint(
    partnership_id: PartnershipId, intention_id: IntentionId, kind: str, text: str, replaces: IntentionId | None
) -> Fingerprint:
    """The fingerprint of the words of a vision, principle or outcome."""
    return Fingerprint(
        sha256(
            without_absent(
                {
                    "partnership_id": partnership_id,
                    "intention_id": intention_id,
                    "kind": kind,
                    "text": text,
                    "replaces": replaces,
                }
            )
        )
    )


def text_fingerprint(agreement_id: AgreementId, terms: Iterable[Mapping[str, Any]]) -> Fingerprint:
    """The fingerprint of the whole text.

    terms, in text order: {term_id, heading, text, value, version, status, deferred_until}. A deferred term stands as
    its heading and date as sent; other place-holders at version 0 are left out.
    """
    return Fingerprint(
        sha256(without_absent({"agreement_id": agreement_id, "terms": [*map(_signed, filter(_counts, terms))]}))
    )


def _counts(term: Mapping[str, Any]) -> bool:
    return bool(term["status"] == "deferred" or term["version"] > 0)


def _signed(term: Mapping[str, Any]) -> dict[str, Any]:
    if term["status"] == "deferred":
        return {key: term[key] for key in ("term_id", "heading", "deferred_until")}
    return {key: term[key] for key in ("term_id", "heading", "text", "value", "version")}
