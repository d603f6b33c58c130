"""Files become drafts: bytes are decoded, a reader cuts the text, and what no term could hold is refused."""

from __future__ import annotations

import codecs
from collections.abc import Callable

from domain.fields import HEADING_BYTES, TERM_TEXT_BYTES
from domain.refusals import Code, Refusal, malformed
from server.texts.clauses import draft_of
from server.texts.draft import Draft, quoted

Reader = Callable[[bytes, str | None], Draft]
"""Reads a file. The second argument: the title that the agreement has whatever the file says, None for its own."""

MOST_BYTES = 1024 * 1024
"""Of a text, in UTF-8."""
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_OTHERS = {
    b"PK\x03\x04": "a Word document or an archive",
    b"\xd0\xcf\x11\xe0": "a Word document",
    b"{\\rtf": "a rich text document",
    b"%PDF": "a PDF",
    b"\xff\xd8\xff": "a picture",
    b"\x89PNG": "a picture",
    b"GIF8": "a picture",
}
"""What other files begin with."""
_SAVE = "Open it in your editor, save it as UTF-8, and import it again."


def read_markdown(data: bytes, given: str | None = None) -> Draft:
    """A Markdown text's draft; `malformed` or `too_large` say which line is wrong, and begin with its words."""
    source = decoded(data).replace("\r\n", "\n").replace("\r", "\n")
    if (size := len(source.encode())) > MOST_BYTES:
        at = len(source.encode()[:MOST_BYTES].decode(errors="ignore"))
        told = f"from here on the text is too long: it has {size} bytes, and at most {MOST_BYTES} are read."
        raise _refusal(source, at, told, "Split it into several agreements.", Code.TOO_LARGE)
    if "\0" in source:
        at = source.index("\0")
        raise _refusal(source, at, "a sign with the number 0 stands here, which is no text.", "Take it out.")
    draft = draft_of(source, given)
    if not draft.clauses:
        raise malformed("There are no words of an agreement in this text.", "Choose another file, or write a clause.")
    refuse_too_large(draft)
    return draft


def refuse_too_large(draft: Draft) -> None:
    """Refuse what no term can hold, by its heading and where that stands."""
    for clause in draft.clauses:
        for what, words, most in (("heading", clause.heading, HEADING_BYTES), ("text", clause.text, TERM_TEXT_BYTES)):
            if (size := len(words.encode())) > most:
                where = f"{quoted(clause.heading or clause.text)} on line {clause.line}"
                told = f"{where}: the {what} of this clause has {size} bytes, at most {most} fit."
                raise Refusal(Code.TOO_LARGE, told, "Divide it by headings.")


READERS: dict[str, Reader] = {"markdown": read_markdown}
"""By the kind of file."""


def decoded(data: bytes) -> str:
    """Text of UTF-8, or of UTF-16 with its mark. Nothing is guessed: what is neither is `malformed`."""
    if kind := next((kind for mark, kind in _OTHERS.items() if data.startswith(mark)), None):
        raise malformed(
            f"This is {kind}, which is not read here.", "Save it as Markdown or plain text, and import that."
        )
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise malformed("This file is written in UTF-32, which is not read.", _SAVE)
    begins_marked = data.startswith(tuple(_MARKS))
    if not begins_marked and max(data[at:200:2].count(0) for at in (0, 1)) * 5 > len(data[:200]):
        raise malformed("This file is written in UTF-16 without the mark that says so, which is not guessed.", _SAVE)
    encoding = next((name for mark, name in _MARKS.items() if data.startswith(mark)), "utf-8")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding, "replace")
        words = before.rpartition("\n")[2] + data[error.start : error.start + 40].decode("cp1252", "replace")
        words = "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in words)
        line = before.count("\n") + 1
        named = "UTF-16" if encoding == "utf-16" else "UTF-8"
        told = f"{quoted(words.partition(chr(10))[0])} on line {line}: this file is not {named} from here on."
        guess = "" if named == "UTF-16" else "It was perhaps saved as Windows-1252, which is never guessed. "
        raise malformed(told, f"{guess}{_SAVE}") from None


def _refusal(source: str, at: int, sentence: str, next_step: str, code: Code = Code.MALFORMED) -> Refusal:
    line = source.count("\n", 0, at) + 1
    words = source.split("\n")[line - 1].replace("\0", " ")
    return Refusal(code, f"{quoted(words)} on line {line}: {sentence}", next_step)
