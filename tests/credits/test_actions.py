from datetime import UTC, datetime

import pytest

from accounts.models import AuditEntry, Notice
from accounts.roles import Role
from credits.actions import post_credits, reverse_entry
from credits.models import CreditEntry
from igot.lib.errors import Refused
from tests.factories.accounts import make_officer, make_user
from tests.factories.credits import make_credit_entry

pytestmark = pytest.mark.django_db
AT = datetime(2026, 5, 17, 6, 0, tzinfo=UTC)


@pytest.fixture
def officer():
    return make_officer()


def post(officer, points, key, **fields):
    fields.setdefault("description", "A course")
    return post_credits(officer=officer, points=points, key=key, acting_user=None, at=AT, **fields)


def test_points_are_posted_once_for_a_cause(officer):
    first = post(officer, 10, "award:1")
    second = post(officer, 10, "award:1")

    assert first == second
    assert officer.credit_entries.count() == 1
    assert AuditEntry.objects.about(first).get().details == {"points": 10, "key": "award:1"}


def test_a_cause_that_stands_for_something_else_is_a_bug(officer):
    post(officer, 10, "award:1")

    with pytest.raises(ValueError, match="award:1"):
        post(officer, 20, "award:1")
    with pytest.raises(ValueError, match="award:1"):
        post(make_officer(), 10, "award:1")


def test_points_are_used_only_within_the_balance(officer):
    post(officer, 10, "award:1")

    post(officer, -10, "use:1", kind=CreditEntry.Kind.CONSUMPTION)
    with pytest.raises(Refused, match="too few credit points"):
        post(officer, -1, "use:2", kind=CreditEntry.Kind.CONSUMPTION)

    assert officer.credit_entries.balance() == 0


def test_the_balance_of_one_officer_is_no_business_of_another(officer):
    post(make_officer(), 100, "award:1")

    with pytest.raises(Refused):
        post(officer, -1, "use:1", kind=CreditEntry.Kind.CONSUMPTION)


def test_a_line_is_reversed_once_by_a_line_that_names_it(officer):
    line, clerk = make_credit_entry(officer=officer), make_user(Role.DEALING_HAND)

    reversal = reverse_entry(entry_id=line.pk, reason="Annulled", acting_user=clerk, at=AT)

    assert (reversal.points, reversal.reverses) == (-10, line)
    assert officer.credit_entries.balance() == 0
    assert Notice.objects.get(user=officer.user).template == "credits.reversed"
    with pytest.raises(Refused, match="reversed already"):
        reverse_entry(entry_id=line.pk, reason="Again", acting_user=clerk, at=AT)
    with pytest.raises(Refused, match="reverses another"):
        reverse_entry(entry_id=reversal.pk, reason="Back", acting_user=clerk, at=AT)


def test_points_that_were_used_are_not_taken_back(officer):
    line = make_credit_entry(officer=officer)
    post(officer, -5, "use:1", kind=CreditEntry.Kind.CONSUMPTION)

    with pytest.raises(Refused, match="too few credit points"):
        reverse_entry(entry_id=line.pk, reason="x", acting_user=make_user(Role.DEALING_HAND), at=AT)
    assert officer.credit_entries.balance() == 5


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.DEALING_HAND}))
def test_only_the_dealing_hand_reverses(role):
    line = make_credit_entry()

    with pytest.raises(Refused, match="for the Dealing hand"):
        reverse_entry(entry_id=line.pk, reason="x", acting_user=make_user(role), at=AT)


def test_nobody_reverses_their_own_line():
    officer = make_officer(user=make_user(Role.OFFICER, Role.DEALING_HAND))
    line = make_credit_entry(officer=officer)

    with pytest.raises(Refused, match="their own case"):
        reverse_entry(entry_id=line.pk, reason="x", acting_user=officer.user, at=AT)
