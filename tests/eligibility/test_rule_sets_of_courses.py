from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.roles import Role
from courses.models import Course
from eligibility.models import RuleSet
from tests.factories.accounts import make_user, sign_in
from tests.factories.courses import make_course
from tests.factories.eligibility import load_rule_sets

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client):
    call_command("sync_roles", stdout=StringIO())
    load_rule_sets()
    sign_in(client, make_user(Role.DEALING_HAND))
    return client


def test_every_course_of_the_catalogue_names_a_rule_set_that_there_is():
    load_rule_sets()
    call_command("load_catalogue", stdout=StringIO())

    named = set(Course.objects.published().values_list("rule_set_code", flat=True))

    assert named == {"OM", "WEB"}
    assert named <= set(RuleSet.objects.values_list("code", flat=True))


def test_a_course_is_given_one_of_the_rule_sets_by_name(desk):
    course = make_course(rule_set_code="OM")
    url = reverse("admin:courses_course_change", args=[course.pk])

    page = desk.get(url).content.decode()

    assert '<option value="OM" selected>OM: Group A officers' in page
    assert '<option value="WEB">WEB: All groups' in page


def test_a_rule_set_that_there_is_not_is_refused_at_its_field(desk):
    course = make_course(rule_set_code="OM")
    url = reverse("admin:courses_course_change", args=[course.pk])

    page = desk.post(url, {"title": "Changed", "rule_set_code": "NONE"})

    errors = page.context["adminform"].form.errors["rule_set_code"]
    assert errors == ["Select a valid choice. NONE is not one of the available choices."]
    course.refresh_from_db()
    assert course.rule_set_code == "OM"


def test_a_decision_of_the_committee_names_a_rule_set_that_there_is(client):
    call_command("sync_roles", stdout=StringIO())
    load_rule_sets()
    sign_in(client, make_user(Role.COMMITTEE_SECRETARY))

    page = client.get(reverse("admin:courses_committeedecision_add")).content.decode()

    assert '<option value="WEB">WEB: All groups' in page
