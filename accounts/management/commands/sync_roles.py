"""Store the roles of `accounts.roles` as groups with their permissions."""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.roles import Role, permissions_of


class Command(BaseCommand):
    help = "Make the groups and their permissions agree with accounts/roles.py."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        known = {
            f"{permission.content_type.app_label}.{permission.codename}": permission
            for permission in Permission.objects.select_related("content_type")
        }
        for role in Role:
            names = permissions_of(role)
            if unknown := names - known.keys():
                raise CommandError(f"roles.py names unknown permissions: {sorted(unknown)}")
            group, _is_new = Group.objects.get_or_create(name=role.value)
            group.permissions.set([known[name] for name in names])
        Group.objects.exclude(name__in=Role.values).delete()
        self.stdout.write(f"{len(Role)} roles agree with accounts/roles.py.")
