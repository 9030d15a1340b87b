"""Whose result a row of the provider's file is, and what would come of it. Nothing is changed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses import terms
from courses.models import GradeRule, Run
from enrollment import rules
from enrollment.imports import ResultRow, fold
from enrollment.models import Enrollment, ProviderAccount, Result, ResultImportRow
from enrollment.models.results import ExamOutcome
from enrollment.states import EnrollmentState
from igot.lib.errors import Refused

Outcome = ResultImportRow.Outcome
SITTINGS = (ExamOutcome.PASSED, ExamOutcome.FAILED)  # whoever was absent made no attempt
WITH_RESULTS = (  # registrations that a result may belong to
    EnrollmentState.CONFIRMED,
    EnrollmentState.IN_PROGRESS,
    EnrollmentState.COMPLETED,
    EnrollmentState.NOT_COMPLETED,
)


@dataclass(frozen=True, kw_only=True)
class Match:
    """A row with what was found for it."""

    row: ResultRow
    outcome: Outcome
    enrollment: Enrollment | None = None
    would_pass: bool | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class PassRule:
    """What passing means in one batch, and the programme's grade rule where it had a part."""

    least_grade: Decimal
    needs_proctored_exam: bool
    grade_rule: GradeRule | None
    most_attempts: int | None = None


def pass_rule_of(run: Run) -> PassRule:
    """Return what passing means in `run`: its own numbers, else the programme's on its first day.

    :raises Refused: neither says it, or the programmes of the course say different things
    """
    general = terms.rule_of(run.course, run.commences_on) if run.commences_on else None
    least, exam = run.least_grade, run.needs_proctored_exam
    if general is not None:
        least = general.least_grade if least is None else least
        exam = general.needs_proctored_exam if exam is None else exam
    if least is None or exam is None:
        raise Refused(
            _(
                "For %(course)s there must be one grade rule in force on the commencement, or the "
                "batch must say its own."
            )
            % {"course": run.course}
        )
    return PassRule(
        least_grade=least,
        needs_proctored_exam=exam,
        grade_rule=general,
        most_attempts=run.most_attempts,
    )


def passes(row: ResultRow | ResultImportRow, rule: PassRule) -> bool:
    """Tell whether grade and examination of a readable row earn the certificate."""
    if row.online_grade is None:
        return False
    findings = rules.check_result(
        online_grade=row.online_grade,
        exam_passed=row.exam_outcome == ExamOutcome.PASSED,
        least_grade=rule.least_grade,
        needs_proctored_exam=rule.needs_proctored_exam,
    )
    return all(finding.passed for finding in findings)


def match_rows(run: Run, rows: Sequence[ResultRow]) -> list[Match]:
    """Find the registration of each row: by the name of the account, else by the e-mail address.

    Never by the officer's name. Two rows for one registration are both left to a person.
    """
    finder = _Finder(run)
    matches = [finder.match(row) for row in rows]
    times = Counter(match.enrollment.pk for match in matches if match.enrollment)
    return [
        replace(match, outcome=Outcome.AMBIGUOUS, reason=_("The officer stands in two rows."))
        if match.enrollment and times[match.enrollment.pk] > 1
        else match
        for match in matches
    ]


class _Finder:
    """The registrations of a run by account and by address, and their latest results."""

    def __init__(self, run: Run) -> None:
        self.rule = pass_rule_of(run)
        enrollments = Enrollment.objects.filter(run=run, state__in=WITH_RESULTS)
        self.by_name: dict[str, Enrollment] = {}
        self.by_address: dict[str, Enrollment] = {}
        for enrollment in enrollments.select_related("provider_account", "officer__user"):
            self.by_address[fold(enrollment.officer.email)] = enrollment
            if enrollment.provider_account:
                self.by_name[fold(enrollment.provider_account.platform_username)] = enrollment
        names = ProviderAccount.objects.filter(provider=run.course.provider)
        self.known = {fold(name) for name in names.values_list("platform_username", flat=True)}
        results = Result.objects.filter(enrollment__run=run).order_by("attempt")
        self.latest = {result.enrollment_id: result for result in results}
        self.sittings = Counter(
            result.enrollment_id for result in results if result.exam_outcome in SITTINGS
        )

    def match(self, row: ResultRow) -> Match:
        named = self.by_name.get(fold(row.username)) if row.username else None
        addressed = self.by_address.get(fold(row.email)) if row.email else None
        if named and addressed and named != addressed:
            reason = _("The name of the account and the address belong to two officers.")
            return Match(row=row, outcome=Outcome.AMBIGUOUS, reason=reason)
        enrollment = named or addressed
        if enrollment is None:
            is_known = fold(row.username) in self.known
            outcome = Outcome.NOT_ENROLLED if is_known else Outcome.UNKNOWN_OFFICER
            return Match(row=row, outcome=outcome)
        if row.fault:
            return Match(
                row=row, outcome=Outcome.BAD_SCORE, enrollment=enrollment, reason=row.fault
            )
        return self._compare(row, enrollment)

    def _compare(self, row: ResultRow, enrollment: Enrollment) -> Match:
        would_pass = passes(row, self.rule)
        match = Match(row=row, outcome=Outcome.NEW, enrollment=enrollment, would_pass=would_pass)
        earlier = self.latest.get(enrollment.pk)
        had_passed = enrollment.state == EnrollmentState.COMPLETED or (earlier and earlier.passed)
        if earlier and (earlier.online_grade, earlier.exam_outcome) == (
            row.online_grade,
            row.exam_outcome,
        ):
            return replace(match, outcome=Outcome.SAME)
        if had_passed and not would_pass:
            reason = _("A pass stands on record; taking it back needs a person's decision.")
            return replace(match, outcome=Outcome.CONFLICT, reason=reason)
        if reason := self._too_often(row, enrollment):
            return replace(match, outcome=Outcome.CONFLICT, reason=reason)
        return replace(match, outcome=Outcome.CHANGED) if earlier else match

    def _too_often(self, row: ResultRow, enrollment: Enrollment) -> str:
        """Say that the officer would sit the examination more often than the batch allows."""
        most, sat = self.rule.most_attempts, self.sittings[enrollment.pk]
        if most is None or row.exam_outcome not in SITTINGS or sat < most:
            return ""
        return ngettext(
            "The batch allows %(most)s attempt at the examination; this would be one more.",
            "The batch allows %(most)s attempts at the examination; this would be one more.",
            most,
        ) % {"most": most}
