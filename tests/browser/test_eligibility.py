"""The checker and the page of a decision, in Chromium: by hand, by keyboard, narrow, in Hindi."""

from datetime import date

import pytest
from django.conf import settings
from playwright.sync_api import expect

from courses.models import Course
from tests.factories.accounts import make_officer, make_service
from tests.factories.courses import make_course, make_run
from tests.factories.eligibility import load_rule_sets, make_decision

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def run():
    load_rule_sets()
    make_service(name_hi="भारतीय प्रशासनिक सेवा")
    make_course(code="gandhi", title="Gandhi", rule_set_code="WEB", mode=Course.Mode.SELF_PACED)
    return make_run(course=make_course(code="poverty", rule_set_code="OM"), code="poverty-1")


@pytest.fixture
def complaints(page):
    """Collect what the browser complains of: a refused style or script, a missing file."""
    found = []
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else 0)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def fill_in(page, **changes: str) -> None:
    facts = {"born_on": "15.08.1985", "allotment_year": "2010", "joined_on": "30.08.2010"}
    page.fill("#id_service", "IAS")
    page.press("#id_service", "Tab")
    page.check("input[name=group][value=A]")
    for name, value in {**facts, **changes}.items():
        page.fill(f"#id_{name}", value)


def test_anybody_checks_and_sees_why_and_from_when(page, live_server, run, axe, complaints):
    page.goto(f"{live_server.url}/eligibility/?run={run.code}")
    axe()
    fill_in(page)
    page.click("main button.btn-primary")

    assert page.get_by_role("heading", name="On these facts you may join", exact=True).is_visible()
    assert page.get_by_text("01.01.2013").first.is_visible()
    assert page.url.endswith(f"/eligibility/?run={run.code}")
    axe()
    assert complaints == []


def test_a_mistake_leads_from_the_summary_to_its_field(page, live_server, run, axe):
    page.goto(f"{live_server.url}/eligibility/?run={run.code}")
    fill_in(page, born_on="31.02.1985")
    page.click("main button.btn-primary")

    assert page.get_by_text("There is no such day as 31.02.1985.").first.is_visible()
    assert page.input_value("#id_allotment_year") == "2010"
    axe()


@pytest.mark.parametrize("language", ["en", "hi"])
def test_the_checker_fits_a_small_telephone_without_script(browser, live_server, run, language):
    context = browser.new_context(viewport={"width": 320, "height": 640}, java_script_enabled=False)
    context.add_cookies(
        [{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": live_server.url}]
    )
    page = context.new_page()
    page.goto(f"{live_server.url}/eligibility/?run={run.code}")
    fill_in(page, born_on=f"01.07.{run.commences_on.year - 56}")
    page.click("main button.btn-primary")

    page.wait_for_selector("#answer")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    context.close()


def test_the_checker_works_by_keyboard_alone(page, live_server, run):
    page.goto(f"{live_server.url}/eligibility/?run={run.code}")
    page.focus("#id_service")
    page.keyboard.type("Indian Adm")
    page.locator("[role=option]").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.input_value("#id_service") == "Indian Administrative Service (IAS)"
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    for value in ("15.08.1985", "2010", "30.08.2010"):
        page.keyboard.press("Tab")
        page.keyboard.type(value)
    with page.expect_navigation():
        page.keyboard.press("Enter")

    assert page.get_by_role("heading", name="On these facts you may join", exact=True).is_visible()


def test_the_service_picker_is_a_combobox_that_keys_and_screen_readers_work(
    page, live_server, run, axe, complaints
):
    make_service(code="IAAS", name="Indian Audit & Accounts Service")
    page.goto(f"{live_server.url}/eligibility/")
    field = page.get_by_role("combobox", name="Service*")
    suggestions = page.get_by_role("listbox", name="Services")
    options = suggestions.get_by_role("option")
    field.press_sequentially("Indian A")

    expect(page.get_by_role("status").filter(has_text="2 services found")).to_have_count(1)
    expect(field).to_have_attribute("aria-expanded", "true")
    axe()
    field.press("ArrowDown")
    field.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", "id_service-options-1")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    axe()
    field.press("Escape")
    expect(suggestions).to_be_hidden()
    assert page.input_value("#id_service") == "Indian A"

    field.fill("audit and acc")
    options.first.click()
    assert page.input_value("#id_service") == "Indian Audit & Accounts Service (IAAS)"
    expect(page.locator("[data-service-groups]")).to_have_text("This service has: Group A.")
    field.fill("zzzzzz")
    expect(page.get_by_role("status").filter(has_text="No service found")).to_have_count(1)
    expect(field).to_have_attribute("aria-expanded", "false")
    assert complaints == []


def test_without_script_several_services_come_back_to_choose_from(browser, live_server, run):
    make_service(code="IFS", name="Indian Foreign Service")
    make_service(code="IFOS", name="Indian Forest Service")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/eligibility/")
    fill_in(page)
    page.fill("#id_service", "Indian Fore")
    page.click("main button.btn-primary")

    assert page.input_value("#id_service") == "Indian Fore"
    assert page.input_value("#id_born_on") == "15.08.1985"
    page.get_by_label("Indian Forest Service (IFOS)").check()
    page.click("main button.btn-primary")

    expect(page.get_by_text("On these facts you may join 2 of 2")).to_be_visible()
    assert page.input_value("#id_service") == "Indian Forest Service (IFOS)"
    assert page.url == f"{live_server.url}/eligibility/"
    context.close()


def test_the_calendar_has_no_accessibility_fault(page, live_server, run, login, axe, complaints):
    login(make_officer().user)
    page.goto(f"{live_server.url}/eligibility/calendar/")

    axe()
    page.get_by_role("link", name="By day of commencement").click()
    axe()
    assert complaints == []


def test_an_officer_reads_a_decision(page, live_server, run, login, axe, complaints):
    officer = make_officer(born_on=date(run.commences_on.year - 56, 7, 1), is_verified=False)
    decision = make_decision(officer=officer, run=run)
    login(officer.user)

    page.goto(live_server.url + decision.get_absolute_url())

    assert page.get_by_text("Exactly on the limit").first.is_visible()
    assert page.get_by_text("Provisional:").is_visible()
    axe()
    assert complaints == []
