"""Addresses of the app."""

from django.urls import path

from eligibility import views

app_name = "eligibility"
urlpatterns = [
    path("eligibility/", views.check, name="check"),
    path("eligibility/decisions/<uuid:public_id>/", views.decision, name="decision"),
]
