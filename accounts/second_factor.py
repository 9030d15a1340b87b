"""What allauth leaves open about second factors: enrolment counts as use, secrets are sealed."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.models import User
from igot.lib import crypto

BOUND_TO = "mfa_authenticator.data"


class SealedMFAAdapter(DefaultMFAAdapter):
    """Keep TOTP secrets and recovery codes encrypted, and let staff never be without a factor."""

    def encrypt(self, text: str) -> str:
        return crypto.encrypt(text, bound_to=BOUND_TO)

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.decrypt(encrypted_text, bound_to=BOUND_TO)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        user = authenticator.user
        if authenticator.type == Authenticator.Type.RECOVERY_CODES or not user.needs_second_factor:
            return True
        others = Authenticator.objects.filter(
            user=user, type__in=(Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
        )
        return others.exclude(pk=authenticator.pk).exists()


# allauth tells of a new factor by a signal only, and has asked the adapter above before it does:
# this is the one signal that we listen to.
@receiver(authenticator_added, dispatch_uid="accounts.mark_session")
def mark_session(
    sender: object, request: HttpRequest, user: User, authenticator: Authenticator, **ignored: Any
) -> None:
    """Count the enrolment of a factor as its first use: its code was just typed."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        record_authentication(request, user, method="mfa", type=authenticator.type)
