"""The catalogue from its files: complete, twice the same, and careful with what staff edited."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.models import AuditEntry
from courses import imports, requirements, rules
from courses.imports import windows
from courses.models import (
    CommitteeDecision,
    Course,
    CourseAlias,
    CourseCredit,
    CourseFee,
    CourseUnit,
    GradeRule,
    Institute,
    Programme,
    Provider,
    Requirement,
    Run,
)
from courses.states import DecisionState

pytestmark = pytest.mark.django_db
TABLES = (
    CommitteeDecision,
    Course,
    CourseAlias,
    CourseCredit,
    CourseFee,
    CourseUnit,
    GradeRule,
    Institute,
    Programme,
    Provider,
    Requirement,
    Run,
    AuditEntry,
)
MITX = [
    "jpal-global-poverty",
    "jpal-randomized-evaluations",
    "jpal-data-analysis",
    "jpal-microeconomics",
    "jpal-development-policy",
]


def load(**options):
    call_command("load_catalogue", stdout=StringIO(), **options)


def counts():
    return {table.__name__: table.objects.count() for table in TABLES}


def test_eleven_courses_are_published_on_decisions_in_force():
    load()

    assert Course.objects.published().count() == 11
    assert CommitteeDecision.objects.in_force().count() == 11


def test_loading_twice_changes_no_count():
    load()
    before = counts()

    load()
    load(refresh=True)

    assert counts() == before


def test_what_staff_edited_is_kept_unless_a_refresh_is_asked_for():
    load()
    Course.objects.filter(code="office-management").update(title="Managing an Office")

    load()
    assert Course.objects.get(code="office-management").title == "Managing an Office"

    load(refresh=True)
    assert Course.objects.get(code="office-management").title == "Office Management"


def test_a_withdrawn_decision_stays_withdrawn_whatever_is_loaded():
    load()
    decision = CommitteeDecision.objects.get(course__code="office-management")
    CommitteeDecision.objects.filter(pk=decision.pk).update(state=DecisionState.WITHDRAWN)

    load(refresh=True)

    decision.refresh_from_db()
    assert decision.state == DecisionState.WITHDRAWN


def test_the_five_courses_of_the_memorandum_name_its_rule_set_fee_and_grade_rule():
    load()
    launched = date(2019, 5, 17)

    for course in Course.objects.filter(code__in=MITX):
        fee = course.fees.in_force(launched).get()
        assert (fee.fee_usd, fee.cap_usd, course.rule_set_code) == (100, 100, "OM")
    rule = GradeRule.objects.in_force(launched).get()
    assert (rule.least_grade, rule.needs_proctored_exam) == (50, True)
    assert not CourseFee.objects.in_force(launched - timedelta(days=1)).exists()


def test_courses_of_the_landing_page_alone_name_the_rule_set_of_that_page():
    load()

    others = Course.objects.exclude(code__in=MITX)

    assert set(others.values_list("rule_set_code", flat=True)) == {"WEB"}
    assert others.count() == 6


def test_the_gandhi_course_has_three_modules_of_four_units():
    load()

    modules = Course.objects.get(code="gandhi-contemporary-world").modules.all()

    assert [module.units.count() for module in modules] == [4, 4, 4]


def test_every_course_says_everything_in_hindi_too():
    load()

    for course in Course.objects.all():
        assert course.title_hi and course.objective_hi
        assert bool(course.prerequisites) == bool(course.prerequisites_hi)
    for decision in CommitteeDecision.objects.all():
        assert decision.audience_hi and decision.reasons_hi


def test_points_are_marked_as_illustrative():
    load()

    references = set(CourseCredit.objects.values_list("circular_reference", flat=True))

    assert references == {"Illustrative; to be notified"}


def test_the_first_batch_is_that_of_21_may_2019():
    load()

    first = Run.objects.filter(commences_on=date(2019, 5, 21))

    assert sorted(run.course.code for run in first) == sorted(MITX)
    assert {run.registration_closes_on for run in first} == {date(2019, 5, 21)}


def test_each_mitx_course_has_batches_in_march_june_and_september_of_two_years():
    load()
    year = timezone.localdate().year

    runs = Run.objects.filter(course__code="jpal-microeconomics", commences_on__year__gte=year)

    assert [run.code[-7:] for run in runs.in_order()] == [
        f"{y}-{month}" for y in (year, year + 1) for month in ("03", "06", "09")
    ]


def test_on_every_day_of_the_year_some_batch_is_open():
    spans = [*windows([3, 6, 9], 2026), *windows([3, 6, 9], 2027)]
    day = date(2026, 1, 1)

    while day <= date(2027, 8, 31):
        assert any(opens <= day <= closes for opens, closes in spans), day
        day += timedelta(days=1)


def test_a_registration_window_closes_on_the_day_of_commencement_and_then_the_next_opens():
    march, june, september = windows([3, 6, 9], 2027)

    assert march == (date(2026, 9, 2), date(2027, 3, 1))
    assert june == (date(2027, 3, 2), date(2027, 6, 1))
    assert september == (date(2027, 6, 2), date(2027, 9, 1))


def test_a_batch_of_every_mitx_course_is_open_today():
    load()

    assert Run.objects.open_on(timezone.localdate()).count() == 6


def test_self_paced_courses_have_no_batch():
    load()

    assert not Run.objects.filter(course__mode=Course.Mode.SELF_PACED).exists()


def test_each_loaded_decision_stands_in_the_audit_trail_as_loaded_by_the_portal():
    load()

    for decision in CommitteeDecision.objects.all():
        entry = AuditEntry.objects.about(decision).get()
        assert (entry.event, entry.acting_user) == ("committee_decision.loaded", None)


def test_the_files_name_only_what_they_define():
    institutes, courses = imports.read("institutes.toml"), imports.read("courses.toml")
    known = {row["code"] for row in courses["course"]}
    terms = imports.read("terms.toml")

    named = {code for row in (*terms["fee"], *terms["credit"]) for code in row["courses"]}
    decided = [code for row in terms["decision"] for code in row["courses"]]

    assert named <= known
    assert sorted(decided) == sorted(known)
    assert {code for row in institutes["programme"] for code in row["courses"]} <= known


def test_courses_are_known_by_the_keys_of_their_provider_and_by_acronyms():
    load()

    def named(key):
        return set(CourseAlias.objects.filter(key=key).values_list("course__code", flat=True))

    assert named("14.73x") == {"jpal-global-poverty"}
    assert named("JPAL102x") == named("RCT") == {"jpal-randomized-evaluations"}
    assert len(named("DEDP")) == len(named("MITx")) == 6
    assert named("GSDS") == {"gandhi-contemporary-world"}


def test_the_programme_asks_for_all_five_courses_of_the_memorandum():
    load()
    tree = requirements.tree_of(Programme.objects.get(code="dedp"))
    passed = set(Course.objects.filter(code__in=MITX).values_list("pk", flat=True))

    assert rules.is_complete(tree, passed)
    assert not rules.is_complete(tree, set(list(passed)[:4]))


def test_the_reported_price_is_loaded_only_when_it_is_asked_for_and_says_that_it_is_unverified():
    load()
    assert CourseFee.objects.filter(fee_usd=175).count() == 0

    load(reported=True)
    load(reported=True)

    course = Course.objects.get(code="jpal-microeconomics")
    before, after = course.fees.order_by("effective_from")
    assert (before.fee_usd, before.effective_to) == (100, date(2022, 5, 31))
    assert (after.fee_usd, after.cap_usd, after.effective_from) == (175, 100, date(2022, 6, 1))
    assert "unverified (U)" in after.circular_reference
