"""Checks 38, 39 and 41: fields that no form asks for, closed texts, keys of files."""

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from circulars.models import Circular, Paragraph
from circulars.states import CircularState
from enrollment.models import Enrollment
from enrollment.states import EnrollmentState
from reimbursement.models import Claim, ClaimDocument
from reimbursement.states import ClaimState
from tests.accounts.test_pages import posted
from tests.factories.accounts import make_officer, make_state, make_user, sign_in
from tests.factories.circulars import make_circular
from tests.factories.courses import make_course, make_run
from tests.factories.enrollment import make_enrollment
from tests.factories.pool import make_certificate
from tests.factories.reimbursement import make_claim

pytestmark = pytest.mark.django_db

# What nobody can set by sending it along, whatever the form.
EXTRA = {
    "id": "1",
    "pk": "1",
    "state": "paid",
    "user": "1",
    "officer": "1",
    "officer_id": "1",
    "claimant_user": "1",
    "acting_user": "1",
    "number": "IGOT/C/2026/1",
    "version": "99",
    "is_staff": "1",
    "is_superuser": "1",
    "is_active": "0",
    "groups": "1",
    "record_state": "verified",
    "verified_by": "1",
    "approved_amount": "99999",
    "sanctioned_amount": "99999",
    "recommended_amount": "99999",
    "admissible_amount": "99999",
    "claimed_amount": "99999",
    "cap_usd": "99999",
    "rate": "99999",
    "confirmed_by": "1",
    "confirmed_at": "2026-01-01",
    "commences_on": "2020-01-01",
    "cca_mode": "none",
    "course": "1",
    "decision": "1",
}


def changed(model, before):
    (after,) = model.objects.values()
    return {name for name, value in after.items() if before[name] != value}


@pytest.fixture
def registering(client):
    run = make_run(course=make_course())
    enrollment = make_enrollment(
        state=EnrollmentState.DRAFT, run=run, details_confirmed_at=None, declared_at=None
    )
    sign_in(client, enrollment.officer.user)
    return enrollment


REGISTRATION = {
    "run": ({"run": "own"}, {"details_confirmed_at", "declared_at", "decision_id", "run_id"}),
    "details": ({}, {"details_confirmed_at", "decision_id"}),
    "withdraw": ({"reason": "Because"}, {"state", "state_since", "reason"}),
}


@pytest.mark.parametrize("form", REGISTRATION)
def test_a_page_of_a_registration_takes_its_own_fields_only(client, registering, form):
    fields, own = REGISTRATION[form]
    before = Enrollment.objects.values().get()
    data = {**EXTRA, **fields}
    if fields.get("run"):
        data["run"] = registering.run_id

    answer = client.post(f"/me/registrations/{registering.pk}/{form}/", data)

    assert answer.status_code in (200, 302)
    assert changed(Enrollment, before) <= own
    enrollment = Enrollment.objects.get()
    assert enrollment.state in (EnrollmentState.DRAFT, EnrollmentState.WITHDRAWN)
    assert enrollment.number is None


@pytest.fixture
def claiming(client):
    claim = make_claim(state=ClaimState.DRAFT)
    sign_in(client, claim.claimant_user)
    return claim


CLAIM = {
    "payment": (
        {"fee_usd": "90", "debited_inr": "5000", "markup_inr": "", "tax_inr": ""},
        {"fee_usd", "debited_inr", "markup_inr", "tax_inr", "paid_on"},
    ),
    "bank": (
        {
            "payee_name": "Asha Rao",
            "bank_name": "Bank",
            "ifsc": "SBIN0000691",
            "account_number": "998877665544",
            "account_again": "998877665544",
        },
        {"payee_name", "bank_name", "account_number", "account_digest", "account_ending"},
    ),
    "papers": ({"kind": "fee_receipt"}, set()),
    "withdraw": ({}, {"state"}),
}


@pytest.mark.parametrize("form", CLAIM)
def test_a_page_of_a_claim_takes_its_own_fields_only(client, claiming, form):
    fields, own = CLAIM[form]
    before = Claim.objects.values().get()
    data = {**EXTRA, "paid_on": f"{claiming.paid_on:%d.%m.%Y}", **fields}

    answer = client.post(f"/me/claims/{claiming.pk}/{form}/", data)

    assert answer.status_code in (200, 302)
    assert changed(Claim, before) <= own
    assert Claim.objects.get().state in (ClaimState.DRAFT, ClaimState.WITHDRAWN)


def test_the_record_and_the_account_take_their_own_fields_only(client):
    officer = make_officer(is_verified=False, cadre=make_state())
    sign_in(client, officer.user)
    before = User.objects.filter(pk=officer.user_id).values().get()

    client.post("/me/record/edit/", {**EXTRA, **posted(officer)})

    after = User.objects.filter(pk=officer.user_id).values().get()
    assert {n for n in after if after[n] != before[n]} <= {"name", "last_login"}
    officer.refresh_from_db()
    assert officer.record_state == "declared"
    assert officer.verified_by is None
    assert not officer.user.has_role(*(role for role in Role if role != Role.OFFICER))


def test_feedback_and_sign_up_make_nothing_but_what_they_are_for(client):
    client.post("/feedback/", {**EXTRA, "subject": "other", "message": "Hello", "email": "x@y.in"})
    client.post("/accounts/signup/", {**EXTRA, "email": "a@gmail.com", "password1": "x"})

    assert not User.objects.filter(is_staff=True).exists()
    assert not User.objects.filter(is_superuser=True).exists()


# --- closed texts (39) ----------------------------------------------------------------------------


@pytest.mark.parametrize("state", [s for s in ClaimState if s not in {"draft", "returned"}])
@pytest.mark.parametrize("form", ["payment", "papers", "bank", "review", "queries"])
def test_after_submission_nothing_that_an_officer_posts_changes_a_claim(client, state, form):
    claim = make_claim(state=state)
    sign_in(client, claim.claimant_user)
    before = Claim.objects.values().get()
    fields = {**CLAIM["payment"][0], **CLAIM["bank"][0], "declared": "on", "kind": "fee_receipt"}

    answer = client.post(
        f"/me/claims/{claim.pk}/{form}/", {**EXTRA, **fields, "paid_on": "01.09.2026"}
    )

    assert answer.status_code in (403, 404, 409)
    assert changed(Claim, before) == set()


@pytest.mark.parametrize("state", [s for s in EnrollmentState if s not in {"draft", "returned"}])
@pytest.mark.parametrize("form", ["run", "details", "accounts", "declaration"])
def test_after_submission_nothing_that_an_officer_posts_changes_a_registration(client, state, form):
    enrollment = make_enrollment(state=state)
    sign_in(client, enrollment.officer.user)
    before = Enrollment.objects.values().get()
    fields = {"run": enrollment.run_id, "agree": "on", "platform_username": "other-name"}

    client.post(
        f"/me/registrations/{enrollment.pk}/{form}/",
        {**EXTRA, "programme_username": "other-name", **fields},
    )

    assert changed(Enrollment, before) == set()
    enrollment.provider_account.refresh_from_db()
    assert enrollment.provider_account.platform_username != "other-name"


@pytest.mark.parametrize("state", [s for s in CircularState if s != CircularState.DRAFT])
def test_no_circular_beyond_its_draft_is_edited_at_the_desk(client, state):
    circular = make_circular(state=state)
    sign_in(client, make_user(is_superuser=True, is_staff=True))
    before = Circular.objects.values().get()
    text = Paragraph.objects.values_list("text", flat=True).get()

    client.post(
        f"/desk/circulars/circular/{circular.pk}/change/",
        {**EXTRA, "subject": "Changed", "paragraphs-0-text": "Changed"},
    )

    assert changed(Circular, before) == set()
    assert Paragraph.objects.values_list("text", flat=True).get() == text


@pytest.mark.parametrize("state", [ClaimState.SANCTIONED, ClaimState.IN_PAYMENT, ClaimState.PAID])
def test_after_its_sanction_nobody_changes_a_claim_at_the_desk(client, state):
    claim = make_claim(state=state)
    sign_in(client, make_user(is_superuser=True, is_staff=True))
    before = Claim.objects.values().get()

    client.post(
        f"/desk/reimbursement/claim/{claim.pk}/change/",
        {**EXTRA, "debited_inr": "1", "account_number": "998877665544", "ifsc": "X"},
    )

    assert changed(Claim, before) == set()


# --- keys of files (41) ---------------------------------------------------------------------------


def test_the_key_of_a_stored_file_says_nothing_and_cannot_be_guessed():
    first, second = make_certificate(), make_certificate()
    paper = make_claim().documents.first()

    for stored in (first.file.name, second.file.name, paper.file.name):
        last = stored.rpartition("/")[2].partition(".")[0]
        assert len(last) >= 20
        assert "certificate" not in last
        assert first.officer.name.split()[0].lower() not in stored.lower()
    assert first.file.name != second.file.name


def test_a_stored_file_has_no_address_of_its_own(client):
    certificate = make_certificate()
    sign_in(client, certificate.officer.user)

    for path in (
        f"/media/{certificate.file.name}",
        f"/protected/{certificate.file.name}",
        f"/static/{certificate.file.name}",
        f"/static/../{certificate.file.name}",
        f"/{certificate.file.name}",
    ):
        assert client.get(path).status_code == 404


def test_whoever_may_see_a_file_is_asked_each_time(client):
    certificate = make_certificate()
    url = f"/me/certificates/{certificate.pk}/file/"
    auditor = make_user(Role.AUDITOR)
    sign_in(client, auditor)
    assert client.get(url).status_code == 200

    auditor.groups.clear()

    assert client.get(url).status_code == 404


def test_a_paper_that_was_replaced_or_lost_is_not_found(client):
    claim = make_claim(state=ClaimState.DRAFT)
    sign_in(client, claim.claimant_user)
    old, lost = claim.documents.order_by("pk")[:2]
    ClaimDocument.objects.filter(pk=old.pk).update(replaced_at=timezone.now())
    default_storage.delete(lost.file.name)

    assert client.get(f"/claims/papers/{old.pk}/").status_code == 404
    assert client.get(f"/claims/papers/{lost.pk}/").status_code == 404
