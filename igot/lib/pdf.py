"""Papers rendered to PDF: tagged, with our own fonts, and nothing fetched but our own files."""

import atexit
import functools
import io
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

import pikepdf
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString

if TYPE_CHECKING:
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

# PDF/A-3 of level A: kept for good, fonts embedded, text mapped to Unicode, structure tagged.
VARIANT: Final = "pdf/a-3a"
STYLE_SHEET: Final = "pdf/paper.css"
LOCK = threading.Lock()  # the font map below Pango is one for the process


def render_pdf(html: str, *, title: str, language: str, identifier: str) -> bytes:
    """Render `html`, the marked-up content of a page's body, as an A4 PDF.

    `html` is the output of a template (escaped there). `language` is "en" or "hi": what most of
    it is written in; other parts carry their own `lang`. The same arguments give the same bytes;
    `identifier`, such as the document's public number, goes into the file. Takes about a second
    (the first time in a process four): never call it inside a transaction.
    """
    from weasyprint import HTML

    page = format_html(
        '<!doctype html><html lang="{}"><head><meta charset="utf-8"><title>{}</title></head>'
        "<body>{}</body></html>",
        language,
        title,
        SafeString(html),
    )
    with LOCK:
        sheet, fonts = _style()
        document = HTML(string=page, base_url=static_root().as_uri() + "/", url_fetcher=_fetcher())
        pdf = document.write_pdf(
            stylesheets=[sheet],
            font_config=fonts,
            pdf_variant=VARIANT,
            pdf_identifier=identifier.encode(),
        )
    return bytes(pdf)


def page_count(pdf: bytes) -> int:
    """Count the pages of a PDF of ours."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return len(opened.pages)


def static_root() -> Path:
    """Return the folder of our packaged files: all that a PDF may draw on."""
    return Path(settings.STATICFILES_DIRS[0]).resolve()


@functools.cache
def _style() -> "tuple[CSS, FontConfiguration]":
    """Read the style sheet and its fonts once per process."""
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    path = static_root() / STYLE_SHEET
    return CSS(filename=path, font_config=fonts, url_fetcher=_fetcher()), fonts


atexit.register(_style.cache_clear)  # its folder of unpacked fonts goes while it still can


@functools.cache
def _fetcher() -> "URLFetcher":
    """Return the fetcher that opens packaged files and stops at everything else."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher

    class PackagedFiles(URLFetcher):
        def __init__(self) -> None:
            super().__init__(
                allowed_protocols=("file",), allow_redirects=False, fail_on_errors=True
            )

        def fetch(self, url: str, headers: Any = None) -> Any:
            parts = urlsplit(url)
            path = Path(unquote(parts.path)).resolve()
            if parts.scheme != "file" or parts.netloc or not path.is_relative_to(static_root()):
                raise FatalURLFetchingError(f"not a packaged file: {url[:200]}")
            return super().fetch(url, headers)

    return PackagedFiles()
