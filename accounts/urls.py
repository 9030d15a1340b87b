"""Addresses of one's record, notices and account, and of the queue of verification."""

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("me/record/", views.profile, name="profile"),
    path("me/record/edit/", views.profile_edit, name="profile_edit"),
    path("me/notices/", views.inbox, name="inbox"),
    path("me/notices/read/", views.inbox_read, name="inbox_read"),
    path("me/notices/<int:notice_id>/open/", views.notice_open, name="notice_open"),
    path("me/account/", views.account, name="account"),
    path("officers/", views.officer_list, name="officer_list"),
    path("officers/<int:officer_id>/", views.officer_detail, name="officer"),
    path("officers/<int:officer_id>/verify/", views.officer_verify, name="officer_verify"),
    path("officers/<int:officer_id>/return/", views.officer_return, name="officer_return"),
]
