"""The drafting of rule sets, and their approval by a second person."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max, Model
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from eligibility import policies, states
from eligibility.models import AudienceEntry, RuleSet, RuleSetVersion
from igot.lib.errors import Refused


@transaction.atomic(durable=True)
def approve_rules(*, rulesetversion_id: int, acting_user: User, at: datetime) -> RuleSetVersion:
    """Put a drafted version in force from its first day; the one before ends on the day before.

    :raises Refused: the step is not open to `acting_user`, or the days overlap another version
    """
    version = _lock(rulesetversion_id)
    if reason := policies.why_not(states.APPROVE_RULES, version, acting_user):
        raise Refused(reason)
    if reason := policies.why_not_from(version):
        raise Refused(reason)
    others = RuleSetVersion.objects.approved().filter(rule_set=version.rule_set)
    before = others.order_by("-effective_from").first()
    day_before = version.effective_from - timedelta(days=1)
    if before and (before.effective_to is None or before.effective_to > day_before):
        before.effective_to = day_before
        before.save(update_fields=["effective_to"])
    version.approved_by, version.approved_at = acting_user, at
    version.save(update_fields=["approved_by", "approved_at"])
    audit.record(version, "rulesetversion.approved", acting_user=acting_user, at=at)
    return version


@transaction.atomic(durable=True)
def draft_version(
    *,
    rulesetversion_id: int,
    effective_from: date,
    circular_reference: str,
    acting_user: User,
    at: datetime,
) -> RuleSetVersion:
    """Copy an approved version, with its audience, into a draft with the next number.

    :raises Refused: the step is not open to `acting_user`, or the day is taken
    """
    source = _lock(rulesetversion_id)
    if reason := policies.why_not(states.DRAFT_RULES, source, acting_user):
        raise Refused(reason)
    copied = {field.attname: getattr(source, field.attname) for field in _columns(RuleSetVersion)}
    latest = RuleSetVersion.objects.filter(rule_set=source.rule_set).aggregate(Max("version"))
    draft = RuleSetVersion(
        **{
            **copied,
            "version": latest["version__max"] + 1,
            "effective_from": effective_from,
            "effective_to": None,
            "circular_reference": circular_reference,
            "circular_id": None,
            "drafted_by_id": acting_user.pk,
            "approved_by_id": None,
            "approved_at": None,
        }
    )
    if reason := policies.why_not_from(draft):
        raise Refused(reason)
    draft.save()
    AudienceEntry.objects.bulk_create(_lines_for(draft, source))
    audit.record(
        draft, "rulesetversion.drafted", acting_user=acting_user, at=at, source=source.version
    )
    return draft


def check_still_draft(version: RuleSetVersion) -> None:
    """Lock a version that is about to be saved, unless it is new.

    :raises Refused: somebody approved it meanwhile
    """
    rows = RuleSetVersion.objects.select_for_update(no_key=True)
    stored = rows.filter(pk=version.pk).first()
    if stored and stored.approved_at:
        raise Refused(_("This version has been approved meanwhile: it can no longer be changed."))


def _lines_for(draft: RuleSetVersion, source: RuleSetVersion) -> Iterator[AudienceEntry]:
    for line in source.audience.order_by("pk"):
        copied = {field.attname: getattr(line, field.attname) for field in _columns(AudienceEntry)}
        yield AudienceEntry(**{**copied, "rule_set_version_id": draft.pk})


def _columns(model: type[Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if not field.primary_key]


def _lock(rulesetversion_id: int) -> RuleSetVersion:
    """Lock a version, its rule set first: two versions of one are never approved side by side."""
    of = RuleSetVersion.objects.values_list("rule_set_id", flat=True).get(pk=rulesetversion_id)
    RuleSet.objects.select_for_update(no_key=True).get(pk=of)
    return RuleSetVersion.objects.select_for_update(no_key=True).get(pk=rulesetversion_id)
