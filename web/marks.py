"""The marks of a history as a picture, to lie below a slider: one line an event, in the colours of their kinds."""

from __future__ import annotations

from collections.abc import Iterable

HEIGHT = 24
_ROWS = {"proposal": 4, "objection": 8, "resolution": 12, "consent": 16, "ratification": 20, "reopening": 24}
"""Where the lines of a kind begin, so that they are told apart by more than their colour."""
_STYLE = (
    "path{stroke-width:2;vector-effect:non-scaling-stroke;fill:none}.proposal{stroke:#5b6472}.objection{stroke:#b3261e}"
    ".resolution{stroke:#8a6d00}.consent{stroke:#1c6b35}.ratification{stroke:#222}.reopening{stroke:#7a3d9a}"
    "@media (prefers-color-scheme:dark){.proposal{stroke:#aab2bf}.objection{stroke:#ff9a90}.resolution{stroke:#e0c060}"
    ".consent{stroke:#7fd39a}.ratification{stroke:#eee}.reopening{stroke:#cfa3e6}}"
)


def strip(marks: Iterable[tuple[int, str]], newest: int) -> str:
    """An SVG as wide as its place; x is the version of an event, from 1 to the newest."""
    lines: dict[str, list[str]] = {kind: [] for kind in _ROWS}
    for version, kind in marks:
        lines[kind].append(f"M{version - 1} {_ROWS[kind] - 4}v4")
    paths = "".join(f'<path class="{kind}" d="{"".join(drawn)}"/>' for kind, drawn in lines.items() if drawn)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-0.5 0 {max(newest, 1)} {HEIGHT}" '
        'preserveAspectRatio="none">'
        f"<style>{_STYLE}</style>{paths}</svg>"
    )
