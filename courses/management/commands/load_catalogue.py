"""Load institutes, courses, decisions, fees, points and batches from the files in courses/data."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone, translation

from courses.imports import CatalogueLoader
from courses.models import Course, Run


class Command(BaseCommand):
    help = "Load the catalogue; running it again adds what is new and keeps what was edited."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--refresh", action="store_true", help="write the files' texts over edited ones"
        )

        parser.add_argument(
            "--reported",
            action="store_true",
            help="also load what is reported and unverified: US$175 from summer 2022",
        )

    @transaction.atomic
    @translation.override("en")
    def handle(self, *args: Any, refresh: bool, reported: bool, **options: Any) -> None:
        loader = CatalogueLoader(at=timezone.now(), refresh=refresh)
        loader.load(year=timezone.localdate().year)
        if reported:
            loader.load_reported_fees()
        for name, count in loader.added.items():
            self.stdout.write(f"  added {count} {name}")
        self.stdout.write(f"{Course.objects.count()} courses, {Run.objects.count()} runs.")
