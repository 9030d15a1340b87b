"""Addresses of the app."""

from django.urls import path

from eligibility.views import (
    calendar,
    checker,
    decisions,
    representations,
    rolls,
    screenings,
    simulator,
)

app_name = "eligibility"
urlpatterns = [
    path("eligibility/", checker.check, name="check"),
    path("eligibility/calendar/", calendar.calendar, name="calendar"),
    path("eligibility/decisions/<uuid:public_id>/", decisions.decision, name="decision"),
    path("eligibility/rolls/", rolls.roll_list, name="rolls"),
    path("eligibility/rolls/new/", rolls.roll_new, name="roll_new"),
    path("eligibility/rolls/<uuid:public_id>/", rolls.roll, name="roll"),
    path("eligibility/rolls/<uuid:public_id>/progress/", rolls.roll_progress, name="roll_progress"),
    path("eligibility/rolls/<uuid:public_id>/cancel/", rolls.roll_cancel, name="roll_cancel"),
    path(
        "eligibility/rolls/<uuid:public_id>/answer.csv",
        rolls.roll_answer,
        {"kind": "csv"},
        name="roll_csv",
    ),
    path(
        "eligibility/rolls/<uuid:public_id>/answer.xlsx",
        rolls.roll_answer,
        {"kind": "xlsx"},
        name="roll_xlsx",
    ),
    path("eligibility/simulator/<int:version_id>/", simulator.simulator, name="simulator"),
    path(
        "eligibility/simulator/<int:version_id>/save/",
        simulator.simulator_save,
        name="simulator_save",
    ),
    path(
        "eligibility/simulator/<int:version_id>/officers.csv",
        simulator.simulator_officers,
        {"kind": "csv"},
        name="simulator_csv",
    ),
    path(
        "eligibility/simulator/<int:version_id>/officers.xlsx",
        simulator.simulator_officers,
        {"kind": "xlsx"},
        name="simulator_xlsx",
    ),
    path(
        "eligibility/decisions/<uuid:public_id>/represent/",
        representations.represent,
        name="represent",
    ),
    path(
        "eligibility/representations/",
        representations.representation_list,
        name="representation_list",
    ),
    path(
        "eligibility/representations/<int:representation_id>/",
        representations.representation,
        name="representation",
    ),
    path(
        "eligibility/representations/<int:representation_id>/withdraw/",
        representations.representation_withdraw,
        name="representation_withdraw",
    ),
    path(
        "eligibility/representations/<int:representation_id>/attachment/",
        representations.representation_attachment,
        name="representation_attachment",
    ),
    path("eligibility/screenings/", screenings.screening_list, name="screenings"),
    path("eligibility/screenings/new/", screenings.screening_new, name="screening_new"),
    path("eligibility/screenings/<int:screening_id>/", screenings.screening, name="screening"),
    path(
        "eligibility/screenings/<int:screening_id>/officers/",
        screenings.screening_officers,
        name="screening_officers",
    ),
    path(
        "eligibility/screenings/<int:screening_id>/officers/<slug:kind>/",
        screenings.screening_export,
        name="screening_export",
    ),
    path(
        "eligibility/screenings/<int:screening_id>/letters/",
        screenings.screening_letters,
        name="screening_letters",
    ),
    path(
        "eligibility/screenings/<int:screening_id>/letters/<int:authority_id>/",
        screenings.screening_letter,
        name="screening_letter",
    ),
]
