"""Numbers in attributes are written for machines: grouped as on paper they are no keys."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template
from django.utils import translation

TEMPLATES = sorted((Path(settings.BASE_DIR) / "templates").rglob("*.html"))
GROUPED = re.compile(r'="[^"]*\{\{ *(?:[\w.]+\.pk|page\.width|page\.height) *\}\}')


@pytest.mark.parametrize("language", ["en", "hi"])
def test_a_plain_number_is_grouped_and_a_formatted_one_is_not(language: str) -> None:
    with translation.override(language):
        shown = Template("{{ n }} {{ n|stringformat:'d' }}").render(Context({"n": 1234}))

    assert shown == "1,234 1234"


def test_no_key_in_an_attribute_is_grouped() -> None:
    found = [
        f"{path.relative_to(settings.BASE_DIR)}: {match.group()}"
        for path in TEMPLATES
        for match in GROUPED.finditer(path.read_text())
    ]

    assert len(TEMPLATES) > 100
    assert found == []
