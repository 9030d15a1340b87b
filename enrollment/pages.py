"""The pages of a registration: which there are, which are filled in, and which comes next."""

from typing import Any, NamedTuple

from django.urls import reverse

from courses.models import Course
from enrollment import policies
from enrollment.models import Enrollment


class Page(NamedTuple):
    """One page of the form: its name among the addresses, and whether it is filled in."""

    name: str
    is_done: bool


def pages_of(enrollment: Enrollment) -> list[Page]:
    """Return the pages of a registration in order; a course may need fewer."""
    decision = enrollment.decision
    is_decided = decision is not None and policies.why_not_on(decision) == ""
    pages = [
        Page("run", enrollment.run_id is not None or enrollment.course.is_self_paced),
        Page("details", enrollment.details_confirmed_at is not None and is_decided),
    ]
    if policies.needs_account(enrollment.course):
        pages.append(Page("accounts", enrollment.provider_account_id is not None))
    pages.append(Page("declaration", enrollment.declared_at is not None))
    pages.append(Page("review", False))
    return pages


def next_page(enrollment: Enrollment) -> str:
    """Return the first page that is not filled in."""
    return next(page.name for page in pages_of(enrollment) if not page.is_done)


def is_open_page(enrollment: Enrollment, name: str) -> bool:
    """Return whether a page can be opened: all before it are filled in."""
    names = [page.name for page in pages_of(enrollment)]
    return name in names and names.index(name) <= names.index(next_page(enrollment))


def place_of(enrollment: Enrollment, name: str) -> dict[str, Any]:
    """Return where a page stands among the others, and the address of the one before."""
    names = [page.name for page in pages_of(enrollment)]
    at = names.index(name)
    back = reverse(f"enrollment:{names[at - 1]}", args=[enrollment.pk]) if at else ""
    return {"step": at + 1, "steps_total": len(names), "back_url": back}


def count_of_pages(course: Course) -> int:
    """Return how many pages a registration for `course` has."""
    return 5 if policies.needs_account(course) else 4
