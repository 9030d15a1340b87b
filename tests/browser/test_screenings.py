"""Screening in Chromium: asked for, counted, listed, and written to an authority about."""

import pytest

from accounts.roles import Role
from tests.factories.accounts import make_officer, make_user
from tests.factories.courses import make_run
from tests.factories.eligibility import load_rule_sets

pytestmark = pytest.mark.django_db(transaction=True)


def is_as_wide_as_the_screen(page) -> bool:
    return page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )


def test_a_dealing_hand_screens_the_officers_and_takes_the_list(page, live_server, login, axe):
    load_rule_sets()
    make_run()
    make_officer(name="Asha Rao")
    make_officer(name="Ravi Das", born_on=None)
    login(make_user(Role.DEALING_HAND))

    page.goto(f"{live_server.url}/eligibility/screenings/")
    page.get_by_role("link", name="New screening").click()
    axe()
    page.get_by_role("button", name="Screen officers").click()
    assert page.get_by_text("2 officers were screened.").is_visible()
    axe()

    page.get_by_role("link", name="List officers").click()
    page.get_by_label("Answer").select_option(label="Eligible")
    page.get_by_role("button", name="Show").click()
    assert page.get_by_role("link", name="Asha Rao").is_visible()
    assert not page.get_by_role("link", name="Ravi Das").is_visible()
    axe()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV file").click()
    assert "Asha Rao" in download.value.path().read_text(encoding="utf-8-sig")

    page.set_viewport_size({"width": 360, "height": 800})
    assert is_as_wide_as_the_screen(page)
    page.goto(f"{live_server.url}/eligibility/screenings/")
    page.locator("table.data-table tbody th a").first.click()
    page.get_by_role("link", name="Lists for letters").click()
    page.get_by_role("link", name="Department of Personnel (AIS Division)").click()
    assert page.get_by_text("The undersigned is directed to say").first.is_visible()
    assert is_as_wide_as_the_screen(page)
    axe()
