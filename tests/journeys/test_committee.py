"""The selection committee: what the secretary records, a member confirms."""

from datetime import date
from typing import Any

from playwright.sync_api import Page, expect

from accounts.roles import Role
from courses.models import CommitteeDecision
from courses.states import DecisionState
from tests.factories.accounts import make_user
from tests.factories.courses import make_committee_decision, make_course
from tests.factories.eligibility import load_rule_sets
from tests.journeys.people import open_task


def test_a_member_confirms_what_the_secretary_has_recorded(
    page: Page, live_server: Any, login: Any, axe: Any
) -> None:
    secretary = make_user(Role.COMMITTEE_SECRETARY, name="Harish Chandra")
    course = make_course(title="Data Analysis for Social Scientists", is_published=False)
    decision = make_committee_decision(
        course=course, resolution_number="SC/7", recorded_by=secretary
    )
    member = make_user(Role.COMMITTEE_MEMBER, name="Kavita Joshi")
    login(member)
    page.goto(live_server.url)

    open_task(page, "decision to confirm")
    expect(page.get_by_text("Harish Chandra")).to_be_visible()
    axe()
    page.get_by_role("button", name="Confirm SC/7").click()
    expect(page.get_by_role("row").filter(has_text="SC/7")).to_contain_text("Kavita Joshi")

    decision.refresh_from_db()
    assert decision.state == DecisionState.IN_FORCE
    assert decision.confirmed_by == member


def test_the_secretary_records_on_the_desk_and_cannot_confirm(
    page: Page, live_server: Any, login: Any
) -> None:
    load_rule_sets()
    course = make_course(title="Foundations of Development Policy", is_published=False)
    login(make_user(Role.COMMITTEE_SECRETARY))
    page.goto(f"{live_server.url}/desk/courses/committeedecision/add/")

    page.get_by_label("Resolution").first.fill("SC/8")
    page.locator("#id_outcome").select_option(CommitteeDecision.Outcome.SHORTLISTED)
    page.locator(".field-course .select2-selection").click()
    page.locator(".select2-search__field").fill("Foundations")
    page.get_by_role("option", name="Foundations of Development Policy").click()
    page.locator("#id_rule_set_code").select_option("OM")
    page.locator("#id_valid_from").fill("2026-01-01")
    page.locator("#id_reasons").fill("Shortlisted for the next batch.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("link", name="SC/8").first).to_be_visible()

    decision = CommitteeDecision.objects.get(resolution_number="SC/8")
    page.goto(f"{live_server.url}/committee/")
    expect(page.get_by_role("button", name="Confirm")).to_have_count(0)
    assert decision.course == course
    assert decision.valid_from == date(2026, 1, 1)
    assert decision.state == DecisionState.DRAFT


def test_an_officer_has_no_business_on_the_page_of_the_committee(
    page: Page, live_server: Any, login: Any
) -> None:
    login(make_user(Role.OFFICER))

    answer = page.goto(f"{live_server.url}/committee/")

    assert answer is not None
    assert answer.status == 403
