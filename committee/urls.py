"""Addresses of the committee: proposals, meetings, the room, minutes."""

from django.urls import URLPattern

app_name = "committee"
proposals: list[URLPattern] = []
meetings: list[URLPattern] = []
room: list[URLPattern] = []
minutes: list[URLPattern] = []
urlpatterns = [*proposals, *meetings, *room, *minutes]
