"""Words that are almost right: one letter too many, too few, wrong, or two exchanged."""

from collections.abc import Iterable
from difflib import SequenceMatcher
from heapq import nlargest

FEWEST = 4  # letters, of which one may be wrong


def is_near(written: str, meant: str, *, anywhere: bool = False) -> bool:
    """Tell whether one slip turns `meant`, or a stretch of it where `anywhere`, into `written`."""
    if len(written) < FEWEST:
        return False
    if not anywhere and abs(len(written) - len(meant)) > 1:
        return False
    return _may_hold(written, meant) and _slips(written, meant, anywhere=anywhere) <= 1


def nearest(written: str, words: Iterable[str], most: int) -> list[str]:
    """Return the `most` words that look most alike, best first."""
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(written)

    def likeness(word: str) -> float:
        matcher.set_seq1(word)
        return matcher.ratio()

    return nlargest(most, words, key=likeness)


def _may_hold(written: str, meant: str) -> bool:
    """Rule out most words cheaply: one slip leaves one third of what was written as it is."""
    third = len(written) // 3
    parts = (written[:third], written[third : 2 * third], written[2 * third :])
    return any(part in meant for part in parts)


def _slips(written: str, meant: str, *, anywhere: bool) -> int:
    """Count the fewest slips; `anywhere` takes the stretch of `meant` that needs the fewest."""
    earlier: list[int] = []
    above = [0] * (len(meant) + 1) if anywhere else list(range(len(meant) + 1))
    for i, letter in enumerate(written, 1):
        row = [i]
        for j, other in enumerate(meant, 1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != other))
            exchanged = i > 1 and j > 1 and letter == meant[j - 2] and written[i - 2] == other
            row.append(min(cost, earlier[j - 2] + 1) if exchanged else cost)
        earlier, above = above, row
    return min(above) if anywhere else above[-1]
