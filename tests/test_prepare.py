"""`manage.py prepare` fills an empty database, and changes nothing a second time."""

import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import CommandError

# What merely notes that something ran.
PASSING = {"accounts.AuditSeal", "accounts.AuditChain"}


def rows() -> dict[str, int]:
    """Count the rows of every table of ours."""
    return {
        model._meta.label: model._default_manager.count()
        for model in apps.get_models()
        if not model.__module__.startswith(("django.", "allauth."))
        and model._meta.label not in PASSING
    }


@pytest.mark.django_db
def test_a_second_run_adds_nothing() -> None:
    call_command("prepare")
    first = rows()

    call_command("prepare")

    assert sum(first.values()) > 100
    assert rows() == first


def test_the_demo_needs_debug() -> None:
    with pytest.raises(CommandError, match="need DEBUG"):
        call_command("prepare", "--demo")
