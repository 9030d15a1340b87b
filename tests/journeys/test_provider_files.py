"""The desk and the provider: codes released by a second person, a list answered, use reconciled."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from playwright.sync_api import expect

from accounts.roles import Role
from enrollment.models import (
    CouponIssue,
    ProviderAccount,
    ProviderListLine,
    ReconciliationCase,
    Redemption,
)
from enrollment.states import CaseState, CouponState
from igot.lib.dates import dmy
from tests.factories.accounts import make_officer, make_user
from tests.factories.courses import make_course, make_run
from tests.factories.enrollment import make_enrollment
from tests.factories.pool import make_coupon, make_coupon_batch, make_coupon_issue
from tests.journeys.people import csv_file, offered, open_row, open_task, take_step


def test_codes_of_one_person_are_released_by_another_and_serve_the_queue(enter: Any) -> None:
    now = timezone.now()
    run = make_run(course=make_course())
    first, second = (
        make_enrollment(run=run, officer=make_officer(name=name), confirmed_at=now - age)
        for name, age in (("Asha Menon", timedelta(days=2)), ("Ravi Iyer", timedelta(days=1)))
    )
    page = enter(make_user(Role.DEALING_HAND))
    site = page.url.rstrip("/")

    page.goto(f"{site}/desk/enrollment/couponbatch/add/")
    page.get_by_label("Course").select_option(str(run.course_id))
    page.get_by_label("Letter of the provider").fill("edX/2026/17")
    until = dmy(timezone.localdate() + timedelta(days=365))
    rows = f"code,valid until,price\nJPAL-2026-000417,{until},100\nJPAL-2026-000417,{until},100\n"
    page.get_by_label("File of the provider").set_input_files(csv_file("codes.csv", rows))
    page.get_by_role("button", name="Bring in").click()
    table = page.get_by_role("table")
    expect(table.get_by_role("row").filter(has_text="Accepted")).to_have_count(1)
    expect(table.get_by_role("row").filter(has_text="Already known")).to_have_count(1)
    expect(page.get_by_text("JPAL-2026-000417")).to_have_count(0)

    page.get_by_role("link", name="To the record and its steps").click()
    record = page.url
    expect(offered(page, "Release")).to_have_count(0)
    page.goto(record.replace("/change/", "/step/release/"))
    expect(page.get_by_text("Whoever imported a batch may not release it")).to_be_visible()
    assert not CouponIssue.objects.exists()

    other = enter(make_user(Role.DEALING_HAND))
    open_task(other, "coupon batch to release")
    open_row(other, str(run.course))
    take_step(other, "Release")

    mine = enter(first.officer.log_in)
    mine.goto(f"{site}/me/registrations/{first.pk}/")
    mine.get_by_role("link", name="See coupon").click()
    mine.get_by_label("I am ready to copy the code now.").check()
    mine.get_by_role("button", name="Show the code").click()
    expect(mine.get_by_role("status").filter(has_text="JPAL-2026-000417")).to_be_visible()
    waiting = enter(second.officer.log_in)
    waiting.goto(f"{site}/me/registrations/{second.pk}/")
    expect(waiting.get_by_role("main")).to_contain_text("A coupon is on its way")
    assert CouponIssue.objects.get().enrollment == first


def test_a_list_goes_to_the_provider_and_its_answer_is_worked_off(enter: Any) -> None:
    run = make_run(course=make_course())
    for name in ("asha", "ravi", "kabir"):
        make_enrollment(run=run, officer=make_officer(name=name.title()), username=name)
    page = enter(make_user(Role.DEALING_HAND))
    site = page.url.rstrip("/")

    def make_list(rows: str) -> None:
        page.goto(f"{site}/desk/enrollment/providerlist/")
        page.get_by_role("link", name="Make a list").click()
        page.get_by_label("Provider").select_option(str(run.course.provider_id))
        page.get_by_role("button", name="Make the list").click()
        expect(page.get_by_text(rows)).to_be_visible()

    make_list("3 officers listed.")
    offered(page, "Download").click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download").click()
    sent = saved.value.path().read_text(encoding="utf-8-sig")
    assert all(name in sent for name in ("asha", "ravi", "kabir"))

    page.goto(f"{site}/desk/enrollment/provideranswer/add/")
    page.get_by_label("List that it answers").select_option(index=1)
    answer = (
        "username,answer,remark\nasha,accepted,\nravi,unknown account,No such user.\n"
        "kabir,rejected,The account is closed.\nnobody,accepted,\nasha_m,perhaps,\n"
    )
    page.get_by_label("File of the provider").set_input_files(csv_file("answer.csv", answer))
    page.get_by_role("button", name="Bring in").click()
    rows = page.get_by_role("table").get_by_role("row")
    expect(page.get_by_role("cell", name="New", exact=True)).to_have_count(3)
    expect(rows.filter(has_text="nobody")).to_contain_text("Not on this list")
    assert not ProviderListLine.objects.exclude(answer="").exists()
    page.get_by_role("link", name="To the record and its steps").click()
    take_step(page, "Apply")

    ravi = ProviderAccount.objects.get(platform_username="ravi").officer
    mine = enter(ravi.log_in)
    mine.goto(f"{site}/me/registrations/{ravi.enrollments.get().pk}/accounts/correct/")
    expect(mine.get_by_role("main")).to_contain_text("No such user.")
    mine.get_by_label("edX user name").fill("ravi_iyer")
    mine.get_by_role("button", name="Correct them").click()
    expect(mine.get_by_role("main")).not_to_contain_text("No such user.")

    open_task(page, "officer whom a provider refused")
    open_row(page, "IGOT/R/")
    expect(page.get_by_role("main")).to_contain_text("The account is closed.")
    take_step(page, "Settle the refusal", Reason="The officer has left the service.")
    make_list("1 officer listed.")
    assert not ProviderListLine.objects.refused().exists()
    latest = ProviderListLine.objects.order_by("pk").last()
    assert latest is not None
    assert latest.enrollment.officer == ravi


def test_a_report_on_use_is_approved_by_another_and_its_cases_are_closed(enter: Any) -> None:
    course = make_course()
    batch = make_coupon_batch(course=course)
    enrollment = make_enrollment(course=course, username="asha")
    for code in ("CODE-MINE", "CODE-TAKEN", "CODE-LEAKED"):
        make_coupon(batch=batch, code=code)
    mine, taken, leaked = batch.coupons.order_by("pk")
    for coupon, holder in ((mine, enrollment), (taken, make_enrollment(course=course))):
        coupon.state = CouponState.ISSUED
        coupon.save()
        make_coupon_issue(enrollment=holder, coupon=coupon, first_revealed_at=timezone.now())
    page = enter(make_user(Role.DEALING_HAND))
    site = page.url.rstrip("/")
    today = dmy(timezone.localdate())

    page.goto(f"{site}/desk/enrollment/usagereport/add/")
    page.get_by_role("combobox", name="Provider").select_option(str(course.provider_id))
    page.get_by_label("Report as on").fill(today)
    report = (
        f"Code,Status,Redeemed on,Redeemed by\nCODE-MINE,redeemed,{today},asha\n"
        f"CODE-TAKEN,redeemed,{today},somebody\nCODE-LEAKED,redeemed,{today},a_stranger\n"
    )
    page.get_by_label("File of the provider").set_input_files(csv_file("usage.csv", report))
    page.get_by_role("button", name="Bring in").click()
    expect(page.get_by_role("table").get_by_role("row").filter(has_text="somebody")).to_be_visible()
    page.get_by_role("link", name="To the record and its steps").click()
    expect(offered(page, "Approve")).to_have_count(0)
    assert not Redemption.objects.exists()

    other = enter(make_user(Role.DEALING_HAND))
    open_task(other, "report on the use of codes to approve")
    open_row(other, str(course.provider))
    take_step(other, "Approve and apply")

    open_task(other, "cases of reconciliation to close")
    queue = other.locator("#result_list")
    expect(queue.get_by_role("row").filter(has_text=str(taken))).to_be_visible()
    expect(queue.get_by_role("row").filter(has_text=str(leaked))).to_be_visible()
    expect(queue.get_by_role("row").filter(has_text=str(mine))).to_have_count(0)
    queue.get_by_role("row").filter(has_text=str(taken)).get_by_role("link").first.click()
    take_step(other, "Take up")
    offered(other, "Close with a reason").click()
    other.get_by_role("button", name="Close with a reason").click()
    expect(other.get_by_role("alert")).to_be_visible()
    other.get_by_label("Reason").select_option(index=1)
    other.get_by_label("Remark").fill("The officer has two accounts: letter of the provider.")
    other.get_by_role("button", name="Close with a reason").click()
    expect(other.get_by_text("Done: ")).to_be_visible()

    closed = ReconciliationCase.objects.get(coupon=taken)
    assert (closed.state, closed.remark[:11]) == (CaseState.CLOSED, "The officer")
    assert ReconciliationCase.objects.open().get().coupon == leaked
