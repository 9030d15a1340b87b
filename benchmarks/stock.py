"""A made-up catalogue of any size: courses on decisions in force, with terms, outline and runs."""

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from django.utils import timezone

from courses.models import (
    CommitteeDecision,
    Course,
    CourseCredit,
    CourseFee,
    CourseModule,
    CourseUnit,
    Institute,
    Provider,
    Run,
)
from courses.states import DecisionState, RunState

SUBJECTS: Final = (
    "Economics Statistics Poverty Taxation Procurement Health Education Climate Water Energy "
    "Transport Housing Nutrition Agriculture Forestry Fisheries Banking Insurance Accounting "
    "Auditing Law Ethics Leadership Negotiation Communication Writing Programming Databases "
    "Security Networks Mapping Surveys Experiments Evaluation Forecasting Planning Budgeting "
    "Pensions Labour Migration Gender Disability Childhood Sanitation Disaster Heritage Tourism "
    "Trade Industry Competition Regulation Privacy Records Archives Diplomacy Defence"
).split()
MANNERS: Final = (
    "Foundations Principles Practice Methods Policy Management Analysis Design History Essentials"
).split()
MONTHS: Final = [timedelta(days=30 * number) for number in range(-9, 4)]


def stock(*, courses: int, runs: int) -> None:
    """Make up courses and runs until there are so many; the same ones every time."""
    chance = random.Random(courses)
    institutes = list(Institute.objects.order_by("pk"))
    provider = Provider.objects.order_by("pk").first()
    first = Course.objects.count()
    made = Course.objects.bulk_create(
        Course(
            code=f"stock-{number}",
            title=title_of(number),
            level=chance.choice(Course.Level.values),
            mode=Course.Mode.RUN,
            certification=Course.Certification.GRADE_AND_EXAM,
            objective=objective_of(number, chance),
            least_weekly_hours=chance.randint(2, 6),
            most_weekly_hours=chance.randint(6, 14),
            weeks=chance.randint(4, 16),
            institute=chance.choice(institutes),
            provider=provider,
            rule_set_code="OM",
            is_published=True,
        )
        for number in range(first, courses)
    )
    add_terms(made, chance)
    add_runs(made, runs - Run.objects.count(), chance)


def title_of(number: int) -> str:
    manner = MANNERS[number // len(SUBJECTS) % len(MANNERS)]
    subject = SUBJECTS[number % len(SUBJECTS)]
    return f"{manner} of {subject} {1 + number // (len(SUBJECTS) * len(MANNERS))}"


def objective_of(number: int, chance: random.Random) -> str:
    words = ", ".join(chance.sample(SUBJECTS, 12)).lower()
    return f"What an officer should know of {title_of(number).lower()}: {words}."


def add_terms(made: list[Course], chance: random.Random) -> None:
    """Let each course rest on a decision, cost something, bring points and have an outline."""
    dated = {"effective_from": date(2019, 5, 17), "circular_reference": "O.M. of 17.05.2019"}
    CommitteeDecision.objects.bulk_create(
        CommitteeDecision(
            course=course,
            state=DecisionState.IN_FORCE,
            resolution_number=f"STOCK/{course.code}",
            outcome=CommitteeDecision.Outcome.SHORTLISTED,
            rule_set_code=course.rule_set_code,
            decided_on=date(2019, 5, 2),
            valid_from=date(2019, 5, 17),
            audience="Officers of the organised Group A services.",
            reasons="Shortlisted.",
        )
        for course in made
    )
    CourseFee.objects.bulk_create(
        CourseFee(
            course=course, fee_usd=Decimal(chance.randint(20, 300)), cap_usd=Decimal(100), **dated
        )
        for course in made
    )
    CourseCredit.objects.bulk_create(
        CourseCredit(course=course, points=chance.randint(1, 20), **dated) for course in made
    )
    modules = CourseModule.objects.bulk_create(
        CourseModule(course=course, position=position, title=f"Module {position}")
        for course in made
        for position in (1, 2, 3, 4)
    )
    CourseUnit.objects.bulk_create(
        CourseUnit(module=module, position=position, title=f"Unit {position}")
        for module in modules
        for position in (1, 2, 3)
    )


def add_runs(made: list[Course], runs: int, chance: random.Random) -> None:
    """Spread so many runs over the courses: some past, some open, some to come."""
    today = timezone.localdate()
    rows = []
    for number in range(max(runs, 0)):
        course = made[number % len(made)]
        begins = today + chance.choice(MONTHS)
        rows.append(
            Run(
                course=course,
                code=f"{course.code}-{number}",
                name=f"Batch of {begins:%d.%m.%Y}",
                registration_opens_on=begins - timedelta(days=60),
                registration_closes_on=begins - timedelta(days=10),
                commences_on=begins,
                ends_on=begins + timedelta(weeks=12),
                state=RunState.SCHEDULED,
            )
        )
    Run.objects.bulk_create(rows)
