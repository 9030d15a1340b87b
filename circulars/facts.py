"""What the public pages of circulars show: one paper at length, and what a document certifies."""

from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from circulars import documents
from circulars.models import Circular, IssuedDocument
from circulars.rules import file_key
from igot.lib.dates import dmy

Standing = IssuedDocument.Standing
KINDS: dict[str, Promise] = {  # of kinds that are stored as bare words; others read well as stored
    "intimation": _("Letter of intimation"),
    "programme_completion": _("Letter of completion"),
    "sanction_order": _("Sanction order"),
}
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


def document_named(number: str, public_id: UUID) -> IssuedDocument | None:
    """Return the document of a public number, if `number` stands at its head in some spelling."""
    document = document_numbered(public_id)
    return document if document and file_key(document.number) == file_key(number) else None


def document_digested(sha256: str) -> IssuedDocument | None:
    """Return the document whose PDF has this digest, with what replaced it."""
    return IssuedDocument.objects.with_successor().filter(sha256=sha256).first()


def verification_of(document: IssuedDocument | None) -> dict[str, Any]:
    """Return what verification says of `document`; None is one that nobody here issued."""
    if document is None:
        return {"document": None, "tone": "error", "heading": _("This document is not known here")}
    tone, heading = STANDINGS[document.standing]
    known = {
        gettext("Kind"): str(KINDS.get(document.kind) or gettext(document.kind)),
        gettext("Number"): document.number,
        gettext("Subject"): document.title_in_language,
        gettext("Dated"): dmy(document.dated_on),
        gettext("Pages"): document.pages,
    }
    language = get_language() or "en"
    frozen = _named(document.particulars, language)
    shown = {name: value for name, value in known.items() if value}
    shown |= {name: _said(value, language) for name, value in frozen if not _is_table(value)}
    shown[gettext("Digest of the PDF (SHA-256)")] = document.sha256
    tables = [_laid_out(name, value, language) for name, value in frozen if _is_table(value)]
    return {
        "document": document,
        "tone": tone,
        "heading": heading,
        "because": _said(document.ended_because or "", language),
        "rows": [{"name": name, "value": value} for name, value in shown.items()],
        "tables": tables,
    }


def _named(particulars: Any, language: str) -> list[tuple[str, Any]]:
    """Return the names in `language`, with the values as frozen.

    `particulars.frozen` gives a list; earlier papers have an object, its names in English.
    """
    if isinstance(particulars, dict):
        return [(gettext(name), value) for name, value in particulars.items()]
    return [(_said(row["name"], language), row["value"]) for row in particulars]


def _is_table(value: Any) -> bool:
    return isinstance(value, dict) and "rows" in value


def _said(value: Any, language: str) -> str:
    """Return a particular in `language`: it is a text, or one in each of two languages."""
    if isinstance(value, dict):
        return documents.Words(value.get("en", ""), value.get("hi", "")).in_language(language)
    return str(value)


def _laid_out(name: str, parts: dict[str, Any], language: str) -> dict[str, Any]:
    """Return a table with the head of its column beside each cell, as narrow screens need it."""
    table = documents.Table(**parts).in_language(language)
    heads = [cell for cell, _align in table["head"]]
    rows = [
        [(head, *cell) for head, cell in zip(heads, row, strict=False)] for row in table["rows"]
    ]
    return {"name": name, "head": table["head"], "rows": rows}
