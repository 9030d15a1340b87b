"""Addresses of coupons and certificates, taken into the app's addresses."""

from django.urls import path

from enrollment.views import certificates, coupons, pieces, pool

pool_urlpatterns = [
    path("pool/", pool.pool_list, name="pool"),
    path("pool/<slug:code>/", pool.pool_course, name="pool_course"),
    path("pool/<slug:code>/letter/", pool.pool_request, name="pool_request"),
    path(
        "me/registrations/<int:enrollment_id>/coupon/paid/",
        pool.declare_payment,
        name="declare_payment",
    ),
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
    path(
        "me/certificates/<int:submission_id>/pages/<int:number>/",
        certificates.certificate_page,
        name="certificate_page",
    ),
    path(
        "me/registrations/<int:enrollment_id>/certificate/pieces/",
        pieces.start_upload,
        name="start_upload",
    ),
    path("me/certificates/pieces/<uuid:upload_id>/", pieces.upload_piece, name="upload_piece"),
]
