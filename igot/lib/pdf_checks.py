"""Whether a PDF that somebody sent is a document and nothing more."""

import base64
import binascii
import io
import re
import zlib
from collections.abc import Iterable
from typing import Any, Final

import pikepdf
from django.utils.translation import gettext as _

from igot.lib.errors import UploadRefused

MOST_PAGES: Final = 60
MOST_OBJECTS: Final = 20_000
MOST_INFLATED: Final = 200_000_000
LONGEST_SIDE: Final = 14_400  # points; what the format itself allows
DEEPEST: Final = 40
BLOCK: Final = 1 << 20
PIECE: Final = 1 << 16
PADDING: Final = b"\0\t\n\r\f "  # what producers put after the end
ACTIVE: Final = frozenset(
    {
        "/AA",
        "/EmbeddedFile",
        "/EmbeddedFiles",
        "/GoToE",
        "/GoToR",
        "/ImportData",
        "/JS",
        "/JavaScript",
        "/Launch",
        "/Movie",
        "/Rendition",
        "/RichMedia",
        "/Sound",
        "/SubmitForm",
        "/XFA",
    }
)
NAMED_BY: Final = ("/S", "/Subtype", "/Type")
SCHEMES: Final = frozenset({"http", "https", "mailto", "tel"})
STREAM: Final = re.compile(rb"(?<!end)stream(?:\r\n|\n)")
SCHEME: Final = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
FAULTS: Final = (pikepdf.PdfError, RuntimeError, ValueError, TypeError, KeyError)


def check_pdf(data: bytes) -> tuple[bytes, int]:
    """Return what may be kept of a PDF, and its number of pages.

    A sound file is kept byte for byte. One with a broken table of contents, as some scanners
    write, is kept as written anew: nobody should lose an only certificate by that.
    :raises UploadRefused: with a sentence for whoever sent it
    """
    _check_ends(data)
    _check_inflation(data)
    pdf, is_broken = _open(data)
    with pdf:
        try:
            pages = _check_size(pdf)
            for thing in pdf.objects:
                _walk(thing, 0)
                _check_ascii_stream(thing)
        except FAULTS:
            raise UploadRefused(_unreadable()) from None
        if not is_broken:
            return data, pages
        out = io.BytesIO()
        pdf.save(out)
        return out.getvalue(), pages


def _check_ends(data: bytes) -> None:
    """Refuse a cut file, and one with something else behind its end."""
    end = data.rfind(b"%%EOF")
    if end < 0:
        raise UploadRefused(_("The PDF is cut off: its end is missing. Download it again."))
    if data[end + len(b"%%EOF") :].strip(PADDING):
        raise UploadRefused(_("Something else stands behind the end of the PDF."))


def _open(data: bytes) -> tuple[pikepdf.Pdf, bool]:
    try:
        pdf = pikepdf.open(io.BytesIO(data), attempt_recovery=False, suppress_warnings=True)
        is_broken = False
    except pikepdf.PasswordError:
        raise UploadRefused(_protected()) from None
    except pikepdf.PdfError:
        try:
            pdf, is_broken = pikepdf.open(io.BytesIO(data), suppress_warnings=True), True
        except pikepdf.PasswordError:
            raise UploadRefused(_protected()) from None
        except FAULTS:
            raise UploadRefused(_unreadable()) from None
    if pdf.is_encrypted:
        raise UploadRefused(_protected())
    return pdf, is_broken


def _check_size(pdf: pikepdf.Pdf) -> int:
    """Return the number of pages."""
    if len(pdf.objects) > MOST_OBJECTS:
        raise UploadRefused(_("The PDF has too many parts. Print it to a new PDF and send that."))
    pages = len(pdf.pages)
    if not 1 <= pages <= MOST_PAGES:
        raise UploadRefused(
            _("The PDF has %(pages)s pages; send one with 1 to %(most)s.")
            % {"pages": pages, "most": MOST_PAGES}
        )
    for page in pdf.pages:
        left, bottom, right, top = (float(side) for side in page.mediabox)
        if max(abs(right - left), abs(top - bottom)) > LONGEST_SIDE:
            raise UploadRefused(_("A page of the PDF is larger than five metres."))
    return pages


def _walk(thing: Any, depth: int) -> None:
    """Refuse active content in one object; what it refers to has its own turn."""
    if depth > DEEPEST:
        raise UploadRefused(_unreadable())
    if isinstance(thing, pikepdf.Stream):
        thing = thing.stream_dict
    if isinstance(thing, pikepdf.Dictionary):
        for key in thing.keys():  # noqa: SIM118 – iterating the object itself yields other things
            _check_entry(key, thing[key])
            _descend(thing[key], depth)
    elif isinstance(thing, pikepdf.Array):
        for value in thing:
            _descend(value, depth)


def _descend(value: Any, depth: int) -> None:
    if not getattr(value, "is_indirect", False):
        _walk(value, depth + 1)


def _check_entry(key: str, value: Any) -> None:
    if key in ACTIVE or (key == "/OpenAction" and not _only_turns_a_page(value)):
        raise UploadRefused(_active(key))
    if key in NAMED_BY and isinstance(value, pikepdf.Name) and str(value) in ACTIVE:
        raise UploadRefused(_active(str(value)))
    if key == "/URI" and isinstance(value, pikepdf.String):
        bare = "".join(c for c in str(value) if c.isprintable() and not c.isspace())
        scheme = SCHEME.match(bare)
        if scheme and scheme[1].lower() not in SCHEMES:
            raise UploadRefused(_("The PDF holds a link that is no address of a page."))


def _only_turns_a_page(value: Any) -> bool:
    """Tell whether what happens on opening is only the choice of the page to show."""
    if isinstance(value, pikepdf.Array):
        return True
    return isinstance(value, pikepdf.Dictionary) and value.get("/S") == "/GoTo"


def _check_inflation(data: bytes) -> None:
    """Refuse streams that unpack to more than 200 MB together, before anything unpacks them.

    Each is unpacked a megabyte at a time and thrown away.
    """
    total, view = 0, memoryview(data)
    for found in STREAM.finditer(data):
        total += _inflated(view[found.end() :], MOST_INFLATED - total)
        if total >= MOST_INFLATED:
            raise UploadRefused(_bomb())


def _check_ascii_stream(thing: Any) -> None:
    """Do the same for a stream that is packed and then written in letters."""
    if not isinstance(thing, pikepdf.Stream):
        return
    filters = thing.stream_dict.get("/Filter")
    names = [str(name) for name in _each(filters)]
    if names.count("/FlateDecode") > 1:
        raise UploadRefused(_bomb())
    if names[:1] not in (["/ASCII85Decode"], ["/ASCIIHexDecode"]) or "/FlateDecode" not in names:
        return
    raw = thing.read_raw_bytes().strip()
    try:
        if names[0] == "/ASCII85Decode":
            packed = base64.a85decode(raw.removeprefix(b"<~").removesuffix(b"~>"))
        else:
            packed = binascii.unhexlify(re.sub(rb"\s|>", b"", raw))
    except ValueError:
        raise UploadRefused(_unreadable()) from None
    if _inflated(packed, MOST_INFLATED) >= MOST_INFLATED:
        raise UploadRefused(_bomb())


def _each(filters: Any) -> Iterable[Any]:
    if filters is None:
        return []
    return list(filters) if isinstance(filters, pikepdf.Array) else [filters]


def _inflated(packed: bytes | memoryview, limit: int) -> int:
    """Return how much `packed` unpacks to, as far as it is packed and no further than `limit`."""
    unpacker, total = zlib.decompressobj(), 0
    for start in range(0, len(packed), PIECE):
        rest = bytes(packed[start : start + PIECE])
        while rest and total < limit and not unpacker.eof:
            try:
                total += len(unpacker.decompress(rest, BLOCK))
            except zlib.error:
                return total
            rest = unpacker.unconsumed_tail
        if unpacker.eof or total >= limit:
            break
    return total


def _active(what: str) -> str:
    return _(
        "The PDF holds active content (%(what)s), which is not kept. Print it to a new PDF and "
        "send that."
    ) % {"what": what.lstrip("/")}


def _protected() -> str:
    return _("The PDF is protected by a password or encrypted. Send one that is not.")


def _unreadable() -> str:
    return _("The PDF cannot be read; it may be damaged. Print it to a new PDF and send that.")


def _bomb() -> str:
    return _("The PDF unpacks to far more than its size. Print it to a new PDF and send that.")
