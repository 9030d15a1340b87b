import re
from datetime import datetime, timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.contrib.auth.hashers import identify_hasher
from django.core import mail
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from accounts.adapter import is_official
from accounts.models import AuditEntry, OfficialEmailDomain, User
from accounts.roles import DESK_ROLES, STAFF_ROLES, Role
from tests.factories.accounts import enrol_second_factor, make_domain, make_user, sign_in

pytestmark = pytest.mark.django_db
PASSWORD = "the rains come in june"
LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def fresh():
    cache.clear()
    make_domain(domain="gov.in")
    make_domain(domain="nic.in")


def make_member(*roles, email="asha@example.gov.in"):
    user = make_user(*(roles or (Role.OFFICER,)), email=email)
    user.set_password(PASSWORD)
    user.save()
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def present_code(secret, *, steps=0):
    counter = list(yield_hotp_counters_from_time())[1] + steps
    return format_hotp_value(hotp_value(secret, counter))


def log_in(client, user, password=PASSWORD):
    return client.post(LOGIN, {"login": user.email, "password": password})


@pytest.mark.parametrize(
    ("email", "is_ours"),
    [
        ("a@gov.in", True),
        ("a@kerala.gov.in", True),
        ("a@NIC.IN", True),
        ("a@gov.in.evil.example", False),
        ("a@notgov.in", False),
        ("a@gmail.com", False),
        ("a@gov.in@evil.example", False),
    ],
)
def test_only_official_domains_and_those_below_them_may_sign_up(email, is_ours):
    assert is_official(email) is is_ours


def test_a_domain_that_staff_add_may_sign_up_and_one_switched_off_may_not():
    OfficialEmailDomain.objects.create(domain="isro.example")
    assert is_official("a@isro.example")

    OfficialEmailDomain.objects.update(is_active=False)
    assert not is_official("a@isro.example")


def test_signing_up_asks_for_the_code_from_the_mail_and_makes_an_officer(client):
    data = {"email": "asha@example.gov.in", "password1": PASSWORD, "password2": PASSWORD}
    client.post("/accounts/signup/", data)
    user = User.objects.get(email="asha@example.gov.in")
    assert client.get("/me/account/").status_code == 302  # not in yet

    code = re.search(r"^\s*([A-Z0-9-]{6,9})\s*$", mail.outbox[0].body, re.M).group(1)
    client.post(reverse("account_email_verification_sent"), {"code": code})

    assert client.get("/me/account/").status_code == 200
    assert user.has_role(Role.OFFICER)
    assert not user.is_staff


def test_a_private_address_is_refused_with_what_to_do(client):
    data = {"email": "asha@gmail.com", "password1": PASSWORD, "password2": PASSWORD}

    page = client.post("/accounts/signup/", data).content.decode()

    assert "official e-mail address" in page
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("password", "is_fine"),
    [
        ("short one", False),
        ("eleven char", False),
        ("my iGOT words 2026", False),
        ("karmayogi for ever", False),
        ("passwordpassword", True),
        ("मेरा लंबा पासवर्ड है", True),
        ("x y " * 32, True),
    ],
)
def test_a_password_is_long_and_not_built_on_the_programme(client, password, is_fine):
    data = {"email": "asha@example.gov.in", "password1": password, "password2": password}

    client.post("/accounts/signup/", data)

    assert User.objects.exists() is is_fine


def test_argon2_is_the_hasher_and_an_old_hash_is_upgraded_at_log_in(client, settings):
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        "django.contrib.auth.hashers.Argon2PasswordHasher",
    ]
    user = make_member()
    assert identify_hasher(user.password).algorithm == "pbkdf2_sha256"
    settings.PASSWORD_HASHERS = list(reversed(settings.PASSWORD_HASHERS))

    log_in(client, user)

    user.refresh_from_db()
    assert identify_hasher(user.password).algorithm == "argon2"


def test_known_and_unknown_addresses_get_the_same_answer(client):
    user = make_member()

    known = log_in(client, user, "wrong words here")
    unknown = client.post(LOGIN, {"login": "nobody@example.gov.in", "password": "wrong words here"})

    messages = [str(answer.context["form"].non_field_errors()) for answer in (known, unknown)]
    assert messages[0] == messages[1]
    assert known.status_code == unknown.status_code


def test_signing_up_with_a_known_address_looks_like_any_sign_up(client):
    make_member()
    data = {"password1": PASSWORD, "password2": PASSWORD}

    known = client.post("/accounts/signup/", {**data, "email": "asha@example.gov.in"})
    unknown = client.post("/accounts/signup/", {**data, "email": "ravi@example.gov.in"})

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])


def test_five_wrong_passwords_lock_that_account_for_a_while_and_no_other(client):
    user, other = make_member(), make_member(email="ravi@example.gov.in")
    for _time in range(5):
        log_in(client, user, "wrong words here")

    answer = log_in(client, user)
    assert "_auth_user_id" not in client.session
    assert "try again" in answer.content.decode().lower()

    log_in(client, other)
    assert client.session["_auth_user_id"] == str(other.pk)


def test_log_ins_and_refused_ones_are_recorded(client):
    user = make_member()

    log_in(client, user, "wrong words here")
    log_in(client, user)

    events = list(AuditEntry.objects.about(user).values_list("event", flat=True))
    assert events == ["user.login_refused", "user.logged_in"]


def test_the_session_key_changes_at_log_in(client):
    user = make_member()
    client.get(LOGIN)
    session = client.session
    session["mark"] = 1
    session.save()
    before = client.session.session_key

    log_in(client, user)

    assert client.session.session_key != before


# --- the second factor ------------------------------------------------------------------------


@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
def test_staff_without_a_factor_reach_only_its_enrolment(client, role):
    user = make_member(role)

    log_in(client, user)

    for path in ("/me/account/", "/desk/", "/officers/", "/me/notices/"):
        assert client.get(path)["Location"] == reverse("mfa_activate_totp")
    assert client.get("/accounts/logout/").status_code == 200


def test_a_superuser_needs_a_factor_too(client):
    user = make_member()
    User.objects.filter(pk=user.pk).update(is_superuser=True)

    log_in(client, user)

    assert client.get("/desk/")["Location"] == reverse("mfa_activate_totp")


def test_an_officer_needs_none(client):
    log_in(client, make_member())

    assert client.get("/me/account/").status_code == 200


@pytest.mark.django_db(transaction=True)  # the mark is made after the commit
def test_enrolling_a_factor_opens_the_session_without_a_second_code(client):
    log_in(client, make_member(Role.DEALING_HAND))
    asked = client.get(reverse("mfa_activate_totp"))
    client.post(asked["Location"], {"password": PASSWORD})
    client.get(reverse("mfa_activate_totp"))
    secret = client.session["mfa.totp.secret"]

    client.post(reverse("mfa_activate_totp"), {"code": present_code(secret)})

    assert client.get("/desk/").status_code == 200


def test_a_password_alone_does_not_sign_staff_in(client):
    user = make_member(Role.DEALING_HAND)
    secret = enrol_second_factor(user)

    answer = log_in(client, user)
    assert answer["Location"].startswith(reverse("mfa_authenticate"))
    assert "_auth_user_id" not in client.session

    client.post(reverse("mfa_authenticate"), {"code": present_code(secret)})
    assert client.get("/desk/").status_code == 200


def test_a_code_by_mail_alone_does_not_open_a_staff_session(client):
    user = make_member(Role.AUDITOR)
    enrol_second_factor(user)
    client.post(reverse("account_request_login_code"), {"email": user.email})
    code = re.search(r"^\s*([A-Z0-9-]{6,9})\s*$", mail.outbox[-1].body, re.M).group(1)

    client.post(reverse("account_confirm_login_code"), {"code": code})

    assert client.get("/desk/").status_code == 302
    assert "_auth_user_id" not in client.session


def test_a_reset_link_alone_does_not_open_a_staff_session(client):
    user = make_member(Role.AUDITOR)
    enrol_second_factor(user)
    client.post(reverse("account_reset_password"), {"email": user.email})
    path = re.search(r"https?://[^/]+(/\S+)", mail.outbox[-1].body).group(1)
    form = client.get(path, follow=True)
    words = "a whole new sentence"

    client.post(form.request["PATH_INFO"], {"password1": words, "password2": words})

    assert "_auth_user_id" not in client.session


def test_a_code_works_once(client):
    user = make_member(Role.DEALING_HAND)
    code = present_code(enrol_second_factor(user))
    log_in(client, user)
    client.post(reverse("mfa_authenticate"), {"code": code})
    client.post("/accounts/logout/")

    log_in(client, user)
    client.post(reverse("mfa_authenticate"), {"code": code})

    assert "_auth_user_id" not in client.session


def test_a_code_of_90_seconds_ago_is_refused(client):
    user = make_member(Role.DEALING_HAND)
    secret = enrol_second_factor(user)
    log_in(client, user)

    client.post(reverse("mfa_authenticate"), {"code": present_code(secret, steps=-3)})

    assert "_auth_user_id" not in client.session


def test_the_secret_of_a_factor_is_sealed_at_rest():
    user = make_user(Role.DEALING_HAND)
    secret = enrol_second_factor(user)

    stored = Authenticator.objects.get(user=user).data["secret"]

    assert secret not in stored
    assert stored.startswith("e1:")


def test_staff_may_not_take_off_their_only_factor(client):
    user = make_user(Role.DEALING_HAND)
    sign_in(client, user)

    client.post(reverse("mfa_deactivate_totp"))

    assert Authenticator.objects.filter(user=user, type="totp").exists()


def test_the_desk_has_no_log_in_form_of_its_own(client):
    answer = client.get("/desk/login/")

    assert answer.status_code == 302
    assert LOGIN in answer["Location"]


# --- sessions ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "minutes", "is_open"),
    [
        (Role.DEALING_HAND, 29, True),
        (Role.DEALING_HAND, 31, False),
        (Role.OFFICER, 179, True),
        (Role.OFFICER, 181, False),
    ],
)
def test_an_idle_session_ends(client, role, minutes, is_open):
    assert (role in DESK_ROLES) == (role != Role.OFFICER)
    sign_in(client, make_user(role))
    client.get("/me/account/")

    with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
        assert (client.get("/me/account/").status_code == 200) is is_open


def test_no_session_lives_longer_than_twelve_hours(client):
    sign_in(client, make_user(Role.OFFICER))
    client.get("/me/account/")
    began = timezone.now()

    for hours in (2, 4, 6, 8, 10, 11.9):
        with time_machine.travel(began + timedelta(hours=hours)):
            assert client.get("/me/account/").status_code == 200
    with time_machine.travel(began + timedelta(hours=12, minutes=1)):
        assert client.get("/me/account/").status_code == 302


def test_logging_out_is_a_post_and_kills_the_cookie(client):
    sign_in(client, make_user(Role.OFFICER))
    cookie = client.cookies["sessionid"].value
    client.get("/accounts/logout/")
    assert client.get("/me/account/").status_code == 200

    client.post("/accounts/logout/")
    client.cookies["sessionid"] = cookie

    assert client.get("/me/account/").status_code == 302


def test_an_account_that_is_switched_off_is_out_at_the_next_request(client):
    user = make_user(Role.OFFICER)
    sign_in(client, user)

    User.objects.filter(pk=user.pk).update(is_active=False)

    assert client.get("/me/account/").status_code == 302


def test_a_role_that_is_taken_away_is_gone_at_the_next_request(client):
    user = make_user(Role.DEALING_HAND)
    sign_in(client, user)
    assert client.get("/officers/").status_code == 200

    user.groups.clear()

    assert client.get("/officers/").status_code == 403


def test_an_administrator_ends_anyones_sessions_by_switching_the_account_off(client):
    other = client.__class__()
    user = make_member()
    log_in(other, user)
    other.get("/me/account/")
    sign_in(client, make_user(is_superuser=True, is_staff=True))
    data = {"name": "X", "designation": "", "language": "en", "is_staff": "", "groups": []}

    client.post(f"/desk/accounts/user/{user.pk}/change/", data)

    user.refresh_from_db()
    assert not user.is_active
    assert AuditEntry.objects.about(user).filter(event="user.sessions_ended").exists()
    assert other.get("/me/account/").status_code == 302


def test_a_change_of_roles_is_recorded_with_before_and_after(client):
    user = make_user(Role.OFFICER)
    hand = make_user(Role.DEALING_HAND).groups.get()
    sign_in(client, make_user(is_superuser=True, is_staff=True))
    data = {"name": "X", "language": "en", "is_active": "on", "groups": [hand.pk]}

    client.post(f"/desk/accounts/user/{user.pk}/change/", data)

    entry = AuditEntry.objects.about(user).get(event="user.roles_changed")
    assert entry.details == {"was": ["officer"], "now": ["dealing hand"]}


def test_one_sees_and_ends_ones_own_other_sessions(client):
    user, elsewhere = make_member(), client.__class__()
    log_in(client, user)
    log_in(elsewhere, user)
    client.get("/me/account/")
    elsewhere.get("/me/account/")

    client.post(reverse("usersessions_list"))

    assert elsewhere.get("/me/account/").status_code == 302
    assert client.get("/me/account/").status_code == 200


def test_a_forged_forwarding_header_changes_no_address(client):
    user = make_member()
    sign_in(client, user)

    client.post("/me/record/edit/", {}, headers={"X-Forwarded-For": "6.6.6.6"})
    log_in(client.__class__(), user, "wrong words here")

    assert not AuditEntry.objects.filter(address="6.6.6.6").exists()
    assert isinstance(AuditEntry.objects.latest("pk").at, datetime)
