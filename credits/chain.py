"""The chain of an officer's lines: each digest covers the line and the digest before it."""

import hashlib
import json
from collections.abc import Iterator

from accounts.models import AuditEntry
from credits.models import CreditEntry


def digest_of(entry: CreditEntry, *, after: str) -> str:
    """Return the SHA-256 over all of `entry` and the digest `after` which it stands."""
    content = [
        after,
        entry.officer_id,
        entry.kind,
        entry.points,
        entry.key,
        entry.description,
        entry.description_hi,
        entry.authority,
        entry.reverses_id,
        entry.posted_by_id,
        entry.posted_at.timestamp(),
    ]
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def faults() -> Iterator[str]:
    """Recompute every officer's chain and balance and name what does not hold."""
    officer, digest, balance = None, "", 0
    lines = CreditEntry.objects.select_related("reverses").order_by("officer", "pk")
    for entry in lines.iterator(chunk_size=2000):
        if entry.officer_id != officer:
            officer, digest, balance = entry.officer_id, "", 0
        balance += entry.points
        if entry.digest != digest_of(entry, after=digest):
            yield f"line {entry.pk} of officer {officer}: does not fit the line before it"
        if balance < 0:
            yield f"line {entry.pk} of officer {officer}: the balance falls to {balance}"
        if entry.reverses and (entry.reverses.officer_id, entry.reverses.points) != (
            officer,
            -entry.points,
        ):
            yield f"line {entry.pk} of officer {officer}: does not reverse line {entry.reverses_id}"
        digest = entry.digest
    yield from _against_audit()


def _against_audit() -> Iterator[str]:
    """Compare the ledger with the audit trail: a line that was cut off at the end shows here."""
    recorded = set(
        AuditEntry.objects.filter(event="credits.posted").values_list("subject_id", flat=True)
    )
    standing = set(CreditEntry.objects.values_list("pk", flat=True))
    for key in sorted(recorded - standing):
        yield f"line {key}: the audit trail knows it, the ledger does not"
    for key in sorted(standing - recorded):
        yield f"line {key}: the ledger has it, the audit trail does not"
