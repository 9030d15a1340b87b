"""The pool by few statements on PostgreSQL: one that locks and reads, one that gives.

SQLite has one writer and takes the same steps by the ORM. Each journey to the server costs as much
as what is done there; so a code is taken, put down as issued, recorded and told of in one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Final, NamedTuple

from django.db import connection

from accounts import statements
from accounts.models import User
from enrollment.models import Coupon, CouponIssue, Enrollment
from enrollment.states import BatchState, CouponState
from igot.lib.planned import Planned, planned

# The run is held still: no coupon goes out on a decision for a day that is being moved.
_LOCKED: Final = """enrollment_enrollment e
JOIN accounts_officer o ON o.id = e.officer_id
JOIN courses_run r ON r.id = e.run_id"""
_LOCK: Final = f"""
SELECT 1 FROM {_LOCKED}
WHERE e.id = %(enrollment)s
FOR NO KEY UPDATE OF e, o FOR SHARE OF r"""  # noqa: S608 – our own words
_LOCK_FREE_ONES: Final = f"""
SELECT e.id FROM {_LOCKED}
WHERE e.id = ANY(%s)
ORDER BY e.id
FOR NO KEY UPDATE OF e, o SKIP LOCKED FOR SHARE OF r SKIP LOCKED"""  # noqa: S608 – our own words

# Codes that another transaction has locked are passed over. The constraints of both tables hold
# as ever: one live issue of a code, and one for an officer and course.
_IN_POOL: Final = f"""enrollment_coupon c
  WHERE c.course_id = %(course)s AND c.state = '{CouponState.AVAILABLE}'
    AND c.valid_until >= %(needed)s AND EXISTS (
      SELECT 1 FROM enrollment_couponbatch b
      WHERE b.id = c.batch_id AND b.state = '{BatchState.RELEASED}')
  ORDER BY c.valid_until, c.id"""  # noqa: S608 – our own words
_GIVE: Final = f"""
WITH next AS (
  SELECT c.id FROM {_IN_POOL} LIMIT 1 FOR UPDATE OF c SKIP LOCKED
), taken AS (
  UPDATE enrollment_coupon c SET state = '{CouponState.ISSUED}' FROM next WHERE c.id = next.id
  RETURNING c.*
), issue AS (
  INSERT INTO enrollment_couponissue
    (coupon_id, enrollment_id, officer_id, course_id, issued_at, first_revealed_at, end_reason,
     replaces_id)
  SELECT id, %(enrollment)s, %(officer)s, %(course)s, %(at)s, %(shown_at)s, '', %(replaces)s
  FROM taken
  RETURNING id
), made AS (
  SELECT issue.id, replace(%(subject_name)s, %(unknown)s, taken.ending) AS name FROM issue, taken
), entry AS ({{entry}}
), notice AS ({{notice}}
)
SELECT issue.id, (SELECT id FROM notice), {{coupon}} FROM taken, issue"""  # noqa: S608 – our own words

_GIVE_EACH: Final = f"""
WITH wanted AS (
  SELECT * FROM unnest(%(enrollments)s, %(officers)s, %(users)s, %(names)s, %(links)s, %(params)s)
    WITH ORDINALITY AS w (enrollment, officer, told, name, link, params, n)
), free AS (
  SELECT c.id, c.valid_until FROM {_IN_POOL}
  LIMIT cardinality(%(enrollments)s) FOR UPDATE OF c SKIP LOCKED
), next AS (
  SELECT id, row_number() OVER (ORDER BY valid_until, id) AS n FROM free
), taken AS (
  UPDATE enrollment_coupon c SET state = '{CouponState.ISSUED}' FROM next WHERE c.id = next.id
  RETURNING c.id, c.ending, next.n
), issue AS (
  INSERT INTO enrollment_couponissue
    (coupon_id, enrollment_id, officer_id, course_id, issued_at, end_reason)
  SELECT taken.id, enrollment, officer, %(course)s, %(at)s, '' FROM taken JOIN wanted USING (n)
  RETURNING id, coupon_id
), made AS (
  SELECT issue.id, replace(wanted.name, %(unknown)s, taken.ending) AS name, told, link, params
  FROM issue JOIN taken ON taken.id = issue.coupon_id JOIN wanted USING (n)
), entry AS ({{entry}}, subject_id
), notice AS ({{notice}}
)
SELECT count(*) FROM issue"""  # noqa: S608 – our own words
_UNKNOWN: Final = "\N{SYMBOL FOR SUBSTITUTE}"  # stands for the end of a code not yet taken


@dataclass(frozen=True, kw_only=True)
class Giving:
    """For which registration a code is given and through which day, by whom, and who is told."""

    enrollment: Enrollment
    needed: date
    replaces: CouponIssue | None
    shown_at: datetime | None  # where its officer sees the code with that
    acting_user: User | None  # None: the portal itself
    at: datetime
    told: User | None  # None: nobody
    link: str
    params: dict[str, str]

    def issue_of(self, coupon: Coupon) -> CouponIssue:
        """Return the issue of `coupon`, not saved."""
        return CouponIssue(
            coupon=coupon,
            enrollment=self.enrollment,
            officer=self.enrollment.officer,
            course=self.enrollment.course,
            issued_at=self.at,
            first_revealed_at=self.shown_at,
            replaces=self.replaces,
        )


class Given(NamedTuple):
    """What one statement has made: the issue, and the notice of it where somebody is told."""

    issue: CouponIssue
    notice_id: int | None


@cache
def lock() -> Planned:
    """Return what locks a registration, its officer and its run, given the registration's key."""
    return planned(_LOCK, enrollment="bigint")


def lock_free_ones(enrollment_ids: Sequence[int]) -> list[int]:
    """Lock some registrations as `lock` does, but for those that somebody else has locked."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_FREE_ONES, [list(enrollment_ids)])
        return [row[0] for row in cursor.fetchall()]


def give_each(
    enrollments: Sequence[Enrollment],
    *,
    needed: date,
    at: datetime,
    link: Callable[[Enrollment], str],
    params: Callable[[Enrollment], dict[str, str]],
) -> int:
    """Issue a code to each of some registrations for one course, in their order, while there are.

    The portal gives them; what is recorded and told is as in `give`. Returns how many it issued.
    """
    one = CouponIssue(coupon=Coupon(ending=_UNKNOWN), enrollment=enrollments[0])
    values = statements.values_of(one, "coupon.issued", acting_user=None, at=at)
    values |= {"course": enrollments[0].course_id, "needed": needed, "unknown": _UNKNOWN}
    values["enrollments"] = [enrollment.pk for enrollment in enrollments]
    values["officers"] = [enrollment.officer_id for enrollment in enrollments]
    values["users"] = [enrollment.officer.user_id for enrollment in enrollments]
    values["names"] = [
        str(CouponIssue(coupon=one.coupon, enrollment=enrollment)) for enrollment in enrollments
    ]
    values["links"] = [link(enrollment) for enrollment in enrollments]
    values["params"] = [statements.params_of(params(enrollment)) for enrollment in enrollments]
    with connection.cursor() as cursor:
        cursor.execute(_give_each().ready(), [values[name] for name in _TYPES_OF_EACH])
        (count,) = cursor.fetchone()
    return int(count)


def give(wish: Giving) -> Given | None:
    """Issue the code that expires first of those valid when needed; None where there is none.

    It is recorded as "coupon.issued", and who is told finds a notice of it.
    """
    enrollment = wish.enrollment
    issue = wish.issue_of(Coupon(ending=_UNKNOWN))
    values = statements.values_of(
        issue, "coupon.issued", acting_user=wish.acting_user, at=wish.at
    ) | {
        "user": wish.told.pk if wish.told else None,
        "link": wish.link,
        "params": statements.params_of(wish.params),
        "course": enrollment.course_id,
        "needed": wish.needed,
        "enrollment": enrollment.pk,
        "officer": enrollment.officer_id,
        "replaces": wish.replaces.pk if wish.replaces else None,
        "shown_at": wish.shown_at,
        "unknown": _UNKNOWN,
    }
    with connection.cursor() as cursor:
        cursor.execute(_give().ready(), [values[name] for name in _TYPES])
        found = cursor.fetchone()
    if found is None:
        return None
    issue.pk, notice_id, *row = found
    issue.coupon = _coupon(row)
    issue._state.adding = False
    return Given(issue, notice_id)


_TYPES: Final = statements.TYPES | {
    "subject_name": "text",
    "user": "bigint",
    "params": "jsonb",
    "link": "text",
    "course": "bigint",
    "needed": "date",
    "enrollment": "bigint",
    "officer": "bigint",
    "replaces": "bigint",
    "shown_at": "timestamptz",
    "unknown": "text",
}


_TYPES_OF_EACH: Final = statements.TYPES | {
    "course": "bigint",
    "needed": "date",
    "unknown": "text",
    "enrollments": "bigint[]",
    "officers": "bigint[]",
    "users": "bigint[]",
    "names": "text[]",
    "links": "text[]",
    "params": "text[]",
}


@cache
def _give_each() -> Planned:
    entry = statements.ENTRY.format(subject_id="made.id", subject_name="made.name", source="made")
    notice = statements.NOTICE.format(
        user="told",
        params="params::jsonb",
        link="link",
        source="entry JOIN made ON made.id = entry.subject_id",
    )
    return planned(_GIVE_EACH.format(entry=entry, notice=notice), **_TYPES_OF_EACH)


@cache
def _give() -> Planned:
    names = ", ".join(f"taken.{field.column}" for field in Coupon._meta.concrete_fields)
    entry = statements.ENTRY.format(subject_id="made.id", subject_name="made.name", source="made")
    notice = statements.NOTICE.format(
        user="%(user)s", params="%(params)s", link="%(link)s", source="entry"
    )
    return planned(_GIVE.format(entry=entry, notice=notice, coupon=names), **_TYPES)


def _coupon(row: list[object]) -> Coupon:
    """Make the code of a row that came past the ORM, its text opened."""
    fields = Coupon._meta.concrete_fields
    opened = [
        field.from_db_value(value, None, connection) if hasattr(field, "from_db_value") else value
        for field, value in zip(fields, row, strict=True)
    ]
    return Coupon.from_db(connection.alias, [field.attname for field in fields], opened)
