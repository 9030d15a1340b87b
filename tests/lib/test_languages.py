import pytest

from igot.lib.languages import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("", "en"),
        ("12.05.2019", "en"),
        ("My date of allotment is wrong.", "en"),
        ("मेरी आबंटन की तिथि गलत है।", "hi"),
        ("मेरा अभ्यावेदन O.M. 17.05.2019 के पैरा 7.2 के संबंध में है", "hi"),
        ("Please read the word सेवा as service in this representation.", "en"),
        ("१२३४", "en"),
        ("mera janm din galat hai", "en"),
        ("আমার তারিখ", "en"),
    ],
)
def test_the_language_of_a_text_is_told_by_its_letters(text, language):
    assert language_of(text) == language
