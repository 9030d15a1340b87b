"""A roll sent in Chromium: by hand, its progress followed by script, the answer, and narrow."""

import pytest
from django.conf import settings
from playwright.sync_api import expect

from accounts.roles import Role
from eligibility import tasks
from tests.factories.accounts import make_service, make_user
from tests.factories.eligibility import load_rule_sets

pytestmark = pytest.mark.django_db(transaction=True)
ROLL = (
    "Emp. Code,Name,Service,Group,DOB,Batch,Date of Joining\n"
    "E1,Asha Rao,IAS,A,15.08.1985,2010,30.08.2010\n"
    "E2,Ravi Das,IAS,A,15.08.1950,1975,\n"
    "E3,Meena Iyer,IAS,A,31.02.1985,2010,\n"
)


@pytest.fixture
def hand():
    load_rule_sets()
    make_service(name_hi="भारतीय प्रशासनिक सेवा")
    return make_user(Role.DEALING_HAND)


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("hi", 360)])
def test_a_roll_is_sent_followed_and_answered(
    page, live_server, login, axe, hand, tmp_path, language, width
):
    page.set_viewport_size({"width": width, "height": 800})
    login(hand)
    page.context.add_cookies(
        [{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": live_server.url}]
    )
    (tmp_path / "roll.csv").write_text(ROLL, encoding="utf-8")
    page.goto(f"{live_server.url}/eligibility/rolls/new/")
    page.select_option("#id_rule_set", "WEB")
    page.fill("#id_commences_on", "21.05.2019")
    axe()
    page.set_input_files("#id_file", tmp_path / "roll.csv")
    page.click("main button.btn-primary")

    expect(page.locator("[data-progress] progress")).to_be_visible()
    axe()
    tasks.screen_rolls()

    expect(page.locator("main .figure")).to_have_count(5)  # the script has seen that it is ready
    expect(page.locator("main tbody tr")).to_have_count(3)
    axe()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    with page.expect_download() as download:
        page.click("main .actions a.btn-primary")
    assert download.value.suggested_filename == "roll-screened.csv"
