"""The eligibility calendar: what one person may join, of all that is open or announced."""

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any

from django.db.models import TextChoices, prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Officer
from courses.models import Course, Run
from eligibility import facts
from eligibility.books import Books
from eligibility.models import Decision
from eligibility.outlook import NO_RULES, TONES, Answer, Prospect, look_ahead
from eligibility.rules import Facts
from eligibility.strip import Strip, axis_of, strip_of
from eligibility.trainings import Offer, on_offer

FIRST_SHOWN = (Answer.YES, Answer.REFER, Answer.LATER, Answer.MISSING, Answer.NO, Answer.NO_RULES)

MOST_SHOWN = 100  # lines of the checker's answer


class Order(TextChoices):
    COURSE = "", gettext_lazy("By course")
    DATE = "date", gettext_lazy("By day of commencement")


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the calendar."""

    offer: Offer
    prospect: Prospect
    strip: Strip
    decision: Decision | None = None  # that which stands for the officer, if any

    @property
    def answer(self) -> Answer:
        """Return the answer of the rules, or that of the Department where it overrode them."""
        is_override = self.decision is not None and self.decision.is_override
        return Answer.YES if is_override else self.prospect.answer

    @property
    def tone(self) -> str:
        return TONES[self.answer]

    @property
    def reason(self) -> str:
        if self.decision is not None and self.decision.is_override:
            return _("The Department has so decided: %(number)s.") % {
                "number": self.decision.number
            }
        return self.prospect.reason

    @property
    def course(self) -> Course:
        return self.offer.course

    @property
    def run(self) -> Run | None:
        return self.offer.run

    @property
    def key(self) -> tuple[int, int | None]:
        return self.course.pk, self.run.pk if self.run else None

    @property
    def commences_on(self) -> date | None:
        """Return the day of commencement; None for self-paced, or announced without a day."""
        return self.run.commences_on if self.run else None


def calendar(offers: Iterable[Offer], facts_on: Callable[[date], Facts], today: date) -> list[Line]:
    """Answer for each offer that is still ahead; one query, however many there are."""
    ahead = [offer for offer in offers if offer.is_ahead(today)]
    books = Books(offer.course.rule_set_code for offer in ahead)
    found = [(offer, _prospect(offer, facts_on, books, today)) for offer in ahead]
    days = [offer.commences_on(today) for offer in ahead]
    axis = axis_of([*days, *(prospect.fits_from for _offer, prospect in found)], today)
    return [
        Line(
            offer=offer,
            prospect=prospect,
            strip=strip_of(prospect, offer.run.commences_on if offer.run else None, axis),
        )
        for offer, prospect in found
    ]


def of_officer(officer: Officer, today: date) -> list[Line]:
    """Make the calendar of an officer, with the group held on each day of test."""
    return of_offers(on_offer(today), officer, today)


def of_offers(offers: Iterable[Offer], officer: Officer, today: date) -> list[Line]:
    """Answer an officer for some offers: two queries."""
    prefetch_related_objects([officer], "postings")
    return calendar(offers, lambda day: facts.facts_of(officer, on=day), today)


def with_decisions(lines: Iterable[Line], officer: Officer) -> list[Line]:
    """Add to each line the decision that stands for the officer; one query."""
    standing = Decision.objects.filter(officer=officer).standing()
    decisions = {(decision.course_id, decision.run_id): decision for decision in standing}
    return [replace(line, decision=decisions.get(line.key)) for line in lines]


def without(lines: Iterable[Line], keys: Container[tuple[int, int | None]]) -> list[Line]:
    """Leave out the (course, run) pairs that the officer has taken up already."""
    return [line for line in lines if line.key not in keys]


def in_order(lines: Iterable[Line], order: str) -> list[Line]:
    """Order by course, then day; or by day alone. What has no day yet comes last."""
    by_day = sorted(lines, key=lambda line: line.commences_on or date.max)
    if order == Order.DATE:
        return by_day
    return sorted(by_day, key=lambda line: (str(line.course).casefold(), line.course.pk))


def groups(lines: Iterable[Line], order: str) -> list[tuple[Course | None, list[Line]]]:
    """Group ordered lines under their course; in the order of days they stand in one group."""
    if order == Order.DATE:
        return [(None, list(lines))]
    return [(course, list(rows)) for course, rows in groupby(lines, key=lambda line: line.course)]


def bounded(lines: Sequence[Line]) -> dict[str, Any]:
    """Return for a page without further pages the foremost lines, by course, and how many more."""
    shown = in_order(foremost(lines, MOST_SHOWN), Order.COURSE)
    return {
        "groups": groups(shown, Order.COURSE),
        "number": count_of(lines, Answer.YES),
        "total": len(lines),
        "more": len(lines) - len(shown),
    }


def foremost(lines: Sequence[Line], most: int) -> list[Line]:
    """Pick what interests an officer first: what he may join, soonest first."""
    by_day = in_order(lines, Order.DATE)
    return sorted(by_day, key=lambda line: FIRST_SHOWN.index(line.answer))[:most]


def count_of(lines: Iterable[Line], answer: Answer) -> int:
    return sum(line.answer == answer for line in lines)


def _prospect(
    offer: Offer, facts_on: Callable[[date], Facts], books: Books, today: date
) -> Prospect:
    commences_on = offer.commences_on(today)
    book = books.governing(offer.course.rule_set_code, commences_on or today)
    if book is None:
        return NO_RULES
    return look_ahead(
        facts_on=facts_on,
        book=book,
        commences_on=commences_on,
        today=today,
        opens_on=offer.run.registration_opens_on if offer.run else None,
        closes_on=offer.run.registration_closes_on if offer.run else None,
    )
