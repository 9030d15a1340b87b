"""Papers of the demo: pictures that look like a certificate or a receipt and say SPECIMEN."""

import io

from PIL import Image, ImageDraw, ImageFont

DRAWN = str.maketrans({"’": "'", "–": "-"})  # what the font has no glyph for


def picture(title: str, *lines: str) -> bytes:
    """Return a PNG with `title`, the lines and the word SPECIMEN."""
    page = Image.new("RGB", (1000, 700), "#fdfcf7")
    pen = ImageDraw.Draw(page)
    pen.rectangle((20, 20, 980, 680), outline="#2b3a67", width=4)
    pen.text((60, 70), title.translate(DRAWN), fill="#2b3a67", font=ImageFont.load_default(44))
    for number, line in enumerate(lines):
        words = line.translate(DRAWN)
        pen.text((60, 180 + 60 * number), words, fill="#222222", font=ImageFont.load_default(28))
    pen.text((60, 610), "SPECIMEN: demo data only", fill="#a33b3b", font=ImageFont.load_default(28))
    file = io.BytesIO()
    page.save(file, "PNG")
    return file.getvalue()
