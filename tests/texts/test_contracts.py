# ruff: noqa: E501
"""Shapes in which real contracts come, each with the cut that a lawyer would make."""

from __future__ import annotations

import pytest

from server.texts.reading import read_markdown

CONTRACTS: list[tuple[str, str | None, list[tuple[str, str]]]] = [
    (
        "## 1. F\n\n<ul><li>Rent 500</li><ul><li>VAT 19</li></ul></ul>",
        None,
        [("1. F", "- Rent 500\n  - VAT 19")],
    ),
    (
        "## 1. F\n\n<ul>\n\n    <li>Fee 5</li>\n\n</ul>",
        None,
        [("1. F", "- Fee 5")],
    ),
    (
        "## 1. F\n\n<ul>\n\n- Fee 5\n- Fee 6\n\n</ul>",
        None,
        [("1. F", "Fee 5\nFee 6")],
    ),
    (
        "## 1. F\n\n<table>\n  <tr>\n\n    <td>5 EUR</td>\n\n  </tr>\n</table>",
        None,
        [("1. F", "5 EUR")],
    ),
    (
        "## 1. F\n\n<dl><div><dt>Term</dt><dd>8</dd></div></dl>",
        None,
        [("1. F", "Term: 8")],
    ),
    (
        "## 1. F\n\n<table><tr>5 EUR<td>x</td></tr><tr><td>6</td><p>7</p></tr></table>",
        None,
        [("1. F", "5 EUR | x\n6 | 7")],
    ),
    (
        "## 1. F\n\nFee[^1].\n\n[^1]: plus 5% VAT.\n\n## 2. T\n\nTerm[^1].\n\n[^1]: at least 12 months.",
        None,
        [("1. F", "Fee[1].\n\n[1] plus 5% VAT."), ("2. T", "Term[1].\n\n[1] at least 12 months.")],
    ),
    (
        "## 1. F\n\nRoad 5</br>10115 Berlin",
        None,
        [("1. F", "Road 5\n10115 Berlin")],
    ),
    (
        "## 1. F\n\n8</div>9 and 3</p>4",
        None,
        [("1. F", "8\n9 and 3\n\n4")],
    ),
    (
        '## 1. F\n\n[__] EUR within [__] days. $[***] and [***]% **Date:** ____/____/________ den __.__.2026 (____) x (____) "____" Fee (*) and Discount (*) **bold** __b__ *(x)* **"q"**',
        None,
        [
            (
                "1. F",
                '[__] EUR within [__] days. $[***] and [***]% Date: ____/____/________ den __.__.2026 (____) x (____) "____" Fee (*) and Discount (*) bold b (x) "q"',
            )
        ],
    ),
    (
        "## 1. F\n\nx**2 + y**2 and P*R*T/365 2*x*3 K*(1+p)<sup>n</sup>, 9<sup>½</sup>, 10<sup>n</sup> 1<sup>st</sup>",
        None,
        [("1. F", "x**2 + y**2 and P*R*T/365 2*x*3 K*(1+p)ⁿ, 9^(½), 10ⁿ 1st")],
    ),
    (
        "## 1. F\n\n- > 50 staff: 5%\n- >= 10: 2%\n\nthe turnover is\n> 5 million EUR",
        None,
        [("1. F", "- > 50 staff: 5%\n- >= 10: 2%\n\nthe turnover is > 5 million EUR")],
    ),
    (
        "## 1. F\n\n100 EUR\n+ VAT",
        None,
        [("1. F", "100 EUR + VAT")],
    ),
    (
        "## 1. F\n\nFee = base fee\n* number of months",
        None,
        [("1. F", "Fee = base fee * number of months")],
    ),
    (
        "## 1. F\n\nwithin\n~ 30 days",
        None,
        [("1. F", "within ~ 30 days")],
    ),
    (
        "## 1. F\n\n01. One.\n02. Two.",
        None,
        [("1. F", "01. One.\n02. Two.")],
    ),
    (
        "# T\n\n## Fees\n\n**30 days** notice.\n\n**1.000 EUR** fee.\n\n**1. Juli 2026** start.\n\n**A. Smith**, born 1980\n\n**Section 1** survives termination.\n\n## Law\n\nx",
        "T",
        [
            (
                "Fees",
                "30 days notice.\n\n1.000 EUR fee.\n\n1. Juli 2026 start.\n\nA. Smith, born 1980\n\nSection 1 survives termination.",
            ),
            ("Law", "x"),
        ],
    ),
    (
        "# T\n\n## 1. X\n\nText.\n\n**2 weeks** for cause.",
        "T",
        [("1. X", "Text.\n\n2 weeks for cause.")],
    ),
    (
        "1. FEES\n\n1.1 One.\n\n2. TERM\n\n2.1 Two.",
        None,
        [("1 FEES", ""), ("1.1", "One."), ("2 TERM", ""), ("2.1", "Two.")],
    ),
    (
        "1. Fees\n\n   1.1 One.\n\n   1.2 Two.\n\n2. Term",
        None,
        [("1 Fees", ""), ("1.1", "One."), ("1.2", "Two."), ("2", "Term")],
    ),
    (
        "# S\n\n1. Hosting\n   1. Servers\n   2. Backup\n2. Support\n   1. Mail\n   2. Phone",
        "S",
        [
            ("1 Hosting", ""),
            ("1.1", "Servers"),
            ("1.2", "Backup"),
            ("2 Support", ""),
            ("2.1", "Mail"),
            ("2.2", "Phone"),
        ],
    ),
    (
        "1. A\n  1. X\n  2. Y\n2. B\n  1. Z",
        None,
        [("1 A", ""), ("1.1", "X"), ("1.2", "Y"), ("2", "B 1. Z")],
    ),
    (
        "# AGREEMENT\n\n1.  **Definitions**\n\n    1.  X.\n\n2.  **Fees**\n\n    1.  Pay.\n\n## Schedule 1\n\n1.  Hosting",
        "AGREEMENT",
        [("1 Definitions", ""), ("1.1", "X."), ("2 Fees", ""), ("2.1", "Pay."), ("Schedule 1", ""), ("1", "Hosting")],
    ),
    (
        "# AGREEMENT\n\n1.  **Definitions**\n\n    1.  X.\n\n2.  **Fees**\n\n    1.  Pay.\n\n**SCHEDULE 1**\n\n1.  Hosting",
        "AGREEMENT",
        [("1 Definitions", ""), ("1.1", "X."), ("2 Fees", ""), ("2.1", "Pay."), ("SCHEDULE 1", ""), ("1", "Hosting")],
    ),
    (
        "**Agreement**\n\n**Parties**\n\nA and B.\n\n**Fees.** Pay 5.\n\n**Term.** One year.",
        "Agreement",
        [("Parties", "A and B."), ("Fees.", "Pay 5."), ("Term.", "One year.")],
    ),
    (
        "# T\n\n## Parties\n\nA.\n\n## Terms\n\n1. Pay 5.\n2. Pay 6.\n\n## More\n\n3. End.",
        "T",
        [("Parties", "A."), ("Terms", ""), ("1", "Pay 5."), ("2", "Pay 6."), ("More", ""), ("3", "End.")],
    ),
    (
        "# T\n\n## ARTICLE I\n\n**1.1 Formation.** Text.\n\n**1.2 Name.** Text.",
        "T",
        [("ARTICLE I", ""), ("1.1 Formation.", "Text."), ("1.2 Name.", "Text.")],
    ),
    (
        "# T\n\n## Schedule 1\n\n1.1 One.\n\n1.2 Two.",
        "T",
        [("Schedule 1", ""), ("1.1", "One."), ("1.2", "Two.")],
    ),
    (
        "# T\n\n## Fees\n\n1.1 One.\n\n1.2 Two.",
        "T",
        [("Fees", ""), ("1.1", "One."), ("1.2", "Two.")],
    ),
    (
        "# T\n\n## 1. A\n\n1.1 One.\n1.2 Two.\n1.3 Three.",
        "T",
        [("1. A", ""), ("1.1", "One."), ("1.2", "Two."), ("1.3", "Three.")],
    ),
    (
        "# T\n\n## 1. A\n\n1.1 One.\n\n1.2 Two.\n\n1.4 Four.\n\n1.5 Five.",
        "T",
        [("1. A", ""), ("1.1", "One."), ("1.2", "Two."), ("1.4", "Four."), ("1.5", "Five.")],
    ),
    (
        "1. A\n2. B\n4. D\n5. E",
        None,
        [("1", "A"), ("2", "B"), ("4", "D"), ("5", "E")],
    ),
    (
        "**LEASE**\n\n**Rent**\n\n1. $1,000 per month\n2. Late fee $50\n\n**Term**\n\n12 months.",
        "LEASE",
        [("Rent", "1. $1,000 per month\n2. Late fee $50"), ("Term", "12 months.")],
    ),
    (
        "Vertrag\n===\n\nPräambel\n---\n\nText.\n\n1. Fees\n---\n\nPay.\n\n2. Term\n---\n\nx",
        "Vertrag",
        [("Präambel", "Text."), ("1. Fees", "Pay."), ("2. Term", "x")],
    ),
    (
        "1. A.\n\n2. B.\n\n1. sub\n\n2. sub\n\n3. C.",
        None,
        [("1", "A."), ("2", "B.\n\n1. sub\n\n2. sub"), ("3", "C.")],
    ),
    (
        "# T\n\n**Article 1er – Objet**\n\na\n\n**Article 2 – Prix**\n\nb",
        "T",
        [("Article 1er – Objet", "a"), ("Article 2 – Prix", "b")],
    ),
    (
        "# T\n\n**1. Fees**\n\nx\n\n**CLÁUSULA 2ª. PRECIO.** y",
        "T",
        [("1. Fees", "x"), ("CLÁUSULA 2ª. PRECIO.", "y")],
    ),
    (
        "# T\n\nArticle 1. Fees\n\nPay.\n\nArticle 2. Term\n\nA year.",
        "T",
        [("Article 1. Fees", "Pay."), ("Article 2. Term", "A year.")],
    ),
    (
        "# T\n\n1\\. FEES\n\n1.1 Pay.\n\n2\\. TERM\n\n2.1 Year.",
        "T",
        [("1. FEES", ""), ("1.1", "Pay."), ("2. TERM", ""), ("2.1", "Year.")],
    ),
    (
        "I. FEES\n\nPay.\n\nII. TERM\n\nYear.",
        None,
        [("I. FEES", "Pay."), ("II. TERM", "Year.")],
    ),
    (
        "# Book Publishing Agreement\n\n## 1. Grant\n\nx\n\n## 2. Fee\n\ny",
        "Book Publishing Agreement",
        [("1. Grant", "x"), ("2. Fee", "y")],
    ),
    (
        "# A. Smith Services Agreement\n\n## 1. Grant\n\nx",
        "A. Smith Services Agreement",
        [("1. Grant", "x")],
    ),
    (
        "# 12 Months Rental Agreement\n\n## 1. Grant\n\nx",
        "12 Months Rental Agreement",
        [("1. Grant", "x")],
    ),
    (
        "# Sale\n\n## Price\n\n1. a.\n2. b.\n\n## Title and Risk\n\n1. c.\n2. d.\n\n## Warranty\n\n1. e.\n2. f.",
        "Sale",
        [("Price", "1. a.\n2. b."), ("Title and Risk", "1. c.\n2. d."), ("Warranty", "1. e.\n2. f.")],
    ),
    (
        "## 1. F\n\n- 12 months\n  from now\n- 5% off",
        None,
        [("1. F", "- 12 months from now\n- 5% off")],
    ),
    (
        "## 1. F\n\nFees\n- 100 EUR\n- 5 %",
        None,
        [("1. F", "Fees\n- 100 EUR\n- 5 %")],
    ),
    (
        "## 1. F\n\na) x\nb) y:\n   aa) z\n   bb) w",
        None,
        [("1. F", "a) x\nb) y:\n  aa) z\n  bb) w")],
    ),
    (
        "1. **Alpha Inc.**, a company;\n2. **Beta Ltd.** (Buyer).",
        None,
        [("1", "Alpha Inc., a company;"), ("2", "Beta Ltd. (Buyer).")],
    ),
    (
        '+++\ntitle = "Hugo"\n+++\n## 1 A\n\nx\n\n::: {.note}\nclause [5](a)\n:::',
        "Hugo",
        [("1 A", "x\n\nclause [5](a)")],
    ),
    (
        "% Pandoc\n% Me\n\n## 1 A\n\nx",
        "Pandoc",
        [("1 A", "x")],
    ),
    (
        "LEASE\n\nThis is it.\n\nRENT\n\nTen.\n\nTERM\n\nA year.",
        "LEASE",
        [("Preamble", "This is it."), ("RENT", "Ten."), ("TERM", "A year.")],
    ),
    (
        "SERVICE AGREEMENT\n\n1.\tDEFINITIONS\n1.1\tFee means x.\n1.2\tTerm means y:\n(a)\tone;\n(b)\ttwo.\n2.\tTERM\n2.1\tA year.\nSCHEDULE 1\nThe fee is 5.",
        "SERVICE AGREEMENT",
        [
            ("1 DEFINITIONS", ""),
            ("1.1", "Fee means x."),
            ("1.2", "Term means y:\n(a)\tone;\n(b)\ttwo."),
            ("2", "TERM 2.1\tA year. SCHEDULE 1 The fee is 5."),
        ],
    ),
    (
        "ARTICLE I\nDefinitions\n\nSection 1.1 Fee. The fee.\n\nSection 1.2 Term. The term.\n\nARTICLE II\nTerm\n\nSection 2.1 A year.",
        None,
        [
            ("Preamble", "ARTICLE I Definitions"),
            ("Section 1.1", "Fee. The fee."),
            ("Section 1.2", "Term. The term.\n\nARTICLE II Term"),
            ("Section 2.1", "A year."),
        ],
    ),
    (
        "Mietvertrag\n\nzwischen\n\nMax Muster, Straße 1, 12345 Ort\n\nund\n\nErika Muster\n\n§ 1 Mietsache\n\n(1) Die Wohnung.\n\n(2) Der Keller.\n\n§ 2 Miete\n\nDie Miete beträgt 1.000 EUR, fällig am\n3. Werktag.\n",
        None,
        [
            ("Preamble", "Mietvertrag\n\nzwischen\n\nMax Muster, Straße 1, 12345 Ort\n\nund\n\nErika Muster"),
            ("§ 1 Mietsache", "(1) Die Wohnung.\n\n(2) Der Keller."),
            ("§ 2 Miete", "Die Miete beträgt 1.000 EUR, fällig am 3. Werktag."),
        ],
    ),
    (
        "# NDA\n\n1. **Purpose**. The parties wish to talk.\n\n2. **Confidential Information**. Means:\n\n    a. one\n    b. two\n\n3. **Term**. 2 years.\n",
        "NDA",
        [
            ("1 Purpose.", "The parties wish to talk."),
            ("2 Confidential Information.", "Means:\n\na. one\nb. two"),
            ("3 Term.", "2 years."),
        ],
    ),
    (
        "# Terms\n\nLast updated: 1. May 2024\n\n## Acceptance\n\nYou accept.\n\n## Fees\n\n1. Monthly\n2. Yearly\n\n### Refunds\n\nNone.\n",
        "Terms",
        [
            ("Preamble", "Last updated: 1. May 2024"),
            ("Acceptance", "You accept."),
            ("Fees", "1. Monthly\n2. Yearly"),
            ("Refunds", "None."),
        ],
    ),
    (
        "# A\n\n**1. Boat**\n\nThe boat.\n\n**2. Fare**\n\n- a\n- b\n\n1. x\n2. y\n",
        "A",
        [("1. Boat", "The boat."), ("2. Fare", "- a\n- b\n\n1. x\n2. y")],
    ),
    (
        "1) One.\n2) Two.\n3) Three.\n",
        None,
        [("1", "One."), ("2", "Two."), ("3", "Three.")],
    ),
    (
        "(1) One.\n\n(2) Two.\n",
        None,
        [("Preamble", "(1) One.\n\n(2) Two.")],
    ),
    (
        "# T\n\nI. First\n\ntext\n\nII. Second\n\ntext\n",
        "T",
        [("I. First", "text"), ("II. Second", "text")],
    ),
    (
        "# T\n\n1 Boat\n\nThe boat.\n\n2 Fare\n\nTen.\n",
        "T",
        [("1 Boat", "The boat."), ("2 Fare", "Ten.")],
    ),
    (
        "Title\n=====\n\n1. Boat\n-------\n\nLent.\n\n1.1 Crew\n~~~~~~~~\n\nFour.\n",
        "Title",
        [("1. Boat", "Lent."), ("1.1", "Crew\n\nFour.")],
    ),
]


@pytest.mark.parametrize(("markdown", "title", "clauses"), CONTRACTS, ids=range(len(CONTRACTS)))
def test_a_contract_is_cut_as_it_is_meant(markdown: str, title: str | None, clauses: list[tuple[str, str]]) -> None:
    draft = read_markdown(markdown.encode())
    assert draft.title == title
    assert [(each.heading, each.text) for each in draft.clauses] == clauses
