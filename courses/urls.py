"""Addresses of the catalogue and of the selection committee."""

from django.urls import path

from courses.views import catalogue, decisions, feeds

app_name = "courses"
urlpatterns = [
    path("courses/", catalogue.course_list, name="list"),
    path("courses/<slug:code>/", catalogue.course_detail, name="detail"),
    path("programmes/<slug:code>/", catalogue.programme_detail, name="programme"),
    path("institutes/<slug:code>/", catalogue.institute_detail, name="institute"),
    path("committee/", decisions.committee, name="committee"),
    path("committee/decisions/", decisions.decision_list, name="decision_list"),
    path(
        "committee/decisions/<int:decision_id>/confirm/",
        decisions.decision_confirm,
        name="decision_confirm",
    ),
    path(
        "committee/decisions/<int:decision_id>/withdraw/",
        decisions.decision_withdraw,
        name="decision_withdraw",
    ),
    path("sitemap.xml", feeds.sitemap, name="sitemap"),
]
