"""Addresses of one's record, notices and account, and of the queue of verification."""

from django.urls import path

from accounts.views import delegations, postings, records, rolls, service_names

app_name = "accounts"
urlpatterns = [
    path("me/record/", records.profile, name="profile"),
    path("me/record/edit/", records.profile_edit, name="profile_edit"),
    path("me/notices/", records.inbox, name="inbox"),
    path("me/notices/read/", records.inbox_read, name="inbox_read"),
    path("me/notices/<int:notice_id>/open/", records.notice_open, name="notice_open"),
    path("me/account/", records.account, name="account"),
    path("me/account/mail/", delegations.account_mail, name="account_mail"),
    path("me/delegations/", delegations.delegation_list, name="delegations"),
    path("me/delegations/new/", delegations.delegation_new, name="delegation_new"),
    path(
        "me/delegations/<int:delegation_id>/end/",
        delegations.delegation_end,
        name="delegation_end",
    ),
    path("services/", service_names.service_suggestions, name="service_suggestions"),
    path("officers/", records.officer_list, name="officer_list"),
    path("officers/<int:officer_id>/", records.officer_detail, name="officer"),
    path("officers/<int:officer_id>/verify/", records.officer_verify, name="officer_verify"),
    path(
        "officers/<int:officer_id>/postings/add/", postings.officer_posting, name="officer_posting"
    ),
    path("officers/<int:officer_id>/breaks/", postings.officer_breaks, name="officer_breaks"),
    path("officers/<int:officer_id>/return/", records.officer_return, name="officer_return"),
    path("officers/rolls/", rolls.roll_list, name="roll_list"),
    path("officers/rolls/new/", rolls.roll_upload, name="roll_upload"),
    path("officers/rolls/<int:roll_id>/", rolls.roll_detail, name="roll"),
    path("officers/rolls/<int:roll_id>/columns/", rolls.roll_columns, name="roll_columns"),
    path("officers/rolls/<int:roll_id>/rows.csv", rolls.roll_rows, name="roll_rows"),
    path("officers/rolls/<int:roll_id>/approve/", rolls.roll_approve, name="roll_approve"),
    path("officers/rolls/<int:roll_id>/discard/", rolls.roll_discard, name="roll_discard"),
    path("officers/changes/", rolls.change_list, name="change_list"),
    path("officers/changes/<int:change_id>/", rolls.change_detail, name="change"),
    path("officers/changes/<int:change_id>/accept/", rolls.change_accept, name="change_accept"),
    path("officers/changes/<int:change_id>/decline/", rolls.change_decline, name="change_decline"),
]
