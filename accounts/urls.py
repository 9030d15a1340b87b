"""Addresses of one's record, notices and account, and of the queue of verification."""

from django.urls import path

from accounts.views import postings, records, service_names

app_name = "accounts"
urlpatterns = [
    path("me/record/", records.profile, name="profile"),
    path("me/record/edit/", records.profile_edit, name="profile_edit"),
    path("me/notices/", records.inbox, name="inbox"),
    path("me/notices/read/", records.inbox_read, name="inbox_read"),
    path("me/notices/<int:notice_id>/open/", records.notice_open, name="notice_open"),
    path("me/account/", records.account, name="account"),
    path("services/", service_names.service_suggestions, name="service_suggestions"),
    path("officers/", records.officer_list, name="officer_list"),
    path("officers/<int:officer_id>/", records.officer_detail, name="officer"),
    path("officers/<int:officer_id>/verify/", records.officer_verify, name="officer_verify"),
    path(
        "officers/<int:officer_id>/postings/add/", postings.officer_posting, name="officer_posting"
    ),
    path("officers/<int:officer_id>/breaks/", postings.officer_breaks, name="officer_breaks"),
    path("officers/<int:officer_id>/return/", records.officer_return, name="officer_return"),
]
