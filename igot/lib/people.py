"""Text that people enter: what a name may consist of, and what never belongs in any text."""

import re
import unicodedata
from typing import Final

from django.utils.translation import gettext as _

JOINERS: Final = "\u200c\u200d"  # ZWNJ and ZWJ shape Indian scripts: they are part of a name
APOSTROPHES: Final = "'\u2019\u02bc"
NAME_CATEGORIES: Final = ("L", "M", "Zs", "Pd")
BIDI_CONTROLS: Final = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
DAMAGED: Final = "\ufffd"  # stands where the bytes sent were no text, such as lone surrogates
LINE_BREAKS: Final = "\n\t"
LONGEST_NAME: Final = 200


def clean_text(text: str, *, multiline: bool = False) -> str:
    """Bring text into NFC, trimmed, and refuse characters that deceive or break a page.

    :raises ValueError: for control characters, bidirectional overrides and lone surrogates
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    for character in text:
        if character in BIDI_CONTROLS:
            raise ValueError(_("The text holds an invisible mark that reverses the reading order."))
        if multiline and character in LINE_BREAKS:
            continue
        if character == DAMAGED or unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp"):
            raise ValueError(_("The text holds a control character. Type it again, please."))
    return text.strip()


def clean_name(text: str) -> str:
    """Bring a name into NFC with single spaces, and check it.

    :raises ValueError: with a sentence for the person who typed it
    """
    name = re.sub(r"\s+", " ", clean_text(text))
    validate_person_name(name)
    return name


def validate_person_name(name: str) -> None:
    """Refuse what cannot be a person's name in any script.

    Letters, vowel signs, spaces, hyphens, apostrophes, full stops, ZWJ and ZWNJ are admitted;
    `isalpha` and `\\w` are of no use here, for they refuse Devanagari vowel signs.
    :raises ValueError: with a sentence for the person who typed it
    """
    if len(name) > LONGEST_NAME:
        raise ValueError(
            _("This name is too long: at most %(count)s characters.") % {"count": LONGEST_NAME}
        )
    if not any(unicodedata.category(character).startswith("L") for character in name):
        raise ValueError(_("Enter a name in letters."))
    for character in name:
        if not _may_stand_in_a_name(character):
            shown = character if character.isprintable() else f"U+{ord(character):04X}"
            raise ValueError(_("A name cannot contain “%(character)s”.") % {"character": shown})


def fold_for_match(name: str) -> str:
    """Reduce a name to what two spellings of it share: case, marks, titles' dots, spaces, joiners.

    For comparing only (a certificate's name with the officer's); never for storing or showing.
    Marks of Indian scripts are vowels and stay; accents on Latin letters go.
    """
    decomposed = unicodedata.normalize("NFKD", name).casefold()
    kept = "".join(
        character
        for character in decomposed
        if not (0x300 <= ord(character) <= 0x36F) and character not in JOINERS + APOSTROPHES
    )
    spaced = re.sub(r"[.,\-\u2010-\u2015\s]+", " ", unicodedata.normalize("NFC", kept))
    return spaced.strip()


def _may_stand_in_a_name(character: str) -> bool:
    category = unicodedata.category(character)
    return character in JOINERS + APOSTROPHES + "." or category.startswith(NAME_CATEGORIES)
