"""The simulator in Chromium: try, look, follow a number to the officers, and save to the draft."""

from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command
from playwright.sync_api import expect

from accounts.roles import Role
from eligibility.models import RuleSetVersion
from tests.eligibility.simulated import make_draft, people
from tests.factories.accounts import make_user
from tests.factories.courses import make_course
from tests.factories.eligibility import load_rule_sets

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def draft(login) -> RuleSetVersion:
    """A draft, people on the edges of its rules, and the dealing hand signed in."""
    call_command("sync_roles", stdout=StringIO())
    load_rule_sets()
    make_course(rule_set_code="WEB")
    people()
    login(make_user(Role.DEALING_HAND))
    return make_draft()


def test_the_dealing_hand_tries_a_change_and_saves_it(page, live_server, draft, axe):
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if said.type == "error" else None)
    page.goto(f"{live_server.url}/desk/eligibility/rulesetversion/{draft.pk}/change/")
    page.get_by_role("link", name="Simulate").click()
    page.get_by_text("Switches and numbers").click()
    page.get_by_role("spinbutton", name="Age limit").fill("57")
    page.get_by_label("That day").fill("10.01.2027")
    page.get_by_text("Who is named").click()
    page.get_by_label("Group B of Services of the Union Territories").select_option("Admit")
    axe()
    page.get_by_role("button", name="Show the effect").click()

    expect(page.get_by_role("row", name="Age limit 56 57 tried here, not stored")).to_be_visible()
    expect(page.get_by_text("US$200").first).to_be_visible()
    axe()
    section = page.get_by_role("region", name="Service", exact=True)
    section.get_by_text("All numbers").click()
    section.get_by_role("link", name="Indian Administrative Service").click()
    expect(page.get_by_role("link", name="born 30.06.1971")).to_be_visible()
    expect(page.get_by_role("link", name="DANICS")).to_have_count(0)

    page.get_by_role("button", name="Save to draft").click()
    expect(page.get_by_text("The draft now says what you tried.")).to_be_visible()
    draft.refresh_from_db()
    assert draft.age_limit == 57
    assert draft.audience.get(family="UT", group="B").answer == "ADMIT"
    assert refused == []


@pytest.mark.parametrize("language", ["en", "hi"])
def test_it_fits_a_small_telephone_without_script(browser, page, live_server, draft, language):
    context = browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False)
    cookies = [each for each in page.context.cookies() if each["name"] == "sessionid"]
    chosen = {"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": live_server.url}
    context.add_cookies([*cookies, chosen])
    small = context.new_page()

    small.goto(
        f"{live_server.url}/eligibility/simulator/{draft.pk}/?what_if=1&age_limit=57"
        "&commences_on=10.01.2027"
    )

    expect(small.get_by_role("link", name="born 30.06.1971")).to_be_visible()
    expect(small.locator("html")).to_have_attribute("lang", f"{language}-IN")
    assert small.evaluate("document.documentElement.scrollWidth") <= 360
    context.close()
