"""One decision takes few queries: the request that makes it, and the page that shows it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from eligibility.models import Decision
from enrollment.states import EnrollmentState
from tests.factories.accounts import sign_in
from tests.factories.eligibility import load_rule_sets
from tests.factories.enrollment import make_enrollment

pytestmark = pytest.mark.django_db
MOST = 12
TRANSACTION = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")


@pytest.fixture
def draft():
    load_rule_sets()
    return make_enrollment(
        state=EnrollmentState.DRAFT, decision=None, details_confirmed_at=None, declared_at=None
    )


def asked_in(captured: CaptureQueriesContext) -> list[str]:
    """Return the statements that ask or write something; those of the log-in are among them."""
    return [query["sql"] for query in captured if not query["sql"].startswith(TRANSACTION)]


def test_the_request_that_makes_a_decision(client, draft):
    sign_in(client, draft.officer.user)

    with CaptureQueriesContext(connection) as captured:
        answer = client.post(reverse("enrollment:details", args=[draft.pk]))

    assert answer.status_code == 302
    assert Decision.objects.filter(officer=draft.officer).count() == 1
    asked = asked_in(captured)
    assert len(asked) <= MOST, "\n".join(sql[:120] for sql in asked)


def test_the_page_of_a_decision(client, draft, django_assert_max_num_queries):
    sign_in(client, draft.officer.user)
    client.post(reverse("enrollment:details", args=[draft.pk]))
    decision = Decision.objects.get(officer=draft.officer)

    with django_assert_max_num_queries(MOST):
        page = client.get(decision.get_absolute_url())

    assert page.status_code == 200
