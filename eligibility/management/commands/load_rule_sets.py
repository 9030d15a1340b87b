"""Load the rule sets that the portal is delivered with; running it again changes nothing."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from eligibility import packaged
from eligibility.models import AudienceEntry, RuleSet, RuleSetVersion


class Command(BaseCommand):
    help = "Load the rule sets; adds the versions that are missing and keeps what is there."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        for row in packaged.rule_sets():
            rule_set, _is_new = RuleSet.objects.get_or_create(
                code=row["code"], defaults={"name": row["name"], "name_hi": row["name_hi"]}
            )
            for version in row["versions"]:
                self._load(rule_set, version)
        self.stdout.write(
            f"{RuleSet.objects.count()} rule sets, {RuleSetVersion.objects.count()} versions."
        )

    def _load(self, rule_set: RuleSet, row: dict[str, Any]) -> None:
        fields = {name: value for name, value in row.items() if name not in ("version", "audience")}
        version, is_new = RuleSetVersion.objects.get_or_create(
            rule_set=rule_set,
            version=row["version"],
            defaults=fields,
        )
        if is_new:  # an approved version takes no more lines, so they come first
            AudienceEntry.objects.bulk_create(
                AudienceEntry(rule_set_version=version, **entry) for entry in row["audience"]
            )
            version.approved_at = timezone.now()
            version.save(update_fields=["approved_at"])
