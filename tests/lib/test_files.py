"""Private files on their way out: headers, names, both ways of sending, and files that are gone."""

from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models.fields.files import FieldFile
from django.http import Http404

from circulars.models import IssuedDocument
from igot.lib.files import safe_name, send_bytes, send_file


def stored(name: str = "documents/2026/abc.pdf", content: bytes = b"%PDF-1.7") -> FieldFile:
    document = IssuedDocument(pdf=default_storage.save(name, ContentFile(content)))
    return document.pdf


def test_django_streams_the_file_itself() -> None:
    response = send_file(stored(), name="order.pdf")

    assert b"".join(response) == b"%PDF-1.7"
    assert response.headers["Content-Type"] == "application/pdf"


def test_nginx_is_told_where_the_file_lies(settings: Any) -> None:
    settings.SENDFILE = "nginx"

    response = send_file(stored("documents/2026/a b.pdf"), name="order.pdf")

    assert response.headers["X-Accel-Redirect"].startswith("/protected/documents/2026/a")
    assert " " not in response.headers["X-Accel-Redirect"]
    assert response.content == b""


def test_an_object_store_is_streamed_even_behind_nginx(settings: Any) -> None:
    settings.SENDFILE, settings.S3_BUCKET = "nginx", "igot"

    assert "X-Accel-Redirect" not in send_file(stored(), name="order.pdf").headers


@pytest.mark.parametrize("backend", ["django", "nginx"])
def test_nothing_in_a_file_can_run_or_be_cached(settings: Any, backend: str) -> None:
    settings.SENDFILE = backend

    headers = send_file(stored(), name="order.pdf").headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["Content-Disposition"].startswith("attachment")


def test_a_public_file_may_be_cached() -> None:
    assert "public" in send_file(stored(), name="om.pdf", is_public=True).headers["Cache-Control"]


def test_an_unknown_ending_is_sent_as_bytes() -> None:
    response = send_file(stored("uploads/x.html"), name="x.html")

    assert response.headers["Content-Type"] == "application/octet-stream"


def test_a_file_that_is_gone_is_not_found() -> None:
    gone = stored()
    default_storage.delete(gone.name)

    with pytest.raises(Http404):
        send_file(gone, name="order.pdf")
    with pytest.raises(Http404):
        send_file(IssuedDocument().pdf, name="order.pdf")


def test_bytes_made_for_a_request_have_the_same_guards() -> None:
    headers = send_bytes(b"%PDF", name="draft.pdf").headers

    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("order.pdf", "order.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\x.pdf", "x.pdf"),
        ("प्रमाणपत्र.pdf", "प्रमाणपत्र.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie x.pdf"),
        ("", "file"),
        (".htaccess", "htaccess"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_a_name_is_made_safe_for_every_system(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_a_hindi_name_is_encoded_in_the_header() -> None:
    header = send_bytes(b"x", name="आदेश\r\n.pdf").headers["Content-Disposition"]

    assert header.isascii()
    assert header.startswith("attachment; filename*=utf-8''")
