"""Checks 2 to 18: what an attacker learns, how often one may try, and what each code opens."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.auth.hashers import get_hasher
from django.core import mail
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from tests.accounts.test_sign_in import PASSWORD, log_in, make_member, present_code
from tests.factories.accounts import enrol_second_factor, make_domain, make_user, sign_in

pytestmark = pytest.mark.django_db
HOME = "/me/account/"


@pytest.fixture(autouse=True)
def fresh():
    cache.clear()
    make_domain(domain="gov.in")


def is_in(client):
    return "_auth_user_id" in client.session


def code_in(message):
    return re.search(r"^\s*([A-Z0-9-]{6,9})\s*$", message.body, re.M).group(1)


# --- what an attacker learns (2) ------------------------------------------------------------------


def test_a_password_is_hashed_once_whether_the_address_is_known_or_not(client, monkeypatch):
    user = make_member()
    kind, hashed = type(get_hasher()), []
    encode = kind.encode
    monkeypatch.setattr(
        kind, "encode", lambda self, *a, **k: hashed.append(1) or encode(self, *a, **k)
    )

    counts = []
    for email in (user.email, "nobody@example.gov.in"):
        hashed.clear()
        client.post("/accounts/login/", {"login": email, "password": "wrong words here"})
        counts.append(len(hashed))

    assert counts[0] == counts[1] > 0


@pytest.mark.parametrize("name", ["account_reset_password", "account_request_login_code"])
def test_asking_for_a_link_or_a_code_looks_the_same_for_an_unknown_address(client, name):
    user = make_member()
    answers = []
    for email in (user.email, "nobody@example.gov.in"):
        browser = client.__class__()
        answer = browser.post(reverse(name), {"email": email}, follow=True)
        page = answer.content.decode().replace(email, "ADDRESS")
        page = re.sub(r'value="[A-Za-z0-9]{64}"', "", page)
        answers.append((answer.redirect_chain, re.sub(r'nonce="[^"]*"', "", page)))

    assert answers[0] == answers[1]


# --- how often (4, 5) -----------------------------------------------------------------------------


def test_a_locked_account_reads_what_to_do_and_its_owner_gets_in_by_a_code_from_the_mail(client):
    user = make_member()
    for _time in range(5):
        log_in(client, user, "wrong words here")
    page = log_in(client, user).content.decode()
    assert not is_in(client)
    assert "try again" in page.lower()

    client.post(reverse("account_request_login_code"), {"email": user.email})
    client.post(reverse("account_confirm_login_code"), {"code": code_in(mail.outbox[-1])})

    assert is_in(client)


def test_a_sixth_reset_for_one_address_is_refused_and_mails_nothing(client):
    user = make_member()
    for _time in range(5):
        client.post(reverse("account_reset_password"), {"email": user.email})
    sent = len(mail.outbox)

    answer = client.post(reverse("account_reset_password"), {"email": user.email})

    assert sent == 5
    assert len(mail.outbox) == sent
    assert answer.status_code in (200, 429)


def test_the_twenty_first_reset_from_one_place_is_refused_and_mails_nothing(client):
    for number in range(20):
        client.post(reverse("account_reset_password"), {"email": f"a{number}@example.gov.in"})
    user = make_member()
    sent = len(mail.outbox)

    answer = client.post(reverse("account_reset_password"), {"email": user.email})

    assert answer.status_code == 429
    assert len(mail.outbox) == sent


def test_the_twenty_first_sign_up_from_one_place_is_refused_and_mails_nothing(client):
    words = {"password1": PASSWORD, "password2": PASSWORD}
    for number in range(20):
        browser = client.__class__()
        data = {"email": f"a{number}@example.gov.in", **words}
        assert browser.post("/accounts/signup/", data).status_code == 302
    sent, people = len(mail.outbox), User.objects.count()

    answer = client.post("/accounts/signup/", {"email": "late@example.gov.in", **words})

    assert answer.status_code == 429
    assert (len(mail.outbox), User.objects.count()) == (sent, people)


def test_codes_by_mail_are_rationed_for_an_address(client):
    user = make_member()
    for _time in range(10):
        client.__class__().post(reverse("account_request_login_code"), {"email": user.email})

    assert 1 <= len(mail.outbox) <= 5


# --- codes (9, 10, 12) ----------------------------------------------------------------------------


def test_five_wrong_codes_of_the_second_factor_are_the_last(client):
    user = make_member(Role.DEALING_HAND)
    secret = enrol_second_factor(user)
    log_in(client, user)
    for _time in range(5):
        client.post(reverse("mfa_authenticate"), {"code": "000000"})

    client.post(reverse("mfa_authenticate"), {"code": present_code(secret)})

    assert not is_in(client)


def test_a_recovery_code_is_sealed_works_once_and_goes_with_new_ones(client):
    user = make_member(Role.DEALING_HAND)
    enrol_second_factor(user)
    codes = RecoveryCodes.activate(user).get_unused_codes()
    stored = str(Authenticator.objects.get(user=user, type="recovery_codes").data)
    assert not any(code in stored for code in codes)

    log_in(client, user)
    client.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert is_in(client)

    second = client.__class__()
    log_in(second, user)
    second.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert not is_in(second)

    Authenticator.objects.filter(user=user, type="recovery_codes").delete()
    RecoveryCodes.activate(user)
    second.post(reverse("mfa_authenticate"), {"code": codes[1]})
    assert not is_in(second)


def test_a_code_by_mail_has_three_tries(client):
    user = make_member()
    client.post(reverse("account_request_login_code"), {"email": user.email})
    code = code_in(mail.outbox[-1])
    for _time in range(3):
        client.post(reverse("account_confirm_login_code"), {"code": "WRONG1"})

    client.post(reverse("account_confirm_login_code"), {"code": code})

    assert not is_in(client)


def test_a_code_by_mail_opens_only_the_browser_that_asked(client):
    user = make_member()
    client.post(reverse("account_request_login_code"), {"email": user.email})
    elsewhere = client.__class__()

    elsewhere.post(reverse("account_confirm_login_code"), {"code": code_in(mail.outbox[-1])})

    assert not is_in(elsewhere)


def test_a_code_by_mail_is_void_after_ten_minutes(client, time_machine):
    user = make_member()
    time_machine.move_to(timezone.now())
    client.post(reverse("account_request_login_code"), {"email": user.email})
    time_machine.shift(601)

    client.post(reverse("account_confirm_login_code"), {"code": code_in(mail.outbox[-1])})

    assert not is_in(client)


# --- changes of the account (15) ------------------------------------------------------------------


def old_session(client, user):
    """Sign `user` in, with the password given more than a quarter of an hour ago."""
    sign_in(client, user)
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 1000
    session.save()


@pytest.mark.parametrize(
    "name",
    ["account_email", "mfa_activate_totp", "mfa_generate_recovery_codes", "mfa_list_webauthn"],
)
def test_the_address_and_the_factors_are_changed_after_giving_the_password_again(client, name):
    user = make_member()
    enrol_second_factor(user)
    old_session(client, user)
    data = {"action_add": "", "email": "new@example.gov.in", "code": "000000"}

    answer = client.post(reverse(name), data)

    assert not EmailAddress.objects.filter(email="new@example.gov.in").exists()
    if name != "mfa_list_webauthn":
        assert "/reauthenticate/" in answer.get("Location", ""), answer.status_code


def test_changing_the_password_asks_for_the_old_one_and_is_told_by_mail(client):
    user = make_member()
    sign_in(client, user)
    url, words = reverse("account_change_password"), "quite another sentence"
    new = {"password1": words, "password2": words}

    client.post(url, {"oldpassword": "wrong words here", **new})
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert mail.outbox == []

    client.post(url, {"oldpassword": PASSWORD, **new})
    user.refresh_from_db()
    assert user.check_password(words)
    assert mail.outbox[-1].to == [user.email]


def test_a_change_of_address_is_told_to_the_old_and_proved_at_the_new(client):
    user = make_member()
    sign_in(client, user)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    client.post(
        reverse("account_email"), {"action_add": "", "email": "new@example.gov.in"}, follow=True
    )
    code = next(code_in(m) for m in mail.outbox if m.to == ["new@example.gov.in"])
    user.refresh_from_db()
    assert user.email == "asha@example.gov.in"
    client.post(reverse("account_email_verification_sent"), {"code": code})

    user.refresh_from_db()
    assert user.email == "new@example.gov.in"
    assert ["asha@example.gov.in"] in [message.to for message in mail.outbox]


@pytest.mark.django_db(transaction=True)  # it is told after the commit
def test_a_new_factor_is_told_by_mail(client):
    user = make_member()
    sign_in(client, user)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.get(reverse("mfa_activate_totp"))

    code = present_code(client.session["mfa.totp.secret"])
    client.post(reverse("mfa_activate_totp"), {"code": code})

    assert Authenticator.objects.filter(user=user, type="totp").exists()
    assert mail.outbox[-1].to == [user.email]


# --- sessions (18) --------------------------------------------------------------------------------


def test_a_fixed_session_key_never_becomes_a_signed_in_one(client):
    user = make_member(Role.DEALING_HAND)
    secret = enrol_second_factor(user)
    client.get("/accounts/login/")
    session = client.session
    session["planted"] = 1
    session.save()
    keys = [client.session.session_key]

    log_in(client, user)
    client.post(reverse("mfa_authenticate"), {"code": present_code(secret)})
    keys.append(client.session.session_key)

    assert is_in(client)
    assert len(set(keys)) == 2
    thief = client.__class__()
    thief.cookies["sessionid"] = keys[0]
    assert thief.get(HOME).status_code == 302


def test_a_second_factor_of_another_user_does_not_count(client):
    first, second = make_user(Role.DEALING_HAND), make_user(Role.DEALING_HAND)
    sign_in(client, first)
    enrol_second_factor(second)
    records = client.session["account_authentication_methods"]

    client.force_login(second)
    session = client.session
    session["account_authentication_methods"] = records
    session["account_authentication_methods_user"] = str(first.pk)
    session.save()

    assert client.get("/desk/")["Location"].startswith(reverse("mfa_reauthenticate"))
