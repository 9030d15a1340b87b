import pytest
from django.utils.translation import override

from accounts.facts import text_of
from accounts.models import Notice
from accounts.roles import Role
from eligibility.actions import decisions, representations
from eligibility.states import RepresentationState as S
from tests.factories.accounts import make_user
from tests.factories.eligibility import make_representation

pytestmark = pytest.mark.django_db


def make_withdrawn():
    sent = make_representation(state=S.UNDER_CONSIDERATION)
    return representations.withdraw_representation(
        representation_id=sent.pk, acting_user=sent.officer.user, at=sent.received_at
    )


def make_declined():
    sent = make_representation(state=S.UNDER_CONSIDERATION)
    sent = representations.answer_by_override(
        representation_id=sent.pk,
        answer="Put up.",
        reason="Lent service.",
        order_reference="F. 1",
        acting_user=make_user(Role.DEALING_HAND),
        at=sent.received_at,
    )
    decisions.decline_override(
        overrideproposal_id=sent.override_proposal_id,
        acting_user=make_user(Role.SANCTIONING_AUTHORITY),
        at=sent.received_at,
        remark="No ground.",
    )
    return sent


@pytest.mark.parametrize("language", ["en", "hi"])
@pytest.mark.parametrize("make", [make_withdrawn, make_declined])
def test_every_notice_names_the_case_in_both_languages(make, language):
    make_user(Role.DEALING_HAND)
    sent = make()

    for notice in Notice.objects.all():
        with override(language):
            subject, body = text_of(notice)
        assert sent.number in subject, notice.template
        assert "\n" not in subject
        assert body.strip(), notice.template
    told = set(Notice.objects.values_list("template", flat=True))
    assert {"representation.received", "representation.to_answer"} <= told
    assert told & {"representation.withdrawn", "decision.override_declined"}
