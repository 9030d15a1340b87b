"""Addresses of the catalogue and of the selection committee."""

from django.urls import path

from courses import views

app_name = "courses"
urlpatterns = [
    path("courses/", views.course_list, name="list"),
    path("courses/<slug:code>/", views.course_detail, name="detail"),
    path("programmes/<slug:code>/", views.programme_detail, name="programme"),
    path("institutes/<slug:code>/", views.institute_detail, name="institute"),
    path("committee/", views.committee, name="committee"),
    path("committee/decisions/", views.decision_list, name="decision_list"),
    path(
        "committee/decisions/<int:decision_id>/confirm/",
        views.decision_confirm,
        name="decision_confirm",
    ),
    path(
        "committee/decisions/<int:decision_id>/withdraw/",
        views.decision_withdraw,
        name="decision_withdraw",
    ),
    path("sitemap.xml", views.sitemap, name="sitemap"),
]
