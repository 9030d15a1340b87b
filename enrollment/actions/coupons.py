"""What happens to coupons: issued to the queue, shown once, taken back, expired."""

from datetime import date, datetime
from typing import Any, Final

from django.db import connection, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AuditEntry, User
from accounts.notifications import Telling, notify, notify_each
from accounts.tasks import deliver
from enrollment import pool_policies, pool_sql, rules, states
from enrollment.actions import steps
from enrollment.models import Coupon, CouponIssue, Enrollment
from enrollment.models.coupons import with_weighing
from igot.lib.commits import after_commit
from igot.lib.dates import civil_date
from igot.lib.errors import Refused
from igot.lib.prepared import KEY, prepared

# Of a decision only its days are asked about; why it was made is not read for each code.
UNREAD: Final = [
    f"{of}__{what}" for of in ("decision", "held_from") for what in ("inputs", "findings_data")
]


@transaction.atomic(durable=True)
def issue_coupon(*, enrollment_id: int, acting_user: User | None, at: datetime) -> CouponIssue:
    """Give the registration a coupon; asking again returns the issue that stands.

    None as `acting_user` is the portal itself.
    :raises Refused: the registration may hold none, or the pool is empty
    """
    enrollment = _lock(enrollment_id)
    issue = _issue(enrollment, acting_user, at)
    if issue is None:
        raise Refused(_empty_pool())
    return issue


@transaction.atomic
def issue_if_any(
    *, enrollment_id: int, acting_user: User | None, at: datetime
) -> CouponIssue | None:
    """Give the registration a coupon if the pool has one; else it stays in the queue: None.

    For the action that confirms, in its transaction, and for the queue.
    """
    return _issue(_lock(enrollment_id), acting_user, at)


@transaction.atomic(durable=True)
def reveal_coupon(*, enrollment_id: int, acting_user: User, at: datetime) -> CouponIssue:
    """Return the issue whose code its officer now sees, once; who still waits is served first.

    The code appears in no audit entry, notice, log or address.
    :raises Refused: not the officer concerned, shown before, no longer valid, or the pool is empty
    """
    enrollment = _lock(enrollment_id)
    if reason := pool_policies.why_not_reveal(enrollment, acting_user):
        raise Refused(reason)
    is_new = not enrollment.is_weighed  # type: ignore[attr-defined]
    issue = _issue(enrollment, acting_user, at, shown_at=at if is_new else None)
    if issue is None:
        raise Refused(_empty_pool())
    if not is_new:
        if reason := pool_policies.why_not_shown(issue, civil_date(at)):
            raise Refused(reason)
        issue.first_revealed_at = at
        issue.save(update_fields=["first_revealed_at"])
    entries = [audit.entry_of(issue, "coupon.revealed", acting_user=acting_user, at=at)]
    if enrollment.state in states.BEGIN.sources:
        entries.append(steps.move(states.BEGIN, enrollment, acting_user=acting_user, at=at))
    audit.add(entries)
    return issue


@transaction.atomic(durable=True)
def revoke_coupon(*, issue_id: int, reason: str, acting_user: User, at: datetime) -> None:
    """Take a coupon back: into the pool if nobody has seen it, else it is dead.

    :raises Refused: the step is not open to `acting_user`, or the issue has ended
    """
    enrollment_id = CouponIssue.objects.values_list("enrollment", flat=True).get(pk=issue_id)
    _lock(enrollment_id)
    issue = CouponIssue.objects.select_related("coupon", "officer__user").get(pk=issue_id)
    if declined := pool_policies.why_not_revoke(states.KILL_COUPON, issue, acting_user):
        raise Refused(declined)
    entry = _end(issue, reason, acting_user, at)
    _tell(issue, entry, reason=reason)


@transaction.atomic(durable=True)
def give_again(*, issue_id: int, acting_user: User, at: datetime) -> CouponIssue:
    """Give a new coupon after one that was taken back, by a second person at the desk.

    :raises Refused: not open to `acting_user`, or the pool is empty
    """
    given = Enrollment.objects.get(coupon_issues=issue_id)
    enrollment = _lock(pool_policies.registration_now(given).pk)
    ended = CouponIssue.objects.select_related("officer__user", "enrollment").get(pk=issue_id)
    ended.enrollment = enrollment
    if declined := pool_policies.why_not_give_again(ended, acting_user):
        raise Refused(declined)
    issue = _issue(enrollment, acting_user, at)
    if issue is None:
        raise Refused(_empty_pool())
    return issue


@transaction.atomic
def end_issue_of(
    *, enrollment: Enrollment, reason: str, acting_user: User | None, at: datetime
) -> None:
    """End the live coupon of a registration that ends (withdrawn, deferred), if it holds one.

    For the actions that end registrations, which hold the lock.
    """
    live = CouponIssue.objects.live().filter(enrollment=enrollment).select_related("coupon")
    for issue in live:
        _end(issue, reason, acting_user, at)


@transaction.atomic
def carry_issue(*, old: Enrollment, successor: Enrollment, acting_user: User, at: datetime) -> None:
    """Let the coupon of a deferred registration follow it, for the action that defers.

    One that was shown and lasts through the later run, or is redeemed, goes to the successor and
    is never shown again. One that was not seen goes back to the pool; one that was shown and runs
    out too early is dead, and the desk gives another (docs/decisions/0150).
    """
    issue = CouponIssue.objects.live().filter(enrollment=old).select_related("coupon").first()
    if issue is None:
        return
    reason = _("Deferred to a later batch")
    issue.coupon = Coupon.objects.select_for_update(no_key=True).get(pk=issue.coupon_id)
    is_used = issue.coupon.state == states.CouponState.REDEEMED
    lasts = is_used or issue.coupon.valid_until >= last_day_needed(successor, at)
    if issue.first_revealed_at is None and not is_used or not lasts:
        _end(issue, reason, acting_user, at)
        return
    issue.ended_at, issue.ended_by, issue.end_reason = at, acting_user, reason
    issue.save(update_fields=["ended_at", "ended_by", "end_reason"])
    carried = CouponIssue.objects.create(
        coupon=issue.coupon,
        enrollment=successor,
        officer=issue.officer,
        course=issue.course,
        issued_at=at,
        first_revealed_at=issue.first_revealed_at or at,
        replaces=issue,
    )
    audit.record(carried, "coupon.carried", acting_user=acting_user, at=at, of=old.number)


@transaction.atomic(durable=True)
def expire_coupons(*, at: datetime) -> int:
    """Mark the codes whose validity is over and that nobody has seen; return how many."""
    over = Coupon.objects.run_out(civil_date(at)).order_by("pk").select_for_update(of=("self",))
    coupons = list(over)
    live = CouponIssue.objects.live().filter(coupon__in=coupons)
    for issue in live.select_related("coupon", "officer__user", "enrollment__course"):
        entry = _end(issue, _("The code is no longer valid."), None, at, states.EXPIRE_COUPON)
        _tell(issue, entry, reason=issue.end_reason)
    for coupon in Coupon.objects.filter(pk__in=[c.pk for c in coupons], state="available"):
        _advance(coupon, states.EXPIRE_COUPON)
        audit.record(coupon, "coupon.expired", acting_user=None, at=at)
    return len(coupons)


def last_day_needed(enrollment: Enrollment, at: datetime) -> date:
    """Return the day through which the code of a registration must be valid."""
    run = enrollment.run
    return rules.last_day_needed(
        ends_on=run.ends_on if run else None,
        commences_on=run.commences_on if run else None,
        today=civil_date(at),
    )


def _lock(enrollment_id: int) -> Enrollment:
    """Lock a registration and its officer, so that two registrations of one officer wait too.

    Its run is held still: no coupon goes out on a decision for a day that is being moved. What is
    read is read by a statement that begins when the locks are held; SQLite has one writer.
    """
    rows = prepared(
        "coupons: registration",
        _registration,
        {KEY: enrollment_id},
        is_planned=True,
        after=pool_sql.lock(),
    )
    found: list[Enrollment] = list(rows)
    if not found:
        raise Enrollment.DoesNotExist(enrollment_id)
    return found[0]


def _registration() -> Any:
    related = (
        "officer__user",
        "course__provider",
        "run",
        "decision",
        "held_from",
        "provider_account",  # for the page that shows the code
    )
    rows = Enrollment.objects.select_related(*related).defer(*UNREAD)
    return with_weighing(rows.filter(pk=KEY))


def _issue(
    enrollment: Enrollment,
    acting_user: User | None,
    at: datetime,
    *,
    shown_at: datetime | None = None,
) -> CouponIssue | None:
    """Return the issue that stands, or a new one from the pool; None when the pool is empty.

    The caller holds the lock, so that two clicks, or two registrations, find the same issue. The
    mails of what the portal gives by itself, often to many, are left to the sweep.
    """
    earlier = None
    if enrollment.is_weighed:  # type: ignore[attr-defined]
        issues = list(CouponIssue.objects.weighing_on(enrollment))
        standing = next((issue for issue in issues if issue.ended_at is None), None)
        if standing is not None:
            if standing.enrollment_id == enrollment.pk:
                standing.enrollment = enrollment
            return standing
        earlier = issues[-1]
    if reason := pool_policies.why_not_issue(enrollment, acting_user, earlier=earlier):
        raise Refused(reason)
    user = enrollment.officer.user
    told = None if acting_user == user else user  # whoever clicks for it sees it at once
    wish = pool_sql.Giving(
        enrollment=enrollment,
        needed=last_day_needed(enrollment, at),
        replaces=earlier,
        shown_at=shown_at,
        acting_user=acting_user,
        at=at,
        told=told,
        link=reverse("enrollment:reveal_coupon", args=[enrollment.pk]),
        params=steps.particulars(enrollment),
    )
    given = pool_sql.give(wish) if connection.vendor == "postgresql" else _give(wish)
    if given is None:
        return None
    if given.notice_id and acting_user is not None:
        after_commit(deliver.delay, notice_id=given.notice_id)
    return given.issue


def _give(wish: pool_sql.Giving) -> pool_sql.Given | None:
    """Do by the ORM what `pool_sql.give` does."""
    coupon = Coupon.objects.issuable(wish.enrollment.course, wish.needed).first()
    if coupon is None:
        return None
    _advance(coupon, states.ISSUE_COUPON)
    issue = wish.issue_of(coupon)
    issue.save(force_insert=True)
    entry = audit.record(issue, "coupon.issued", acting_user=wish.acting_user, at=wish.at)
    if wish.acting_user is None:
        telling = Telling(user=wish.told, of=entry, link=wish.link, params=wish.params)
        notify_each([telling], at=wish.at)
    else:
        notify(wish.told, of=entry, link=wish.link, **wish.params)
    return pool_sql.Given(issue, notice_id=None)


def _end(
    issue: CouponIssue,
    reason: str,
    acting_user: User | None,
    at: datetime,
    step: states.Step[states.CouponState] | None = None,
) -> AuditEntry:
    """End a live issue; its coupon is dead if it was shown, else it goes back to the pool.

    One that the provider reports as redeemed stays redeemed.
    """
    shown = issue.first_revealed_at is not None
    step = step or (states.KILL_COUPON if shown else states.TAKE_BACK_COUPON)
    coupon = Coupon.objects.select_for_update(no_key=True).get(pk=issue.coupon_id)
    issue.ended_at, issue.ended_by, issue.end_reason = at, acting_user, reason[:250]
    issue.save(update_fields=["ended_at", "ended_by", "end_reason"])
    if coupon.state != states.CouponState.REDEEMED:  # what is used stays so, whoever held it
        _advance(coupon, step)
    return audit.record(
        issue, "coupon.ended", acting_user=acting_user, at=at, reason=reason, coupon=coupon.state
    )


def _advance(coupon: Coupon, step: states.Step[states.CouponState]) -> None:
    if coupon.state not in step.sources:
        raise Refused(
            _("The coupon %(coupon)s is “%(state)s”.")
            % {"coupon": coupon, "state": coupon.get_state_display()}
        )
    coupon.state = step.target
    coupon.save(update_fields=["state"])


def _tell(issue: CouponIssue, entry: AuditEntry, **params: Any) -> None:
    user = issue.officer.user
    link = reverse("enrollment:reveal_coupon", args=[issue.enrollment_id])
    notify(user, of=entry, link=link, **steps.particulars(issue.enrollment), **params)


def _empty_pool() -> str:
    return _("There is no coupon left at present. You will be told as soon as one is ready.")
