"""What the page of a course tells an officer: the own registration, and what colleagues did.

Named in `settings.COURSE_PANELS`; a stranger is told nothing here.
"""

from datetime import date
from typing import Any, Final

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from accounts.models import Officer
from courses.kept_panels import rests_on
from eligibility import facts
from enrollment import rules
from enrollment.models import Enrollment

# The service of the reader, and the own registrations. What others did may be minutes old.
SERVICE: Final = """
SELECT CAST({array}(o.id, s.id, s.name, s.name_hi) AS text)
FROM accounts_officer o LEFT JOIN accounts_service s ON s.id = o.service_id
WHERE o.user_id = %(reader)s
"""
OWN: Final = """
SELECT {join}(
  CAST({array}(e.id, e.number, e.state, e.run_id, e.started_at, e.held_at) AS text), ',')
FROM (
  SELECT n.* FROM enrollment_enrollment n JOIN accounts_officer o ON o.id = n.officer_id
  WHERE o.user_id = %(reader)s AND n.course_id = %(course)s ORDER BY n.id) AS e
"""


@rests_on(SERVICE, OWN)
def panel(course_pk: int, user: Any, *, today: date) -> SafeString:
    """Show an officer where the own registration stands, and figures of the service."""
    officer = facts.reader_of(user)
    if officer is None:
        return SafeString("")
    own = Enrollment.objects.of(user).of_course_key(course_pk).latest_first().with_course().first()
    context = {"own": own, **figures(course_pk, officer)}
    return SafeString(render_to_string("enrollment/_course_panel.html", context))


def figures(course_pk: int, officer: Officer) -> dict[str, Any]:
    """Count what others of the service of `officer` did, as far as it may be shown: one query."""
    if officer.service is None:
        return {"service": None}
    others = Enrollment.objects.of_course_key(course_pk).of_colleagues(officer)
    registered, completed, certified = rules.counts_shown(others.officers_by_success())
    return {
        "service": officer.service,
        "fewest": rules.FEWEST_COUNTED,
        "registered": registered,
        "completed": completed,
        "certified": certified,
    }
