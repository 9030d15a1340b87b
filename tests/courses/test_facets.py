"""Filters with counts, orders, addresses, and what is suggested where nothing is left."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from courses import facts
from courses.catalogue_query import CatalogueQuery, Sort
from courses.models import CommitteeDecision, Course
from courses.states import DecisionState
from tests.factories.accounts import make_officer, make_user, sign_in
from tests.factories.courses import LAUNCHED_ON, make_course, make_institute, make_run
from tests.factories.eligibility import load_rule_sets

pytestmark = pytest.mark.django_db
LIST = "/courses/"


def answer(address="", user=None):
    query = CatalogueQuery.of(QueryDict(address))
    return facts.search(query, today=timezone.localdate(), user=user)


def codes(address=""):
    return [entry.row.code for entry in answer(address).entries]


def counts(address=""):
    return {
        facet.name: {choice.value: choice.courses for choice in facet.all_choices}
        for facet in answer(address).facets
    }


def address_of(address):
    return CatalogueQuery.of(QueryDict(address)).address


# --- filters ----------------------------------------------------------------------------------
def test_several_values_of_one_filter_add_up_and_filters_narrow_each_other():
    make_course(code="a", level="introductory", mode="run")
    make_course(code="b", level="intermediate", mode="run")
    make_course(code="c", level="advanced", mode="self_paced")

    assert set(codes("level=introductory&level=advanced")) == {"a", "c"}
    assert codes("level=introductory&level=advanced&mode=run") == ["a"]


def test_each_value_counts_what_the_other_filters_and_the_words_leave():
    make_course(code="a", title="Water", level="introductory", mode="run")
    make_course(code="b", title="Water", level="advanced", mode="run")
    make_course(code="c", title="Water", level="advanced", mode="self_paced")
    make_course(code="d", title="Fire", level="advanced", mode="self_paced")

    found = counts("q=water&level=advanced")

    assert found["level"] == {"introductory": 1, "advanced": 2}
    assert found["mode"] == {"run": 1, "self_paced": 1}
    assert answer("q=water&level=introductory").open_count == 0
    assert answer("q=water").open_count == 1


def test_effort_is_in_bands_of_hours_a_week():
    for hours in (1, 4, 5, 8, 9, 12, 13, 40):
        make_course(code=f"h{hours}", least_weekly_hours=1, most_weekly_hours=hours)
    make_course(code="least", least_weekly_hours=6)
    make_course(code="none")

    assert counts()["effort"] == {"4": 2, "8": 3, "12": 2, "more": 2}
    assert set(codes("effort=8")) == {"h5", "h8", "least"}


def test_the_fee_tells_whether_it_comes_back():
    make_course(code="free", fee_usd=None)
    make_course(code="nought", fee_usd=Decimal(0))
    make_course(code="whole", fee_usd=Decimal(100), cap_usd=Decimal(100))
    make_course(code="part", fee_usd=Decimal(150), cap_usd=Decimal(100))

    assert counts()["fee"] == {"none": 2, "whole": 1, "part": 1}
    assert codes("fee=part") == ["part"]


def test_the_fee_is_that_of_the_batch_which_is_joined_next():
    today = timezone.localdate()
    course = make_course(code="run", fee_usd=Decimal(100), cap_usd=Decimal(100))
    make_course(code="other", fee_usd=Decimal(120), cap_usd=Decimal(120))
    make_run(course=course, closes_on=today + timedelta(days=5), fee_usd=Decimal(150))
    make_run(course=course, closes_on=today + timedelta(days=50), fee_usd=Decimal(90))

    assert codes("fee=part") == ["run"]
    assert codes("sort=fee") == ["other", "run"]
    assert answer("fee=part").entries[0].card.price == "US$150"


def test_a_fee_that_is_followed_by_another_counts_once():
    today = timezone.localdate()
    course = make_course(code="a", fee_usd=Decimal(100))
    course.fees.update(effective_to=today - timedelta(days=2))
    course.fees.create(
        fee_usd=Decimal(80),
        cap_usd=Decimal(80),
        effective_from=today - timedelta(days=1),
        effective_to=today,
        circular_reference="Letter",
    )
    course.fees.create(
        fee_usd=Decimal(70),
        cap_usd=Decimal(70),
        effective_from=today + timedelta(days=1),
        circular_reference="Letter",
    )

    assert codes() == ["a"]
    assert answer().entries[0].card.price == "US$80"


def test_languages_and_institutes_are_those_of_the_catalogue():
    make_course(code="a", language="Hindi", institute=make_institute(code="i", title="Ganga"))
    make_course(code="b")
    make_course(code="hidden", language="Tamil", is_published=False)

    assert counts()["language"] == {"English": 1, "Hindi": 1}
    assert codes("language=Hindi") == ["a"]
    assert codes("institute=i") == ["a"]


def test_a_filter_that_tells_nothing_apart_is_not_offered():
    make_course(level="advanced")
    make_course(level="advanced")

    assert "level" not in counts()
    assert "level" in counts("level=introductory")


def test_many_values_are_folded_with_the_chosen_ones_in_sight():
    for number in range(15):
        institute = make_institute(code=f"i{number}", title=f"Institute {number:02}")
        make_course(institute=institute)

    facet = answer("institute=i14").facets[0]

    assert facet.choices[0].value == "i14"
    assert facet.choices[0].is_chosen
    assert len(facet.choices) == 8
    assert len(facet.more) == 7
    assert not facet.is_open


# --- eligible for me --------------------------------------------------------------------------
def test_an_officer_sees_how_many_courses_are_open_to_him_and_those_alone(client):
    load_rule_sets()
    make_run(course=make_course(code="open-to-him", title="Open to him"))
    make_run(course=make_course(code="ruleless", title="Ruleless", rule_set_code="NONE"))
    sign_in(client, make_officer().user)

    page = client.get(LIST).content.decode()
    narrowed = client.get(LIST, {"eligible": "1"}).content.decode()

    assert "Eligible for me <b>(1)</b>" in page
    assert "Ruleless" in page
    assert "Open to him" in narrowed
    assert "Ruleless" not in narrowed


def test_one_officers_answer_is_never_shown_to_another(client):
    load_rule_sets()
    make_run(course=make_course(title="Poverty"))
    sign_in(client, make_officer().user)
    assert "Eligible for me <b>(1)</b>" in client.get(LIST).content.decode()
    client.logout()

    sign_in(client, make_officer(name="Old", born_on=timezone.localdate().replace(1950)).user)

    assert "Eligible for me <b>(0)</b>" in client.get(LIST).content.decode()
    assert "Poverty" not in client.get(LIST, {"eligible": "1"}).content.decode().split("near-c")[0]


def test_the_address_means_nothing_to_those_without_a_record(client):
    make_course(title="Poverty")
    assert "Poverty" in client.get(LIST, {"eligible": "1"}).content.decode()
    assert "Eligible for me" not in client.get(LIST).content.decode()

    sign_in(client, make_user())

    page = client.get(LIST, {"eligible": "1"}).content.decode()
    assert "Poverty" in page
    assert "Eligible for me" not in page


# --- order and address ------------------------------------------------------------------------
def test_orders_by_title_level_fee_and_age():
    make_course(code="b", title="B", level="advanced", fee_usd=Decimal(50))
    make_course(code="a", title="a", level="introductory", fee_usd=Decimal(100))
    make_course(code="c", title="C", level="", fee_usd=None)

    assert codes("sort=title") == ["a", "b", "c"]
    assert codes("sort=level") == ["a", "b", "c"]
    assert codes("sort=fee") == ["c", "b", "a"]
    assert codes("sort=newest")[0] == "c"


def test_titles_are_ordered_in_the_language_of_the_reader():
    make_course(code="one", title="A", title_hi="ब")
    make_course(code="two", title="B", title_hi="अ")

    assert codes("sort=title") == ["one", "two"]
    with override("hi"):
        assert codes("sort=title") == ["two", "one"]


def test_words_bring_the_best_match_first_and_what_is_open_on_request():
    make_run(course=make_course(code="outline", title="Rivers", objective="Of water."))
    make_course(code="title", title="Water")

    assert codes("q=water") == ["title", "outline"]
    assert codes("q=water&sort=open") == ["outline", "title"]
    assert answer("sort=match").query.sort == Sort.OPEN
    assert [value for value, _label in answer().sorts][0] == Sort.OPEN


@pytest.mark.parametrize(
    ("asked", "canonical"),
    [
        ("", "/courses/"),
        ("q=&institute=&level=&mode=&sort=open&page=", "/courses/"),
        ("sort=title&level=advanced&q=+a++b+", "/courses/?q=a+b&level=advanced&sort=title"),
        ("level=advanced&level=introductory", "/courses/?level=introductory&level=advanced"),
        ("level=expert&mode=flying&effort=99&fee=x&open=yes&utm=1", "/courses/"),
        ("institute=b&institute=a&institute=a", "/courses/?institute=a&institute=b"),
        ("q=x&sort=match&open=1", "/courses/?q=x&open=1"),
        ("q=x&sort=open", "/courses/?q=x&sort=open"),
    ],
)
def test_one_search_has_one_address(asked, canonical):
    assert address_of(asked) == canonical


def test_the_page_names_its_address_and_its_further_pages_keep_it(client):
    for number in range(14):
        make_course(code=f"c{number:02}", level="advanced")
    make_course(level="introductory")

    page = client.get(f"{LIST}?utm=1&sort=title&level=advanced").content.decode()

    assert '/courses/?level=advanced&amp;sort=title">' in page
    assert 'href="?level=advanced&amp;sort=title&amp;page=2"' in page


def test_each_filter_that_is_set_can_be_taken_away(client):
    make_course(level="advanced")

    chips = answer("q=poverty&level=advanced&level=introductory&open=1").chips

    assert [(chip.label, chip.url) for chip in chips] == [
        ("Introductory", "/courses/?q=poverty&level=advanced&open=1"),
        ("Advanced", "/courses/?q=poverty&level=introductory&open=1"),
        ("Open now", "/courses/?q=poverty&level=introductory&level=advanced"),
    ]


# --- nothing found ----------------------------------------------------------------------------
def test_where_the_filters_leave_nothing_each_one_is_weighed(client):
    make_course(code="a", title="Poverty", level="advanced")
    make_course(code="b", title="Poverty", level="advanced", mode="self_paced")

    found = answer("q=poverty&level=introductory&mode=run")

    assert [(dropped.label, dropped.courses) for dropped in found.to_drop] == [
        ("Level: Introductory", 1)
    ]
    page = client.get(f"{LIST}?q=poverty&level=introductory&mode=run").content.decode()
    assert 'href="/courses/?q=poverty&amp;mode=run"' in page
    assert "2 courses match your words" in page


def test_where_the_words_find_nothing_the_filters_alone_are_offered(client):
    make_course(title="Poverty", level="advanced")

    page = client.get(f"{LIST}?q=xyzzy&level=advanced").content.decode()

    assert "The same filters without the words" in page
    assert 'href="/courses/?level=advanced"' in page
    assert "Poverty" in page.split("Perhaps one of these")[1]


def test_an_empty_catalogue_says_so_and_no_more(client):
    page = client.get(LIST)

    assert page.status_code == 200
    assert "No course found" in page.content.decode()
    assert "Perhaps one of these" not in page.content.decode()


# --- cost -------------------------------------------------------------------------------------
def many(count):
    """Publish `count` courses with few statements."""
    first = make_course()
    courses = Course.objects.bulk_create(
        Course(
            code=f"m{number}",
            title=f"Poverty {number}",
            objective="Of many things.",
            level=Course.Level.values[number % 3],
            mode=Course.Mode.values[number % 2],
            certification=Course.Certification.CERTIFICATE,
            institute=first.institute,
            provider=first.provider,
            rule_set_code="OM",
            is_published=True,
        )
        for number in range(count)
    )
    CommitteeDecision.objects.bulk_create(
        CommitteeDecision(
            course=course,
            resolution_number=f"M/{course.pk}",
            outcome=CommitteeDecision.Outcome.SHORTLISTED,
            rule_set_code="OM",
            valid_from=LAUNCHED_ON,
            reasons="Shortlisted.",
            state=DecisionState.IN_FORCE,
        )
        for course in courses
    )


@pytest.mark.parametrize("count", [10, 400])
@pytest.mark.parametrize(
    "address",
    [
        "",
        "q=povrty+thngs&level=advanced&open=1&sort=title&page=3",
        "q=xyzzy&level=advanced",
        "level=advanced&level=introductory&mode=run&fee=none",
    ],
)
def test_a_list_made_anew_takes_six_queries_whatever_the_rows(
    client, django_assert_max_num_queries, count, address
):
    many(count)

    with django_assert_max_num_queries(6):
        assert client.get(f"{LIST}?{address}").status_code == 200


def test_an_officers_list_takes_few_queries(client, django_assert_max_num_queries):
    load_rule_sets()
    many(50)
    sign_in(client, make_officer().user)
    client.get(LIST)

    with django_assert_max_num_queries(12):
        client.get(f"{LIST}?eligible=1&q=poverty")


def test_the_whole_is_counted_and_paged(client):
    many(400)

    page = client.get(LIST, {"q": "poverty", "page": "34"})

    assert page.context["page_obj"].paginator.count == 401
    assert len(page.context["cards"]) == 5


def test_every_page_of_the_list_has_one_heading_per_step(client):
    make_course()

    html = client.get(reverse("courses:list"), {"q": "xyzzy"}).content.decode()

    assert html.count("<h1>") == 1
    assert html.index("<h1>") < html.index("<h2>") < html.index("<h3>")
