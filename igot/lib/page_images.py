"""Pages of a document drawn as pictures, so that nobody's browser opens what a stranger sent.

A PDF is drawn by poppler's pdftoppm in a process of its own, with limits on time, memory and what
it may write. It belongs into a task: the web process draws nothing while others wait.
"""

import io
import os
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from PIL import Image

from igot.lib.uploads import UNREADABLE

MOST_PAGES: Final = 5  # drawn; the others stay in the file
LONGEST_SIDE: Final = 1600  # pixels
QUALITY: Final = 85
MOST_SECONDS: Final = 20  # of work; of waiting, half as long again
MOST_MEMORY: Final = 1_000_000  # kilobytes
MOST_WRITTEN: Final = 20_000_000  # bytes a page
# The limits hold for the shell and for what it becomes; nothing of the file is in the command.
LIMITED: Final = (
    f"ulimit -t {MOST_SECONDS} && ulimit -v {MOST_MEMORY} && ulimit -f {MOST_WRITTEN // 512} && "
    'ulimit -c 0 && exec "$@"'
)
DRAW: Final = (
    "pdftoppm",
    "-jpeg",
    "-jpegopt",
    f"quality={QUALITY}",
    "-scale-to",
    str(LONGEST_SIDE),
    "-f",
    "1",
)


class NotDrawn(Exception):
    """The document cannot be drawn within the limits."""


@dataclass(frozen=True, kw_only=True)
class PageImage:
    """A page as a JPEG of its own."""

    number: int  # from 1
    width: int
    height: int
    content: bytes = field(repr=False)


def draw_pdf(data: bytes, *, most_pages: int = MOST_PAGES) -> list[PageImage]:
    """Draw the first pages of a PDF, each at most 1600 pixels long.

    :raises NotDrawn: it is no PDF, or takes too much time, memory or room
    """
    with TemporaryDirectory(prefix="igot-draw-") as folder:
        source = Path(folder) / "in.pdf"
        source.write_bytes(data)
        _run([*DRAW, "-l", str(most_pages), str(source), str(Path(folder) / "page")], folder)
        found = sorted(Path(folder).glob("page-*.jpg"))
        if not found:
            raise NotDrawn("no page came of it")
        return [_page(number, path.read_bytes()) for number, path in enumerate(found, start=1)]


def draw_picture(data: bytes) -> list[PageImage]:
    """Draw a picture that was checked when it was sent, at most 1600 pixels long.

    :raises NotDrawn: it cannot be read
    """
    try:
        picture = Image.open(io.BytesIO(data), formats=("JPEG", "PNG"))
        picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        flat = _on_white(picture)
        flat.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    except (*UNREADABLE, Image.DecompressionBombError) as error:
        raise NotDrawn("the picture cannot be read") from error
    out = io.BytesIO()
    flat.save(out, "JPEG", quality=QUALITY)
    return [PageImage(number=1, width=flat.width, height=flat.height, content=out.getvalue())]


def _on_white(picture: Image.Image) -> Image.Image:
    if "A" not in picture.mode and "transparency" not in picture.info:
        return picture.convert("RGB")
    layer = picture.convert("RGBA")
    white = Image.new("RGBA", layer.size, "white")
    return Image.alpha_composite(white, layer).convert("RGB")


def _page(number: int, content: bytes) -> PageImage:
    try:
        picture = Image.open(io.BytesIO(content), formats=("JPEG",))
    except UNREADABLE as error:
        raise NotDrawn("a page was drawn by half") from error
    return PageImage(number=number, width=picture.width, height=picture.height, content=content)


def _run(command: list[str], folder: str) -> None:
    """Run `command` within the limits, alone in its process group, so that all of it can be ended.

    :raises NotDrawn: it failed or did not come to an end
    """
    process = subprocess.Popen(  # noqa: S603 – a fixed command; the file is an argument by path
        ["/bin/sh", "-c", LIMITED, "sh", *command],
        cwd=folder,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": folder, "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        status = process.wait(timeout=MOST_SECONDS * 1.5)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise NotDrawn("it took too long") from None
    if status:
        raise NotDrawn(f"pdftoppm ended with {status}")
