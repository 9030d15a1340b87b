import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command

from accounts.roles import DESK, DESK_ROLES, STAFF_ROLES, Role, permissions_of
from tests.factories.accounts import make_user

pytestmark = pytest.mark.django_db


def test_the_stored_groups_agree_with_the_file_of_roles():
    call_command("sync_roles", verbosity=0)

    for role in Role:
        group = Group.objects.get(name=role.value)
        stored = {
            f"{permission.content_type.app_label}.{permission.codename}"
            for permission in group.permissions.select_related("content_type")
        }
        assert stored == permissions_of(role)
    assert Group.objects.count() == len(Role)


def test_a_permission_that_somebody_added_by_hand_goes_at_the_next_sync():
    call_command("sync_roles", verbosity=0)
    officer, auditor = (Group.objects.get(name=r.value) for r in (Role.OFFICER, Role.AUDITOR))
    officer.permissions.set(auditor.permissions.all())

    call_command("sync_roles", verbosity=0)

    assert officer.permissions.count() == 0


def test_only_desk_roles_open_anything_on_the_desk():
    assert set(DESK) <= DESK_ROLES
    assert Role.OFFICER not in STAFF_ROLES


def test_nobody_may_delete_and_an_auditor_only_views():
    names = {name for role in Role for name in permissions_of(role)}

    assert not [name for name in names if ".delete_" in name]
    assert all(".view_" in name for name in permissions_of(Role.AUDITOR))


def test_a_role_is_gone_with_the_account_that_is_switched_off():
    user = make_user(Role.AUDITOR)
    user.is_active = False

    assert not user.has_role(Role.AUDITOR)
