"""The desk of the simulator: a version, what is tried on it, and what comes of that."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import chain
from typing import Any

from django.forms import BoundField
from django.http import Http404

from accounts.models import Officer, Service, User
from eligibility import facts, trainings
from eligibility.differences import Difference, differences
from eligibility.forms.scope import ScopeForm
from eligibility.forms.what_if import WhatIfForm
from eligibility.models import RuleSetVersion
from eligibility.reading import in_plain_words
from eligibility.rules import RuleBook
from eligibility.simulation import Simulation


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What is on the desk; nothing of it is stored."""

    version: RuleSetVersion
    what_if: WhatIfForm
    scope: ScopeForm
    services: list[Service]
    user: User

    @property
    def against(self) -> RuleSetVersion | None:
        return self.scope.compared

    @cached_property
    def is_valid(self) -> bool:
        return all([self.scope.is_valid(), self.what_if.is_valid()])

    # Both forms as one, for the summary of what is wrong.
    def __iter__(self) -> Iterator[BoundField]:
        return chain(self.scope, self.what_if)

    @property
    def errors(self) -> bool:
        return bool(self.scope.errors or self.what_if.errors)

    @property
    def non_field_errors(self) -> list[str]:
        return [*self.scope.non_field_errors(), *self.what_if.non_field_errors()]

    @cached_property
    def simulation(self) -> Simulation:
        """The answer; ask for it of a valid bench."""
        before = facts.rule_book(self.against) if self.against else None
        return Simulation(
            before=before or RuleBook(code=self.version.rule_set.code),
            after=self.what_if.book,
            trainings=self.scope.asked,
            officers=Officer.objects.visible_to(self.user),
            services=self.services,
        )

    @property
    def reading(self) -> list[str]:
        """What is tried, in plain language."""
        names = {service.code: str(service) for service in self.services}
        year = self.scope.asked[0].commences_on.year
        return in_plain_words(self.what_if.book, year=year, services=names)

    @cached_property
    def differences(self) -> list[Difference]:
        return differences(
            self.against, self.what_if.version, stored=self.version, services=self.services
        )


def bench_of(version_id: int, given: Mapping[str, Any], user: User, *, today: date) -> Bench:
    """Lay out a version with what `given` (an address or a form) says otherwise.

    :raises Http404: there is no such version
    """
    versions = RuleSetVersion.objects.select_related("rule_set").prefetch_related("audience")
    family = list(versions.filter(rule_set__versions=version_id).order_by("-effective_from"))
    version = next((each for each in family if each.pk == version_id), None)
    if version is None:
        raise Http404
    code = version.rule_set.code
    others = [each for each in family if each.approved_at]
    services = sorted(Service.objects.all(), key=str)
    offered = trainings.datable(trainings.on_offer(today), today)
    return Bench(
        version=version,
        user=user,
        services=services,
        what_if=WhatIfForm(given, version=version, services=services),
        scope=ScopeForm(
            given,
            default_day=max(version.effective_from, today),
            default_against=_before(version, others),
            versions=others,
            trainings=[each for each in offered if each.course.rule_set_code == code],
            today=today,
        ),
    )


def _before(version: RuleSetVersion, others: list[RuleSetVersion]) -> RuleSetVersion | None:
    """Find what `version` takes the place of: the version in force before its first day.

    Where there is none, an approved version is compared with itself, a draft with the first one.
    """
    eve: date = version.effective_from - timedelta(days=1)
    earlier = [each for each in others if each.pk != version.pk and each.effective_from <= eve]
    if earlier:
        return earlier[0]
    return version if version in others else (others[-1] if others else None)
