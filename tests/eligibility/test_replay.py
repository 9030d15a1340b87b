import random
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Officer
from accounts.roles import Role
from eligibility import replay
from eligibility.actions import decisions
from eligibility.models import Decision, RuleSetVersion
from reports.demo import people, registrations
from tests.conftest import triggers_off
from tests.factories.accounts import make_officer, make_service, make_user
from tests.factories.courses import make_course, make_run
from tests.factories.eligibility import load_rule_sets, make_decision, make_override_proposal

pytestmark = pytest.mark.django_db
AT = datetime(2019, 5, 10, 6, 0, tzinfo=UTC)


@pytest.fixture
def run():
    load_rule_sets()
    return make_run(course=make_course(rule_set_code="OM"), commences_on=date(2019, 5, 21))


@pytest.fixture
def decided(run) -> list[Decision]:
    """Make a decision of each kind: of all outcomes, on the boundary, provisional, overridden."""
    clerical = make_service(code="CSCS", name="Clerical", family="SECRETARIAT", groups="C")
    officers = [
        make_officer(),
        make_officer(born_on=date(1963, 7, 1)),
        make_officer(joined_on=date(2018, 1, 1)),
        make_officer(service=clerical, group="C"),
        make_officer(is_verified=False),
    ]
    Officer.objects.filter(pk=officers[-1].pk).update(born_on=None)
    made = [make_decision(officer=officer, run=run, at=AT) for officer in officers]
    proposal = make_override_proposal(decision=made[2])
    made.append(
        decisions.approve_override(
            overrideproposal_id=proposal.pk,
            acting_user=make_user(Role.SANCTIONING_AUTHORITY),
            at=AT,
        )
    )
    return made


def replayed(*arguments: str) -> str:
    out = StringIO()
    call_command("replay_decisions", *arguments, stdout=out)
    return out.getvalue()


def replayed_with_differences() -> tuple[str, str]:
    out = StringIO()
    with pytest.raises(CommandError) as failed:
        call_command("replay_decisions", stdout=out)
    assert failed.value.returncode == 1
    return out.getvalue(), str(failed.value)


def tamper(sql: str, *values: object) -> None:
    """Change a row behind the back of everything that keeps it."""
    with triggers_off(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_every_stored_decision_comes_out_again(decided):
    assert {decision.outcome for decision in decided} == {
        "ELIGIBLE",
        "NOT_ELIGIBLE",
        "INCOMPLETE",
    }

    assert replayed() == "6 decisions replayed, none different.\n"


def test_nothing_stored_is_nothing_different():
    assert replayed() == "0 decisions replayed, none different.\n"


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("outcome", "REFER", "outcome: stored REFER, recomputed ELIGIBLE"),
        ("is_boundary", True, "boundary: stored True, recomputed False"),
        (
            "first_eligible_on",
            "2001-01-01",
            "first eligible day: stored 2001-01-01, recomputed 2013-01-01",
        ),
        ("last_eligible_on", None, "last eligible day: stored nothing, recomputed 2041-12-31"),
        ("is_provisional", True, "provisional: stored True, recomputed False"),
        ("findings_data", "[]", "age verdict: stored nothing, recomputed PASS"),
        ("inputs", "{}", "inputs: stored unreadable, recomputed KeyError('service')"),
    ],
)
def test_a_row_that_was_tampered_with_is_reported_by_number_and_value(decided, column, value, says):
    victim = decided[0]
    tamper(f"UPDATE eligibility_decision SET {column} = %s WHERE id = %s", value, victim.pk)  # noqa: S608

    report, summary = replayed_with_differences()

    assert f"{victim.number}: {says}" in report
    assert summary == "6 decisions replayed, 1 different."


def test_a_rule_that_was_changed_behind_the_approval_is_found(decided):
    tamper("UPDATE eligibility_rulesetversion SET age_limit = 30 WHERE version = 1")

    report, summary = replayed_with_differences()

    assert f"{decided[0].number}: outcome: stored ELIGIBLE, recomputed NOT_ELIGIBLE" in report
    assert f"{decided[0].number}: age code: stored age.within, recomputed age.over" in report
    assert f"{decided[-1].number}: age verdict: stored PASS, recomputed FAIL" in report
    assert summary.endswith("different.")


def test_a_line_that_was_taken_from_the_audience_is_found(decided):
    tamper("DELETE FROM eligibility_audienceentry WHERE family = 'AIS'")

    report, _summary = replayed_with_differences()

    assert "audience code: stored audience.admitted, recomputed audience.outside" in report


def test_an_override_is_replayed_to_the_outcome_that_it_overrode(decided):
    override = decided[-1]

    assert replay.differences(override, replay.rule_book(override.rule_set_version_id)) == []

    tamper(
        "UPDATE eligibility_decision SET overrides_outcome = 'REFER' WHERE overrides_outcome > ''"
    )
    report, _summary = replayed_with_differences()
    assert f"{override.number}: outcome: stored REFER, recomputed NOT_ELIGIBLE" in report


def test_one_officer_or_the_latest_days_can_be_replayed_alone(decided, run):
    officer = decided[0].officer
    Officer.objects.filter(pk=officer.pk).update(employee_code="EC-1")
    make_decision(officer=officer, run=run, at=datetime(2020, 1, 1, tzinfo=UTC))

    assert replayed("--officer", "EC-1").startswith("2 decisions replayed")
    assert replayed("--since", "01.01.2020").startswith("1 decision replayed")
    assert replayed("--since", "2019-05-10").startswith("7 decisions replayed")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--officer", "NOBODY"], "No officer has the employee code “NOBODY”."),
        (["--since", "31.02.2020"], "There is no such day as 31.02.2020."),
        (["--since", "yesterday"], "is not a date"),
        (["--since", " "], "--since: give a day"),
    ],
)
def test_a_choice_that_cannot_be_is_said_in_a_sentence(arguments, says):
    with pytest.raises(CommandError, match=says):
        replayed(*arguments)


def test_each_version_is_read_once_however_many_decisions_rest_on_it(decided):
    with CaptureQueriesContext(connection) as asked:
        assert len(list(replay.replay(Decision.objects.all()))) == 6

    assert len(asked) <= 3  # the decisions, the version, its audience


def test_progress_is_told_along_the_way(decided, monkeypatch):
    monkeypatch.setattr("eligibility.management.commands.replay_decisions.PROGRESS", 4)

    assert replayed().splitlines()[0] == "4 decisions so far"


def test_a_replay_changes_nothing(decided):
    before = (Decision.objects.count(), RuleSetVersion.objects.count())

    with CaptureQueriesContext(connection) as asked:
        replayed()

    assert before == (Decision.objects.count(), RuleSetVersion.objects.count())
    assert all(query["sql"].lstrip().upper().startswith(("SELECT", "DECLARE")) for query in asked)


def test_the_decisions_of_the_demo_come_out_again():
    call_command("prepare", stdout=StringIO())
    chance, today = random.Random(2019), timezone.localdate()
    began = registrations.instant(today - timedelta(days=560))
    users = people.make_logins(began)
    people.appoint(users, began.date())
    registrations.load_earlier_batches(today)
    officers = people.make_officers(chance, users, began, 24)
    over, going, coming = registrations.cohorts(today)
    registered = registrations.register_each(officers, [*over[:2], *going[:2], *coming[:2]], chance)
    registrations.confirm(users, registered, share=1)

    assert Decision.objects.filter(is_binding=True).exists()
    assert Decision.objects.count() > len(registered)

    assert replayed() == f"{Decision.objects.count()} decisions replayed, none different.\n"
