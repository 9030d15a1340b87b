"""Days of validity: fees, points and grade rules never cover one day twice, whoever writes."""

from datetime import date
from decimal import Decimal
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from courses.models import CatalogueVersion, CourseCredit, CourseFee, GradeRule, Requirement
from tests.factories.courses import LAUNCHED_ON, make_course, make_programme

pytestmark = pytest.mark.django_db
SUMMER = date(2022, 6, 1)
BEFORE_SUMMER = date(2022, 5, 31)


def fee(course, **fields):
    values = {"fee_usd": Decimal(175), "cap_usd": Decimal(100), "circular_reference": "L", **fields}
    return CourseFee.objects.create(course=course, **values)


def credit(course, **fields):
    return CourseCredit.objects.create(course=course, points=5, circular_reference="L", **fields)


def rule(course, **fields):
    programme = course.programmes.get()
    return GradeRule.objects.create(
        programme=programme, least_grade=60, circular_reference="L", **fields
    )


MAKERS = [fee, credit, rule]


@pytest.fixture
def course():
    return make_course(programme=make_programme())


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize(
    "days",
    [
        {"effective_from": SUMMER},
        {"effective_from": date(2015, 1, 1)},
        {"effective_from": date(2015, 1, 1), "effective_to": LAUNCHED_ON},
        {"effective_from": SUMMER, "effective_to": SUMMER},
    ],
)
def test_the_database_refuses_a_row_over_days_that_another_covers(course, make, days):
    with pytest.raises(DatabaseError, match="no_overlap"), transaction.atomic():
        make(course, **days)


@pytest.mark.parametrize("make", MAKERS)
def test_rows_that_meet_are_taken_and_may_not_be_stretched_by_an_update(course, make):
    for kind in (CourseFee, CourseCredit, GradeRule):
        kind.objects.update(effective_to=BEFORE_SUMMER)
    later = make(course, effective_from=SUMMER)

    with pytest.raises(DatabaseError, match="no_overlap"), transaction.atomic():
        type(later).objects.exclude(pk=later.pk).update(effective_to=None)
    with pytest.raises(DatabaseError, match="no_overlap"), transaction.atomic():
        type(later).objects.filter(pk=later.pk).update(effective_from=BEFORE_SUMMER)


@pytest.mark.parametrize("make", MAKERS)
def test_a_row_does_not_end_before_it_begins(course, make):
    for kind in (CourseFee, CourseCredit, GradeRule):
        kind.objects.update(effective_to=BEFORE_SUMMER)

    with pytest.raises(DatabaseError), transaction.atomic():
        make(course, effective_from=SUMMER, effective_to=BEFORE_SUMMER)


def test_rows_of_different_courses_stand_beside_each_other(course):
    other = make_course()

    assert CourseFee.objects.in_force(SUMMER).count() == 2
    assert other.fees.count() == 1


def test_the_migration_ends_each_row_the_day_before_the_next():
    course = make_course()
    module = import_module("courses.migrations.0007_ended_before_the_next")
    CourseFee.objects.update(effective_to=BEFORE_SUMMER)
    fee(course, effective_from=SUMMER)
    _lift_the_refusal()
    CourseFee.objects.filter(effective_from=LAUNCHED_ON).update(effective_to=None)

    module.end_each_before_the_next(apps, SimpleNamespace(connection=connection))

    ends = CourseFee.objects.order_by("effective_from").values_list("effective_to", flat=True)
    assert list(ends) == [BEFORE_SUMMER, None]


def _lift_the_refusal():
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            name = "courses_coursefee_no_overlap"
            cursor.execute(f"ALTER TABLE courses_coursefee DROP CONSTRAINT {name}")
            return
        for verb in ("insert", "update"):
            cursor.execute(f"DROP TRIGGER courses_coursefee_no_overlap_{verb}")


@pytest.mark.parametrize("kind", [CourseFee, CourseCredit, GradeRule])
def test_a_change_of_what_is_dated_still_renews_the_version_of_the_catalogue(course, kind):
    before = CatalogueVersion.objects.present()

    kind.objects.update(circular_reference="Corrected")

    assert CatalogueVersion.objects.present() != before


# --- the requirement tree ---------------------------------------------------------------------
def node(programme, parent, kind="all", **fields):
    return Requirement.objects.create(programme=programme, parent=parent, kind=kind, **fields)


def test_a_tree_is_at_most_four_levels_deep():
    programme = make_programme()
    bottom = None
    for _level in range(4):
        bottom = node(programme, bottom)

    with pytest.raises(DatabaseError, match="courses_requirement_tree"), transaction.atomic():
        node(programme, bottom)


def test_a_node_never_hangs_under_its_own_branch():
    programme = make_programme()
    root = node(programme, None)
    middle = node(programme, root)
    leaf = node(programme, middle)

    for under in (middle, leaf, root):
        with pytest.raises(DatabaseError), transaction.atomic():
            Requirement.objects.filter(pk=root.pk).update(parent=under)


def test_a_branch_belongs_to_the_programme_of_its_node_and_a_course_has_no_branches():
    programme, other = make_programme(), make_programme(code="other")
    root = node(programme, None)
    leaf = node(programme, root, kind="course", course=make_course())

    with pytest.raises(DatabaseError, match="courses_requirement_tree"), transaction.atomic():
        node(other, root)
    with pytest.raises(DatabaseError, match="courses_requirement_tree"), transaction.atomic():
        node(programme, leaf)
