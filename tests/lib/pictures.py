"""Certificates of one provider, drawn for tests: one template, other names, numbers and days."""

import io
from collections.abc import Callable

from PIL import Image, ImageDraw, ImageFont


def certificate(
    name: str = "Asha Rao",
    *,
    number: str = "0123456789abcdef",
    day: str = "12.03.2026",
    course: str = "Microeconomics",
) -> Image.Image:
    """Draw a certificate as one provider writes it."""
    page = Image.new("RGB", (1400, 990), "#fdfcf7")
    pen = ImageDraw.Draw(page)
    pen.rectangle((28, 28, 1372, 962), outline="#2b3a67", width=6)
    for place, text, size in (
        ((84, 98), "MITx  Certificate of completion", 56),
        ((84, 252), "This is to certify that", 28),
        ((84, 322), name, 48),
        ((84, 448), "successfully completed and received a passing grade in", 28),
        ((84, 504), course, 42),
        ((84, 728), day, 22),
        ((840, 868), f"Valid certificate ID {number}", 20),
    ):
        pen.text(place, text, fill="#222222", font=ImageFont.load_default(size))
    pen.ellipse((1064, 112, 1260, 308), outline="#aa3333", width=11)
    return page


def saved(page: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    page.save(out, kind, **options)
    return out.getvalue()


def edited(page: Image.Image) -> Image.Image:
    """Change a few pixels, so that the digest of the file is another."""
    page = page.copy()
    pen = ImageDraw.Draw(page)
    pen.rectangle((100, 800, 104, 806), fill="#444444")
    for at in range(30):
        pen.point((37 * at % 1400, 91 * at % 990), fill="#000000")
    return page


# What somebody does to another officer's file before sending it in.
DISGUISES: dict[str, Callable[[Image.Image], bytes]] = {
    "saved again": saved,
    "a few pixels": lambda page: saved(edited(page)),
    "JPEG": lambda page: saved(page, "JPEG", quality=90),
    "coarse JPEG": lambda page: saved(page, "JPEG", quality=50),
    "smaller": lambda page: saved(page.resize((1120, 792))),
    "larger": lambda page: saved(page.resize((2100, 1485))),
    "grey": lambda page: saved(page.convert("L")),
}
