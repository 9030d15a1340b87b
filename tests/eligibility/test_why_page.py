from datetime import UTC, date, datetime

import pytest

from accounts.models import Officer
from accounts.roles import Role
from eligibility.actions import decisions
from eligibility.models import Decision
from tests.factories.accounts import make_officer, make_posting, make_service, make_user, sign_in
from tests.factories.courses import make_course, make_run
from tests.factories.eligibility import load_rule_sets, make_decision, make_override_proposal

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


def read(client, decision, user=None) -> str:
    """Return the main part of the page, as the officer concerned unless `user` is named."""
    sign_in(client, user or decision.officer.user)
    html = client.get(decision.get_absolute_url()).content.decode()
    return " ".join(html.split("<main")[1].split("</main>")[0].split())


def test_a_short_service_shows_both_dates_and_from_when_it_fits(client, run):
    decision = make_decision(officer=make_officer(joined_on=date(2017, 8, 28)), run=run, at=AT)

    html = read(client, decision)

    assert "<dt>Complete from</dt><dd>01.01.2020</dd>" in html
    assert "<dt>Tested on</dt><dd>21.05.2019</dd>" in html
    assert "225 days too early" in html
    assert "2 whole calendar years of service have to be complete" in html
    assert "Trainings that commence from 01.01.2020 to 31.12.2041 fit" in html
    assert "21.05.2019 does not." in html
    assert "Choose a training that commences on or after 01.01.2020" in html
    assert "With this alone the answer is: Eligible." in html


def test_it_is_said_plainly_that_no_day_fits(client, run):
    officer = make_officer(joined_on=date(2017, 8, 28), born_on=date(1963, 6, 30))

    html = read(client, make_decision(officer=officer, run=run, at=AT))

    assert "No commencement date fits: the age limit admits trainings until 31.12.2018" in html
    assert "why-scale" not in html


def test_a_boundary_case_shows_the_officer_the_four_readings(client, run):
    officer = make_officer(born_on=date(1963, 7, 1))

    html = read(client, make_decision(officer=officer, run=run, at=AT))

    assert "there are several readings" in html
    assert "An age is attained on the day before the birthday" in html
    assert "used here" in html


def test_what_single_setting_flips_it_is_for_the_department_alone(client, run):
    css = make_service(code="CSCS", name="Clerical", family="SECRETARIAT", groups="C")
    web = make_run(course=make_course(rule_set_code="WEB"), commences_on=date(2026, 5, 1))
    decision = make_decision(officer=make_officer(service=css, group="C"), run=web, at=AT)

    own = read(client, decision)
    client.logout()
    desk = read(client, decision, make_user(Role.DEALING_HAND))

    assert decision.outcome == "REFER"
    assert "single settings of the rules" not in own
    assert "Treat CSCS as CSS" in desk


def test_a_dealing_hand_reads_the_own_decision_as_an_officer_does(client, run):
    user = make_user(Role.OFFICER, Role.DEALING_HAND)
    officer = make_officer(user=user, born_on=date(1963, 7, 1))

    html = read(client, make_decision(officer=officer, run=run, at=AT))

    assert "single settings of the rules" not in html


def test_it_says_who_asked_and_who_vouches_for_the_facts(client, run):
    officer = make_officer()
    Officer.objects.filter(pk=officer.pk).update(verified_at=AT)

    html = read(client, make_decision(officer=officer, run=run, at=AT))

    assert f"verified by {officer.verified_by} on 10.05.2019" in html
    assert "Advice" in html
    assert "from 17.05.2019" in html
    assert "10.05.2019, 11:30" in html


def test_facts_that_nobody_verified_say_so(client, run):
    decision = make_decision(officer=make_officer(is_verified=False), run=run, at=AT)

    html = read(client, decision)

    assert "declared by the officer, not yet verified" in html
    assert "once they are, the answer is no longer provisional" in html


def test_a_decision_that_the_portal_made_names_nobody(client, run):
    officer = make_officer()
    decision = decisions.decide(officer=officer, run=run, acting_user=None, at=AT)

    assert "the portal itself" in read(client, decision)


def test_the_group_of_the_test_date_and_that_on_record_are_both_shown(client, run):
    css = make_service(code="CSS", name="CSS", family="SECRETARIAT", groups="A,B")
    officer = make_officer(service=css, group="A")
    make_posting(officer, starts_on=date(2012, 1, 1), group="B")
    make_posting(officer, starts_on=date(2019, 7, 1), group="A")

    html = read(client, make_decision(officer=officer, run=run, at=AT))

    assert "Group on record on the day of the decision" in html
    assert "Group A of CSS is admitted: a post in it on the test date" in html


def test_both_decisions_are_set_side_by_side(client, run):
    officer = make_officer(joined_on=date(2017, 8, 28))
    first = make_decision(officer=officer, run=run, at=AT)
    Officer.objects.filter(pk=officer.pk).update(joined_on=date(2016, 8, 28))
    second = make_decision(officer=officer, run=run, at=AT, is_binding=True)

    earlier, later = read(client, first), read(client, second)

    for html in (earlier, later):
        assert "Not eligible</td>" in html and "Eligible</td>" in html
        assert "28.08.2017</td>" in html and "28.08.2016</td>" in html
        assert "Binding</td>" in html
    assert f"What changed since the earlier decision {first.number}" in later
    assert f"What changed in the later decision {second.number}" in earlier


def test_a_decision_made_again_of_the_same_changed_nothing(client, run):
    officer = make_officer()
    make_decision(officer=officer, run=run, at=AT)
    again = make_decision(officer=officer, run=run, at=AT)

    assert "Nothing but the day on which it was decided." in read(client, again)


def test_an_override_names_both_and_the_order(client, run):
    decision = make_decision(officer=make_officer(joined_on=date(2017, 8, 28)), run=run, at=AT)
    proposal = make_override_proposal(decision=decision)
    approver = make_user(Role.SANCTIONING_AUTHORITY)
    decisions.approve_override(overrideproposal_id=proposal.pk, acting_user=approver, at=AT)

    html = read(client, Decision.objects.on(decision.officer, run.course, run)[0])

    assert str(proposal.proposed_by) in html and str(approver) in html
    assert "T-16017/42/2018-Trg of 20.05.2019" in html
    assert "What would change the answer" not in html


@pytest.mark.parametrize("facts", [{"born_on": None}, {"joined_on": None}, {"service": None}])
def test_a_missing_fact_is_said_to_be_missing(client, run, facts):
    officer = make_officer(is_verified=False)
    Officer.objects.filter(pk=officer.pk).update(**facts)

    html = read(client, make_decision(officer=officer, run=run, at=AT))

    assert "Not on record" in html
    assert "on the service record" in html


def test_the_page_is_there_in_hindi(client, run):
    make_service(name_hi="भारतीय प्रशासनिक सेवा")
    decision = make_decision(officer=make_officer(joined_on=date(2017, 8, 28)), run=run, at=AT)
    client.cookies["django_language"] = "hi"

    html = read(client, decision)

    assert "भारतीय प्रशासनिक सेवा" in html
    assert "01.01.2020" in html


def test_the_page_of_a_decision_that_took_the_place_of_another_takes_few_queries(
    client, run, django_assert_max_num_queries
):
    officer = make_officer(born_on=date(1963, 7, 1))
    for _number in range(3):
        make_decision(officer=officer, run=run, at=AT)
    middle = Decision.objects.on(officer, run.course, run)[1]
    sign_in(client, make_user(Role.DEALING_HAND))
    client.get("/")

    with django_assert_max_num_queries(12):
        client.get(middle.get_absolute_url())
