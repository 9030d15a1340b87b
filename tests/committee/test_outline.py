"""Reading the outline of a proposed course."""

import pytest

from committee.outline import Fault, Module, parse_outline


def test_a_module_a_line_and_its_units_after_dashes() -> None:
    outline = parse_outline("Why evaluate?\n- Theory of change\n  – Indicators\n\nRandomisation\n")

    assert outline.modules == [
        Module("Why evaluate?", ["Theory of change", "Indicators"]),
        Module("Randomisation", []),
    ]
    assert outline.faults == []


@pytest.mark.parametrize(
    "line", ["1. Budgets", "1) Budgets", "Module 1: Budgets", "मॉड्यूल 1: Budgets", "  Budgets  "]
)
def test_a_number_before_the_title_of_a_module_is_dropped(line: str) -> None:
    assert parse_outline(line).modules == [Module("Budgets", [])]


def test_a_title_that_begins_with_a_year_or_a_word_in_it_keeps_it() -> None:
    assert parse_outline("2030: the goals").modules == [Module("2030: the goals", [])]
    assert parse_outline("Modules of a plan").modules == [Module("Modules of a plan", [])]


def test_an_empty_text_is_an_empty_outline() -> None:
    assert parse_outline(" \r\n\n") == ([], [])


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("- Indicators", 1, "needs its module"),
        ("Budgets\n-", 2, "after the dash"),
        ("Budgets\n\nBUDGETS", 3, "stands twice"),
        ("Budgets\n- Taxes\n- taxes", 3, "twice in this module"),
        ("x" * 151, 1, "at most 150 characters"),
        ("\n".join(f"Part {n}" for n in range(61)), 61, "at most 60 modules"),
        ("Part\n" + "\n".join(f"- u{n}" for n in range(61)), 62, "at most 60 units"),
    ],
)
def test_a_fault_names_its_line(text: str, line: int, words: str) -> None:
    (fault,) = parse_outline(text).faults

    assert fault.line == line
    assert words in fault.sentence
    assert str(fault).startswith(f"Line {line}: ")


def test_every_fault_is_named_at_once() -> None:
    faults = parse_outline("- a\nBudgets\n-\nBudgets").faults

    assert [fault.line for fault in faults] == [1, 3, 4]
    assert isinstance(faults[0], Fault)
