"""The public pages of the catalogue for search engines, with the day of their latest change.

Both languages have the same addresses, so there is nothing to say in `hreflang`.
"""

from datetime import date, datetime
from typing import Any, Final

from django.contrib.sitemaps import Sitemap
from django.db.models import F, Max, Q
from django.urls import reverse

from courses.models import CommitteeDecision, Course, Institute, Programme


class _Section(Sitemap):
    def lastmod(self, row: Any) -> date | datetime | None:
        changed: datetime | None = row.changed_at
        return changed


class Courses(_Section):
    """Courses that are offered."""

    def items(self) -> Any:
        return Course.objects.published().annotate(changed_at=F("updated_at")).order_by("code")


class Institutes(_Section):
    """Institutes that offer something, changed when one of their courses was."""

    def items(self) -> Any:
        offered = Q(courses__in=Course.objects.published())
        offered |= Q(partnered_courses__in=Course.objects.published())
        own, shared = Max("courses__updated_at"), Max("partnered_courses__updated_at")
        found = Institute.objects.filter(offered).annotate(own_at=own, shared_at=shared)
        return found.order_by("code")

    def lastmod(self, row: Any) -> datetime | None:
        return max((at for at in (row.own_at, row.shared_at) if at), default=None)


class Programmes(_Section):
    """Programmes, changed when one of their courses was."""

    def items(self) -> Any:
        return Programme.objects.annotate(changed_at=Max("courses__updated_at")).order_by("code")


class Lists(_Section):
    """Lists, changed when what they list was."""

    def items(self) -> list[str]:
        return ["courses:list", "courses:institutes", "courses:decision_list"]

    def location(self, name: str) -> str:
        return reverse(name)

    def lastmod(self, name: str) -> datetime | None:
        if name == "courses:decision_list":
            decisions = CommitteeDecision.objects.in_force()
            return decisions.aggregate(at=Max("confirmed_at"))["at"]
        return Course.objects.published().aggregate(at=Max("updated_at"))["at"]


SECTIONS: Final[dict[str, "type[Sitemap[Any]] | Sitemap[Any]"]] = {
    "lists": Lists,
    "courses": Courses,
    "programmes": Programmes,
    "institutes": Institutes,
}
