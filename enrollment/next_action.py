"""The one thing that is next for a registration: who has it, since when, and by which day."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from enrollment import deadlines, holds, pages, policies
from enrollment.states import WITH_COUPON, WITH_THE_OFFICE, CertificateState, EnrollmentState
from enrollment.timeline import Way, division, officer_of
from igot.lib.dates import dmy

E = EnrollmentState


@dataclass(frozen=True, kw_only=True)
class NextAction:
    """The one thing that has to happen now: who has it, since when, by when, and where to do it."""

    heading: str
    text: str
    who: str = ""  # the officer, where nobody is named
    url: str = ""
    link: str = ""
    tone: str = "info"
    since: datetime | None = None
    by: date | None = None


def next_action(way: Way) -> NextAction:
    """Return the one thing that is next for the officer to do or to wait for, in every state."""
    enrollment = way.enrollment
    state = EnrollmentState(enrollment.state)
    is_held = enrollment.held_at is not None and state != E.RETURNED
    found = _settle_hold(way) if is_held else NEXT[state](way)
    is_over = state in ENDS
    return replace(
        found,
        who=found.who or ("" if is_over else officer_of(way)),
        since=found.since or enrollment.in_state_since,
        by=found.by or deadlines.day_of(enrollment, way.policy),
    )


def _await_authority(way: Way) -> NextAction:
    return NextAction(
        heading=_("Your authority has to approve"),
        text=_(
            "Your cadre needs prior approval. You are told as soon as the authority has "
            "answered; obtaining the approval in time is your own duty."
        ),
        who=str(way.intimation.authority) if way.intimation else division(),
    )


def _await_division(way: Way) -> NextAction:
    if way.place:
        return NextAction(
            heading=_("You stand on the waiting list"),
            text=_(
                "The seats of this batch are given or kept for those who submitted earlier: you "
                "are number %(place)s. You are told as soon as a seat is yours. You may defer to a "
                "later batch instead."
            )
            % {"place": way.place},
            who=division(),
        )
    return NextAction(
        heading=_("The Training Division checks your registration"),
        text=_("You need not do anything. You are told as soon as it is confirmed."),
        who=division(),
    )


def _go_through(way: Way) -> NextAction:
    return _after_course(way) or _study(way)


def _not_completed(way: Way) -> NextAction:
    return NextAction(
        heading=_("The course was not completed"),
        text=_("By the result of the provider. You may register for a later batch."),
        tone="warning",
        url=way.enrollment.course.get_absolute_url(),
        link=_("See the course"),
    )


def _rejected(way: Way) -> NextAction:
    return NextAction(
        heading=_("This registration was not confirmed"),
        text=_(
            "You may represent against it to the Training Division, or register for a later "
            "batch when the reason no longer applies."
        ),
        tone="warning",
    )


def _withdrawn(way: Way) -> NextAction:
    return NextAction(
        heading=_("You have withdrawn"),
        text=_("Nothing is left to do. While registration is open you may register anew."),
        url=way.enrollment.course.get_absolute_url(),
        link=_("See the course"),
    )


def _deferred(way: Way) -> NextAction:
    later = way.successor
    return NextAction(
        heading=_("Deferred to a later batch"),
        text=_("It goes on with registration %(number)s for “%(run)s”.")
        % {"number": later.number, "run": later.run}
        if later
        else "",
        url=later.get_absolute_url() if later else "",
        link=_("Go on there"),
    )


def _lapsed(way: Way) -> NextAction:
    return NextAction(
        heading=_("This registration has lapsed"),
        text=_("Nobody went on with it in time. You may register for a later batch."),
        tone="warning",
        url=way.enrollment.course.get_absolute_url(),
        link=_("See the course"),
    )


def _settle_hold(way: Way) -> NextAction:
    decision = way.enrollment.decision
    return NextAction(
        heading=_("Your registration is held"),
        text=holds.why_held(way.enrollment),
        who=division(),
        url=decision.get_absolute_url() if decision else "",
        link=_("See why"),
        tone="warning",
        since=way.enrollment.held_at,
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
    if sent is None or sent.state == CertificateState.REVOKED:
        return None
    url = reverse("enrollment:send_certificate", args=[way.enrollment.pk])
    if sent.state == CertificateState.VERIFIED:
        return NextAction(
            heading=_("Your certificate is verified"),
            text=_("The credit points of the course are in your statement."),
            tone="success",
            since=sent.reviewed_at,
        )
    if sent.state in WITH_THE_OFFICE:
        return NextAction(
            heading=_("The Training Division checks your certificate"),
            text=_("You need not do anything. You are told as soon as it is verified."),
            who=division(),
            url=url,
            link=_("See certificate"),
            since=sent.uploaded_at,
        )
    return NextAction(
        heading=_("Send in the certificate again"),
        text=sent.reason,
        url=url,
        link=_("Send again"),
        tone="warning",
        since=sent.reviewed_at,
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
                who=division(),
            )
        if issue.first_revealed_at is None:
            return NextAction(
                heading=_("Your coupon is ready"),
                text=_("See your code and use it by %(day)s.")
                % {"day": dmy(issue.coupon.valid_until)},
                url=reverse("enrollment:reveal_coupon", args=[enrollment.pk]),
                link=_("See coupon"),
                tone="success",
                since=issue.issued_at,
                by=issue.coupon.valid_until,
            )
    if policies.why_not_declare_complete(enrollment) == "" and enrollment.state in WITH_COUPON:
        return NextAction(
            heading=_("Study, and declare completion"),
            text=_("Tell us the day on which you have completed all modules."),
            url=reverse("enrollment:complete", args=[enrollment.pk]),
            link=_("Declare completion"),
        )
    if enrollment.state == E.COMPLETED and enrollment.completion_declared_at:
        return NextAction(
            heading=_("The course is completed"),
            text=_(
                "By your declaration. If you receive a certificate, send it in: with a verified "
                "certificate come credit points, where the course carries any."
            ),
            url=reverse("enrollment:send_certificate", args=[enrollment.pk]),
            link=_("Send certificate"),
            tone="success",
        )
    if enrollment.state == E.COMPLETED:
        return NextAction(
            heading=_("Send in your certificate"),
            text=_("With the certificate verified you receive credit points, and can claim a fee."),
            url=reverse("enrollment:send_certificate", args=[enrollment.pk]),
            link=_("Send certificate"),
        )
    run = enrollment.run
    return NextAction(
        heading=_("Study and earn the certificate"),
        text=_("Keep the receipt of any fee you pay. Send in the certificate once you have it."),
        url=reverse("enrollment:send_certificate", args=[enrollment.pk]),
        link=_("Send certificate"),
        by=run.ends_on if run else None,
    )


NEXT: Final[Mapping[EnrollmentState, Callable[[Way], NextAction]]] = {
    E.DRAFT: _go_on,
    E.SUBMITTED: _await_division,
    E.AWAITING_AUTHORITY: _await_authority,
    E.RETURNED: _go_on,
    E.CONFIRMED: _go_through,
    E.IN_PROGRESS: _go_through,
    E.COMPLETED: _go_through,
    E.NOT_COMPLETED: _not_completed,
    E.REJECTED: _rejected,
    E.WITHDRAWN: _withdrawn,
    E.DEFERRED: _deferred,
    E.LAPSED: _lapsed,
}
ENDS: Final = frozenset({E.NOT_COMPLETED, E.REJECTED, E.WITHDRAWN, E.DEFERRED, E.LAPSED})
