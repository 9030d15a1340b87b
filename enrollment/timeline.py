"""The way of a registration: what is done, what is next, and who has it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import AuditEntry, Service
from enrollment import exam_cities, policies, seats
from enrollment.models import (
    CertificateSubmission,
    CouponIssue,
    Enrollment,
    ExamPreference,
    Intimation,
    RegistrationPolicy,
    Result,
)
from enrollment.states import WITH_COUPON, WITH_THE_OFFICE, CertificateState, EnrollmentState
from igot.lib.dates import civil_today, dmy

E = EnrollmentState
CONFIRMED = frozenset({E.CONFIRMED, E.IN_PROGRESS, E.COMPLETED, E.NOT_COMPLETED})
CUT_SHORT = frozenset({E.WITHDRAWN, E.DEFERRED, E.LAPSED})
STOPPED = CUT_SHORT | {E.REJECTED, E.RETURNED}
WAITS_FOR_OTHERS = frozenset({E.RETURNED, E.AWAITING_AUTHORITY})  # and lapses one day


@dataclass(frozen=True, kw_only=True)
class Mark:
    """One step on the way, as `_timeline.html` shows it."""

    name: str
    state: str  # done, current, next or blocked
    who: str = ""
    at: date | datetime | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Way:
    """What is known of a registration when its page is shown, read once."""

    enrollment: Enrollment
    intimation: Intimation | None
    issue: CouponIssue | None
    result: Result | None
    certificate: CertificateSubmission | None
    ended_at: datetime | None  # of a withdrawal, rejection or return: from the audit trail
    is_own: bool
    place: int = 0  # on the waiting list of the batch; 0: not on it
    policy: RegistrationPolicy | None = None
    successor: Enrollment | None = None
    cities: Sequence[ExamPreference] = ()
    has_examination: bool = False  # and may choose, or has chosen, the city of it


def way_of(enrollment: Enrollment, *, is_own: bool) -> Way:
    """Read what the page of a registration shows of its way."""
    ends = AuditEntry.objects.about(enrollment).filter(
        event__in=[
            "enrollment.withdrawn",
            "enrollment.rejected",
            "enrollment.returned",
            "enrollment.authority_withheld",
            "enrollment.deferred",
            "enrollment.lapsed",
        ]
    )
    return Way(
        enrollment=enrollment,
        intimation=Intimation.objects.with_all()
        .filter(enrollment=enrollment)
        .order_by("pk")
        .last(),
        issue=enrollment.coupon_issues.live().with_use().first(),
        result=enrollment.results.order_by("attempt").last(),
        certificate=enrollment.certificates.order_by("pk").last(),
        ended_at=ends.values_list("at", flat=True).last() if enrollment.state in STOPPED else None,
        is_own=is_own,
        place=seats.place_beyond(enrollment),
        policy=_policy_for(enrollment),
        successor=_successor_of(enrollment),
        **_examination_of(enrollment),
    )


def _policy_for(enrollment: Enrollment) -> RegistrationPolicy | None:
    """Return the policy of today where its days count."""
    return RegistrationPolicy.on(civil_today()) if enrollment.state in WAITS_FOR_OTHERS else None


def _successor_of(enrollment: Enrollment) -> Enrollment | None:
    if enrollment.state != E.DEFERRED:
        return None
    return Enrollment.objects.filter(predecessor=enrollment).select_related("run").first()


def _examination_of(enrollment: Enrollment) -> dict[str, Any]:
    if enrollment.state not in WITH_COUPON or not exam_cities.has_examination(enrollment):
        return {}
    return {"has_examination": True, "cities": list(enrollment.exam_preferences.in_order())}


# --- the timeline -------------------------------------------------------------------------------
def marks_of(way: Way) -> list[Mark]:
    """Return the steps of a registration, done ones first; one cut short ends where it was cut."""
    enrollment = way.enrollment
    marks = [_submission(way)]
    if enrollment.number or enrollment.state not in CUT_SHORT:
        marks.append(_authority(way))
        marks += [_return(way)] if enrollment.state == E.RETURNED else []
        marks.append(_confirmation(way))
        is_over = enrollment.state in (E.COMPLETED, E.NOT_COMPLETED)
        if policies.needs_coupon(enrollment.course) and (way.issue or not is_over):
            marks.append(_coupon(way))
        marks += [_course(way), _certificate(way)]
    if enrollment.state in CUT_SHORT or enrollment.state == E.REJECTED:
        marks = [mark for mark in marks if mark.state in ("done", "blocked")]
    marks = [replace(mark, who="") if mark.state == "next" else mark for mark in marks]
    if enrollment.state in CUT_SHORT:
        name, note = enrollment.get_state_display(), enrollment.reason
        if enrollment.state == E.LAPSED and note:
            note = _(note)  # one of `deadlines.WHY_LAPSED`
        who = "" if enrollment.state == E.LAPSED else officer_of(way)
        marks.append(Mark(name=name, state="blocked", who=who, at=way.ended_at, note=note))
    return marks


def _submission(way: Way) -> Mark:
    enrollment, name = way.enrollment, _("Registration submitted")
    if enrollment.submitted_at is None:
        cut = enrollment.state in CUT_SHORT
        return Mark(
            name=_("Draft started") if cut else _("Fill in and submit the registration"),
            state="done" if cut else "current",
            who=officer_of(way),
            at=enrollment.started_at,
        )
    return Mark(name=name, state="done", who=officer_of(way), at=enrollment.submitted_at)


def _return(way: Way) -> Mark:
    name, note = _("Returned for correction"), way.enrollment.reason
    return Mark(name=name, state="current", who=officer_of(way), at=way.ended_at, note=note)


def _authority(way: Way) -> Mark:
    enrollment, intimation = way.enrollment, way.intimation
    service = enrollment.officer.service
    mode = intimation.mode if intimation else service.cca_mode if service else ""
    asks = mode == Service.Mode.PRIOR_APPROVAL
    name = _("Authority approves") if asks else _("Cadre controlling authority told")
    who = str(intimation.authority if intimation else enrollment.officer.authority or "")
    if intimation is None or enrollment.number is None:
        return Mark(name=name, state="next", who=who)
    answer = intimation.get_answer_display()
    if intimation.answer == Intimation.Answer.WITHHELD:
        note = intimation.answer_reason
        return Mark(name=answer, state="blocked", who=who, at=intimation.answered_at, note=note)
    if asks and intimation.answer == Intimation.Answer.NONE:
        state = "current" if enrollment.state == E.AWAITING_AUTHORITY else "next"
        note = _("Intimation %(number)s") % {"number": intimation.number}
        return Mark(name=name, state=state, who=who, at=intimation.dated_on, note=note)
    note = _("%(authority)s, intimation %(number)s: %(answer)s") % {
        "authority": who,
        "number": intimation.number,
        "answer": answer.lower(),
    }
    return Mark(name=name, state="done", at=intimation.dated_on, note=note)


def _confirmation(way: Way) -> Mark:
    enrollment, name = way.enrollment, _("Eligibility confirmed by the Department")
    withheld = way.intimation and way.intimation.answer == Intimation.Answer.WITHHELD
    if enrollment.state == E.REJECTED and not withheld:
        note = enrollment.reason
        name = _("Not confirmed")
        return Mark(name=name, state="blocked", who=division(), at=way.ended_at, note=note)
    if enrollment.confirmed_at:
        return Mark(name=name, state="done", who=division(), at=enrollment.confirmed_at)
    state = "current" if enrollment.state == E.SUBMITTED else "next"
    note = _("Number %(place)s on the waiting list") % {"place": way.place} if way.place else ""
    return Mark(name=name, state=state, who=division(), note=note)


def _coupon(way: Way) -> Mark:
    issue, name = way.issue, _("Coupon for the course")
    if issue is None:
        state = "current" if way.enrollment.state in WITH_COUPON else "next"
        return Mark(name=name, state=state, who=division())
    if issue.first_revealed_at:
        note, at = _use_of(issue), issue.first_revealed_at
        return Mark(name=name, state="done", who=officer_of(way), at=at, note=note)
    note = _("Valid until %(day)s") % {"day": dmy(issue.coupon.valid_until)}
    return Mark(name=name, state="current", who=officer_of(way), at=issue.issued_at, note=note)


def _use_of(issue: CouponIssue) -> str:
    """Say what is known of the payment: what the provider reports comes before what is declared."""
    reported = getattr(issue.coupon, "redemption", None)
    if reported and reported.is_by_holder and reported.redeemed_on:
        return _("Redeemed, as the provider reports, on %(day)s") % {
            "day": dmy(reported.redeemed_on)
        }
    if reported and reported.is_by_holder:
        return _("Redeemed, as the provider reports")
    declared = getattr(issue, "declaration", None)
    return _("Declared as paid on %(day)s") % {"day": dmy(declared.redeemed_on)} if declared else ""


def _course(way: Way) -> Mark:
    enrollment, run, name = way.enrollment, way.enrollment.run, _("Course")
    note = ""
    if run and run.commences_on and run.ends_on:
        note = _("%(first)s to %(last)s") % {
            "first": dmy(run.commences_on),
            "last": dmy(run.ends_on),
        }
    elif run and run.commences_on:
        note = _("From %(day)s") % {"day": dmy(run.commences_on)}
    if enrollment.state == E.COMPLETED:
        if enrollment.completion_declared_at:
            note = _("by declaration of the officer")
        return Mark(name=_("Course completed"), state="done", at=enrollment.completed_on, note=note)
    if enrollment.state == E.NOT_COMPLETED:
        return Mark(name=_("Course not completed"), state="blocked", note=note)
    is_begun = enrollment.state == E.IN_PROGRESS
    return Mark(name=name, state="current" if is_begun else "next", who=officer_of(way), note=note)


def _certificate(way: Way) -> Mark:
    sent, name = way.certificate, _("Certificate verified")
    if sent is None:
        state = "current" if way.enrollment.state == E.COMPLETED else "next"
        return Mark(name=name, state=state, who=officer_of(way))
    if sent.state == CertificateState.VERIFIED:
        return Mark(name=name, state="done", who=division(), at=sent.reviewed_at)
    if sent.state in WITH_THE_OFFICE:
        return Mark(name=name, state="current", who=division(), at=sent.uploaded_at)
    return Mark(
        name=name, state="current", who=officer_of(way), at=sent.reviewed_at, note=sent.reason
    )


def officer_of(way: Way) -> str:
    return _("You") if way.is_own else str(way.enrollment.officer)


def division() -> str:
    return _("Training Division, Department of Personnel and Training")
