"""What the catalogue shows of eligibility to the person who looks at it; settings name these."""

from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Any, Final

from django.db import connection
from django.db.models import prefetch_related_objects

from accounts.models import User
from courses.facts import windows
from courses.kept import keep
from courses.models import Course
from eligibility import facts
from eligibility.books import Books
from eligibility.outlook import Answer, look_ahead

# All that the answer rests on besides the catalogue and the day; who it is, is no part of it.
_GROUNDS: Final = """
SELECT o.service_id, o."group", o.born_on, o.allotment_year, o.joined_on, o.break_days,
  s.code, s.family, s.category, s.groups, s.basis,
  (SELECT {join}(p.starts_on || p."group", ',') FROM (
    SELECT starts_on, "group" FROM accounts_posting WHERE officer_id = o.id ORDER BY id) AS p),
  (SELECT {join}(v.id || ':' || coalesce(v.effective_to || '', ''), ',') FROM (
    SELECT id, effective_to FROM eligibility_rulesetversion
    WHERE approved_at IS NOT NULL ORDER BY id) AS v)
FROM accounts_officer o LEFT JOIN accounts_service s ON s.id = o.service_id
WHERE o.user_id = %s
"""


def eligible_courses(user: User, *, today: date) -> frozenset[int] | None:
    """Return the courses with a batch ahead whose rules admit `user`; None without a record.

    A course without a batch ahead counts as if one began as soon as the officer's service fits,
    a self-paced one as if it began today. One query where the same grounds were judged before
    under this version of the catalogue; then three more: officer, postings, rule sets.
    """
    grounds = _grounds(user)
    if grounds is None:
        return None
    key = ("eligibility.eligible_courses", *grounds)
    return keep(key, lambda: _judged(user, today), today=today)


def _judged(user: User, today: date) -> frozenset[int]:
    officer = facts.officer_of(user)
    if officer is None:
        return frozenset()
    prefetch_related_objects([officer], "postings")
    offered = windows(today=today)
    books = Books(window.rule_set_code for window in offered)
    facts_on = cache(lambda day: facts.facts_of(officer, on=day))
    found: set[int] = set()
    for window, courses in offered.items():
        is_self_paced = window.mode == Course.Mode.SELF_PACED
        commences_on = today if is_self_paced else window.commences_on
        book = books.governing(window.rule_set_code, commences_on or today)
        if book is None:
            continue
        prospect = look_ahead(
            facts_on=facts_on,
            book=book,
            commences_on=commences_on,
            today=today,
            opens_on=window.opens_on,
            closes_on=window.closes_on,
        )
        if prospect.answer == Answer.YES:
            found.update(courses)
    return frozenset(found)


def _grounds(user: User) -> Iterable[Any] | None:
    """Read what the answer for `user` rests on, as plain values; one query."""
    join = "string_agg" if connection.vendor == "postgresql" else "group_concat"
    with connection.cursor() as cursor:
        cursor.execute(_GROUNDS.format(join=join), [user.pk])
        found: tuple[Any, ...] | None = cursor.fetchone()
    return found
