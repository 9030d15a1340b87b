"""Checks 32 to 37 and 42: who reaches what, over HTTP, against the table in matrix.toml."""

import tomllib
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.forms.models import model_to_dict
from django.test import Client

from accounts.roles import Role
from enrollment.models import CouponBatch, ProviderAnswer, ResultImport, UsageReport
from tests.factories.accounts import (
    make_authority,
    make_nodal_officer,
    make_officer,
    make_user,
    sign_in,
)
from tests.factories.courses import make_programme
from tests.security.things import MAKERS

TABLE = tomllib.loads((Path(__file__).parent / "matrix.toml").read_text())
VERBS = ("page", "file", "edit", "list", "post", "desk", "step")
CASES = [(thing, verb) for thing, row in TABLE.items() for verb in VERBS if verb in row]
REFUSED = {302, 403, 404}
ROLES = [
    role for role in Role if role not in (Role.OFFICER, Role.NODAL_OFFICER)
]  # officers and nodal officers come in two kinds each

pytestmark = pytest.mark.django_db


def people_of(thing, owner_user):
    """Return everybody of the table by name: user, or None for somebody who is signed out."""
    elsewhere = make_authority(name="Railway Board")
    people = {
        "nobody": None,
        "owner": owner_user,
        "other officer": make_officer(name="Other Officer").user,
        "own nodal": make_nodal_officer(),
        "other nodal": make_nodal_officer(authority=elsewhere),
        **{role.value: make_user(role) for role in ROLES},
    }
    if hasattr(thing, "author"):
        people["author"] = thing.author
    if hasattr(thing, "made_by"):
        people["maker"] = thing.made_by
    if isinstance(thing, CouponBatch):
        people["importer"] = thing.imported_by
    elif isinstance(thing, UsageReport | ResultImport | ProviderAnswer):
        people["importer"] = thing.uploaded_by
    return people


def browser_of(user):
    client = Client()
    if user is not None:
        sign_in(client, user)
    return client


def state_of(thing):
    return model_to_dict(type(thing).objects.get(pk=thing.pk))


@pytest.fixture
def _roles():
    call_command("sync_roles", stdout=StringIO())
    make_programme()


@pytest.mark.usefixtures("_roles")
@pytest.mark.parametrize(("name", "verb"), CASES, ids=[f"{t}-{v}" for t, v in CASES])
def test_who_is_named_gets_there_and_nobody_else(name, verb):
    row, (thing, keys, owner_user) = TABLE[name], MAKERS[name]()
    allowed, unexpected = row[f"{verb}_open"], []
    people = people_of(thing, owner_user)
    assert set(allowed) <= set(people), "the table names somebody who is not there"
    before = state_of(thing)

    for who in sorted(people, key=lambda who: who in allowed):
        client, may = browser_of(people[who]), who in allowed
        for said, is_right in TRY[verb](client, row, thing, keys, may):
            if not is_right:
                unexpected.append(f"{who} ({'may' if may else 'may not'}): {said}")
        if not may and state_of(thing) != before:
            unexpected.append(f"{who} changed it")

    assert unexpected == []


def try_get(verb):
    def attempt(client, row, thing, keys, may):
        answer = client.get(row[verb].format(**keys))
        yield (
            f"GET {answer.status_code}",
            answer.status_code == 200 if may else (answer.status_code in REFUSED),
        )

    return attempt


def try_edit(client, row, thing, keys, may):
    """Look at the page; whoever may not is not let to post to it either."""
    url = row["edit"].format(**keys)
    yield from try_get("edit")(client, row, thing, keys, may)
    if not may:
        data = {"reason": "Because", "ready": "on", "state": "withdrawn"}
        status = client.post(url, data).status_code
        yield f"POST {status}", status in REFUSED


def try_post(client, row, thing, keys, may):
    status = client.post(row["post"].format(**keys)).status_code
    # the second of those who may finds it done: that is said with 409
    yield f"POST {status}", status in ({302, 409} if may else {302, 403, 404})


def try_list(client, row, thing, keys, may):
    answer = client.get(row["list"])
    shown = "Zarina Owner" in answer.content.decode()
    yield f"list {answer.status_code}, shown {shown}", shown is may


def try_desk(client, row, thing, keys, may):
    """The list, its search, and the record."""
    base = f"/desk/{row['desk']}/"
    listed = client.get(base)
    shown = f"{base}{thing.pk}/change/" in listed.content.decode()
    yield f"list {listed.status_code}, shown {shown}", shown is may
    opened = client.get(f"{base}{thing.pk}/change/").status_code
    yield f"record {opened}", opened == 200 if may else opened in REFUSED
    for path in (f"{base}{thing.pk}/delete/", f"{base}{thing.pk}/history/"):
        status = client.get(path).status_code
        if "delete" in path:
            yield f"delete {status}", status in REFUSED
        elif not may:
            yield f"history {status}", status in REFUSED


def try_step(client, row, thing, keys, may):
    url = f"/desk/{row['desk']}/{thing.pk}/step/{row['step']}/"
    answer = client.get(url)
    status = answer.status_code
    yield f"step {status}", status == 200 if may else status in {*REFUSED, 409}
    if not may:
        data = {"desk_confirmed": "1", "reason": "Because", "amount": "1", "state": "paid"}
        status = client.post(url, data).status_code
        yield f"POST of step {status}", status in {*REFUSED, 409}
        bulk = {"action": f"step_{row['step']}", "_selected_action": thing.pk, **data}
        client.post(f"/desk/{row['desk']}/", bulk)


TRY = {
    "page": try_get("page"),
    "file": try_get("file"),
    "edit": try_edit,
    "post": try_post,
    "list": try_list,
    "desk": try_desk,
    "step": try_step,
}


def test_the_table_names_only_people_and_verbs_that_are_tried():
    known = {"owner", "other officer", "own nodal", "other nodal", "author", "maker", "nobody"}
    known |= {"importer", *(role.value for role in ROLES)}
    for name, row in TABLE.items():
        assert name in MAKERS
        for key, value in row.items():
            assert key.removesuffix("_open") in VERBS
            if key.endswith("_open"):
                assert set(value) <= known
                assert {"other officer", "other nodal", "nobody"}.isdisjoint(value)
