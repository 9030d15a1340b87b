"""What a session may do: how long it lives, and that staff carry a second factor."""

from collections.abc import Callable
from datetime import timedelta

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounts.audit import request_address

GetResponse = Callable[[HttpRequest], HttpResponse]


class SessionAgeMiddleware:
    """End a session that was idle too long or is too old, and note where the request comes from."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = request_address.set(self._address(request))
        try:
            if request.user.is_authenticated:
                self._age(request)
            return self.get_response(request)
        finally:
            request_address.reset(token)

    def _age(self, request: HttpRequest) -> None:
        now = int(timezone.now().timestamp())
        began = request.session.setdefault("began_at", now)
        seen = request.session.setdefault("seen_at", now)
        is_staff = request.user.is_staff
        idle = settings.SESSION_IDLE_STAFF if is_staff else settings.SESSION_IDLE_OFFICER
        is_idle = now - seen > idle.total_seconds()
        if is_idle or now - began > settings.SESSION_ABSOLUTE.total_seconds():
            logout(request)
        elif now - seen > timedelta(minutes=1).total_seconds():
            request.session["seen_at"] = now
            UserSession.objects.filter(session_key=request.session.session_key).update(
                last_seen_at=timezone.now()
            )

    def _address(self, request: HttpRequest) -> str:
        """Return the client's address; forwarded ones count only behind our own proxies."""
        address = request.META.get("REMOTE_ADDR", "")
        proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
        forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
        if proxies and len(forwarded) >= proxies:
            address = forwarded[-proxies] or address
        return address[:45]


class StaffSecondFactorMiddleware:
    """Let staff see nothing but enrolment and log-out until a second factor is used.

    A password, a code by mail or a reset link alone never opens a staff session.
    """

    factors = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    open_paths = ("/accounts/", "/static/", "/i18n/", "/healthz", "/readyz")

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not user.is_authenticated or request.path.startswith(self.open_paths):
            return self.get_response(request)
        if not user.needs_second_factor or self._used_factor(request):
            return self.get_response(request)
        if not Authenticator.objects.filter(user=user, type__in=self.factors).exists():
            return HttpResponseRedirect(reverse("mfa_activate_totp"))
        following = urlencode({"next": request.get_full_path()})
        return HttpResponseRedirect(f"{reverse('mfa_reauthenticate')}?{following}")

    def _used_factor(self, request: HttpRequest) -> bool:
        records = get_authentication_records(request, request.user)  # those of this user only
        return any(record.get("method") == "mfa" for record in records)


class PersonalPagesMiddleware:
    """Keep pages of signed-in users out of every cache, the browser's own included."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response
