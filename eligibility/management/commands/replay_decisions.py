"""Make all stored decisions again from their inputs and versions, and report what differs."""

from argparse import ArgumentParser
from datetime import date, datetime, time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Officer
from eligibility import replay
from eligibility.models import Decision
from igot.lib.dates import IST, parse_civil_date
from igot.lib.money import group_indian

PROGRESS = 10_000


class Command(BaseCommand):
    help = (
        "Replay all stored eligibility decisions. Changes nothing; exit status 1 if any comes out "
        "otherwise than it is stored."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--officer", metavar="CODE", help="employee code of one officer")
        parser.add_argument("--since", metavar="DD.MM.YYYY", help="only decisions from this day on")

    def handle(self, *args: Any, **options: Any) -> None:
        decisions = self._chosen(options["officer"], options["since"])
        replayed = differing = 0
        for _decision, found in replay.replay(decisions):
            replayed += 1
            differing += bool(found)
            for difference in found:
                self.stdout.write(f"{difference}")
            if replayed % PROGRESS == 0:
                self.stdout.write(f"{group_indian(replayed)} decisions so far")
                self.stdout.flush()
        total = f"{group_indian(replayed)} decision{'' if replayed == 1 else 's'} replayed"
        if differing:
            raise CommandError(f"{total}, {group_indian(differing)} different.")
        self.stdout.write(f"{total}, none different.")

    def _chosen(self, officer: str | None, since: str | None) -> Any:
        decisions = Decision.objects.all()
        if officer:
            if not Officer.objects.filter(employee_code=officer).exists():
                raise CommandError(f"No officer has the employee code “{officer}”.")
            decisions = decisions.filter(officer__employee_code=officer)
        if since:
            decisions = decisions.filter(at__gte=datetime.combine(_day(since), time.min, IST))
        return decisions


def _day(text: str) -> date:
    try:
        day = parse_civil_date(text)
    except ValueError as error:
        raise CommandError(f"--since: {error}") from None
    if day is None:
        raise CommandError("--since: give a day, for example 21.05.2019.")
    return day
