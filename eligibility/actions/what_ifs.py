"""What was tried out in the simulator, saved to the draft."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from eligibility import policies, states
from eligibility.models import AudienceEntry, RuleSetVersion
from eligibility.switches import SWITCHES, digest_of, place_of
from igot.lib.errors import Refused


@transaction.atomic(durable=True)
def save_what_if(
    *,
    rulesetversion_id: int,
    switches: Mapping[str, Any],
    audience: Iterable[AudienceEntry],
    seen: str,
    acting_user: User,
    at: datetime,
) -> RuleSetVersion:
    """Give a draft the switches and the audience that were tried; whoever saves has drafted it.

    `seen` is the digest of the draft as it was when the trial began.
    :raises Refused: not a draft, not for this user, changed by somebody meanwhile, or no change
    """
    version = RuleSetVersion.objects.select_for_update(no_key=True).get(pk=rulesetversion_id)
    if reason := policies.why_not(states.EDIT_RULES, version, acting_user):
        raise Refused(reason)
    if digest_of(version) != seen:
        raise Refused(
            _("The draft has been changed since you opened this page. Look at it again first.")
        )
    lines = list(audience)
    changes = _changes(version, switches, lines)
    if not changes:
        raise Refused(_("There is nothing to save: the draft says this already."))
    for name in SWITCHES:
        setattr(version, name, switches[name])
    version.drafted_by = acting_user
    version.save(update_fields=[*SWITCHES, "drafted_by"])
    _replace_audience(version, lines)
    audit.record(
        version, "rulesetversion.simulated", acting_user=acting_user, at=at, changes=changes
    )
    return version


def _changes(
    version: RuleSetVersion, switches: Mapping[str, Any], lines: Iterable[AudienceEntry]
) -> dict[str, list[str]]:
    """List what changes, old and new: switches by name, lines of the audience by their place."""
    then: dict[str, object] = {name: getattr(version, name) for name in SWITCHES}
    now: dict[str, object] = {name: switches[name] for name in SWITCHES}
    then |= {" ".join(place_of(entry)): entry.answer for entry in version.audience.all()}
    now |= {" ".join(place_of(entry)): entry.answer for entry in lines}
    return {
        name: [str(then.get(name, "")), str(now.get(name, ""))]
        for name in (then | now)
        if then.get(name) != now.get(name)
    }


def _replace_audience(version: RuleSetVersion, lines: Iterable[AudienceEntry]) -> None:
    """Bring the lines to what was tried; a line that stays keeps its paragraph."""
    left = {place_of(entry): entry for entry in version.audience.all()}
    for line in lines:
        kept = left.pop(place_of(line), None)
        if kept is None:
            line.rule_set_version = version
            line.save()
        elif kept.answer != line.answer:
            kept.answer = line.answer
            kept.save(update_fields=["answer"])
    for entry in left.values():
        entry.delete()
