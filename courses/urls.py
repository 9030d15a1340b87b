"""Addresses of the catalogue and of the selection committee."""

from django.urls import path

from courses import news
from courses.views import catalogue, decisions, editions, feeds, institutes

app_name = "courses"
urlpatterns = [
    path("courses/", catalogue.course_list, name="list"),
    path("courses/feed.atom", feeds.feed, {"kind": news.CatalogueAtom}, name="atom"),
    path("courses/feed.rss", feeds.feed, {"kind": news.CatalogueRss}, name="rss"),
    path("courses/calendar.ics", feeds.calendar, name="calendar"),
    path("courses/catalogue.csv", feeds.table, name="table"),
    path(
        "courses/editions/<int:edition_id>/preview/",
        editions.edition_preview,
        name="edition_preview",
    ),
    path("courses/<slug:code>/calendar.ics", feeds.course_calendar, name="course_calendar"),
    path("courses/<slug:code>/", catalogue.course_detail, name="detail"),
    path("programmes/<slug:code>/", catalogue.programme_detail, name="programme"),
    path("institutes/", institutes.institute_list, name="institutes"),
    path("institutes/<slug:code>/", catalogue.institute_detail, name="institute"),
    path("committee/decisions/awaiting/", decisions.committee, name="committee"),
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
