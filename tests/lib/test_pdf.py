"""PDFs: what may be drawn on, the same bytes, tags, fonts, size, and Devanagari as written."""

import io
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image, ImageChops
from weasyprint.urls import FatalURLFetchingError

from igot.lib.pdf import page_count, render_pdf, static_root


def rendered(html: str, **arguments: Any) -> bytes:
    given = {"title": "A paper", "language": "en", "identifier": "0001"} | arguments
    return render_pdf(html, **given)


def opened(pdf: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(pdf))


def fonts_of(pdf: pikepdf.Pdf) -> Iterator[Any]:
    for page in pdf.pages:
        for font in page.Resources.get("/Font", {}).values():
            yield from font.DescendantFonts


def picture_of(pdf: bytes, folder: Path) -> Image.Image:
    """Return the first page as a grey picture, cut down to its ink above the foot."""
    source = folder / "page.pdf"
    source.write_bytes(pdf)
    subprocess.run(
        ["pdftoppm", "-r", "100", "-gray", "-singlefile", str(source), str(folder / "page")],
        check=True,
    )
    page = Image.open(folder / "page.pgm")
    body = page.crop((0, 0, page.width, page.height * 9 // 10))
    return body.crop(ImageChops.invert(body).getbbox())


def test_a_pdf_says_its_title_language_and_structure() -> None:
    pdf = opened(rendered("<h1>नमस्ते</h1><p>Good day</p>", title="A title", language="hi"))

    assert pdf.Root.Lang == "hi"
    assert pdf.Root.MarkInfo.Marked
    assert "/StructTreeRoot" in pdf.Root
    assert pdf.docinfo["/Title"] == "A title"
    with pdf.open_metadata() as metadata:
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "A")


def test_headings_paragraphs_and_tables_are_tagged_as_such() -> None:
    pdf = opened(
        rendered(
            "<h1>One</h1><p>Two</p><table><thead><tr><th scope='col'>A</th></tr></thead>"
            "<tbody><tr><td>1</td></tr></tbody></table>"
        )
    )

    tags = {str(o.S) for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and "/S" in o}
    assert {"/H1", "/P", "/Table", "/TH", "/TD"} <= tags


def test_every_font_is_one_of_ours_and_embedded() -> None:
    pdf = opened(rendered("<p>Fee ₹ 6,960 – <b>bold</b> – क्षेत्र <b>ज्ञान</b> – ő</p>"))

    fonts = list(fonts_of(pdf))
    assert {str(font.BaseFont).partition("+")[2] for font in fonts} >= {"Noto-Latin", "Noto-Deva"}
    assert all(str(font.BaseFont).partition("+")[2].startswith("Noto-") for font in fonts)
    assert all("/FontFile2" in font.FontDescriptor for font in fonts)


def test_pages_are_a4_and_counted() -> None:
    pdf = rendered("<p>one</p>" + '<div style="break-before: page">more</div>' * 2)

    boxes = {tuple(round(float(side)) for side in page.mediabox) for page in opened(pdf).pages}
    assert boxes == {(0, 0, 595, 842)}
    assert page_count(pdf) == 3


def test_the_same_html_gives_the_same_bytes() -> None:
    first = rendered("<p>क्षमता</p>")

    assert rendered("<p>क्षमता</p>") == first
    assert rendered("<p>क्षमता</p>", identifier="0002") != first


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "http://127.0.0.1:1/x.png",
        "https://example.com/x.png",
        "data:image/png;base64,iVBORw0KGgo=",
        "../manage.py",
        "../../../../etc/hostname",
        "fonts/%2e%2e/%2e%2e/manage.py",
        "file://host/etc/passwd",
        "ftp://127.0.0.1/x",
    ],
)
def test_nothing_outside_our_packaged_files_is_read(address: str) -> None:
    with pytest.raises(FatalURLFetchingError):
        rendered(f'<p>x</p><img alt="" src="{address}">')


def test_style_sheets_and_attachments_from_elsewhere_are_refused_too() -> None:
    with pytest.raises(FatalURLFetchingError):
        rendered("<style>@import url(file:///etc/passwd);</style>")
    with pytest.raises(FatalURLFetchingError):
        rendered('<link rel="attachment" href="file:///etc/passwd">')


def test_packaged_files_may_be_shown() -> None:
    assert (static_root() / "img/favicon.svg").exists()

    assert page_count(rendered('<img alt="" src="img/favicon.svg">')) == 1


def test_the_title_is_escaped() -> None:
    pdf = opened(rendered("<p>x</p>", title="<b>&"))

    assert pdf.docinfo["/Title"] == "<b>&"


def test_devanagari_conjuncts_are_joined_not_spelt_out(tmp_path: Path) -> None:
    """A conjunct is narrower than its letters held apart by a zero-width non-joiner."""
    joined = picture_of(rendered("<p>क्ष ज्ञ श्र ट्र द्य</p>"), tmp_path)
    apart = picture_of(rendered("<p>क्‌ष ज्‌ञ श्‌र ट्‌र द्‌य</p>"), tmp_path)

    assert joined.width < apart.width * 0.85


def test_devanagari_is_drawn_with_glyphs_not_with_boxes(tmp_path: Path) -> None:
    """Letters of our fonts differ from each other; missing ones would be one and the same box."""
    pictures = {picture_of(rendered(f"<p>{letter}</p>"), tmp_path).tobytes() for letter in "कखगघम"}

    assert len(pictures) == 5
