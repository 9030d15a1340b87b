"""Addresses of coupons and certificates, taken into the app's addresses."""

from django.urls import path

from enrollment.views import certificates, coupons

pool_urlpatterns = [
    path(
        "me/registrations/<int:enrollment_id>/coupon/",
        coupons.reveal_coupon,
        name="reveal_coupon",
    ),
    path(
        "me/registrations/<int:enrollment_id>/certificate/",
        certificates.send_certificate,
        name="send_certificate",
    ),
    path(
        "me/certificates/<int:submission_id>/file/",
        certificates.certificate_file,
        name="certificate_file",
    ),
]
