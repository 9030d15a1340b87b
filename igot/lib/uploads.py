"""Files that people send: PDF, JPEG and PNG, checked for being that and nothing more."""

import hashlib
import io
import logging
import struct
import unicodedata
import zlib
from dataclasses import dataclass, field
from typing import IO, Any, Final, Protocol

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image, ImageOps

from igot.lib import pdf_checks
from igot.lib.errors import UploadRefused
from igot.lib.people import BIDI_CONTROLS

log = logging.getLogger("igot.uploads")

PDF: Final = "application/pdf"
JPEG: Final = "image/jpeg"
PNG: Final = "image/png"
ALL_KINDS: Final = (PDF, JPEG, PNG)
EXTENSIONS: Final = {PDF: ("pdf",), JPEG: ("jpg", "jpeg"), PNG: ("png",)}
STARTS: Final = {PDF: b"%PDF-", JPEG: b"\xff\xd8\xff", PNG: b"\x89PNG\r\n\x1a\n"}
NAMES: Final = {PDF: "PDF", JPEG: "JPEG", PNG: "PNG"}
MOST_BYTES: Final = 10_000_000
MOST_PIXELS: Final = 25_000_000
LONGEST_NAME: Final = 150
UNREADABLE: Final = (OSError, SyntaxError, ValueError, struct.error, zlib.error)  # of Pillow


class Sent(Protocol):
    """What Django hands over: a name, a size and the bytes."""

    @property
    def name(self) -> Any: ...

    @property
    def size(self) -> Any: ...

    def read(self) -> bytes: ...


@dataclass(frozen=True, kw_only=True)
class CheckedFile:
    """A file that passed: what to keep, and what is to be known of what was sent."""

    name: str  # to be shown, escaped; never a path
    content_type: str
    sha256: str  # of the bytes that were sent
    size: int  # of the bytes that were sent
    pages: int  # 1 for a picture
    content: bytes = field(repr=False)  # to be kept: a picture is drawn anew, without its metadata
    is_rewritten: bool  # whether `content` differs from what was sent

    @property
    def extension(self) -> str:
        return EXTENSIONS[self.content_type][0]

    def for_storage(self) -> ContentFile:
        return ContentFile(self.content)


def check_upload(
    file: Sent, *, kinds: tuple[str, ...] = ALL_KINDS, max_bytes: int = MOST_BYTES
) -> CheckedFile:
    """Check a file that somebody sent, cheapest first, and return what may be kept of it.

    :raises UploadRefused: with a sentence for whoever sent it
    """
    name = shown_name(str(file.name or ""))
    _check_size(file.size or 0, max_bytes)
    data = file.read()
    digest = hashlib.sha256(data).hexdigest()
    try:
        kind = _kind_of(data, name, kinds)
        content, pages = pdf_checks.check_pdf(data) if kind == PDF else (_draw_anew(data, kind), 1)
    except UploadRefused as refusal:
        log.warning("refused an upload of %s bytes, sha256 %s: %s", len(data), digest, refusal)
        raise
    return CheckedFile(
        name=name,
        content_type=kind,
        sha256=digest,
        size=len(data),
        pages=pages,
        content=content,
        is_rewritten=content != data,
    )


def check_announced(
    name: str, size: int, *, kinds: tuple[str, ...] = ALL_KINDS, max_bytes: int = MOST_BYTES
) -> None:
    """Check what is known of a file before it comes: the size in bytes, and how its name ends.

    :raises UploadRefused: with a sentence for whoever wants to send it
    """
    try:
        _check_size(size, max_bytes)
        _check_ending(name, kinds)
    except UploadRefused as refusal:
        log.warning("refused to take an upload of %s bytes: %s", size, refusal)
        raise


def _check_size(size: int, max_bytes: int) -> None:
    if not size:
        raise UploadRefused(_("The file is empty."))
    if size > max_bytes:
        raise UploadRefused(
            _("The file is larger than %(megabytes)s MB.") % {"megabytes": max_bytes // 1_000_000}
        )


def shown_name(name: str) -> str:
    """Reduce the name that a browser sent to one that can be shown: no path, no deceiving marks."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(
        character
        for character in unicodedata.normalize("NFC", last)
        if character not in BIDI_CONTROLS
        and unicodedata.category(character) not in ("Cc", "Cs", "Co", "Zl", "Zp")
    ).strip()
    stem, dot, ending = kept.rpartition(".")
    if len(kept) > LONGEST_NAME and dot and len(ending) <= 5:
        return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"
    return kept[:LONGEST_NAME]


def _kind_of(data: bytes, name: str, kinds: tuple[str, ...]) -> str:
    """Return the kind that the first bytes show; the name must end accordingly."""
    ending = _check_ending(name, kinds)
    wanted = ", ".join(NAMES[kind] for kind in kinds)
    kind = next((kind for kind in kinds if data.startswith(STARTS[kind])), None)
    if kind is None:
        raise UploadRefused(
            _("Whatever its name says, the file is none of these: %(kinds)s.") % {"kinds": wanted}
        )
    if ending not in EXTENSIONS[kind]:
        raise UploadRefused(
            _("The name ends in “.%(ending)s”, but the file is a %(kind)s. Rename it.")
            % {"ending": ending, "kind": NAMES[kind]}
        )
    return kind


def _check_ending(name: str, kinds: tuple[str, ...]) -> str:
    """Return how the name ends, in lower case and without the dot."""
    ending = name.rpartition(".")[2].lower()
    if ending not in [allowed for kind in kinds for allowed in EXTENSIONS[kind]]:
        raise UploadRefused(
            _("Send a file of one of these kinds: %(kinds)s. This one is “.%(ending)s”.")
            % {"kinds": ", ".join(NAMES[kind] for kind in kinds), "ending": ending[:10]}
        )
    return ending


def _draw_anew(data: bytes, kind: str) -> bytes:
    """Decode a picture and encode it again, so that nothing but the picture is left."""
    try:
        picture = Image.open(io.BytesIO(data), formats=(NAMES[kind],))
        if picture.width * picture.height > MOST_PIXELS:
            raise UploadRefused(_("The picture has too many pixels: at most 25 million."))
        upright = ImageOps.exif_transpose(picture)
    except Image.DecompressionBombError:
        raise UploadRefused(_("The picture has too many pixels: at most 25 million.")) from None
    except UNREADABLE:
        raise UploadRefused(_("The picture cannot be read; it may be damaged.")) from None
    has_alpha = kind == PNG and ("A" in upright.mode or "transparency" in upright.info)
    plain = upright.convert("RGBA" if has_alpha else "RGB")
    bare = Image.new(plain.mode, plain.size)
    bare.paste(plain)
    out = io.BytesIO()
    bare.save(out, NAMES[kind], **({"quality": 90} if kind == JPEG else {}))
    return out.getvalue()


class UploadField(forms.FileField):
    """A form field that gives a `CheckedFile`, or says at the field why it was refused."""

    default_error_messages = {"required": gettext_lazy("Choose a file.")}

    def __init__(
        self, *, kinds: tuple[str, ...] = ALL_KINDS, max_bytes: int = MOST_BYTES, **kwargs: Any
    ) -> None:
        self.kinds, self.max_bytes = kinds, max_bytes
        kwargs.setdefault("help_text", gettext_lazy("PDF, JPEG or PNG, at most 10 MB."))
        endings = ",".join(f".{ending}" for kind in kinds for ending in EXTENSIONS[kind])
        kwargs.setdefault("widget", forms.FileInput(attrs={"accept": endings}))
        super().__init__(**kwargs)

    def to_python(self, data: Any) -> Any:
        if data in self.empty_values:
            return None
        try:
            return check_upload(data, kinds=self.kinds, max_bytes=self.max_bytes)
        except UploadRefused as refusal:
            raise ValidationError(str(refusal), code="refused") from None


def sha256_of(file: IO[bytes]) -> str:
    """Tell the SHA-256 of a file, read in pieces, and leave it at its beginning."""
    file.seek(0)
    digest = hashlib.sha256()
    while piece := file.read(1 << 20):
        digest.update(piece)
    file.seek(0)
    return digest.hexdigest()
