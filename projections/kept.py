"""Of which kinds of streams something is kept to be read: of the others nothing is."""

from __future__ import annotations

from domain.agreement import Agreement
from domain.partnership import Partnership
from domain.stream import Stream
from projections.models import Model
from projections.of_agreements import AGREEMENTS
from projections.of_partnerships import PARTNERSHIPS

MODELS: dict[str, Model] = {Agreement.KIND: AGREEMENTS, Partnership.KIND: PARTNERSHIPS}
"""By the kind of stream."""


def keep(stream: type[Stream], model: Model) -> None:
    """Keep read models of one more kind of stream."""
    MODELS[stream.KIND] = model
