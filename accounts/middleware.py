"""What a session may do: how long it lives, what outlives it, that staff carry a second factor."""

from collections.abc import Callable
from datetime import timedelta

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts import kept_forms
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
            ended_of = request.user.pk
            logout(request)
            request.ended_of = ended_of  # type: ignore[attr-defined]
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


class KeptFormMiddleware:
    """Keep what was typed into a form whose session had ended, and give it back after the sign-in.

    It stands before the middleware that asks for a sign-in, and after the check of the token: only
    what one of our own pages sent is kept.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponse | None:
        if request.user.is_authenticated:
            return self._give_back(request, request.user.pk)
        needs_sign_in = getattr(view, "login_required", True)
        ended_of = getattr(request, "ended_of", None)
        if ended_of and needs_sign_in and kept_forms.is_worth_keeping(request):
            self._keep(request, ended_of)
        return None

    def _keep(self, request: HttpRequest, user_id: int) -> None:
        url, now = request.get_full_path(), timezone.now()
        if kept_forms.keep(request.session, user_id=user_id, url=url, data=request.POST, at=now):
            said = _("You had been signed out. What you typed is kept for half an hour: sign in.")
            messages.warning(request, said)

    def _give_back(self, request: HttpRequest, user_id: int) -> HttpResponse | None:
        kept = kept_forms.kept_for(request.session, user_id=user_id, at=timezone.now())
        if kept is None or kept.path != request.path:
            return None
        if request.method == "GET":
            page = TemplateResponse(request, "accounts/kept_form.html", {"kept": kept})
            page.headers["Cache-Control"] = "private, no-store"
            return page
        if request.method != "POST":
            return None
        kept_forms.drop(request.session)
        if "leave_kept_form" in request.POST:
            return redirect(settings.LOGIN_REDIRECT_URL)
        return None


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
