"""Load the standing address lists and the Office Memorandum of 17 May 2019, and render its PDF."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from circulars import imports, tasks
from circulars.models import Circular


class Command(BaseCommand):
    """Add what is missing; a second run adds nothing and renders nothing."""

    help = "Load address lists and the papers of the records, and render PDFs that are missing."

    def handle(self, *args: Any, **options: Any) -> None:
        added = imports.load_address_lists() + imports.load_papers(at=timezone.now())
        ids = list(Circular.objects.unrendered().order_by("pk").values_list("pk", flat=True))
        for circular_id in ids:
            tasks.render(circular_id=circular_id)
        told = ", ".join(f"{count} {name}" for name, count in sorted(added.items()))
        self.stdout.write(f"Circulars: {told or 'nothing new'}; {len(ids)} PDFs rendered.")
