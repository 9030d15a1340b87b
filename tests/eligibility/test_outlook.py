"""The outlook of one person: yes, no, from when, until when, and why, as pure functions."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eligibility import packaged
from eligibility.outlook import IN_SHORT, NO_RULES, TONES, Answer, look_ahead
from eligibility.reasons import SENTENCES
from eligibility.rules import Facts, decide
from eligibility.states import AgeMode, BreakPolicy, Outcome, TestDate
from eligibility.strip import WIDTH, axis_of, strip_of
from tests.eligibility.cases import CASES

OM = packaged.rule_book("OM", date(2019, 5, 21))
WEB = packaged.rule_book("WEB", date(2019, 5, 21))
SERVICES = packaged.directory().services
TODAY = date(2019, 5, 1)
RUN = date(2019, 5, 21)


def officer(**changes):
    known = {
        "service": SERVICES["IAS"],
        "group": "A",
        "born_on": date(1985, 8, 15),
        "allotment_year": 2010,
        "joined_on": date(2010, 8, 30),
    }
    return Facts(**{**known, **changes})


def ask(book=OM, commences_on=RUN, today=TODAY, opens_on=None, closes_on=None, **changes):
    return look_ahead(
        facts_on=lambda day: officer(**changes),
        book=book,
        commences_on=commences_on,
        today=today,
        opens_on=opens_on,
        closes_on=closes_on,
    )


def test_yes_names_the_first_and_the_last_commencement_that_fit():
    found = ask()

    assert found.answer == Answer.YES
    assert (found.fits_from, found.fits_until) == (date(2013, 1, 1), date(2041, 12, 31))
    assert found.reason == ""


@pytest.mark.parametrize(
    ("joined_on", "answer"),
    [(date(2016, 12, 31), Answer.YES), (date(2017, 1, 1), Answer.LATER)],
)
def test_service_decides_between_yes_and_not_yet_on_the_boundary(joined_on, answer):
    assert ask(joined_on=joined_on).answer == answer


def test_not_yet_says_from_when():
    found = ask(joined_on=date(2018, 9, 3))

    assert (found.answer, found.fits_from) == (Answer.LATER, date(2021, 1, 1))
    assert found.reason == "Length of service is complete only from 01.01.2021."


@pytest.mark.parametrize(
    ("born_on", "answer", "is_boundary"),
    [
        (date(1963, 7, 2), Answer.YES, False),
        (date(1963, 7, 1), Answer.YES, True),
        (date(1963, 6, 30), Answer.NO, False),
    ],
)
def test_age_decides_between_yes_and_no_on_the_boundary(born_on, answer, is_boundary):
    found = ask(born_on=born_on)

    assert (found.answer, found.is_boundary) == (answer, is_boundary)


def test_a_yes_on_the_exact_limit_says_who_has_the_last_word():
    assert "the Department has the last word" in ask(born_on=date(1963, 7, 1)).reason


def test_over_the_age_limit_says_until_when_it_was_open():
    found = ask(born_on=date(1960, 3, 4))

    assert found.reason == "The age limit admits trainings that commence until 31.12.2015."


def test_whose_service_is_complete_only_after_the_age_limit_is_told_both_days():
    found = ask(born_on=date(1964, 3, 4), joined_on=date(2018, 9, 3))

    assert (found.answer, found.fits_from, found.fits_until) == (Answer.NO, None, None)
    assert found.reason == (
        "Length of service is complete only from 01.01.2021. "
        "The age limit admits trainings that commence until 31.12.2019."
    )


@pytest.mark.parametrize(
    ("changes", "answer", "says"),
    [
        ({"service": SERVICES["CSS"], "group": "B"}, Answer.NO, "not among those admitted"),
        ({"group": "B"}, Answer.NO, "Indian Administrative Service has no Group B."),
        ({"service": None}, Answer.MISSING, "The service is not on record."),
        ({"group": ""}, Answer.MISSING, "The group of the post held is not on record."),
        ({"born_on": None}, Answer.MISSING, "The date of birth is not on record."),
        ({"joined_on": None}, Answer.MISSING, "The date of joining is not on record."),
        ({"break_days": 40}, Answer.REFER, "a break of 40 days"),
    ],
)
def test_every_other_answer_says_in_short_why(changes, answer, says):
    found = ask(**changes)

    assert found.answer == answer
    assert says in found.reason


def test_a_service_that_the_orders_do_not_name_is_for_the_department():
    found = ask(book=WEB, service=SERVICES["DANICS"], group="B")

    assert found.answer == Answer.REFER
    assert found.reason == "The orders do not speak of this service and group."


def test_somebody_outside_the_audience_has_no_window():
    found = ask(service=SERVICES["CSS"], group="B")

    assert (found.fits_from, found.fits_until) == (None, None)


# --- announced without a day ---
def test_a_run_without_a_day_is_a_yes_until_the_age_limit():
    found = ask(commences_on=None)

    assert (found.answer, found.fits_until) == (Answer.YES, date(2041, 12, 31))


def test_a_run_without_a_day_is_not_yet_while_service_is_short():
    found = ask(commences_on=None, joined_on=date(2018, 9, 3))

    assert (found.answer, found.fits_from) == (Answer.LATER, date(2021, 1, 1))


def test_a_run_without_a_day_is_a_no_for_whom_no_day_fits():
    assert ask(commences_on=None, born_on=date(1960, 3, 4)).answer == Answer.NO
    assert ask(commences_on=None, service=None).answer == Answer.MISSING


def test_the_group_held_on_the_day_of_test_decides():
    promoted_on = date(2019, 7, 1)
    asked = []

    def facts_on(day):
        asked.append(day)
        return officer(service=SERVICES["CSS"], group="A" if day >= promoted_on else "B")

    before = look_ahead(facts_on=facts_on, book=OM, commences_on=RUN, today=TODAY)
    after = look_ahead(facts_on=facts_on, book=OM, commences_on=date(2019, 9, 1), today=TODAY)

    assert (before.answer, after.answer) == (Answer.NO, Answer.YES)
    assert asked == [RUN, date(2019, 9, 1)]


# --- other days of test ---
def test_with_service_tested_in_july_a_whole_year_fits_or_none_of_it():
    july = replace(OM, service_test_date=TestDate.FIRST_JULY)
    found = ask(book=july, joined_on=date(2018, 9, 3), commences_on=date(2020, 12, 31))

    assert (found.answer, found.fits_from) == (Answer.LATER, date(2021, 1, 1))


def test_with_a_break_left_out_the_july_test_waits_for_the_next_year():
    july = replace(
        OM,
        service_test_date=TestDate.FIRST_JULY,
        service_break_policy=BreakPolicy.EXCLUDE,
    )

    found = ask(book=july, joined_on=date(2016, 9, 3), break_days=200, commences_on=RUN)

    assert (found.answer, found.fits_from) == (Answer.LATER, date(2020, 1, 1))


def test_with_service_tested_at_registration_one_may_have_to_wait_within_the_window():
    book = replace(OM, service_test_date=TestDate.REGISTRATION)
    window = {"opens_on": date(2018, 12, 1), "closes_on": date(2019, 1, 31)}

    waits = ask(
        book=book,
        joined_on=date(2016, 9, 3),
        commences_on=date(2019, 2, 5),
        today=date(2018, 12, 10),
        **window,
    )
    too_late = ask(
        book=book,
        joined_on=date(2017, 9, 3),
        commences_on=date(2020, 2, 5),
        today=date(2019, 12, 1),
        opens_on=date(2019, 11, 1),
        closes_on=date(2019, 12, 31),
    )

    assert (waits.answer, waits.register_from) == (Answer.YES, date(2019, 1, 1))
    assert waits.reason == "Register on 01.01.2019 or later: service is complete then."
    assert too_late.answer == Answer.LATER


# --- against the rules themselves ---
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.row["id"])
def test_every_worked_case_agrees_with_its_outcome(case):
    found = look_ahead(
        facts_on=lambda day: case.facts,
        book=case.rules,
        commences_on=case.commences_on,
        today=case.registered_on,
    )

    agreeing = {
        Outcome.ELIGIBLE: {Answer.YES},
        Outcome.NOT_ELIGIBLE: {Answer.NO, Answer.LATER},
        Outcome.REFER: {Answer.REFER},
        Outcome.INCOMPLETE: {Answer.MISSING},
    }
    assert found.answer in agreeing[case.row["expected_default"]]
    assert (found.answer == Answer.YES and not found.is_boundary) or found.reason


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    born_on=st.dates(date(1955, 1, 1), date(1999, 12, 31)),
    joined_on=st.dates(date(2000, 1, 1), date(2022, 12, 31)),
    mode=st.sampled_from(AgeMode),
    tested=st.sampled_from([TestDate.COMMENCEMENT, TestDate.FIRST_JULY]),
    offset=st.integers(-2, 2),
)
def test_every_day_of_the_window_fits_and_the_days_beside_it_do_not(
    born_on, joined_on, mode, tested, offset
):
    book = replace(OM, age_mode=mode, service_test_date=tested)
    found = ask(book=book, born_on=born_on, joined_on=joined_on)
    known = officer(born_on=born_on, joined_on=joined_on)

    def fits(day):
        return decide(facts=known, rules=book, commences_on=day).outcome == Outcome.ELIGIBLE

    if found.fits_from is None:
        assert not any(fits(date(year, 7, 15)) for year in range(1995, 2060))
        return
    for edge in (found.fits_from, found.fits_until):
        day = edge + timedelta(days=offset)
        assert fits(day) == (found.fits_from <= day <= found.fits_until)


# --- words ---
def test_short_sentences_belong_to_codes_that_exist():
    assert set(IN_SHORT) <= set(SENTENCES)
    assert set(TONES) == set(Answer)


def test_a_course_without_rules_says_so():
    assert NO_RULES.reason == "No rules are laid down for this course yet."


def test_the_reason_is_in_the_language_of_the_page():
    found = ask(group="B")

    with override("hi"):
        assert "भारतीय प्रशासनिक सेवा" in found.reason


# --- the strip ---
def test_the_axis_takes_in_the_days_within_bounds():
    today = date(2026, 11, 22)

    assert axis_of([], today).last == 2028
    assert axis_of([date(2030, 1, 1), None], today).last == 2030
    assert axis_of([date(2075, 1, 1)], today).last == 2031
    assert [year.label for year in axis_of([], today).years] == ["2026", "2027", "2028"]


def test_the_strip_shows_the_window_and_the_commencement_within_its_edges():
    axis = axis_of([], TODAY)
    strip = strip_of(ask(), RUN, axis)

    assert (strip.bar_x, strip.bar_width) == (0, WIDTH)
    assert 0 < strip.mark_x < WIDTH / 3


def test_the_strip_of_somebody_who_must_wait_begins_with_the_first_day():
    axis = axis_of([], TODAY)
    strip = strip_of(ask(joined_on=date(2018, 9, 3)), RUN, axis)

    assert strip.bar_x == axis.x(date(2021, 1, 1)) > strip.mark_x


def test_nothing_is_drawn_of_a_window_that_is_past_or_not_there():
    axis = axis_of([], TODAY)

    assert strip_of(ask(born_on=date(1960, 3, 4)), None, axis).bar_x is None
    assert strip_of(ask(service=SERVICES["CSS"], group="B"), None, axis).bar_x is None
