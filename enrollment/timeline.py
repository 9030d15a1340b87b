"""The way of a registration: what is done, what is next, and who has it."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import AuditEntry, Service
from enrollment import holds, pages, policies
from enrollment.models import (
    CertificateSubmission,
    CouponIssue,
    Enrollment,
    Intimation,
    Result,
)
from enrollment.states import WITH_COUPON, CertificateState, EnrollmentState
from igot.lib.dates import dmy

E = EnrollmentState
CONFIRMED = frozenset({E.CONFIRMED, E.IN_PROGRESS, E.COMPLETED, E.NOT_COMPLETED})
CUT_SHORT = frozenset({E.WITHDRAWN, E.DEFERRED, E.LAPSED})


@dataclass(frozen=True, kw_only=True)
class Mark:
    """One step on the way, as `_timeline.html` shows it."""

    name: str
    state: str  # done, current, next or blocked
    who: str = ""
    at: date | datetime | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class NextAction:
    """The one thing that has to happen now: who has it, and where to do it."""

    heading: str
    text: str
    who: str = ""
    url: str = ""
    link: str = ""
    tone: str = "info"


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
        issue=enrollment.coupon_issues.live().without_code().first(),
        result=enrollment.results.order_by("attempt").last(),
        certificate=enrollment.certificates.order_by("pk").last(),
        ended_at=ends.values_list("at", flat=True).last(),
        is_own=is_own,
    )


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
        who = _officer(way) if enrollment.state == E.WITHDRAWN else _division()
        name = enrollment.get_state_display()
        marks.append(
            Mark(name=name, state="blocked", who=who, at=way.ended_at, note=enrollment.reason)
        )
    return marks


def _submission(way: Way) -> Mark:
    enrollment, name = way.enrollment, _("Registration submitted")
    if enrollment.submitted_at is None:
        cut = enrollment.state in CUT_SHORT
        return Mark(
            name=_("Draft started") if cut else _("Fill in and submit the registration"),
            state="done" if cut else "current",
            who=_officer(way),
            at=enrollment.started_at,
        )
    return Mark(name=name, state="done", who=_officer(way), at=enrollment.submitted_at)


def _return(way: Way) -> Mark:
    name, note = _("Returned for correction"), way.enrollment.reason
    return Mark(name=name, state="current", who=_officer(way), at=way.ended_at, note=note)


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
        return Mark(name=name, state="blocked", who=_division(), at=way.ended_at, note=note)
    if enrollment.confirmed_at:
        return Mark(name=name, state="done", who=_division(), at=enrollment.confirmed_at)
    state = "current" if enrollment.state == E.SUBMITTED else "next"
    return Mark(name=name, state=state, who=_division())


def _coupon(way: Way) -> Mark:
    issue, name = way.issue, _("Coupon for the course")
    if issue is None:
        state = "current" if way.enrollment.state in WITH_COUPON else "next"
        return Mark(name=name, state=state, who=_division())
    if issue.first_revealed_at:
        return Mark(name=name, state="done", who=_officer(way), at=issue.first_revealed_at)
    note = _("Valid until %(day)s") % {"day": dmy(issue.coupon.valid_until)}
    return Mark(name=name, state="current", who=_officer(way), at=issue.issued_at, note=note)


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
        return Mark(name=_("Course completed"), state="done", at=enrollment.completed_on, note=note)
    if enrollment.state == E.NOT_COMPLETED:
        return Mark(name=_("Course not completed"), state="blocked", note=note)
    is_begun = enrollment.state == E.IN_PROGRESS
    return Mark(name=name, state="current" if is_begun else "next", who=_officer(way), note=note)


def _certificate(way: Way) -> Mark:
    sent, name = way.certificate, _("Certificate verified")
    if sent is None:
        state = "current" if way.enrollment.state == E.COMPLETED else "next"
        return Mark(name=name, state=state, who=_officer(way))
    if sent.state == CertificateState.VERIFIED:
        return Mark(name=name, state="done", who=_division(), at=sent.reviewed_at)
    if sent.state == CertificateState.UNDER_REVIEW:
        return Mark(name=name, state="current", who=_division(), at=sent.uploaded_at)
    return Mark(
        name=name, state="current", who=_officer(way), at=sent.reviewed_at, note=sent.reason
    )


def _officer(way: Way) -> str:
    return _("You") if way.is_own else str(way.enrollment.officer)


def _division() -> str:
    return _("Training Division, Department of Personnel and Training")


# --- what is next -------------------------------------------------------------------------------
def next_action(way: Way) -> NextAction | None:
    """Return the one thing that is next for the officer to do or to wait for; None at an end."""
    state = way.enrollment.state
    if way.enrollment.held_at is not None and state != E.RETURNED:
        return _settle_hold(way)
    if state in (E.DRAFT, E.RETURNED):
        return _go_on(way)
    if state == E.AWAITING_AUTHORITY:
        return NextAction(
            heading=_("Your authority has to approve"),
            text=_(
                "Your cadre needs prior approval. You are told as soon as the authority has "
                "answered; obtaining the approval in time is your own duty."
            ),
            who=str(way.intimation.authority) if way.intimation else "",
        )
    if state == E.SUBMITTED:
        return NextAction(
            heading=_("The Training Division checks your registration"),
            text=_("You need not do anything. You are told as soon as it is confirmed."),
            who=_division(),
        )
    if state in WITH_COUPON or state == E.COMPLETED:
        return _after_course(way) or _study(way)
    if state == E.NOT_COMPLETED:
        return NextAction(
            heading=_("The course was not completed"),
            text=_("By the result of the provider. You may register for a later batch."),
            tone="warning",
        )
    if state == E.REJECTED:
        return NextAction(
            heading=_("This registration was not confirmed"),
            text=_(
                "You may represent against it to the Training Division, or register for a later "
                "batch when the reason no longer applies."
            ),
            tone="warning",
        )
    return None


def _settle_hold(way: Way) -> NextAction:
    decision = way.enrollment.decision
    return NextAction(
        heading=_("Your registration is held"),
        text=holds.why_held(way.enrollment),
        who=_division(),
        url=decision.get_absolute_url() if decision else "",
        link=_("See why"),
        tone="warning",
    )


def _go_on(way: Way) -> NextAction:
    enrollment, run = way.enrollment, way.enrollment.run
    url = reverse(f"enrollment:{pages.next_page(enrollment)}", args=[enrollment.pk])
    if enrollment.state == E.RETURNED:
        return NextAction(
            heading=_("Correct it and submit it again"),
            text=enrollment.reason,
            url=url,
            link=_("Correct it"),
            tone="warning",
        )
    closes = run.registration_closes_on if run else None
    if run and not run.is_open:
        text = _("Registration for this batch is closed. Choose another batch to go on.")
        url = reverse("enrollment:run", args=[enrollment.pk])
    elif closes:
        text = _("Your draft is kept. Submit it by %(day)s.") % {"day": dmy(closes)}
    else:
        text = _("Your draft is kept. Go on whenever you like.")
    return NextAction(heading=_("Go on with your draft"), text=text, url=url, link=_("Go on"))


def _after_course(way: Way) -> NextAction | None:
    """Return what is next once a certificate was sent in; None before that."""
    sent = way.certificate
    if sent is None:
        return None
    url = reverse("enrollment:send_certificate", args=[way.enrollment.pk])
    if sent.state == CertificateState.VERIFIED:
        return NextAction(
            heading=_("Your certificate is verified"),
            text=_("The credit points of the course are in your statement."),
            tone="success",
        )
    if sent.state == CertificateState.UNDER_REVIEW:
        return NextAction(
            heading=_("The Training Division checks your certificate"),
            text=_("You need not do anything. You are told as soon as it is verified."),
            who=_division(),
            url=url,
            link=_("See certificate"),
        )
    return NextAction(
        heading=_("Send in the certificate again"),
        text=sent.reason,
        url=url,
        link=_("Send again"),
        tone="warning",
    )


def _study(way: Way) -> NextAction:
    enrollment, issue = way.enrollment, way.issue
    if policies.needs_coupon(enrollment.course) and enrollment.state in WITH_COUPON:
        if issue is None:
            return NextAction(
                heading=_("A coupon is on its way"),
                text=_(
                    "You stand in the queue for a coupon of the provider, in the order of "
                    "confirmation. You are told as soon as yours is ready."
                ),
                who=_division(),
            )
        if issue.first_revealed_at is None:
            return NextAction(
                heading=_("Your coupon is ready"),
                text=_("See your code and use it by %(day)s.")
                % {"day": dmy(issue.coupon.valid_until)},
                url=reverse("enrollment:reveal_coupon", args=[enrollment.pk]),
                link=_("See coupon"),
                tone="success",
            )
    if enrollment.state == E.COMPLETED:
        return NextAction(
            heading=_("Send in your certificate"),
            text=_("With the certificate verified you receive credit points, and can claim a fee."),
            url=reverse("enrollment:send_certificate", args=[enrollment.pk]),
            link=_("Send certificate"),
        )
    return NextAction(
        heading=_("Study and earn the certificate"),
        text=_("Keep the receipt of any fee you pay. Send in the certificate once you have it."),
        url=reverse("enrollment:send_certificate", args=[enrollment.pk]),
        link=_("Send certificate"),
    )
