"""Two people save what they tried to one draft at once, on PostgreSQL with threads."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.roles import Role
from eligibility.actions.what_ifs import save_what_if
from eligibility.models import RuleSetVersion
from eligibility.switches import digest_of
from igot.lib.errors import Refused
from tests.eligibility.simulated import lay_out
from tests.factories.accounts import make_user
from tests.factories.eligibility import make_rule_set_version

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_of_two_who_save_at_once_the_second_is_told_to_look_again():
    draft = make_rule_set_version()
    seen, together = digest_of(draft), Barrier(2)
    tried = [
        (lay_out(draft, age_limit=limit).what_if, make_user(Role.DEALING_HAND))
        for limit in ("57", "58")
    ]

    def save(trial) -> str:
        what_if, user = trial
        together.wait()
        try:
            save_what_if(
                rulesetversion_id=draft.pk,
                switches=what_if.changes,
                audience=what_if.audience,
                seen=seen,
                acting_user=user,
                at=timezone.now(),
            )
        except Refused as refusal:
            return str(refusal)
        finally:
            connection.close()
        return what_if.changes["age_limit"]

    with ThreadPoolExecutor(2) as pool:
        came = list(pool.map(save, tried))

    [stored] = [limit for limit in came if isinstance(limit, int)]
    [refusal] = [words for words in came if isinstance(words, str)]
    assert refusal.startswith("The draft has been changed since you opened this page.")
    assert RuleSetVersion.objects.get(pk=draft.pk).age_limit == stored
    assert AuditEntry.objects.filter(event="rulesetversion.simulated").count() == 1
