"""Every address of the portal, by every role, on one's own and on another's: see the two tables."""

from collections.abc import Iterator
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.db.models import Model
from django.test import Client
from django.urls import get_resolver, reverse

from accounts.roles import Role
from tests.security.probe import Said, ask, taken_back
from tests.security.test_matrix import browser_of
from tests.security.world import World, make_world
from tests.test_every_page import patterns

pytestmark = pytest.mark.django_db
HERE = Path(__file__).parent
PEOPLE = {  # as the tables head their columns
    "nobody": "nobody",
    "owner": "owner",
    "officer": "officer",
    "nodal": "nodal",
    "elsewhere": "elsewhere",
    "hand": Role.DEALING_HAND.value,
    "sanction": Role.SANCTIONING_AUTHORITY.value,
    "pay": Role.PAYING_OFFICER.value,
    "member": Role.COMMITTEE_MEMBER.value,
    "secretary": Role.COMMITTEE_SECRETARY.value,
    "author": Role.CIRCULAR_AUTHOR.value,
    "approver": Role.CIRCULAR_APPROVER.value,
    "auditor": Role.AUDITOR.value,
}
ANSWERED = frozenset({200, 204, 302, 400, 409})
NO_SUCH_ROW = 987654321
# Addresses whose key is a secret of the moment, or that are nothing of ours to open or close.
NOT_TRIED = frozenset(
    {
        "account_reset_password_from_key",
        "admin:app_list",
        "admin:autocomplete",
        "admin:jsi18n",
        "admin:login",
        "admin:logout",
        "admin:password_change",
        "admin:password_change_done",
        "admin:view_on_site",
    }
)


def rows_of(name: str) -> Iterator[list[str]]:
    for line in (HERE / name).read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            yield line.split()


def cells_of(name: str, first: int) -> Iterator[tuple[list[str], dict[str, str]]]:
    """Yield the first columns of each row of a table, and what each person may."""
    table = rows_of(name)
    heads = next(table)[-len(PEOPLE) :] if first == 2 else next(table)[-7:]
    for row in table:
        given = row[first:]
        if given[0] == "everybody":
            given = [given[1]] * len(heads)
        elif given[0] == "signed-in":
            given = ["-", *[given[1]] * (len(heads) - 1)]
        assert len(given) == len(heads), f"a cell is missing: {' '.join(row)}"
        yield row[:first], dict(zip(heads, given, strict=True))


PAGES = [(name, of, may) for (name, of), may in cells_of("permissions.txt", 2)]
DESK = {name: may for (name,), may in cells_of("permissions_desk.txt", 1)}
ARGUMENTS = {name: set(kwargs) for name, kwargs in patterns()}


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Fill the portal once for the whole module: each request is taken back.

    Pages stay blank: who may open them is asked here, and what stands on them elsewhere.
    """
    with django_db_blocker.unblock(), taken_back(), pytest.MonkeyPatch.context() as patch:
        call_command("sync_roles", stdout=StringIO())
        made = make_world()
        patch.setattr("django.template.backends.django.Template.render", lambda *_a, **_k: "")
        yield made


@pytest.fixture(autouse=True)
def files_of_the_world(settings: Any, media_of_this_test: Path, world: World) -> None:
    """Look for files where the portal was filled, not in the folder of each test."""
    settings.MEDIA_ROOT = world.media


# --- pages ------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", PEOPLE)
def test_who_may_reaches_a_page_and_nobody_else(world: World, who: str) -> None:
    browser, unexpected = cache(browser_of), []
    for name, of, may in PAGES:
        thing = world.things[of]
        client = browser(thing.owner if who == "owner" else world.people[PEOPLE[who]])
        url = reverse(name, kwargs={key: thing.keys[key] for key in ARGUMENTS[name]})
        got, posted = ask(client, "get", url), ask(client, "post", url)
        if not fits(may[who], got, posted):
            unexpected.append(f"{name}: {may[who]}, but {told(got)}, {told(posted)}")

    assert not unexpected, "\n".join(unexpected)


def fits(cell: str, got: Said, posted: Said) -> bool:
    """Say whether both answers are of the kind that the cell of the table names."""
    if cell == "*":
        return got.status < 500 and posted.status < 500
    if cell == "-":
        return is_closed(got) and is_closed(posted) and {got.status, posted.status} != {405}
    if not (is_answered(got) if "r" in cell else is_closed(got)):
        return False
    if "w" in cell:
        return is_answered(posted)
    # a page of the desk may answer a POST as it answers a GET
    return is_closed(posted) or (posted.status, posted.wrote) == (got.status, got.wrote)


def is_answered(said: Said) -> bool:
    return said.status in ANSWERED and not said.is_log_in


def is_closed(said: Said) -> bool:
    return (said.is_refused or said.status in (405, 409)) and not said.wrote


def told(said: Said) -> str:
    wrote = f" writing {sorted(said.wrote)}" if said.wrote else ""
    return f"{said.status} {said.where}{wrote}"


# --- the desk ---------------------------------------------------------------------------------


@pytest.mark.parametrize("who", [who for who in PEOPLE if who != "owner"])
def test_who_may_reaches_a_record_of_the_desk_and_nobody_else(world: World, who: str) -> None:
    client, unexpected = browser_of(world.people[PEOPLE[who]]), []
    for model in registered():
        may = DESK[model._meta.label_lower].get(who, "-")
        for words, is_right in try_record(client, model, may):
            if not is_right:
                unexpected.append(f"{model._meta.label_lower}: {may}, but {words}")

    assert not unexpected, "\n".join(unexpected)


def try_record(client: Client, model: type[Model], may: str) -> Iterator[tuple[str, bool]]:
    base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    tries = [
        ("v", "get", reverse(f"{base}_changelist")),
        ("a", "get", reverse(f"{base}_add")),
        ("a", "post", reverse(f"{base}_add")),
    ]
    if key := first_of(model):
        tries += [
            ("v", "get", reverse(f"{base}_change", args=[key])),
            ("c", "post", reverse(f"{base}_change", args=[key])),
            ("v", "get", reverse(f"{base}_history", args=[key])),
            ("never", "post", reverse(f"{base}_delete", args=[key])),
        ]
    for letter, method, url in tries:
        said = ask(client, method, url, {"post": "yes"} if method == "post" else None)
        is_right = is_answered(said) if letter in may else is_closed(said)
        if letter == "c":  # an approved record, say, is closed to those who may change it
            is_right = is_right or said.status == 403
        yield f"{method} {url}: {told(said)}", is_right


@pytest.mark.parametrize("who", [who for who in PEOPLE if who != "owner"])
def test_who_may_takes_a_step_of_the_desk_and_nobody_else(world: World, who: str) -> None:
    client, unexpected = browser_of(world.people[PEOPLE[who]]), []
    for model, step in steps():
        label = model._meta.label_lower
        key = first_of(model) or NO_SUCH_ROW
        base = f"admin:{model._meta.app_label}_{model._meta.model_name}_step"
        url = reverse(base, args=[key, step])
        for method in ("get", "post"):
            said = ask(client, method, url, {"desk_confirmed": "1"} if method == "post" else None)
            if DESK[f"{label}/{step}"].get(who, "-") == "s":
                is_right = said.status in {*ANSWERED, 404}  # a draft, say, is not on the desk
            else:
                is_right = (said.is_refused or said.status == 409) and not said.wrote
            if not is_right:
                unexpected.append(f"{method} {label}/{step}: {told(said)}")

    assert not unexpected, "\n".join(unexpected)


def first_of(model: type[Model]) -> int | None:
    return model._default_manager.order_by("pk").values_list("pk", flat=True).first()


def registered() -> list[type[Model]]:
    get_resolver().url_patterns  # noqa: B018 – the addresses settle what the desk shows
    return sorted(admin.site._registry, key=lambda model: model._meta.label_lower)


def steps() -> list[tuple[type[Model], str]]:
    return [
        (model, step.name)
        for model in registered()
        for step in getattr(admin.site._registry[model], "steps", ())
    ]


# --- the tables are whole ---------------------------------------------------------------------


def test_every_address_has_its_line() -> None:
    of_models = {f"admin:{m._meta.app_label}_{m._meta.model_name}" for m in registered()}
    verbs = ("changelist", "add", "change", "history", "delete", "step")
    covered = {f"{base}_{verb}" for base in of_models for verb in verbs}

    missing = set(ARGUMENTS) - {name for name, _of, _may in PAGES} - covered - NOT_TRIED

    assert not missing, f"no line in permissions.txt: {sorted(missing)}"


def test_every_record_and_step_of_the_desk_has_its_line() -> None:
    records = {model._meta.label_lower for model in registered()}
    taken = {f"{model._meta.label_lower}/{step}" for model, step in steps()}

    assert set(DESK) == records | taken


def test_the_table_names_nothing_twice_and_nothing_that_is_gone() -> None:
    names = [name for name, _of, _may in PAGES]

    assert len(names) == len(set(names))
    assert set(names) <= set(ARGUMENTS)
