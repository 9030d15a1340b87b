"""What the pages of this app show of records and notices."""

from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Notice, Officer, ServiceRecordEntry
from accounts.tasks import text_of
from igot.lib.dates import dmy


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
        (_("Year of allotment, batch or select list"), officer.allotment_year and str(officer.allotment_year)),
        (_("Date of joining the service"), officer.joined_on and dmy(officer.joined_on)),
        (_("Designation"), officer.designation),
        (_("Ministry, department or office"), officer.ministry),
        (_("Mobile number"), officer.mobile),
        (_("Cadre controlling authority"), officer.authority),
    ]
    return [{"name": name, "value": value or "–"} for name, value in pairs]


def record_history(officer: Officer) -> list[dict[str, Any]]:
    """Return the versions of the record, latest first, each with what changed in it."""
    entries = ServiceRecordEntry.objects.filter(officer=officer).select_related("acting_user")
    rows: list[dict[str, Any]] = []
    before: dict[str, Any] = {}
    for entry in entries.order_by("pk"):
        names = {name for name, value in entry.facts.items() if before.get(name) != value}
        changed = [Officer._meta.get_field(name).verbose_name for name in Officer.FACTS if name in names]
        before = entry.facts
        rows.insert(0, {"entry": entry, "changed": changed if entry.record_state == "declared" else []})
    return rows


def notice_row(notice: Notice) -> dict[str, Any]:
    """Return a notice with its text in the language of the page."""
    subject, body = text_of(notice)
    return {"notice": notice, "subject": subject, "body": body}
