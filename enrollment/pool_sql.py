"""A code taken from the pool and put down as issued, by one statement on PostgreSQL.

SQLite has one writer and takes the same steps by the ORM.
"""

from datetime import date, datetime
from typing import Any, Final

from django.db import connection

from enrollment.models import Coupon, CouponIssue, Enrollment
from enrollment.states import BatchState, CouponState

# Codes that another transaction has locked are passed over. The constraints of both tables hold
# as ever: one live issue of a code, and one for an officer and course.
TAKE: Final = f"""
WITH next AS (
  SELECT c.id FROM enrollment_coupon c
  WHERE c.course_id = %(course)s AND c.state = '{CouponState.AVAILABLE}'
    AND c.valid_until >= %(needed)s AND EXISTS (
      SELECT 1 FROM enrollment_couponbatch b
      WHERE b.id = c.batch_id AND b.state = '{BatchState.RELEASED}')
  ORDER BY c.valid_until, c.id LIMIT 1 FOR UPDATE OF c SKIP LOCKED
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
)
SELECT issue.id, {{coupon}} FROM taken, issue"""  # noqa: S608 – our own words


def take_and_issue(
    enrollment: Enrollment,
    *,
    needed: date,
    replaces: CouponIssue | None,
    at: datetime,
    shown_at: datetime | None = None,
) -> CouponIssue | None:
    """Issue the code that expires first of those valid on `needed`; None where there is none.

    `shown_at` is given where its officer sees it with that.
    """
    names = ", ".join(f"taken.{field.column}" for field in Coupon._meta.concrete_fields)
    values: dict[str, Any] = {
        "course": enrollment.course_id,
        "needed": needed,
        "enrollment": enrollment.pk,
        "officer": enrollment.officer_id,
        "at": at,
        "shown_at": shown_at,
        "replaces": replaces.pk if replaces else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(TAKE.replace("{coupon}", names), values)
        found = cursor.fetchone()
    if found is None:
        return None
    issue_id, *row = found
    return CouponIssue(
        pk=issue_id,
        coupon=_coupon(row),
        enrollment=enrollment,
        officer=enrollment.officer,
        course=enrollment.course,
        issued_at=at,
        first_revealed_at=shown_at,
        replaces=replaces,
    )


def _coupon(row: list[object]) -> Coupon:
    """Make the code of a row that came past the ORM, its text opened."""
    fields = Coupon._meta.concrete_fields
    opened = [
        field.from_db_value(value, None, connection) if hasattr(field, "from_db_value") else value
        for field, value in zip(fields, row, strict=True)
    ]
    return Coupon.from_db(connection.alias, [field.attname for field in fields], opened)
