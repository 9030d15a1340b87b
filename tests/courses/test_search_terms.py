"""What was typed, read as terms: joints, neighbours, quotes, meanings, bounds."""

import pytest

from courses.search_terms import MOST_TERMS, SYNONYMS, synonyms, terms_of
from igot.lib.folding import words_of


def forms(text):
    return [[form.words for form in term.forms] for term in terms_of(text)]


def test_a_word_with_joints_is_looked_for_in_parts_and_as_one():
    assert forms("14.73x") == [[("14", "73x"), ("1473x",)]]


def test_neighbours_may_be_one_word():
    micro, economy = forms("solar panels")

    assert ("solarpanels",) in micro
    assert ("solarpanels",) in economy


def test_common_words_are_left_out_unless_there_is_nothing_else():
    assert [term.written for term in terms_of("the economics of the poor")] == [
        "economics",
        "poor",
    ]
    assert [term.written for term in terms_of("The of")] == ["The", "of"]


def test_quotes_ask_for_the_words_side_by_side_and_for_no_other_meaning():
    (term,) = terms_of('"Data Analysis"')

    (form,) = term.forms
    assert (form.words, form.is_phrase, form.is_whole) == (("data", "analysis"), True, True)


def test_a_meaning_is_known_by_each_of_its_names():
    assert ("randomiz", "evaluation") in forms("RCTs")[0]
    assert ("poverty",) in forms("ग़रीबी")[0]
    for term in forms("randomised controlled trials"):
        assert ("rct",) in term


def test_short_names_are_looked_for_whole():
    (term,) = terms_of("artificial intelligence")[:1]

    assert [form.is_whole for form in term.forms if form.words == ("ai",)] == [True]


def test_one_unpaired_quote_is_a_character_like_any_other():
    assert [term.written for term in terms_of('"poverty')] == ['"poverty']


@pytest.mark.parametrize("text", ["", " ", "😀", "%%__", "\0\0", "'; --", "।", "“”", '""'])
def test_what_holds_no_word_asks_for_nothing(text):
    assert terms_of(text) == []


def test_terms_and_words_are_bounded():
    terms = terms_of(" ".join(f"word{number}" for number in range(200)) + " " + "x" * 5000)

    assert len(terms) == MOST_TERMS
    assert all(len(w) <= 80 for term in terms for form in term.forms for w in form.words)


def test_every_meaning_of_the_file_has_two_names_and_words_alone():
    known = synonyms()

    assert SYNONYMS.exists()
    assert all(known.values())
    assert all(words_of(word) == [word] for key in known for word in key)
