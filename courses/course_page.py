"""The page of a course: its dates, outline, cost and authority, with all words ready."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Value
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from courses.facts import Words, with_windows
from courses.kept import keep
from courses.models import (
    CommitteeDecision,
    Course,
    CourseModule,
    CourseQuerySet,
    Run,
    in_language,
)
from courses.states import RunState
from igot.lib.dates import dmy
from igot.lib.money import dollars


class RunLine(NamedTuple):
    """A batch on the timeline of dates."""

    code: str
    name: str
    state: str  # done, current, next, blocked: the place on the timeline
    tone: str
    standing: str
    window: str
    days: str
    moved: str
    note: str
    is_open: bool


@dataclass
class Module:
    """A module of the outline with the names of its units."""

    title: str
    summary: str
    units: list[str] = field(default_factory=list)


class Link(NamedTuple):
    """An institute or a programme, by name and address."""

    name: str
    url: str


class Money(NamedTuple):
    """What a course costs, what comes back of it, and what stays with the officer."""

    fee: str
    back: str
    own_share: str


@dataclass(kw_only=True)
class CoursePage:
    """Everything that the page of one course shows."""

    course: Any
    today: date
    runs: list[RunLine]
    outline: list[Module]
    decision: CommitteeDecision | None
    institutes: list[Link]
    programmes: list[Link]

    @cached_property
    def coming_runs(self) -> list[RunLine]:
        return [run for run in self.runs if run.state in ("current", "next")]

    @cached_property
    def past_runs(self) -> list[RunLine]:
        return [run for run in reversed(self.runs) if run.state in ("done", "blocked")]

    @cached_property
    def notes(self) -> list[str]:
        """What is to be known of the batches to come, each thing once."""
        return list(dict.fromkeys(run.note for run in self.coming_runs if run.note))

    @cached_property
    def open_run(self) -> RunLine | None:
        return next((run for run in self.runs if run.is_open), None)

    @cached_property
    def may_register(self) -> bool:
        return self.open_run is not None or self.course.is_self_paced

    @cached_property
    def check_query(self) -> str:
        """The question to the eligibility check: the open run, the next one, or the course."""
        run = self.open_run or next(iter(self.coming_runs), None)
        return f"run={run.code}" if run else f"course={self.course.code}"

    @cached_property
    def standing(self) -> tuple[str, str]:
        words = Words()
        return words.standing(self.course)

    @cached_property
    def money(self) -> Money | None:
        return money_of(self.course.fee_usd, self.course.cap_usd)

    @cached_property
    def effort(self) -> str:
        return effort_words(self.course)

    @cached_property
    def certificate_steps(self) -> list[str]:
        return certificate_steps(self.course)


def page_of(code: str, user: Any, *, today: date) -> CoursePage | None:
    """Return the page of a course that `user` may see: kept for all, unpublished ones for staff."""
    page = keep(
        ("page", code, get_language()),
        lambda: _made_page(Course.objects.published(today), code, today),
        today=today,
    )
    return page or _made_page(Course.objects.visible_to(user), code, today)


def _made_page(courses: CourseQuerySet, code: str, today: date) -> CoursePage | None:
    """Gather the page: five queries."""
    course: Any = with_windows(courses.for_page(today), today).filter(code=code).first()
    if course is None:
        return None
    decisions = CommitteeDecision.objects.authorising(today).with_course()
    decisions = decisions.filter(course=course, rule_set_code=course.rule_set_code)
    partners, programmes = links_of(course)
    runs = Run.objects.filter(course=course).with_move().in_order()
    own = Link(course.institute.brief_name, course.institute.get_absolute_url())
    return CoursePage(
        course=course,
        today=today,
        runs=[run_line(run, today=today) for run in runs],
        outline=outline_of(course),
        decision=decisions.latest_first().first(),
        institutes=[own, *partners],
        programmes=programmes,
    )


def links_of(course: Course) -> tuple[list[Link], list[Link]]:
    """Return the partners and the programmes of `course`; one query for both."""
    partners = course.partners.annotate(kind=Value(0)).values_list(
        "kind", "code", "title", "title_hi", "short_name", "short_name_hi"
    )
    programmes = course.programmes.annotate(kind=Value(1), none=Value("")).values_list(
        "kind", "code", "title", "title_hi", "none", "none"
    )
    links: tuple[list[Link], list[Link]] = ([], [])
    for kind, code, title, title_hi, brief, brief_hi in partners.union(programmes).order_by("code"):
        name = in_language(brief, brief_hi) or in_language(title, title_hi)
        address = ("courses:institute", "courses:programme")[kind]
        links[kind].append(Link(name, reverse(address, args=[code])))
    return links


def outline_of(course: Course) -> list[Module]:
    """Return the modules in order, each with its units; one query for both."""
    rows = (
        CourseModule.objects.filter(course=course)
        .order_by("position", "units__position")
        .values_list(
            "pk", "title", "title_hi", "summary", "summary_hi", "units__title", "units__title_hi"
        )
    )
    modules: dict[int, Module] = {}
    for pk, title, title_hi, summary, summary_hi, unit, unit_hi in rows:
        words = Module(in_language(title, title_hi), in_language(summary, summary_hi))
        module = modules.setdefault(pk, words)
        if unit:
            module.units.append(in_language(unit, unit_hi or ""))
    return list(modules.values())


def run_line(run: Any, *, today: date) -> RunLine:
    state, tone, standing = _place(run, today)
    opens, closes = run.registration_opens_on, run.registration_closes_on
    begins, ends = run.commences_on, run.ends_on
    window = days = ""
    if opens and closes:
        window = _("Registration: %(opens)s to %(closes)s") % {
            "opens": dmy(opens),
            "closes": dmy(closes),
        }
    if begins and ends:
        days = _("Course: %(begins)s to %(ends)s") % {"begins": dmy(begins), "ends": dmy(ends)}
    elif begins:
        days = _("Course: from %(begins)s") % {"begins": dmy(begins)}
    return RunLine(
        code=run.code,
        name=str(run),
        state=state,
        tone=tone,
        standing=standing,
        window=window,
        days=days,
        moved=_moved(run),
        note=run.note_in_language,
        is_open=run.is_open_on(today),
    )


def _moved(run: Any) -> str:
    """Say from which day the run was moved, where its present day is not that one again."""
    was = getattr(run, "moved_from", None)  # of `with_move`
    if was is None or was == run.commences_on:
        return ""
    return _("Moved from %(was)s to %(now)s (%(reference)s)") % {
        "was": dmy(was),
        "now": dmy(run.commences_on),
        "reference": run.moved_by,
    }


def _place(run: Run, today: date) -> tuple[str, str, str]:
    """Tell where `run` stands today: its place on the timeline, a tone and words for the badge."""
    if run.state == RunState.WITHDRAWN:
        return "blocked", "error", str(RunState.WITHDRAWN.label)
    if run.state == RunState.ANNOUNCED or run.commences_on is None:
        return "next", "info", _("Announced, days to follow")
    if run.is_open_on(today):
        return "current", "success", _("Open for registration")
    if run.registration_opens_on and run.registration_opens_on > today:
        return "next", "info", _("Opens on %(day)s") % {"day": dmy(run.registration_opens_on)}
    if run.commences_on > today:
        return "next", "neutral", _("Registration closed")
    if run.ends_on and run.ends_on >= today:
        return "current", "info", _("In progress")
    return "done", "neutral", _("Ended")


def money_of(fee: Decimal | None, cap: Decimal | None) -> Money | None:
    """Return fee, share that comes back and share that stays, in words; None without a fee."""
    if not fee:
        return None
    back = min(fee, cap or Decimal(0))
    return Money(dollars(fee), dollars(back), dollars(fee - back) if fee > back else "")


def effort_words(course: Course) -> str:
    """Say what a week asks: "12 to 14 hours a week, two lectures", as far as it is known."""
    least, most = course.least_weekly_hours, course.most_weekly_hours
    if not least and not most:
        return ""
    if least and most and least != most:
        return _("%(least)s to %(most)s hours a week") % {"least": least, "most": most}
    return _("About %(hours)s hours a week") % {"hours": most or least}


def certificate_steps(course: Any) -> list[str]:
    """Return the way to the certificate, step by step, under the grade rule in force."""
    return [*_study_steps(course), *_steps_here(course)]


def _study_steps(course: Any) -> Iterable[str]:
    if course.certification == Course.Certification.MODULES:
        yield _("Complete all modules, in your own time.")
        return
    if course.certification == Course.Certification.CERTIFICATE:
        yield _("Complete the course; the institute issues the certificate.")
        return
    if course.least_grade is not None:
        grade = f"{course.least_grade.normalize():f}"
        yield _("Reach a final online grade of %(grade)s per cent or more.") % {"grade": grade}
    else:
        yield _("Reach the online grade that the programme asks for.")
    if course.needs_exam is not False:
        yield _("Pass the proctored examination, in person at a test centre in India.")


def _steps_here(course: Any) -> Iterable[str]:
    yield _("Upload the certificate here. The Training Division compares it with your result.")
    if course.points:
        yield _("Your credit points are added the moment the certificate is verified.")
    if course.fee_usd:
        yield _("Claim the fee with the receipt and the proof of debit.")
