"""Screen a roll of officers, a CSV file, against a rule set; the answer is CSV too."""

import io
import os
import re
import sys
from collections.abc import Iterator
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from eligibility import facts, packaged, roll
from eligibility.rules import RuleBook
from igot.lib.dates import civil_today
from igot.lib.tables import TableError, check_encoding, read_csv


class Command(BaseCommand):
    help = "Screen a roll of officers against a rule set. Writes CSV to standard output."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("roll", metavar="ROLL.csv", help="columns: " + ",".join(roll.INPUT))
        parser.add_argument("--rule-set", required=True, metavar="OM|WEB")
        parser.add_argument("--commencement", required=True, metavar="YYYY-MM-DD")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("en"):
            commences_on = _commencement(options["commencement"])
            rules = _rules(options["rule_set"].upper(), commences_on)
            try:
                with Path(options["roll"]).open("rb") as file:
                    self._screen(file, rules, commences_on)
            except (OSError, TableError) as error:
                reason = error.strerror if isinstance(error, OSError) else str(error)
                message = f"{options['roll']}: {reason or error}"
                raise CommandError(message.replace("\n", " "), returncode=2) from None

    def _screen(self, file: IO[bytes], rules: RuleBook, commences_on: date) -> None:
        if file.seekable():
            check_encoding(file)
        table = read_csv(file, required=roll.INPUT, max_bytes=0, max_rows=0, max_cell=0)
        check = roll.Screen(
            rules=rules,
            directory=facts.directory_for_roll(),
            commences_on=commences_on,
            today=civil_today(),
        )
        self._write(roll.screen_in_blocks(table, check))

    def _write(self, blocks: Iterator[list[str]]) -> None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8")
        try:
            for block in blocks:
                for _plain, lines in groupby(block, str.isascii):  # ASCII is written faster
                    self.stdout.write("".join(lines), ending="")
            self.stdout.flush()
        except BrokenPipeError:  # whoever read our output has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _commencement(text: str) -> date:
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII) and 1900 < int(text[:4]) <= 2100:
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise CommandError(f"--commencement: “{text}” is not a day written YYYY-MM-DD", returncode=2)


def _rules(code: str, commences_on: date) -> RuleBook:
    rules = facts.book_on(code, commences_on)
    if rules is None:
        known = ", ".join(sorted(row["code"] for row in packaged.rule_sets()))
        raise CommandError(f"--rule-set: there is no “{code}”; known are {known}", returncode=2)
    return rules
