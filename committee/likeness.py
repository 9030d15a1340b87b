"""Whether two proposals mean the same course: titles and institutes that are almost alike."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple

from igot.lib.people import fold_for_match
from igot.lib.spelling import is_near

FILLERS: Final = frozenset("a an and for in of on the to with का की के में और एवं तथा".split())


SHORTEST: Final = 6  # letters of a name in which a slip is looked for: IIT is not IITM


class Known(NamedTuple):
    """A course that is there already, in the catalogue or in the queue."""

    label: str  # how a reader is told of it
    url: str
    titles: tuple[str, ...]
    institutes: tuple[str, ...]  # every name by which its institute is known


@lru_cache(maxsize=20_000)
def words_of_title(title: str) -> tuple[str, ...]:
    """Reduce a title to its words that tell, in one order."""
    words = re.split(r"[^\w\u0900-\u097F]+", fold_for_match(title))
    return tuple(sorted(word for word in words if word and word not in FILLERS))


def is_same_title(one: str, other: str) -> bool:
    """Tell whether two titles differ by no more than fillers, order, and a slip in each word."""
    first, second = words_of_title(one), words_of_title(other)
    if not first or len(first) != len(second):
        return bool(first) and is_near("".join(first), "".join(second))
    return all(a == b or is_near(a, b) for a, b in zip(first, second, strict=True))


def is_same_institute(one: str, other: str) -> bool:
    """Tell whether two names mean one institute: alike, or one of them within the other."""
    first, second = _folded(one), _folded(other)
    if not first or not second:
        return False
    shorter, longer = sorted((first, second), key=len)
    slipped = len(shorter) >= SHORTEST and is_near(first, second)
    return slipped or f" {shorter} " in f" {re.sub(r'[()]', ' ', longer)} "


@lru_cache(maxsize=20_000)
def _folded(name: str) -> str:
    return fold_for_match(name)


def like(
    titles: Iterable[str], institute: str, known: Iterable[Known], *, most: int = 5
) -> list[Known]:
    """Return those of `known` that one of `titles` at `institute` may be already."""
    wanted = [title for title in titles if title]
    found = []
    for other in known:
        same = any(is_same_title(a, b) for a in wanted for b in other.titles if b)
        if same and any(is_same_institute(institute, name) for name in other.institutes):
            found.append(other)
            if len(found) == most:
                break
    return found
