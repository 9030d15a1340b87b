"""The filters and tags that every template has."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from igot.templatetags.igot import (
    STEADY_PARTS_AT_MOST,
    TONES,
    _steady_parts,
    page_numbers,
    section,
)


def render(text: str, **context: object) -> str:
    return Template(text).render(Context(context))


def test_the_size_of_a_file_has_no_blank_behind_it() -> None:
    with translation.override("hi"):
        assert render("({{ v|file_size }})", v=34_100) == "(33.3\xa0केबी)"
    assert render("({{ v|file_size }})", v=34_100) == "(33.3\xa0KB)"


@pytest.mark.parametrize(
    ("text", "value", "shown"),
    [
        ("{{ v|rupees }}", Decimal("1234567.50"), "₹12,34,567.50"),
        ("{{ v|rupees }}", Decimal("8315.00"), "₹8,315"),
        ("{{ v|rupees }}", None, ""),
        ("{{ v|usd }}", Decimal("100.00"), "US$100"),
        ("{{ v|usd }}", "", ""),
        ("{{ v|indian }}", 1234567, "12,34,567"),
        ("{{ v|dmy }}", date(2019, 5, 17), "17.05.2019"),
        ("{{ v|dmy }}", datetime(2026, 6, 30, 18, 31, tzinfo=UTC), "01.07.2026"),
        ("{{ v|dmy }}", datetime(2026, 6, 30, 18, 29, tzinfo=UTC), "30.06.2026"),
        ("{{ v|dmy }}", None, ""),
        ("{{ v|mask }}", "ABCDEFGH1234", "••••1234"),
        ("{{ v|mask }}", "1234567", "••••"),
        ("{{ v|mask }}", "", ""),
        ("{{ v|tone }}", "paid", "success"),
        ("{{ v|tone }}", "a_word_of_no_table", "neutral"),
        ("{{ v|tone }}", "", "neutral"),
        ("{{ v|in_minutes }}", 61, "2"),
    ],
)
def test_filter_writes_for_people(text: str, value: object, shown: str) -> None:
    assert render(text, v=value) == shown


def test_no_state_has_two_tones() -> None:
    words = [word for states in TONES.values() for word in states]

    assert len(words) == len(set(words))


def test_badge_says_its_state_in_words_and_picture() -> None:
    html = render('{% include "_status.html" with label="Paid" state="paid" %}')

    assert "tone-success" in html
    assert "#check-circle" in html
    assert "Paid" in html


def test_icon_is_hidden_from_screen_readers() -> None:
    assert 'aria-hidden="true"' in render('{% icon "clock" %}')


def test_address_of_a_missing_page_is_blank() -> None:
    assert render('{% nav_url "nowhere:at_all" as u %}[{{ u }}]') == "[]"


def test_link_to_another_page_keeps_the_search() -> None:
    request = RequestFactory().get("/", {"q": "a b", "page": "1"})

    assert render("{% page_link 3 %}", request=request) == "?q=a+b&amp;page=3"


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (1, [1, 2, None, 10]),
        (5, [1, None, 4, 5, 6, None, 10]),
        (10, [1, None, 9, 10]),
        (3, [1, 2, 3, 4, None, 10]),
    ],
)
def test_long_lists_show_first_last_and_neighbours(number: int, shown: list[int | None]) -> None:
    assert page_numbers(Paginator(range(100), 10).page(number)) == shown


def test_timeline_tells_the_state_of_each_step_in_words() -> None:
    html = render(
        '{% include "_timeline.html" %}',
        steps=[
            {"name": "Submitted", "state": "done", "at": date(2026, 1, 4)},
            {"name": "Confirmation", "state": "current", "who": "Training Division"},
            {"name": "Coupon", "state": "next"},
        ],
    )

    assert ", done" in html and "under way" in html and "still to come" in html
    assert html.count('aria-current="step"') == 1
    assert "04.01.2026" in html and "With: Training Division" in " ".join(html.split())


def test_a_steady_part_is_kept_for_each_language_and_value() -> None:
    with translation.override("en"):
        english = render('{% steady "_site_nav.html" current="/help/" %}')
        elsewhere = render('{% steady "_site_nav.html" current="" %}')
    with translation.override("hi"):
        hindi = render('{% steady "_site_nav.html" current="/help/" %}')

    assert 'href="/help/" aria-current="true"' in english
    assert "aria-current" not in elsewhere
    assert 'href="/help/" aria-current="true"' in hindi


def test_a_steady_part_sees_nothing_of_the_page_around_it() -> None:
    html = render('{% steady "_account_links.html" is_staff=False %}', is_staff=True, user="Meera")

    assert "Meera" not in html
    assert "/desk/" not in html


def test_kept_parts_do_not_grow_without_end() -> None:
    for number in range(STEADY_PARTS_AT_MOST + 5):
        render('{% steady "_site_nav.html" current=current %}', current=f"/{number}/")

    assert len(_steady_parts) <= STEADY_PARTS_AT_MOST


@pytest.mark.parametrize(
    ("path", "entry"),
    [("/help/", "/help/"), ("/courses/some-course/", "/courses/"), ("/", ""), (None, "")],
)
def test_a_page_belongs_to_the_menu_entry_above_it(path: str | None, entry: str) -> None:
    assert section(path) == entry
