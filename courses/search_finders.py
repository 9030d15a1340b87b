"""How terms are looked up: in PostgreSQL's full text index, or else in words held in memory."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import chain
from typing import Final, NamedTuple, Protocol

from django.db import connection

from courses.search_terms import Form, Term
from igot.lib.folding import compounds_of, fold, words_of
from igot.lib.spelling import is_near, nearest

SHORTEST_MEANT: Final = 4  # letters of a word that a misspelt one may stand for
MOST_NEAR: Final = 8  # words looked at for one that was misspelt
LEAST_LIKE: Final = 0.4  # of the trigrams that two words have in common
LIKE: Final = 0.75  # of the letters of two words in common, in order
WEIGHTS: Final = (1.0, 0.3, 0.1)  # titles, names, outline
SET_WEIGHTS: Final = "{0,0.1,0.3,1}"  # the same, as ts_rank takes them: D, C, B, A
Ranks = Mapping[int, float]  # by course; higher is better


class NearWord(NamedTuple):
    """A word that was probably meant, as it is written, with the courses that hold it."""

    shown: str
    ranks: Ranks


class Finder(Protocol):
    """What finds courses by terms."""

    def ranks(self, terms: Sequence[Term]) -> list[Ranks]:
        """Return for each term the courses that fit it."""
        ...

    def near(self, words: Sequence[str]) -> list[list[NearWord]]:
        """Return for each misspelt word those that look like it, the likeliest first."""
        ...


# --- PostgreSQL -------------------------------------------------------------------------------
_RANKS = """
SELECT t.place, string_agg(s.course_id::text, ' '), string_agg(
  round(1000 * (ts_rank(r.weights, s.vector, t.forms) + ts_rank(r.weights, s.vector, t.whole)))
  ::int::text, ' ')
FROM (SELECT %s::float4[]) AS r (weights), (
  SELECT w.place, w.query::tsquery AS forms, w.whole::tsquery AS whole,
    w.query::tsquery || plainto_tsquery('english', w.english) AS query
  FROM unnest(%s::text[], %s::text[], %s::text[]) WITH ORDINALITY
    AS w (query, whole, english, place)
) AS t JOIN courses_searchtext s ON s.vector @@ t.query
GROUP BY t.place
"""
_NEAR = """
SELECT w.place, n.word, n.shown, n.likeness, string_agg(s.course_id::text, ' '), string_agg(
  round(1000 * ts_rank(%s::float4[], s.vector, n.query))::int::text, ' ')
FROM unnest(%s::text[]) WITH ORDINALITY AS w (written, place) CROSS JOIN LATERAL (
  SELECT v.word, min(v.shown) AS shown, similarity(v.word, w.written) AS likeness,
    ('''' || v.word || '''')::tsquery AS query
  FROM courses_searchword v WHERE v.word %% w.written AND length(v.word) >= 4
  GROUP BY v.word ORDER BY likeness DESC, v.word LIMIT %s
) AS n JOIN courses_searchtext s ON s.vector @@ n.query
GROUP BY w.place, n.word, n.shown, n.likeness
"""


class FullText:
    """The index that PostgreSQL's triggers keep."""

    def ranks(self, terms: Sequence[Term]) -> list[Ranks]:
        asked = [
            [_tsquery(term) for term in terms],
            [_all_of(term.forms[0]._replace(is_whole=True)) for term in terms],
            [_english(term) for term in terms],
        ]
        found: list[Ranks] = [{} for _term in terms]
        with connection.cursor() as cursor:
            cursor.execute(_RANKS, [SET_WEIGHTS, *asked])
            for place, keys, ranks in cursor:
                found[place - 1] = _ranks(keys, ranks)
        return found

    def near(self, words: Sequence[str]) -> list[list[NearWord]]:
        found: list[list[tuple[bool, float, NearWord]]] = [[] for _word in words]
        with connection.cursor() as cursor:
            cursor.execute(_NEAR, [SET_WEIGHTS, list(words), MOST_NEAR])
            for place, word, shown, likeness, keys, ranks in cursor:
                is_slip = is_near(words[place - 1], word)
                if is_slip or likeness >= LEAST_LIKE:
                    near = NearWord(shown, _ranks(keys, ranks))
                    found[place - 1].append((not is_slip, -likeness, near))
        return [[near for *_order, near in sorted(each, key=_first_two)] for each in found]


def _first_two(candidate: tuple[bool, float, NearWord]) -> tuple[bool, float]:
    return candidate[:2]


def _ranks(keys: str, ranks: str) -> Ranks:
    return dict(zip(map(int, keys.split()), map(int, ranks.split()), strict=True))


def _tsquery(term: Term) -> str:
    """Write a term for PostgreSQL; its words are letters and digits alone.

    A whole word that is looked for as a beginning too is left out: ts_rank would take it for both.
    """
    forms = [form for form in term.forms if form._replace(is_whole=False) not in term.forms]
    begun = [form for form in term.forms if not form.is_whole]
    return " | ".join(f"({_all_of(form)})" for form in dict.fromkeys([*begun, *forms]))


def _all_of(form: Form) -> str:
    ending = "" if form.is_whole else ":*"
    between = " <-> " if form.is_phrase else " & "
    return between.join(f"'{word}'{ending}" for word in form.words)


def _english(term: Term) -> str:
    """Return the typed words whose English stem is looked for too."""
    return "" if term.forms[0].is_phrase else " ".join(term.forms[0].words)


# --- in memory --------------------------------------------------------------------------------
class Memory:
    """The words of every course, folded: for SQLite."""

    def __init__(self, texts: Mapping[int, tuple[str, str, str]]) -> None:
        self.whole: dict[int, str] = {}
        self.places: dict[str, dict[int, float]] = {}
        self.shown: dict[str, str] = {}
        for key, parts in texts.items():
            self._add(key, parts)
        self.words = sorted(self.places)

    def _add(self, key: int, parts: tuple[str, str, str]) -> None:
        folded = [fold(part) for part in parts]
        self.whole[key] = f" {' '.join(' '.join(words_of(part)) for part in folded)} "
        for weight, part in zip(WEIGHTS, folded, strict=True):
            for word in chain(words_of(part), compounds_of(part)):
                ranks = self.places.setdefault(word, {})
                ranks[key] = ranks.get(key, 0.0) + weight
        for written in words_of(" ".join(parts).lower()):
            if len(written) >= 3 and not written.isdecimal():
                folded_word = fold(written)
                if folded_word in self.places:
                    self.shown.setdefault(folded_word, written)

    def ranks(self, terms: Sequence[Term]) -> list[Ranks]:
        return [self._term(term) for term in terms]

    def near(self, words: Sequence[str]) -> list[list[NearWord]]:
        return [
            [NearWord(self.shown[other], self.places[other]) for other in self._alike(word)]
            for word in words
        ]

    def _alike(self, word: str) -> list[str]:
        words = [other for other in self.shown if len(other) >= SHORTEST_MEANT]
        slips = [other for other in words if is_near(word, other)]
        alike = [o for o in nearest(word, words, MOST_NEAR) if _likeness(word, o) >= LIKE]
        return list(dict.fromkeys((*slips, *alike)))[:MOST_NEAR]

    def _term(self, term: Term) -> Ranks:
        found: dict[int, float] = {}
        for form in term.forms:
            for key, rank in self._form(form).items():
                found[key] = found.get(key, 0.0) + rank
        return found

    def _form(self, form: Form) -> Ranks:
        """Add up, for the courses that have all words, what each word counts."""
        each = [self._word(word, is_whole=form.is_whole) for word in form.words]
        keys = set(each[0]).intersection(*each[1:])
        if form.is_phrase:
            phrase = f" {' '.join(form.words)} "
            keys = {key for key in keys if phrase in self.whole[key]}
        return {key: sum(ranks[key] for ranks in each) for key in keys}

    def _word(self, word: str, *, is_whole: bool) -> Ranks:
        if is_whole:
            return self.places.get(word, {})
        found: dict[int, float] = {}
        for other in self._beginning_with(word):
            certainty = 1.0 if other == word else 0.5
            for key, rank in self.places[other].items():
                found[key] = found.get(key, 0.0) + certainty * rank
        return found

    def _beginning_with(self, word: str) -> Iterator[str]:
        for place in range(bisect_left(self.words, word), len(self.words)):
            if not self.words[place].startswith(word):
                return
            yield self.words[place]


def _likeness(word: str, other: str) -> float:
    return SequenceMatcher(None, word, other, autojunk=False).ratio()


# --- the texts themselves, as `courses_search_texts` of the migration composes them ------------
_TEXTS: Final = """
SELECT 0, id, title || ' \n ' || title_hi FROM courses_course
UNION ALL SELECT 0, course_id, title || ' \n ' || title_hi FROM courses_formertitle
UNION ALL SELECT 1, id, code FROM courses_course
UNION ALL SELECT 1, c.id, i.code || ' ' || i.title || ' \n ' || i.title_hi || ' \n '
  || i.short_name || ' \n ' || i.short_name_hi
  FROM courses_course c JOIN courses_institute i ON i.id = c.institute_id
UNION ALL SELECT 1, c.id, v.name || ' \n ' || v.name_hi
  FROM courses_course c JOIN courses_provider v ON v.id = c.provider_id
UNION ALL SELECT 1, course_id, key FROM courses_coursealias
UNION ALL SELECT 1, pc.course_id, p.code || ' \n ' || p.title || ' \n ' || p.title_hi
  FROM courses_programmecourse pc JOIN courses_programme p ON p.id = pc.programme_id
UNION ALL SELECT 1, cp.course_id, q.title || ' \n ' || q.title_hi || ' \n '
  || q.short_name || ' \n ' || q.short_name_hi
  FROM courses_course_partners cp JOIN courses_institute q ON q.id = cp.institute_id
UNION ALL SELECT 2, id, objective || ' \n ' || objective_hi FROM courses_course
UNION ALL SELECT 2, course_id, title || ' \n ' || title_hi || ' \n ' || summary || ' \n '
  || summary_hi FROM courses_coursemodule
UNION ALL SELECT 2, m.course_id, u.title || ' \n ' || u.title_hi
  FROM courses_courseunit u JOIN courses_coursemodule m ON m.id = u.module_id
"""


def texts() -> dict[int, tuple[str, str, str]]:
    """Read what each course is searched by: its titles, names and outline; one query."""
    found: dict[int, tuple[list[str], list[str], list[str]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_TEXTS)
        for part, key, text in cursor.fetchall():
            found.setdefault(key, ([], [], []))[part].append(text)
    return {
        key: ("\n".join(titles), "\n".join(names), "\n".join(outline))
        for key, (titles, names, outline) in found.items()
    }


def finder() -> Finder:
    """Return what searches the present database; in memory it reads every text, so keep it."""
    return FullText() if connection.vendor == "postgresql" else Memory(texts())
