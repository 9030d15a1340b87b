"""The outline as text: read, written again, and refused with the number of the line."""

import pytest

from courses import outline

TEXT = """Gandhi: Life
> From the early years
> to independence.
- Childhood
- South Africa

His ideas
- Swaraj"""
HINDI = """गांधी: जीवन
- बचपन
- दक्षिण अफ्रीका

विचार
- स्वराज"""


def test_modules_summaries_and_units_are_read_in_order():
    first, second = outline.modules_of(TEXT)

    assert first["title"] == "Gandhi: Life"
    assert first["summary"] == "From the early years\nto independence."
    assert [unit["title"] for unit in first["units"]] == ["Childhood", "South Africa"]
    assert second["units"] == [{"title": "Swaraj", "title_hi": ""}]


def test_the_hindi_stands_beside_the_english():
    first, second = outline.modules_of(TEXT, HINDI)

    assert (first["title_hi"], second["title_hi"]) == ("गांधी: जीवन", "विचार")
    assert [unit["title_hi"] for unit in first["units"]] == ["बचपन", "दक्षिण अफ्रीका"]


def test_what_was_read_is_written_again_as_it_was():
    modules = outline.modules_of(TEXT, HINDI)

    assert outline.as_text(modules) == TEXT
    assert outline.as_text(modules, "_hi") == HINDI
    assert outline.as_text(outline.modules_of(TEXT), "_hi") == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- A unit first", "Line 1 stands above the first module"),
        ("Module\n-", "Line 2 has a mark and no words"),
        ("x" * 151, "Line 1 is longer than 150"),
        ("\n".join(f"Module {n}" for n in range(61)), "at most 60 modules"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(text, words):
    with pytest.raises(outline.OutlineError, match=words):
        outline.modules_of(text)


@pytest.mark.parametrize(
    ("hindi", "words"),
    [
        ("एक", "1 modules, the English one 2"),
        ("एक\n- क\nदो\n- ख", "“Gandhi: Life” the Hindi has 1"),
    ],
)
def test_a_hindi_outline_of_another_shape_is_refused(hindi, words):
    with pytest.raises(outline.OutlineError, match=words):
        outline.modules_of(TEXT, hindi)
