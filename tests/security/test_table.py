"""The table of checks in docs/security-checks.md names tests that exist, for every number."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "security-checks.md").read_text()
NAMED = sorted(set(re.findall(r"`(tests/[\w/.]+\.py)::(\w+)`", TEXT)))


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_a_test_that_the_table_names_exists(path, name):
    tree = ast.parse((ROOT / path).read_text())

    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_the_table_speaks_of_every_check_of_its_sections():
    rows = dict(re.findall(r"^\| (\d+) \| (.+)$", TEXT, re.M))

    for number in [*range(1, 55), *range(75, 79)]:
        row = rows[str(number)]
        assert "tests/" in row or "Not held" in row, number
