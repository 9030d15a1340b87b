from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import AuditEntry, Notice, Officer, User
from accounts.roles import Role
from eligibility import representation_policies as policies
from eligibility import states
from eligibility.actions import decisions, representations
from eligibility.models import Decision, Representation
from eligibility.states import (
    REPRESENTATION_STEPS,
    Outcome,
    RepresentationOutcome,
    RepresentationState,
)
from igot.lib.errors import Refused
from igot.lib.uploads import check_upload
from tests.factories.accounts import make_nodal_officer, make_officer, make_service, make_user
from tests.factories.courses import make_course, make_run
from tests.factories.eligibility import load_rule_sets, make_decision, make_representation
from tests.lib.bad_files import plain_pdf

pytestmark = pytest.mark.django_db
AT = datetime(2019, 5, 12, 6, 0, tzinfo=UTC)
HINDI = "मेरे सेवा अभिलेख में कार्यग्रहण की तिथि गलत है।"
S = RepresentationState


@pytest.fixture
def run():
    load_rule_sets()
    return make_run(
        course=make_course(rule_set_code="OM"),
        opens_on=date(2019, 5, 1),
        closes_on=date(2019, 5, 21),
        commences_on=date(2019, 5, 21),
    )


@pytest.fixture
def decision(run) -> Decision:
    """Refuse an officer who joined too late."""
    return make_decision(officer=make_officer(joined_on=date(2017, 8, 28)), run=run, at=AT)


def send(decision, *, user=None, text="I joined on 28.08.2016, as the service book shows.", **more):
    return representations.send_representation(
        decision_id=decision.pk, text=text, acting_user=user or decision.officer.user, at=AT, **more
    )


def hand() -> User:
    return make_user(Role.DEALING_HAND)


def taken_up(decision, **fields) -> Representation:
    return make_representation(decision=decision, state=S.UNDER_CONSIDERATION, at=AT, **fields)


# --- sending ---
def test_a_representation_has_a_number_and_tells_officer_and_desk(decision):
    someone = hand()

    sent = send(decision)

    assert sent.number == f"IGOT/E/2019/{sent.pk:06d}"
    assert (sent.state, sent.language) == (S.RECEIVED, "en")
    assert AuditEntry.objects.about(sent).get().event == "representation.received"
    own = Notice.objects.get(user=decision.officer.user)
    assert own.params["number"] == sent.number
    assert own.link == sent.get_absolute_url()
    assert Notice.objects.get(user=someone).template == "representation.to_answer"


def test_the_language_is_that_which_it_is_written_in(decision):
    assert send(decision, text=HINDI).language == "hi"


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({"joined_on": date(2017, 8, 28)}, Outcome.NOT_ELIGIBLE),
        ({"joined_on": None, "is_verified": False}, Outcome.INCOMPLETE),
    ],
)
def test_one_represents_against_what_is_not_in_ones_favour(run, fields, outcome):
    decision = make_decision(officer=make_officer(**fields), run=run, at=AT)

    assert decision.outcome == outcome
    assert send(decision).state == S.RECEIVED


def test_one_represents_where_the_department_decides(run):
    clerks = make_service(code="CSCS", name="Clerical", family="SECRETARIAT", groups="C")
    web = make_run(course=make_course(rule_set_code="WEB"), commences_on=date(2020, 5, 1))
    officer = make_officer(service=clerks, group="C")
    decision = make_decision(officer=officer, run=web, at=AT)

    assert decision.outcome == Outcome.REFER
    assert send(decision).state == S.RECEIVED


def test_there_is_nothing_to_represent_against_a_favourable_decision(run):
    with pytest.raises(Refused, match="in your favour"):
        send(make_decision(run=run, officer=make_officer(born_on=date(1963, 7, 1)), at=AT))


def others(decision) -> dict[str, User]:
    return {
        "another officer": make_officer(name="Other").user,
        "nodal officer": make_nodal_officer(authority=decision.officer.authority),
        "dealing hand": make_user(Role.DEALING_HAND),
        "auditor": make_user(Role.AUDITOR),
    }


@pytest.mark.parametrize("who", ["another officer", "nodal officer", "dealing hand", "auditor"])
def test_nobody_but_the_officer_concerned_represents(decision, who):
    with pytest.raises(Refused, match="Only the officer concerned"):
        send(decision, user=others(decision)[who])

    assert not Representation.objects.exists()


def test_one_is_open_at_a_time(decision):
    sent = send(decision)

    with pytest.raises(Refused, match="waits for its answer already"):
        send(decision)
    with pytest.raises(IntegrityError), transaction.atomic():
        Representation.objects.create(
            number="x",
            decision=decision,
            officer=sent.officer,
            text="t",
            language="en",
            received_at=AT,
        )


def test_three_representations_are_enough_for_one_decision(decision):
    for _number in range(3):
        make_representation(decision=decision, state=S.ANSWERED, at=AT)

    with pytest.raises(Refused, match="represented 3 times"):
        send(decision)


def test_against_a_decision_that_was_superseded_there_is_no_representation(decision, run):
    make_decision(officer=decision.officer, run=run, at=AT)

    with pytest.raises(Refused, match="later decision"):
        send(decision)


# --- the attachment ---
def a_paper():
    return check_upload(SimpleUploadedFile("service-book.pdf", plain_pdf()))


def test_an_attached_paper_is_kept_under_a_name_that_tells_nothing(decision, media_of_this_test):
    sent = send(decision, attachment=a_paper())

    assert sent.attachment_name == "service-book.pdf"
    assert "service-book" not in sent.attachment.name
    assert BytesIO(sent.attachment.read()).getvalue().startswith(b"%PDF-")


def test_a_refused_representation_leaves_no_file_behind(decision, media_of_this_test):
    send(decision)

    with pytest.raises(Refused):
        send(decision, attachment=a_paper())

    assert [path for path in media_of_this_test.rglob("*") if path.is_file()] == []


# --- at the desk ---
def test_it_is_taken_up_and_answered_with_the_reason(decision):
    someone = hand()
    heard = taken_up(decision, hand=someone)

    representations.uphold_decision(
        representation_id=heard.pk, answer="Two years were not over.", acting_user=someone, at=AT
    )

    heard.refresh_from_db()
    assert (heard.state, heard.outcome) == (S.ANSWERED, RepresentationOutcome.UPHELD)
    assert (heard.taken_up_by, heard.answered_by) == (someone, someone)
    assert list(Decision.objects.standing()) == [decision]
    events = AuditEntry.objects.about(heard).values_list("event", flat=True)
    assert list(events)[-2:] == ["representation.taken_up", "representation.answered"]
    latest = Notice.objects.filter(user=decision.officer.user).latest("pk")
    assert latest.template == "representation.answered"


def test_it_is_decided_anew_on_the_record_as_it_stands_now(decision):
    heard = taken_up(decision)
    Officer.objects.filter(pk=decision.officer_id).update(joined_on=date(2016, 8, 28))
    someone = hand()

    representations.decide_anew(
        representation_id=heard.pk, answer="Corrected.", acting_user=someone, at=AT
    )

    heard.refresh_from_db()
    made = heard.new_decision
    assert (made.outcome, made.supersedes, made.asked_by) == (
        Outcome.ELIGIBLE,
        decision,
        someone,
    )
    assert made.registered_on == decision.registered_on
    assert heard.outcome == RepresentationOutcome.DECIDED_ANEW


def test_a_binding_decision_is_decided_anew_as_binding(run):
    officer = make_officer(joined_on=date(2017, 8, 28))
    heard = taken_up(make_decision(officer=officer, run=run, at=AT, is_binding=True))

    representations.decide_anew(
        representation_id=heard.pk, answer="As before.", acting_user=hand(), at=AT
    )

    heard.refresh_from_db()
    assert heard.new_decision.is_binding


def test_where_no_new_decision_can_be_made_nothing_is_answered(decision):
    heard = taken_up(decision)
    course = decision.course
    course.rule_set_code = "NONE"
    course.save()

    with pytest.raises(Refused, match="names no rule set"):
        representations.decide_anew(
            representation_id=heard.pk, answer="Anew.", acting_user=hand(), at=AT
        )

    heard.refresh_from_db()
    assert (heard.state, heard.answer) == (S.UNDER_CONSIDERATION, "")


def propose(heard, user, **more):
    return representations.answer_by_override(
        representation_id=heard.pk,
        answer="Your case is put up.",
        reason="Lent service counts.",
        order_reference="T-16017/1 of 11.05.2019",
        acting_user=user,
        at=AT,
        **more,
    )


def test_an_override_is_proposed_and_the_officer_is_told_what_came_of_it(decision):
    heard = propose(taken_up(decision), hand())
    approver = make_user(Role.SANCTIONING_AUTHORITY)

    decisions.decline_override(
        overrideproposal_id=heard.override_proposal.pk,
        acting_user=approver,
        at=AT,
        remark="No ground.",
    )

    assert heard.outcome == RepresentationOutcome.OVERRIDE_PROPOSED
    assert heard.override_proposal.reason == "Lent service counts."
    told = Notice.objects.filter(user=decision.officer.user).latest("pk")
    assert told.template == "decision.override_declined"
    assert told.link == heard.get_absolute_url()


def test_an_override_is_proposed_on_the_decision_that_stands_now(decision, run):
    heard = taken_up(decision)
    later = make_decision(officer=decision.officer, run=run, at=AT, is_binding=True)

    assert propose(heard, hand()).override_proposal.decision == later


def test_what_the_rules_now_admit_is_not_overridden(decision, run):
    heard = taken_up(decision)
    Officer.objects.filter(pk=decision.officer_id).update(joined_on=date(2016, 8, 28))
    make_decision(officer=decision.officer, run=run, at=AT)

    with pytest.raises(Refused, match="Eligible"):
        propose(heard, hand())

    heard.refresh_from_db()
    assert heard.state == S.UNDER_CONSIDERATION


ANSWERS = {
    "uphold": representations.uphold_decision,
    "decide-anew": representations.decide_anew,
}


@pytest.mark.parametrize("name", ANSWERS)
def test_who_wrote_in_hindi_is_answered_in_hindi(decision, name):
    heard = taken_up(decision, text=HINDI)
    given = {"representation_id": heard.pk, "acting_user": hand(), "at": AT}

    with pytest.raises(Refused, match="answered in Hindi"):
        ANSWERS[name](**given, answer="The decision stands.")
    ANSWERS[name](**given, answer="नियम के पैरा 7.2 के अनुसार निर्णय यथावत है।")

    heard.refresh_from_db()
    assert heard.state == S.ANSWERED


def test_who_wrote_in_english_may_be_answered_in_hindi(decision):
    heard = make_representation(decision=decision, state=S.ANSWERED, answer="निर्णय यथावत है।")

    assert heard.state == S.ANSWERED


def test_nobody_answers_the_own_representation(run):
    user = make_user(Role.OFFICER, Role.DEALING_HAND, Role.SANCTIONING_AUTHORITY)
    officer = make_officer(user=user, joined_on=date(2017, 8, 28))
    sent = send(make_decision(officer=officer, run=run, at=AT))
    given = {"representation_id": sent.pk, "acting_user": user, "at": AT}

    with pytest.raises(Refused, match="Nobody answers the own"):
        representations.take_up_representation(**given)
    representations.take_up_representation(**{**given, "acting_user": hand()})
    for answer in ANSWERS.values():
        with pytest.raises(Refused, match="Nobody answers the own"):
            answer(**given, answer="Granted.")
    with pytest.raises(Refused, match="Nobody answers the own"):
        propose(sent, user)


# --- withdrawing ---
@pytest.mark.parametrize("state", [S.RECEIVED, S.UNDER_CONSIDERATION])
def test_the_officer_withdraws_it_before_it_is_answered(decision, state):
    someone = hand()
    sent = make_representation(decision=decision, state=state, hand=someone, at=AT)

    representations.withdraw_representation(
        representation_id=sent.pk, acting_user=sent.officer.user, at=AT
    )

    sent.refresh_from_db()
    assert (sent.state, sent.withdrawn_at) == (S.WITHDRAWN, AT)
    told = Notice.objects.filter(user=someone, template="representation.withdrawn")
    assert told.exists() == (state == S.UNDER_CONSIDERATION)
    assert send(decision).state == S.RECEIVED  # another may be sent


def test_nobody_else_withdraws_it(decision):
    sent = send(decision)

    with pytest.raises(Refused, match="Only whoever sent"):
        representations.withdraw_representation(
            representation_id=sent.pk, acting_user=make_officer(name="Other").user, at=AT
        )


# --- the table of steps ---
def test_the_table_reaches_every_state_and_ends_where_it_is_meant_to():
    targets = {step.target for step in REPRESENTATION_STEPS.values()}
    sources = {source for step in REPRESENTATION_STEPS.values() for source in step.sources}

    assert targets == set(S)
    assert set(S) - sources == {S.ANSWERED, S.WITHDRAWN}
    assert all(isinstance(step.sources, frozenset) for step in REPRESENTATION_STEPS.values())


@pytest.mark.parametrize("state", list(S))
def test_a_step_is_open_in_its_states_to_its_roles_alone(decision, state):
    sent = make_representation(decision=decision, state=state, at=AT)
    users = {role: make_user(role) for role in Role}

    for name, step in REPRESENTATION_STEPS.items():
        if name == "send":
            continue
        own = {Role.OFFICER: sent.officer.user} if step == states.WITHDRAW_REPRESENTATION else {}
        for role, user in {**users, **own}.items():
            is_open = not policies.why_not(step, sent, user)
            assert is_open == (state in step.sources and role in step.roles), (name, role)


# --- what the database holds ---
@pytest.mark.parametrize(
    "changes",
    [
        {"state": "answered"},
        {"state": "under_consideration", "taken_up_by": None},
        {"state": "withdrawn"},
        {"answer": "Without an end."},
        {"text": ""},
        {"outcome": "decided_anew"},
    ],
)
def test_the_database_keeps_states_and_papers_together(decision, changes):
    sent = taken_up(decision)

    with pytest.raises(IntegrityError), transaction.atomic():
        Representation.objects.filter(pk=sent.pk).update(**changes)


def test_an_answer_decided_anew_has_its_decision(decision):
    sent = make_representation(decision=decision, state=S.ANSWERED, at=AT)

    for outcome in ("decided_anew", "override_proposed"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Representation.objects.filter(pk=sent.pk).update(outcome=outcome)


# --- who sees them ---
def test_officers_see_their_own_the_desk_sees_all_and_nodal_officers_none(decision):
    sent = send(decision)
    by = {name: list(Representation.objects.visible_to(u)) for name, u in others(decision).items()}

    assert list(Representation.objects.visible_to(sent.officer.user)) == [sent]
    assert by == {
        "another officer": [],
        "nodal officer": [],
        "dealing hand": [sent],
        "auditor": [sent],
    }


# --- races ---
@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_send_one_representation():
    decision = make_decision(officer=make_officer(joined_on=timezone.localdate()))

    def press(_number: int) -> str:
        try:
            return send(decision).number
        except Refused as refusal:
            return str(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(press, range(4)))

    assert sum(text.startswith("IGOT/E/") for text in said) == 1
    assert sum("waits for its answer already" in text for text in said) == 3


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_an_answer_and_a_withdrawal_at_once_one_is_taken():
    heard = make_representation(state=S.UNDER_CONSIDERATION)
    someone, at = hand(), timezone.now()

    def answer() -> None:
        representations.decide_anew(
            representation_id=heard.pk, answer="Anew.", acting_user=someone, at=at
        )

    def withdraw() -> None:
        representations.withdraw_representation(
            representation_id=heard.pk, acting_user=heard.officer.user, at=at
        )

    def take(step) -> bool:
        try:
            step()
        except Refused:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        taken = list(pool.map(take, [answer, withdraw]))

    assert sorted(taken) == [False, True]
