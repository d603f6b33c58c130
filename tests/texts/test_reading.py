"""No word or number changes, none is lost, none is invented without a notice."""

from __future__ import annotations

import contextlib

import pytest
from babel import Locale

from domain.refusals import Refusal
from server.texts.draft import Draft
from server.texts.months import LANGUAGES, NAMES
from server.texts.reading import read_markdown


def read(markdown: str, given: str | None = None) -> Draft:
    return read_markdown(markdown.encode(), given)


def text_below(markdown: str) -> str:
    """The text of the only clause, which these words make below a heading."""
    (clause,) = read(f"# T\n\n## 1 Boat\n\n{markdown}\n").clauses
    return clause.text


def clauses(markdown: str) -> list[tuple[str, str]]:
    return [(each.heading, each.text) for each in read(f"# T\n\n{markdown}\n").clauses]


@pytest.mark.parametrize(
    "words",
    [
        "<a company to be named>",
        "To <a company to be named> and <b the other>.",
        "<Name of the hirer>",
        "<date>",
        "<address>",
        "<title>\nof the boat",
        "a < b and c > d, <- there",
        "<!-- never closed",
        "<?what?>",
        "<![CDATA[x]]>",
        "</3",
        "[Date]: 2027-01-01",
        "[Hirer]: Anna",
        "{Company}",
        "{{ page.title }}",
        "{#1}",
        "[ ] not yet",
        "Price* excludes VAT.",
        "5*3*2 and 2 ** 3",
        "AT&T &copy and &notice;",
        "snake_case_name",
        "+ 5 degrees",
        "_____ by the hirer",
    ],
)
def test_what_only_looks_like_markup_is_text(words: str) -> None:
    assert " ".join(text_below(words).split()) == " ".join(words.split())


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("10<sup>6</sup> m<sup>2</sup>, 1<sup>st</sup>, x<sup>2a</sup>", "10⁶ m², 1st, x^(2a)"),
        ("H<sub>2</sub>O", "H₂O"),
        ("<q>Aye</q>", "“Aye”"),
        ("R&amp;D &#8364;5 &euro;6", "R&D €5 €6"),
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        ("one\\\ntwo  \nthree\nfour", "one\ntwo\nthree four"),
        ("日本\n語", "日本語"),
        ("~~old~~ new", "old new"),
        ("<https://a.example> and <x@y.example>", "https://a.example and x@y.example"),
        ("[x@y.example](mailto:x@y.example) [here](#1-boat)", "x@y.example here"),
        ("a {: .x}", "a"),
        ("{: .x}\na", "a"),
        ("*a*{:.b} c", "a c"),
        ("<b>bold</b> <i class='x'>it</i> <u>under</u>", "bold it under"),
        ("<div>one</div><div>two</div>", "one\ntwo"),
        ("<ol type='a' start='3'><li>x<li>y</ol>", "c. x\nd. y"),
        ("| a | b |\n|---|---|\n| 1 | 2 | 3 |\n| 4 |", "a | b\n1 | 2 | 3\n4 | "),
        ("3. three.\n3. three again.\n4. four.", "3. three.\n4. three again.\n5. four."),
        ("1. one;\n3. three", "1. one;\n3. three"),
        ("* a\n  + b\n  + d\n\n    more\n* c", "- a\n  - b\n  - d\n\n    more\n- c"),
        ("```\n# no heading\n  1. none\n```", "# no heading\n  1. none"),
        ("a\n\n_______________\nSignature", "a\n\n_______________\nSignature"),
        ("a\n\n***\n\nb", "a\n\nb"),
        ("> a\n>\n> b", "a\n\nb"),
        (
            "(a) one\n(b) two\n    (i) in\n    (ii) deep\n(c) three",
            "(a) one\n(b) two\n  (i) in\n  (ii) deep\n(c) three",
        ),
        ("as in Vitamin\na. b", "as in Vitamin a. b"),
    ],
)
def test_what_is_markup_is_read_as_what_it_is(markdown: str, text: str) -> None:
    assert text_below(markdown) == text


@pytest.mark.parametrize(
    "sentence",
    [
        "Zahlbar spätestens am\n31. Dezember 2027.",
        "Zahlbar spätestens am\n1. Dezember 2027.",
        "Payable in\n1. quarters of a year, and at the latest",
        "Payable in\n1) quarters of a year",
        "between 10\n- 20 percent",
        "at\n+ 5 degrees",
    ],
)
def test_a_numbered_line_never_interrupts_a_sentence(sentence: str) -> None:
    joined = " ".join(sentence.split())
    assert text_below(sentence) == joined
    assert clauses(f"1. {sentence}\n2. Next.")[0] == ("1", joined)
    assert clauses(f"1. {sentence}\n2. Next.")[1] == ("2", "Next.")


def test_a_list_that_a_sentence_leads_to_is_one() -> None:
    assert text_below("The hirer shall:\n1. fuel;\n2. clean.") == "The hirer shall:\n1. fuel;\n2. clean."


def test_run_ins_are_clauses_with_names() -> None:
    assert clauses("**PRIMERA. Objeto.** El barco.\n\n**SEGUNDA.- Precio.** Diez.") == [
        ("PRIMERA. Objeto.", "El barco."),
        ("SEGUNDA.- Precio.", "Diez."),
    ]
    assert clauses("<u>1. Boat.</u> Blue.\n\n<u>2. Fare.</u> Ten.") == [("1. Boat.", "Blue."), ("2. Fare.", "Ten.")]
    assert clauses('1. <span class="header_2">Boat</span> is blue.\n2. **Fare:** ten.\n3. **The Hirer** pays.') == [
        ("1 Boat", " is blue.".strip()),
        ("2 Fare:", "ten."),
        ("3", "The Hirer pays."),
    ]
    assert clauses("## 1 Boat\n\n**1.1 Fees.** Ten.\n\n1.2 The crew is four.\n\n1.4 is no next one.") == [
        ("1 Boat", ""),
        ("1.1 Fees.", "Ten."),
        ("1.2", "The crew is four.\n\n1.4 is no next one."),
    ]
    assert clauses("**PRIMERA. OBJETO**\nEl barco.") == [("PRIMERA. OBJETO", "El barco.")]


def test_bold_words_in_a_sentence_are_no_name() -> None:
    assert text_below('**"Boat"** means the boat.') == '"Boat" means the boat.'
    assert text_below("**1. Boat.** In a numbered section this is no clause.").startswith("1. Boat.")


def test_items_of_a_list_are_clauses_however_they_end() -> None:
    long = "The owner lends the boat to the hirer, who " + "very " * 60 + "gladly takes it"
    assert clauses(f"1. Boat\n2. {long}\n3. Fare;\n") == [("1", "Boat"), ("2", long), ("3", "Fare;")]
    assert clauses("1. Boat\n\nThe owner lends it.\n\n2. Fare\n\nTen.") == [
        ("1 Boat", "The owner lends it."),
        ("2 Fare", "Ten."),
    ]


def test_lists_that_headings_divide_go_on() -> None:
    assert clauses("## A\n\n1. One.\n2. Two.\n\n## B\n\n3. Three.\n") == [
        ("A", ""),
        ("1", "One."),
        ("2", "Two."),
        ("B", ""),
        ("3", "Three."),
    ]
    assert clauses("## A\n\n1. One.\n2. Two.\n\n## B\n\n1. Again.\n\n## C\n\nx") == [
        ("A", "1. One.\n2. Two."),
        ("B", "1. Again."),
        ("C", "x"),
    ]


def test_clauses_count_by_themselves_in_each_schedule() -> None:
    markdown = "1. Boat.\n2. Fare.\n\n# Schedule 1: Harbours\n\n1. North.\n2. South.\n\n# Schedule 2\n\n1. Prices.\n"
    assert clauses(f"## Part A\n\n{markdown}") == [
        ("Part A", ""),
        ("1", "Boat."),
        ("2", "Fare."),
        ("Schedule 1: Harbours", ""),
        ("1", "North."),
        ("2", "South."),
        ("Schedule 2", ""),
        ("1", "Prices."),
    ]


def test_the_title() -> None:
    assert [each.heading for each in read("# Ferry\n\n## 1 Boat\n\nx", "Ferry").clauses] == ["1 Boat"]
    other = read("# Ferry\n\n## 1 Boat\n\nx", "Another")
    assert [each.heading for each in other.clauses] == ["1 Boat"]
    assert "“Ferry”" in other.notices[0].words
    assert read("## Ferry\n\n### 1 Boat\n\nx").title == "Ferry"
    assert read("**FERRY CONTRACT**\n\n1. Boat.\n2. Fare.").title == "FERRY CONTRACT"
    assert read("---\ntitle: 'Ferry: one'\n---\n# 1 Boat\nx").title == "Ferry: one"
    assert read("---\n\nNo front matter.\n\n---\n\n# 1 Boat\n\nx").clauses[0].text == "No front matter."
    assert read("<h1>Ferry</h1>\n\n## 1 Boat\n\nx").title == "Ferry"


def test_the_appendix_is_the_last_heading_of_level_one_and_nothing_like_it() -> None:
    kept = ("# Appendix: The argument", "## Appendix: the argument", "# Appendix: the argument A")
    for heading in kept:
        draft = read(f"# T\n\n## 1 Boat\n\nx\n\n{heading}\n\ny")
        assert draft.clauses[-1].text == "y", heading
    inner = read("# T\n\n# 1 Boat\n\nx\n\n# Appendix: the argument\n\ny\n\n# 2 Fare\n\nz")
    assert [each.text for each in inner.clauses] == ["x", "y", "z"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_and_encodings_make_no_difference(encoding: str, end: str) -> None:
    markdown = "# Fähre\n\n## 1 Boot\n\nDer Eigner\nverleiht es.\n\n- blau\n- neu\n"
    draft = read_markdown(markdown.replace("\n", end).encode(encoding))
    assert draft == read_markdown(markdown.encode())
    assert draft.clauses[0].text == "Der Eigner verleiht es.\n\n- blau\n- neu"


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        ("# Fähre\n\n## 1 Boot\n\nDie Fähre".encode("cp1252"), 1, "# Fähre"),
        (b"# Ferry\n\n## 1 Boat\n\nThe b\xe4r", 5, "The bär"),
        (b"# Ferry\n\n## 1 Boat\n\nThe b\0at", 5, "The b at"),
        (("# T\n\n## 1 Boat\n\n" + "x" * 70000).encode(), 3, "1 Boat"),
        (("# T\n\n## 1 Boat\n\n" + ">" * 200 + " deep").encode(), 5, ">>>"),
    ],
)
def test_a_refusal_names_the_line_and_begins_with_its_words(data: bytes, line: int, words: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_markdown(data)
    assert refused.value.detail.startswith(f"“{words}")
    assert f"line {line}:" in refused.value.detail
    assert refused.value.next_step


def test_other_encodings_are_refused_with_what_to_do() -> None:
    for data in ("# Fähre".encode("utf-32"), "# Fähre\n".encode("cp1252"), "# Fähre".encode("utf-16-le")):
        with pytest.raises(Refusal) as refused:
            read_markdown(data)
        assert refused.value.code == "malformed"
        assert "save it as UTF-8" in refused.value.next_step


def test_what_a_foreign_file_says_between_our_marks_is_told_one_by_one() -> None:
    facts = "<!-- onetext: facts -->\n\n{}\n\n<!-- onetext: text -->\n\n"
    markdown = "# T\n\n## 1 A\n\nx\n\n" + facts.format("The rent is 500.") + facts.format("The fee is 900.")
    told = [each.words for each in read(markdown).notices]
    assert len(told) == 2
    assert "“The rent is 500.”" in told[0]
    assert "“The fee is 900.”" in told[1]
    (clause,) = read("# T\n\n## 1 A\n\n<!-- onetext: check with legal -->\n\nx").clauses
    assert clause.text == "x"
    assert len(read("# T\n\n## 1 A\n\n<!-- onetext: check with legal -->\n\nx").notices) == 1


def test_the_title_that_was_given_wins_and_the_other_is_told() -> None:
    other = read("---\ntitle: Y\n---\n# Y\n\n## 1 A\n\nx", "X")
    assert [each.heading for each in other.clauses] == ["1 A"]
    assert sum("the agreement has another" in each.words for each in other.notices) == 2
    same = read("---\ntitle: Y\n---\n# X\n\n## 1 A\n\nx", "X")
    assert [each.line for each in same.notices] == [1, 1], "the front matter, and its title"


def test_odd_files_are_read_or_refused() -> None:
    for markdown in (
        "# T\n\n1. Boat.\n2. *The owner<br>lends* the boat.",
        "# T\n\n1. Boat.\n2. **Boat  \nis** blue.",
        "+++\na = " + "1" * 5000 + "\n+++\n# T\n\nx",
        "+++\na = " + "[" * 3000 + "\n+++\n# T\n\nx",
        "---\na: " + "[" * 3000 + "\n---\n# T\n\nx",
    ):
        with contextlib.suppress(Refusal):
            read(markdown)
    assert text_below("A <script>x</script> B") == "A  B"
    assert text_below("[x](https://ex.example/ä)") == "x (https://ex.example/ä)"
    assert text_below("[Deposit]: EUR:500") == "[Deposit]: EUR:500"


def test_files_of_other_kinds_are_named() -> None:
    for data, kind in ((b"PK\x03\x04\x14\0", "Word"), (b"%PDF-1.7\n", "PDF"), (b"\xff\xd8\xff\xe0\0", "picture")):
        with pytest.raises(Refusal, match=kind):
            read_markdown(data)


def test_what_is_left_out_is_told_with_its_line() -> None:
    markdown = """---
title: T
---
## 1 Boat {#boat}

A <!-- secret --> [link](https://a.example "Its title") ![plan](p.png)

[unused]: https://b.example

```python
x
```
"""
    told = [(each.line, each.what, each.words) for each in read(markdown).notices]
    assert [line for line, _, _ in told] == [1, 4, 6, 6, 6, 8, 10]
    assert all(what == "left_out" for _, what, _ in told)
    for place, words in enumerate(("title", "{#boat}", "secret", "Its title", "plan", "[unused]: https://b", "python")):
        assert words in told[place][2]


def test_months_are_those_of_the_languages() -> None:
    names = {
        name.casefold().rstrip(".")
        for language in LANGUAGES
        for form in Locale.parse(language).months.values()
        for name in form["wide"].values()
    }
    assert names == NAMES


@pytest.mark.parametrize(
    "piece",
    ["# " + " " * 100, "<a ", "<!--", "<!--x-->", "1. " + " " * 50 + "x\n", "[", "[a]: ", "*a **b ", "`", "> ",
     "{: .a", "(a) x\n", "1.1 x\n\n", "<div>", "</div>", "| a ", "&amp", "\\", "31. x\n", "- " , "**1. x.** y\n\n",
     "[^1]: x\n\n"],
)  # fmt: skip
def test_hostile_texts_are_read_or_refused(piece: str) -> None:
    """Fifty thousand signs of each: what takes the square of its length does not end here."""
    with contextlib.suppress(Refusal):
        read(f"# T\n\n## 1 Boat\n\n{piece * (50_000 // len(piece))}")
