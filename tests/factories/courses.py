"""Catalogue rows for tests: a published course rests on a decision of the committee in force."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.utils import timezone

from courses.models import (
    CommitteeDecision,
    Course,
    CourseCredit,
    CourseFee,
    CourseModule,
    CourseUnit,
    GradeRule,
    Institute,
    Programme,
    ProgrammeCourse,
    Provider,
    Run,
)
from courses.states import DecisionState, RunState

numbers = count(1)
OM = "O.M. No.T-16017/42/2018-Trg (TFA) of 17.05.2019"
LAUNCHED_ON = date(2019, 5, 17)


def make_institute(
    *, code: str = "jpal", title: str = "J-PAL South Asia", **fields: Any
) -> Institute:
    return Institute.objects.get_or_create(code=code, defaults={"title": title, **fields})[0]


def make_provider(*, code: str = "mitx", **fields: Any) -> Provider:
    defaults = {
        "name": "edX (MITx MicroMasters)",
        "platform_account": "edX user name",
        "programme_account": "MicroMasters user name",
        "issues_coupons": True,
        **fields,
    }
    return Provider.objects.get_or_create(code=code, defaults=defaults)[0]


def make_programme(
    *,
    code: str = "dedp",
    title: str = "Data, Economics and Development Policy",
    institute: Institute | None = None,
    provider: Provider | None = None,
    least_grade: Decimal = Decimal(50),
    **fields: Any,
) -> Programme:
    """Make a programme whose courses are passed with `least_grade` and a proctored exam."""
    programme, is_new = Programme.objects.get_or_create(
        code=code,
        defaults={
            "title": title,
            "institute": institute or make_institute(),
            "provider": provider or make_provider(),
            **fields,
        },
    )
    if is_new:
        GradeRule.objects.create(
            programme=programme,
            least_grade=least_grade,
            effective_from=LAUNCHED_ON,
            circular_reference=OM,
        )
    return programme


def make_course(
    *,
    code: str = "",
    title: str = "The Challenges of Global Poverty",
    programme: Programme | None = None,
    is_published: bool = True,
    rule_set_code: str = "OM",
    fee_usd: Decimal | None = Decimal(100),
    cap_usd: Decimal = Decimal(100),
    points: int | None = 10,
    **fields: Any,
) -> Course:
    """Make a course; published means: on a decision in force. `fee_usd=None`: nothing to pay."""
    fields.setdefault("institute", programme.institute if programme else make_institute())
    fields.setdefault("provider", programme.provider if programme else make_provider())
    fields.setdefault("level", Course.Level.INTRODUCTORY)
    fields.setdefault("mode", Course.Mode.RUN)
    fields.setdefault("certification", Course.Certification.GRADE_AND_EXAM)
    fields.setdefault("objective", "How poverty persists, seen through economics.")
    course = Course.objects.create(
        code=code or f"course-{next(numbers)}",
        title=title,
        rule_set_code=rule_set_code,
        is_published=is_published,
        **fields,
    )
    if programme:
        ProgrammeCourse.objects.create(
            programme=programme, course=course, position=programme.courses.count() + 1
        )
    dated = {"effective_from": LAUNCHED_ON, "circular_reference": OM}
    if fee_usd is not None:
        CourseFee.objects.create(course=course, fee_usd=fee_usd, cap_usd=cap_usd, **dated)
    if points is not None:
        CourseCredit.objects.create(course=course, points=points, **dated)
    if is_published:
        make_committee_decision(course=course, state=DecisionState.IN_FORCE)
    return course


def make_committee_decision(
    *, course: Course, state: str = DecisionState.DRAFT, **fields: Any
) -> CommitteeDecision:
    fields.setdefault("resolution_number", f"SC/{next(numbers)}")
    fields.setdefault("outcome", CommitteeDecision.Outcome.SHORTLISTED)
    fields.setdefault("rule_set_code", course.rule_set_code)
    fields.setdefault("decided_on", date(2019, 5, 2))
    fields.setdefault("valid_from", LAUNCHED_ON)
    fields.setdefault("reasons", "Shortlisted for the first batch.")
    return CommitteeDecision.objects.create(course=course, state=state, **fields)


def make_run(
    *,
    course: Course | None = None,
    code: str = "",
    name: str = "",
    opens_on: date | None = None,
    closes_on: date | None = None,
    commences_on: date | None = None,
    state: str = RunState.SCHEDULED,
    **fields: Any,
) -> Run:
    """Make a run, open for registration today unless the dates say otherwise."""
    today = timezone.localdate()
    course = course or make_course()
    commences_on = commences_on or (closes_on or today + timedelta(days=30))
    return Run.objects.create(
        course=course,
        code=code or f"{course.code}-{next(numbers)}",
        name=name or f"Batch of {commences_on:%d.%m.%Y}",
        registration_opens_on=opens_on or min(today, commences_on) - timedelta(days=15),
        registration_closes_on=closes_on or commences_on,
        commences_on=commences_on,
        ends_on=fields.pop("ends_on", commences_on + timedelta(weeks=12)),
        state=state,
        **fields,
    )


def make_module(
    *, course: Course, position: int = 1, units: int = 4, **fields: Any
) -> CourseModule:
    fields.setdefault("title", f"Module {position}")
    module = CourseModule.objects.create(course=course, position=position, **fields)
    CourseUnit.objects.bulk_create(
        CourseUnit(module=module, position=number, title=f"Unit {number}")
        for number in range(1, units + 1)
    )
    return module
