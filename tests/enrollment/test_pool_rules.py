from datetime import date
from decimal import Decimal

import pytest

from enrollment.imports import read_price
from enrollment.result_reading import read_exam, read_grade
from enrollment.rules import check_result, last_day_needed
from enrollment.states import (
    ANSWER_STEPS,
    CERTIFICATE_STEPS,
    COUPON_STEPS,
    IMPORT_STEPS,
    USAGE_STEPS,
    AnswerState,
    CertificateState,
    CouponState,
    FileState,
    ImportState,
    UsageState,
)

WHILE_READ = set(FileState.values)  # these come of the reading, which takes no step


@pytest.mark.parametrize(
    ("grade", "exam_passed", "passed"),
    [
        ("50", True, [True, True]),
        ("49.99", True, [False, True]),
        ("50", False, [True, False]),
        ("0", False, [False, False]),
    ],
)
def test_grade_and_examination_are_found_on_apart(grade, exam_passed, passed):
    findings = check_result(
        online_grade=Decimal(grade),
        exam_passed=exam_passed,
        least_grade=Decimal("50.00"),
        needs_proctored_exam=True,
    )

    assert [finding.passed for finding in findings] == passed
    assert [finding.rule for finding in findings] == ["grade", "exam"]


def test_a_rule_without_an_examination_asks_for_the_grade_alone():
    [finding] = check_result(
        online_grade=Decimal("62.50"),
        exam_passed=False,
        least_grade=Decimal("60.00"),
        needs_proctored_exam=False,
    )

    assert finding.passed
    assert str(finding.reason) == "Online grade of 62.5 per cent; at least 60 is required."


@pytest.mark.parametrize(
    ("ends_on", "commences_on", "needed"),
    [
        (date(2026, 12, 31), date(2026, 9, 1), date(2026, 12, 31)),
        (None, date(2026, 9, 1), date(2026, 9, 1)),
        (None, None, date(2026, 6, 1)),
        (date(2026, 1, 31), date(2025, 9, 1), date(2026, 6, 1)),  # over already
    ],
)
def test_a_coupon_must_last_through_the_run(ends_on, commences_on, needed):
    today = date(2026, 6, 1)

    assert last_day_needed(ends_on=ends_on, commences_on=commences_on, today=today) == needed


@pytest.mark.parametrize(
    ("text", "price"),
    [("100", "100"), ("$100.00", "100"), ("US$ 99.5", "99.50"), ("usd 1", "1"), ("0", "0")],
)
def test_a_price_is_read_as_people_write_it(text, price):
    assert read_price(text) == Decimal(price)


@pytest.mark.parametrize(
    "text", ["", "free", "-1", "NaN", "Infinity", "1e9", "100000", "1.005", "₹100", "1,00,000"]
)
def test_what_is_no_price_in_dollars_is_refused(text):
    with pytest.raises(ValueError, match="is not a price in US"):
        read_price(text)


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("Passed", "passed"),
        (" P ", "passed"),
        ("not_passed", "failed"),
        ("FAIL", "failed"),
        ("No-show", "absent"),
        ("did not appear", "absent"),
        ("", "none"),
        ("N/A", "none"),
        ("-", "none"),
    ],
)
def test_outcomes_of_the_examination_go_by_several_words(text, outcome):
    assert read_exam(text) == outcome


def test_another_word_is_no_outcome():
    with pytest.raises(ValueError, match="no outcome of an examination"):
        read_exam("perhaps")


def test_a_grade_keeps_two_places():
    assert str(read_grade("72.5%")) == "72.50"


@pytest.mark.parametrize(
    ("steps", "states", "first"),
    [
        (COUPON_STEPS, CouponState, {CouponState.AVAILABLE}),
        (CERTIFICATE_STEPS, CertificateState, {CertificateState.UPLOADED}),
        (ANSWER_STEPS, AnswerState, {AnswerState.STAGED}),
        (IMPORT_STEPS, ImportState, {*WHILE_READ, ImportState.STAGED}),
        (USAGE_STEPS, UsageState, {*WHILE_READ, UsageState.READ}),
    ],
)
def test_every_state_is_reached_and_sources_cannot_be_changed(steps, states, first):
    assert {step.target for step in steps} | first == set(states)
    assert all(isinstance(step.sources, frozenset) for step in steps)


def test_a_dead_coupon_never_comes_back_to_the_pool():
    back = [step for step in COUPON_STEPS if step.target == CouponState.AVAILABLE]

    assert {source for step in back for source in step.sources} == {CouponState.ISSUED}
