"""One slip of the pen: what counts as one, and what does not."""

import pytest

from igot.lib.spelling import is_near, nearest


@pytest.mark.parametrize(
    "written",
    ["administrative", "administratve", "adminnistrative", "adninistrative", "admiinstrative"],
)
def test_one_letter_left_out_added_wrong_or_exchanged_is_near(written):
    assert is_near(written, "administrative")
    assert is_near(written, "indianadministrativeservice", anywhere=True)


@pytest.mark.parametrize("written", ["admnistratve", "civil", "evitartsinimda", "administrators"])
def test_more_than_one_slip_is_not(written):
    assert not is_near(written, "administrative")


def test_short_words_are_never_near():
    assert not is_near("ias", "iaas")
    assert is_near("iass", "ias")


def test_a_part_is_near_only_where_parts_are_looked_at():
    assert not is_near("adminstrative", "indianadministrativeservice")


def test_vowel_signs_count_as_letters():
    assert is_near("प्रशासनीक", "प्रशासनिक")


def test_the_nearest_come_best_first():
    words = ["postal", "police", "foreign"]

    assert nearest("polise", words, 2) == ["police", "postal"]
