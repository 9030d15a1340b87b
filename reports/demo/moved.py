"""A batch that was moved into the next year, and what that does to who is registered for it."""

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.models import Group
from django.utils import timezone

from accounts.actions import births, postings
from accounts.models import Officer, Service, State, User
from accounts.roles import Role
from courses.actions.runs import reschedule_run
from courses.models import Run
from enrollment.actions import confirmations, recomputing
from reports.demo import people
from reports.demo.registrations import instant, register

LETTER = "J-PAL/DEMO/2, on the winter batch"


def move_a_batch(users: dict[str, User], like: Run) -> int:
    """Move a batch beside `like` from 30 December to 4 January; return how many are held.

    Of its two officers one is beyond the age limit of the later year.
    """
    today = timezone.localdate()
    begins = date(today.year + (today > date(today.year, 12, 15)), 12, 30)
    run = Run.objects.create(
        course=like.course,
        code=f"{like.course.code}-{begins:%Y-%m}",
        name=f"Winter batch {begins.year}",
        name_hi=f"शीतकालीन बैच {begins.year}",
        registration_opens_on=today - timedelta(days=12),
        registration_closes_on=begins - timedelta(days=10),
        commences_on=begins,
        ends_on=begins + timedelta(weeks=12),
    )
    for name, born in (("Leela Nair", begins.year - 55), ("Arvind Rao", begins.year - 40)):
        officer = _officer(users, name, date(born, 3, 14), instant(today - timedelta(days=30)))
        at = instant(today - timedelta(days=9), 10)
        enrollment = register(officer, run, run.course, at)
        if enrollment:
            confirmations.confirm_enrollment(
                enrollment_id=enrollment.pk,
                acting_user=users["dealing"],
                at=at + timedelta(days=1),
            )
    reschedule_run(
        run_id=run.pk,
        commences_on=begins + timedelta(days=5),
        ends_on=begins + timedelta(weeks=12, days=5),
        registration_opens_on=today - timedelta(days=12),
        registration_closes_on=begins - timedelta(days=10),
        reason="The provider opens its course after the new year.",
        reference=LETTER,
        acting_user=users["dealing2"],
        at=instant(today - timedelta(days=2)),
    )
    return recomputing.decide_all_anew(at=instant(today - timedelta(days=2), 12))[
        recomputing.Came.HELD
    ]


def note_a_promotion(users: dict[str, User], officer: Officer) -> None:
    """Let the known officer have held another post before, with the order that ended it."""
    since = date(timezone.localdate().year - 3, 1, 1)
    postings.record_posting(
        officer_id=officer.pk,
        starts_on=since,
        group=officer.group,
        rank=officer.rank,
        designation=officer.designation,
        ministry=officer.ministry,
        order_reference=f"A-12013/1/{since.year - 1} of 20.12.{since.year - 1}",
        acting_user=users["nodal"],
        at=instant(timezone.localdate() - timedelta(days=60)),
    )


def propose_a_birth_date(users: dict[str, User], officer: Officer) -> None:
    """Leave a correction of a date of birth for the viewer to decide."""
    if officer.born_on is None or not officer.is_verified:
        return
    births.propose_birth_date(
        officer_id=officer.pk,
        born_on=officer.born_on - timedelta(days=31),
        order_reference="A-12026/4/DEMO",
        reason="The certificate of matriculation shows another month.",
        acting_user=users["dealing"],
        at=instant(timezone.localdate() - timedelta(days=1)),
    )


def _officer(users: dict[str, User], name: str, born_on: date, at: datetime) -> Officer:
    service = Service.objects.get(code="IAS")
    facts: dict[str, Any] = {
        "name": name,
        "employee_code": f"KL9{born_on:%Y}",
        "born_on": born_on,
        "service": service,
        "cadre": State.objects.get(code="KL"),
        "group": "A",
        "rank": None,
        "allotment_year": born_on.year + 26,
        "joined_on": date(born_on.year + 26, 8, 29),
        "designation": "Joint Secretary",
        "ministry": "Ministry of Rural Development",
        "mobile": "",
    }
    user = User.objects.create_user(
        f"{name.lower().replace(' ', '.')}@{people.DOMAIN}", name=name, joined_at=at
    )
    user.groups.add(Group.objects.get(name=Role.OFFICER.value))
    officer = people.declare(user, facts, at)
    people.settle_record(officer, users, at + timedelta(days=1), 0)
    return Officer.objects.with_service().get(pk=officer.pk)
