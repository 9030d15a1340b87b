"""What the desk and the authorities do: confirm, return, reject, answer, and list for providers."""

import csv
import hashlib
import io
from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import AuditEntry, Notice, Service
from accounts.roles import Role
from courses.models import Course
from eligibility.actions.decisions import approve_override, decide
from enrollment.actions import confirmations, intimations
from enrollment.models import Enrollment, Intimation, ProviderList, ProviderListLine
from enrollment.states import EnrollmentState
from igot.lib.errors import Refused
from tests.factories.accounts import (
    make_authority,
    make_nodal_officer,
    make_officer,
    make_service,
    make_user,
)
from tests.factories.courses import make_course, make_provider, make_run
from tests.factories.eligibility import make_override_proposal
from tests.factories.enrollment import make_enrollment, make_intimation, make_rule_version
from tests.factories.pool import make_coupon_batch

pytestmark = pytest.mark.django_db
E = EnrollmentState


@pytest.fixture(autouse=True)
def rules_in_force() -> None:
    make_rule_version()


def confirm(enrollment: Enrollment, by=None) -> Enrollment:
    confirmations.confirm_enrollment(
        enrollment_id=enrollment.pk,
        acting_user=by or make_user(Role.DEALING_HAND),
        at=timezone.now(),
    )
    enrollment.refresh_from_db()
    return enrollment


# --- confirming -----------------------------------------------------------------------------------
def test_confirming_makes_a_binding_decision_on_verified_facts():
    enrollment, hand = make_enrollment(state=E.SUBMITTED), make_user(Role.DEALING_HAND)

    confirm(enrollment, by=hand)

    assert (enrollment.state, enrollment.confirmed_by) == (E.CONFIRMED, hand)
    assert enrollment.decision.is_binding
    assert not enrollment.decision.is_provisional
    entry = AuditEntry.objects.about(enrollment).get()
    assert (entry.event, entry.acting_user) == ("enrollment.confirmed", hand)
    assert entry.details == {"was": "submitted", "decision": enrollment.decision.number}
    notice = Notice.objects.get(user=enrollment.officer.user)
    assert (notice.template, notice.params["waits_for_coupon"]) == ("enrollment.confirmed", "yes")


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"is_verified": False}, "Verify the record first"),
        ({"joined_on": date(2026, 3, 1)}, "Without an override"),
        ({"born_on": date(1960, 1, 1)}, "Without an override"),
        ({"born_on": None}, "Without an override"),
    ],
)
def test_who_is_not_eligible_on_verified_facts_is_not_confirmed(facts, reason):
    enrollment = make_enrollment(state=E.SUBMITTED, officer=make_officer(**facts))
    before = enrollment.decision

    with pytest.raises(Refused, match=reason):
        confirm(enrollment)

    enrollment.refresh_from_db()
    assert (enrollment.state, enrollment.decision) == (E.SUBMITTED, before)
    assert not AuditEntry.objects.about(enrollment).exists()
    assert not Notice.objects.exists()


def test_a_case_for_the_department_is_not_confirmed_without_an_override():
    service = make_service(code="CSCS", family="SECRETARIAT", groups="C", basis="joining_date")
    enrollment = make_enrollment(
        state=E.SUBMITTED,
        officer=make_officer(service=service, group="C"),
        course=make_course(rule_set_code="WEB"),
    )

    with pytest.raises(Refused, match="For the Department to decide"):
        confirm(enrollment)


def test_an_override_in_force_lets_the_desk_confirm():
    officer = make_officer(joined_on=date(2026, 3, 1))
    run = make_run()
    decision = decide(officer=officer, run=run, acting_user=officer.user, at=timezone.now())
    enrollment = make_enrollment(
        state=E.SUBMITTED, officer=officer, run=run, course=run.course, decision=decision
    )
    approve_override(
        overrideproposal_id=make_override_proposal(decision=decision).pk,
        acting_user=make_user(Role.SANCTIONING_AUTHORITY),
        at=timezone.now(),
    )

    confirm(enrollment)

    assert enrollment.state == E.CONFIRMED
    assert (enrollment.decision.is_override, enrollment.decision.is_binding) == (True, True)


def test_a_self_paced_course_begins_when_it_is_confirmed():
    provider = make_provider(code="dopt", issues_coupons=False)
    course = make_course(mode=Course.Mode.SELF_PACED, provider=provider, fee_usd=None)
    enrollment = make_enrollment(state=E.SUBMITTED, course=course)

    confirm(enrollment)

    assert enrollment.state == E.IN_PROGRESS
    events = AuditEntry.objects.about(enrollment).values_list("event", flat=True)
    assert list(events) == ["enrollment.confirmed", "enrollment.in_progress"]


def test_a_coupon_of_the_pool_is_issued_with_the_confirmation():
    enrollment = make_enrollment(state=E.SUBMITTED)
    make_coupon_batch(course=enrollment.course, codes=1)

    confirm(enrollment)

    assert enrollment.coupon_issues.count() == 1


def test_without_a_coupon_the_registration_waits_in_the_queue():
    enrollment = confirm(make_enrollment(state=E.SUBMITTED))

    assert list(Enrollment.objects.without_coupon()) == [enrollment]


def test_nobody_confirms_their_own_registration():
    both = make_user(Role.OFFICER, Role.DEALING_HAND)
    enrollment = make_enrollment(state=E.SUBMITTED, officer=make_officer(user=both))

    with pytest.raises(Refused, match="Nobody decides"):
        confirm(enrollment, by=both)


def test_a_second_confirmation_is_refused():
    enrollment = confirm(make_enrollment(state=E.SUBMITTED))

    with pytest.raises(Refused, match="“Confirmed”"):
        confirm(enrollment)


@pytest.mark.parametrize(
    ("action", "state"),
    [
        (confirmations.return_enrollment, E.RETURNED),
        (confirmations.reject_enrollment, E.REJECTED),
    ],
)
def test_the_officer_reads_why_a_registration_was_not_confirmed(action, state):
    enrollment = make_enrollment(state=E.SUBMITTED)

    action(
        enrollment_id=enrollment.pk,
        reason="The user name is unknown.",
        acting_user=make_user(Role.DEALING_HAND),
        at=timezone.now(),
    )

    enrollment.refresh_from_db()
    assert (enrollment.state, enrollment.reason) == (state, "The user name is unknown.")
    notice = Notice.objects.get(user=enrollment.officer.user)
    assert notice.template == f"enrollment.{state}"
    assert notice.params["reason"] == "The user name is unknown."


# --- what the authority answers ---------------------------------------------------------------
def waiting_for_approval() -> tuple[Intimation, object]:
    service = make_service(cca_mode=Service.Mode.PRIOR_APPROVAL)
    enrollment = make_enrollment(state=E.AWAITING_AUTHORITY, officer=make_officer(service=service))
    nodal = make_nodal_officer(authority=service.authority)
    return make_intimation(enrollment=enrollment), nodal


def test_an_approval_sends_the_registration_on():
    intimation, nodal = waiting_for_approval()

    intimations.approve_intimation(
        intimation_id=intimation.pk, acting_user=nodal, at=timezone.now()
    )

    intimation.refresh_from_db()
    assert (intimation.answer, intimation.answered_by) == ("approved", nodal)
    assert intimation.enrollment.state == E.SUBMITTED
    assert Notice.objects.get().user == intimation.enrollment.officer.user


def test_a_withheld_approval_ends_the_registration_with_its_reason():
    intimation, nodal = waiting_for_approval()

    intimations.withhold_approval(
        intimation_id=intimation.pk,
        reason="Cannot be spared.",
        acting_user=nodal,
        at=timezone.now(),
    )

    enrollment = Enrollment.objects.get()
    assert (enrollment.state, enrollment.reason) == (E.REJECTED, "Cannot be spared.")
    assert Notice.objects.get().params["reason"] == "Cannot be spared."


def test_noting_an_intimation_leaves_the_registration_where_it_is():
    intimation = make_intimation()
    nodal = make_nodal_officer(authority=intimation.authority)

    intimations.note_intimation(intimation_id=intimation.pk, acting_user=nodal, at=timezone.now())

    intimation.refresh_from_db()
    assert intimation.answer == "noted"
    assert intimation.enrollment.state == E.SUBMITTED


@pytest.mark.parametrize(
    ("action", "given"),
    [
        (intimations.note_intimation, {}),
        (intimations.approve_intimation, {}),
        (intimations.withhold_approval, {"reason": "No."}),
    ],
)
def test_another_authority_answers_nothing(action, given):
    mode = (
        Service.Mode.INTIMATION
        if action is intimations.note_intimation
        else Service.Mode.PRIOR_APPROVAL
    )
    officer = make_officer(service=make_service(cca_mode=mode))
    state = E.SUBMITTED if mode == Service.Mode.INTIMATION else E.AWAITING_AUTHORITY
    intimation = make_intimation(enrollment=make_enrollment(state=state, officer=officer))
    other = make_nodal_officer(authority=make_authority(name="Ministry of Railways"))

    with pytest.raises(Refused, match="another cadre controlling authority"):
        action(intimation_id=intimation.pk, acting_user=other, at=timezone.now(), **given)

    intimation.refresh_from_db()
    assert (intimation.answer, intimation.enrollment.state) == ("none", state)


def test_an_answer_is_given_once():
    intimation, nodal = waiting_for_approval()
    at = timezone.now()
    intimations.approve_intimation(intimation_id=intimation.pk, acting_user=nodal, at=at)

    with pytest.raises(Refused, match="already answered"):
        intimations.withhold_approval(
            intimation_id=intimation.pk, reason="No.", acting_user=nodal, at=at
        )


def test_after_a_move_to_another_service_the_former_authority_cannot_approve():
    intimation, nodal = waiting_for_approval()
    officer = intimation.enrollment.officer
    officer.service = make_service(
        code="IPS", name="Indian Police Service", authority=make_authority(name="Home Affairs")
    )
    officer.save()

    with pytest.raises(Refused, match="another cadre controlling authority"):
        intimations.approve_intimation(
            intimation_id=intimation.pk, acting_user=nodal, at=timezone.now()
        )


def test_noting_many_tells_which_were_refused():
    first, second = make_intimation(), make_intimation()
    nodal = make_nodal_officer(authority=first.authority)
    intimations.note_intimation(intimation_id=second.pk, acting_user=nodal, at=timezone.now())

    results = intimations.note_each([first, second], acting_user=nodal, at=timezone.now())

    assert [(intimation, bool(refusal)) for intimation, refusal in results] == [
        (first, False),
        (second, True),
    ]


# --- lists for providers ----------------------------------------------------------------------
def make_list(provider, run=None) -> ProviderList:
    return confirmations.make_provider_list(
        provider_id=provider.pk,
        run_id=run.pk if run else None,
        acting_user=make_user(Role.DEALING_HAND),
        at=timezone.now(),
    )


def rows_of(made: ProviderList) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(bytes(made.content).decode("utf-8-sig"))))


def test_a_list_holds_the_least_that_the_provider_needs():
    enrollment = make_enrollment(state=E.CONFIRMED, username="asha_rao")

    made = make_list(enrollment.course.provider)

    assert rows_of(made) == [
        {
            "line": "1",
            "change": "new",
            "name": "Asha Rao",
            "email": enrollment.officer.user.email,
            "platform_user_name": "asha_rao",
            "programme_user_name": "asha_rao",
            "course": enrollment.course.title,
            "run": enrollment.run.code,
        }
    ]
    assert made.number == f"IGOT/P/{timezone.localdate().year}/{made.pk:06d}"
    assert made.sha256 == hashlib.sha256(bytes(made.content)).hexdigest()
    entry = AuditEntry.objects.about(made).get()
    assert (entry.event, entry.details["rows"]) == ("providerlist.made", 1)


def test_a_second_list_names_nobody_again():
    enrollment = make_enrollment(state=E.CONFIRMED)
    make_list(enrollment.course.provider)

    with pytest.raises(Refused, match="Nobody was confirmed"):
        make_list(enrollment.course.provider)
    assert ProviderList.objects.count() == 1


def test_a_second_list_names_who_was_confirmed_since():
    first = make_enrollment(state=E.CONFIRMED)
    make_list(first.course.provider)
    second = make_enrollment(state=E.CONFIRMED, run=first.run)

    assert [row["email"] for row in rows_of(make_list(first.course.provider))] == [
        second.officer.user.email
    ]


def test_a_corrected_user_name_stands_on_the_next_list_and_back_again():
    enrollment = make_enrollment(state=E.CONFIRMED, username="first")
    account, provider = enrollment.provider_account, enrollment.course.provider
    make_list(provider)

    seen = []
    for name in ("second", "first"):
        account.platform_username = name
        account.save()
        seen += [(r["change"], r["platform_user_name"]) for r in rows_of(make_list(provider))]

    assert seen == [("corrected", "second"), ("corrected", "first")]
    assert ProviderListLine.objects.standing().count() == 1


@pytest.mark.parametrize("state", sorted(set(E) - {E.CONFIRMED, E.IN_PROGRESS}))
def test_only_confirmed_officers_are_listed(state):
    enrollment = make_enrollment(state=state)

    with pytest.raises(Refused, match="Nobody was confirmed"):
        make_list(enrollment.course.provider)


def test_a_list_of_one_batch_names_that_batch_alone():
    here, elsewhere = make_enrollment(state=E.CONFIRMED), make_enrollment(state=E.CONFIRMED)

    made = make_list(here.course.provider, here.run)

    assert [row["run"] for row in rows_of(made)] == [here.run.code]
    assert elsewhere.provider_lines.count() == 0


def test_a_name_that_a_spreadsheet_would_run_is_made_harmless():
    officer = make_officer(name="=HYPERLINK(1)")
    enrollment = make_enrollment(state=E.CONFIRMED, officer=officer)

    assert rows_of(make_list(enrollment.course.provider))[0]["name"] == "'=HYPERLINK(1)"


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.DEALING_HAND}))
def test_only_the_dealing_hand_makes_and_takes_lists(role):
    enrollment = make_enrollment(state=E.CONFIRMED)
    made, user = make_list(enrollment.course.provider), make_user(role)

    with pytest.raises(Refused, match="Dealing hand"):
        confirmations.make_provider_list(
            provider_id=made.provider_id, run_id=None, acting_user=user, at=timezone.now()
        )
    with pytest.raises(Refused, match="Dealing hand"):
        confirmations.hand_out_list(providerlist_id=made.pk, acting_user=user, at=timezone.now())


def test_handing_out_a_list_is_recorded_and_gives_the_same_bytes():
    made = make_list(make_enrollment(state=E.CONFIRMED).course.provider)

    handed = confirmations.hand_out_list(
        providerlist_id=made.pk, acting_user=make_user(Role.DEALING_HAND), at=timezone.now()
    )

    assert bytes(handed.content) == bytes(made.content)
    events = AuditEntry.objects.about(made).values_list("event", flat=True)
    assert list(events) == ["providerlist.made", "providerlist.handed_out"]


def test_the_database_keeps_one_standing_line_of_a_registration():
    made = make_list(make_enrollment(state=E.CONFIRMED).course.provider)
    line = made.lines.get()

    with pytest.raises(IntegrityError), transaction.atomic():
        ProviderListLine.objects.create(
            provider_list=ProviderList.objects.create(
                provider=made.provider,
                number="other",
                dated_on=made.dated_on,
                rows=1,
                content=b"",
                sha256="",
                made_by=made.made_by,
                made_at=made.made_at,
            ),
            enrollment=line.enrollment,
            digest="other",
        )
