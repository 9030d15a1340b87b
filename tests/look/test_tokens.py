"""The style sheet as data: contrasts, one brand ramp, sizes, fonts and files of our own."""

import colorsys
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
CSS = (ROOT / "static/css/igot.css").read_text(encoding="utf-8")
FONTS = (ROOT / "static/fonts/fonts.css").read_text(encoding="utf-8")
TOKENS = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", CSS.split("@media")[0]))
RAMP = [50, 100, 200, 300, 400, 500, 600, 700, 800, 900]
FUNCTIONAL = {
    "white": "#ffffff",
    "linen": "#ebeaea",
    "ink": "#150202",
    "black": "#000000",
    "success": "#198754",
    "warning": "#ffc107",
    "error": "#dc3545",
    "info": "#0d6efd",
    "grey-300": "#c6c6c6",
    "grey-500": "#8e8e8e",
    "grey-700": "#606060",
}


def channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return red, green, blue


def luminance(colour: str) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(TOKENS[one]), luminance(TOKENS[other])), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("ink", "white"),
        ("ink", "brand-50"),
        ("grey-700", "white"),
        ("grey-700", "brand-50"),
        ("brand-700", "white"),
        ("brand-700", "brand-100"),
        ("brand-800", "brand-100"),
        ("brand-900", "brand-100"),
        ("white", "brand-700"),
        ("white", "brand-800"),
        ("white", "brand-900"),
        ("success-text", "success-ground"),
        ("warning-text", "warning-ground"),
        ("error-text", "error-ground"),
        ("error-text", "white"),
        ("info-text", "info-ground"),
        ("ink", "linen"),
        ("grey-700", "linen"),
        ("ink", "warning"),
    ],
)
def test_text_stands_out_from_its_ground(text: str, ground: str) -> None:
    assert contrast(text, ground) >= 4.5


@pytest.mark.parametrize(
    ("part", "ground"),
    [
        ("brand-900", "white"),  # the focus ring
        ("brand-900", "warning"),  # the ring against its halo
        ("grey-500", "white"),  # the border of a field
        ("brand-700", "brand-200"),  # the bar of steps
    ],
)
def test_parts_of_controls_stand_out(part: str, ground: str) -> None:
    assert contrast(part, ground) >= 3


def test_brand_is_one_ramp_of_one_hue_from_light_to_dark() -> None:
    shades = [TOKENS[f"brand-{step}"] for step in RAMP]
    hues = [colorsys.rgb_to_hls(*channels(shade))[0] * 360 for shade in shades]
    lights = [luminance(shade) for shade in shades]

    assert max(hues) - min(hues) < 8
    assert lights == sorted(lights, reverse=True)


def test_functional_colours_are_those_of_the_brand_manual() -> None:
    assert {name: TOKENS[name] for name in FUNCTIONAL} == FUNCTIONAL


def test_rules_take_colours_from_tokens() -> None:
    """Only the tokens and the dark shades of the functional red are written as figures."""
    rules = CSS.split("/* --- 2 Ground")[1]

    assert set(re.findall(r"#[0-9a-f]{3,8}\b", rules)) <= {"#b02a37", "#842029"}


def test_sizes_follow_the_type_scale() -> None:
    sizes = dict(re.findall(r"--(size-[\w]+|lead): ([\d.]+)rem;", CSS.split("@media")[0]))

    assert {name: float(size) * 16 for name, size in sizes.items()} == {
        "size-h1": 36,
        "size-h2": 24,
        "size-h3": 20,
        "size-body": 16,
        "size-small": 14,
        "size-tiny": 12,
        "lead": 20,
    }


def test_targets_are_44_pixels_and_motion_can_be_off() -> None:
    assert "--target: 2.75rem;" in CSS
    assert "prefers-reduced-motion: reduce" in CSS
    assert "@media print" in CSS and "size: A4" in CSS


def test_fonts_are_noto_and_lie_here() -> None:
    files = re.findall(r'url\("([^"]+)"\)', FONTS)

    assert len(files) == 9
    assert all((ROOT / "static/fonts" / name).stat().st_size > 5_000 for name in files)
    assert "Open Font License" in (ROOT / "static/fonts/OFL.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted((ROOT / "static").rglob("*.css")), ids=lambda p: p.name)
def test_style_sheets_load_nothing_from_other_hosts(path: Path) -> None:
    loaded = re.findall(r"""(?:url\(|@import)\s*["']?([^)"']+)""", path.read_text(encoding="utf-8"))

    assert [name for name in loaded if name.startswith(("http", "//"))] == []


def test_pictures_are_small() -> None:
    pictures = [p for p in (ROOT / "static/img").rglob("*") if p.is_file()]

    assert pictures
    assert all(picture.stat().st_size < 100_000 for picture in pictures)
