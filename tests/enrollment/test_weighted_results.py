"""Weighted results at their edges: what still passes, how it is rounded, and what is missing."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrollment.rules import check_result, weighted_total

HUNDREDTH = Decimal("0.01")
grades = st.decimals(min_value=0, max_value=100, places=2)
weights = st.decimals(min_value=0, max_value=100, places=2)


def found(grade: str, score: str | None, **rule: Any) -> dict[str, bool]:
    """Judge under 30 and 70 per cent, 40 at least online and 50 in all, unless `rule` says not."""
    rule = {"online_weight": "30", "exam_weight": "70", "least_total": "50", **rule}
    findings = check_result(
        online_grade=Decimal(grade),
        exam_passed=rule.pop("exam_passed", True),
        exam_score=None if score is None else Decimal(score),
        least_grade=Decimal(rule.pop("least_grade", "40")),
        needs_proctored_exam=rule.pop("needs_proctored_exam", True),
        **{name: None if value is None else Decimal(value) for name, value in rule.items()},
    )
    return {finding.rule: finding.passed for finding in findings}


@pytest.mark.parametrize(
    ("grade", "score", "grade_passed", "total_passed"),
    [
        ("50.00", "50.00", True, True),
        ("49.99", "50.00", True, True),  # 49.997, in two places 50.00
        ("49.98", "50.00", True, False),  # 49.994, in two places 49.99
        ("50.00", "49.99", True, False),  # 49.993: the examination weighs more
        ("50.01", "49.99", True, True),  # 49.996
        ("40.00", "54.28", True, True),  # 49.996
        ("40.00", "54.27", True, False),  # 49.989
        ("39.99", "100.00", False, True),  # each part has its own least
        ("100.00", "28.57", True, True),  # 49.999
        ("100.00", "28.56", True, False),  # 49.992
        ("0.00", "71.43", False, True),  # 50.001
        ("100.00", "100.00", True, True),
        ("0.00", "0.00", False, False),
    ],
)
def test_the_total_passes_from_its_least_on(
    grade: str, score: str, grade_passed: bool, total_passed: bool
) -> None:
    assert found(grade, score) == {"grade": grade_passed, "total": total_passed}


@pytest.mark.parametrize(
    ("grade", "score", "weights", "total"),
    [
        ("50", "50", ("30", "70"), "50.00"),
        ("49.99", "50", ("30", "70"), "50.00"),  # 49.997
        ("49.98", "50", ("30", "70"), "49.99"),  # 49.994
        ("59.99", "60", ("50", "50"), "60.00"),  # 59.995: half up
        ("60.01", "60", ("50", "50"), "60.01"),  # 60.005: half up, though even stands below
        ("0.01", "0", ("50", "50"), "0.01"),  # 0.005
        ("0.01", "0", ("49.99", "50.01"), "0.00"),  # 0.004999
        ("100", "0", ("0", "100"), "0.00"),
        ("100", "0", ("100", "0"), "100.00"),
        ("33.33", "66.67", ("33.33", "66.67"), "55.56"),  # 55.55777778
    ],
)
def test_the_total_is_rounded_once_half_up(
    grade: str, score: str, weights: tuple[str, str], total: str
) -> None:
    made = weighted_total(Decimal(grade), Decimal(score), *map(Decimal, weights))

    assert str(made) == total


@pytest.mark.parametrize(
    "missing", [{"online_weight": None}, {"exam_weight": None}, {"score": None}], ids=str
)
def test_where_a_part_is_missing_there_is_no_total_and_no_pass(missing: dict[str, Any]) -> None:
    score, rule = ("90", missing) if "score" not in missing else (None, {})

    assert found("90", score, **rule) == {"grade": True, "total": False}


def test_a_missing_score_is_no_nought_and_says_so() -> None:
    [_grade, total] = check_result(
        online_grade=Decimal(100),
        exam_passed=True,
        exam_score=None,
        least_grade=Decimal(40),
        needs_proctored_exam=True,
        online_weight=Decimal(60),
        exam_weight=Decimal(40),
        least_total=Decimal(50),
    )

    assert not total.passed  # 60 would be enough if nothing counted as nought
    assert str(total.reason) == ("There is no total while the score of the examination is missing.")


@pytest.mark.parametrize(
    ("score", "least", "passed"),
    [("40.00", "40", True), ("39.99", "40", False), ("0", "0", True), (None, "0", False)],
)
def test_a_least_score_decides_in_place_of_the_providers_word(
    score: str | None, least: str, passed: bool
) -> None:
    for word in (True, False):
        rule = {"least_exam_score": least, "least_total": None, "exam_passed": word}

        assert found("90", score, **rule) == {"grade": True, "exam": passed}


def test_a_least_score_and_a_least_total_are_both_asked_for() -> None:
    rule = {"least_exam_score": "60"}

    assert found("90", "59.99", **rule) == {"grade": True, "exam": False, "total": True}
    assert found("40", "60.00", **rule) == {"grade": True, "exam": True, "total": True}
    assert found("40", "60.00", **rule, least_total="54.01")["total"] is False


def test_without_an_examination_no_weight_counts() -> None:
    assert found("40", None, needs_proctored_exam=False) == {"grade": True}


@given(grade=grades, score=grades, weight=weights)
def test_the_total_lies_between_its_parts_and_within_half_a_hundredth(
    grade: Decimal, score: Decimal, weight: Decimal
) -> None:
    total = weighted_total(grade, score, weight, 100 - weight)

    assert total is not None and total == total.quantize(HUNDREDTH)
    assert min(grade, score) <= total <= max(grade, score)
    exact = (Fraction(grade) * Fraction(weight) + Fraction(score) * Fraction(100 - weight)) / 100
    assert Fraction(-1, 200) < Fraction(total) - exact <= Fraction(1, 200)  # the half goes up


@given(grade=grades, score=grades, weight=weights, least=grades, more=grades)
def test_who_does_better_never_fares_worse(
    grade: Decimal, score: Decimal, weight: Decimal, least: Decimal, more: Decimal
) -> None:
    def passes(grade: Decimal, score: Decimal) -> list[bool]:
        found = check_result(
            online_grade=grade,
            exam_passed=True,
            exam_score=score,
            least_grade=least,
            needs_proctored_exam=True,
            online_weight=weight,
            exam_weight=100 - weight,
            least_exam_score=least,
            least_total=least,
        )
        return [finding.passed for finding in found]

    better = (min(Decimal(100), grade + more), min(Decimal(100), score + more))

    assert all(now >= then for then, now in zip(passes(grade, score), passes(*better), strict=True))


@given(grade=grades, score=grades, weight=weights)
def test_what_passes_is_what_the_printed_total_says(
    grade: Decimal, score: Decimal, weight: Decimal
) -> None:
    exact = (grade * weight + score * (100 - weight)) / 100
    printed = exact.quantize(HUNDREDTH, ROUND_HALF_UP)
    given_weights = {"online_weight": str(weight), "exam_weight": str(100 - weight)}

    for least, passed in ((printed, True), (printed + HUNDREDTH, False)):
        rule = {**given_weights, "least_total": str(least)}
        assert found(str(grade), str(score), **rule)["total"] is passed
