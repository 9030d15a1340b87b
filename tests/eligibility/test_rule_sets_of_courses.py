from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from courses.actions.editions import open_edition
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


def an_edition(user, course):
    return open_edition(course_id=course.pk, acting_user=user, at=timezone.now())


def test_a_draft_is_given_one_of_the_rule_sets_by_name(desk):
    edition = an_edition(make_user(Role.DEALING_HAND), make_course(rule_set_code="OM"))

    page = desk.get(reverse("admin:courses_courseedition_step", args=[edition.pk, "edit"]))

    assert '<option value="OM" selected>OM: Group A officers' in page.content.decode()
    assert '<option value="WEB">WEB: All groups' in page.content.decode()


def test_a_rule_set_that_there_is_not_is_refused_at_its_field_and_all_else_is_kept(desk):
    edition = an_edition(make_user(Role.DEALING_HAND), make_course(rule_set_code="OM"))
    url = reverse("admin:courses_courseedition_step", args=[edition.pk, "edit"])
    data = {"title": "Changed", "rule_set_code": "NONE", "desk_confirmed": "1"}

    page = desk.post(url, data)

    errors = page.context["form"].errors["rule_set_code"]
    assert errors == ["Select a valid choice. NONE is not one of the available choices."]
    assert 'value="Changed"' in page.content.decode()
    edition.refresh_from_db()
    assert edition.content["rule_set_code"] == "OM"


def test_a_decision_of_the_committee_names_a_rule_set_that_there_is(client):
    call_command("sync_roles", stdout=StringIO())
    load_rule_sets()
    sign_in(client, make_user(Role.COMMITTEE_SECRETARY))

    page = client.get(reverse("admin:courses_committeedecision_add")).content.decode()

    assert '<option value="WEB">WEB: All groups' in page
