"""File numbers as real papers write them, and when a translation is stale."""

import pytest

from circulars.rules import digest_of, file_key, parse_file_number

REAL = [
    ("No.T-16017/42/2018-Trg (TFA)", "T", "16017/42", "2018", "Trg", "(TFA)"),
    ("No. T-16017/14/2020-iGOT", "T", "16017/14", "2020", "iGOT", None),
    ("No.T-28/27/2025-iGOT", "T", "28/27", "2025", "iGOT", None),
    ("T-28/27/2025-iGOT-Part(2)", "T", "28/27", "2025", "iGOT", "-Part(2)"),
    ("F.No. T-22012/8/2024-IST/IIPA", "T", "22012/8", "2024", "IST/IIPA", None),
    ("F.No.T-16011/1/2020-TFA (CN 3150940)", "T", "16011/1", "2020", "TFA", None),
    ("F.No.12037/41/2018-FTC", None, "12037/41", "2018", "FTC", None),
    ("No. T-13011/1/2023-LTDP", "T", "13011/1", "2023", "LTDP", None),
    ("No.11011/47/2012-Trg(TERI)", None, "11011/47", "2012", "Trg", "(TERI)"),
    ("F.No.14/2/2018-IR", None, "14/2", "2018", "IR", None),
    ("No. 12013/01/2014-Trg (41st APPPA)", None, "12013/01", "2014", "Trg", "(41st APPPA)"),
    ("AB-14017/11/2017-Estt.(RR)", "AB", "14017/11", "2017", "Estt", "(RR)"),
]


@pytest.mark.parametrize(("text", "letters", "serials", "year", "section", "suffix"), REAL)
def test_numbers_of_real_papers_are_read(text, letters, serials, year, section, suffix) -> None:
    parts = parse_file_number(text)

    found = (parts.get("letters"), parts["serials"], parts["year"], parts["section"])
    assert (*found, parts.get("suffix")) == (letters, serials, year, section, suffix)


def test_the_computer_number_is_read_apart() -> None:
    parts = parse_file_number("F.No.T-16011/1/2020-TFA (CN 3150940)")

    assert parts["computer_number"] == "3150940"
    assert parts["key"] == file_key("No. T-16011/1/2020-TFA")


@pytest.mark.parametrize("text", ["", "Diary 7", "संख्या 12/2020", "T-1/2020"])
def test_a_number_of_another_shape_is_kept_without_parts(text: str) -> None:
    assert set(parse_file_number(text)) == {"key"}


@pytest.mark.parametrize(
    "other",
    ["F.No. T-16017/42/2018-Trg(TFA)", "No T-16017/42/2018-TRG (TFA)", "t-16017/42/2018-trg(tfa)"],
)
def test_spellings_of_one_file_share_a_key(other: str) -> None:
    assert file_key(other) == file_key("No.T-16017/42/2018-Trg (TFA)")


def test_different_files_have_different_keys() -> None:
    assert len({file_key(text) for text, *_parts in REAL}) == len(REAL)


def test_the_digest_follows_the_english_and_nothing_else() -> None:
    table = {"rows": [["a", "b"]], "rows_hi": [["क", "ख"]]}

    digest = digest_of("Text", table)

    assert digest == digest_of("Text", {**table, "rows_hi": [["ग", "घ"]]})
    assert digest != digest_of("Text.", table)
    assert digest != digest_of("Text", {**table, "rows": [["a", "c"]]})
    assert digest_of("Text", None) == digest_of("Text", {})
