"""Private files: stored with their row, and on their way out sent safely, by Django or nginx."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import quote

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import Model
from django.db.models.fields.files import FieldFile
from django.http import (
    FileResponse,
    Http404,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.utils.http import content_disposition_header

from igot.lib.uploads import CheckedFile

PROTECTED: Final = "/protected/"  # internal in nginx: nobody reaches it from outside
CONTENT_TYPES: Final = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "csv": "text/csv; charset=utf-8",
}
ANYTHING: Final = "application/octet-stream"


@contextmanager
def stored_with(row: Model, field: FieldFile, file: CheckedFile) -> Iterator[None]:
    """Store `file` around the transaction that keeps its `row`, and take it away if that fails."""
    field.save(file.name, file.for_storage(), save=False)
    try:
        yield
    finally:
        if row.pk is None or not type(row)._base_manager.filter(pk=row.pk).exists():
            default_storage.delete(str(field.name))


def send_file(stored: FieldFile, *, name: str, is_public: bool = False) -> HttpResponseBase:
    """Answer with the stored file, to be saved as `name`; the caller has checked who asks.

    The type follows the ending that we gave the stored file, never what was once claimed for it.
    Whatever it holds cannot run: nosniff, a sandbox, always an attachment. `is_public` lets
    caches keep it for an hour.
    :raises Http404: the file is gone from the store
    """
    if not stored or not stored.name or not default_storage.exists(stored.name):
        raise Http404("the file is not in the store")
    kind = CONTENT_TYPES.get(stored.name.rpartition(".")[2].lower(), ANYTHING)
    response: HttpResponseBase
    if settings.SENDFILE == "nginx" and not settings.S3_BUCKET:
        response = HttpResponse(content_type=kind)
        response.headers["X-Accel-Redirect"] = PROTECTED + quote(stored.name)
    else:
        response = FileResponse(stored.open("rb"), content_type=kind)
    return _made_safe(response, name, is_public=is_public)


def send_bytes(content: bytes, *, name: str) -> HttpResponse:
    """Answer with bytes made for this request, such as a preview, under the same guards."""
    kind = CONTENT_TYPES.get(name.rpartition(".")[2].lower(), ANYTHING)
    response = HttpResponse(content, content_type=kind)
    _made_safe(response, name, is_public=False)
    return response


def send_lines(lines: Iterable[str], *, name: str) -> StreamingHttpResponse:
    """Answer with text that is written while it is sent, under the same guards."""
    kind = CONTENT_TYPES.get(name.rpartition(".")[2].lower(), ANYTHING)
    response = StreamingHttpResponse(lines, content_type=kind)
    _made_safe(response, name, is_public=False)
    return response


def _made_safe(response: HttpResponseBase, name: str, *, is_public: bool) -> HttpResponseBase:
    disposition = content_disposition_header(as_attachment=True, filename=safe_name(name))
    response.headers["Content-Disposition"] = disposition or "attachment"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "public, max-age=3600" if is_public else "private, no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def safe_name(name: str) -> str:
    """Reduce `name` to one that any system saves: no path, no control character, 120 at most."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(c for c in last if c.isprintable() and c not in '<>:"|?*').strip(" .")
    stem, dot, ending = kept.rpartition(".")
    if not dot:
        stem, ending = kept, ""
    return f"{stem[: 119 - len(ending)]}{dot}{ending}" if stem else f"file{dot}{ending}"
