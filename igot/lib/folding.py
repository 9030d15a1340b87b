"""One spelling for the many ways in which a word is written, in English and in Hindi.

What is searched and what is searched for are folded alike. The function `courses_search_fold` of
the database does the same to the texts it keeps; a test holds the two equal.
"""

import re
import unicodedata
from typing import Final

# Letters and digits, vowel signs and the like; not the danda, punctuation, emoji.
LETTERS: Final = r"0-9a-z\u00df-\u0963\u0966-\u096f\u0971-\u1fff\u3040-\ud7ff"
JOINTS: Final = r"\-.'/_&+\u2010\u2019"  # what stands between parts of one word: J-PAL, 14.73x
_WORD: Final = re.compile(f"[{LETTERS}]+")
_COMPOUND: Final = re.compile(f"[{LETTERS}]+(?:[{JOINTS}]+[{LETTERS}]+)+")
_JOINTS: Final = re.compile(f"[{JOINTS}]+")
# Accents, the nukta, and marks that show nothing of their own.
_DROPPED: Final = re.compile("[\u0300-\u036f\u093c\u200b-\u200d\u2060\ufeff]")
_POSSESSIVE: Final = re.compile("['\u2019]s\\b")
_SIGNS: Final = str.maketrans("\u0901०१२३४५६७८९", "\u09020123456789")  # chandrabindu, digits
# A nasal before a letter of its own class is written as a letter or as a dot: गान्धी, गांधी.
_NASAL: Final = re.compile("ङ्(?=[क-घ])|ञ्(?=[च-झ])|ण्(?=[ट-ढ])|न्(?=[त-ध])|म्(?=[प-भ])")
_BRITISH: Final = (
    (re.compile(r"([a-z]{3})is(e|ed|es|er|ers|ing|ation|ations)\b"), r"\1iz\2"),
    (re.compile(r"([a-z]{2})our(|s|ed|ing|al)\b"), r"\1or\2"),
)
_ENGLISH_ENDINGS: Final = ("ations", "ies", "ing", "ed", "es", "s")
_HINDI_ENDINGS: Final = (
    *("ियों", "ियां", "ाओं", "ुओं", "ाएं", "ों", "ें", "ीं", "ां"),
    *("ो", "े", "ू", "ु", "ी", "ि", "ा"),
)
FEWEST_LEFT: Final = {"a": 4, "अ": 3}  # letters that a stem keeps, Latin and Devanagari


def fold(text: str) -> str:
    """Write `text` in small letters without accents, British endings and Hindi's double forms."""
    folded = unicodedata.normalize("NFKD", text.lower())
    folded = _POSSESSIVE.sub("", _DROPPED.sub("", folded)).translate(_SIGNS)
    folded = _NASAL.sub("\u0902", folded)
    for written, meant in _BRITISH:
        folded = written.sub(meant, folded)
    return folded.replace("gramme", "gram").replace("centre", "center")


def words_of(folded: str) -> list[str]:
    """Return the words of a folded text, in order."""
    return _WORD.findall(folded)


def compounds_of(folded: str) -> list[str]:
    """Return the words that have joints, written as one: "jpal" for "j-pal"."""
    return [_JOINTS.sub("", found) for found in _COMPOUND.findall(folded)]


def stem(word: str) -> str:
    """Return the beginning that the forms of a folded word share, or the word itself."""
    is_latin = word[:1] < "\u0900"
    endings = _ENGLISH_ENDINGS if is_latin else _HINDI_ENDINGS
    fewest = FEWEST_LEFT["a" if is_latin else "अ"]
    for ending in endings:
        if word.endswith(ending) and len(word) - len(ending) >= fewest:
            return word.removesuffix(ending)
    return word
