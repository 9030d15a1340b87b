"""Drafts beside the public page: nothing half edited is public, and two persons publish."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Notice
from accounts.roles import Role
from courses import editions
from courses.actions import editions as actions
from courses.models import Course, CourseEdition, FormerTitle
from courses.states import (
    BEING_WRITTEN,
    EDITION_ENDS,
    EDITION_STEPS,
    LIVE_EDITIONS,
    EditionState,
)
from igot.lib.errors import Refused
from tests.factories.accounts import make_user, sign_in
from tests.factories.courses import (
    make_committee_decision,
    make_course,
    make_institute,
    make_module,
)

pytestmark = pytest.mark.django_db


def now():
    return timezone.now()


@pytest.fixture
def author():
    return make_user(Role.COMMITTEE_SECRETARY)


@pytest.fixture
def second():
    return make_user(Role.DEALING_HAND)


def begin(course, author):
    return actions.open_edition(course_id=course.pk, acting_user=author, at=now())


def write(edition, author, **changes):
    actions.save_edition(
        edition_id=edition.pk,
        payload={**edition.content, **changes},
        note="Because the provider writes so.",
        reference="Letter of 01.11.2026",
        acting_user=author,
        at=now(),
    )
    edition.refresh_from_db()


def submitted(course, author, **changes):
    edition = begin(course, author)
    write(edition, author, **(changes or {"objective": "Another objective."}))
    actions.submit_edition(edition_id=edition.pk, acting_user=author, at=now())
    edition.refresh_from_db()
    return edition


def publish(edition, user):
    return actions.publish_edition(edition_id=edition.pk, acting_user=user, at=now())


def test_a_draft_begins_with_what_the_page_says(author):
    course = make_course()
    course.partners.add(make_institute(code="mit", title="MIT"))
    make_module(course=course, units=2)

    edition = begin(course, author)

    assert edition.content == editions.content_of(course)
    assert [unit["title"] for unit in edition.content["modules"][0]["units"]] == [
        "Unit 1",
        "Unit 2",
    ]
    assert not edition.content["title_hi"]


def test_a_second_draft_of_a_page_is_the_first_one(author, second):
    course = make_course()

    assert begin(course, author) == begin(course, second)
    with pytest.raises(IntegrityError), transaction.atomic():
        CourseEdition.objects.create(
            course=course, code=course.code, written_by=second, written_at=now()
        )


def test_nothing_of_a_draft_is_public_until_a_second_person_publishes_it(author, second, client):
    course = make_course(title="Old title")
    edition = submitted(course, author, title="New title", objective="New words.")
    assert "Old title" in client.get(course.get_absolute_url()).content.decode()

    publish(edition, second)

    page = client.get(course.get_absolute_url()).content.decode()
    assert "New title" in page and "New words." in page
    edition.refresh_from_db()
    assert (edition.state, edition.published_by) == (EditionState.PUBLISHED, second)
    assert Notice.objects.get(user=author).template == "courseedition.publish"
    assert "course.published" in AuditEntry.objects.about(course).values_list("event", flat=True)


def test_whoever_wrote_a_draft_does_not_publish_it(author):
    edition = submitted(make_course(), author)

    with pytest.raises(Refused, match="two persons are needed"):
        publish(edition, author)


def test_whoever_wrote_last_is_the_author(author, second):
    course = make_course()
    edition = begin(course, author)
    write(edition, second, objective="By the second.")
    actions.submit_edition(edition_id=edition.pk, acting_user=second, at=now())

    with pytest.raises(Refused, match="two persons"):
        publish(edition, second)
    publish(edition, author)


def test_the_database_knows_the_two_persons_too(author, second):
    edition = submitted(make_course(), author)
    publish(edition, second)

    with pytest.raises(IntegrityError), transaction.atomic():
        CourseEdition.objects.update(published_by=author)
    with pytest.raises(IntegrityError), transaction.atomic():
        CourseEdition.objects.update(published_by=None)


def test_a_draft_is_not_published_over_a_newer_page(author, second):
    course = make_course()
    edition = submitted(course, author)
    Course.objects.filter(pk=course.pk).update(website="https://newer.example.org/")

    with pytest.raises(Refused, match="has changed since this draft was begun"):
        publish(edition, second)

    actions.return_edition(edition_id=edition.pk, remark="Look.", acting_user=second, at=now())
    actions.catch_up_edition(edition_id=edition.pk, acting_user=author, at=now())
    actions.submit_edition(edition_id=edition.pk, acting_user=author, at=now())
    publish(edition, second)
    course.refresh_from_db()
    assert (course.objective, course.website) == ("Another objective.", "")


def test_a_change_of_the_outline_alone_overtakes_a_draft_too(author, second):
    course = make_course()
    edition = submitted(course, author)
    make_module(course=course)

    with pytest.raises(Refused, match="has changed since"):
        publish(edition, second)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda course: course.committee_decisions.update(state="withdrawn"),
        lambda course: course.committee_decisions.update(rule_set_code="WEB"),
        lambda course: course.committee_decisions.update(
            valid_to=timezone.localdate() - timedelta(days=1)
        ),
        lambda course: course.committee_decisions.update(outcome="deferred"),
    ],
)
def test_without_a_decision_in_force_nothing_is_published(author, second, spoil):
    course = make_course()
    edition = submitted(course, author)
    spoil(course)

    with pytest.raises(Refused, match="No decision of the selection committee is in force"):
        publish(edition, second)


def test_another_rule_set_needs_a_decision_of_its_own(author, second):
    course = make_course(rule_set_code="OM")
    edition = submitted(course, author, rule_set_code="WEB")
    with pytest.raises(Refused, match="rule set WEB"):
        publish(edition, second)

    make_committee_decision(course=course, rule_set_code="WEB", state="in_force")

    publish(edition, second)
    course.refresh_from_db()
    assert course.rule_set_code == "WEB"


def test_a_course_made_from_a_resolution_becomes_public_through_its_first_draft(author, second):
    course = make_course(is_published=False)
    make_committee_decision(course=course, state="in_force")
    with transaction.atomic():
        actions.submit_first_edition(course=course, acting_user=author, at=now())
    assert not Course.objects.published().exists()
    with pytest.raises(Refused, match="two persons"):
        actions.publish_course(course_id=course.pk, acting_user=author, at=now())

    actions.publish_course(course_id=course.pk, acting_user=second, at=now())

    course.refresh_from_db()
    assert course.first_published_at is not None
    assert list(Course.objects.published()) == [course]


def test_a_course_without_a_draft_in_second_hands_is_not_published(second):
    course = make_course(is_published=False)

    with pytest.raises(Refused, match="No draft of this course"):
        actions.publish_course(course_id=course.pk, acting_user=second, at=now())


def test_an_unchanged_draft_of_a_public_page_is_not_handed_on(author):
    edition = begin(make_course(), author)

    with pytest.raises(Refused, match="Nothing in this draft differs"):
        actions.submit_edition(edition_id=edition.pk, acting_user=author, at=now())


def test_the_outline_is_replaced_whole(author, second):
    course = make_course()
    make_module(course=course, units=3)
    modules = [
        {
            "title": "One",
            "title_hi": "एक",
            "summary": "S",
            "summary_hi": "",
            "units": [{"title": "U", "title_hi": "इ"}],
        }
    ]

    publish(submitted(course, author, modules=modules), second)

    module = course.modules.get()
    assert (module.title, module.title_hi, module.units.get().title_hi) == ("One", "एक", "इ")


def test_a_returned_draft_tells_its_author_why(author, second):
    edition = submitted(make_course(), author)

    actions.return_edition(
        edition_id=edition.pk, remark="The Hindi is missing.", acting_user=second, at=now()
    )

    edition.refresh_from_db()
    assert (edition.state, edition.remark) == (EditionState.RETURNED, "The Hindi is missing.")
    assert Notice.objects.get(user=author).params["remark"] == "The Hindi is missing."


def test_a_discarded_draft_leaves_the_page_and_makes_room_for_another(author):
    course = make_course()
    edition = begin(course, author)

    actions.discard_edition(
        edition_id=edition.pk, reason="A mistake.", acting_user=author, at=now()
    )

    assert begin(course, author) != edition


@pytest.mark.parametrize("role", [Role.COMMITTEE_MEMBER, Role.AUDITOR, Role.OFFICER])
def test_only_keepers_of_the_catalogue_write_and_publish(author, role):
    edition = submitted(make_course(), author)

    with pytest.raises(Refused, match="Dealing hand"):
        publish(edition, make_user(role))
    with pytest.raises(Refused, match="Dealing hand"):
        begin(make_course(), make_user(role))


def test_a_state_outside_the_table_takes_no_step(author, second):
    edition = submitted(make_course(), author)
    publish(edition, second)

    for act in (publish, lambda e, u: write(e, u, title="X")):
        with pytest.raises(Refused, match="Published"):
            act(edition, second)


def test_every_state_of_a_draft_is_reached_and_ends_are_ends():
    reached = {EditionState.DRAFT, *(step.target for step in EDITION_STEPS)}

    assert reached == set(EditionState)
    assert not any(step.sources & EDITION_ENDS for step in EDITION_STEPS)
    assert BEING_WRITTEN < LIVE_EDITIONS and not LIVE_EDITIONS & EDITION_ENDS


# --- renaming ---------------------------------------------------------------------------------
def test_a_new_title_waits_for_a_second_person_and_the_former_one_is_kept(author, second):
    course = make_course(title="Old", title_hi="पुराना")
    edition = actions.rename_course(
        course_id=course.pk,
        title="New",
        title_hi="नया",
        reference="Letter 7",
        acting_user=author,
        at=now(),
    )
    assert Course.objects.get().title == "Old"

    publish(edition, second)

    former = FormerTitle.objects.get()
    assert (former.title, former.title_hi, former.reference) == ("Old", "पुराना", "Letter 7")
    assert former.until == timezone.localdate() - timedelta(days=1)
    assert Course.objects.get().title == "New"


def test_a_draft_under_way_or_the_same_title_is_not_a_renaming(author):
    course = make_course(title="Old")
    given = {"course_id": course.pk, "title_hi": "", "reference": "L", "acting_user": author}
    with pytest.raises(Refused, match="title of the course already"):
        actions.rename_course(title="Old", at=now(), **given)
    begin(course, author)

    with pytest.raises(Refused, match="under way"):
        actions.rename_course(title="New", at=now(), **given)


def test_the_first_title_of_a_course_that_was_never_public_is_no_former_title(author, second):
    course = make_course(is_published=False)
    make_committee_decision(course=course, state="in_force")

    publish(submitted(course, author, title="Better"), second)

    assert not FormerTitle.objects.exists()


# --- differences and preview ------------------------------------------------------------------
def test_differences_are_told_in_words(author):
    mit = make_institute(code="mit", title="MIT")
    course = make_course(level="introductory")
    before = editions.content_of(course)
    after = {**before, "level": "advanced", "institute": mit.pk, "partners": [mit.pk]}

    found = editions.differences(before, after)

    assert [(one.label, one.was, one.becomes) for one in found] == [
        ("level", "Introductory", "Advanced"),
        ("institute", "J-PAL South Asia", "MIT"),
        ("partners", "", "MIT"),
    ]


def test_the_preview_shows_the_page_as_it_would_be_and_changes_nothing(client, author):
    course = make_course(title="Old title")
    make_module(course=course, units=2)
    edition = begin(course, author)
    write(edition, author, title="Fresh title")
    sign_in(client, author)
    address = reverse("courses:edition_preview", args=[edition.pk])

    page = client.get(address).content.decode()

    assert "Fresh title" in page and "This is a draft." in page
    assert Course.objects.get().title == "Old title"
    assert course.modules.get().units.count() == 2
    client.logout()
    assert "Fresh title" not in client.get(course.get_absolute_url()).content.decode()


def test_the_preview_of_a_course_that_is_not_yet_there_leaves_no_course(client, author):
    content = editions.content_of(make_course(code="model"))
    edition = actions.draft_new_course(
        code="fresh",
        payload={**content, "title": "A course to come"},
        note="",
        reference="",
        acting_user=author,
        at=now(),
    )
    sign_in(client, author)

    page = client.get(reverse("courses:edition_preview", args=[edition.pk])).content.decode()

    assert "A course to come" in page
    assert Course.objects.count() == 1


def test_a_new_course_is_entered_unseen_decided_on_and_then_published(author, second):
    content = editions.content_of(make_course(code="model"))
    given = {"payload": content, "note": "", "reference": "", "at": now()}
    edition = actions.draft_new_course(code="fresh", acting_user=author, **given)
    assert not Course.objects.filter(code="fresh").exists()

    actions.submit_edition(edition_id=edition.pk, acting_user=author, at=now())
    fresh = Course.objects.get(code="fresh")
    assert not fresh.is_published
    with pytest.raises(Refused, match="No decision"):
        publish(edition, second)
    make_committee_decision(course=fresh, state="in_force")

    publish(edition, second)

    assert Course.objects.published().filter(code="fresh").exists()


def test_a_code_that_is_taken_is_refused(author, second):
    content = editions.content_of(make_course(code="model"))
    given = {"payload": content, "note": "", "reference": "", "at": now()}
    edition = actions.draft_new_course(code="fresh", acting_user=author, **given)

    with pytest.raises(Refused, match="under way"):
        actions.draft_new_course(code="fresh", acting_user=second, **given)
    with pytest.raises(Refused, match="already"):
        actions.draft_new_course(code="model", acting_user=author, **given)
    make_course(code="fresh")
    with pytest.raises(Refused, match="already"):
        actions.submit_edition(edition_id=edition.pk, acting_user=author, at=now())
