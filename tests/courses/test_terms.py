"""Terms of a batch: its own numbers win, what it leaves blank is that of course and programme."""

from datetime import date
from decimal import Decimal

import pytest

from courses import terms
from courses.models import GradeRule, ProgrammeCourse
from tests.factories.courses import make_course, make_programme, make_run

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 22)
LETTER = "Provider's letter of 01.03.2022"


def test_a_batch_without_terms_has_those_of_its_course_and_programme():
    run = make_run(course=make_course(programme=make_programme()))

    found = terms.terms_of(run, ON)

    assert (found.fee_usd, found.cap_usd, found.points) == (100, 100, 10)
    assert (found.least_grade, found.needs_proctored_exam) == (50, True)
    assert found.money_reference.startswith("O.M.")
    assert (found.most_attempts, found.payment_valid_until, found.is_own) == (None, None, False)


def test_the_numbers_of_the_batch_win_and_name_its_letter():
    run = make_run(
        course=make_course(programme=make_programme()),
        fee_usd=Decimal(175),
        cap_usd=Decimal(120),
        least_grade=Decimal(60),
        most_attempts=2,
        payment_valid_until=date(2027, 6, 30),
        terms_reference=LETTER,
    )

    found = terms.terms_of(run, ON)

    assert (found.fee_usd, found.cap_usd, found.money_reference) == (175, 120, LETTER)
    assert (found.least_grade, found.needs_proctored_exam, found.grade_reference) == (
        60,
        True,
        LETTER,
    )
    assert (found.most_attempts, found.payment_valid_until) == (2, date(2027, 6, 30))
    assert found.is_own


def test_a_higher_fee_leaves_the_cap_of_the_course_with_its_circular():
    run = make_run(fee_usd=Decimal(175), terms_reference=LETTER)

    found = terms.terms_of(run, ON)

    assert (found.fee_usd, found.cap_usd) == (175, 100)
    assert found.money_reference.startswith("O.M.")


def test_no_examination_in_a_batch_is_an_answer_and_not_a_blank():
    run = make_run(course=make_course(programme=make_programme()), needs_proctored_exam=False)

    assert terms.terms_of(run, ON).needs_proctored_exam is False


def test_the_pass_rule_is_that_of_the_commencement():
    programme = make_programme()
    GradeRule.objects.update(effective_to=date(2026, 12, 31))
    GradeRule.objects.create(
        programme=programme,
        least_grade=60,
        effective_from=date(2027, 1, 1),
        circular_reference="New",
    )
    run = make_run(course=make_course(programme=programme), commences_on=date(2027, 2, 1))

    assert terms.terms_of(run, ON).least_grade == 60


def test_a_course_of_two_programmes_has_one_rule_only_where_they_agree():
    course = make_course(programme=make_programme())
    other = make_programme(code="public-policy", least_grade=Decimal(50))
    ProgrammeCourse.objects.create(programme=other, course=course, position=1)
    assert terms.rule_of(course, ON).least_grade == 50

    other.grade_rules.update(least_grade=70)

    assert terms.rule_of(course, ON) is None


def test_own_terms_are_laid_over_general_ones_without_a_query(django_assert_num_queries):
    run = make_run(fee_usd=Decimal(175))
    general = terms.terms_of_course(run.course, ON)

    with django_assert_num_queries(0):
        found = terms.with_own(run, general)

    assert (found.fee_usd, found.points) == (175, 10)
