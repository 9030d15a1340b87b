"""How far two writings of a name agree, from 0 to 100: pure functions, for a person to look at.

Names of officers come in Devanagari and in many Latin spellings, with initials, with titles, in
another order, with a name left out. What differs only so scores high; another name scores low even
where it differs by one letter (Rajesh and Ramesh, Anil and Anila). docs/decisions/0176.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from igot.lib.people import fold_for_match
from igot.lib.translit import romanised

TITLES: Final = frozenset(
    "shri sri shree sh smt shrimati srimati sushri kumari km mr mrs ms miss dr doctor prof "
    "professor er adv ca shriman janab col lt capt maj gen brig cdr wg sqn ldr gp retd ias ips "
    "ifs irs iss ies jr sr dau do".split()  # the last two: “डॉ” in Latin letters
)
ALIASES: Final = {
    "md": "mohammad",
    "mohd": "mohammad",
    "mohmd": "mohammad",
    "mhd": "mohammad",
    "kr": "kumar",
    "ch": "chaudhari",
    "sk": "shaikh",
    "sinh": "singh",
    "sayed": "syed",
    "sayyid": "syed",
    "sayyad": "syed",
    "saiyad": "syed",
    "saiyid": "syed",
    "roy": "ray",
    "rai": "ray",
    "pd": "prasad",
    "venkat": "venkata",
}
COMMON: Final = frozenset(  # that tell nobody from another by themselves
    "kumar kumari singh devi lal prasad chand chandra ram bai begum khan das bhai ben kaur "
    "nath mohammad sharma verma gupta rao reddy".split()
)
# Spellings of one sound, in this order.
SOUNDS: Final = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"^(?:jn|gy|dny)", "gn"),
        (r"x", "ks"),
        (r"chh", "ch"),
        (r"ph", "f"),
        (r"ck", "k"),
        (r"ch", "C"),
        (r"c(?=[eiy])", "s"),
        (r"[cq]", "k"),
        (r"sh", "s"),
        (r"zh", "l"),
        (r"z", "j"),
        (r"w", "v"),
        (r"(?<=[bcdfgjklmnpqrstvC])h", ""),
        (r"a[ou]|o[uv](?=$|[^aeiouy])|a[v](?=$|[^aeiouyr])", "au"),
        (r"ee", "i"),
        (r"oo", "u"),
        (r"ei", "ai"),
        (r"aa+", "a"),
        (r"(?<=[^aeiou])y|(?<=[aeiou])y", "i"),
        (r"([a-zA-Z])\1+", r"\1"),
    )
)
VOWELS: Final = "aeiou"
# How far vowels in one place stand apart; what is not listed is another name.
NEAR: Final = {
    frozenset(pair.split(":")): apart
    for apart, pairs in (
        (0.0, ("o:u", "au:o", "e:i", "ia:iia", "ii:i", "ia:iya", "aii:ai")),
        (0.1, ("a:e", "a:u", ":e", "au:u", "ai:e", "i:ii", "ia:ie", "ai:aia", "a:o", "ie:i")),
        (0.2, (":u", ":o", "ai:i", "ai:a", "au:a", "ia:a", "ia:e", "e:ie", "oi:ai")),
    )
    for pair in pairs
}
FAR: Final = 0.6
SAME: Final = 0.7  # from this on two words are one
BY_INITIAL: Final = 0.85
A_NAME_LEFT_OUT: Final = 5
AN_INITIAL_LEFT_OUT: Final = 3
ANOTHER_NAME: Final = 10
ONLY_INITIALS: Final = 40  # the most that initials reach by themselves
ONLY_VAGUE: Final = 75  # the most that one word, or names of many, reach beside a name left out
LONG: Final = 6  # consonants from which on one of them may be wrong


class Sound(NamedTuple):
    """A word by what is heard: its consonants, and the vowels before, between and after them."""

    consonants: str
    vowels: tuple[str, ...]


def score(on_certificate: str, on_record: str) -> int:
    """Return how far two writings of a name agree, 0 to 100; order does not matter.

    Source: the certificate is claimed on by the officer whom it names, O.M. of 17.05.2019, para 9.
    """
    given, known = _words(on_certificate), _words(on_record)
    return max(_score(one, other) for one in _readings(given) for other in _readings(known))


def _words(name: str) -> list[str]:
    """Return the words of a name in Latin letters, short forms written out."""
    words: list[str] = []
    for word in romanised(fold_for_match(name)).split():
        if word in ALIASES:
            words.append(ALIASES[word])
        elif word not in TITLES and len(word) in (2, 3) and not set(word) & set("aeiouy"):
            words += word  # "RK Sharma"
        else:
            words.append(word)
    return words


def _readings(words: list[str]) -> list[list[str]]:
    """Return a name without its titles, and as it stands: “Sri” may be half of “Sriram”."""
    plain = [word for word in words if word not in TITLES]
    readings = [plain or words]
    if len(plain) < len(words):
        readings.append(words)
    return readings


def _score(one: Sequence[str], other: Sequence[str]) -> int:
    shorter, longer = sorted((list(one), list(other)), key=len)
    if not shorter:
        return 0
    found = [_compared(shorter, longer)]
    # "Ramkumar Sharma" and "Ram Kumar Sharma": two words of one side may be one of the other.
    found += [_compared(shorter, merged) - 2 for merged in _merged(longer)]
    found += [_compared(*sorted((merged, longer), key=len)) - 2 for merged in _merged(shorter)]
    if len(shorter) < len(longer):
        together = likeness("".join(shorter), "".join(longer))
        found.append(round(95 * together) if together >= 0.9 else 0)
    return max(0, *found)


def _merged(words: list[str]) -> list[list[str]]:
    return [
        [*words[:place], first + second, *words[place + 2 :]]
        for place, (first, second) in enumerate(pairwise(words))
        if len(first) > 1 and len(second) > 1
    ]


def _compared(shorter: list[str], longer: list[str]) -> int:
    """Score two lists of words: each word of the shorter with the best that is left."""
    pairs = sorted(
        ((likeness(a, b), i, j) for i, a in enumerate(shorter) for j, b in enumerate(longer)),
        key=lambda pair: -pair[0],
    )
    used: dict[int, int] = {}
    total, whole, telling = 0.0, 0, 0
    for alike, i, j in pairs:
        if alike < SAME or i in used or j in used.values():
            continue
        used[i] = j
        total += alike
        if min(len(shorter[i]), len(longer[j])) > 1:
            whole += 1
            telling += not {shorter[i], longer[j]} & COMMON
    left = [word for j, word in enumerate(longer) if j not in used.values()]
    strangers = len(shorter) - len(used)  # each stands against a word that is left
    reached = 100 * total / len(shorter) - ANOTHER_NAME * strangers
    for word in left[strangers:] if strangers else left:
        reached -= A_NAME_LEFT_OUT if len(word) > 1 else AN_INITIAL_LEFT_OUT
    if not whole:
        return round(min(reached, ONLY_INITIALS))
    is_vague = len(shorter) == 1 or not telling
    return round(min(reached, ONLY_VAGUE) if left and is_vague else reached)


def likeness(one: str, other: str) -> float:
    """Return how far two words are one, 0 to 1; an initial stands for a word that begins so."""
    if one == other:
        return 1.0
    if len(one) == 1 or len(other) == 1:
        return BY_INITIAL if _begin_alike(one, other) else 0.0
    a, b = _sound(one), _sound(other)
    if a.consonants != b.consonants:
        return _with_a_slip(a, b)
    apart = _apart_at_beginning(a.vowels[0], b.vowels[0])
    apart += sum(_apart(x, y) for x, y in zip(a.vowels[1:-1], b.vowels[1:-1], strict=True))
    apart += _apart_at_end(a, b)
    return max(0.0, 0.98 - apart)


def _begin_alike(one: str, other: str) -> bool:
    return (
        one[0] == other[0] or _sound(one + "a").consonants[:1] == _sound(other).consonants[:1] != ""
    )


def _sound(word: str) -> Sound:
    for pattern, sound in SOUNDS:
        word = pattern.sub(sound, word)
    parts = re.split(r"([^aeiou])", word)
    return Sound("".join(parts[1::2]), tuple(parts[0::2]))


def _apart(one: str, other: str) -> float:
    if one == other or {one, other} == {"", "a"}:
        return 0.0
    return NEAR.get(frozenset((one, other)), FAR)


def _apart_at_beginning(one: str, other: str) -> float:
    if one == other:
        return 0.0
    return 0.1 if {one, other} in ({"e", "i"}, {"o", "u"}, {"", "e"}, {"ia", "a"}) else 1.0


def _apart_at_end(a: Sound, b: Sound) -> float:
    """Tell how far the ends are apart: Anil and Anila are two people, Mishr and Mishra are one."""
    one, other = a.vowels[-1], b.vowels[-1]
    if one == other:
        return 0.0
    if {one, other} == {"", "e"}:
        return 0.1
    if {one, other} == {"", "a"}:
        ends_in_two = len(a.vowels) > 2 and (not a.vowels[-2] or not b.vowels[-2])
        return 0.0 if ends_in_two else FAR
    if "" in (one, other) or {one, other} in ({"a", "e"}, {"a", "u"}, {"a", "o"}):
        return FAR
    return NEAR.get(frozenset((one, other)), FAR)


def _with_a_slip(a: Sound, b: Sound) -> float:
    """Admit v for b, a last m for n, and one wrong consonant in a long word."""
    if a.consonants.replace("b", "v") == b.consonants.replace("b", "v"):
        return (
            0.8 if all(_apart(*pair) < 0.3 for pair in zip(a.vowels, b.vowels, strict=True)) else 0
        )
    if min(len(a.consonants), len(b.consonants)) < LONG - 1:
        return 0.0
    if a.consonants[:-1] == b.consonants[:-1] and {a.consonants[-1], b.consonants[-1]} == {
        "m",
        "n",
    }:
        return 0.9
    if min(len(a.consonants), len(b.consonants)) < LONG or a.consonants[0] != b.consonants[0]:
        return 0.0
    return 0.8 if _one_apart(a.consonants, b.consonants) else 0.0


def _one_apart(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    if len(longer) - len(shorter) > 1:
        return False
    place = next((i for i, (x, y) in enumerate(zip(shorter, longer, strict=False)) if x != y), None)
    if place is None:
        return True
    return shorter[place + (len(shorter) == len(longer)) :] == longer[place + 1 :]
