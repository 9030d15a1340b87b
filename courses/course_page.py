"""The page of a course: its dates, outline, cost and authority, with all words ready."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from django.db.models import CharField, F, Value
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from courses import course_words, structured, year_strip
from courses.calendars import address
from courses.course_words import BatchTerms, Money
from courses.facts import Words, with_windows
from courses.kept import keep
from courses.models import (
    CommitteeDecision,
    Course,
    CourseFee,
    CourseModule,
    CourseQuerySet,
    Run,
    in_language,
)
from courses.run_lines import RunLine, run_line
from courses.terms import RunTerms
from igot.lib.dates import dmy
from igot.lib.prepared import KEY, TEXT, prepared

MOST_RELATED = 6


@dataclass
class Module:
    """A module of the outline with the names of its units."""

    title: str
    summary: str
    units: list[str] = field(default_factory=list)


class Link(NamedTuple):
    """Something with a page, by name and address; `note` says more of it."""

    name: str
    url: str
    note: str = ""


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
    former_titles: list[Link]  # without addresses; the note is the last day
    supersedes: list[Link]
    related: list[Link]
    fees: Sequence[CourseFee]

    @cached_property
    def is_withdrawn(self) -> bool:
        return self.course.withdrawn_on is not None

    @cached_property
    def is_hidden(self) -> bool:
        """Whether only staff see the page."""
        if self.is_withdrawn:
            return self.course.first_published_at is None
        return not self.course.is_published or self.decision is None

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
        if self.is_withdrawn:
            return False
        return self.open_run is not None or self.course.is_self_paced

    @cached_property
    def check_query(self) -> str:
        """The question to the eligibility check: the open run, the next one, or the course."""
        run = self.open_run or next(iter(self.coming_runs), None)
        return f"run={run.code}" if run else f"course={self.course.code}"

    @cached_property
    def standing(self) -> tuple[str, str]:
        if self.is_withdrawn:
            day = dmy(self.course.withdrawn_on)
            return "error", _("Withdrawn on %(day)s") % {"day": day}
        words = Words()
        return words.standing(self.course)

    # --- terms ----------------------------------------------------------------------------------
    @cached_property
    def general_terms(self) -> RunTerms:
        return course_words.general_terms(self.course)

    @cached_property
    def coming_terms(self) -> list[RunTerms]:
        """The terms of each of the batches to come."""
        return course_words.terms_of_lines(
            self.coming_runs, self.general_terms, self.fees, self.today
        )

    @cached_property
    def terms(self) -> RunTerms:
        """The terms of the batch that is open, of the next one, or those of the course."""
        pairs = list(zip(self.coming_runs, self.coming_terms, strict=True))
        open_now = (terms for line, terms in pairs if line.is_open)
        coming = (terms for line, terms in pairs if line.state == "next")
        return next(open_now, next(coming, self.general_terms))

    @cached_property
    def batch_terms(self) -> list[BatchTerms]:
        lines, terms = self.coming_runs, self.coming_terms
        return course_words.batch_terms(lines, terms, self.general_terms)

    @cached_property
    def money(self) -> Money | None:
        return course_words.money_of(self.terms.fee_usd, self.terms.cap_usd)

    @cached_property
    def money_steps(self) -> list[str]:
        return course_words.money_steps(has_coupons=self.course.provider.issues_coupons)

    @cached_property
    def certificate_steps(self) -> list[str]:
        return course_words.certificate_steps(self.course, self.terms)

    # --- effort and days ------------------------------------------------------------------------
    @cached_property
    def effort(self) -> str:
        return course_words.effort_words(self.course)

    @cached_property
    def whole_effort(self) -> str:
        return course_words.whole_effort_words(self.course)

    @cached_property
    def strip(self) -> year_strip.YearStrip | None:
        return year_strip.strip_of([line.run for line in self.coming_runs], self.today)

    @cached_property
    def has_days(self) -> bool:
        """Whether there is anything for a calendar program."""
        return any(line.run.registration_opens_on for line in self.coming_runs)

    @cached_property
    def webcal(self) -> str:
        """The address by which a calendar program subscribes, in the reader's language."""
        path = reverse("courses:course_calendar", args=[self.course.code])
        _scheme, _colon, rest = address(path).partition(":")
        return f"webcal:{rest}?lang={get_language()}"

    # --- for machines ---------------------------------------------------------------------------
    @cached_property
    def data(self) -> SafeString:
        return structured.script_of(structured.course_data(self))

    @cached_property
    def social(self) -> structured.Social:
        return structured.social_of(self.course, self.course.objective_in_language)


def page_of(code: str, user: Any, *, today: date) -> CoursePage | None:
    """Return the page of a course that `user` may see: kept for all, unpublished ones for staff."""
    page = keep(
        ("page", code, get_language()),
        lambda: _made_page(_public_course(code, today), today),
        today=today,
    )
    if page is not None:
        return page
    return _made_page(_courses(Course.objects.visible_to(user), code, today).first(), today)


def _courses(courses: CourseQuerySet, code: str, today: date) -> Any:
    found: Any = with_windows(courses.for_page(today), today).filter(code=code)
    return found.select_related("institute", "provider", "superseded_by")


def _public_course(code: str, today: date) -> Any:
    rows = prepared(
        ("course_page.course", today),
        lambda: _courses(Course.objects.with_page(today), TEXT, today)[:1],
        {TEXT: code},
    )
    return next(iter(rows), None)


def _made_page(course: Any, today: date) -> CoursePage | None:
    """Gather the page: five queries besides that for the course."""
    if course is None:
        return None
    key = {KEY: course.pk}
    links = links_of(course, today)
    runs = prepared("course_page.runs", lambda: _runs(KEY), key)
    fees = prepared("course_page.fees", lambda: CourseFee.objects.filter(course=KEY), key)
    own = Link(course.institute.brief_name, course.institute.get_absolute_url())
    return CoursePage(
        course=course,
        today=today,
        runs=[run_line(run, today=today) for run in runs],
        outline=outline_of(course),
        decision=_decision_on(course, today),
        institutes=[own, *links["partner"]],
        programmes=links["programme"],
        former_titles=links["former"],
        supersedes=links["supersedes"],
        related=sorted(links["related"])[:MOST_RELATED],
        fees=list(fees),
    )


def _runs(key: int) -> Any:
    return Run.objects.filter(course=key).with_move().in_order()


def _decision_on(course: Course, today: date) -> CommitteeDecision | None:
    """Return the latest decision by which the course is offered."""

    def build() -> Any:
        decisions = CommitteeDecision.objects.authorising(today).select_related("circular")
        return decisions.filter(course=KEY, rule_set_code=TEXT).latest_first()[:1]

    values = {KEY: course.pk, TEXT: course.rule_set_code}
    return next(iter(prepared(("course_page.decision", today), build, values)), None)


def links_of(course: Course, today: date) -> dict[str, list[Link]]:
    """Return what stands around `course`: one query for all of it."""
    links: defaultdict[str, list[Link]] = defaultdict(list)
    rows = prepared(
        ("course_page.links", today), lambda: _links(Course(pk=KEY), today), {KEY: course.pk}
    )
    for kind, code, *texts in rows:
        links[kind].append(_link(kind, code, *texts))
    return links


def _links(course: Course, today: date) -> Any:
    names = ("code", "title", "title_hi")
    rows = [
        _named("partner", course.partners, *names, "short_name", "short_name_hi"),
        _named("programme", course.programmes, *names),
        _named("supersedes", course.supersedes.with_page(today), *names),
        _named(
            "former",
            course.former_titles.annotate(day=Cast("until", CharField(max_length=50))),
            *("day", "title", "title_hi", "reference"),
        ),
        _named(
            "related",
            Course.objects.published(today).beside(course),
            *(*names, "institute__short_name", "institute__short_name_hi"),
        ),
    ]
    return rows[0].union(*rows[1:]).order_by("key")


def _named(kind: str, rows: Any, code: str, *texts: str) -> Any:
    """Give rows of any kind the same columns: kind, key, two titles, two further texts."""
    blank = [Value("")] * (4 - len(texts))
    columns = dict(zip(("one", "two", "three", "four"), [*map(F, texts), *blank], strict=True))
    return rows.annotate(kind=Value(kind), key=F(code), **columns).values_list(
        "kind", "key", *columns
    )


def _link(kind: str, code: str, title: str, title_hi: str, brief: str, brief_hi: str) -> Link:
    name = in_language(title, title_hi)
    if kind == "former":
        return Link(name, "", _("until %(day)s") % {"day": dmy(date.fromisoformat(code))})
    if kind == "partner":
        name = in_language(brief, brief_hi) or name
        return Link(name, reverse("courses:institute", args=[code]))
    if kind == "programme":
        return Link(name, reverse("courses:programme", args=[code]))
    return Link(name, reverse("courses:detail", args=[code]), in_language(brief, brief_hi))


def outline_of(course: Course) -> list[Module]:
    """Return the modules in order, each with its units; one query for both."""
    rows = prepared("course_page.outline", lambda: _outline(KEY), {KEY: course.pk})
    modules: dict[int, Module] = {}
    for pk, title, title_hi, summary, summary_hi, unit, unit_hi in rows:
        words = Module(in_language(title, title_hi), in_language(summary, summary_hi))
        module = modules.setdefault(pk, words)
        if unit:
            module.units.append(in_language(unit, unit_hi or ""))
    return list(modules.values())


def _outline(key: int) -> Any:
    return (
        CourseModule.objects.filter(course=key)
        .order_by("position", "units__position")
        .values_list(
            "pk", "title", "title_hi", "summary", "summary_hi", "units__title", "units__title_hi"
        )
    )
