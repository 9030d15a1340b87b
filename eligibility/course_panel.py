"""What the page of a course answers its reader to “Can I take this?”.

Named in `settings.COURSE_PANELS`: the page itself is kept for everybody, this part is made for
each reader. A stranger is sent to the checker.
"""

from datetime import date
from typing import Any, Final

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.models import Officer
from accounts.roles import Role
from courses.kept import keep
from courses.kept_panels import rests_on
from eligibility import facts, prospects
from eligibility.outlook import Answer
from eligibility.prospects import FIRST_SHOWN, Line
from eligibility.trainings import Offer, of_course

MOST_LINES: Final = 4
HEADINGS: Final = {
    Answer.YES: _("Yes, on your service record you can take this course"),
    Answer.REFER: _("The Department decides in your case"),
    Answer.LATER: _("Not yet: your length of service is not complete"),
    Answer.MISSING: _("A fact is missing from your service record"),
    Answer.NO: _("No, on your service record you cannot take this course"),
    Answer.NO_RULES: _("No rules are laid down for this course yet."),
}
# An approved version is frozen but for its end, and a decision is never changed: their keys do.
RECORD: Final = """
SELECT CAST({array}(
  o.id, o.name, o.service_id, o."group", o.born_on, o.allotment_year, o.joined_on, o.break_days,
  o.record_state, o.verified_at, o.facts_changed_at,
  s.code, s.name, s.name_hi, s.family, s.category, s.groups, s.basis,
  (SELECT {join}(CAST({array}(p.id, p.starts_on, p."group") AS text), ',') FROM (
    SELECT id, starts_on, "group" FROM accounts_posting WHERE officer_id = o.id ORDER BY id) AS p),
  (SELECT count(*) FROM eligibility_decision d
    WHERE d.officer_id = o.id AND d.course_id = %(course)s),
  (SELECT max(d.id) FROM eligibility_decision d
    WHERE d.officer_id = o.id AND d.course_id = %(course)s)) AS text)
FROM accounts_officer o LEFT JOIN accounts_service s ON s.id = o.service_id
WHERE o.user_id = %(reader)s
"""
LAW: Final = """
SELECT {join}(CAST({array}(v.id, v.effective_to, v.code) AS text), ',') FROM (
  SELECT w.id, w.effective_to, r.code FROM eligibility_rulesetversion w
  JOIN eligibility_ruleset r ON r.id = w.rule_set_id
  WHERE w.approved_at IS NOT NULL ORDER BY w.id) AS v
"""


@rests_on(RECORD, LAW)
def panel(course_pk: int, user: Any, *, today: date) -> SafeString:
    """Answer an officer batch by batch, with reasons; at most four queries."""
    key = ("eligibility.offers_of_course", course_pk)
    found = keep(key, lambda: of_course(course_pk, today), today=today)
    if not found:
        return SafeString("")
    officer = facts.reader_of(user)
    context = {
        "check_url": f"{reverse('eligibility:check')}?{_query(found[0])}",
        "is_officer": user.is_authenticated and user.has_role(Role.OFFICER),
        "officer": officer,
    }
    if officer is not None:
        context |= _answered(found, officer, today)
    return SafeString(render_to_string("eligibility/_course_panel.html", context))


def _answered(offers: list[Offer], officer: Officer, today: date) -> dict[str, Any]:
    """Judge the batches that are ahead, what the officer may join first."""
    lines = prospects.with_decisions(prospects.of_offers(offers, officer, today), officer)
    shown = prospects.foremost(lines, MOST_LINES)
    best = min((line.answer for line in lines), key=FIRST_SHOWN.index)
    return {
        "heading": HEADINGS[best],
        "lines": shown,
        "more": len(lines) - len(shown),
        "why": _why(shown),
    }


def _why(lines: list[Line]) -> Any:
    """Return the decision that stands, whose page explains it in full."""
    return next((line.decision for line in lines if line.decision), None)


def _query(offer: Offer) -> str:
    run = offer.run
    return f"run={run.code}" if run and run.commences_on else f"course={offer.course.code}"
