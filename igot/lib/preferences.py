"""Text size and contrast, kept in one essential cookie that holds nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

COOKIE: Final = "igot_view"
COOKIE_AGE: Final = 365 * 24 * 3600
SIZES: Final = ("small", "normal", "large", "larger")
CONTRASTS: Final = ("normal", "high")


@dataclass(frozen=True)
class View:
    """How a visitor wants pages to look: one of SIZES and one of CONTRASTS."""

    size: str = "normal"
    contrast: str = "normal"

    @property
    def cookie(self) -> str:
        """Return the cookie's text, read back by `of`."""
        return f"{self.size}.{self.contrast}"

    @property
    def other_contrast(self) -> str:
        """Name the contrast that the switch in the header leads to."""
        return "normal" if self.contrast == "high" else "high"


def of(cookies: Mapping[str, str]) -> View:
    """Read the view from the request's cookies; anything unknown is the normal view."""
    size, _dot, contrast = cookies.get(COOKIE, "").partition(".")
    if size in SIZES and contrast in CONTRASTS:
        return View(size=size, contrast=contrast)
    return View()


def changed(view: View, *, size: str, contrast: str) -> View:
    """Apply what a visitor pressed: "smaller", "normal", "larger"; a contrast; or nothing."""
    place = SIZES.index(view.size)
    places = {"smaller": max(place - 1, 0), "normal": 1, "larger": min(place + 1, len(SIZES) - 1)}
    if size in places:
        view = replace(view, size=SIZES[places[size]])
    if contrast in CONTRASTS:
        view = replace(view, contrast=contrast)
    return view
