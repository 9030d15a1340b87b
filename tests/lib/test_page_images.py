"""Pages are drawn by another process, within limits; nothing of that process stays."""

import io
import time

import pytest
from PIL import Image

from igot.lib import page_images
from igot.lib.page_images import NotDrawn, draw_pdf, draw_picture
from tests.lib import bad_files, pictures


def test_the_first_five_pages_are_drawn_as_pictures_of_modest_size():
    pages = draw_pdf(bad_files.plain_pdf(pages=12))

    assert [page.number for page in pages] == [1, 2, 3, 4, 5]
    first = Image.open(io.BytesIO(pages[0].content))
    assert first.format == "JPEG" and max(first.size) == 1600
    assert first.size == (pages[0].width, pages[0].height)


def test_a_picture_is_drawn_smaller_and_on_white():
    clear = Image.new("RGBA", (4000, 2000), (0, 0, 0, 0))

    (page,) = draw_picture(pictures.saved(clear))

    drawn = Image.open(io.BytesIO(page.content))
    assert drawn.size == (1600, 800) and drawn.getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7 nothing", b"MZ" * 400])
def test_what_is_no_document_is_not_drawn(data):
    with pytest.raises(NotDrawn):
        draw_pdf(data)
    with pytest.raises(NotDrawn):
        draw_picture(data)


def test_a_document_that_takes_too_long_is_given_up_and_its_process_ended(monkeypatch, tmp_path):
    monkeypatch.setattr(page_images, "MOST_SECONDS", 0.2)
    began = time.monotonic()

    with pytest.raises(NotDrawn, match="too long"):
        page_images._run(["sleep", "60"], str(tmp_path))

    assert time.monotonic() - began < 10


def test_memory_is_limited(tmp_path):
    greedy = ["python3", "-c", "x = bytearray(3_000_000_000)"]

    with pytest.raises(NotDrawn, match="ended with"):
        page_images._run(greedy, str(tmp_path))


def test_what_is_written_is_limited(tmp_path):
    with pytest.raises(NotDrawn, match="ended with"):
        page_images._run(["dd", "if=/dev/zero", "of=x", "bs=1M", "count=40"], str(tmp_path))

    assert (tmp_path / "x").stat().st_size <= page_images.MOST_WRITTEN


def test_nothing_of_the_portals_environment_reaches_the_process(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "hush")

    page_images._run(["sh", "-c", "env > seen"], str(tmp_path))

    assert "hush" not in (tmp_path / "seen").read_text()


def test_no_file_is_left_behind(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    draw_pdf(bad_files.plain_pdf())

    assert list(tmp_path.iterdir()) == []
