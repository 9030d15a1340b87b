"""Addresses of circulars, of their PDFs, and of the verification of documents."""

from django.urls import path

from circulars import views

app_name = "circulars"
urlpatterns = [
    path("circulars/", views.circular_list, name="list"),
    path("circulars/<slug:code>.pdf", views.circular_pdf, name="pdf"),
    path("circulars/<slug:code>/", views.circular_detail, name="detail"),
    path("verify/", views.verify_upload, name="verify_upload"),
    path("verify/number/", views.verify_number, name="verify_number"),
    path("verify/<uuid:public_id>/", views.verify, name="verify"),
    path("verify/<str:text>/", views.verify_malformed, name="verify_malformed"),
]
