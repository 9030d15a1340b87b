"""Registration at scale: notes in bulk, and the desk's lists, files and cases."""

from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from accounts.roles import Role
from enrollment.actions.results import stage_results
from enrollment.models import Enrollment, ReconciliationCase, Result
from enrollment.states import EnrollmentState
from igot.lib.dates import dmy
from tests.factories.accounts import (
    make_nodal_officer,
    make_officer,
    make_user,
)
from tests.factories.courses import make_course, make_programme, make_run
from tests.factories.enrollment import make_enrollment, make_intimation
from tests.factories.usage import make_case
from tests.journeys.people import offered, open_task, take_step


def test_the_nodal_officer_notes_many_and_delegates_for_a_week(enter: Any) -> None:
    nodal, colleague = make_nodal_officer(), make_user(name="Leela Thomas")
    noted = [
        make_intimation(
            enrollment=make_enrollment(
                state=EnrollmentState.SUBMITTED, officer=make_officer(name=name)
            )
        )
        for name in ("Asha Menon", "Ravi Iyer")
    ]

    page = enter(nodal)
    open_task(page, "registrations to note")
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="Note the ticked").click()
    expect(page.get_by_text("Noted: 2 of 2.")).to_be_visible()

    today = timezone.localdate()
    page.goto(page.url.partition("/authority")[0] + "/me/delegations/")
    page.get_by_role("main").get_by_role("link", name="Delegate").click()
    page.get_by_label("E-mail address of the delegate").fill(colleague.email)
    page.get_by_label("First day").fill(dmy(today))
    page.get_by_label("Last day").fill(dmy(today + timedelta(days=6)))
    page.get_by_label("Reason").fill("On leave.")
    page.get_by_role("button", name="Delegate").click()
    expect(page.get_by_role("table", name="Given by you")).to_contain_text("Leela Thomas")

    waiting = make_intimation(
        enrollment=make_enrollment(
            state=EnrollmentState.SUBMITTED, officer=make_officer(name="Kabir Khan")
        )
    )
    page = enter(User.objects.get(pk=colleague.pk))
    open_task(page, "registration to note")
    page.get_by_role("link", name=waiting.number).first.click()
    page.get_by_role("button", name="Note it").click()
    expect(page.get_by_text("is noted.")).to_be_visible()

    for intimation in (*noted, waiting):
        intimation.refresh_from_db()
        assert intimation.answer == "noted"


def test_the_desk_confirms_many_lists_them_once_and_closes_a_case(enter: Any) -> None:
    run = make_run(course=make_course())
    waiting = [
        make_enrollment(state=EnrollmentState.SUBMITTED, run=run, officer=make_officer(name=name))
        for name in ("Asha Menon", "Ravi Iyer", "Kabir Khan")
    ]
    case = make_case()
    page = enter(make_user(Role.DEALING_HAND))
    site = page.url.rstrip("/")

    page.goto(f"{site}/desk/enrollment/enrollment/")
    for enrollment in waiting[:2]:
        row = page.get_by_role("row").filter(has_text=str(enrollment.number))
        row.get_by_role("checkbox").check()
    page.get_by_label("Action:").select_option("step_confirm")
    page.get_by_role("button", name="Go", exact=True).click()
    page.get_by_role("button", name="Confirm", exact=True).click()
    expect(page.get_by_text("Done on 2 of 2 records.")).to_be_visible()

    page.goto(f"{site}/desk/enrollment/providerlist/make/")
    page.get_by_label("Provider").select_option(str(run.course.provider_id))
    page.get_by_role("button", name="Make the list").click()
    expect(page.get_by_text("officers listed.")).to_be_visible()

    page.goto(f"{site}/desk/enrollment/reconciliationcase/{case.pk}/change/")
    take_step(page, "Take up")
    offered(page, "Close with a reason").click()
    page.get_by_label("Reason").select_option(index=1)
    page.get_by_label("Remark").fill("The provider wrote on 20.11.2026.")
    page.get_by_role("button", name="Close with a reason").click()
    expect(page.get_by_text("Done: ")).to_be_visible()

    states = list(Enrollment.objects.filter(run=run).order_by("pk").values_list("state", flat=True))
    assert states == ["confirmed", "confirmed", "submitted"]
    assert not ReconciliationCase.objects.open().filter(pk=case.pk).exists()


def test_a_row_of_results_is_settled_by_hand_and_stays_hidden_until_it_is_made_public(
    enter: Any,
) -> None:
    run = make_run(
        course=make_course(programme=make_programme()), commences_on=timezone.localdate()
    )
    enrollment = make_enrollment(run=run, username="asha", state=EnrollmentState.IN_PROGRESS)
    clerk, second = make_user(Role.DEALING_HAND), make_user(Role.DEALING_HAND)
    content = b"username,email,grade,exam\nasha_new,,72,passed\n"
    staged = stage_results(
        run=run,
        file_name="results.csv",
        file=ContentFile(content),
        public_from=timezone.now() + timedelta(days=3),
        acting_user=clerk,
        at=timezone.now(),
    )
    row = staged.rows.get()

    page = enter(clerk)
    site = page.url.rstrip("/")
    page.goto(f"{site}/desk/enrollment/resultimportrow/{row.pk}/change/")
    take_step(
        page,
        "Match to a registration",
        **{"Number of the registration": str(enrollment.number), "Reason": "Letter of the day."},
    )
    page = enter(second)
    page.goto(f"{site}/desk/enrollment/resultimport/{staged.pk}/change/")
    fields = {"Rows in the provider's file": "1", "Of these, passed": "1"}
    take_step(page, "Approve and apply", **fields)

    mine = enter(enrollment.officer.log_in)
    mine.goto(f"{site}/me/registrations/{enrollment.pk}/")
    expect(mine.get_by_role("main")).not_to_contain_text("72")
    take_step(page, "Make public now")
    mine.reload()
    expect(mine.get_by_role("main")).to_contain_text("72")
    assert Result.objects.get().enrollment == enrollment
