"""Addresses of the app."""

from django.urls import path

from eligibility.views import calendar, checker, decisions

app_name = "eligibility"
urlpatterns = [
    path("eligibility/", checker.check, name="check"),
    path("eligibility/calendar/", calendar.calendar, name="calendar"),
    path("eligibility/decisions/<uuid:public_id>/", decisions.decision, name="decision"),
]
