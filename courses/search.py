"""Find the published courses that fit what was typed, with the words that were meant instead."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from courses.search_finders import Finder, Ranks
from courses.search_terms import terms_of

MOST_MEANT: Final = 3  # words taken for a misspelt one
SHORTEST_MISSPELT: Final = 4  # letters; shorter words are near to too many others


@dataclass(frozen=True, kw_only=True)
class Found:
    """The places of the courses that fit, with their ranks, and how the words were read."""

    ranks: Ranks  # by place in the index; all terms fit
    by_term: Sequence[Ranks] = ()
    written: Sequence[str] = ()  # the terms as they were typed
    meant: Mapping[str, Sequence[str]] = field(default_factory=dict)  # by what was written
    bits: int = 0  # the places as a bitmap

    @property
    def any_ranks(self) -> Ranks:
        """The courses that fit one term at least."""
        return _sum_of_any(self.by_term)

    @property
    def respelt(self) -> str:
        """What was typed, misspelt words put right and unknown ones left out; "" for no change.

        It finds something, whatever filters are set.
        """
        known = [
            (next(iter(self.meant.get(written, ())), written), ranks)
            for written, ranks in zip(self.written, self.by_term, strict=True)
            if ranks
        ]
        is_same = not self.meant and len(known) == len(self.by_term)
        if is_same or not known or not _sum_of_all([ranks for _word, ranks in known]):
            return ""
        return " ".join(word for word, _ranks in known)


def find(text: str, finder: Finder, places: Mapping[int, int]) -> Found:
    """Find the courses of which every term, or a word near to it, says something.

    `places` are the published courses: neither others nor their words come out.
    """
    terms = terms_of(text)
    if not terms:
        return Found(ranks={})
    found = [_placed(ranks, places) for ranks in finder.ranks(terms)]
    meant: dict[str, Sequence[str]] = {}
    unknown = [
        number
        for number, term in enumerate(terms)
        if not found[number] and len(term.word) >= SHORTEST_MISSPELT
    ]
    near = finder.near([terms[number].word for number in unknown]) if unknown else []
    for number, candidates in zip(unknown, near, strict=True):
        likely = [(word.shown, _placed(word.ranks, places)) for word in candidates]
        likely = [(shown, placed) for shown, placed in likely if placed][:MOST_MEANT]
        if likely:
            found[number] = _sum_of_any([placed for _word, placed in likely])
            meant[terms[number].written] = [shown for shown, _ranks in likely]
    ranks = _sum_of_all(found)
    return Found(
        ranks=ranks,
        by_term=found,
        written=[term.written for term in terms],
        meant=meant,
        bits=bits_of(ranks),
    )


def bits_of(places: Ranks) -> int:
    """Write places as a bitmap."""
    if not places:
        return 0
    octets = bytearray(max(places) // 8 + 1)
    for place in places:
        octets[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(octets, "little")


def _placed(ranks: Ranks, places: Mapping[int, int]) -> Ranks:
    return {places[key]: rank for key, rank in ranks.items() if key in places}


def _sum_of_all(found: Sequence[Ranks]) -> Ranks:
    fewest, *others = sorted(found, key=len)
    if not others:
        return fewest
    return {
        place: rank + sum(ranks[place] for ranks in others)
        for place, rank in fewest.items()
        if all(place in ranks for ranks in others)
    }


def _sum_of_any(found: Sequence[Ranks]) -> Ranks:
    total: dict[int, int] = {}
    for ranks in found:
        for place, rank in ranks.items():
            total[place] = total.get(place, 0) + rank
    return total
