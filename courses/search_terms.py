"""What was typed into the search box, as terms: each a choice of forms that would do."""

import re
import tomllib
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

from igot.lib.folding import compounds_of, fold, stem, words_of

MOST_TERMS: Final = 8
LONGEST_WORD: Final = 40
FEWEST_OF_BEGINNING: Final = 4  # letters by which a synonym is looked for as a beginning
LONGEST_SPAN: Final = 6  # words of an entry of the synonyms
SYNONYMS: Final = Path(__file__).parent / "data" / "synonyms.toml"
# Words too common to look for, unless nothing else was typed.
COMMON: Final = frozenset(
    "a an and at by for from in of on or the to with का की के को में से और एवं तथा पर है हैं ने लिए".split()
)
_CHUNK: Final = re.compile(r'"([^"]*)"|“([^”]*)”|(\S+)')


class Form(NamedTuple):
    """Words that must all be there: as beginnings of words, as whole words, or side by side."""

    words: tuple[str, ...]
    is_whole: bool = False
    is_phrase: bool = False


class Term(NamedTuple):
    """A part of what was typed; a course fits if one of the forms does."""

    written: str
    forms: tuple[Form, ...]

    @property
    def word(self) -> str:
        """The one folded word that was typed, "" where it was several or a phrase."""
        first = self.forms[0]
        return first.words[0] if len(first.words) == 1 and not first.is_phrase else ""


def terms_of(text: str) -> list[Term]:
    """Split what was typed; common words are left out where others remain."""
    terms = [term for chunk in _CHUNK.finditer(text) if (term := _term(chunk))]
    telling = [term for term in terms if term.word not in COMMON] or terms
    return _with_synonyms(_with_neighbours(telling[:MOST_TERMS]))


def _term(chunk: re.Match[str]) -> Term | None:
    quoted = chunk[1] or chunk[2]
    folded = fold(quoted or chunk[3] or "")
    words = tuple(word[:LONGEST_WORD] for word in words_of(folded)[:MOST_TERMS])
    if not words:
        return None
    if quoted:
        return Term(quoted, (Form(words, is_whole=True, is_phrase=len(words) > 1),))
    forms = [Form(words)]
    forms += [Form((whole[:LONGEST_WORD],)) for whole in compounds_of(folded)]
    if len(words) == 1 and (root := stem(words[0])) != words[0]:
        forms.append(Form((root,)))
    return Term(chunk[3], tuple(forms))


def _with_neighbours(terms: list[Term]) -> list[Term]:
    """Let "micro economics" find Microeconomics: two words beside each other written as one."""
    more: dict[int, list[Form]] = {}
    for (left, one), (right, other) in pairwise(enumerate(terms)):
        if one.word and other.word:
            joined = Form((one.word + other.word,))
            more.setdefault(left, []).append(joined)
            more.setdefault(right, []).append(joined)
    return _extended(terms, more)


def _with_synonyms(terms: list[Term]) -> list[Term]:
    """Add to each term of a known meaning the other words of that meaning."""
    meanings = synonyms()
    more: dict[int, list[Form]] = {}
    keys = [_key(term) for term in terms]
    for begin in range(len(terms)):
        for end in range(begin + 1, min(begin + LONGEST_SPAN, len(terms)) + 1):
            for form in meanings.get(tuple(word for key in keys[begin:end] for word in key), ()):
                for place in range(begin, end):
                    more.setdefault(place, []).append(form)
    return _extended(terms, more)


def _extended(terms: list[Term], more: dict[int, list[Form]]) -> list[Term]:
    return [
        Term(term.written, tuple(dict.fromkeys((*term.forms, *more.get(place, ())))))
        for place, term in enumerate(terms)
    ]


def _key(term: Term) -> tuple[str, ...]:
    """Return what a meaning is found by; what stands in quotes means itself."""
    first = term.forms[0]
    return ("",) if first.is_whole else tuple(stem(word) for word in first.words)


@cache
def synonyms() -> dict[tuple[str, ...], tuple[Form, ...]]:
    """Read, for the stems of each entry, the forms of the other entries of its meaning."""
    found: dict[tuple[str, ...], list[Form]] = {}
    meanings = tomllib.loads(SYNONYMS.read_text(encoding="utf-8"))["meanings"]
    for meaning in meanings:
        entries = [
            tuple(word for word in words_of(fold(entry)) if word not in COMMON) for entry in meaning
        ]
        for entry in entries:
            others = [_meant(other) for other in entries if other != entry]
            found.setdefault(tuple(stem(word) for word in entry), []).extend(others)
    return {key: tuple(dict.fromkeys(forms)) for key, forms in found.items()}


def _meant(words: tuple[str, ...]) -> Form:
    """Look for any form of long words; of short ones, such as "ai", for the whole words alone."""
    stems = tuple(stem(word) for word in words)
    if min(map(len, stems)) >= FEWEST_OF_BEGINNING:
        return Form(stems)
    return Form(words, is_whole=True)
