"""The import cases of tests/data, each with its right value: title, clauses as (heading, text), and what its notices
are about."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent.parent / "data" / "import-cases"
Right = tuple[str | None, list[tuple[str, str]], list[tuple[int, str]]]

LENDS = "The owner lends the boat."
BOAT = ("1 Boat", LENDS)
FERRY = "Ferry contract"
CASES: dict[str, Right] = {
    "01_lazy_numbers": (
        FERRY,
        [
            ("1", "The boat sails daily."),
            ("2", "The crew is four."),
            ("3", "The fare is fixed:"),
            ("3.1", "adults pay ten;"),
            ("3.2", "children pay five."),
        ],
        [(4, "counted"), (5, "counted"), (7, "counted")],
    ),
    "03_wrapped_item": (
        FERRY,
        [
            ("1", "The hirer may end this contract when the boat has been out of service for ten days."),
            ("2", "The owner may end it at any time."),
        ],
        [],
    ),
    "05_list_inside_numbered_section": (
        FERRY,
        [
            (
                "4. Duties",
                "The hirer shall:\n\n1. fuel the boat;\n2. clean the boat.\n\n"
                "If the hirer fails, the owner may do so at the hirer's cost.",
            ),
            ("5. Term", "One year."),
        ],
        [],
    ),
    "07_bold_run_in": (
        FERRY,
        [("1. Boat.", LENDS), ("1.1 Crew.", "The crew is four."), ("2. Fare.", "Ten crowns.")],
        [],
    ),
    "08_setext": (FERRY, [("Boat", LENDS), ("Fare", "Ten crowns.")], []),
    "09_front_matter": (FERRY, [BOAT], [(1, "left_out")]),
    "10_bom": (FERRY, [BOAT], []),
    "13_br": (
        FERRY,
        [("1 Boat", "The owner\nHarbour Road 1\nPort Town\n\nItem | Price\nBoat | 10\nOars | 2")],
        [],
    ),
    "15_comment": (FERRY, [BOAT], [(5, "left_out")]),
    "16_title_given": (
        None,
        [("Chapter One: General", ""), BOAT, ("Chapter Two: Money", ""), ("2 Fare", "Ten.")],
        [],
    ),
    "18_footnotes_deflist": (
        FERRY,
        [
            (
                "1 Boat",
                "The boat is blue.[2]\n\nHirer: who hires the boat\n\nQuoted duty\nof two lines\n\n"
                "[1] See the log.\n\n[2] Or green.",
            )
        ],
        [],
    ),
    "19_emphasis": (
        FERRY,
        [
            (
                "1 Boat and oar",
                "The Boat is blue, new, old and rusty and red. See the log (https://example.org/log) and plan "
                "(plan.png). A ref (https://example.org). Hard break\nnext line\nthird.\n\nbold over two lines",
            )
        ],
        [(5, "left_out"), (5, "left_out"), (5, "not_understood")],
    ),
    "21_roman_letters": (
        FERRY,
        [("1 Duties.", "a. The hirer:\n  i. fuels;\n  ii. cleans.\nb. The owner insures."), ("2", "Fare.")],
        [],
    ),
    "23_digit_title": ("2027 Ferry contract", [BOAT], []),
    "26_html": (
        FERRY,
        [("1 Boat", "1. Blue\n2. New\n\nFare | 10\n\nR&D \u00a0 © <Hirer>\n\nanchor (y)")],
        [],
    ),
    "30_headings_that_markdown_counts": (FERRY, [BOAT, ("2 Fare", "Ten crowns.")], [(7, "counted")]),
    "31_appendix_after_export": (FERRY, [BOAT], [(7, "left_out")]),
}
GIVEN = {"16_title_given": "Another title"}
"""Titles that requests name."""


def source(name: str) -> bytes:
    return (FOLDER / f"{name}.md").read_bytes()
