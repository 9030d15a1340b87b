"""What the public pages of circulars show: one paper at length, and what a document certifies."""

from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from circulars import documents
from circulars.models import Circular, IssuedDocument
from igot.lib.dates import dmy

Standing = IssuedDocument.Standing
STANDINGS: dict[str, tuple[str, Promise]] = {  # tone and heading of each
    Standing.VALID: ("success", _("This document is genuine and in force")),
    Standing.REVOKED: ("error", _("This document was issued, but it has been revoked")),
    Standing.REPLACED: ("warning", _("This document was issued, but it has been replaced")),
}


def paper_shown(circular: Circular, user: Any) -> dict[str, Any]:
    """Return a circular with its text, addressees, enclosures and neighbours on the file."""
    related = Circular.objects.visible_to(user).with_document()
    shown = documents.context_of(documents.paper_of(circular))
    return {
        "circular": circular,
        "versions": sorted(shown["versions"], key=lambda version: version[0] != get_language()),
        "to": shown["to"],
        "copies": shown["copy_to"],
        "enclosures": list(related.filter(enclosed_in=circular).order_by("pk")),
        "parent": related.filter(pk=circular.enclosed_in_id).first(),
        "successors": list(related.filter(supersedes=circular).latest_first()[:5]),
        "earlier": list(Circular.objects.before_on_file(circular)[:5]),
    }


def verification_of(public_id: UUID | None = None, *, sha256: str = "") -> dict[str, Any]:
    """Return what verification says of a document, found by its number or its PDF's digest."""
    rows = IssuedDocument.objects.with_successor()
    found = rows.filter(sha256=sha256) if sha256 else rows.filter(public_id=public_id)
    document = found.first()
    if document is None:
        return {"document": None, "tone": "error", "heading": _("This document is not known here")}
    tone, heading = STANDINGS[document.standing]
    known = {
        gettext("Kind"): gettext(document.kind),
        gettext("Number"): document.number,
        gettext("Subject"): document.title,
        gettext("Dated"): dmy(document.dated_on),
        gettext("Pages"): document.pages,
    }
    shown = {name: value for name, value in known.items() if value}
    shown |= {gettext(name): value for name, value in document.particulars.items()}
    shown[gettext("Digest of the PDF (SHA-256)")] = document.sha256
    rows = [{"name": name, "value": value} for name, value in shown.items()]
    return {"document": document, "tone": tone, "heading": heading, "rows": rows}
