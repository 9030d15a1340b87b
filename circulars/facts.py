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
        "parent": related.filter(enclosures=circular).first(),
        "successors": list(related.filter(supersedes=circular).latest_first()[:5]),
        "earlier": list(Circular.objects.before_on_file(circular)[:5]),
    }


def document_numbered(public_id: UUID) -> IssuedDocument | None:
    """Return the document of a public number, with what replaced it."""
    return IssuedDocument.objects.with_successor().filter(public_id=public_id).first()


def document_digested(sha256: str) -> IssuedDocument | None:
    """Return the document whose PDF has this digest, with what replaced it."""
    return IssuedDocument.objects.with_successor().filter(sha256=sha256).first()


def verification_of(document: IssuedDocument | None) -> dict[str, Any]:
    """Return what verification says of `document`; None is one that nobody here issued."""
    if document is None:
        return {"document": None, "tone": "error", "heading": _("This document is not known here")}
    tone, heading = STANDINGS[document.standing]
    known = {
        gettext("Kind"): gettext(document.kind),
        gettext("Number"): document.number,
        gettext("Subject"): document.title_in_language,
        gettext("Dated"): dmy(document.dated_on),
        gettext("Pages"): document.pages,
    }
    shown = {name: value for name, value in known.items() if value}
    shown |= {gettext(name): value for name, value in document.particulars.items()}
    shown[gettext("Digest of the PDF (SHA-256)")] = document.sha256
    rows = [{"name": name, "value": value} for name, value in shown.items()]
    return {"document": document, "tone": tone, "heading": heading, "rows": rows}
