"""What completes a programme: all of, any of, one in the other."""

import pytest

from courses import rules
from courses.rules import ALL, ANY, COURSE, Need


def one(course):
    return Need(kind=COURSE, course=course)


def all_of(*branches):
    return Need(kind=ALL, branches=branches)


def any_of(least, *branches):
    return Need(kind=ANY, least=least, branches=branches)


FIVE = all_of(*(one(number) for number in range(1, 6)))
TWO_OF_THREE = any_of(2, one(1), one(2), one(3))
NESTED = all_of(one(1), any_of(1, one(2), all_of(one(3), one(4))))


@pytest.mark.parametrize(
    ("tree", "done", "complete"),
    [
        (FIVE, {1, 2, 3, 4, 5}, True),
        (FIVE, {1, 2, 3, 4, 5, 6}, True),
        (FIVE, {1, 2, 3, 4}, False),
        (FIVE, set(), False),
        (TWO_OF_THREE, {1, 3}, True),
        (TWO_OF_THREE, {1, 2, 3}, True),
        (TWO_OF_THREE, {2}, False),
        (NESTED, {1, 2}, True),
        (NESTED, {1, 3, 4}, True),
        (NESTED, {1, 3}, False),
        (NESTED, {2, 3, 4}, False),
        (one(7), {7}, True),
    ],
)
def test_a_programme_is_complete_when_its_tree_is(tree, done, complete):
    assert rules.is_complete(tree, done) is complete


def test_what_is_missing_of_all_are_those_not_passed():
    left = rules.missing(FIVE, {2, 4})

    assert list(rules.courses_of(left)) == [1, 3, 5]


def test_what_is_missing_of_any_two_after_one_is_any_one_of_the_others():
    left = rules.missing(TWO_OF_THREE, {2})

    assert (left.kind, left.least, list(rules.courses_of(left))) == (ANY, 1, [1, 3])


def test_a_branch_that_is_complete_is_missing_no_more():
    left = rules.missing(NESTED, {2})

    assert list(rules.courses_of(left)) == [1]


@pytest.mark.parametrize("kind", [ALL, ANY])
def test_a_node_without_branches_is_never_complete(kind):
    assert not rules.is_complete(Need(kind=kind, least=0), {1, 2, 3})


def test_a_tree_that_asks_for_more_than_it_names_cannot_be_completed():
    assert not rules.can_be_completed(any_of(3, one(1), one(2)))
    assert rules.can_be_completed(NESTED)


def test_depth_counts_the_root():
    assert rules.depth_of(one(1)) == 1
    assert rules.depth_of(NESTED) == 4  # root, any, all, course
