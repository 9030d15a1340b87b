"""Addresses under /me/ of one's record and notices."""

from django.urls import URLPattern

app_name = "accounts"
urlpatterns: list[URLPattern] = []
