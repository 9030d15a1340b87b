"""Load the screening checklist and the rubric from the files in committee/data."""

import tomllib
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone, translation

from accounts import audit
from committee.models import Criterion, Rubric, ScreeningPoint

DATA = Path(__file__).resolve().parents[2] / "data"


class Command(BaseCommand):
    help = "Load checklist and rubric where there is none; what the desk keeps is left alone."

    @transaction.atomic
    @translation.override("en")
    def handle(self, *args: Any, **options: Any) -> None:
        if not ScreeningPoint.objects.exists():
            self._load_questions(_read("screening.toml")["question"])
        content = _read("rubric.toml")
        if not Rubric.objects.filter(code=content["code"]).exists():
            self._load_rubric(content)
        self.stdout.write(
            f"{ScreeningPoint.objects.count()} questions, {Rubric.objects.count()} rubrics."
        )

    def _load_questions(self, questions: list[dict[str, Any]]) -> None:
        ScreeningPoint.objects.bulk_create(
            ScreeningPoint(position=position, **question)
            for position, question in enumerate(questions, start=1)
        )

    def _load_rubric(self, content: dict[str, Any]) -> None:
        criteria = content.pop("criterion")
        rubric = Rubric.objects.create(**content)
        Criterion.objects.bulk_create(
            Criterion(rubric=rubric, position=position, **criterion)
            for position, criterion in enumerate(criteria, start=1)
        )
        audit.record(rubric, "rubric.loaded", acting_user=None, at=timezone.now())


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((DATA / name).read_text(encoding="utf-8"))
