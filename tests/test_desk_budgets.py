"""Every list and every record of the desk, whatever it is of: opens, and asks few questions."""

from io import StringIO

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from django.utils import timezone

from accounts.roles import Role
from circulars.states import CircularState
from committee.actions.resolutions import record_resolution
from enrollment.actions import confirmations, provider_answers
from enrollment.models import CouponRequest, ProgrammeCompletion
from enrollment.states import EnrollmentState
from reimbursement.states import BatchState, ClaimState
from tests.committee.rooms import make_voted_item, shortlisting
from tests.factories.accounts import make_nodal_officer, make_officer, make_user, sign_in
from tests.factories.circulars import make_circular
from tests.factories.committee import make_committee, make_rubric, make_secretary
from tests.factories.courses import make_module, make_programme, make_provider
from tests.factories.credits import make_credit_entry
from tests.factories.eligibility import make_representation
from tests.factories.enrollment import make_enrollment, make_intimation
from tests.factories.pool import (
    make_certificate,
    make_certificate_rule,
    make_coupon_issue,
    make_result,
)
from tests.factories.registrations import make_exam_preference, make_registration_policy
from tests.factories.reimbursement import make_claim, make_payment_batch, make_rate
from tests.factories.rolls import make_change
from tests.factories.usage import make_case, make_pool_policy, make_redemption

get_resolver().url_patterns  # noqa: B018 – the addresses settle what the desk shows
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
MOST = 15


@pytest.fixture
def desk(client, db):
    """Fill the desk with some of everything and open it to an administrator."""
    for number in range(4):
        make_nodal_officer()
        make_intimation(enrollment=make_enrollment(state=EnrollmentState.SUBMITTED))
        make_coupon_issue()
        make_result()
        make_certificate()
        make_claim(state=ClaimState.UNDER_SCRUTINY)
        make_representation()
        make_credit_entry(key=f"award:{number}")
        make_change(officer=make_officer(), designation="Director")
        make_redemption(issue=(issue := make_coupon_issue()))
        make_case(issue=issue, taken_by=issue.enrollment.officer.user)
        make_request(course=issue.course)
        make_answer(enrollment=issue.enrollment)
        make_completion(officer=issue.officer)
    make_pool_policy(provider=make_enrollment().course.provider)
    make_provider(code="mitx")
    call_command("load_column_maps", stdout=StringIO())
    make_certificate_rule()
    make_payment_batch(state=BatchState.EXPORTED, claims=3)
    make_circular(state=CircularState.ISSUED)
    make_rate()
    make_registration_policy()
    make_exam_preference(enrollment=make_enrollment())
    make_committee()
    make_rubric()
    make_rubric(is_approved=False)
    call_command("load_committee", stdout=StringIO())
    make_module(course=make_enrollment().course)
    record_resolution(
        item_id=make_voted_item().pk,
        terms=shortlisting(),
        acting_user=make_secretary(),
        at=timezone.now(),
    )
    user = make_user(*Role, is_superuser=True)
    sign_in(client, user)
    return client


def make_request(*, course):
    """Make a letter that asks the provider of `course` for codes."""
    CouponRequest.objects.create(
        course=course,
        codes=20,
        needed_by=timezone.localdate(),
        circular=make_circular(),
        drafted_by=make_user(Role.DEALING_HAND),
        drafted_at=timezone.now(),
    )


def make_answer(*, enrollment):
    """Make a list with a line for `enrollment`, and what its provider answers."""
    now, hand = timezone.now(), make_user(Role.DEALING_HAND)
    sent = confirmations.make_provider_list(
        provider_id=enrollment.course.provider_id, run_id=None, acting_user=hand, at=now
    )
    content = f"line,status,remark\n1,rejected,{sent.pk}\n".encode()
    staged = provider_answers.stage_answer(
        list_id=sent.pk, file_name="a.csv", content=content, acting_user=hand, at=now
    )
    provider_answers.apply_answer(answer_id=staged.pk, acting_user=hand, at=now)


def make_completion(*, officer):
    """Make the completion of a programme of its own."""
    ProgrammeCompletion.objects.create(
        officer=officer,
        programme=make_programme(code=f"programme-{officer.pk}"),
        number=f"IGOT/PC/{officer.pk}",
        completed_on=timezone.localdate(),
        found_at=timezone.now(),
        courses=[],
        benefits=[],
    )


def test_every_list_of_the_registrations_has_rows(desk):
    """A list without rows would keep any budget."""
    ours = [model for model in MODELS if model._meta.app_label == "enrollment"]
    empty = {model.__name__ for model in ours if not model._default_manager.exists()}

    assert len(ours) > 20
    assert empty == {"CompletionBenefit"}  # plain reference data


def test_what_the_desk_shows(desk):
    labels = {model._meta.label for model in MODELS}

    assert "auth.Group" not in labels  # roles stand in accounts/roles.py
    assert "mfa.Authenticator" not in labels
    assert {"reimbursement.Claim", "enrollment.Enrollment", "accounts.AuditEntry"} <= labels


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_a_list_and_its_records_open_and_ask_few_questions(desk, model):
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    desk.get(reverse("admin:index"))  # the session is settled

    with CaptureQueriesContext(connection) as asked:
        page = desk.get(reverse(f"{name}_changelist"))

    assert page.status_code == 200
    assert len(asked) <= MOST, "\n".join(query["sql"][:160] for query in asked)
    for row in page.context_data["cl"].result_list[:1]:
        assert desk.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200
    assert desk.get(f"{reverse(f'{name}_changelist')}?q=x%00y").status_code in (200, 302)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_nothing_of_ours_can_be_deleted_on_the_desk(desk, model):
    if model._meta.app_label == "account":
        return
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    row = model._default_manager.order_by("pk").first()

    answer = desk.post(reverse(f"{name}_delete", args=[row.pk if row else 1]), {"post": "yes"})

    assert answer.status_code in (302, 403, 404)
    assert row is None or model._default_manager.filter(pk=row.pk).exists()
