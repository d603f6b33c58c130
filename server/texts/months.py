"""Names of months in languages that write a date as "31. Dezember"."""

from __future__ import annotations

from server.texts.tree import named

LANGUAGES = ["de", "da", "nb", "nn", "fi", "et", "lv", "is", "cs", "sk", "sl", "hr", "sr_Latn", "bs_Latn", "fo", "hsb"]
"""Their CLDR codes; loading their names from there takes longer than reading a contract."""

NAMES = named(
    "april aprill apryl apryla apríl apríla aprīlis august augusta augusts avgust awgust awgusta březen března "
    "decembar december decembra decembris desember detsember dezember duben dubna elokuu elokuuta februar "
    "februara február februára februāris febrúar heinäkuu heinäkuuta helmikuu helmikuuta huhtikuu huhtikuuta "
    "jaanuar januar januara január januára janvāris janúar joulukuu joulukuuta jul juli julij julija jun juni "
    "junij junija juuli juuni júl júla júlí jún júna júní jūlijs jūnijs kesäkuu kesäkuuta kolovoz kolovoza květen "
    "května leden ledna lipanj lipnja listopad listopada listopadu lokakuu lokakuuta maaliskuu maaliskuuta mai "
    "maijs maj marca marec marraskuu marraskuuta mars mart marts maí meja meje máj mája märts märz měrc měrca "
    "novembar november novembra novembris nowember nowembra nóvember oktobar oktober oktobra oktobris oktoober "
    "október októbra ožujak ožujka prosinac prosinca prosince prosinec rujan rujna septembar september septembra "
    "septembris siječanj siječnja srpanj srpen srpna srpnja studeni studenoga svibanj svibnja syyskuu syyskuuta "
    "tammikuu tammikuuta toukokuu toukokuuta travanj travnja veebruar veljača veljače září ágúst únor února "
    "červen července červenec června říjen října"
)


def is_month(word: str) -> bool:
    """Whether a word behind a number and a dot makes a date of it."""
    return word.casefold() in NAMES
