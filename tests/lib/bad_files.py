"""Hostile and ordinary files, made on the spot; each bad one with the words that refuse it."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String
from PIL import Image

SCRIPT = b"<script>alert(1)</script>"


def plain_pdf(*, pages: int = 1, compress: bool = True, text: str = "Page") -> bytes:
    pdf = Pdf.new()
    for number in range(pages):
        page = pdf.add_blank_page()
        page.contents_add(f"BT /F1 12 Tf 72 720 Td ({text} {number}) Tj ET".encode())
    return saved(pdf, compress_streams=compress)


def saved(pdf: Pdf, **options: object) -> bytes:
    out = io.BytesIO()
    pdf.save(out, **options)
    return out.getvalue()


def with_change(change: Callable[[Pdf], None]) -> bytes:
    """Change an ordinary PDF and pack its objects away, where a search for words misses them."""
    pdf = Pdf.open(io.BytesIO(plain_pdf()))
    change(pdf)
    return saved(pdf, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def action(name: str = "/JavaScript", **more: object) -> Dictionary:
    return Dictionary(S=Name(name), **more)


JS = {"JS": String("app.alert(1)")}


def _names_script(pdf: Pdf) -> None:
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("x"), action(**JS)])))


def _page_action(pdf: Pdf) -> None:
    pdf.pages[0].obj.AA = Dictionary(O=action(**JS))


def _annotation(pdf: Pdf) -> None:
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=action(**JS))
    pdf.pages[0].obj.Annots = Array([pdf.make_indirect(link)])


def _link(address: str) -> Callable[[Pdf], None]:
    def change(pdf: Pdf) -> None:
        link = Dictionary(
            Type=Name.Annot,
            Subtype=Name.Link,
            Rect=Array([0, 0, 9, 9]),
            A=action("/URI", URI=String(address)),
        )
        pdf.pages[0].obj.Annots = Array([link])

    return change


def _attachment(pdf: Pdf) -> None:
    pdf.attachments["x.exe"] = b"MZ" * 10


def _opens(thing: object) -> Callable[[Pdf], None]:
    def change(pdf: Pdf) -> None:
        pdf.Root.OpenAction = thing

    return change


def _form_of_another_kind(pdf: Pdf) -> None:
    pdf.Root.AcroForm = Dictionary(XFA=pdf.make_stream(b"<xdp/>"), Fields=Array([]))


def bomb_pdf(megabytes: int = 210, *, in_letters: bool = False) -> bytes:
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b"\0" * 1_048_576) for _ in range(megabytes))
    packed += packer.flush()
    pdf = Pdf.new()
    pdf.add_blank_page()
    stream = pdf.make_stream(b"")
    if in_letters:
        packed = packed.hex().encode() + b">"
        stream.write(packed, filter=Array([Name.ASCIIHexDecode, Name.FlateDecode]))
    else:
        stream.write(packed, filter=Name.FlateDecode)
    pdf.pages[0].obj.Contents = stream
    return saved(pdf, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)


def huge_page() -> bytes:
    pdf = Pdf.open(io.BytesIO(plain_pdf()))
    pdf.pages[0].obj.MediaBox = Array([0, 0, 10_000_000, 10_000_000])
    return saved(pdf)


def looped_pages() -> bytes:
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Count 1/Kids[2 0 R]>>endobj\nxref\n0 3\n"
        b"0000000000 65535 f \n0000000009 00000 n \n0000000052 00000 n \n"
        b"trailer<</Size 3/Root 1 0 R>>\nstartxref\n110\n%%EOF"
    )


def with_zip_behind() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.txt", "x")
    return plain_pdf() + packed.getvalue()


def picture(kind: str = "JPEG", size: tuple[int, int] = (800, 600), **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "white").save(out, kind, **options)
    return out.getvalue()


def png_of(width: int, height: int) -> bytes:
    """Make a PNG of few bytes and very many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    packer = zlib.compressobj(9)
    row = b"\0" * (1 + width // 8 + 1)
    rows = b"".join(packer.compress(row * 100) for _ in range(height // 100)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def broken_table_of_contents() -> bytes:
    """Make a sound PDF whose cross-reference points nowhere, as some scanners write it."""
    good = plain_pdf()
    start = good.rindex(b"startxref")
    return good[:start] + b"startxref\n999999\n%%EOF\n"


BAD: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "script on opening": ("a.pdf", lambda: with_change(_opens(action(**JS))), "active content"),
    "script by name": ("a.pdf", lambda: with_change(_names_script), "active content"),
    "script of a page": ("a.pdf", lambda: with_change(_page_action), "active content"),
    "script of a link": ("a.pdf", lambda: with_change(_annotation), "active content"),
    "program started": (
        "a.pdf",
        lambda: with_change(_opens(action("/Launch", F=String("cmd.exe")))),
        "active content",
    ),
    "another file opened": (
        "a.pdf",
        lambda: with_change(_opens(action("/GoToR", F=String("x.pdf")))),
        "active content",
    ),
    "address run on opening": (
        "a.pdf",
        lambda: with_change(_opens(action("/URI", URI=String("https://x.example")))),
        "active content",
    ),
    "attachment": ("a.pdf", lambda: with_change(_attachment), "active content"),
    "form with programs": ("a.pdf", lambda: with_change(_form_of_another_kind), "active content"),
    "link to a script": (
        "a.pdf",
        lambda: with_change(_link("java\nscript:alert(1)")),
        "no address",
    ),
    "link to a file": ("a.pdf", lambda: with_change(_link("file:///etc/passwd")), "no address"),
    "encrypted": (
        "a.pdf",
        lambda: saved(
            Pdf.open(io.BytesIO(plain_pdf())),
            encryption=pikepdf.Encryption(owner="o", user="u"),
        ),
        "password",
    ),
    "restricted": (
        "a.pdf",
        lambda: saved(
            Pdf.open(io.BytesIO(plain_pdf())), encryption=pikepdf.Encryption(owner="o", user="")
        ),
        "password",
    ),
    "cut off": ("a.pdf", lambda: plain_pdf(pages=3)[:400], "cut off"),
    "a page before it": ("a.pdf", lambda: b"<html>" + SCRIPT + plain_pdf(), "none of these"),
    "an archive behind it": ("a.pdf", with_zip_behind, "behind the end"),
    "a page": ("a.pdf", lambda: b"<html>" + SCRIPT + b"</html>", "none of these"),
    "a program": ("a.pdf", lambda: b"MZ" + b"\0" * 500, "none of these"),
    "only the first bytes": ("a.pdf", lambda: b"%PDF-1.7\n%%EOF", "cannot be read"),
    "noise": ("a.pdf", lambda: b"%PDF-1.7\n" + b"\x93" * 3000 + b"\n%%EOF", "cannot be read"),
    "bomb": ("a.pdf", bomb_pdf, "unpacks to far more"),
    "bomb in letters": ("a.pdf", lambda: bomb_pdf(210, in_letters=True), "unpacks to far more"),
    "huge page": ("a.pdf", huge_page, "five metres"),
    "many pages": ("a.pdf", lambda: plain_pdf(pages=61), "61 pages"),
    "very many objects": ("a.pdf", lambda: plain_pdf(pages=10_001), "too many parts"),
    "pages in a circle": ("a.pdf", looped_pages, "PDF"),
    "900 million pixels": ("a.png", lambda: png_of(30_000, 30_000), "too many pixels"),
    "26 million pixels": ("a.png", lambda: png_of(5_200, 5_000), "too many pixels"),
    "drawing with a script": (
        "a.png",
        lambda: b'<svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT + b"</svg>",
        "none of these",
    ),
    "cut picture": ("a.jpg", lambda: picture(size=(900, 900))[:400], "cannot be read"),
    "only the start of a picture": ("a.png", lambda: b"\x89PNG\r\n\x1a\n", "cannot be read"),
    "GIF": ("a.gif", lambda: picture("GIF"), "one of these kinds"),
    "GIF called PNG": ("a.png", lambda: picture("GIF"), "none of these"),
    "JPEG called PDF": ("a.pdf", picture, "the file is a JPEG"),
    "PDF called JPEG": ("a.jpg", plain_pdf, "the file is a PDF"),
    "second ending": ("a.pdf.exe", plain_pdf, "one of these kinds"),
    "hidden file": (".htaccess", plain_pdf, "one of these kinds"),
    "no ending": ("certificate", plain_pdf, "one of these kinds"),
    "nothing": ("a.pdf", bytes, "empty"),
    "too large": ("a.pdf", lambda: plain_pdf() + b"\n" * 10_000_000, "larger than 10 MB"),
}

GOOD: dict[str, tuple[str, Callable[[], bytes]]] = {
    "plain": ("a.pdf", plain_pdf),
    "not packed": ("a.pdf", lambda: plain_pdf(compress=False)),
    "sixty pages": ("a.pdf", lambda: plain_pdf(pages=60)),
    "opens at a page": (
        "A.PDF",
        lambda: with_change(_opens(Array([0, Name.FitH, 0]))),
    ),
    "opens by GoTo": (
        "a.pdf",
        lambda: with_change(_opens(Dictionary(S=Name.GoTo, D=Array([0, Name.Fit])))),
    ),
    "links to the institute": (
        "a.pdf",
        lambda: with_change(_link("https://courses.edx.example/certificates/1")),
    ),
    "link without a scheme": ("a.pdf", lambda: with_change(_link("www.edx.example"))),
    "scanned": ("a.pdf", lambda: picture("PDF")),
    "padded by a scanner": ("a.pdf", lambda: plain_pdf() + b"\r\n\0\0\0"),
    "packed in letters": ("a.pdf", lambda: bomb_pdf(1, in_letters=True)),
    "JPEG": ("a.JPEG", picture),
    "PNG": ("a.png", lambda: picture("PNG")),
}
