"""What is found by looking into the file of a certificate: a virus, its pages, its look-alikes.

Slow, and about what a stranger has sent: only a task does it, outside every transaction.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from enrollment import certificate_checks
from enrollment.certificate_checks import LANGUAGE_OF_RECORDS, Code, Found
from enrollment.models import (
    CertificateFingerprint,
    CertificatePage,
    CertificateSubmission,
    FingerprintBand,
)
from igot.lib import fingerprints, page_images, virus_scan
from igot.lib.page_images import NotDrawn, PageImage
from igot.lib.uploads import PDF

log = logging.getLogger("igot.uploads")
MOST_COMPARED: Final = 2_000  # the latest of those that a number in common points to
MOST_ATTEMPTS: Final = 3  # to draw; then the reviewer opens the file


class Infected(Exception):
    """The scanner found something; `str()` of it is the name."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """What was found by looking into a file."""

    found: list[Found]
    pages: list[PageImage]
    fingerprint: bytes | None


def look_into(submission: CertificateSubmission) -> Look:
    """Show the file of a certificate to the scanner, then draw and compare it.

    :raises Infected: nothing else is done with the file
    :raises igot.lib.virus_scan.ScannerSilent: nothing is known of it, and nothing is done with it
    :raises igot.lib.virus_scan.TooLargeToScan: neither
    :raises FileNotFoundError: it is not in the store
    """
    with default_storage.open(str(submission.file.name)) as file:
        data = file.read()
    with override(LANGUAGE_OF_RECORDS):
        virus = _scanned(data)
        pages, drawn = _drawn(submission, data)
        bits = fingerprints.fingerprint(pages[0].content) if pages else None
        alike = _look_alike(submission, bits, is_drawn=bool(pages))
        return Look(found=[virus, drawn, alike], pages=pages, fingerprint=bits)


@contextmanager
def stored_pages(look: Look) -> Iterator[list[CertificatePage]]:
    """Store the drawn pages around the action that keeps them; what it does not keep goes again."""
    rows = [
        CertificatePage(number=page.number, width=page.width, height=page.height)
        for page in look.pages
    ]
    for row, page in zip(rows, look.pages, strict=True):
        row.image.save("page.jpg", ContentFile(page.content), save=False)
    names = {str(row.image.name) for row in rows}
    try:
        yield rows
    finally:
        kept = CertificatePage.objects.filter(image__in=names).values_list("image", flat=True)
        for name in names - set(kept):
            default_storage.delete(name)


def _scanned(data: bytes) -> Found:
    if not virus_scan.is_configured():
        return Found(code=Code.VIRUS, passed=None, detail=_("No scanner is configured."))
    if name := virus_scan.found_in(data):
        raise Infected(name)
    return Found(code=Code.VIRUS, passed=True, detail="ClamAV")


def _drawn(submission: CertificateSubmission, data: bytes) -> tuple[list[PageImage], Found]:
    try:
        if submission.attempts > MOST_ATTEMPTS:
            raise NotDrawn("the worker ended each time")
        draw = page_images.draw_pdf if submission.content_type == PDF else page_images.draw_picture
        pages = draw(data)
    except NotDrawn as why:
        log.warning("certificate %s was not drawn: %s", submission.pk, why)
        detail = _("The pages could not be drawn. Download the file to see it, with care.")
        return [], Found(code=Code.DRAWN, passed=False, detail=detail)
    count = len(pages)
    detail = ngettext("%(count)s page", "%(count)s pages", count) % {"count": count}
    return pages, Found(code=Code.DRAWN, passed=True, detail=detail)


def _look_alike(submission: CertificateSubmission, bits: bytes | None, *, is_drawn: bool) -> Found:
    """Find the certificate of another officer that looks most like this one, near enough."""
    rule = certificate_checks.rule_for(submission)
    if bits is None or rule is None:
        is_bare = bits is None and is_drawn
        detail = _("There is too little on the page to compare.") if is_bare else ""
        return Found(code=Code.LOOK_ALIKE, passed=None, detail=detail)
    apart, nearest = nearest_to(submission, bits)
    if nearest is None or apart > rule.most_apart:
        return Found(code=Code.LOOK_ALIKE, passed=True, rule=rule)
    detail = _("Differs in %(apart)s of 32,768 points from: %(where)s") % {
        "apart": apart,
        "where": certificate_checks.where(nearest),
    }
    return Found(code=Code.LOOK_ALIKE, passed=False, rule=rule, other=nearest, detail=detail)


def nearest_to(
    submission: CertificateSubmission, bits: bytes
) -> tuple[int, CertificateSubmission | None]:
    """Return which certificate of another officer differs least, and in how many points.

    Only those are compared that share one of sixteen numbers: three queries, however many there
    are.
    """
    bands = FingerprintBand.objects.filter(value__in=fingerprints.bands(bits))
    others = bands.exclude(fingerprint__submission__officer=submission.officer)
    pointed_to = set(
        others.order_by("-fingerprint").values_list("fingerprint", flat=True)[
            : MOST_COMPARED * fingerprints.BANDS
        ]
    )
    latest = sorted(pointed_to, reverse=True)[:MOST_COMPARED]
    looks = CertificateFingerprint.objects.filter(pk__in=latest).values_list("pk", "bits")
    distances = [(fingerprints.apart(bits, bytes(other)), -key) for key, other in looks]
    if not distances:
        return 0, None
    apart, key = min(distances)
    rows = CertificateSubmission.objects.select_related("enrollment")
    return apart, rows.get(pk=-key)
