"""The history of groups and grades, breaks of service: noted by whoever verifies records."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit, policies
from accounts.actions.versions import keep_version
from accounts.models import Officer, Posting, Rank, ServiceRecordEntry, User
from accounts.notifications import notify
from accounts.roll_changes import keep_posting
from accounts.states import RecordState
from igot.lib.dates import civil_date, dmy
from igot.lib.errors import Refused


@transaction.atomic(durable=True)
def record_posting(
    *,
    officer_id: int,
    starts_on: date,
    group: str,
    rank: Rank | None,
    designation: str,
    ministry: str,
    order_reference: str,
    acting_user: User,
    at: datetime,
) -> Posting:
    """Note a posting on an order; the record follows the latest one whose day has come.

    The first one also keeps the group held until then, from the day of joining, so that earlier
    days find it. One for a day to come takes effect by itself on that day.
    :raises Refused: not open to `acting_user`, not of the service, or one is noted for that day
    """
    officer = _lock(officer_id, acting_user)
    _check_posting(officer, starts_on, group, rank)
    held = officer.group_on(starts_on)
    by = {"order_reference": order_reference, "recorded_by": acting_user, "recorded_at": at}
    _keep_baseline(officer, starts_on, by)
    posting = Posting.objects.create(
        officer=officer,
        starts_on=starts_on,
        group=group,
        rank=rank,
        designation=designation,
        ministry=ministry,
        is_ahead=starts_on > civil_date(at),
        **by,
    )
    later = officer.postings.filter(starts_on__gt=starts_on, is_ahead=False)
    if not posting.is_ahead and not later.exists():
        _follow(officer, posting)
    if group != held:
        officer.facts_changed_at = at
    officer.save()
    keep_version(officer, note=order_reference, acting_user=acting_user, at=at)
    entry = audit.record(
        officer,
        "record.posting_recorded",
        acting_user=acting_user,
        at=at,
        on_behalf_of=policies.on_behalf_of(acting_user, officer.authority),
        starts_on=starts_on,
        group=group,
        order_reference=order_reference,
    )
    notify(
        officer.user,
        of=entry,
        link=officer.get_absolute_url(),
        group=group,
        day=dmy(starts_on),
        order=order_reference,
    )
    return posting


@transaction.atomic(durable=True)
def record_breaks(
    *, officer_id: int, break_days: int, order_reference: str, acting_user: User, at: datetime
) -> None:
    """Note how many days of extraordinary leave and suspension the service book shows.

    :raises Refused: not open to `acting_user`, or the number is on record already
    """
    officer = _lock(officer_id, acting_user)
    if officer.break_days == break_days:
        raise Refused(_("This is the number of days on record already."))
    officer.break_days, officer.facts_changed_at = break_days, at
    officer.save()
    keep_version(officer, note=order_reference, acting_user=acting_user, at=at)
    entry = audit.record(
        officer,
        "record.breaks_recorded",
        acting_user=acting_user,
        at=at,
        on_behalf_of=policies.on_behalf_of(acting_user, officer.authority),
        changed=["break_days"],
        order_reference=order_reference,
    )
    notify(officer.user, of=entry, link=officer.get_absolute_url(), days=break_days)


@transaction.atomic(durable=True)
def put_in_force(*, posting_id: int, at: datetime) -> bool:
    """Let the record follow a posting recorded ahead whose day has come; False if it was done."""
    officer_id = Posting.objects.values_list("officer", flat=True).get(pk=posting_id)
    officer = Officer.objects.select_for_update(no_key=True).get(pk=officer_id)
    posting = Posting.objects.get(pk=posting_id)
    if not posting.is_ahead or posting.starts_on > civil_date(at):
        return False
    posting.is_ahead = False
    posting.save(update_fields=["is_ahead"])
    later = officer.postings.filter(starts_on__gt=posting.starts_on, is_ahead=False)
    if not later.exists():
        _follow(officer, posting)
        officer.save()
    audit.record(
        officer, "record.posting_in_force", acting_user=None, at=at, starts_on=posting.starts_on
    )
    return True


def put_due_in_force(*, at: datetime, limit: int = 1000) -> int:
    """Do so for each posting whose day has come; each on its own. Return how many."""
    due = list(Posting.objects.due(civil_date(at)).values_list("pk", flat=True)[:limit])
    return sum(put_in_force(posting_id=posting_id, at=at) for posting_id in due)


def keep_declared_group(officer: Officer, *, acting_user: User, at: datetime) -> None:
    """Keep the group that is verified now as a posting, where the officer said since when.

    For the action that verifies, which holds the lock and saves.
    """
    if officer.group_since is None:
        return
    verified = ServiceRecordEntry.objects.filter(officer=officer, record_state=RecordState.VERIFIED)
    latest = verified.order_by("pk").last()
    held_before = latest.facts["group"] if latest else ""
    keep_posting(
        officer,
        starts_on=officer.group_since,
        held_before=held_before,
        recorded={"recorded_by": acting_user, "recorded_at": at},
    )
    officer.group_since = None


def _lock(officer_id: int, acting_user: User) -> Officer:
    locked = Officer.objects.select_for_update(no_key=True, of=("self",))
    officer = locked.select_related("service__authority").get(pk=officer_id)
    if reason := policies.why_not_note(officer, acting_user):
        raise Refused(reason)
    return officer


def _check_posting(officer: Officer, starts_on: date, group: str, rank: Rank | None) -> None:
    if officer.joined_on and starts_on < officer.joined_on:
        raise Refused(
            _("The officer joined on %(day)s: a posting cannot begin earlier.")
            % {"day": dmy(officer.joined_on)}
        )
    if officer.service and group not in officer.service.group_list:
        raise Refused(
            _("%(service)s has no Group %(group)s; it has: %(groups)s.")
            % {
                "service": officer.service,
                "group": group,
                "groups": ", ".join(officer.service.group_list),
            }
        )
    if rank and rank.group != group:
        raise Refused(_("This grade is in Group %(group)s.") % {"group": rank.group})
    if officer.postings.filter(starts_on=starts_on).exists():
        raise Refused(_("A posting from %(day)s is on record already.") % {"day": dmy(starts_on)})


def _keep_baseline(officer: Officer, starts_on: date, by: dict[str, object]) -> None:
    joined = officer.joined_on
    if joined and joined < starts_on and officer.group and not officer.postings.exists():
        Posting.objects.create(
            officer=officer,
            starts_on=joined,
            group=officer.group,
            rank=officer.rank,
            designation=officer.designation,
            ministry=officer.ministry,
            **{**by, "order_reference": ""},  # the order is of what comes after
        )


def _follow(officer: Officer, posting: Posting) -> None:
    officer.group, officer.rank = posting.group, posting.rank
    officer.designation = posting.designation or officer.designation
    officer.ministry = posting.ministry or officer.ministry
