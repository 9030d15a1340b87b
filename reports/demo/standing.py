"""Seats and a waiting list, a delegation, reminders, what a provider answers: made as real ones."""

import csv
import io
from collections.abc import Iterable
from datetime import timedelta
from itertools import cycle

from django.core.files.base import ContentFile
from django.db.models import Count, Q
from django.utils import timezone

from accounts.actions import delegations
from accounts.models import NodalAppointment, Officer, Service, User
from courses.models import Run
from enrollment.actions import (
    authority_reminders,
    confirmations,
    lapses,
    provider_answers,
    results,
    waiting_list,
)
from enrollment.models import Enrollment, ProviderList
from enrollment.states import AWAITS_SEAT, ONCE_CONFIRMED, EnrollmentState
from reports.demo.registrations import instant, register

ROUNDS = (16, 9, 2)  # days ago on which the portal looked for what waits too long
ANSWERS = ("accepted", "accepted", "already enrolled", "unknown account", "rejected")
REMARKS = {
    "unknown account": "No learner has this user name",
    "rejected": "The account is blocked for another reason",
}


def limit_seats(runs: Iterable[Run]) -> int:
    """Give the batch for which most wait one seat more than are taken; return how many wait on."""
    counted = Run.objects.filter(pk__in=[run.pk for run in runs]).annotate(
        taken=Count("enrollments", filter=Q(enrollments__state__in=ONCE_CONFIRMED)),
        waiting=Count("enrollments", filter=Q(enrollments__state__in=AWAITS_SEAT)),
    )
    run = counted.order_by("-waiting", "pk").first()
    if run is None:
        return 0
    run.seats = run.taken + 1
    run.save(update_fields=["seats"])
    return waiting_list.tell_waiting_lists(at=timezone.now())


def delegate(users: dict[str, User]) -> None:
    """Let the nodal officer of the IAS authority be away for some days."""
    today = timezone.localdate()
    delegations.delegate(
        appointment_id=NodalAppointment.objects.get(user=users["nodal"]).pk,
        delegate_id=users["nodal2"].pk,
        starts_on=today,
        until=today + timedelta(days=12),
        reason="On earned leave",
        acting_user=users["nodal"],
        at=timezone.now(),
    )


def remind(officers: Iterable[Officer], runs: Iterable[Run]) -> int:
    """Remind of what waits, let lapse what has waited too long, and leave one approval to give."""
    today, told = timezone.localdate(), 0
    for days in ROUNDS:
        at = instant(today - timedelta(days=days), 6)
        told += authority_reminders.see_to_approvals(at=at) + sum(lapses.remind_and_lapse(at=at))
    at = instant(today - timedelta(days=1), 16)
    mode = Service.Mode.PRIOR_APPROVAL
    asked = [one for one in officers if one.service and one.service.cca_mode == mode]
    for officer, run in zip(asked, cycle(runs), strict=False):
        if register(officer, run, run.course, at):
            break
    return told


def send_lists(users: dict[str, User], runs: Iterable[Run]) -> int:
    """Send the provider lists of confirmed officers; apply one answer, leave the next to apply."""
    confirmed = Q(enrollments__state=EnrollmentState.CONFIRMED)
    counted = Run.objects.filter(pk__in=[run.pk for run in runs]).annotate(
        confirmed=Count("enrollments", filter=confirmed)
    )
    answered = 0
    for run in counted.filter(confirmed__gt=0).order_by("-confirmed", "pk")[:2]:
        at = instant(timezone.localdate() - timedelta(days=4), 15)
        sent = confirmations.make_provider_list(
            provider_id=run.course.provider_id,
            run_id=run.pk,
            acting_user=users["dealing"],
            at=at,
        )
        staged = provider_answers.stage_answer(
            list_id=sent.pk,
            file_name=f"answer-{run.code}.csv",
            content=_answer(sent),
            acting_user=users["dealing"],
            at=at + timedelta(days=2),
        )
        if not answered:
            provider_answers.apply_answer(
                answer_id=staged.pk, acting_user=users["dealing2"], at=at + timedelta(days=3)
            )
        answered += sent.rows
    return answered


def bring_results_under_embargo(users: dict[str, User], enrollments: Iterable[Enrollment]) -> int:
    """Approve results that are public next week only; leave rows of another file to be settled."""
    going: dict[int, list[Enrollment]] = {}
    for one in Enrollment.objects.filter(
        pk__in=[row.pk for row in enrollments],
        state=EnrollmentState.IN_PROGRESS,
        results__isnull=True,
        provider_account__isnull=False,
    ).order_by("pk"):
        going.setdefault(one.run_id or 0, []).append(one)
    largest = sorted(going.values(), key=len, reverse=True)
    for held in largest[:1]:
        names = [_name(one) for one in held]
        staged = _stage(users, held[0], [f"{name},81,passed" for name in names], days=7)
        results.apply_results(
            import_id=staged,
            rows=len(names),
            passes=len(names),
            acting_user=users["dealing2"],
            at=timezone.now(),
        )
    for open_rows in largest[1:2]:
        lines = [f"{_name(one)},67,passed" for one in open_rows]
        _stage(users, open_rows[0], [*lines, "nobody_known,74,passed", f"{lines[0][:-10]},,"])
    return len(largest[0]) if largest else 0


def _stage(users: dict[str, User], one: Enrollment, lines: list[str], *, days: int = 0) -> int:
    run = one.run
    if run is None:
        raise ValueError("results are those of a batch")
    staged = results.stage_results(
        run=run,
        file_name=f"results-{run.code}-{'early' if days else 'late'}.csv",
        file=ContentFile("\n".join(["username,grade,exam", *lines]).encode()),
        public_from=timezone.now() + timedelta(days=days) if days else None,
        acting_user=users["dealing"],
        at=timezone.now(),
    )
    return staged.pk


def _answer(sent: ProviderList) -> bytes:
    """Write an answer to each line, and one to a line that the list does not have."""
    lines = list(csv.DictReader(io.StringIO(bytes(sent.content).decode("utf-8-sig"))))
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["line", "username", "answer", "remark"])
    for number, line in enumerate(lines, start=1):
        said = ANSWERS[-number % len(ANSWERS)]
        writer.writerow([number, line["platform_user_name"], said, REMARKS.get(said, "")])
    writer.writerow([len(lines) + 1, "", "accepted", ""])
    return file.getvalue().encode()


def _name(enrollment: Enrollment) -> str:
    account = enrollment.provider_account
    return account.platform_username if account else ""
