from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError
from django.utils.translation import override

from accounts.models import AuditEntry, Notice, Officer
from accounts.roles import Role
from courses.models import Course
from eligibility import facts, rules
from eligibility.actions import decisions, rule_sets
from eligibility.models import Decision, OverrideProposal, RuleSetVersion
from eligibility.states import Outcome, ProposalState
from igot.lib.append_only import AppendOnlyError
from igot.lib.errors import Refused
from tests.factories.accounts import make_officer, make_posting, make_service, make_user
from tests.factories.courses import make_course, make_run
from tests.factories.eligibility import (
    load_rule_sets,
    make_decision,
    make_override_proposal,
    make_rule_set_version,
)

pytestmark = pytest.mark.django_db
AT = datetime(2019, 5, 10, 6, 0, tzinfo=UTC)


@pytest.fixture
def run():
    load_rule_sets()
    return make_run(
        course=make_course(rule_set_code="OM"),
        opens_on=date(2019, 5, 1),
        closes_on=date(2019, 5, 21),
        commences_on=date(2019, 5, 21),
    )


def refused(run, **fields) -> Decision:
    """Decide on an officer whom the rules refuse: joined too late."""
    officer = make_officer(joined_on=date(2017, 8, 28), allotment_year=2017, **fields)
    return decisions.decide(officer=officer, run=run, acting_user=officer.user, at=AT)


# --- decide ---
def test_a_decision_keeps_what_it_rests_on(run):
    officer = make_officer()

    decision = decisions.decide(officer=officer, run=run, acting_user=officer.user, at=AT)

    assert decision.outcome == Outcome.ELIGIBLE
    assert (decision.course, decision.commences_on) == (run.course, date(2019, 5, 21))
    assert decision.registered_on == date(2019, 5, 10)
    assert decision.rule_set_version.rule_set.code == "OM"
    assert decision.first_eligible_on == date(2013, 1, 1)
    assert decision.last_eligible_on == date(2041, 12, 31)
    assert not (decision.is_provisional or decision.is_boundary or decision.is_binding)
    assert decision.inputs["born_on"] == "1985-08-15"
    assert decision.inputs["source"] == "verified"
    assert decision.inputs["verified_by"] == officer.verified_by_id
    assert [finding["verdict"] for finding in decision.findings] == ["PASS"] * 3
    assert decision.findings[2]["source"].endswith("para 7.3")


def test_a_decision_leaves_an_entry_in_the_audit_trail(run):
    decision = make_decision(run=run)

    (entry,) = AuditEntry.objects.about(decision)
    assert entry.event == "decision.made"
    assert entry.details["outcome"] == "ELIGIBLE"


def test_declared_facts_make_the_same_outcome_provisional(run):
    decision = make_decision(officer=make_officer(is_verified=False), run=run)

    assert decision.outcome == Outcome.ELIGIBLE
    assert decision.is_provisional
    assert decision.inputs["source"] == "declared"
    assert decision.inputs["verified_by"] is None


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({"born_on": None}, Outcome.INCOMPLETE),
        ({"joined_on": None}, Outcome.INCOMPLETE),
        ({"service": None}, Outcome.INCOMPLETE),
        ({"born_on": date(1960, 1, 1), "joined_on": None}, Outcome.NOT_ELIGIBLE),
    ],
)
def test_missing_facts_make_it_incomplete_unless_a_rule_fails_anyway(run, fields, outcome):
    officer = make_officer(is_verified=False)
    Officer.objects.filter(pk=officer.pk).update(**fields)

    assert make_decision(officer=officer, run=run).outcome == outcome


def test_the_boundary_is_marked(run):
    decision = make_decision(officer=make_officer(born_on=date(1963, 7, 1)), run=run)

    assert (decision.outcome, decision.is_boundary) == (Outcome.ELIGIBLE, True)


def test_the_record_is_read_again_and_not_taken_from_the_caller(run):
    officer = make_officer()
    Officer.objects.filter(pk=officer.pk).update(born_on=date(1950, 1, 1))

    assert make_decision(officer=officer, run=run).outcome == Outcome.NOT_ELIGIBLE


def test_a_new_decision_takes_the_place_of_the_latest_on_the_same_run(run):
    officer = make_officer()
    first = make_decision(officer=officer, run=run)
    elsewhere = make_decision(officer=officer, run=make_run(course=run.course))
    second = make_decision(officer=officer, run=run, is_binding=True)

    assert (first.supersedes, elsewhere.supersedes, second.supersedes) == (None, None, first)
    assert set(Decision.objects.standing()) == {elsewhere, second}


def test_a_self_paced_course_commences_on_the_day_of_first_enrolment_and_stays_there():
    load_rule_sets()
    course = make_course(rule_set_code="WEB", mode=Course.Mode.SELF_PACED)
    officer = make_officer()

    first = make_decision(officer=officer, course=course, at=AT)
    later = make_decision(
        officer=officer, course=course, at=datetime(2020, 1, 5, 6, 0, tzinfo=UTC), is_binding=True
    )

    assert first.commences_on == later.commences_on == date(2019, 5, 10)


def test_the_version_in_force_at_commencement_decides(run):
    version = make_rule_set_version(code="OM", effective_from=date(2019, 6, 1), age_limit=30)
    rule_sets.approve_rules(
        rulesetversion_id=version.pk, acting_user=make_user(Role.SANCTIONING_AUTHORITY), at=AT
    )
    officer = make_officer()
    june = make_run(course=run.course, commences_on=date(2019, 6, 1))

    assert make_decision(officer=officer, run=run).outcome == Outcome.ELIGIBLE
    assert make_decision(officer=officer, run=june).outcome == Outcome.NOT_ELIGIBLE


def test_a_course_without_an_approved_rule_set_is_declined():
    make_rule_set_version(code="NEW")
    run = make_run(course=make_course(rule_set_code="NEW"))
    officer = make_officer()

    with pytest.raises(Refused, match="names no rule set"):
        decisions.decide(officer=officer, run=run, acting_user=officer.user, at=AT)


def test_every_stored_decision_can_be_replayed_to_the_same_findings(run):
    make_service(code="CSCS", name="Clerical", family="SECRETARIAT", groups="C")
    for officer in (
        make_officer(),
        make_officer(born_on=date(1963, 7, 1)),
        make_officer(joined_on=date(2018, 1, 1)),
        make_officer(service=make_service(code="CSCS"), group="C"),
    ):
        make_decision(officer=officer, run=run)

    for decision in Decision.objects.with_all():
        ruling = rules.decide(
            facts=facts.from_inputs(decision.inputs),
            rules=facts.rule_book(decision.rule_set_version),
            commences_on=decision.commences_on,
            registered_on=decision.registered_on,
        )
        assert ruling.outcome == decision.outcome
        assert [facts.finding_data(found) for found in ruling.findings] == decision.findings_data


def test_findings_are_worded_in_the_language_of_the_reader(run):
    service = make_service(code="IAS")
    service.name_hi = "भारतीय प्रशासनिक सेवा"
    service.save()
    decision = make_decision(officer=make_officer(service=service), run=run)

    with override("hi"):
        hindi = decision.findings[0]
    with override("en"):
        english = decision.findings[0]

    assert english["reason"].startswith("Indian Administrative Service, Group A")
    assert "भारतीय प्रशासनिक सेवा" in hindi["reason"]
    assert "पैरा 7.1" in hindi["source"]


def test_decisions_cannot_be_changed_or_deleted(run):
    decision = make_decision(run=run)

    with pytest.raises(AppendOnlyError):
        Decision.objects.filter(pk=decision.pk).update(outcome=Outcome.NOT_ELIGIBLE)
    with pytest.raises(AppendOnlyError):
        decision.delete()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE eligibility_decision SET outcome = 'REFER'")


# --- override ---
def test_an_override_by_two_persons_makes_a_new_decision_and_tells_the_officer(run):
    proposer, approver = make_user(Role.DEALING_HAND), make_user(Role.SANCTIONING_AUTHORITY)
    decision = refused(run)

    proposal = decisions.propose_override(
        decision_id=decision.pk,
        reason="Lent service counts.",
        order_reference="T-16017/1 of 11.05.2019",
        acting_user=proposer,
        at=AT,
    )
    overridden = decisions.approve_override(
        overrideproposal_id=proposal.pk, acting_user=approver, at=AT
    )

    assert overridden.outcome == Outcome.ELIGIBLE
    assert overridden.overrides_outcome == Outcome.NOT_ELIGIBLE
    assert overridden.supersedes == decision
    assert overridden.findings_data == decision.findings_data
    assert (overridden.override_proposed_by, overridden.override_approved_by) == (
        proposer,
        approver,
    )
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.APPROVED
    assert Notice.objects.get(user=decision.officer.user).link == overridden.get_absolute_url()


def test_an_override_holds_for_the_next_decision_while_nothing_has_changed(run):
    decision = refused(run)
    proposal = make_override_proposal(decision=decision)
    decisions.approve_override(
        overrideproposal_id=proposal.pk, acting_user=make_user(Role.SANCTIONING_AUTHORITY), at=AT
    )

    same = make_decision(officer=decision.officer, run=run, at=AT, is_binding=True)
    Officer.objects.filter(pk=decision.officer_id).update(joined_on=date(2018, 1, 1))
    changed = make_decision(officer=decision.officer, run=run, at=AT, is_binding=True)

    assert (same.outcome, same.overrides_outcome) == (Outcome.ELIGIBLE, Outcome.NOT_ELIGIBLE)
    assert same.is_binding
    assert (changed.outcome, changed.overrides_outcome) == (Outcome.NOT_ELIGIBLE, "")


def test_a_declined_override_leaves_the_decision_standing(run):
    decision = refused(run)
    proposal = make_override_proposal(decision=decision)

    decisions.decline_override(
        overrideproposal_id=proposal.pk,
        acting_user=make_user(Role.SANCTIONING_AUTHORITY),
        at=AT,
        remark="No ground.",
    )

    proposal.refresh_from_db()
    assert (proposal.state, proposal.remark) == (ProposalState.DECLINED, "No ground.")
    assert list(Decision.objects.standing()) == [decision]


def propose(decision, user):
    return decisions.propose_override(
        decision_id=decision.pk, reason="r", order_reference="o", acting_user=user, at=AT
    )


def test_only_refused_and_referred_decisions_can_be_overridden(run):
    decision = make_decision(run=run)

    with pytest.raises(Refused, match="Eligible"):
        propose(decision, make_user(Role.DEALING_HAND))


@pytest.mark.parametrize(
    "role", [Role.OFFICER, Role.NODAL_OFFICER, Role.PAYING_OFFICER, Role.AUDITOR]
)
def test_only_the_desk_proposes_an_override(run, role):
    with pytest.raises(Refused, match="This is for"):
        propose(refused(run), make_user(role))


def test_nobody_overrides_a_decision_on_themselves(run):
    user = make_user(Role.OFFICER, Role.DEALING_HAND, Role.SANCTIONING_AUTHORITY)
    decision = refused(run, user=user)
    proposal = make_override_proposal(decision=decision)

    with pytest.raises(Refused, match="themselves"):
        propose(decision, user)
    with pytest.raises(Refused, match="themselves"):
        decisions.approve_override(overrideproposal_id=proposal.pk, acting_user=user, at=AT)


def test_the_second_person_is_another_person(run):
    user = make_user(Role.DEALING_HAND, Role.SANCTIONING_AUTHORITY)
    proposal = propose(refused(run), user)

    with pytest.raises(Refused, match="second person"):
        decisions.approve_override(overrideproposal_id=proposal.pk, acting_user=user, at=AT)

    assert Decision.objects.filter(overrides_outcome="NOT_ELIGIBLE").count() == 0


def test_the_database_itself_wants_two_persons(run):
    user = make_user(Role.DEALING_HAND)
    proposal = make_override_proposal(decision=refused(run), proposed_by=user)

    with pytest.raises(IntegrityError), transaction.atomic():
        OverrideProposal.objects.filter(pk=proposal.pk).update(state="approved", decided_by=user)


def test_one_open_proposal_for_a_decision(run):
    decision = refused(run)
    propose(decision, make_user(Role.DEALING_HAND))

    with pytest.raises(Refused, match="already proposed"):
        propose(decision, make_user(Role.DEALING_HAND))
    with pytest.raises(IntegrityError), transaction.atomic():
        make_override_proposal(decision=decision)


def test_a_decision_that_was_superseded_is_not_overridden(run):
    decision = refused(run)
    proposal = make_override_proposal(decision=decision)
    make_decision(officer=decision.officer, run=run, at=AT)

    with pytest.raises(Refused, match="later decision"):
        decisions.approve_override(
            overrideproposal_id=proposal.pk,
            acting_user=make_user(Role.SANCTIONING_AUTHORITY),
            at=AT,
        )


def test_an_approved_proposal_is_not_approved_again(run):
    proposal = make_override_proposal(decision=refused(run))
    approver = make_user(Role.SANCTIONING_AUTHORITY)
    decisions.approve_override(overrideproposal_id=proposal.pk, acting_user=approver, at=AT)

    with pytest.raises(Refused, match="Approved"):
        decisions.approve_override(overrideproposal_id=proposal.pk, acting_user=approver, at=AT)


# --- rule sets ---
def test_approving_a_version_ends_the_one_before():
    load_rule_sets()
    version = make_rule_set_version(code="WEB", effective_from=date(2027, 1, 1))

    rule_sets.approve_rules(
        rulesetversion_id=version.pk, acting_user=make_user(Role.SANCTIONING_AUTHORITY), at=AT
    )

    first = RuleSetVersion.objects.get(rule_set=version.rule_set, version=1)
    assert first.effective_to == date(2026, 12, 31)
    governing = RuleSetVersion.objects.governing
    assert governing("WEB", date(2026, 12, 31)) == first
    assert governing("WEB", date(2027, 1, 1)) == version
    assert governing("WEB", date(2001, 1, 1)) == first
    assert governing("NONE", date(2027, 1, 1)) is None


def test_a_draft_decides_nothing():
    load_rule_sets()
    make_rule_set_version(code="WEB", effective_from=date(2020, 1, 1))

    assert RuleSetVersion.objects.governing("WEB", date(2027, 1, 1)).version == 1


def test_whoever_drafted_a_version_does_not_approve_it():
    user = make_user(Role.DEALING_HAND, Role.SANCTIONING_AUTHORITY)
    version = make_rule_set_version(drafted_by=user)

    with pytest.raises(Refused, match="second person"):
        rule_sets.approve_rules(rulesetversion_id=version.pk, acting_user=user, at=AT)


def test_versions_never_overlap():
    load_rule_sets()
    version = make_rule_set_version(code="WEB", effective_from=date(2018, 12, 20))

    with pytest.raises(Refused, match="is in force from 20.12.2018"):
        rule_sets.approve_rules(
            rulesetversion_id=version.pk, acting_user=make_user(Role.SANCTIONING_AUTHORITY), at=AT
        )


def test_a_rule_set_without_an_audience_is_not_approved():
    version = make_rule_set_version()
    version.audience.all().delete()

    with pytest.raises(Refused, match="admits nobody"):
        rule_sets.approve_rules(
            rulesetversion_id=version.pk, acting_user=make_user(Role.SANCTIONING_AUTHORITY), at=AT
        )


def test_loading_the_rule_sets_again_changes_nothing():
    load_rule_sets()
    version = RuleSetVersion.objects.get(rule_set__code="WEB")
    before = facts.rule_book(version)

    load_rule_sets()

    assert RuleSetVersion.objects.count() == 2
    assert facts.rule_book(RuleSetVersion.objects.get(pk=version.pk)) == before


@pytest.mark.parametrize("code", ["WEB", "OM"])
def test_the_stored_rules_are_those_of_the_file(code):
    load_rule_sets()
    version = RuleSetVersion.objects.governing(code, date(2019, 5, 21))

    stored, delivered = facts.rule_book(version), facts.packaged.rule_book(code, date(2019, 5, 21))

    assert set(stored.audience) == set(delivered.audience)
    for name in rules.RuleBook.__dataclass_fields__:
        if name != "audience":
            assert getattr(stored, name) == getattr(delivered, name), name


def test_the_services_of_the_database_are_those_of_the_file():
    call_command("load_reference", stdout=StringIO())

    stored, delivered = facts.directory_for_roll(), facts.packaged.directory()

    assert stored is not delivered
    assert stored.services == delivered.services
    for name in ("IA&AS", "IRS(C&CE)", "Audit and Accounts", "भारतीय वन सेवा"):
        assert stored.find(name) == delivered.find(name)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_many_decisions_at_once_on_one_officer_make_one_chain():
    load_rule_sets()
    run, officer = make_run(course=make_course(rule_set_code="OM")), make_officer()

    def decide_once(_number: int) -> None:
        try:
            decisions.decide(officer=officer, run=run, acting_user=officer.user, at=AT)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(decide_once, range(24)))

    assert Decision.objects.count() == 24
    assert Decision.objects.standing().count() == 1


def test_the_group_held_on_the_day_of_the_test_decides_and_both_are_kept(run):
    officer = make_officer(group="B")
    make_posting(officer, starts_on=date(2019, 5, 21), group="A")

    decision = decisions.decide(officer=officer, run=run, acting_user=None, at=AT)

    assert decision.outcome == Outcome.ELIGIBLE
    assert (decision.inputs["group"], decision.inputs["group_on_record"]) == ("A", "B")
