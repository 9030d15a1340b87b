"""Which of the two official languages a text is written in, told by its letters."""

import unicodedata
from typing import Final

HINDI: Final = "hi"
ENGLISH: Final = "en"
DEVANAGARI: Final = range(0x0900, 0x0980)


def language_of(text: str) -> str:
    """Tell "hi" where most letters are Devanagari, else "en"; vowel signs count as letters."""
    devanagari = others = 0
    for character in text:
        if ord(character) in DEVANAGARI:
            devanagari += unicodedata.category(character)[0] in "LM"
        else:
            others += character.isalpha()
    return HINDI if devanagari > others else ENGLISH
