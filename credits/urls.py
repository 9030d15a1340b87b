"""Addresses of the app."""

from django.urls import URLPattern, path

from credits import views

app_name = "credits"
urlpatterns: list[URLPattern] = [path("points/", views.statement, name="statement")]
