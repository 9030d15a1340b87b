"""How terms are looked up: in PostgreSQL's full text index, or else in words held in memory."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
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
PARTS: Final = ("titles", "names", "outline")
WEIGHTS: Final = (10, 3, 1, 10)  # of a term in each part, and of the very words in the titles
Ranks = Mapping[int, int]  # by course; higher is better


class NearWord(NamedTuple):
    """A word that was probably meant, as it is written, with the courses that hold it."""

    shown: str
    ranks: dict[int, int]


class Finder(Protocol):
    """What finds courses by terms."""

    def ranks(self, terms: Sequence[Term]) -> list[Ranks]:
        """Return for each term the courses that fit it."""
        ...

    def near(self, words: Sequence[str]) -> list[list[NearWord]]:
        """Return for each misspelt word those that look like it, the likeliest first."""
        ...


# --- PostgreSQL -------------------------------------------------------------------------------
# Where a term stands is told by the part that has it: that needs the index and no text.
_PLACES = """
  SELECT 0 AS part, course_id FROM courses_searchtext WHERE titles_vector @@ t.query
  UNION ALL SELECT 1, course_id FROM courses_searchtext WHERE names_vector @@ t.query
  UNION ALL SELECT 2, course_id FROM courses_searchtext WHERE outline_vector @@ t.query
"""
_RANKS = f"""
SELECT t.place, s.part, string_agg(s.course_id::text, ' ') FROM (
  SELECT w.place, w.whole::tsquery AS whole,
    w.query::tsquery || plainto_tsquery('english', w.english) AS query
  FROM unnest(%s::text[], %s::text[], %s::text[]) WITH ORDINALITY
    AS w (query, whole, english, place)
) AS t CROSS JOIN LATERAL ({_PLACES}
  UNION ALL SELECT 3, course_id FROM courses_searchtext WHERE titles_vector @@ t.whole
) AS s GROUP BY t.place, s.part
"""  # noqa: S608 – of constants only
_NEAR = f"""
SELECT t.place, t.word, t.shown, t.likeness, s.part, string_agg(s.course_id::text, ' ')
FROM (
  SELECT w.place, n.* FROM unnest(%s::text[]) WITH ORDINALITY AS w (written, place)
  CROSS JOIN LATERAL (
    SELECT v.word, min(v.shown) AS shown, similarity(v.word, w.written) AS likeness,
      quote_literal(v.word)::tsquery AS query
    FROM courses_searchword v WHERE v.word %% w.written AND length(v.word) >= 4
    GROUP BY v.word ORDER BY likeness DESC, v.word LIMIT %s
  ) AS n
) AS t CROSS JOIN LATERAL ({_PLACES}) AS s
GROUP BY t.place, t.word, t.shown, t.likeness, s.part
"""  # noqa: S608 – of constants only


class FullText:
    """The index that PostgreSQL's triggers keep."""

    def ranks(self, terms: Sequence[Term]) -> list[Ranks]:
        asked = [
            [_tsquery(term) for term in terms],
            [_all_of(term.forms[0]._replace(is_whole=True)) for term in terms],
            [_english(term) for term in terms],
        ]
        found: list[dict[int, int]] = [{} for _term in terms]
        with connection.cursor() as cursor:
            cursor.execute(_RANKS, asked)
            for place, part, keys in cursor:
                _add(found[place - 1], part, map(int, keys.split()))
        return list(found)

    def near(self, words: Sequence[str]) -> list[list[NearWord]]:
        found: list[dict[str, NearWord]] = [{} for _word in words]
        order: dict[str, tuple[bool, float]] = {}
        with connection.cursor() as cursor:
            cursor.execute(_NEAR, [list(words), MOST_NEAR])
            for place, word, shown, likeness, part, keys in cursor:
                is_slip = is_near(words[place - 1], word)
                if is_slip or likeness >= LEAST_LIKE:
                    order[shown] = (not is_slip, -likeness)
                    near = found[place - 1].setdefault(shown, NearWord(shown, {}))
                    _add(near.ranks, part, map(int, keys.split()))
        return [sorted(each.values(), key=lambda near: order[near.shown]) for each in found]


def _add(ranks: dict[int, int], part: int, keys: Iterable[int]) -> None:
    """Count a part in the ranks of the courses that have it."""
    weight = WEIGHTS[part]
    if not ranks:
        ranks.update(dict.fromkeys(keys, weight))
        return
    for key in keys:
        ranks[key] = ranks.get(key, 0) + weight


def _tsquery(term: Term) -> str:
    """Write a term for PostgreSQL; its words are letters and digits alone."""
    return " | ".join(f"({_all_of(form)})" for form in term.forms)


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
        self.whole: dict[tuple[int, int], str] = {}  # of a course and part
        self.parts: list[dict[str, set[int]]] = [{} for _part in PARTS]
        self.shown: dict[str, str] = {}
        for key, parts in texts.items():
            self._add(key, parts)
        self.words = [sorted(words) for words in self.parts]

    def _add(self, key: int, parts: tuple[str, str, str]) -> None:
        for number, part in enumerate(parts):
            folded = fold(part)
            self.whole[key, number] = f" {' '.join(words_of(folded))} "
            for word in chain(words_of(folded), compounds_of(folded)):
                self.parts[number].setdefault(word, set()).add(key)
        for written in words_of("\n".join(parts).lower()):
            if len(written) >= SHORTEST_MEANT and not written.isdecimal():
                self.shown.setdefault(fold(written), written)

    def ranks(self, terms: Sequence[Term]) -> list[Ranks]:
        return [self._term(term) for term in terms]

    def near(self, words: Sequence[str]) -> list[list[NearWord]]:
        return [
            [NearWord(self.shown[other], self._of_word(other)) for other in self._alike(word)]
            for word in words
        ]

    def _alike(self, word: str) -> list[str]:
        slips = [other for other in self.shown if is_near(word, other)]
        alike = [o for o in nearest(word, self.shown, MOST_NEAR) if _likeness(word, o) >= LIKE]
        return list(dict.fromkeys((*slips, *alike)))[:MOST_NEAR]

    def _of_word(self, word: str) -> dict[int, int]:
        ranks: dict[int, int] = {}
        for number, words in enumerate(self.parts):
            _add(ranks, number, words.get(word, ()))
        return ranks

    def _term(self, term: Term) -> Ranks:
        ranks: dict[int, int] = {}
        for number in range(len(PARTS)):
            keys: set[int] = set()
            for form in term.forms:
                keys |= self._form(form, number)
            _add(ranks, number, keys)
        _add(ranks, len(PARTS), self._form(term.forms[0]._replace(is_whole=True), 0))
        return ranks

    def _form(self, form: Form, number: int) -> set[int]:
        """Return the courses of which one part has all words of a form."""
        each = [self._word(word, number, is_whole=form.is_whole) for word in form.words]
        keys = set(each[0]).intersection(*each[1:])
        if form.is_phrase:
            phrase = f" {' '.join(form.words)} "
            keys = {key for key in keys if phrase in self.whole[key, number]}
        return keys

    def _word(self, word: str, number: int, *, is_whole: bool) -> set[int]:
        if is_whole:
            return self.parts[number].get(word, set())
        words = self.words[number]
        found: set[int] = set()
        for place in range(bisect_left(words, word), len(words)):
            if not words[place].startswith(word):
                break
            found |= self.parts[number][words[place]]
        return found


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
