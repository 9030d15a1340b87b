"""The approval of rule sets, by a second person."""

from datetime import datetime, timedelta

from django.db import transaction

from accounts import audit
from accounts.models import User
from eligibility import policies, states
from eligibility.models import RuleSet, RuleSetVersion
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


def _lock(rulesetversion_id: int) -> RuleSetVersion:
    """Lock a version, its rule set first: two versions of one are never approved side by side."""
    of = RuleSetVersion.objects.values_list("rule_set_id", flat=True).get(pk=rulesetversion_id)
    RuleSet.objects.select_for_update(no_key=True).get(pk=of)
    return RuleSetVersion.objects.select_for_update(no_key=True).get(pk=rulesetversion_id)
