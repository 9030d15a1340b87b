"""Addresses of the portal; apps are named by string, so that this package imports none of them."""

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import Group
from django.urls import include, path
from django.utils.translation import gettext_lazy as _
from django.views.i18n import set_language

from igot import health
from igot.lib.origin import same_origin_or_token

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.site_header = "iGOT"
admin.site.index_title = _("iGOT desk")
# Roles stand in a file; addresses, factors and sessions are their owner's.
for model in (Group, EmailAddress, Authenticator, UserSession):
    if admin.site.is_registered(model):
        admin.site.unregister(model)

urlpatterns = [
    path("", include("reports.urls")),
    path("", include("circulars.urls")),
    path("committee/", include("committee.urls")),
    path("", include("courses.urls")),
    path("", include("eligibility.urls")),
    path("", include("accounts.urls")),
    path("me/", include("credits.urls")),
    path("", include("enrollment.urls")),
    path("", include("reimbursement.urls")),
    path("accounts/", include("allauth.urls")),
    path(
        "i18n/setlang/",
        same_origin_or_token(login_not_required(set_language)),
        name="set_language",
    ),
    path("desk/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
