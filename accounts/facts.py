"""What the pages of this app show of records and notices."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from accounts.models import (
    Digest,
    NodalAppointment,
    Notice,
    Officer,
    Posting,
    ServiceRecordEntry,
    User,
)
from accounts.states import RecordState
from igot.lib.dates import dmy

MOST_IN_DIGEST = 50


def record_rows(officer: Officer) -> list[dict[str, object]]:
    """Return the service record as pairs of name and value."""
    pairs = [
        (_("Name as in service records"), officer.name),
        (_("Employee or civil list code"), officer.employee_code),
        (_("Date of birth"), officer.born_on and dmy(officer.born_on)),
        (_("Service"), officer.service),
        (_("Cadre or State"), officer.cadre),
        (_("Group"), officer.group and officer.get_group_display()),
        (_("Grade"), officer.rank),
        (
            _("Year of allotment, batch or select list"),
            officer.allotment_year and str(officer.allotment_year),
        ),
        (_("Date of joining the service"), officer.joined_on and dmy(officer.joined_on)),
        (_("Days of break in service"), str(officer.break_days) if officer.break_days else ""),
        (_("Designation"), officer.designation),
        (_("Ministry, department or office"), officer.ministry),
        (_("Mobile number"), officer.mobile),
        (_("Cadre controlling authority"), officer.authority),
    ]
    return [{"name": name, "value": value or "–"} for name, value in pairs]


def queue_rows(officers: Iterable[Officer], now: datetime) -> list[dict[str, Any]]:
    """Return the rows of a queue, each with how many days it has waited."""
    return [
        {"officer": officer, "days": (now - officer.declared_at).days if officer.declared_at else 0}
        for officer in officers
    ]


def changes_since_verified(officer: Officer) -> list[dict[str, str]]:
    """Return what differs from the version verified last: name, value then, value declared now."""
    if officer.is_verified:
        return []
    entries = ServiceRecordEntry.objects.filter(officer=officer).order_by("-pk")
    verified = entries.filter(record_state=RecordState.VERIFIED).first()
    declared = entries.first()
    if verified is None or declared is None:
        return []
    then, now = verified.facts, declared.facts
    return [
        {
            "name": Officer.label_of(name),
            "was": _shown(name, then.get(name)),
            "now": _shown(name, now[name]),
        }
        for name in Officer.FACTS
        if then.get(name) != now.get(name)
    ]


def posting_rows(officer: Officer) -> list[Posting]:
    """Return the history of groups and grades, the latest first."""
    return list(officer.postings.select_related("rank").order_by("-starts_on"))


def _shown(name: str, value: Any) -> str:
    if value in (None, ""):
        return "–"
    if name in ("born_on", "joined_on"):
        return dmy(date.fromisoformat(value))
    return str(Officer.Group(value).label) if name == "group" else str(value)


def record_history(officer: Officer) -> list[dict[str, Any]]:
    """Return the versions of the record as steps of a timeline, latest first."""
    entries = ServiceRecordEntry.objects.filter(officer=officer).select_related("acting_user")
    steps: list[dict[str, Any]] = []
    before: dict[str, Any] = {}
    for entry in entries.order_by("pk"):
        names = [name for name in Officer.FACTS if before.get(name) != entry.facts.get(name)]
        before, is_first = entry.facts, not before
        note = entry.note or ("" if is_first else _names_of_fields(names))
        step = {"name": entry.get_record_state_display(), "state": "done", "note": note}
        steps.insert(0, {**step, "who": entry.acting_user, "at": entry.at})
    return steps


def _names_of_fields(names: list[str]) -> str:
    if not names:
        return ""
    return _("Stated anew: %(names)s") % {
        "names": ", ".join(Officer.label_of(name) for name in names)
    }


def notice_row(notice: Notice) -> dict[str, Any]:
    """Return a notice with its text in the language of the page."""
    subject, body = text_of(notice)
    return {"notice": notice, "subject": subject, "body": body}


def text_of(notice: Notice) -> tuple[str, str]:
    """Return the subject (first line) and body of `notice` in the active language."""
    context = {**notice.params, "entry": notice.entry, "link": notice.link}
    text = render_to_string(f"notices/{notice.template}.txt", context).strip()
    subject, _line, body = text.partition("\n")
    return subject.strip(), body.strip()


def digest_text(digest: Digest) -> tuple[str, str]:
    """Return subject and body of a mail of the day in the active language.

    It lists the first `MOST_IN_DIGEST` notices, alike ones together, and says how many more wait.
    """
    notices = digest.notices.select_related("entry").order_by("template", "pk")
    count = notices.count()
    listed = [(text_of(notice)[0], notice.link) for notice in notices[:MOST_IN_DIGEST]]
    context = {
        "count": count,
        "listed": listed,
        "left": count - len(listed),
        "site_url": settings.SITE_URL,
    }
    text = render_to_string("notices/_digest.txt", context).strip()
    subject, _line, body = text.partition("\n")
    return subject.strip(), body.strip()


def delegation_rows(rows: Iterable[NodalAppointment], on: date) -> list[dict[str, Any]]:
    """Return delegations, each with the word for where it stands on `on`."""
    return [{"delegation": row, "standing": _standing(row, on)} for row in rows]


def _standing(delegation: NodalAppointment, on: date) -> str:
    if delegation.ended_at:
        return _("Ended early")
    if delegation.is_over(on):
        return _("Over")
    return _("To come") if delegation.starts_on > on else _("In force")


def has_second_factor(user: User) -> bool:
    """Return whether `user` has enrolled an application or a passkey."""
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return Authenticator.objects.filter(user=user, type__in=kinds).exists()
