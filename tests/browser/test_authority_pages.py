"""The pages of nodal officers and of corrections, in Chromium: wide and narrow, without a fault."""

import os
from pathlib import Path

import pytest
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from enrollment.states import EnrollmentState
from tests.factories.accounts import (
    make_delegation,
    make_nodal_officer,
    make_officer,
    make_user,
)
from tests.factories.enrollment import make_enrollment, make_intimation

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("SCREENSHOTS", "")


def looked_at(page, axe, name: str) -> None:
    """Check the page now open at both widths, and keep a picture where SCREENSHOTS says."""
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / f"{name}-{width}.png", full_page=True)
    axe()


def test_a_nodal_officer_delegates_notes_and_chooses_the_mail(page, live_server, login, axe):
    nodal = make_nodal_officer(name="Nodal Officer")
    make_delegation(of=nodal, to=make_user(Role.OFFICER, name="Earlier Delegate"))
    make_user(Role.OFFICER, name="Leena Nair", email="leena@example.gov.in")
    for name in ("Asha Rao", "Bina Das"):
        make_intimation(
            enrollment=make_enrollment(
                state=EnrollmentState.SUBMITTED, officer=make_officer(name=name)
            )
        )
    login(User.objects.get(pk=nodal.pk))

    page.goto(live_server.url + reverse("accounts:delegation_new"))
    page.get_by_label("E-mail address of the delegate").fill("leena@example.gov.in")
    page.get_by_label("First day").fill("31.02.2030")
    page.get_by_label("Last day").fill("01.01.2099")
    page.get_by_role("button", name="Delegate").click()
    assert page.get_by_text("There is no such day").first.is_visible()
    looked_at(page, axe, "delegation-new")
    page.get_by_label("First day").fill("31.12.2098")
    page.get_by_label("Reason").fill("On tour")
    page.get_by_role("button", name="Delegate").click()
    assert page.get_by_role("rowheader", name="Leena Nair").is_visible()
    looked_at(page, axe, "delegations")

    page.goto(live_server.url + reverse("enrollment:authority"))
    looked_at(page, axe, "in-box")
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="Note the ticked").click()
    assert page.get_by_text("Noted: 2 of 2.").is_visible()
    looked_at(page, axe, "noted")

    page.goto(live_server.url + reverse("accounts:account_mail"))
    looked_at(page, axe, "mail")


def test_an_officer_corrects_user_names(page, live_server, login, axe):
    enrollment = make_enrollment(state=EnrollmentState.CONFIRMED, username="wrong_name")
    login(enrollment.officer.user)

    page.goto(live_server.url + enrollment.get_absolute_url())
    page.get_by_role("link", name="Correct your user names").click()
    looked_at(page, axe, "correct")
    page.get_by_role("button", name="Correct them").click()

    assert page.get_by_text("on record already").first.is_visible()
