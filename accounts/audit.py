"""The audit trail: written in the transaction that makes the change, chained soon after."""

import hashlib
import json
from collections.abc import Sequence
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from django.db import models, transaction

from accounts.models import AuditChain, AuditEntry, AuditSeal, User

# The address that the present request came from; the session middleware sets it.
request_address: ContextVar[str] = ContextVar("request_address", default="")


def record(
    subject: models.Model,
    event: str,
    *,
    acting_user: User | None,
    at: datetime,
    on_behalf_of: User | None = None,
    **details: object,
) -> AuditEntry:
    """Add an entry: `acting_user` (None: the portal itself) did `event` to `subject`.

    Runs in the caller's transaction: if the entry cannot be written, nothing is changed.
    """
    entry = entry_of(
        subject, event, acting_user=acting_user, at=at, on_behalf_of=on_behalf_of, **details
    )
    entry.save(force_insert=True)
    return entry


def entry_of(
    subject: models.Model,
    event: str,
    *,
    acting_user: User | None,
    at: datetime,
    on_behalf_of: User | None = None,
    **details: object,
) -> AuditEntry:
    """Return the entry that `record` would add, for `add` to add with others."""
    fields = fields_of(subject, event, acting_user, at, details)
    return AuditEntry(on_behalf_of=on_behalf_of, **fields)


def add(entries: Sequence[AuditEntry]) -> None:
    """Add entries of one action together, in their order."""
    AuditEntry.objects.bulk_create(entries)


def record_each(
    subjects: Sequence[models.Model],
    event: str,
    *,
    acting_user: User | None,
    at: datetime,
    **details: object,
) -> list[AuditEntry]:
    """Add an entry for each of many subjects to which the same was done: few queries."""
    rows = (fields_of(subject, event, acting_user, at, details) for subject in subjects)
    entries = [AuditEntry(**fields) for fields in rows]
    return AuditEntry.objects.bulk_create(entries, batch_size=500)


def fields_of(
    subject: models.Model,
    event: str,
    acting_user: User | None,
    at: datetime,
    details: dict[str, object],
) -> dict[str, Any]:
    """Return what an entry consists of."""
    return dict(
        event=event,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        subject_name=str(subject)[:250],
        acting_user=acting_user,
        acting_roles=", ".join(sorted(acting_user.role_names)) if acting_user else "",
        address=request_address.get(),
        at=at,
        details={name: _plain(value) for name, value in details.items()},
    )


def _plain(value: object) -> object:
    return value if isinstance(value, bool | int | list | dict | None) else str(value)


@transaction.atomic
def seal_entries(*, limit: int = 5000) -> int:
    """Chain the entries that have no seal yet, oldest first; return how many (`limit` at most).

    One writer at a time: the chain's row is locked, so two callers keep one chain.
    """
    AuditChain.objects.get_or_create(name="audit")
    AuditChain.objects.select_for_update(no_key=True).get(name="audit")
    latest = AuditSeal.objects.order_by("-position").first()
    position, digest = (latest.position, latest.digest) if latest else (0, "")
    seals = []
    for entry in AuditEntry.objects.unsealed()[:limit]:
        position, digest = position + 1, digest_of(entry, after=digest)
        seals.append(AuditSeal(entry=entry, position=position, digest=digest))
    AuditSeal.objects.bulk_create(seals, batch_size=500)
    return len(seals)


def digest_of(entry: AuditEntry, *, after: str) -> str:
    """Return the SHA-256 over all of `entry` and the digest `after` which it stands."""
    content = [
        after,
        entry.pk,
        entry.event,
        entry.subject_type,
        entry.subject_id,
        entry.subject_name,
        entry.acting_user_id,
        entry.acting_roles,
        entry.on_behalf_of_id,
        entry.address,
        entry.at.timestamp(),
        entry.details,
    ]
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def broken_links() -> list[str]:
    """Recompute the chain and name each link that does not hold; [] when all do."""
    problems, digest, expected = [], "", 0
    seals = AuditSeal.objects.order_by("position").select_related("entry")
    for seal in seals.iterator(chunk_size=2000):
        expected += 1
        if seal.position != expected:
            problems.append(f"position {expected}: missing; {seal.position} stands in its place")
            expected = seal.position
        digest = digest_of(seal.entry, after=digest)
        if digest != seal.digest:
            problems.append(
                f"position {seal.position}: entry {seal.entry_id} does not fit its seal"
            )
            digest = seal.digest
    return problems
