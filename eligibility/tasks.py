"""Work that the schedule finds in the rows: screenings and rolls to make, lists to delete."""

from contextlib import suppress
from dataclasses import asdict
from tempfile import TemporaryFile
from typing import IO, Any
from uuid import uuid4

from celery import shared_task
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from eligibility import facts, roll, roll_files
from eligibility.actions import rolls, screenings
from eligibility.models import RollScreening, RuleSetVersion, Screening
from eligibility.states import RollState, ScreeningState
from igot.lib.dates import civil_today
from igot.lib.errors import Refused
from igot.lib.tables import TableError

AT_ONCE = 5


@shared_task
def make_screenings(**ignored: Any) -> int:
    """Make the screenings that wait, the oldest first; return how many were made."""
    due = list(Screening.objects.due(timezone.now()).values_list("pk", flat=True)[:AT_ONCE])
    for screening_id in due:
        try:
            begun = screenings.begin_screening(screening_id=screening_id, at=timezone.now())
            if begun.state == ScreeningState.RUNNING:
                screenings.make_screening(screening_id=screening_id, at=timezone.now())
        except Refused:
            continue  # another worker was first
    return len(due)


@shared_task
def delete_old_screenings(**ignored: Any) -> int:
    """Delete the lists of officers whose time has passed; return of how many screenings."""
    old = list(Screening.objects.past_keeping(civil_today()).values_list("pk", flat=True))
    for screening_id in old:
        with suppress(Refused):  # another worker was first
            while not screenings.delete_results(screening_id=screening_id, at=timezone.now()):
                pass
    return len(old)


@shared_task
def screen_rolls(**ignored: Any) -> int:
    """Screen the rolls that wait, the oldest first; return how many were looked at."""
    due = list(RollScreening.objects.due(timezone.now()).values_list("pk", flat=True)[:AT_ONCE])
    for roll_id in due:
        with suppress(Refused):  # another worker was first, or it was cancelled meanwhile
            begun = rolls.begin_roll(roll_id=roll_id, at=timezone.now())
            if begun.state == RollState.RUNNING:
                with translation.override(begun.language):
                    _screen_roll(begun)
    return len(due)


def _screen_roll(begun: RollScreening) -> None:
    this = {"roll_id": begun.pk, "attempt": begun.attempts}
    version = RuleSetVersion.objects.select_related("rule_set").get(pk=begun.rule_set_version_id)
    check = roll.Screen(
        rules=facts.rule_book(version),
        directory=facts.directory_for_roll(),
        commences_on=begun.commences_on,
        today=civil_today(),
    )
    try:
        with default_storage.open(str(begun.file.name)) as sent, TemporaryFile() as answered:
            rows = roll_files.rows_about(sent)
            rolls.note_size(**this, rows_total=rows, at=timezone.now())
            answer = roll_files.screen_file(
                sent,
                check=check,
                to=answered,
                report=lambda rows: rolls.report_progress(
                    **this, rows_done=rows, at=timezone.now()
                ),
            )
            _keep(this, answered, answer)
    except TableError as error:
        rolls.fail_roll(**this, problem=str(error), at=timezone.now())
    except FileNotFoundError:
        problem = _("The file is no longer in the store. Send it again.")
        rolls.fail_roll(**this, problem=problem, at=timezone.now())


def _keep(this: dict[str, int], answered: IO[bytes], answer: roll_files.Answer) -> None:
    answered.seek(0)
    stored = default_storage.save(f"rolls/answers/{uuid4().hex}.csv", File(answered))
    try:
        rolls.finish_roll(**this, stored=stored, answer=asdict(answer), at=timezone.now())
    except Refused:
        default_storage.delete(stored)
        raise


@shared_task
def delete_old_rolls(**ignored: Any) -> int:
    """Delete the answers whose time has passed; return how many."""
    old = list(RollScreening.objects.past_keeping(civil_today()).values_list("pk", flat=True))
    for roll_id in old:
        with suppress(Refused):  # another worker was first
            rolls.expire_roll(roll_id=roll_id, at=timezone.now())
    return len(old)
