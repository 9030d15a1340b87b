"""Words written in many ways fold to one; their forms share a stem."""

import pytest

from igot.lib.folding import compounds_of, fold, stem, words_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Randomised", "randomized"),
        ("randomisation", "Randomization"),
        ("organisers", "organizers"),
        ("labour", "labor"),
        ("behavioural", "behavioral"),
        ("Programmes", "programs"),
        ("CENTRE", "center"),
        ("Café", "cafe"),
        ("Gandhi’s", "gandhi"),
        ("गान्धी", "गांधी"),
        ("गाँधी", "गांधी"),
        ("पञ्चायत", "पंचायत"),
        ("अङ्क", "अंक"),
        ("सम्पर्क", "संपर्क"),
        ("क़ानून", "कानून"),
        ("ज़िला", "जिला"),
        ("वर्ष २०१९", "वर्ष 2019"),
        ("क्\u200dया", "क्या"),
    ],
)
def test_what_is_one_word_folds_alike(one, other):
    assert fold(one) == fold(other)


@pytest.mark.parametrize("word", ["four", "hour", "wise", "is", "अन्य", "सामान्य"])
def test_what_only_looks_so_stays(word):
    assert fold(word) == word


def test_words_hold_letters_signs_and_digits_and_nothing_else():
    folded = fold("J-PAL, 14.73x: “अर्थशास्त्र”। 😀 100%_\\ \0")

    assert words_of(folded) == ["j", "pal", "14", "73x", "अर्थशास्त्र", "100"]
    assert compounds_of(folded) == ["jpal", "1473x"]


@pytest.mark.parametrize(
    ("word", "beginning"),
    [
        ("policies", "polic"),
        ("evaluations", "evalu"),
        ("designed", "design"),
        ("notes", "note"),
        ("news", "news"),
        ("गरीबों", "गरीब"),
        ("नीतियों", "नीत"),
        ("जल", "जल"),
        ("", ""),
    ],
)
def test_a_stem_is_the_beginning_that_the_forms_share(word, beginning):
    assert stem(word) == beginning
    assert word.startswith(beginning)
