"""What lies ahead of one person: for a training yes or no, from when, until when, and why."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from eligibility import reasons, rules
from eligibility.explain import first_commencement
from eligibility.rules import Facts, Finding, RuleBook, Ruling
from eligibility.states import Outcome, Rule, TestDate, Verdict
from igot.lib.dates import dmy


class Answer(TextChoices):
    """What can be said of one training."""

    YES = "yes", _("Yes")
    LATER = "later", _("Not yet")
    NO = "no", _("No")
    REFER = "refer", _("The Department decides")
    MISSING = "missing", _("A fact is missing")
    NO_RULES = "no_rules", _("No rules yet")


TONES: Final = {
    Answer.YES: "success",
    Answer.LATER: "warning",
    Answer.NO: "error",
    Answer.REFER: "info",
    Answer.MISSING: "warning",
    Answer.NO_RULES: "neutral",
}
ANSWERS: Final = {
    Outcome.ELIGIBLE: Answer.YES,
    Outcome.NOT_ELIGIBLE: Answer.NO,
    Outcome.REFER: Answer.REFER,
    Outcome.INCOMPLETE: Answer.MISSING,
}
DECISIVE: Final = {
    Answer.LATER: {Verdict.FAIL},
    Answer.NO: {Verdict.FAIL},
    Answer.REFER: {Verdict.REFER, Verdict.MISSING},  # a rule set may refer what is missing
    Answer.MISSING: {Verdict.MISSING},
}
# For a line of a table; a code that is not here is said in its whole sentence.
IN_SHORT: Final[dict[str, Promise]] = {
    "audience.outside": _("This service and group are not among those admitted."),
    "audience.referred": _("The orders do not speak of this service and group."),
    "service.short.allotment": _("Length of service is complete only from %(first_day)s."),
    "service.short.joining": _("Length of service is complete only from %(first_day)s."),
    "age.within": _("The age limit admits trainings that commence until %(last_day)s."),
    "age.over": _("The age limit admits trainings that commence until %(last_day)s."),
    "age.boundary.over": _("Exactly on the age limit, which is read as over it."),
    "age.boundary.within": _("Exactly on the age limit: the Department has the last word."),
}


@dataclass(frozen=True, kw_only=True)
class Prospect:
    """The answer for one training, and the days of commencement that fit, both inclusive."""

    answer: Answer
    findings: tuple[Finding, ...] = ()
    fits_from: date | None = None
    fits_until: date | None = None
    register_from: date | None = None  # where service is tested on the day of registration
    is_boundary: bool = False

    @property
    def tone(self) -> str:
        return TONES[self.answer]

    @property
    def reason(self) -> str:
        """Say in short what decides, in the present language."""
        if self.answer == Answer.NO_RULES:
            return str(_("No rules are laid down for this course yet."))
        if self.register_from:
            day = dmy(self.register_from)
            return str(_("Register on %(day)s or later: service is complete then.")) % {"day": day}
        told = [finding for finding in self.findings if self._tells(finding)]
        return " ".join(_in_short(finding) for finding in told)

    def _tells(self, finding: Finding) -> bool:
        if self.answer == Answer.YES:
            return finding.is_boundary
        if finding.rule == Rule.AGE and self.answer == Answer.NO and self._ends_before_it_begins:
            return True
        return finding.verdict in DECISIVE[self.answer]

    @property
    def _ends_before_it_begins(self) -> bool:
        """Whether the age limit passes before the length of service is complete."""
        begins = [finding.first_day for finding in self.findings if finding.first_day]
        ends = [finding.last_day for finding in self.findings if finding.last_day]
        return bool(begins and ends and begins[0] > ends[0])


NO_RULES: Final = Prospect(answer=Answer.NO_RULES)


def look_ahead(
    *,
    facts_on: Callable[[date], Facts],
    book: RuleBook,
    commences_on: date | None,
    today: date,
    opens_on: date | None = None,
    closes_on: date | None = None,
) -> Prospect:
    """Answer for one training; without a day of commencement, for whichever day it will be.

    `facts_on` gives the facts with the group held on a day: domain page 20, section 2.4.
    """
    if commences_on is None:
        return _undated(facts_on, book, today)
    earliest = min(max(today, opens_on or today), commences_on)
    latest = max(earliest, min(closes_on or commences_on, commences_on))
    known = facts_on(rules.test_date(book, commences_on, earliest))
    ruling = rules.decide(facts=known, rules=book, commences_on=commences_on, registered_on=latest)
    found = _prospect(ruling, book)
    first_day = ruling.first_eligible_on
    waits = book.service_test_date == TestDate.REGISTRATION and first_day and first_day > earliest
    if found.answer == Answer.YES and waits:
        return replace(found, register_from=first_day)
    return found


def _undated(facts_on: Callable[[date], Facts], book: RuleBook, today: date) -> Prospect:
    """Judge a training without a day as if it commenced as soon as the person's service fits."""
    now = _prospect(_on(facts_on, book, today), book)
    if now.answer != Answer.LATER or now.fits_from is None:
        return now
    then = _prospect(_on(facts_on, book, now.fits_from), book)
    return now if then.answer == Answer.YES else then


def _on(facts_on: Callable[[date], Facts], book: RuleBook, day: date) -> Ruling:
    known = facts_on(rules.test_date(book, day, day))
    return rules.decide(facts=known, rules=book, commences_on=day, registered_on=day)


def _prospect(ruling: Ruling, book: RuleBook) -> Prospect:
    answer = ANSWERS[ruling.outcome]
    fits_from, fits_until = window(ruling, book)
    if answer == Answer.NO and fits_from and fits_until and _only_service_is_short(ruling):
        answer = Answer.LATER
    return Prospect(
        answer=answer,
        findings=ruling.findings,
        fits_from=fits_from,
        fits_until=fits_until,
        is_boundary=ruling.is_boundary,
    )


def window(ruling: Ruling, book: RuleBook) -> tuple[date | None, date | None]:
    """Find the first and last day of commencement that service and age admit; None if none does.

    Where a fact is missing, its side of the window is open: None as well.
    """
    if any(f.rule == Rule.AUDIENCE and f.verdict == Verdict.FAIL for f in ruling.findings):
        return None, None
    first, last = ruling.first_eligible_on, ruling.last_eligible_on
    first = first_commencement(first, book) if first else None
    if first and last and first > last:
        return None, None
    return first, last


def _only_service_is_short(ruling: Ruling) -> bool:
    short = {Rule.SERVICE: Verdict.FAIL}
    return all(f.verdict == short.get(f.rule, Verdict.PASS) for f in ruling.findings)


def _in_short(finding: Finding) -> str:
    days = {"last_day": dmy(finding.last_day) if finding.last_day else ""}
    if finding.first_day:
        days["first_day"] = dmy(finding.first_day)
    if finding.code in IN_SHORT:
        return str(IN_SHORT[finding.code]) % days
    return reasons.text(finding.code, finding.params)
