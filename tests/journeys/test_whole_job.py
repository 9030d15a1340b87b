"""The whole job, as the circular has it, by everybody who takes part, with a real worker."""

import re
import time
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_string, policy
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts import audit
from accounts.models import AuditEntry, Officer, User
from accounts.roles import Role
from accounts.tasks import deliver_unsent
from courses.models import Run
from credits.models import CreditEntry
from enrollment.models import CouponIssue, Enrollment
from enrollment.states import EnrollmentState
from igot.lib.dates import dmy
from reimbursement.models import Claim
from reimbursement.states import ClaimState
from tests.factories.accounts import (
    PASSWORD,
    make_domain,
    make_nodal_officer,
    make_service,
    make_state,
    make_user,
)
from tests.factories.courses import make_course, make_programme, make_run
from tests.factories.credits import make_threshold
from tests.factories.eligibility import load_rule_sets
from tests.factories.reimbursement import (
    make_allotment,
    make_layout,
    make_policy,
    make_rate,
    make_sanctioning_authority,
)
from tests.journeys.people import (
    Person,
    bring,
    csv_file,
    new_page,
    offered,
    open_row,
    papers,
    picture,
    take_step,
    wait_on_page,
)

pytestmark = pytest.mark.timeout(600)
EMAIL = "asha.menon@kerala.gov.in"
NAME = "Asha Menon"
COURSE = "The Challenges of Global Poverty"
CODE = "JPAL-2026-000417"
ACCOUNT = "30123456789"


@dataclass
class Office:
    """Everybody who takes part but the officer, and the run that it is about."""

    site: str
    run: Run
    nodal: Person
    dealing: Person
    second: Person
    sanctioning: Person
    paying: Person
    releasing: Person
    auditor: Person


@pytest.fixture
def office(live_server: Any, new_context: Any, celery_worker_process: Any) -> Office:
    today = timezone.localdate()
    make_domain(domain="gov.in")
    make_service(), make_state()
    load_rule_sets()
    make_policy(), make_rate(rate="84.5000"), make_allotment(), make_layout()
    make_threshold(kind="domestic", points=40), make_threshold(kind="foreign", points=80)
    course = make_course(code="poverty", title=COURSE, programme=make_programme())
    run = make_run(
        course=course, code="poverty-1", closes_on=today, opens_on=today - timedelta(days=20)
    )
    people = {
        "nodal": make_nodal_officer(name="Sunita Bhatt"),
        "dealing": make_user(Role.DEALING_HAND, name="Meena Kumari"),
        "second": make_user(Role.DEALING_HAND, name="Prakash Negi"),
        "sanctioning": make_sanctioning_authority(name="Vandana Rao"),
        "paying": make_user(Role.PAYING_OFFICER, name="Iqbal Ahmad"),
        "releasing": make_user(Role.PAYING_OFFICER, name="Leela Thomas"),
        "auditor": make_user(Role.AUDITOR, name="Farah Khan"),
    }
    site = live_server.url
    seated = {key: bring(new_context, user).sign_in(site) for key, user in people.items()}
    return Office(site=site, run=run, **seated)


def test_an_officer_finds_a_course_completes_it_and_is_paid_back(
    office: Office, new_context: Any, celery_worker_process: Any
) -> None:
    officer = sign_up(office, new_page(new_context))
    declare_the_record(officer)
    verify_the_record(office)

    check_eligibility(officer, office)
    register(officer)
    note_the_intimation(office)
    read_the_letter(officer)
    confirm(office)
    bring_in_and_release_coupons(office)
    reveal_the_code_once(officer)

    bring_in_and_approve_results(office)
    send_the_certificate(officer)
    verify_the_certificate(office)
    see_the_points(officer)

    claim_the_fee(officer)
    recommend(office)
    sanction(office)
    read_the_order(officer)
    pay(office)
    see_the_money(officer)
    see_the_trail(office)

    worked_on_by_everybody_and_unbroken(office)
    deliver_unsent.delay()  # as the schedule does each minute: it mails what tells a whole queue
    told = mailed(celery_worker_process, until=f"Your coupon for {COURSE} is ready")
    assert f"Your coupon for {COURSE} is ready" in told
    assert CODE not in told


# --- joining ----------------------------------------------------------------------------------


def sign_up(office: Office, page: Page) -> Person:
    page.goto(office.site)
    page.get_by_role("link", name="Create an account").click()
    page.get_by_label("Email*").fill(EMAIL)
    page.get_by_label("Password*").fill(PASSWORD)
    page.get_by_label("Password (again)*").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    page.get_by_label("Code*").fill(code_mailed_to(EMAIL))
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("link", name="My work").first).to_be_visible()
    return Person(page, User.objects.get(email=EMAIL))


def code_mailed_to(email: str) -> str:
    message = next(m for m in reversed(mail.outbox) if m.to == [email])
    found = re.search(r"^\s*([A-Z0-9-]{6,9})\s*$", str(message.body), re.MULTILINE)
    assert found, message.body
    return found[1]


def declare_the_record(officer: Person) -> None:
    page = officer.task("Declare your service record")
    page.get_by_role("link", name="Declare record").click()
    page.get_by_label("Name as in service records").fill(NAME)
    page.get_by_label("Employee or civil list code").fill("KL012345")
    page.get_by_label("Date of birth").fill("15.08.1985")
    page.get_by_label("Service*", exact=True).fill("Indian Administrative Service (IAS)")
    page.get_by_label("Cadre or State").select_option(label="Kerala")
    page.get_by_label("Group*").select_option("A")
    page.get_by_label("Year of allotment").fill("2010")
    page.get_by_label("Date of joining the service").fill("30.08.2010")
    page.get_by_label("Designation").fill("Deputy Secretary")
    page.get_by_label("Ministry, department or office").fill("Ministry of Rural Development")
    page.get_by_role("button", name="Declare record").click()
    expect(page.get_by_text("Your record waits to be verified.")).to_be_visible()


def verify_the_record(office: Office) -> None:
    page = office.nodal.task("service record to verify")
    page.get_by_role("link", name=NAME).click()
    page.get_by_role("button", name="Verify record").click()
    expect(page.get_by_role("main").get_by_text("Nothing waits for you")).to_be_visible()
    assert Officer.objects.get(name=NAME).is_verified


# --- registering ------------------------------------------------------------------------------


def check_eligibility(officer: Person, office: Office) -> None:
    page = officer.page
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Courses").click()
    page.get_by_role("searchbox", name="Search", exact=True).fill("poverty")
    page.get_by_role("button", name="Show courses").first.click()
    page.get_by_role("link", name=COURSE).click()
    page.get_by_role("link", name="Check my eligibility", exact=True).click()
    page.get_by_label("Service*", exact=True).fill("IAS")
    page.keyboard.press("Tab")
    page.get_by_label("Group A").check()
    page.get_by_label("Date of birth").fill("15.08.1985")
    page.get_by_label("Year of allotment").fill("2010")
    page.get_by_label("Date of joining the service").fill("30.08.2010")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_role("heading", name="On these facts you may join")).to_be_visible()
    page.get_by_role("link", name="Go to course").click()


def register(officer: Person) -> None:
    page = officer.page
    page.get_by_role("link", name="Register", exact=True).click()
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("By the rules of this course you are eligible")).to_be_visible()
    page.get_by_role("button", name="Details are right").click()
    page.get_by_label("edX user name").fill("asha_menon")
    page.get_by_label("MicroMasters user name").fill("asha_menon")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("I have read this and declare it").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Submit registration").click()
    expect(page.get_by_text("Your registration is submitted")).to_be_visible()
    page.get_by_role("link", name="See registration").click()


def note_the_intimation(office: Office) -> None:
    page = office.nodal.task("registration to note")
    page.get_by_role("link", name="IGOT/I/").first.click()
    wait_on_page(page, page.get_by_role("link", name=re.compile("Letter of intimation")))
    page.get_by_role("button", name="Note it").click()
    expect(page.get_by_text("is noted.")).to_be_visible()


def read_the_letter(officer: Person) -> None:
    officer.page.reload()
    assert papers(officer.page, "Letter of intimation").startswith(b"%PDF-")


def confirm(office: Office) -> None:
    page = office.dealing.task("registration to confirm")
    open_row(page, "IGOT/R/")
    take_step(page, "Confirm")
    assert Enrollment.objects.get().state == EnrollmentState.CONFIRMED


def bring_in_and_release_coupons(office: Office) -> None:
    page = office.dealing.page
    bring_in(page, "Batches of coupons")
    page.get_by_label("Course").select_option(label=COURSE)
    page.get_by_label("Letter of the provider").fill("J-PAL/2026/17")
    until = dmy(timezone.localdate() + timedelta(days=200))
    rows = f"code,valid until,price\n{CODE},{until},100.00\nshort,{until},100.00\n"
    page.get_by_label("File of the provider").set_input_files(csv_file("codes.csv", rows))
    page.get_by_role("button", name="Bring in").click()
    expect(page.get_by_role("cell", name="••••0417")).to_be_visible()
    page.get_by_role("link", name="To the record and its steps").click()
    expect(offered(page, "Release")).to_have_count(0)

    page = office.second.task("coupon batch to release")
    open_row(page, COURSE)
    take_step(page, "Release")
    assert CouponIssue.objects.get().enrollment == Enrollment.objects.get()


def reveal_the_code_once(officer: Person) -> None:
    page = officer.task("Get your coupon code")
    page.get_by_role("link", name=re.compile("code|coupon", re.IGNORECASE)).first.click()
    page.get_by_label("I am ready to copy the code now.").check()
    page.get_by_role("button", name="Show the code").click()
    expect(page.get_by_role("status").filter(has_text=CODE)).to_be_visible()

    page.get_by_role("link", name="Back to the registration").click()
    page.get_by_role("link", name="Your coupon").click()
    expect(page.get_by_text("••••0417 and is not shown a second time")).to_be_visible()
    expect(page.get_by_text(CODE)).to_have_count(0)


# --- completing -------------------------------------------------------------------------------


def bring_in_and_approve_results(office: Office) -> None:
    page = office.dealing.page
    bring_in(page, "Imports of results")
    page.get_by_label("Run").select_option(str(office.run.pk))
    rows = "username,grade,exam\nasha_menon,71.5,passed\n"
    page.get_by_label("File of the provider").set_input_files(csv_file("results.csv", rows))
    page.get_by_role("button", name="Bring in").click()
    expect(page.get_by_role("cell", name="asha_menon")).to_be_visible()

    page = office.second.task("file of results to approve")
    open_row(page, "Batch of")
    fields = {"Rows in the provider's file": "1", "Of these, passed": "1"}
    take_step(page, "Approve and apply", **fields)


def send_the_certificate(officer: Person) -> None:
    page = officer.task("Upload your certificate")
    page.get_by_role("link", name=re.compile("certificate", re.IGNORECASE)).first.click()
    page.get_by_label("Certificate*", exact=True).set_input_files(
        picture("certificate.png", "#fdfcf7")
    )
    page.get_by_label("Number of the certificate").fill("POVERTY-000417")
    page.get_by_label("Date of completion").fill(dmy(timezone.localdate()))
    page.get_by_role("button", name="Send certificate").click()
    expect(page.get_by_text("Your certificate has been sent in for review.")).to_be_visible()


def verify_the_certificate(office: Office) -> None:
    page = office.dealing.task("certificate")
    open_row(page, "POVERTY-000417")
    take_step(page, "Verify")


def see_the_points(officer: Person) -> None:
    page = officer.page
    page.get_by_role("link", name="My work").first.click()
    page.get_by_role("link", name="Statement of points").click()
    expect(page.get_by_role("row").filter(has_text=COURSE)).to_contain_text("+10")
    expect(page.get_by_role("progressbar").first).to_have_text("10 of 40")


# --- being paid back --------------------------------------------------------------------------


def claim_the_fee(officer: Person) -> None:
    page = officer.task("Claim the course fee")
    page.get_by_role("button", name="Begin claim").click()
    page.get_by_role("link", name="What you paid").click()
    page.get_by_label("Day on which you paid").fill(dmy(timezone.localdate()))
    page.get_by_label("Course fee in US dollars").fill("100")
    page.get_by_label("Rupees debited for the fee").fill("8,500.00")
    page.get_by_label("Foreign currency mark-up").fill("297.50")
    page.get_by_label("Tax on the mark-up").fill("53.55")
    page.get_by_role("button", name="Save and continue").click()
    for paper, colour in (("Fee receipt", "#ffffff"), ("Proof of debit", "#eeeeee")):
        slot = page.get_by_role("region", name=paper)
        slot.get_by_label("File").set_input_files(picture(f"{paper}.png", colour))
        slot.get_by_role("button", name="Attach file").click()
        expect(slot.get_by_text("Attached", exact=True)).to_be_visible()
    page.get_by_role("link", name="Continue").click()
    page.get_by_label("Name of the bank").fill("State Bank of India")
    page.get_by_label("IFSC").fill("SBIN0000691")
    page.get_by_label("Account number*").fill(ACCOUNT)
    page.get_by_label("Account number once more").fill(ACCOUNT)
    page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_text("••••6789")).to_be_visible()
    page.get_by_label("I declare that I paid this fee myself").check()
    page.get_by_role("button", name="Submit claim").click()
    expect(page.get_by_role("heading", name="Claim IGOT/C/")).to_be_visible()
    assert str(Claim.objects.get().admissible_amount) == "8450.00"


def recommend(office: Office) -> None:
    page = office.second.task("claim")
    open_row(page, "IGOT/C/")
    expect(page.get_by_text(ACCOUNT)).to_have_count(0)
    take_step(page, "Take up")
    take_step(page, "Recommend")


def sanction(office: Office) -> None:
    page = office.sanctioning.task("claim")
    open_row(page, "IGOT/C/")
    take_step(page, "Sanction")
    assert Claim.objects.get().state == ClaimState.SANCTIONED


def read_the_order(officer: Person) -> None:
    page = officer.page
    page.reload()
    wait_on_page(page, page.get_by_role("region", name="Sanction order"))
    assert papers(page, "iGOT-R").startswith(b"%PDF-")


def pay(office: Office) -> None:
    page = office.paying.task("claim")
    page.locator("input.action-select").check()
    page.get_by_role("combobox", name="Action").select_option(label="Make a payment batch of these")
    page.get_by_role("button", name="Go").click()
    take_step(page, "Lock")
    expect(offered(page, "Release")).to_have_count(0)

    theirs = office.releasing.task("batch")
    open_row(theirs, "IGOT/P/")
    take_step(theirs, "Release")

    page.reload()
    offered(page, "Make the payment file").click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Make the payment file").click()
    sent = saved.value.path().read_text(encoding="utf-8-sig")
    assert ACCOUNT in sent
    line = Claim.objects.get().payment_lines.get()
    today = dmy(timezone.localdate())
    answer = (
        "Payment Ref,Amount,Account Number,Status,UTR,Paid On,Reason\n"
        f"{line.reference},8450.00,XXXX6789,SUCCESS,SBIN526326000417,{today},\n"
    )
    page.get_by_role("link", name="Cancel").click()
    offered(page, "Import a return file").click()
    page.get_by_label("Return file").set_input_files(csv_file("return.csv", answer))
    page.get_by_role("button", name="Import a return file").click()
    expect(page.get_by_text(re.compile("^Done: "))).to_be_visible()


def see_the_money(officer: Person) -> None:
    page = officer.page
    page.reload()
    main = page.get_by_role("main")
    expect(main.get_by_text("Paid", exact=True).first).to_be_visible()
    expect(main.get_by_text("SBIN526326000417").first).to_be_visible()
    expect(main.get_by_text("₹8,450").first).to_be_visible()


def see_the_trail(office: Office) -> None:
    page = office.auditor.page
    page.get_by_role("link", name="Open desk").click()
    page.get_by_role("main").get_by_role("link", name="Claims", exact=True).click()
    open_row(page, "IGOT/C/")
    account = page.get_by_role("region", name="What was done")
    for happening in ("Submitted", "Recommended", "Sanction order issued", "Paid"):
        expect(account.get_by_text(happening, exact=True)).to_be_visible()
    expect(page.get_by_role("navigation", name="Steps open to you")).to_have_count(0)


def worked_on_by_everybody_and_unbroken(office: Office) -> None:
    claim = Claim.objects.get()
    assert claim.state == ClaimState.PAID
    assert claim.recommended_by == office.second.user
    assert claim.sanctioned_by == office.sanctioning.user
    assert CreditEntry.objects.get().points == 10
    events = set(AuditEntry.objects.values_list("event", flat=True))
    assert {
        "record.verified",
        "intimation.noted",
        "enrollment.confirmed",
        "couponbatch.released",
        "coupon.revealed",
        "resultimport.applied",
        "certificate.verified",
        "claim.sanctioned",
        "claim.order_issued",
        "claim.paid",
    } <= events
    assert audit.broken_links() == []


# --- what is brought to the desk --------------------------------------------------------------


def bring_in(page: Page, name: str) -> None:
    """Open the form that takes a file of the provider, from the index of the desk."""
    page.get_by_role("link", name="iGOT desk").click()
    row = (
        page.get_by_role("main")
        .get_by_role("row")
        .filter(has=page.get_by_role("rowheader", name=re.compile(f"^({name})$", re.IGNORECASE)))
    )
    row.get_by_role("link", name="Add").click()


def mailed(worker: Any, *, until: str, seconds: float = 30) -> str:
    """Return what the worker has mailed, as soon as `until` stands in it."""
    ends = time.monotonic() + seconds
    while until not in (told := words_of(worker.mails())) and time.monotonic() < ends:
        time.sleep(0.2)
    return told


def words_of(mails: list[str]) -> str:
    """Return subjects and texts of the mails that the worker has sent."""
    parts = [part.strip() for text in mails for part in text.split("-" * 79)]
    sent = [message_from_string(part, policy=policy.default) for part in parts if part]
    return "\n".join(f"{mail['subject']}\n{mail.get_content()}" for mail in sent)
