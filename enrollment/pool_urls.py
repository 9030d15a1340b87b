"""Addresses of coupons and certificates, taken into the app's addresses."""

from django.urls import path

from enrollment.views import coupons

pool_urlpatterns = [
    path(
        "me/registrations/<int:enrollment_id>/coupon/",
        coupons.reveal_coupon,
        name="reveal_coupon",
    ),
]
