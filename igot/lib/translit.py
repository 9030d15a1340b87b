"""Devanagari in Latin letters, as names are usually written in India: for comparing only."""

from typing import Final

VIRAMA: Final = "\u094d"
NUKTA: Final = "\u093c"
VOWELS: Final = dict(
    zip("अआइईउऊऋएऐओऔऑऍऒऎ", "a a i i u u ri e ai o au o e o e".split(), strict=True)
)
SIGNS: Final = dict(zip("ािीुूृेैोौॉॅॊॆ", "a i i u u ri e ai o au o e o e".split(), strict=True))
CONSONANTS: Final = dict(
    zip(
        "कखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसहळ",
        "k kh g gh n ch chh j jh n t th d dh n t th d dh n p ph b bh m y r l v sh sh s h l".split(),
        strict=True,
    )
)
WITH_NUKTA: Final = {"क": "q", "ख": "kh", "ग": "g", "ज": "z", "फ": "f", "ड": "r", "ढ": "rh"}
LABIALS: Final = "पफबभम"
NASALS: Final = "\u0901\u0902"  # candrabindu and anusvara
BREATH: Final = "\u0903"


def romanised(text: str) -> str:
    """Write the Devanagari of `text` in Latin letters; anything else stays as it is.

    The vowel that every consonant carries is left out at the end of a word, as it is in speech,
    but for a word of one consonant or one that ends in two.
    """
    out: list[str] = []
    place = 0
    while place < len(text):
        written, place = _next(text, place)
        out.append(written)
    return "".join(out)


def is_devanagari(text: str) -> bool:
    """Tell whether `text` holds a letter of Devanagari."""
    return any("\u0900" <= character <= "\u097f" for character in text)


def _next(text: str, place: int) -> tuple[str, int]:
    """Write what stands at `place`, and say where the next begins."""
    letter = text[place]
    if letter in CONSONANTS:
        return _consonant(text, place)
    if letter in NASALS:
        return ("m" if text[place + 1 : place + 2] in tuple(LABIALS) else "n"), place + 1
    if letter == BREATH:
        return "h", place + 1
    return VOWELS.get(letter, SIGNS.get(letter, "" if letter in (VIRAMA, NUKTA) else letter)), (
        place + 1
    )


def _consonant(text: str, place: int) -> tuple[str, int]:
    letter, after = text[place], place + 1
    written = CONSONANTS[letter]
    if text[after : after + 1] == NUKTA:
        written, after = WITH_NUKTA.get(letter, written), after + 1
    if letter == "ज" and text[after : after + 2] == VIRAMA + "ञ":
        written, after = "gy", after + 2
    following = text[after : after + 1]
    if following == VIRAMA:
        return written, after + 1
    if following in SIGNS:
        return written + SIGNS[following], after + 1
    return written + ("" if _is_silent_at(text, place, after) else "a"), after


def _is_silent_at(text: str, place: int, after: int) -> bool:
    """Tell whether the vowel carried by the consonant at `place` is not spoken: the word ends."""
    ends = after == len(text) or not is_devanagari(text[after])
    before = text[place - 1 : place]
    return ends and is_devanagari(before) and before != VIRAMA
