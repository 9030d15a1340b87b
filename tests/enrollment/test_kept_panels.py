"""Panels are kept for each reader, and whatever they rest on shows in the very next answer."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from accounts.models import Posting, Service, User
from accounts.roles import Role
from courses import kept_panels
from courses.states import RunState
from eligibility.models import Decision, RuleSet, RuleSetVersion
from enrollment.states import EnrollmentState, HoldReason
from tests.factories.accounts import make_officer, make_posting, make_service, make_user, sign_in
from tests.factories.courses import make_course, make_run
from tests.factories.eligibility import load_rule_sets, make_rule_set_version
from tests.factories.enrollment import make_decision, make_enrollment

pytestmark = pytest.mark.django_db


@pytest.fixture
def registered():
    """Return an officer's confirmed registration for a batch to come."""
    load_rule_sets()
    return make_enrollment(run=make_run(), officer=make_officer())


def shown(rf, course, user):
    """Return the panels as the next request of `user` gets them."""
    request = rf.get("/")
    request.user = User.objects.get(pk=user.pk) if user.pk else user
    return "".join(kept_panels.panels_for(request, course.pk).values())


def made_anew(rf, course, user):
    kept_panels._made.clear()
    return shown(rf, course, user)


def of(row, **fields):
    """Change a row behind everything that might take note of it."""
    type(row)._default_manager.filter(pk=row.pk).update(**fields)


def later_law(**rules):
    """Let other rules govern all trainings from tomorrow on."""
    tomorrow = timezone.localdate() + timedelta(days=1)
    before = RuleSetVersion.objects.approved().filter(rule_set__code="OM")
    version = make_rule_set_version(code="OM", effective_from=tomorrow, **rules)
    before.filter(effective_to=None).update(effective_to=tomorrow - timedelta(days=1))
    of(version, approved_by=make_user(Role.DEALING_HAND), approved_at=timezone.now())


def overridden(enrollment):
    """Let the Department decide otherwise than the rules, on top of the decision that stands."""
    hands = [make_user(Role.DEALING_HAND), make_user(Role.SANCTIONING_AUTHORITY)]
    make_decision(
        officer=enrollment.officer,
        course=enrollment.course,
        run=enrollment.run,
        supersedes=enrollment.decision,
        overrides_outcome="NOT_ELIGIBLE",
        override_reason="Seconded.",
        override_reference="O.M. of 20.05.2019",
        override_proposed_by=hands[0],
        override_approved_by=hands[1],
    )


def held(enrollment):
    of(
        enrollment,
        held_at=timezone.now(),
        held_from=enrollment.decision,
        hold_reason=HoldReason.values[0],
    )


CHANGES = {
    "group": lambda e: of(e.officer, group="C"),
    "birth": lambda e: of(e.officer, born_on=date(1950, 1, 1)),
    "birth unknown": lambda e: of(e.officer, born_on=None),
    "joined this year": lambda e: of(e.officer, joined_on=timezone.localdate()),
    "joining": lambda e: of(e.officer, joined_on=None),
    "break": lambda e: of(e.officer, break_days=90),
    "name": lambda e: of(e.officer, name=""),
    "no service": lambda e: of(e.officer, service=None),
    "other service": lambda e: of(
        e.officer, service=make_service(code="X", name="Other", family=Service.Family.OUTSIDE)
    ),
    "service renamed": lambda e: of(e.officer.service, name="Service of the Realm"),
    "groups of the service": lambda e: of(e.officer.service, groups="B"),
    "family of the service": lambda e: of(e.officer.service, family=Service.Family.OUTSIDE),
    "record returned": lambda e: of(e.officer, record_state="returned"),
    "record declared": lambda e: of(e.officer, record_state="declared"),
    "record taken away": lambda e: of(e.officer, user=None),
    "posting": lambda e: make_posting(e.officer, starts_on=date(2015, 1, 1), group="C"),
    "override": overridden,
    "law": lambda e: later_law(service_years=40),
    "withdrawn": lambda e: of(e, state=EnrollmentState.WITHDRAWN),
    "completed": lambda e: of(e, state=EnrollmentState.COMPLETED),
    "numbered": lambda e: of(e, number="X-1"),
    "another batch": lambda e: of(e, run=make_run(course=e.course, name="Spring batch")),
    "registered again": lambda e: make_enrollment(
        officer=e.officer, course=e.course, state=EnrollmentState.DRAFT
    ),
    "batch renamed": lambda e: of(e.run, name="Renamed"),
    "batch cancelled": lambda e: of(e.run, state=RunState.WITHDRAWN),
    "batch moved": lambda e: of(e.run, commences_on=e.run.commences_on + timedelta(days=1)),
    "batch added": lambda e: make_run(course=e.course, name="Further batch"),
    "course withdrawn": lambda e: of(e.course, is_published=False, withdrawn_on=date(2024, 1, 1)),
    "rules of the course": lambda e: of(e.course, rule_set_code="NONE"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_each_change_shows_in_the_very_next_answer(rf, registered, change):
    course, user = registered.course, registered.officer.user
    before = shown(rf, course, user)
    assert shown(rf, course, user) == before

    change(registered)

    after = shown(rf, course, user)
    assert after == made_anew(rf, course, user)
    assert after != before


UNSEEN = {  # grounds of the answer here, though it comes to the same
    "allotment": lambda e: of(e.officer, allotment_year=timezone.localdate().year),
    "facts": lambda e: of(e.officer, facts_changed_at=timezone.now()),
    "hold": held,
    "law renamed": lambda e: RuleSet.objects.filter(code="OM").update(code="OLD"),
}


@pytest.mark.parametrize("change", UNSEEN.values(), ids=UNSEEN)
def test_what_might_change_an_answer_has_it_made_anew(rf, registered, change):
    course, user = registered.course, registered.officer.user
    shown(rf, course, user)
    kept = len(kept_panels._made)

    change(registered)
    shown(rf, course, user)

    assert len(kept_panels._made) == kept + 1


def test_a_posting_changed_in_place_shows_in_the_next_answer(rf, registered):
    course, user = registered.course, registered.officer.user
    make_posting(registered.officer, starts_on=date(2015, 1, 1), group="C")
    assert "you cannot take this course" in shown(rf, course, user)

    Posting.objects.update(group="A")
    assert "you can take this course" in shown(rf, course, user)


def test_a_decision_on_another_course_is_no_reason_to_make_anything_anew(rf, registered):
    course, user = registered.course, registered.officer.user
    shown(rf, course, user)
    run = make_run()
    before = shown(rf, course, user)
    kept = len(kept_panels._made)

    make_decision(officer=registered.officer, course=run.course, run=run)

    assert Decision.objects.filter(course=run.course).exists()
    assert shown(rf, course, user) == before
    assert len(kept_panels._made) == kept


def test_an_officer_who_gets_a_record_or_a_role_reads_it_next(rf):
    load_rule_sets()
    course, user = make_run().course, make_user()
    assert "Check my eligibility" in shown(rf, course, user)

    user.groups.add(Group.objects.get_or_create(name=Role.OFFICER.value)[0])
    assert "service record is still empty" in shown(rf, course, user)

    make_officer(user=user)
    assert "you can take this course" in shown(rf, course, user)


def test_each_reader_gets_the_own_panels_alone(rf, registered):
    course = registered.course
    other = make_officer(group="C")

    for _time in range(2):
        assert registered.number in shown(rf, course, registered.officer.user)
        assert "you cannot take" in shown(rf, course, other.user)
        assert registered.number not in shown(rf, course, other.user)
        assert "Check my eligibility" in shown(rf, course, AnonymousUser())


def test_each_language_and_course_has_panels_of_its_own(rf, registered):
    user = registered.officer.user
    english = shown(rf, registered.course, user)
    with translation.override("hi"):
        hindi = shown(rf, registered.course, user)

    assert english != hindi
    assert registered.number not in shown(rf, make_course(), user)
    assert shown(rf, registered.course, user) == english


def test_the_day_is_part_of_what_is_kept(rf, registered, monkeypatch):
    user = registered.officer.user
    assert "you can take this course" in shown(rf, registered.course, user)

    late = timezone.localdate() + timedelta(days=4000)
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args: late)

    assert "Whenever the next batch begins" in shown(rf, registered.course, user)


def test_numbers_of_colleagues_are_at_most_ten_minutes_old(rf, registered, monkeypatch):
    course, user = registered.course, registered.officer.user
    shown(rf, course, user)
    for _number in range(10):
        make_enrollment(run=registered.run, officer=make_officer())
    assert "Fewer than 10 others" in shown(rf, course, user)

    now = kept_panels.time.monotonic()
    monkeypatch.setattr(kept_panels.time, "monotonic", lambda: now + kept_panels.LONGEST + 1)

    assert "10 or more" in shown(rf, course, user)


def test_panels_made_while_their_grounds_move_are_not_kept(rf, registered, monkeypatch):
    course, user = registered.course, registered.officer.user
    rendered = kept_panels._rendered

    def slowly(*args):
        of(registered.officer, group="C")
        found = rendered(*args)
        of(registered.officer, facts_changed_at=timezone.now())
        return found

    monkeypatch.setattr(kept_panels, "_rendered", slowly)
    kept_panels._made.clear()
    shown(rf, course, user)

    assert not kept_panels._made


def test_no_more_than_so_many_are_kept_and_the_longest_unused_go(rf, registered, monkeypatch):
    monkeypatch.setattr(kept_panels, "MOST", 2)
    kept_panels._made.clear()
    user, courses = registered.officer.user, [make_course() for _number in range(3)]
    for course in courses:
        shown(rf, course, user)

    assert [key[1] for key in kept_panels._made] == [course.pk for course in courses[1:]]


def test_a_panel_that_names_no_grounds_is_made_for_every_answer(rf, registered, settings):
    names = settings.COURSE_PANELS
    settings.COURSE_PANELS = [*names, f"{__name__}.panel_that_counts"]
    kept_panels._made.clear()
    calls.clear()
    for _time in range(2):
        shown(rf, registered.course, registered.officer.user)

    assert len(calls) == 2
    assert not kept_panels._made


calls = []


def panel_that_counts(course_pk, user, *, today):
    """Count how often it is asked, and tell nothing of what it rests on."""
    calls.append(course_pk)
    return ""


def test_a_reader_who_comes_again_costs_five_queries(client, registered):
    """Session, reader, roles, number of notices, and what the panels rest on."""
    address = registered.course.get_absolute_url()
    sign_in(client, registered.officer.user)
    pages = [client.get(address).content.decode() for _time in range(2)]
    assert registered.number in pages[1]

    asked = queries_of(client, address)

    assert len([sql for sql in asked if "courses_catalogueversion" not in sql]) <= 5


def queries_of(client, address):
    with CaptureQueriesContext(connection) as context:
        client.get(address)
    return [query["sql"] for query in context]
