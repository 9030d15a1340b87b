"""File numbers as offices write them, and the digest that tells whether a translation is stale."""

import hashlib
import json
import re
from typing import Any, Final

PREFIX: Final = re.compile(r"^\s*(?:F\.?\s*)?(?:No\.?\s*)?", re.IGNORECASE)
NUMBER: Final = re.compile(
    r"""
    (?:(?P<letters>[A-Z]{1,4})-\s*)?   # T-16017: the letters of the class
    (?P<serials>\d+(?:/\d+){1,2})      # 16017/42: the numeric parts before the year
    /(?P<year>(?:19|20)\d{2})          # 2018
    -(?P<section>[A-Za-z][\w.&]*(?:/[A-Za-z][\w.&]*)*)  # Trg, iGOT, IST/IIPA, Estt.
    \s*(?P<suffix>.*)                  # (TFA), -Part(2), (CN 3150940)
    """,
    re.VERBOSE,
)
COMPUTER_NUMBER: Final = re.compile(r"\(\s*CN\s*(\d+)\s*\)")


def parse_file_number(text: str) -> dict[str, str]:
    """Read the parts of a file number; {"key": …} alone where it has no known shape.

    A number is never refused: it is kept as written, and `key` is what its spellings share
    ("No. T-1/2/2020-X" and "F.No.T-1/2/2020-X"). A computer number of eOffice ("CN") is no part
    of the key.
    """
    bare = PREFIX.sub("", text, count=1).strip()
    parts = {"key": file_key(text)}
    found = NUMBER.fullmatch(bare)
    if found is None:
        return parts
    suffix = found["suffix"].strip()
    if computer := COMPUTER_NUMBER.search(suffix):
        parts["computer_number"] = computer[1]
        suffix = COMPUTER_NUMBER.sub("", suffix).strip()
    named = {
        "letters": found["letters"],
        "serials": found["serials"],
        "year": found["year"],
        "section": found["section"].rstrip("."),
        "suffix": suffix,
    }
    return parts | {name: value for name, value in named.items() if value}


def file_key(text: str) -> str:
    """Reduce a file number to what its spellings share."""
    bare = COMPUTER_NUMBER.sub("", PREFIX.sub("", text, count=1))
    return re.sub(r"[\s.]+", "", bare).upper()


def digest_of(text: str, table: dict[str, Any] | None) -> str:
    """Return the SHA-256 of the English of a paragraph: its text, and the English of its table."""
    english = {name: (table or {}).get(name) or [] for name in ("head", "rows")}
    content = json.dumps([text, english], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()
