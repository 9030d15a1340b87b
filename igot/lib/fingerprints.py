"""What a picture looks like, as bits that stay nearly the same when it is saved or scaled anew.

Two certificates of one provider share their template: only name, number and date differ, in a few
lines. So the picture is looked at closely: 128 × 128 fields, and for each whether it grows clearly
lighter to the right and downwards. Two writings of one picture differ in a few of the 32,768 bits,
two certificates in more (docs/decisions/0177 has the figures).
"""

import hashlib
import io
import zlib
from collections.abc import Sequence
from typing import Final

from PIL import Image

FIELDS: Final = 128
EVENED: Final = (768, 576)  # first, so that size and sampling of the original matter less
CLEARLY: Final = 16  # steps of 255
FEWEST: Final = 200  # bits: a page with less on it looks like any other
BANDS: Final = 16
BYTES: Final = FIELDS * FIELDS * 2 // 8


def fingerprint(picture: bytes) -> bytes | None:
    """Return the bits of a JPEG or PNG, packed; None where there is too little on it to tell."""
    grey = Image.open(io.BytesIO(picture), formats=("JPEG", "PNG")).convert("L")
    fields = grey.resize(EVENED, Image.Resampling.LANCZOS).resize(
        (FIELDS + 1, FIELDS + 1), Image.Resampling.BOX
    )
    shades, width = fields.tobytes(), FIELDS + 1
    places = [row * width + column for row in range(FIELDS) for column in range(FIELDS)]
    right = "".join("01"[shades[at + 1] - shades[at] > CLEARLY] for at in places)
    down = "".join("01"[shades[at + width] - shades[at] > CLEARLY] for at in places)
    bits = int(right + down, 2)
    if bits.bit_count() < FEWEST:
        return None
    return zlib.compress(bits.to_bytes(BYTES), 9)


def apart(one: bytes, other: bytes) -> int:
    """Return in how many bits two fingerprints differ."""
    return (_bits(one) ^ _bits(other)).bit_count()


def bands(packed: bytes) -> Sequence[int]:
    """Return sixteen numbers, by which a picture that differs in at most 15 bits is always found.

    Each is a digest of every sixteenth bit: one of them is untouched then. Where more bits differ
    the chance falls slowly, since they lie close together and so in different numbers.
    """
    written = f"{_bits(packed):0{BYTES * 8}b}"
    return [_digest(band, written[band::BANDS]) for band in range(BANDS)]


def _digest(band: int, bits: str) -> int:
    digest = hashlib.blake2b(f"{band}:{bits}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


def _bits(packed: bytes) -> int:
    return int.from_bytes(zlib.decompress(packed))
