import hashlib
import io
import resource
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from igot.lib import uploads
from igot.lib.errors import UploadRefused
from igot.lib.uploads import UploadField, check_upload, shown_name
from tests.lib import bad_files


def check(name, data, **options):
    return check_upload(SimpleUploadedFile(name, data), **options)


@pytest.mark.parametrize("case", bad_files.BAD)
def test_a_hostile_file_is_refused_with_its_reason(case):
    name, make, words = bad_files.BAD[case]

    with pytest.raises(UploadRefused, match=words):
        check(name, make())


@pytest.mark.parametrize("case", bad_files.GOOD)
def test_an_ordinary_file_is_accepted(case):
    name, make = bad_files.GOOD[case]

    checked = check(name, make())

    assert checked.content_type in uploads.ALL_KINDS
    assert checked.size == len(make()) or checked.content_type == uploads.PDF
    assert len(checked.sha256) == 64


def test_a_sound_pdf_is_kept_byte_for_byte():
    data = bad_files.plain_pdf(pages=2)

    checked = check("Zertifikat.pdf", data)

    assert (checked.content, checked.pages, checked.is_rewritten) == (data, 2, False)


def test_a_pdf_with_a_broken_table_of_contents_is_written_anew_and_its_digest_kept():
    data = bad_files.broken_table_of_contents()

    checked = check("a.pdf", data)

    assert checked.is_rewritten
    assert checked.sha256 == uploads.hashlib.sha256(data).hexdigest()
    assert check("a.pdf", checked.content).is_rewritten is False


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_of_a_picture_only_the_picture_is_kept(kind):
    hidden = b"<script>alert(1)</script><?php system($_GET[0]); ?>"
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    data = bad_files.picture(kind, exif=exif) + hidden

    checked = check(f"a.{kind.lower()}", data)

    assert checked.is_rewritten
    assert b"php" not in checked.content and b"taken at home" not in checked.content
    kept = Image.open(io.BytesIO(checked.content))
    assert (kept.format, kept.size) == (kind, (800, 600))
    assert not kept.getexif()


def test_a_picture_taken_sideways_is_turned():
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned by ninety degrees

    checked = check("a.jpg", bad_files.picture(exif=exif))

    assert Image.open(io.BytesIO(checked.content)).size == (600, 800)


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("a.pdf", lambda: bad_files.bomb_pdf(1024)),
        ("a.png", lambda: bad_files.png_of(30_000, 30_000)),
        ("a.pdf", lambda: bad_files.plain_pdf(pages=10_001)),
    ],
)
def test_a_bomb_is_refused_soon_and_without_much_memory(name, make):
    data = make()
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()

    with pytest.raises(UploadRefused):
        check(name, data)

    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before  # kilobytes
    assert grown < 150_000
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("..\\..\\x.pdf", "x.pdf"),
        ("C:\\fakepath\\CON.pdf", "CON.pdf"),
        ("प्रमाणपत्र.pdf", "प्रमाणपत्र.pdf"),
        ("\u202efdp.exe.pdf", "fdp.exe.pdf"),
        ("a\r\nb\0.pdf", "ab.pdf"),
        ("<b>a</b>.pdf", "b>.pdf"),
        ("x" * 300 + ".pdf", "x" * 146 + ".pdf"),
        ("", ""),
    ],
)
def test_the_name_that_is_shown_has_no_path_and_no_deceiving_marks(sent, shown):
    assert shown_name(sent) == shown


def test_a_form_says_at_the_field_what_is_wrong(caplog):
    field = UploadField(kinds=(uploads.PDF,))

    with pytest.raises(uploads.ValidationError, match="one of these kinds: PDF"):
        field.clean(SimpleUploadedFile("a.png", bad_files.picture("PNG")))

    assert field.clean(SimpleUploadedFile("a.pdf", bad_files.plain_pdf())).pages == 1
    assert field.widget.attrs["accept"] == ".pdf"
    assert "refused an upload" in caplog.text


def test_a_limit_of_ones_own_holds():
    with pytest.raises(UploadRefused, match="larger than 1 MB"):
        check("a.pdf", bad_files.plain_pdf() + b"\n" * 1_000_000, max_bytes=1_000_000)


def test_what_a_browser_claims_the_file_to_be_counts_for_nothing():
    claimed = SimpleUploadedFile("a.pdf", b"<html>", content_type="application/pdf")

    with pytest.raises(UploadRefused, match="none of these"):
        check_upload(claimed)


def test_a_digest_is_of_the_whole_file_and_leaves_it_at_its_beginning() -> None:
    file = io.BytesIO(b"roll" * 400_000)
    file.read(7)

    assert uploads.sha256_of(file) == hashlib.sha256(b"roll" * 400_000).hexdigest()
    assert file.tell() == 0
