"""Every step is told in words of its own, in both languages, as plain text."""

from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

FOLDER = Path(settings.BASE_DIR) / "templates" / "notices"
NAMES = sorted(path.stem for path in FOLDER.glob("claim.*.txt"))
PARTICULARS = {
    "claim": "IGOT/C/2026/00001",
    "course": "Poverty & “Policy”",
    "amount": "6960.00",
    "order": "iGOT-R/2026-27/1",
    "reason": "It's <not> legible",
    "appeal": "Director (Training)",
    "utr": "SBIN1",
}
TOLD = {  # the events that the actions tell the claimant of
    "claim.submitted",
    "claim.under_scrutiny",
    "claim.returned",
    "claim.recommended",
    "claim.sanctioned",
    "claim.order_issued",
    "claim.rejected",
    "claim.withdrawn",
    "claim.paid",
    "claim.payment_failed",
    "claim.bank_corrected",
}


def test_each_event_that_is_told_has_its_text():
    assert set(NAMES) == TOLD


@pytest.mark.parametrize("language", ["en", "hi"])
@pytest.mark.parametrize("name", NAMES)
def test_a_notice_has_subject_and_body_in_plain_text(name, language):
    with translation.override(language):
        text = render_to_string(f"notices/{name}.txt", PARTICULARS).strip()

    subject, _line, body = text.partition("\n")
    assert 10 < len(subject) < 100
    assert body.strip()
    assert "&amp;" not in text and "&#x27;" not in text and "&lt;" not in text
    assert "6960.00" not in text


def test_a_hindi_notice_names_the_course_in_hindi():
    with translation.override("hi"):
        text = render_to_string(
            "notices/claim.returned.txt", {**PARTICULARS, "course_hi": "गरीबी और नीति"}
        )

    assert "गरीबी और नीति" in text
    assert "Poverty" not in text
