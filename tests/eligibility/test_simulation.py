"""The simulator: which known persons each switch flips, and how they are counted."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone, translation

from accounts.models import Officer
from accounts.roles import Role
from eligibility import simulator_page
from eligibility.actions.rule_sets import approve_rules
from eligibility.models import RuleSetVersion
from eligibility.simulation import CHANGED, Dimension, Effect, effect_of
from eligibility.states import Outcome
from eligibility.switches import SWITCHES
from tests.eligibility.simulated import DAY, flipped, lay_out, make_draft, people
from tests.factories.accounts import (
    make_authority,
    make_nodal_officer,
    make_officer,
    make_posting,
    make_service,
    make_state,
    make_user,
)
from tests.factories.courses import make_course, make_run
from tests.factories.eligibility import load_rule_sets, make_rule_set_version

pytestmark = pytest.mark.django_db

IAS_WITHIN = {
    name: "lose"
    for name in (
        "Asha",
        "born 01.07.1971",
        "born 02.07.1971",
        "allotted 2024",
        "joined late",
    )
}
# What is said, who flips and how. Each switch of a version stands here at least once.
FLIPS: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({}, {}),
    ({"service_years": "3"}, {"allotted 2024": "lose", "on leave": "otherwise"}),
    ({"service_years": "1"}, {"allotted 2025": "gain"}),
    ({"service_years": "0"}, {"allotted 2025": "gain"}),
    ({"service_base": "JOINING_DATE"}, {"joined late": "lose"}),
    (
        {"service_edge": "LAST_DAY", "day": date(2026, 12, 31)},
        {"allotted 2024": "gain", "on leave": "otherwise"},
    ),
    (
        {"service_test_date": "REGISTRATION", "registered_on": "31.12.2026"},
        {"allotted 2024": "lose", "on leave": "otherwise"},
    ),
    ({"service_test_date": "REGISTRATION"}, {}),
    (
        {"service_test_date": "FIRST_JULY", "service_break_policy": "EXCLUDE"},
        {"on leave": "gain"},
    ),
    ({"service_break_policy": "EXCLUDE"}, {"on leave": "otherwise"}),
    ({"service_break_policy": "COUNT"}, {"on leave": "gain"}),
    ({"age_limit": "57"}, {"born 30.06.1971": "gain"}),
    ({"age_limit": "55"}, {"born 01.07.1971": "lose", "born 02.07.1971": "lose"}),
    ({"age_mode": "BORN_NOT_EARLIER"}, {"born 01.07.1971": "lose"}),
    (
        {"age_mode": "NOT_ATTAINED_LEGAL"},
        {"born 01.07.1971": "lose", "born 02.07.1971": "lose"},
    ),
    ({"age_mode": "COMPLETED_YEARS"}, {"born 30.06.1971": "gain"}),
    ({"age_reference_month": "6"}, {"born 30.06.1971": "gain"}),
    ({"age_reference_day": "2"}, {"born 01.07.1971": "lose"}),
    ({"age_relaxation": "NONE"}, {}),
    ({"treat_cscs_as_css": "true"}, {"clerk": "gain"}),
    ({"treat_ut_services_as_state": "true"}, {"DANICS": "gain"}),
    ({"include_state_police_forest": "true"}, {"State police": "gain"}),
    ({"what_if": "1", "joining_stands_in_for": []}, {"CSS": "lose"}),
    ({"what_if": "1", "joining_stands_in_for": ["select_list_year_or_joining"]}, {}),
    ({"missing_data": "REFER"}, {"no birth": "otherwise"}),
    ({"selfpaced_commencement": "DAY_OF_ASKING"}, {}),
    ({"boundary_to_human": "false"}, {}),
    ({"family-AIS-A": ""}, {**IAS_WITHIN, "on leave": "otherwise", "no birth": "otherwise"}),
    (
        {"family-AIS-A": "REFER"},
        IAS_WITHIN,
    ),
    ({"family-UT-B": "ADMIT"}, {"DANICS": "gain"}),
    ({"family-UT-B": ""}, {"DANICS": "otherwise"}),
    ({"service-CSCS-C": "ADMIT"}, {"clerk": "gain"}),
    ({"service-SPS-A": "ADMIT"}, {"State police": "gain"}),
    ({"service-CSS-B": "", "service-CSCS-C": ""}, {"CSS": "lose", "clerk": "otherwise"}),
]


def test_a_switch_flips_the_persons_on_its_edge_and_nobody_else():
    load_rule_sets()
    draft, reader = make_draft(), make_user(Role.DEALING_HAND)
    people()

    found = [flipped(lay_out(draft, user=reader, **{"day": DAY, **said})) for said, _who in FLIPS]

    for (said, expected), who in zip(FLIPS, found, strict=True):
        assert who == expected, said


def test_the_table_above_tries_every_switch():
    assert {name for said, _who in FLIPS for name in said} >= set(SWITCHES)


@pytest.fixture
def draft() -> RuleSetVersion:
    """Two versions of WEB that say the same: the one in force, and a draft for 2027."""
    load_rule_sets()
    return make_draft()


# --- what an effect is --------------------------------------------------------------------------
FIT, UNFIT, ASK = Outcome.ELIGIBLE, Outcome.NOT_ELIGIBLE, Outcome.REFER


@pytest.mark.parametrize(
    ("before", "after", "effect"),
    [
        ([FIT], [FIT], Effect.STAY),
        ([FIT], [ASK], Effect.LOSE),
        ([ASK], [FIT], Effect.GAIN),
        ([ASK], [UNFIT], Effect.OTHERWISE),
        ([UNFIT], [UNFIT], Effect.SAME),
        ([FIT, UNFIT], [FIT, FIT], Effect.GAIN),
        ([FIT, FIT], [FIT, ASK], Effect.LOSE),
        ([FIT, UNFIT], [UNFIT, FIT], Effect.MIXED),
        ([FIT, UNFIT], [FIT, ASK], Effect.OTHERWISE),
        ([FIT, UNFIT], [FIT, UNFIT], Effect.STAY),
    ],
)
def test_an_effect_is_named_over_all_trainings(before, after, effect):
    assert effect_of(before, after) == effect


# --- counts -------------------------------------------------------------------------------------
def test_each_dimension_counts_everybody_once(draft):
    people()
    make_officer(name="Nowhere", service=None, group="", cadre=None, born_on=None)

    simulation = lay_out(draft, age_limit="55").simulation

    for places in simulation.by_dimension.values():
        assert sum(tally.officers for tally in places.values()) == Officer.objects.count()
        assert sum(tally.lose for tally in places.values()) == 2
    assert simulation.total.before - simulation.total.lose == simulation.total.after


def test_the_age_is_that_on_1_july_of_the_year_of_the_training(draft):
    people()

    ages = lay_out(draft, age_limit="57").simulation.by_dimension[Dimension.AGE]

    assert {place: tally.officers for place, tally in ages.items()} == {
        "40": 10,
        "55": 1,  # born on 2 July 1971
        "56": 2,  # born on 1 July 1971, and on 30 June: 56 on either reading
        "": 1,
    }
    assert ages["56"].gain == 1


def test_the_list_and_the_tables_agree(draft):
    people()
    simulation = lay_out(draft, age_limit="55", service_years="3", family_x="1").simulation

    for effect in CHANGED:
        listed = simulation.whom([effect], {})
        assert len(listed.rows) == listed.count() == getattr(simulation.total, effect.value)
        for officer in listed.rows:
            case = simulation.case(officer)
            assert effect_of([case.before.outcome], [case.after.outcome]) == effect


def test_places_narrow_the_list_alone_and_together(draft):
    kerala = make_state()
    make_officer(name="Kerala", cadre=kerala, born_on=date(1971, 7, 1))
    make_officer(name="Elsewhere", born_on=date(1971, 7, 1))
    simulation = lay_out(draft, age_limit="55").simulation
    at = {Dimension.STATE: str(kerala.pk)}

    assert [str(one) for one in simulation.whom(CHANGED, at).rows] == ["Kerala"]
    assert simulation.whom(CHANGED, at).count() == 1
    assert simulation.whom(CHANGED, {**at, Dimension.AGE: "56"}).count() == 1
    assert simulation.whom(CHANGED, {**at, Dimension.AGE: "40"}).count() == 0
    nowhere = simulation.whom(CHANGED, {Dimension.STATE: ""})
    assert [str(one) for one in nowhere.rows] == ["Elsewhere"]


def test_somebody_promoted_since_is_judged_by_the_group_of_the_test_date(draft):
    officer = make_officer(service=make_service(groups="A,B"), group="B", born_on=date(1971, 7, 1))
    make_posting(officer, starts_on=date(2020, 1, 1), group="A")

    assert flipped(lay_out(draft, age_limit="55")) == {"Asha Rao": "lose"}


def test_only_officers_whom_one_may_see_are_counted(draft):
    make_officer(born_on=date(1971, 7, 1))
    service = make_service(code="IPS", authority=make_authority(name="Ministry of Home Affairs"))
    make_officer(name="Police", service=service, born_on=date(1971, 7, 1))
    nodal = make_nodal_officer(authority=service.authority)

    assert flipped(lay_out(draft, user=nodal, age_limit="55")) == {"Police": "lose"}


# --- many trainings -----------------------------------------------------------------------------
def test_all_open_trainings_are_asked_at_once(draft):
    course = make_course(rule_set_code="WEB")
    make_run(course=course, commences_on=date(2027, 3, 1), name="March")
    make_run(course=course, commences_on=date(2028, 3, 1), name="Next year")
    make_run(course=make_course(rule_set_code="OM"), commences_on=date(2027, 3, 1))
    people()

    simulation = lay_out(draft, training="open", age_limit="57").simulation
    rows = {
        row.training.label.split(": ")[1][:5]: (row.gain, row.lose)
        for row in simulator_page.training_rows(simulation)
    }

    assert rows == {"March": (1, 0), "Next ": (2, 0)}  # in 2028 those of July 1971 are 57 too
    assert simulation.total.gain == 3 - 0 - rows["March"][1]


def test_trainings_of_one_day_share_their_answer(draft):
    course = make_course(rule_set_code="WEB")
    for _number in range(2):
        make_run(course=course, commences_on=date(2027, 3, 1))

    simulation = lay_out(draft, training="open").simulation

    assert len(simulation.trainings) == 2
    assert len(simulation.days) == 1


# --- cost ---------------------------------------------------------------------------------------
def test_the_cost_is_the_fee_up_to_the_ceiling_for_everyone_concerned(draft):
    make_course(
        rule_set_code="WEB", title="Poverty", fee_usd=Decimal(150), cap_usd=Decimal(100), points=8
    )
    make_course(rule_set_code="WEB", title="Gandhi", fee_usd=None, points=None)
    make_course(rule_set_code="OM", title="Of another rule set")
    people()

    simulation = lay_out(draft, age_limit="55").simulation
    rows = simulator_page.training_rows(simulation)
    costs = {c.course.title: c for c in simulator_page.costs(simulation, rows, today=DAY)}

    assert set(costs) == {"Poverty", "Gandhi"}
    assert (costs["Poverty"].more_usd, costs["Poverty"].less_usd) == (0, Decimal(200))
    assert (costs["Poverty"].more_points, costs["Poverty"].less_points) == (0, 16)
    assert costs["Gandhi"].less_usd is costs["Gandhi"].less_points is None


# --- what changes, in words ---------------------------------------------------------------------
def test_what_changes_is_said_clause_by_clause(draft):
    make_service(code="CSS", name="Central Secretariat Service")
    draft.service_years = 4
    draft.save()

    found = lay_out(
        draft,
        age_limit="58",
        age_reference_day="15",
        **{"family-UT-B": "", "service-CSS-B": "REFER", "family-CENTRAL-C": "ADMIT"},
    ).differences
    rows = {row.clause: row[1:] for row in found}

    assert rows == {
        "Group C of Central Civil Services, Group A": ("not named", "Admit", True),
        "Group B of Services of the Union Territories": (
            "Refer to the Department",
            "not named",
            True,
        ),
        "Group B of Central Secretariat Service": ("Admit", "Refer to the Department", True),
        "Years of service": ("2", "4", False),
        "Age limit": ("56", "58", True),
        "Day on which the age is reckoned": ("01.07.", "15.07.", True),
    }


def test_what_changes_is_said_in_hindi_too(draft):
    with translation.override("hi"):
        [row] = lay_out(draft, age_mode="COMPLETED_YEARS").differences

    assert not row.clause.isascii()
    assert not row.before.isascii() and not row.after.isascii()


def test_without_an_approved_version_all_is_new_and_everybody_gains():
    people()

    bench = lay_out(make_rule_set_version(code="NEW"))

    assert bench.against is None
    assert bench.simulation.total.before == 0
    assert bench.simulation.total.gain == bench.simulation.total.after > 4
    assert ("Age limit", "–", "56", False) in bench.differences


def test_a_version_in_force_can_be_tried_on_too(draft):
    first = RuleSetVersion.objects.get(rule_set__code="WEB", version=1)
    people()

    bench = lay_out(first, age_limit="57")

    assert bench.against == first
    assert flipped(bench) == {"born 30.06.1971": "gain"}


def test_another_approved_version_can_be_compared_with(draft):
    other = make_rule_set_version(effective_from=date(2026, 1, 1), service_years=5)
    approver = make_user(Role.SANCTIONING_AUTHORITY)
    approve_rules(rulesetversion_id=other.pk, acting_user=approver, at=timezone.now())
    first = RuleSetVersion.objects.get(rule_set__code="WEB", version=1)

    assert lay_out(draft).against == other
    assert lay_out(draft, against=str(first.pk)).against == first


def test_a_draft_without_an_audience_makes_everybody_lose(draft):
    people()
    draft.audience.all().delete()

    simulation = lay_out(draft).simulation

    assert simulation.total.after == 0
    assert simulation.total.lose == simulation.total.before > 5
