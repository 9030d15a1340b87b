"""A registration from its first page to its points: on several devices, approved, and deferred."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Notice, Service
from accounts.roles import Role
from credits.models import CreditEntry
from enrollment.models import CouponIssue, Enrollment, Intimation
from enrollment.states import CouponState, EnrollmentState
from igot.lib.dates import dmy
from tests.factories.accounts import (
    make_nodal_officer,
    make_officer,
    make_service,
    make_user,
)
from tests.factories.courses import make_course, make_programme, make_run
from tests.factories.eligibility import load_rule_sets
from tests.factories.enrollment import make_enrollment, make_intimation
from tests.factories.pool import make_coupon, make_coupon_batch, make_coupon_issue
from tests.journeys.people import csv_file, offered, open_row, open_task, picture, take_step


def test_each_page_of_a_registration_is_found_again_on_another_device(enter: Any) -> None:
    load_rule_sets()
    make_run(course=make_course(code="poverty"))
    officer = make_officer()

    def closed_and_taken_up_elsewhere(page: Page) -> Page:
        page.context.close()
        other = enter(officer.log_in)
        open_task(other, "Finish your registration")
        other.get_by_role("main").get_by_role("link", name="Go on", exact=True).first.click()
        return other

    page = enter(officer.log_in)
    page.goto(page.url + "register/poverty/")
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("button", name="Details are right")).to_be_visible()

    page = closed_and_taken_up_elsewhere(page)
    page.get_by_role("button", name="Details are right").click()
    expect(page.get_by_label("edX user name")).to_be_visible()

    page = closed_and_taken_up_elsewhere(page)
    page.get_by_label("edX user name").fill("asha_rao")
    page.get_by_label("MicroMasters user name").fill("asha_rao_mm")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_label("I have read this and declare it")).to_be_visible()

    page = closed_and_taken_up_elsewhere(page)
    page.get_by_label("I have read this and declare it").check()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("button", name="Submit registration")).to_be_visible()

    page = closed_and_taken_up_elsewhere(page)
    expect(page.get_by_role("main")).to_contain_text("asha_rao_mm")
    page.get_by_role("button", name="Submit registration").click()
    expect(page.get_by_text("Your registration is submitted")).to_be_visible()
    page.reload()

    assert Enrollment.objects.get().state == EnrollmentState.SUBMITTED
    assert Intimation.objects.count() == 1


def test_a_deferral_takes_the_coupon_along_and_tells_the_authority_anew(enter: Any) -> None:
    load_rule_sets()
    today = timezone.localdate()
    nodal, clerk = make_nodal_officer(), make_user(Role.DEALING_HAND)
    run = make_run(commences_on=today + timedelta(days=10), ends_on=today + timedelta(days=60))
    later = make_run(
        course=run.course,
        name="Batch of the autumn",
        commences_on=today + timedelta(days=90),
        ends_on=today + timedelta(days=160),
    )
    old = make_enrollment(run=run)
    make_intimation(enrollment=old, answer="noted", answered_at=timezone.now(), answered_by=nodal)
    coupon = make_coupon(
        batch=make_coupon_batch(course=run.course),
        state=CouponState.ISSUED,
        valid_until=today + timedelta(days=300),
    )
    make_coupon_issue(enrollment=old, coupon=coupon, first_revealed_at=timezone.now())

    page = enter(old.officer.log_in)
    page.goto(f"{page.url}me/registrations/{old.pk}/")
    page.get_by_role("link", name="Defer").first.click()
    expect(page.get_by_role("main")).to_contain_text("It stays yours for a batch that ends by then")
    page.get_by_role("radio", name="Batch of the autumn").check()
    page.get_by_label("Reason").fill("I am on election duty until the winter.")
    page.get_by_label("My service record is still right").check()
    page.get_by_role("button", name="Defer", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("Batch of the autumn")

    theirs = enter(nodal)
    open_task(theirs, "registration to note")
    theirs.get_by_role("link", name="IGOT/I/").first.click()
    expect(theirs.get_by_role("main")).to_contain_text("Batch of the autumn")
    theirs.get_by_role("button", name="Note it").click()
    expect(theirs.get_by_text("is noted.")).to_be_visible()

    desk = enter(clerk)
    open_task(desk, "registration to confirm")
    open_row(desk, "IGOT/R/")
    take_step(desk, "Confirm")

    page.get_by_role("link", name="See registration").click()
    page.get_by_role("link", name="Your coupon").click()
    expect(page.get_by_text(f"••••{coupon.ending} and is not shown a second time")).to_be_visible()
    old.refresh_from_db()
    new = Enrollment.objects.get(predecessor=old)
    assert (old.state, new.state, new.run) == ("deferred", "confirmed", later)
    live = CouponIssue.objects.live().get()
    assert (live.enrollment, live.coupon) == (new, coupon)
    assert new.intimations.get().answered_by == nodal
    assert Notice.objects.filter(user=nodal, template="enrollment.deferred").exists()


def test_an_approval_asked_first_leads_to_a_code_a_certificate_and_points(enter: Any) -> None:
    load_rule_sets()
    make_service(cca_mode=Service.Mode.PRIOR_APPROVAL)
    today = timezone.localdate()
    run = make_run(
        course=make_course(code="poverty", programme=make_programme()), commences_on=today
    )
    make_coupon_batch(course=run.course, codes=1)
    officer, nodal = make_officer(), make_nodal_officer()
    clerk, second = make_user(Role.DEALING_HAND), make_user(Role.DEALING_HAND)

    mine = enter(officer.log_in)
    site = mine.url.rstrip("/")
    mine.goto(f"{site}/register/poverty/")
    mine.get_by_role("radio").first.check()
    mine.get_by_role("button", name="Continue").click()
    mine.get_by_role("button", name="Details are right").click()
    mine.get_by_label("edX user name").fill("asha_rao")
    mine.get_by_label("MicroMasters user name").fill("asha_rao")
    mine.get_by_role("button", name="Continue").click()
    mine.get_by_label("I have read this and declare it").check()
    mine.get_by_role("button", name="Continue").click()
    mine.get_by_role("button", name="Submit registration").click()
    mine.get_by_role("link", name="See registration").click()
    expect(mine.get_by_role("main")).to_contain_text("Awaiting the authority's approval")
    registration = mine.url

    desk = enter(clerk)
    enrollment = Enrollment.objects.get()
    desk.goto(f"{site}/desk/enrollment/enrollment/{enrollment.pk}/change/")
    expect(offered(desk, "Return")).to_be_visible()
    expect(offered(desk, "Confirm")).to_have_count(0)

    theirs = enter(nodal)
    open_task(theirs, "registration to note")
    theirs.get_by_role("link", name="IGOT/I/").first.click()
    theirs.get_by_role("button", name="Approve").click()
    expect(theirs.get_by_role("main")).to_contain_text("approved")

    desk.reload()
    take_step(desk, "Confirm")
    mine.goto(registration)
    mine.get_by_role("link", name="See coupon").click()
    mine.get_by_label("I am ready to copy the code now.").check()
    mine.get_by_role("button", name="Show the code").click()
    expect(mine.get_by_role("status").filter(has_text="EDX")).to_be_visible()

    desk.goto(f"{site}/desk/enrollment/resultimport/add/")
    desk.get_by_label("Run").select_option(str(run.pk))
    rows = "username,grade,exam\nasha_rao,71.5,passed\n"
    desk.get_by_label("File of the provider").set_input_files(csv_file("results.csv", rows))
    desk.get_by_role("button", name="Bring in").click()
    expect(desk.get_by_role("cell", name="asha_rao")).to_be_visible()
    checker = enter(second)
    open_task(checker, "file of results to approve")
    open_row(checker, "Batch of")
    totals = {"Rows in the provider's file": "1", "Of these, passed": "1"}
    take_step(checker, "Approve and apply", **totals)

    mine.goto(registration)
    mine.get_by_role("link", name="Send certificate").click()
    mine.locator("input[type=file]").set_input_files(picture("certificate.png", "#fdfcf7"))
    mine.get_by_label("Number of the certificate").fill("POVERTY-1")
    mine.get_by_label("Date of completion").fill(dmy(today))
    mine.get_by_role("button", name="Send certificate").click()
    expect(mine.get_by_text("has been sent in for review")).to_be_visible()

    open_task(checker, "certificate to verify")
    open_row(checker, "POVERTY-1")
    take_step(checker, "Verify")
    mine.goto(f"{site}/me/points/")
    expect(mine.get_by_role("row").filter(has_text=run.course.title)).to_contain_text("+10")
    assert CreditEntry.objects.get().officer == officer
