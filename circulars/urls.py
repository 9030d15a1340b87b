"""Addresses of the app."""

from django.urls import path

from circulars import views

app_name = "circulars"
urlpatterns = [
    path("verify/<uuid:public_id>/", views.verify, name="verify"),
]
