"""The approval of rule sets, by a second person."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from eligibility import policies, states
from eligibility.models import RuleSetVersion
from igot.lib.errors import Refused


@transaction.atomic(durable=True)
def approve_rules(*, rulesetversion_id: int, acting_user: User, at: datetime) -> RuleSetVersion:
    """Put a drafted version in force from its first day; the one before ends on the day before.

    :raises Refused: the step is not open to `acting_user`, or the days overlap another version
    """
    version = RuleSetVersion.objects.select_for_update(no_key=True).get(pk=rulesetversion_id)
    if reason := policies.why_not(states.APPROVE_RULES, version, acting_user):
        raise Refused(reason)
    others = RuleSetVersion.objects.approved().filter(rule_set=version.rule_set)
    if others.filter(effective_from__gte=version.effective_from).exists():
        raise Refused(_("A version that begins on or after that day is already approved."))
    before = others.order_by("-effective_from").first()
    day_before = version.effective_from - timedelta(days=1)
    if before and (before.effective_to is None or before.effective_to > day_before):
        before.effective_to = day_before
        before.save(update_fields=["effective_to"])
    version.approved_by, version.approved_at = acting_user, at
    version.save(update_fields=["approved_by", "approved_at"])
    audit.record(version, "rulesetversion.approved", acting_user=acting_user, at=at)
    return version
