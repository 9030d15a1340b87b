"""A course made from what the committee decided: unpublished, with outline, fee and points."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import models, transaction
from django.utils.text import slugify

from accounts import audit
from accounts.models import User
from courses.models import (
    Course,
    CourseCredit,
    CourseFee,
    CourseModule,
    CourseUnit,
    Institute,
    Provider,
)

LONGEST_CODE = 40


@dataclass(frozen=True, kw_only=True)
class NewCourse:
    """What is known of a course before it is in the catalogue."""

    fields: dict[str, Any]  # columns of Course, but for code, institute and provider
    institute_name: str
    institute: Institute | None = None
    provider: Provider | None = None
    modules: Sequence[tuple[str, Sequence[str]]] = field(default_factory=tuple)  # with units


@transaction.atomic
def make_course(*, new: NewCourse, acting_user: User, at: datetime) -> Course:
    """Make an unpublished course with its outline; institute and provider are found or made."""
    institute = new.institute or _institute_named(new.institute_name, acting_user, at)
    provider = new.provider or _provider_of(institute, acting_user, at)
    course = Course.objects.create(
        code=free_code(Course, new.fields["title"], otherwise="course"),
        institute=institute,
        provider=provider,
        is_published=False,
        **new.fields,
    )
    for position, (title, units) in enumerate(new.modules, start=1):
        module = CourseModule.objects.create(course=course, position=position, title=title)
        CourseUnit.objects.bulk_create(
            CourseUnit(module=module, position=number, title=unit)
            for number, unit in enumerate(units, start=1)
        )
    audit.record(course, "course.made", acting_user=acting_user, at=at, code=course.code)
    return course


@transaction.atomic
def set_fee(
    *, course: Course, fee_usd: Decimal, cap_usd: Decimal, day: date, reference: str
) -> None:
    """Set fee and cap from `day` on, unless they are the same or something later is recorded."""
    _set_from(CourseFee, course, day, {"fee_usd": fee_usd, "cap_usd": cap_usd}, reference=reference)


@transaction.atomic
def set_points(*, course: Course, points: int, day: date, reference: str) -> None:
    """Set the credit points from `day` on, unless the same or something later is recorded."""
    _set_from(CourseCredit, course, day, {"points": points}, reference=reference)


def _set_from(
    kind: Any, course: Course, day: date, values: dict[str, Any], *, reference: str
) -> None:
    rows = kind.objects.filter(course=course)
    if rows.filter(effective_from__gte=day).exists():
        return
    standing = rows.in_force(day).first()
    if standing and all(getattr(standing, name) == value for name, value in values.items()):
        return
    if standing:
        standing.effective_to = day - timedelta(days=1)
        standing.save()
    kind.objects.create(
        course=course, effective_from=day, circular_reference=reference[:200], **values
    )


def free_code(kind: type[models.Model], name: str, *, otherwise: str) -> str:
    """Return a code in Latin letters made of `name` that no row of `kind` has yet."""
    stem = slugify(name)[:LONGEST_CODE].strip("-") or otherwise
    taken = set(kind._default_manager.filter(code__startswith=stem).values_list("code", flat=True))
    number, code = 1, stem
    while code in taken:
        number += 1
        code = f"{stem}-{number}"
    return code


def _institute_named(name: str, acting_user: User, at: datetime) -> Institute:
    same = models.Q(title__iexact=name) | models.Q(short_name__iexact=name)
    same |= models.Q(title_hi=name)
    if known := Institute.objects.filter(same).order_by("pk").first():
        return known
    made = Institute.objects.create(
        code=free_code(Institute, name, otherwise="institute"), title=name[:150]
    )
    audit.record(made, "institute.made", acting_user=acting_user, at=at, code=made.code)
    return made


def _provider_of(institute: Institute, acting_user: User, at: datetime) -> Provider:
    """Return the provider of the institute's name, else the only one of its courses, else new."""
    if named := Provider.objects.filter(name__iexact=institute.title).order_by("pk").first():
        return named
    theirs = list(Provider.objects.filter(courses__institute=institute).distinct()[:2])
    if len(theirs) == 1:
        return theirs[0]
    made = Provider.objects.create(
        code=free_code(Provider, institute.title, otherwise="provider"),
        name=institute.title,
        name_hi=institute.title_hi,
    )
    audit.record(made, "provider.made", acting_user=acting_user, at=at, code=made.code)
    return made
