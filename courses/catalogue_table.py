"""The catalogue as a table, one line a course, for spreadsheets and other programs.

Column names and values are an interface: English, and the same in every language
(docs/decisions/0147).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Final

from courses.calendars import address
from courses.models import CommitteeDecision, Course, CourseAlias, FormerTitle, ProgrammeCourse, Run
from courses.terms import RunTerms, with_own
from igot.lib.money import quantise
from igot.lib.tables import Cell

COLUMNS: Final = (
    "code",
    "title_en",
    "title_hi",
    "other_names",
    "former_titles",
    "institute",
    "institute_en",
    "institute_hi",
    "partners",
    "programmes",
    "level",
    "mode",
    "language",
    "certification",
    "least_hours_a_week",
    "most_hours_a_week",
    "weeks",
    "fee_usd",
    "reimbursed_up_to_usd",
    "credit_points",
    "next_batch",
    "registration_opens_on",
    "registration_closes_on",
    "commences_on",
    "resolution",
    "resolved_on",
    "in_force_from",
    "circular",
    "address",
    "changed_on",
)


def rows(*, today: date) -> Iterator[list[Cell]]:
    """Yield a line for each published course: seven queries, however many there are."""
    others = _joined(CourseAlias.objects.order_by("key").values_list("course_id", "key"))
    former = _joined(FormerTitle.objects.order_by("until").values_list("course_id", "title"))
    partnered = Course.partners.through.objects.order_by("institute__code")
    partners = _joined(partnered.values_list("course_id", "institute__code"))
    places = ProgrammeCourse.objects.order_by("programme__code")
    programmes = _joined(places.values_list("course_id", "programme__code"))
    runs, decisions = _next_runs(today), _decisions(today)
    courses: Any = Course.objects.published(today).with_terms(today).select_related("institute")
    for course in courses.order_by("code").iterator(chunk_size=500):
        yield [
            course.code,
            course.title,
            course.title_hi,
            others[course.pk],
            former[course.pk],
            course.institute.code,
            course.institute.title,
            course.institute.title_hi,
            partners[course.pk],
            programmes[course.pk],
            course.level,
            course.mode,
            course.language,
            course.certification,
            course.least_weekly_hours,
            course.most_weekly_hours,
            course.weeks,
            *_terms(course, runs.get(course.pk)),
            *_decision(decisions.get((course.pk, course.rule_set_code))),
            address(course.get_absolute_url()),
            course.updated_at.date(),
        ]


def _terms(course: Any, run: Run | None) -> list[Cell]:
    """Return price, points and the next batch, whose own price counts where it has one."""
    general = RunTerms(fee_usd=course.fee_usd, cap_usd=course.cap_usd, points=course.points)
    terms = with_own(run, general) if run else general
    money = [_exact(terms.fee_usd), _exact(terms.cap_usd), terms.points]
    if run is None:
        return [*money, "", None, None, None]
    return [
        *money,
        run.name,
        run.registration_opens_on,
        run.registration_closes_on,
        run.commences_on,
    ]


def _exact(amount: Decimal | None) -> Decimal | None:
    """Write two places on every database."""
    return None if amount is None else quantise(amount)


def _decision(decision: CommitteeDecision | None) -> list[Cell]:
    if decision is None:
        return ["", None, None, ""]
    circular = decision.circular
    return [
        decision.resolution_number,
        decision.decided_on,
        decision.valid_from,
        circular.number if circular else "",
    ]


def _next_runs(today: date) -> dict[int, Run]:
    """Return for each course the window that is open and closes first, or else opens first."""
    found: dict[int, Run] = {}
    for run in Run.objects.still_to_close(today):
        found.setdefault(run.course_id, run)
    return found


def _decisions(today: date) -> dict[tuple[int, str], CommitteeDecision]:
    decisions = CommitteeDecision.objects.authorising(today).select_related("circular")
    return {(decision.course_id, decision.rule_set_code): decision for decision in decisions}


def _joined(pairs: Iterable[tuple[int, str]]) -> defaultdict[int, str]:
    """Write the names of each course in one cell."""
    found: dict[int, list[str]] = {}
    for course, name in pairs:
        found.setdefault(course, []).append(name)
    return defaultdict(str, {course: "; ".join(names) for course, names in found.items()})
