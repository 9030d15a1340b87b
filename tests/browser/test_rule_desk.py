"""A rule set is read back in plain language while it is edited: with script, and without."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.roles import Role
from tests.factories.accounts import make_user
from tests.factories.eligibility import load_rule_sets, make_rule_set_version

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def address(live_server, login):
    """Return the address of a draft, open to the dealing hand who is signed in."""
    call_command("sync_roles", stdout=StringIO())
    load_rule_sets()
    draft = make_rule_set_version(code="WEB")
    login(make_user(Role.DEALING_HAND))
    return live_server.url + reverse("admin:eligibility_rulesetversion_change", args=[draft.pk])


@pytest.mark.parametrize("width", [1280, 360])
def test_the_reading_follows_what_is_typed(page, address, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(address)
    reading = page.locator("[data-reading]")
    assert "the limit is 56 years on 1 July" in reading.inner_text()

    page.fill("#id_age_limit", "50")
    page.select_option("#id_age_mode", "BORN_NOT_EARLIER")

    reading.get_by_text("the limit is 50 years on 1 July; exactly the limit is over it").wait_for()
    assert "Not as usual – reading of the age rule" in reading.inner_text()
    assert "the limit is 50 years" in page.locator("[data-reading-status]").inner_text()
    page.fill("#id_effective_from", "30.02.2028")
    reading.get_by_text("There is no such day as 30.02.2028.").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for name in ("family", "service_code", "group", "answer", "source", "source_hi"):
        assert page.locator(f"#id_audience-0-{name}").get_attribute("aria-label")


def test_without_script_a_button_opens_the_reading_in_a_new_tab(new_context, address, page):
    context = new_context(java_script_enabled=False)
    context.add_cookies(page.context.cookies())
    still = context.new_page()
    still.goto(address)
    still.fill("#id_age_limit", "50")

    with context.expect_page() as opened:
        still.get_by_role("button", name="Show in plain language").click()

    opened.value.get_by_text("the limit is 50 years on 1 July").wait_for()
    assert opened.value.get_by_text("Nothing was stored.").is_visible()
    assert still.input_value("#id_age_limit") == "50"
