"""The batches of a course in words: where each stands today, its days and its own terms."""

from datetime import date
from typing import Any, NamedTuple

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from courses.models import Run
from courses.states import RunState
from igot.lib.dates import dmy, month_name


class RunLine(NamedTuple):
    """A batch on the timeline of dates."""

    code: str
    name: str
    state: str  # done, current, next, blocked: the place on the timeline
    tone: str
    standing: str
    window: str
    days: str
    seats: str
    moved: str
    note: str
    is_open: bool
    run: Any


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
    elif run.expected_month:
        month = f"{month_name(run.expected_month, get_language())} {run.expected_month.year}"
        days = _("Expected in %(month)s") % {"month": month}
    return RunLine(
        code=run.code,
        name=str(run),
        state=state,
        tone=tone,
        standing=standing,
        window=window,
        days=days,
        seats=_seats(run),
        moved=_moved(run),
        note=run.note_in_language,
        is_open=run.is_open_on(today),
        run=run,
    )


def _seats(run: Any) -> str:
    """Say how many seats a batch has and what becomes of those beyond; "" where none are set.

    How many are left stands where one registers: that number changes with every registration.
    """
    if run.seats is None:
        return ""
    return ngettext(
        "%(seats)s seat; who registers beyond it stands on a waiting list",
        "%(seats)s seats; who registers beyond them stands on a waiting list",
        run.seats,
    ) % {"seats": run.seats}


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
