"""The only writer of the credit ledger. Lines are added, never changed: a mistake is reversed.

Statements are drawn here too, under the same lock, so that none misses a line being posted.
"""

from datetime import date, datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Officer, User
from accounts.notifications import notify
from credits import chain, facts, policies
from credits.models import CreditEntry, CreditStatement, end_of
from igot.lib.dates import civil_date
from igot.lib.errors import Refused


@transaction.atomic
def post_credits(
    *,
    officer: Officer,
    points: int,
    key: str,
    description: str,
    acting_user: User | None,
    at: datetime,
    kind: str = CreditEntry.Kind.AWARD,
    description_hi: str = "",
    authority: str = "",
    reverses: CreditEntry | None = None,
) -> CreditEntry:
    """Add a line of `points` (whole; negative when used or reversed) for `key`, exactly once.

    `key` names the cause, such as "award:42" for the certificate submission 42. Asking again
    returns the line that stands, so a task may be retried and a form sent twice.

    :raises Refused: the balance would fall below zero
    :raises ValueError: `key` already stands for another officer or number of points (a bug)
    """
    Officer.objects.select_for_update(no_key=True).get(pk=officer.pk)  # one posting at a time
    standing = CreditEntry.objects.filter(key=key).first()
    if standing is not None:
        if (standing.officer_id, standing.points) != (officer.pk, points):
            raise ValueError(f"{key!r} stands as {standing.points} for {standing.officer_id}")
        return standing
    lines = CreditEntry.objects.of(officer)
    if points < 0 and lines.balance() + points < 0:
        raise Refused(_("%(name)s has too few credit points for this.") % {"name": officer})
    entry = CreditEntry(
        officer=officer,
        kind=kind,
        points=points,
        key=key,
        description=description,
        description_hi=description_hi,
        authority=authority,
        reverses=reverses,
        posted_by=acting_user,
        posted_at=at,
    )
    latest = lines.order_by("pk").last()
    entry.digest = chain.digest_of(entry, after=latest.digest if latest else "")
    entry.save()
    audit.record(entry, "credits.posted", acting_user=acting_user, at=at, points=points, key=key)
    return entry


@transaction.atomic(durable=True)
def draw_statement(
    *, officer_id: int, as_of: date, acting_user: User, at: datetime
) -> CreditStatement:
    """Freeze what the ledger of an officer says at the end of `as_of`, for a statement on paper.

    Asked again while nothing has changed, the one that stands is returned.
    :raises Refused: somebody else's, or a day that is still to come
    """
    officer = Officer.objects.select_for_update(no_key=True, of=("self",)).get(pk=officer_id)
    if officer.user_id != acting_user.pk:
        raise Refused(_("Only the officer concerned may do this."))
    if as_of > civil_date(at):
        raise Refused(_("This day is still to come: choose today or an earlier one."))
    ledger = CreditEntry.objects.of(officer)
    shown = ledger.up_to(as_of).select_related("reversed_by").order_by("pk")
    statement = CreditStatement(
        officer=officer,
        as_of=as_of,
        ends_at=end_of(as_of),
        drawn_at=at,
        latest_entry=ledger.order_by("pk").last(),
        balance=ledger.up_to(as_of).balance(),
        holder=facts.holder_of(officer),
        lines=facts.lines_of(shown),
    )
    own = CreditStatement.objects.filter(officer=officer, as_of=as_of).order_by("pk")
    if (standing := own.last()) and standing.says_as_much_as(statement):
        return standing
    statement.save()
    audit.record(statement, "credits.statement_drawn", acting_user=acting_user, at=at, as_of=as_of)
    return statement


@transaction.atomic
def reverse_entry(*, entry_id: int, reason: str, acting_user: User, at: datetime) -> CreditEntry:
    """Post the opposite of a line, once, naming it and the reason; and tell the officer.

    :raises Refused: not open to `acting_user`, or points that were used would be missing
    """
    officer_id = CreditEntry.objects.values_list("officer", flat=True).get(pk=entry_id)
    Officer.objects.select_for_update(no_key=True).get(pk=officer_id)
    entry = CreditEntry.objects.select_related("officer__user").get(pk=entry_id)
    if declined := policies.why_not_reverse(None, entry, acting_user):
        raise Refused(declined)
    reversal = post_credits(
        officer=entry.officer,
        points=-entry.points,
        key=f"reversal:{entry.pk}",
        description=f"{entry.description}: {reason}"[:250],
        kind=CreditEntry.Kind.REVERSAL,
        reverses=entry,
        acting_user=acting_user,
        at=at,
    )
    noted = audit.record(entry, "credits.reversed", acting_user=acting_user, at=at, reason=reason)
    notify(
        entry.officer.user,
        of=noted,
        link=reverse("credits:statement"),
        points=abs(entry.points),
        what=entry.description,
        what_hi=entry.description_hi or entry.description,
        reason=reason,
    )
    return reversal
