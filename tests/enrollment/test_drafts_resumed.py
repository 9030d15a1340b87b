"""A draft goes on wherever its officer signs in, and nothing that was typed is lost."""

import pytest
from django.test import Client
from django.urls import reverse

from enrollment.states import EnrollmentState as E
from tests.factories.accounts import sign_in
from tests.factories.enrollment import make_enrollment, make_provider_account, make_rule_version

pytestmark = pytest.mark.django_db


def draft(**fields):
    make_rule_version()
    return make_enrollment(state=E.DRAFT, **fields)


def test_a_draft_begun_on_one_device_goes_on_at_the_same_page_on_another():
    enrollment = draft(provider_account=None, declared_at=None)
    first, second = Client(), Client()
    sign_in(first, enrollment.officer.user)
    sign_in(second, enrollment.officer.user)
    accounts = reverse("enrollment:accounts", args=[enrollment.pk])

    names = {"platform_username": "asha.rao", "programme_username": "asha.rao"}
    first.post(accounts, names)

    shown = second.get(enrollment.get_absolute_url()).content.decode()
    assert reverse("enrollment:declaration", args=[enrollment.pk]) in shown
    assert "asha.rao" in second.get(accounts).content.decode()


def test_what_was_typed_stands_in_the_form_that_is_refused(client):
    enrollment = draft(provider_account=None, declared_at=None)
    other = make_enrollment(course=enrollment.course, run=enrollment.run)
    make_provider_account(officer=other.officer, course=other.course)
    taken = other.provider_account.platform_username
    sign_in(client, enrollment.officer.user)

    page = client.post(
        reverse("enrollment:accounts", args=[enrollment.pk]),
        {"platform_username": taken, "programme_username": "my.own.name"},
    ).content.decode()

    assert "Another officer is registered with this user name" in page
    assert taken in page and "my.own.name" in page


def test_after_the_session_has_ended_the_log_in_leads_back_to_the_page(client):
    enrollment = draft(declared_at=None)
    address = reverse("enrollment:declaration", args=[enrollment.pk])

    answer = client.get(address)

    assert answer.status_code == 302
    assert answer["Location"].endswith(f"?next={address}")
