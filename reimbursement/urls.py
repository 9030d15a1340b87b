"""Addresses of the app."""

from django.urls import URLPattern

app_name = "reimbursement"
urlpatterns: list[URLPattern] = []
