"""Verification in Chromium: a PDF is told by its digest, and stays where it is."""

from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Request, expect
from pytest_django.live_server_helper import LiveServer

from circulars.models import IssuedDocument

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_browser_sends_the_digest_of_a_pdf_and_not_the_pdf(
    page: Page, live_server: LiveServer, tmp_path: Path
) -> None:
    content = b"%PDF-1.7 a secret of the officer"
    IssuedDocument.objects.create(
        kind="test",
        number="IGOT/R/2026/000001",
        title="Paper",
        dated_on=date(2026, 9, 1),
        pdf="x.pdf",
        sha256=sha256(content).hexdigest(),
        size=len(content),
        pages=1,
        issued_at=timezone.now(),
    )
    file = tmp_path / "paper.pdf"
    sent: list[bytes] = []

    def keep(request: Request) -> None:
        if request.method == "POST":
            sent.append(request.post_data_buffer or b"")

    page.on("request", keep)
    for body, words in ((content, "genuine and in force"), (content + b" ", "not known here")):
        file.write_bytes(body)
        page.goto(f"{live_server.url}/verify/")
        page.get_by_label("The PDF that you received").set_input_files(file)
        page.get_by_role("button", name="Check the file").click()
        expect(page.get_by_text(words)).to_be_visible()

    assert len(sent) == 2
    assert all(b"a secret" not in body and b'name="digest"' in body for body in sent)
