from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.roles import Role
from eligibility.actions import rule_sets
from eligibility.models import AudienceEntry, Decision, OverrideProposal, RuleSetVersion
from igot.lib.errors import Refused
from tests.factories.accounts import make_officer, make_user
from tests.factories.courses import make_course, make_run
from tests.factories.eligibility import (
    load_rule_sets,
    make_decision,
    make_override_proposal,
    make_rule_set_version,
)

pytestmark = pytest.mark.django_db
AT = datetime(2019, 5, 10, 6, 0, tzinfo=UTC)
VERSIONS = RuleSetVersion.objects


def approve(version: RuleSetVersion) -> RuleSetVersion:
    return rule_sets.approve_rules(
        rulesetversion_id=version.pk, acting_user=make_user(Role.SANCTIONING_AUTHORITY), at=AT
    )


def approved(first: date, last: date | None = None) -> RuleSetVersion:
    return approve(make_rule_set_version(effective_from=first, effective_to=last))


def copy_of(source: RuleSetVersion, **fields) -> RuleSetVersion:
    """Build, unsaved, an approved version beside `source`, as code past the action might."""
    fields = {"version": source.version + 1, "approved_at": AT, **fields}
    row = {f.attname: getattr(source, f.attname) for f in source._meta.concrete_fields}
    return RuleSetVersion(**{**row, "id": None, **fields})


# --- one at a time ---
@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2027, 1, 1), date(2027, 1, 1)),
        (date(2026, 1, 1), date(2027, 1, 1)),
        (date(2027, 12, 31), None),
        (date(2026, 1, 1), None),
        (date(2027, 5, 1), date(2027, 6, 1)),
    ],
)
def test_the_database_refuses_approved_versions_that_overlap(first, last):
    version = approved(date(2027, 1, 1), date(2027, 12, 31))
    beside = copy_of(version, effective_from=first, effective_to=last)
    draft = make_rule_set_version(effective_from=first, effective_to=last, version=9)

    with pytest.raises(IntegrityError), transaction.atomic():
        VERSIONS.bulk_create([beside])
    with pytest.raises(IntegrityError), transaction.atomic():
        VERSIONS.filter(pk=draft.pk).update(approved_at=AT)


def test_versions_that_follow_each_other_and_drafts_do_not_overlap():
    version = approved(date(2027, 1, 1), date(2027, 12, 31))
    draft = copy_of(version, effective_from=date(2027, 6, 1), version=2, approved_at=None)
    before = copy_of(version, effective_to=date(2026, 12, 31), version=3)
    before.effective_from = date(2026, 1, 1)
    after = copy_of(version, effective_from=date(2028, 1, 1), effective_to=None, version=4)

    VERSIONS.bulk_create([draft, before, after])

    assert VERSIONS.count() == 4


def test_versions_of_different_rule_sets_stand_side_by_side():
    load_rule_sets()

    assert VERSIONS.in_force("WEB", date(2020, 1, 1)).exists()
    assert VERSIONS.in_force("OM", date(2020, 1, 1)).exists()


def test_the_action_says_in_a_sentence_from_when_the_other_version_is_in_force():
    approved(date(2027, 1, 1))
    draft = make_rule_set_version(effective_from=date(2027, 1, 1))

    with pytest.raises(Refused, match=r"Version 1 .* in force from 01.01.2027: .* later day"):
        approve(draft)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_versions_approved_at_the_same_moment_follow_each_other_or_one_is_refused():
    approved(date(2026, 1, 1))
    drafts = [make_rule_set_version(effective_from=date(2027, month, 1)) for month in (1, 2, 3, 4)]
    approver = make_user(Role.SANCTIONING_AUTHORITY)

    def approve_one(draft: RuleSetVersion) -> bool:
        try:
            rule_sets.approve_rules(rulesetversion_id=draft.pk, acting_user=approver, at=AT)
        except Refused:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(approve_one, drafts))

    rows = list(VERSIONS.approved().order_by("effective_from"))
    assert len(rows) == 1 + sum(taken) >= 2
    for earlier, later in zip(rows, rows[1:], strict=False):
        assert earlier.effective_to == later.effective_from - timedelta(days=1)
    assert rows[-1].effective_to is None


# --- frozen ---
@pytest.mark.parametrize(
    "change",
    [
        {"age_limit": 60},
        {"service_base": "JOINING_DATE"},
        {"joining_stands_in_for": ["joining_date"]},
        {"missing_data": "REFER"},
        {"boundary_to_human": False},
        {"age_source": "another paragraph"},
        {"effective_from": date(2026, 1, 1)},
        {"approved_at": None},
        {"version": 7},
    ],
)
def test_the_database_keeps_an_approved_version_as_it_is(change):
    version = approved(date(2027, 1, 1))

    with pytest.raises(IntegrityError), transaction.atomic():
        VERSIONS.filter(pk=version.pk).update(**change)


def test_every_rule_of_the_version_is_among_the_frozen_columns():
    version = approved(date(2027, 1, 1))
    free = {"id", "effective_to"}
    names = [f.name for f in version._meta.concrete_fields if f.name not in free]
    other = approved(date(2029, 1, 1)) if version else version

    changed = []
    for name in names:
        value = {"rule_set": 99, "circular": 99, "drafted_by": 99, "approved_by": 99}.get(name)
        if value is None:
            value = different(getattr(version, name))
        try:
            with transaction.atomic():
                VERSIONS.filter(pk=version.pk).update(**{name: value})
        except IntegrityError as refused:
            if "frozen once approved" in str(refused):
                continue
        changed.append(name)

    assert (changed, other.version) == ([], 2)


def different(value):
    """Return another value of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, date):
        return value + timedelta(days=1)
    return ["other"] if isinstance(value, list) else f"{value}X"[-10:]


def test_an_approved_version_may_end_and_then_only_earlier():
    version = approved(date(2027, 1, 1))
    own = VERSIONS.filter(pk=version.pk)

    own.update(effective_to=date(2028, 12, 31))
    own.update(effective_to=date(2028, 6, 30))

    for later in (date(2028, 7, 1), None):
        with pytest.raises(IntegrityError), transaction.atomic():
            own.update(effective_to=later)


def test_an_approved_version_and_its_lines_are_not_deleted_and_a_draft_is():
    version, draft = approved(date(2027, 1, 1)), make_rule_set_version(code="OTHER")

    draft.delete()

    for rows in (version.audience.all(), VERSIONS.filter(pk=version.pk)):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows._raw_delete(rows.db)


def test_lines_are_neither_changed_in_nor_added_to_nor_moved_into_an_approved_version():
    version, draft = approved(date(2027, 1, 1)), make_rule_set_version(code="OTHER")
    added = AudienceEntry(rule_set_version=version, family="STATE", group="C")

    with pytest.raises(IntegrityError), transaction.atomic():
        version.audience.update(answer="REFER")
    with pytest.raises(IntegrityError), transaction.atomic():
        AudienceEntry.objects.bulk_create([added])
    with pytest.raises(IntegrityError), transaction.atomic():
        draft.audience.update(rule_set_version=version)
    with pytest.raises(IntegrityError), transaction.atomic():
        version.audience.update(rule_set_version=draft)


def test_a_draft_and_its_lines_are_open():
    draft = make_rule_set_version()

    draft.audience.update(answer="REFER")
    AudienceEntry.objects.create(rule_set_version=draft, family="STATE", group="B")
    VERSIONS.filter(pk=draft.pk).update(age_limit=50, effective_from=date(2030, 1, 1))

    assert draft.audience.count() == 2


# --- decisions in one chain ---
@pytest.fixture
def run():
    load_rule_sets()
    return make_run(course=make_course(rule_set_code="OM"), commences_on=date(2019, 5, 21))


def copied(decision: Decision, **fields) -> Decision:
    row = {f.attname: getattr(decision, f.attname) for f in decision._meta.concrete_fields}
    del row["id"], row["public_id"]
    return Decision(**{**row, **fields})


def test_two_decisions_cannot_take_the_place_of_the_same_one(run):
    first = make_decision(run=run)
    make_decision(officer=first.officer, run=run)

    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.bulk_create([copied(first, supersedes_id=first.pk)])


def test_a_decision_takes_the_place_only_of_one_on_the_same_officer_course_and_run(run):
    first = make_decision(run=run)
    others = {
        "officer_id": make_officer().pk,
        "course_id": make_course().pk,
        "run_id": make_run(course=run.course).pk,
    }

    for name, value in others.items():
        with pytest.raises(IntegrityError), transaction.atomic():
            Decision.objects.bulk_create([copied(first, supersedes_id=first.pk, **{name: value})])


def refused_decision(run) -> Decision:
    return make_decision(
        officer=make_officer(joined_on=date(2018, 8, 28), allotment_year=2018), run=run
    )


@pytest.mark.parametrize("own", ["override_proposed_by_id", "override_approved_by_id"])
def test_the_database_refuses_an_override_by_the_officer_concerned(run, own):
    old = refused_decision(run)
    names = {f"override_{verb}_by_id": make_user().pk for verb in ("proposed", "approved")}
    override = {
        "outcome": "ELIGIBLE",
        "overrides_outcome": "NOT_ELIGIBLE",
        "override_reason": "r",
        "override_reference": "o",
        "supersedes_id": old.pk,
    }

    with pytest.raises(IntegrityError), transaction.atomic():
        concerned = {**names, own: old.officer.user_id}
        Decision.objects.bulk_create([copied(old, **override, **concerned)])

    Decision.objects.bulk_create([copied(old, **override, **names)])


def test_the_database_refuses_a_proposal_by_the_officer_concerned(run):
    decision = refused_decision(run)

    with pytest.raises(IntegrityError), transaction.atomic():
        make_override_proposal(decision=decision, proposed_by=decision.officer.user)

    proposal = make_override_proposal(decision=decision)
    with pytest.raises(IntegrityError), transaction.atomic():
        OverrideProposal.objects.filter(pk=proposal.pk).update(
            state="approved", decided_by=decision.officer.user
        )
