"""Addresses of the committee: proposals, meetings, the room, minutes."""

from django.urls import URLPattern, path

from committee.views import meetings as meeting_views

app_name = "committee"
proposals: list[URLPattern] = []
meetings: list[URLPattern] = [
    path("meetings/<int:meeting_id>/", meeting_views.meeting_detail, name="meeting"),
]
room: list[URLPattern] = []
minutes: list[URLPattern] = []
urlpatterns = [*proposals, *meetings, *room, *minutes]
