"""Addresses of the app."""

from django.urls import URLPattern, path

from enrollment.paper_urls import paper_urlpatterns
from enrollment.pool_urls import pool_urlpatterns
from enrollment.views import authority, programmes, provider_accounts, registrations, standing

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
    path(f"{ONE}accounts/correct/", provider_accounts.correct_accounts, name="correct_accounts"),
    path(f"{ONE}declaration/", registrations.registration_declaration, name="declaration"),
    path(f"{ONE}review/", registrations.registration_review, name="review"),
    path(f"{ONE}done/", registrations.registration_done, name="done"),
    path(f"{ONE}withdraw/", registrations.registration_withdraw, name="withdraw"),
    path(f"{ONE}defer/", standing.registration_defer, name="defer"),
    path(f"{ONE}complete/", standing.registration_complete, name="complete"),
    path(f"{ONE}cities/", standing.registration_cities, name="cities"),
    path("me/programmes/", programmes.programme_list, name="programmes"),
    path(
        "me/programmes/<int:completion_id>/letter.pdf",
        programmes.completion_letter,
        name="completion_letter",
    ),
    path("authority/registrations/", authority.authority_list, name="authority"),
    path(
        "authority/registrations/waiting.csv",
        authority.authority_waiting,
        name="authority_waiting",
    ),
    path("authority/registrations/note/", authority.authority_note, name="authority_note"),
    path(LETTER, authority.intimation_detail, name="intimation"),
    path(f"{LETTER}note/", authority.intimation_note, name="intimation_note"),
    path(f"{LETTER}approve/", authority.intimation_approve, name="intimation_approve"),
    path(f"{LETTER}withhold/", authority.intimation_withhold, name="intimation_withhold"),
    path(f"{LETTER}letter.pdf", registrations.intimation_letter, name="letter"),
    *pool_urlpatterns,
    *paper_urlpatterns,
]
