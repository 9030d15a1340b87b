"""Whatever the portal hands out as a table runs nothing in the spreadsheet that opens it."""

import csv
import io
import re
from functools import cache
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, models, transaction
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from tests.security.probe import taken_back
from tests.security.test_matrix import browser_of
from tests.security.test_permission_matrix import (
    ARGUMENTS,
    PAGES,
    PEOPLE,
    files_of_the_world,
    world,
)
from tests.security.world import World

__all__ = ["files_of_the_world", "world"]  # fixtures
pytestmark = pytest.mark.django_db
FORMULA = '=HYPERLINK("https://x.example","pay")'
# Columns that people fill in, whatever the table: all hold a formula while the files are made.
TYPED = re.compile(
    "name|title|designation|ministry|username|reason|remark|message|proposer|letter_reference"
)
TABLE_KINDS = ("text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
NUMBER = re.compile(r"[-+]?[\d.,]+%?")
STARTS = ("=", "+", "-", "@", "\t", "\r")


def test_no_cell_of_any_table_is_run(world: World) -> None:
    found, unexpected, browser = {}, [], cache(browser_of)
    with taken_back():
        plant(FORMULA)
        for name, of, may in PAGES:
            thing = world.things[of]
            reader = next((who for who in reversed(PEOPLE) if "r" in may[who]), None)
            if reader is None:
                continue
            user = thing.owner if reader == "owner" else world.people[PEOPLE[reader]]
            url = reverse(name, kwargs={key: thing.keys[key] for key in ARGUMENTS[name]})
            cells = table_at(browser(user), url)
            if cells is not None:
                found[name] = FORMULA in "".join(cells)
                unexpected += [f"{name}: {cell!r}" for cell in cells if runs(cell)]

    assert unexpected == []
    assert len(found) >= 8, found  # the sweep does come by the tables
    assert sum(found.values()) >= 4, found  # and what was planted does stand in them


def table_at(client: Client, url: str) -> list[str] | None:
    """Return all cells of the table that an address answers with, or None for anything else."""
    with taken_back():
        answer = client.get(url)
        kind = answer.get("Content-Type", "").partition(";")[0]
        if answer.status_code != 200 or kind not in TABLE_KINDS:
            return None
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if kind == "text/csv":
        rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
        return [cell for row in rows for cell in row]
    sheet = load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert not any(cell.data_type == "f" for cell in cells), url
    return [str(cell.value or "") for cell in cells]


def runs(cell: str) -> bool:
    return cell.startswith(STARTS) and not NUMBER.fullmatch(cell) and cell != "-"


def plant(text: str) -> None:
    """Write `text` into every column that people fill in, where the database lets it stand."""
    ours = [model for model in apps.get_models() if not model.__module__.startswith(FOREIGN)]
    for model in ours:
        for field in model._meta.concrete_fields:
            if takes(field):
                try:
                    with transaction.atomic():
                        model._base_manager.update(**{field.name: text})
                except DatabaseError:  # append-only, or one name may stand once
                    continue


FOREIGN = ("django.", "allauth.")


def takes(field: Any) -> bool:
    is_text = isinstance(field, models.CharField | models.TextField) and not field.choices
    return is_text and bool(TYPED.search(field.name)) and (field.max_length or 999) >= len(FORMULA)
