"""Numbers of clauses as contracts write them: 1., 3.1, § 4, Article V, PRIMERA."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ORDINALS = (
    "primera segunda tercera cuarta quinta sexta séptima octava novena décima undécima duodécima decimoprimera "
    "decimosegunda decimotercera decimocuarta decimoquinta decimosexta decimoséptima decimoctava decimonovena vigésima "
    "primero segundo tercero cuarto quinto sexto séptimo octavo noveno décimo primeira terceira quarta sétima oitava "
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth premier première deuxième "
    "troisième quatrième cinquième"
)
_CHAPTERS = (
    "part|chapter|title|book|schedule|annex|appendix|exhibit|abschnitt|kapitel|teil|anlage|anhang|chapitre|partie|titre|"
    "annexe|capítulo|parte|título|anexo|capo|titolo|allegato|rozdział|hoofdstuk|bijlage|kapittel|avsnitt"
)
_NAMES = (
    f"{_CHAPTERS}|article|section|clause|paragraph|artikel|ziffer|paragraf|clausula|cláusula|artículo|sección|articolo|"
    "artigo|seção|secção|artykuł"
)
_ORDINAL = _ORDINALS.replace(" ", "|")
_COUNTING = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_NUMBER = r"(?:[0-9]{1,3}(?:\.[0-9]{1,3})*(?:er|ère|º|ª|°)?[A-Za-z]?|[IVXLC]{1,7}|[ivx]{1,5}|[A-Z])"
_ENDS = r"(?=[\s.:),–—-]|$)"
_DIGITS = re.compile(r"(?P<number>[0-9]{1,3}(?:\.[0-9]{1,2})*)(?P<sign>\.\)|[.):])?(?=[\s–—-]|$)")
_NAMED = re.compile(
    rf"(?i:(?:{_NAMES})\s+|(?:art\.|§{{1,2}}|sec\.|cl\.)\s*){_NUMBER}(?:\.-|[.):–—-])?{_ENDS}"
    rf"|(?i:(?:{_NAMES})\s+(?:{_COUNTING}|{_ORDINAL}))(?![^\W\d_])\.?-?"
    rf"|(?i:{_ORDINAL})(?:\.-|[.:–—-])"
)
_ROMAN = re.compile(r"(?:[IVXLC]{1,7}|[A-Z])[.)](?=\s|$)")
_CHAPTER = re.compile(rf"(?i:{_CHAPTERS})\s+(?:{_NUMBER}|(?i:{_COUNTING}|{_ORDINAL})){_ENDS}")


@dataclass(frozen=True, slots=True)
class Label:
    """written: as it stands, with its sign; number: its parts where they are figures, else nothing."""

    written: str
    number: tuple[int, ...]


def label_of(words: str) -> Label | None:
    """The number that words begin with. A year is none, nor is a figure that the words go on from."""
    if found := _DIGITS.match(words):
        return Label(found[0], tuple(int(each) for each in found["number"].split(".")))
    if found := _NAMED.match(words) or _ROMAN.match(words):
        figures = re.search(r"[0-9]+(?:\.[0-9]+)*", found[0])
        return Label(found[0], tuple(int(each) for each in figures[0].split(".")) if figures else ())
    return None


def is_chapter(words: str) -> bool:
    """Whether a heading names itself a chapter, part, schedule or the like, below which clauses count by themselves."""
    return _CHAPTER.match(words) is not None
