"""Addresses of the app."""

from django.urls import URLPattern, path

from enrollment.pool_urls import pool_urlpatterns
from enrollment.views import authority, programmes, registrations

app_name = "enrollment"
ONE = "me/registrations/<int:enrollment_id>/"
LETTER = "authority/registrations/<int:intimation_id>/"
urlpatterns: list[URLPattern] = [
    path("register/<slug:code>/", registrations.registration_start, name="start"),
    path("me/registrations/", registrations.registration_list, name="list"),
    path(ONE, registrations.registration_detail, name="detail"),
    path(f"{ONE}run/", registrations.registration_run, name="run"),
    path(f"{ONE}details/", registrations.registration_details, name="details"),
    path(f"{ONE}accounts/", registrations.registration_accounts, name="accounts"),
    path(f"{ONE}declaration/", registrations.registration_declaration, name="declaration"),
    path(f"{ONE}review/", registrations.registration_review, name="review"),
    path(f"{ONE}done/", registrations.registration_done, name="done"),
    path(f"{ONE}withdraw/", registrations.registration_withdraw, name="withdraw"),
    path("me/programmes/", programmes.programme_list, name="programmes"),
    path(
        "me/programmes/<int:completion_id>/letter.pdf",
        programmes.completion_letter,
        name="completion_letter",
    ),
    path("authority/registrations/", authority.authority_list, name="authority"),
    path("authority/registrations/note/", authority.authority_note, name="authority_note"),
    path(LETTER, authority.intimation_detail, name="intimation"),
    path(f"{LETTER}note/", authority.intimation_note, name="intimation_note"),
    path(f"{LETTER}approve/", authority.intimation_approve, name="intimation_approve"),
    path(f"{LETTER}withhold/", authority.intimation_withhold, name="intimation_withhold"),
    path(f"{LETTER}letter.pdf", registrations.intimation_letter, name="letter"),
    *pool_urlpatterns,
]
