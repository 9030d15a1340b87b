"""The mails of an issued circular: listed once, leased one by one, sent at most once."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F

from accounts import audit
from accounts.models import User
from circulars import policies
from circulars.models import AddressListEntry, Circular, Delivery
from igot.lib.errors import Refused

LEASE: Final = timedelta(minutes=10)
MOST_ATTEMPTS: Final = 8


@transaction.atomic(durable=True)
def list_deliveries(*, circular_id: int, at: datetime) -> int:
    """List one mail for each address of the standing lists of an issued circular; return how many.

    Done once: whoever joins a list later is not mailed for it.
    """
    circular = Circular.objects.select_for_update(no_key=True).get(pk=circular_id)
    if not Circular.objects.awaiting_distribution().filter(pk=circular_id).exists():
        return 0
    lists = circular.addressees.exclude(address_list=None).values("address_list")
    entries = AddressListEntry.objects.filter(address_list__in=lists).exclude(email="")
    people = {entry.email.lower(): entry.name for entry in entries.order_by("-pk")}
    Delivery.objects.bulk_create(
        [Delivery(circular=circular, email=email, name=name) for email, name in people.items()]
    )
    circular.distributed_at = at
    circular.save(update_fields=["distributed_at"])
    audit.record(circular, "circular.distributed", acting_user=None, at=at, mails=len(people))
    return len(people)


@transaction.atomic(durable=True)
def lease_delivery(*, delivery_id: int, at: datetime) -> bool:
    """Take a mail in hand; False where it was sent, or somebody else has it."""
    due = Delivery.objects.due(most_attempts=MOST_ATTEMPTS).filter(pk=delivery_id)
    return bool(due.update(leased_until=at + LEASE, attempts=F("attempts") + 1, error=""))


@transaction.atomic(durable=True)
def record_sent(*, delivery_id: int, at: datetime) -> None:
    """Note that the mail server took the mail."""
    Delivery.objects.filter(pk=delivery_id).update(sent_at=at, leased_until=None)


@transaction.atomic(durable=True)
def record_failed(*, delivery_id: int, error: str) -> None:
    """Note that the mail server refused the mail: it is due again."""
    Delivery.objects.filter(pk=delivery_id).update(leased_until=None, error=error[:300])


@transaction.atomic(durable=True)
def send_again(*, circular_id: int, acting_user: User, at: datetime) -> int:
    """Free the mails of a circular whose fate is unknown, after somebody looked at the mail log.

    :raises Refused: `acting_user` is no approver of circulars, or no mail was interrupted
    """
    circular = Circular.objects.select_for_update(no_key=True).get(pk=circular_id)
    if reason := policies.why_not(policies.SEND_AGAIN, circular, acting_user):
        raise Refused(reason)
    cut_off = Delivery.objects.cut_off(at=at).filter(circular=circular)
    freed = cut_off.update(leased_until=None, attempts=0)
    audit.record(circular, "circular.mails_freed", acting_user=acting_user, at=at, mails=freed)
    return freed
