"""The nodal officer: verifies records and answers intimations of the own authority, no other."""

from typing import Any

from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.actions import records
from accounts.models import Officer, Service
from enrollment.states import EnrollmentState
from tests.factories.accounts import (
    make_authority,
    make_nodal_officer,
    make_officer,
    make_service,
)
from tests.factories.enrollment import make_enrollment, make_intimation
from tests.journeys.people import open_task


def test_the_nodal_officer_verifies_one_record_and_returns_another(
    page: Page, live_server: Any, login: Any, axe: Any
) -> None:
    nodal = make_nodal_officer(name="Sunita Bhatt")
    right = make_officer(name="Asha Menon", is_verified=False)
    wrong = make_officer(name="Ravi Iyer", is_verified=False)
    elsewhere = make_service(code="IPS", authority=make_authority(name="Ministry of Home Affairs"))
    make_officer(name="Kabir Khan", service=elsewhere, is_verified=False)
    login(nodal)
    page.goto(live_server.url)

    open_task(page, "service records to verify")
    expect(page.get_by_role("link", name="Ravi Iyer")).to_be_visible()
    expect(page.get_by_text("Kabir Khan")).to_have_count(0)
    axe()
    page.get_by_role("link", name="Asha Menon").click()
    axe()
    page.get_by_role("button", name="Verify record").click()

    page.get_by_role("link", name="Ravi Iyer").click()
    page.get_by_text("Something does not agree").click()
    page.get_by_role("button", name="Return record").click()
    expect(page.get_by_role("alert")).to_contain_text("Give the reason.")
    page.get_by_label("Reason").fill("The date of joining differs from the service book, page 4.")
    page.get_by_role("button", name="Return record").click()
    expect(page.get_by_role("heading", name="Nothing waits for you")).to_be_visible()

    right.refresh_from_db()
    wrong.refresh_from_db()
    assert right.is_verified
    assert right.verified_by == nodal
    assert wrong.return_reason.startswith("The date of joining differs")


def test_where_the_cadre_approves_first_the_nodal_officer_approves_or_withholds(
    page: Page, live_server: Any, login: Any, axe: Any
) -> None:
    nodal = make_nodal_officer()
    make_service(cca_mode=Service.Mode.PRIOR_APPROVAL)
    waiting = [
        make_enrollment(state=EnrollmentState.AWAITING_AUTHORITY, officer=make_officer(name=name))
        for name in ("Asha Menon", "Ravi Iyer")
    ]
    first, second = [make_intimation(enrollment=enrollment) for enrollment in waiting]
    login(nodal)
    page.goto(live_server.url)

    open_task(page, "registrations to note")
    axe()
    page.get_by_role("link", name=first.number, exact=True).click()
    axe()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text(str(first.number)).first).to_be_visible()

    page.get_by_role("link", name=second.number, exact=True).click()
    page.get_by_label("Reason").fill("The officer is needed for the census until March.")
    page.get_by_role("button", name="Withhold").click()
    expect(page.get_by_text("The approval is withheld.")).to_be_visible()

    for enrollment in waiting:
        enrollment.refresh_from_db()
    assert waiting[0].state == EnrollmentState.SUBMITTED
    assert waiting[1].state == EnrollmentState.REJECTED
    second.refresh_from_db()
    assert second.answer_reason.startswith("The officer is needed")


def test_an_intimation_of_another_authority_is_not_there(
    page: Page, live_server: Any, login: Any
) -> None:
    intimation = make_intimation()
    login(make_nodal_officer(authority=make_authority(name="Ministry of Home Affairs")))

    answer = page.goto(f"{live_server.url}{intimation.get_absolute_url()}")

    assert answer is not None
    assert answer.status == 404


def test_the_nodal_officer_compares_what_changed_and_notes_a_posting(
    page: Page, live_server: Any, login: Any, axe: Any
) -> None:
    service = make_service(code="CSS", name="Central Secretariat Service", groups="A,B")
    officer = make_officer(name="Asha Menon", service=service, group="B")
    facts = {name: getattr(officer, name) for name in (*Officer.FACTS, *records.POSTING)}
    records.declare_record(
        officer_id=officer.pk,
        facts={**facts, "allotment_year": 2011},
        acting_user=officer.log_in,
        at=timezone.now(),
    )
    login(make_nodal_officer())
    page.goto(live_server.url)

    open_task(page, "service record to verify")
    page.get_by_label("Group").select_option("B")
    page.get_by_role("button", name="Show").click()
    axe()
    page.get_by_role("link", name="Asha Menon").click()
    expect(page.get_by_role("table", name="Changed since it was last verified")).to_contain_text(
        "2011"
    )
    axe()
    page.get_by_role("button", name="Verify record").click()
    page.goto(f"{live_server.url}{officer.get_absolute_url()}")
    page.get_by_role("link", name="Note a posting").click()
    axe()
    page.get_by_label("From").fill("01.07.2026")
    page.get_by_label("Group").select_option("A")
    page.get_by_label("Designation").fill("Under Secretary")
    page.get_by_label("Order").fill("A-32013/1/2026 of 01.07.2026")
    page.get_by_role("button", name="Note a posting").click()

    history = page.get_by_role("table", name="Groups and postings")
    expect(history).to_contain_text("01.07.2026")
    expect(history).to_contain_text("30.08.2010")
    axe()
    officer.refresh_from_db()
    assert officer.group == "A"
