"""Addresses of the app."""

from django.conf import settings
from django.urls import URLPattern, path

from reports import dashboard, pages, reconciliation, views

app_name = "reports"
urlpatterns: list[URLPattern] = [
    path("", views.home, name="home"),
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("reconciliation/", reconciliation.reconciliation, name="reconciliation"),
    path("reconciliation.csv", reconciliation.reconciliation_csv, name="reconciliation_csv"),
    path("about/", views.standing_page, {"page": pages.ABOUT}, name="about"),
    path("help/", views.standing_page, {"page": pages.HELP}, name="help"),
    path("contact/", views.standing_page, {"page": pages.CONTACT}, name="contact"),
    path("feedback/", views.feedback, name="feedback"),
    path("feedback/received/", views.feedback_received, name="feedback_received"),
    path(
        "accessibility/", views.standing_page, {"page": pages.ACCESSIBILITY}, name="accessibility"
    ),
    path(
        "screen-reader-access/",
        views.standing_page,
        {"page": pages.SCREEN_READER},
        name="screen_reader",
    ),
    path(
        "related-links/", views.standing_page, {"page": pages.RELATED_LINKS}, name="related_links"
    ),
    path("website-policies/", views.standing_page, {"page": pages.POLICIES_PAGE}, name="policies"),
    path("website-policies/<slug:slug>/", views.policy, name="policy"),
    path("sitemap/", views.sitemap, name="sitemap"),
    path("search/", views.search, name="search"),
    path("preferences/", views.set_preferences, name="preferences"),
    path("stay-signed-in/", views.stay, name="stay"),
    path("robots.txt", views.robots_txt, name="robots"),
    path(".well-known/security.txt", views.security_txt, name="security_txt"),
]
if settings.DEBUG:
    urlpatterns += [path("style/", views.style, name="style")]
