"""Checks 42 and 43: what each role may do with each table at the desk, and what searches give."""

from io import StringIO

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.test import Client, RequestFactory
from django.urls import get_resolver

from accounts import audit
from accounts.models import AuditEntry, Officer
from accounts.roles import DESK, Role
from reimbursement.states import ClaimState
from tests.factories.accounts import make_officer, make_user, sign_in
from tests.factories.circulars import make_circular
from tests.factories.credits import make_credit_entry
from tests.factories.enrollment import make_enrollment
from tests.factories.reimbursement import make_claim

pytestmark = pytest.mark.django_db
BROUGHT_IN = {  # these are added by a page of their own, asked of the policies
    "enrollment.couponbatch": {Role.DEALING_HAND},
    "enrollment.resultimport": {Role.DEALING_HAND},
    "enrollment.usagereport": {Role.DEALING_HAND},
    "enrollment.provideranswer": {Role.DEALING_HAND},
    "courses.courseedition": {Role.DEALING_HAND, Role.COMMITTEE_SECRETARY},
}


@pytest.fixture(autouse=True)
def roles():
    call_command("sync_roles", stdout=StringIO())


def registered():
    """Return the tables of the desk; loading the addresses settles which are taken off it."""
    assert get_resolver().url_patterns
    return sorted(admin.site._registry, key=lambda model: model._meta.label_lower)


def request_of(user):
    request = RequestFactory().get("/desk/")
    request.user = user
    return request


def browser_of(user):
    client = Client()
    sign_in(client, user)
    return client


@pytest.mark.parametrize("role", list(Role))
def test_a_role_opens_adds_and_changes_at_the_desk_what_the_file_of_roles_says(role):
    user, wrong = make_user(role), []
    request, granted = request_of(user), DESK.get(role, {})

    for model in registered():
        label, desk = model._meta.label_lower, admin.site._registry[model]
        verbs = granted.get(label, "")
        if desk.has_view_permission(request) != ("v" in verbs):
            wrong.append(f"{label}: view")
        if desk.has_change_permission(request) and "c" not in verbs:
            wrong.append(f"{label}: change")
        may_add = "a" in verbs or role in BROUGHT_IN.get(label, ())
        if desk.has_add_permission(request) and not may_add:
            wrong.append(f"{label}: add")
        if desk.has_delete_permission(request):
            wrong.append(f"{label}: delete")

    assert wrong == []


@pytest.mark.parametrize("role", list(Role))
def test_the_lists_of_the_desk_answer_as_the_permissions_say(role):
    client, granted, wrong = browser_of(make_user(role)), DESK.get(role, {}), []

    for model in registered():
        label = model._meta.label_lower
        status = client.get(f"/desk/{label.replace('.', '/')}/").status_code
        if (status == 200) != ("v" in granted.get(label, "")):
            wrong.append(f"{label}: {status}")

    assert wrong == []


def test_not_even_a_superuser_deletes_anything():
    request = request_of(make_user(is_superuser=True, is_staff=True))

    assert [
        model._meta.label
        for model in registered()
        for desk in [admin.site._registry[model]]
        if desk.has_delete_permission(request) or "delete_selected" in desk.get_actions(request)
    ] == []


def test_the_audit_trail_is_only_read_even_by_a_superuser():
    officer = make_officer()
    user = make_user(is_superuser=True, is_staff=True)
    entry = audit.record(officer, "record.verified", acting_user=user, at=officer.verified_at)
    client, base = browser_of(user), "/desk/accounts/auditentry/"
    before = AuditEntry.objects.filter(pk=entry.pk).values().get()
    data = {"event": "claim.paid", "subject_id": "1", "_save": "Save"}

    assert client.get(base).status_code == 200
    assert client.get(f"{base}add/").status_code == 403
    assert client.post(f"{base}add/", data).status_code == 403
    assert client.post(f"{base}{entry.pk}/change/", data).status_code == 403
    assert client.post(f"{base}{entry.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post(base, {"action": "delete_selected", "_selected_action": entry.pk, "post": "yes"})

    assert AuditEntry.objects.filter(pk=entry.pk).values().get() == before


# --- searches see what lists see (42) -------------------------------------------------------------


def autocompletes():
    """Yield every field that the desk completes, with the table that it searches."""
    request = request_of(make_user(is_superuser=True, is_staff=True))
    for model in registered():
        desk = admin.site._registry[model]
        for name in desk.get_autocomplete_fields(request):
            yield model, model._meta.get_field(name)
        for inline in desk.get_inline_instances(request):
            for name in inline.get_autocomplete_fields(request):
                yield inline.model, inline.model._meta.get_field(name)


@pytest.mark.parametrize("role", [None, *Role])
def test_completing_a_word_gives_nothing_that_the_role_does_not_list(role):
    make_claim(state=ClaimState.DRAFT)
    make_circular()
    make_credit_entry()
    found = list(autocompletes())
    assert len(found) > 5
    user = make_user(role) if role else None
    client, wrong = browser_of(user) if user else Client(), []

    for model, field in found:
        asked = {
            "app_label": model._meta.app_label,
            "model_name": model._meta.model_name,
            "field_name": field.name,
            "term": "",
        }
        answer = client.get("/desk/autocomplete/", asked)
        if answer.status_code != 200:
            continue
        related = field.related_model
        desk = admin.site._registry[related]
        if user is None or not desk.has_view_permission(request_of(user)):
            wrong.append(f"{role} searches {related._meta.label} by {model._meta.label}")
            continue
        seen = {row["id"] for row in answer.json()["results"]}
        visible = {str(pk) for pk in desk.get_queryset(request_of(user)).values_list("pk", flat=1)}
        if not seen <= visible:
            wrong.append(f"{role} finds {related._meta.label} {seen - visible}")

    assert wrong == []


def test_a_draft_of_an_officer_is_in_no_list_search_or_count_of_others(client):
    draft = make_enrollment(state="draft", officer=make_officer(name="Zarina Draft"))
    claim = make_claim(state=ClaimState.DRAFT, officer=make_officer(name="Zarina Claimant"))
    everybody = make_user(*(role for role in Role if role != Role.OFFICER))
    sign_in(client, everybody)

    for path in (
        "/desk/enrollment/enrollment/?q=Zarina",
        "/desk/reimbursement/claim/?q=Zarina",
        "/desk/enrollment/enrollment/?state__exact=draft",
        "/desk/reimbursement/claim/?state__exact=draft",
        "/dashboard/",
        "/authority/registrations/?show=all",
        "/search/?q=Zarina",
    ):
        page = client.get(path, follow=True).content.decode()
        assert "Zarina Draft" not in page, path
        if "enrollment/enrollment" not in path:  # the registration below the claim is not hidden
            assert "Zarina Claimant" not in page, path
        assert f"enrollment/enrollment/{draft.pk}/" not in page
        assert f"reimbursement/claim/{claim.pk}/" not in page


@pytest.mark.parametrize("role", [Role.OFFICER, Role.NODAL_OFFICER, Role.COMMITTEE_MEMBER])
def test_a_search_for_officers_reaches_no_further_than_the_pages(role):
    stranger = make_officer(name="Zarina Stranger")
    client = browser_of(make_user(role))

    answer = client.get("/officers/", {"q": "Zarina"})

    assert stranger.name not in answer.content.decode()
    assert not Officer.objects.visible_to(make_user(role)).filter(pk=stranger.pk).exists()


def test_the_dashboard_counts_what_the_reader_may_see():
    make_claim(state=ClaimState.SUBMITTED, officer=make_officer(name="Zarina Claimant"))
    for role in (Role.OFFICER, Role.NODAL_OFFICER, Role.COMMITTEE_MEMBER, Role.CIRCULAR_AUTHOR):
        page = browser_of(make_user(role)).get("/dashboard/").content.decode()
        assert "Zarina" not in page
        assert "/desk/reimbursement/claim/" not in page
