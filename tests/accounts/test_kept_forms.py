"""A form sent when the session had ended: kept for its writer, given back, and for nobody else."""

import json
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from accounts.kept_forms import KEPT_FOR, KEY, MOST_CHARACTERS, keep, kept_for
from enrollment.states import EnrollmentState
from reimbursement.states import ClaimState
from tests.factories.accounts import PASSWORD, make_officer, sign_in
from tests.factories.enrollment import make_enrollment
from tests.factories.reimbursement import make_claim

pytestmark = pytest.mark.django_db
PAGE = {"headers": {"accept": "text/html,*/*"}}
REASON = "I am posted to the border until the spring."
AFTER = timedelta(hours=4)  # an officer's session ends after three without a sign


@pytest.fixture
def officer():
    user = make_officer().log_in
    user.set_password(PASSWORD)
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@pytest.fixture
def enrollment(officer):
    return make_enrollment(state=EnrollmentState.SUBMITTED, officer=officer.officer)


def withdraw(enrollment):
    return f"/me/registrations/{enrollment.pk}/withdraw/"


def send_too_late(client, user, url, data):
    sign_in(client, user)
    client.get("/me/account/")
    with time_machine.travel(timezone.now() + AFTER, tick=False):
        return client.post(url, data, **PAGE)


def sign_in_again(client, url, user, *, later=timedelta()):
    with time_machine.travel(timezone.now() + AFTER + later, tick=False):
        return client.post(
            f"/accounts/login/?next={url}",
            {"login": user.email, "password": PASSWORD},
            follow=True,
            **PAGE,
        )


def test_what_was_typed_is_given_back_after_the_sign_in_and_sent(client, officer, enrollment):
    url = withdraw(enrollment)
    led = send_too_late(client, officer, url, {"reason": REASON})
    assert led.url.startswith("/accounts/login/")
    assert "What you typed is kept" in client.get(led.url).content.decode()

    shown = sign_in_again(client, url, officer).content.decode()
    assert REASON in shown and f'action="{url}"' in shown
    with time_machine.travel(timezone.now() + AFTER, tick=False):
        assert client.post(url, {"reason": REASON}, **PAGE).status_code == 302
        assert "Send it now" not in client.get("/me/account/").content.decode()

    enrollment.refresh_from_db()
    assert (enrollment.state, enrollment.reason) == (EnrollmentState.WITHDRAWN, REASON)
    assert KEY not in client.session


def test_nothing_is_done_before_the_writer_sends_it_anew(client, officer, enrollment):
    url = withdraw(enrollment)
    send_too_late(client, officer, url, {"reason": REASON})

    sign_in_again(client, url, officer)

    enrollment.refresh_from_db()
    assert enrollment.state == EnrollmentState.SUBMITTED


def test_what_is_left_is_gone_and_nothing_was_done(client, officer, enrollment):
    url = withdraw(enrollment)
    send_too_late(client, officer, url, {"reason": REASON})
    sign_in_again(client, url, officer)

    with time_machine.travel(timezone.now() + AFTER, tick=False):
        left = client.post(url, {"leave_kept_form": "1"}, **PAGE)
        again = client.get(url, **PAGE).content.decode()

    assert left.status_code == 302 and left.url == "/dashboard/"
    assert REASON not in again and "Withdraw" in again
    enrollment.refresh_from_db()
    assert enrollment.state == EnrollmentState.SUBMITTED


def test_who_signs_in_next_at_the_same_browser_sees_nothing_of_it(client, officer, enrollment):
    other = make_officer(name="Ravi Iyer").log_in
    other.set_password(PASSWORD)
    other.save()
    EmailAddress.objects.create(user=other, email=other.email, verified=True, primary=True)
    url = withdraw(enrollment)
    send_too_late(client, officer, url, {"reason": REASON})

    shown = sign_in_again(client, url, other)

    assert shown.status_code == 404
    assert REASON not in shown.content.decode()
    assert KEY not in client.session


def test_after_half_an_hour_nothing_is_kept(client, officer, enrollment):
    url = withdraw(enrollment)
    send_too_late(client, officer, url, {"reason": REASON})

    later = KEPT_FOR + timedelta(seconds=1)
    shown = sign_in_again(client, url, officer, later=later).content.decode()

    assert REASON not in shown and "Send it now" not in shown
    assert KEY not in client.session


def test_it_lies_sealed_in_the_session(client, officer, enrollment):
    send_too_late(client, officer, withdraw(enrollment), {"reason": REASON})

    kept = [session.get_decoded() for session in Session.objects.all()]

    assert any(KEY in data for data in kept)
    assert REASON not in json.dumps(kept)


def test_bank_details_are_not_kept_and_the_rest_of_the_form_is(client):
    claim = make_claim(state=ClaimState.DRAFT)
    user = claim.claimant_user
    user.set_password(PASSWORD)
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    url = f"/me/claims/{claim.pk}/bank/"
    typed = {
        "payee_name": "Asha Rao",
        "bank_name": "State Bank of India",
        "ifsc": "SBIN0000691",
        "account_number": "30123456789",
        "account_again": "30123456789",
    }
    send_too_late(client, user, url, typed)

    shown = sign_in_again(client, url, user).content.decode()

    assert "State Bank of India" in shown and 'name="payee_name"' in shown
    assert "30123456789" not in shown and "SBIN0000691" not in shown


@pytest.mark.parametrize(
    ("path", "data", "headers"),
    [
        ("withdraw", {"reason": REASON}, {"accept": "*/*"}),  # sent by a script
        ("withdraw", {"reason": ""}, {"accept": "text/html"}),
        ("withdraw", {"reason": "x" * MOST_CHARACTERS}, {"accept": "text/html"}),
        ("/i18n/setlang/", {"language": "hi", "next": "/"}, {"accept": "text/html"}),
        ("/feedback/", {"message": REASON}, {"accept": "text/html"}),  # open to everybody
    ],
)
def test_what_is_no_form_of_a_page_for_the_signed_in_is_not_kept(
    client, officer, enrollment, path, data, headers
):
    url = withdraw(enrollment) if path == "withdraw" else path
    sign_in(client, officer)
    client.get("/me/account/")

    with time_machine.travel(timezone.now() + AFTER, tick=False):
        client.post(url, data, headers=headers)

    assert KEY not in client.session


def test_what_comes_without_the_token_of_our_pages_is_not_kept(officer, enrollment):
    client = Client(enforce_csrf_checks=True)

    refused = send_too_late(client, officer, withdraw(enrollment), {"reason": REASON})

    assert refused.status_code == 403
    assert KEY not in client.session


def test_a_form_of_somebody_who_was_never_signed_in_is_not_kept(client, enrollment):
    led = client.post(withdraw(enrollment), {"reason": REASON}, **PAGE)

    assert led.status_code == 302
    assert KEY not in client.session


def test_bank_details_of_one_form_among_several_are_not_kept_either():
    session, now = SessionStore(), timezone.now()
    sent = QueryDict("form-0-account_number=123456789012&form-0-ifsc=SBIN0000691&form-0-why=Moved")

    assert keep(session, user_id=1, url="/x/", data=sent, at=now)

    kept = kept_for(session, user_id=1, at=now)
    assert kept is not None
    assert kept.fields == [("form-0-why", "Moved")]
