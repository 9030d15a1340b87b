"""Print the present second-factor codes of the demo staff, in development only."""

import time
from typing import Any

from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

DEMO_DOMAIN = "@demo.gov.in"


class Command(BaseCommand):
    help = "Print the present one-time codes of the demo staff (DEBUG only)."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("One-time codes are printed in development only (DEBUG).")
        rows = Authenticator.objects.filter(
            type=Authenticator.Type.TOTP, user__email__endswith=DEMO_DOMAIN
        )
        for row in rows.select_related("user").order_by("user__email"):
            self.stdout.write(f"{row.user.email:42} {code_of(row)}")


def code_of(authenticator: Authenticator) -> str:
    """Return the code that `authenticator` would show now."""
    counter = int(time.time()) // app_settings.TOTP_PERIOD
    return format_hotp_value(hotp_value(decrypt(authenticator.data["secret"]), counter))
