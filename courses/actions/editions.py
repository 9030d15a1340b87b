"""What is done to a draft beside the public page: written, submitted, published by another."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AuditEntry, User
from accounts.notifications import notify
from courses import catalogue_policies as policies
from courses import editions, states
from courses.models import (
    Course,
    CourseEdition,
    CourseModule,
    CourseUnit,
    FormerTitle,
    Institute,
    Provider,
)
from courses.states import EditionState, EditionStep
from igot.lib.dates import civil_date
from igot.lib.errors import Refused

T = TypeVar("T")


@transaction.atomic(durable=True)
def open_edition(*, course_id: int, acting_user: User, at: datetime) -> CourseEdition:
    """Begin a draft of a course's page from what the page says now, or take up the live one.

    :raises Refused: `acting_user` does not keep the catalogue
    """
    course = Course.objects.select_for_update(no_key=True).get(pk=course_id)
    if reason := policies.why_not_course(states.EDIT_COURSE, course, acting_user):
        raise Refused(reason)
    return _live_edition(course) or _begin(course, acting_user, at)


@transaction.atomic(durable=True)
def draft_new_course(
    *,
    code: str,
    payload: dict[str, Any],
    note: str,
    reference: str,
    acting_user: User,
    at: datetime,
) -> CourseEdition:
    """Begin the draft of a course that is not yet in the catalogue.

    :raises Refused: `acting_user` does not keep the catalogue, or the code is taken
    """
    if reason := policies.why_not_keep(acting_user):
        raise Refused(reason)
    if Course.objects.filter(code=code).exists():
        raise Refused(_("There is a course with the code %(code)s already.") % {"code": code})
    edition = CourseEdition(code=code, note=note, reference=reference)
    _write(edition, payload, acting_user, at)
    try:
        with transaction.atomic():
            edition.save()
    except IntegrityError:
        raise Refused(_("A draft with the code %(code)s is under way.") % {"code": code}) from None
    audit.record(edition, "courseedition.begun", acting_user=acting_user, at=at, code=code)
    return edition


@transaction.atomic(durable=True)
def save_edition(
    *,
    edition_id: int,
    payload: dict[str, Any],
    note: str,
    reference: str,
    acting_user: User,
    at: datetime,
) -> None:
    """Keep what was typed; whoever saves is from then on its author.

    :raises Refused: the step is not open to `acting_user`
    """
    edition = _lock_for(states.EDIT_EDITION, edition_id, acting_user)
    _write(edition, payload, acting_user, at)
    edition.note, edition.reference = note, reference
    _advance(edition, states.EDIT_EDITION, acting_user, at)


@transaction.atomic(durable=True)
def catch_up_edition(*, edition_id: int, acting_user: User, at: datetime) -> None:
    """Take note of a page that was published meanwhile: the draft is compared with it from now on.

    :raises Refused: the step is not open to `acting_user`, or the page is still the same
    """
    edition = _lock_for(states.CATCH_UP_EDITION, edition_id, acting_user)
    if edition.course is None or edition.base_digest == editions.digest_of(edition.course):
        raise Refused(_("The page has not changed since this draft was begun."))
    edition.base_digest = editions.digest_of(edition.course)
    _advance(edition, states.CATCH_UP_EDITION, acting_user, at)


@transaction.atomic(durable=True)
def submit_edition(*, edition_id: int, acting_user: User, at: datetime) -> None:
    """Hand a draft to a second person.

    A course that is not yet in the catalogue is entered, unseen by the public, so that the
    committee can decide on it.

    :raises Refused: the step is not open to `acting_user`, or nothing differs from the page
    """
    edition = _lock_for(states.SUBMIT_EDITION, edition_id, acting_user)
    course = edition.course
    is_public = course is not None and course.is_published
    if (
        course
        and is_public
        and not editions.differences(editions.content_of(course), edition.content)
    ):
        raise Refused(_("Nothing in this draft differs from the page."))
    if course is None:
        edition.course = _enter(edition, acting_user, at)
        edition.base_digest = editions.digest_of(edition.course)
    edition.submitted_at = at
    _advance(edition, states.SUBMIT_EDITION, acting_user, at)


@transaction.atomic(durable=True)
def return_edition(*, edition_id: int, remark: str, acting_user: User, at: datetime) -> None:
    """Give a draft back to its author, with a remark.

    :raises Refused: the step is not open to `acting_user`
    """
    edition = _lock_for(states.RETURN_EDITION, edition_id, acting_user)
    edition.remark = remark
    entry = _advance(edition, states.RETURN_EDITION, acting_user, at, reason=remark)
    _tell(edition.written_by, entry, edition, remark=remark)


@transaction.atomic(durable=True)
def discard_edition(*, edition_id: int, reason: str, acting_user: User, at: datetime) -> None:
    """Put a draft aside for good; the page stays as it is.

    :raises Refused: the step is not open to `acting_user`
    """
    edition = _lock_for(states.DISCARD_EDITION, edition_id, acting_user)
    edition.remark = reason
    _advance(edition, states.DISCARD_EDITION, acting_user, at, reason=reason)


@transaction.atomic(durable=True)
def publish_edition(*, edition_id: int, acting_user: User, at: datetime) -> Course:
    """Make a draft the public page of its course, as a second person; the course is offered.

    :raises Refused: not open to `acting_user`, the page has changed since, or no decision of the
        committee is in force for the course and its rule set
    """
    edition = _lock_for(states.PUBLISH_EDITION, edition_id, acting_user)
    if reason := policies.why_not_published_now(edition, civil_date(at)):
        raise Refused(reason)
    course = _apply(edition, at)
    edition.course, edition.published_by, edition.published_at = course, acting_user, at
    entry = _advance(edition, states.PUBLISH_EDITION, acting_user, at)
    audit.record(course, "course.published", acting_user=acting_user, at=at, edition=edition.pk)
    _tell(edition.written_by, entry, edition)
    return course


@transaction.atomic(durable=True)
def rename_course(
    *,
    course_id: int,
    title: str,
    title_hi: str,
    reference: str,
    acting_user: User,
    at: datetime,
) -> CourseEdition:
    """Submit a draft in which only the title changes; the former title is kept once published.

    :raises Refused: not open to `acting_user`, a draft is under way, or it is the title already
    """
    course = Course.objects.select_for_update(no_key=True).get(pk=course_id)
    if reason := policies.why_not_course(states.RENAME_COURSE, course, acting_user):
        raise Refused(reason)
    if (course.title, course.title_hi) == (title, title_hi):
        raise Refused(_("This is the title of the course already."))
    edition = _begin(course, acting_user, at)
    _write(edition, {**edition.content, "title": title, "title_hi": title_hi}, acting_user, at)
    edition.note, edition.reference, edition.submitted_at = _("A new title."), reference, at
    _advance(edition, states.SUBMIT_EDITION, acting_user, at)
    return edition


@transaction.atomic
def submit_first_edition(
    *, course: Course, acting_user: User, at: datetime, note: str = "", reference: str = ""
) -> CourseEdition:
    """Submit what is written of a course not yet public, for a second person to publish.

    For actions that make a course from a resolution of the committee.
    """
    edition = _live_edition(course) or _begin(course, acting_user, at)
    edition.note, edition.reference, edition.submitted_at = note, reference, at
    if edition.state in states.SUBMIT_EDITION.sources:
        _advance(edition, states.SUBMIT_EDITION, acting_user, at)
    return edition


def publish_course(*, course_id: int, acting_user: User, at: datetime) -> Course:
    """Publish the submitted draft of a course, as a second person.

    :raises Refused: there is none, or as `publish_edition`
    """
    waiting = CourseEdition.objects.awaiting_publication().filter(course_id=course_id).first()
    if waiting is None:
        raise Refused(_("No draft of this course waits for a second person."))
    return publish_edition(edition_id=waiting.pk, acting_user=acting_user, at=at)


def with_edition_applied(edition: CourseEdition, show: Callable[[Course], T], at: datetime) -> T:
    """Return what `show` makes of the course as it would be, and leave everything as it is."""
    with transaction.atomic():
        shown = show(_apply(edition, at))
        transaction.set_rollback(True)
    return shown


def _live_edition(course: Course) -> CourseEdition | None:
    return CourseEdition.objects.live().filter(course=course).first()


def _begin(course: Course, acting_user: User, at: datetime) -> CourseEdition:
    edition = CourseEdition(course=course, code=course.code, base_digest=editions.digest_of(course))
    _write(edition, editions.content_of(course), acting_user, at)
    edition.save()
    audit.record(edition, "courseedition.begun", acting_user=acting_user, at=at, code=course.code)
    return edition


def _write(
    edition: CourseEdition, payload: dict[str, Any], acting_user: User, at: datetime
) -> None:
    edition.content, edition.title = payload, payload["title"]
    edition.written_by, edition.written_at = acting_user, at


def _lock_for(step: EditionStep, edition_id: int, acting_user: User) -> CourseEdition:
    """Lock the course before its draft, so that two drafts are not published over each other."""
    course_id = CourseEdition.objects.values_list("course_id", flat=True).get(pk=edition_id)
    if course_id:
        Course.objects.select_for_update(no_key=True).get(pk=course_id)
    locked = CourseEdition.objects.select_for_update(no_key=True, of=("self",))
    edition = locked.select_related("course", "written_by").get(pk=edition_id)
    if reason := policies.why_not_edition(step, edition, acting_user):
        raise Refused(reason)
    return edition


def _apply(edition: CourseEdition, at: datetime) -> Course:
    """Write the content onto the course and offer it; the title that it had is kept."""
    course = edition.course or Course(code=edition.code)
    was = (course.title, course.title_hi)
    had_page = course.is_published or course.first_published_at is not None
    course.first_published_at = course.first_published_at or at
    course.is_published = True
    course.withdrawn_on, course.superseded_by = None, None
    course.withdrawn_reason = course.withdrawn_reason_hi = course.withdrawn_reference = ""
    _write_course(course, edition.content)
    if had_page and was != (course.title, course.title_hi):
        _keep_title(course, *was, edition.reference, at)
    return course


def _enter(edition: CourseEdition, acting_user: User, at: datetime) -> Course:
    """Enter a course that is not public; a second person publishes it once it is decided on."""
    if Course.objects.filter(code=edition.code).exists():
        raise Refused(
            _("There is a course with the code %(code)s already.") % {"code": edition.code}
        )
    course = Course(code=edition.code)
    _write_course(course, edition.content)
    audit.record(course, "course.added", acting_user=acting_user, at=at, edition=edition.pk)
    return course


def _write_course(course: Course, content: dict[str, Any]) -> None:
    for name in editions.PLAIN:
        setattr(course, name, content[name])
    course.institute = Institute.objects.get(pk=content["institute"])
    course.provider = Provider.objects.get(pk=content["provider"])
    course.save()
    course.partners.set(content["partners"])
    _write_outline(course, content["modules"])


def _keep_title(course: Course, title: str, title_hi: str, reference: str, at: datetime) -> None:
    """Keep a title that the course bore until yesterday; of two changes in a day, the first."""
    until = civil_date(at) - timedelta(days=1)
    fields = {"title": title, "title_hi": title_hi, "reference": reference}
    FormerTitle.objects.get_or_create(course=course, until=until, defaults=fields)


def _write_outline(course: Course, modules: list[dict[str, Any]]) -> None:
    course.modules.all().delete()
    for position, module in enumerate(modules, start=1):
        own = {name: text for name, text in module.items() if name != "units"}
        row = CourseModule.objects.create(course=course, position=position, **own)
        CourseUnit.objects.bulk_create(
            CourseUnit(module=row, position=number, **unit)
            for number, unit in enumerate(module["units"], start=1)
        )


def _advance(
    edition: CourseEdition, step: EditionStep, acting_user: User, at: datetime, **details: Any
) -> AuditEntry:
    was, edition.state = edition.state, step.target
    edition.save()
    event = f"courseedition.{step.name}"
    return audit.record(edition, event, acting_user=acting_user, at=at, was=was, **details)


def _tell(user: User, entry: AuditEntry, edition: CourseEdition, **params: str) -> None:
    is_public = edition.state == EditionState.PUBLISHED
    address = reverse("admin:courses_courseedition_change", args=[edition.pk])
    notify(
        user,
        of=entry,
        link=edition.course.get_absolute_url() if is_public and edition.course else address,
        course=edition.title,
        **params,
    )
