from datetime import date, timedelta
from fractions import Fraction

import pytest

from enrollment.pool_forecast import Demand, Stock, coming, forecast, per_cent, rounded_up, share

D = date(2020, 6, 1)


def demand(codes, *, after=0, lasts=60, kind="waiting"):
    on = D + timedelta(days=after)
    return Demand(name="run", kind=kind, on=on, last_day=on + timedelta(days=lasts), codes=codes)


def stock(codes, *, days):
    return Stock(valid_until=D + timedelta(days=days), codes=codes)


@pytest.mark.parametrize(
    ("demands", "pool", "asked", "to_ask", "needed_after", "left"),
    [
        ([], [stock(5, days=90)], 0, 0, None, 5),
        ([demand(5)], [stock(5, days=90)], 0, 0, None, 0),
        ([demand(5)], [stock(4, days=90)], 0, 1, 0, 0),
        ([demand(5)], [stock(5, days=60)], 0, 0, None, 0),  # valid through the last day
        ([demand(5)], [stock(5, days=59)], 0, 5, 0, 5),  # expires within the batch
        ([demand(5), demand(3, after=30)], [stock(6, days=120)], 0, 2, 30, 0),
        ([demand(3, after=30), demand(5)], [stock(6, days=120)], 0, 2, 30, 0),
        ([demand(5)], [], 3, 2, 0, 0),
        ([demand(5)], [], 9, 0, None, 0),
        ([demand(5), demand(5, after=9)], [stock(5, days=300)], 5, 0, None, 0),
    ],
)
def test_demands_are_met_in_order(demands, pool, asked, to_ask, needed_after, left):
    found = forecast(demands, pool, asked=asked, notice_weeks=4)

    needed_by = None if needed_after is None else D + timedelta(days=needed_after)
    assert (found.to_ask, found.needed_by, found.left) == (to_ask, needed_by, left)


def test_codes_that_expire_first_go_first():
    pool = [stock(2, days=400), stock(2, days=70)]

    found = forecast([demand(2), demand(2, after=30)], pool, asked=0, notice_weeks=4)

    assert [line.short for line in found.lines] == [0, 0]


def test_the_letter_goes_as_many_weeks_before_as_the_provider_needs():
    found = forecast([demand(1, after=70)], [], asked=0, notice_weeks=4)

    assert found.write_by == D + timedelta(days=70 - 28)


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ([], 0),
        ([(date(2019, 6, 10), 40)], 40),
        ([(date(2019, 6, 10), 40), (date(2018, 5, 20), 21)], 31),  # 30.5 rounded up
        ([(date(2019, 6, 10), 40), (date(2020, 2, 1), 7)], 40),  # the season counts
        ([(date(2019, 2, 1), 10), (date(2019, 9, 1), 20), (date(2020, 2, 1), 30)], 20),
        ([(date(2020, 7, 1), 90)], 0),  # not before it
    ],
)
def test_a_batch_to_come_takes_what_its_season_took(history, expected):
    assert coming(history, D) == expected


def test_seasons_meet_over_the_turn_of_the_year():
    assert coming([(date(2018, 12, 20), 12), (date(2019, 6, 1), 50)], date(2020, 1, 10)) == 12


@pytest.mark.parametrize(
    ("part", "whole", "number", "expected"), [(1, 2, 5, 3), (0, 4, 5, 0), (0, 0, 5, 5)]
)
def test_shares_of_registrations_are_rounded_up(part, whole, number, expected):
    assert rounded_up(number, share(part, whole)) == expected


def test_shares_are_shown_in_whole_per_cent():
    assert per_cent(Fraction(2, 3)) == 66
