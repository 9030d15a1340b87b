"""The “Why?” page in Chromium: on one sheet of A4, narrow, and without a fault of access."""

import io
from datetime import date

import pikepdf
import pytest

from accounts.roles import Role
from tests.factories.accounts import make_officer, make_user
from tests.factories.courses import make_course, make_run
from tests.factories.eligibility import make_decision

pytestmark = pytest.mark.django_db(transaction=True)
IS_TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture
def decision(live_server):
    """Refuse an officer who joined too late, for a batch that is long past."""
    run = make_run(course=make_course(), commences_on=date(2019, 5, 21))
    return make_decision(officer=make_officer(joined_on=date(2017, 8, 28)), run=run)


@pytest.mark.parametrize("language", ["en", "hi"])
def test_the_usual_case_prints_on_one_sheet(page, live_server, login, decision, language):
    login(decision.officer.user)
    page.context.add_cookies(
        [{"name": "django_language", "value": language, "url": live_server.url}]
    )
    page.goto(live_server.url + decision.get_absolute_url())

    sheets = pikepdf.open(io.BytesIO(page.pdf(format="A4", prefer_css_page_size=True)))

    assert len(sheets.pages) == 1
    page.emulate_media(media="print")
    assert page.get_by_role("button", name="Print").count() == 0
    assert page.locator(".why-finding").count() == 3


def test_a_boundary_case_is_read_on_a_telephone_by_its_officer_and_at_the_desk(
    page, live_server, login, axe
):
    run = make_run(course=make_course(), commences_on=date(2019, 5, 21))
    officer = make_officer(born_on=date(1963, 7, 1))
    decision = make_decision(officer=officer, run=run)
    page.set_viewport_size({"width": 360, "height": 740})

    for user, switches in ((officer.user, 0), (make_user(Role.DEALING_HAND), 1)):
        login(user)
        page.goto(live_server.url + decision.get_absolute_url())
        assert page.get_by_text("single settings of the rules").count() == switches
        assert page.get_by_text("used here").is_visible()
        assert not page.evaluate(IS_TOO_WIDE)
        axe()
