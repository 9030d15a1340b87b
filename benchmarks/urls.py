"""The portal's addresses, and the bare ones that it is measured against."""

from django.urls import include, path

from benchmarks import bare

urlpatterns = [
    path("bare/list/", bare.card_list),
    path("bare/post/", bare.post),
    path("bare/coupon/", bare.coupon),
    path("", include("igot.urls")),
]
