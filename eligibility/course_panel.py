"""What the page of a course answers its reader to “Can I take this?”.

Named in `settings.COURSE_PANELS`: the page itself is kept for everybody, this part is made for
each reader. A stranger is sent to the checker.
"""

from collections import defaultdict
from datetime import date
from typing import Any, Final

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.models import Officer
from accounts.roles import Role
from courses.kept import keep
from courses.models import Course, Run
from courses.states import RunState
from eligibility import facts, prospects
from eligibility.outlook import Answer
from eligibility.prospects import FIRST_SHOWN, Line
from eligibility.trainings import Offer, on_offer

MOST_LINES: Final = 4
HEADINGS: Final = {
    Answer.YES: _("Yes, on your service record you can take this course"),
    Answer.REFER: _("The Department decides in your case"),
    Answer.LATER: _("Not yet: your length of service is not complete"),
    Answer.MISSING: _("A fact is missing from your service record"),
    Answer.NO: _("No, on your service record you cannot take this course"),
    Answer.NO_RULES: _("No rules are laid down for this course yet."),
}


def panel(course_pk: int, user: Any, *, today: date) -> SafeString:
    """Answer an officer batch by batch, with reasons; at most four queries."""
    offers = keep(("eligibility.offers_by_course",), lambda: _by_course(today), today=today)
    found = offers.get(course_pk) or _without_batch(course_pk)
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


def _by_course(today: date) -> dict[int, list[Offer]]:
    """Group what is on offer and still ahead by its course."""
    found: defaultdict[int, list[Offer]] = defaultdict(list)
    for offer in on_offer(today):
        if offer.is_ahead(today):
            found[offer.course.pk].append(offer)
    return dict(found)


def _without_batch(course_pk: int) -> list[Offer]:
    """Return a batch without a day, for a course that is offered but has none announced."""
    return [
        Offer(course=course, run=Run(course=course, state=RunState.ANNOUNCED))
        for course in Course.objects.published().of_key(course_pk)
    ]


def _query(offer: Offer) -> str:
    run = offer.run
    return f"run={run.code}" if run and run.commences_on else f"course={offer.course.code}"
