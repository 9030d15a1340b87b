"""Addresses of the committee: proposals, meetings, the room, minutes."""

from django.urls import URLPattern, path

from committee.views import agenda as agenda_views
from committee.views import announcements as announcement_views
from committee.views import committees as committee_views
from committee.views import control as control_views
from committee.views import meetings as meeting_views
from committee.views import minutes as minutes_views
from committee.views import proposal_files as proposal_file_views
from committee.views import proposals as proposal_views
from committee.views import room as room_views

app_name = "committee"
proposals: list[URLPattern] = [
    path("about/", committee_views.about, name="about"),
    path("orders/<int:committee_id>.pdf", committee_views.order, name="order"),
    path("proposals/", proposal_views.proposal_list, name="proposals"),
    path("proposals/files/", proposal_file_views.file_list, name="proposal_files"),
    path("proposals/files/new/", proposal_file_views.file_new, name="proposal_file_new"),
    path(
        "proposals/files/template.<str:kind>",
        proposal_file_views.template,
        name="proposal_template",
    ),
    path("proposals/files/<int:file_id>/", proposal_file_views.file_detail, name="proposal_file"),
    path(
        "proposals/files/<int:file_id>/apply/",
        proposal_file_views.file_apply,
        name="proposal_file_apply",
    ),
    path(
        "proposals/files/<int:file_id>/discard/",
        proposal_file_views.file_discard,
        name="proposal_file_discard",
    ),
    path(
        "proposals/files/<int:file_id>/rows.csv",
        proposal_file_views.file_rows,
        name="proposal_file_rows",
    ),
    path("proposals/new/", proposal_views.proposal_new, name="proposal_new"),
    path("proposals/<int:proposal_id>/", proposal_views.proposal_detail, name="proposal"),
    path("proposals/<int:proposal_id>/edit/", proposal_views.proposal_edit, name="proposal_edit"),
    path(
        "proposals/<int:proposal_id>/submit/",
        proposal_views.proposal_submit,
        name="proposal_submit",
    ),
    path(
        "proposals/<int:proposal_id>/screen/",
        proposal_views.proposal_screen,
        name="proposal_screen",
    ),
    path(
        "proposals/<int:proposal_id>/return/",
        proposal_views.proposal_return,
        name="proposal_return",
    ),
    path(
        "proposals/<int:proposal_id>/withdraw/",
        proposal_views.proposal_withdraw,
        name="proposal_withdraw",
    ),
    path(
        "proposals/<int:proposal_id>/resume/",
        proposal_views.proposal_resume,
        name="proposal_resume",
    ),
]
meetings: list[URLPattern] = [
    path("", meeting_views.home, name="home"),
    path("meetings/", meeting_views.meeting_list, name="meetings"),
    path("meetings/new/", meeting_views.meeting_new, name="meeting_new"),
    path("meetings/<int:meeting_id>/", meeting_views.meeting_detail, name="meeting"),
    path("meetings/<int:meeting_id>/edit/", meeting_views.meeting_edit, name="meeting_edit"),
    path("meetings/<int:meeting_id>/call/", meeting_views.meeting_call, name="meeting_call"),
    path("meetings/<int:meeting_id>/open/", meeting_views.meeting_open, name="meeting_open"),
    path("meetings/<int:meeting_id>/close/", meeting_views.meeting_close, name="meeting_close"),
    path("meetings/<int:meeting_id>/cancel/", meeting_views.meeting_cancel, name="meeting_cancel"),
    path("meetings/<int:meeting_id>/reply/", meeting_views.meeting_reply, name="meeting_reply"),
    path(
        "meetings/<int:meeting_id>/meeting.ics",
        meeting_views.meeting_calendar,
        name="meeting_calendar",
    ),
    path(
        "meetings/<int:meeting_id>/interests/",
        meeting_views.meeting_interests,
        name="meeting_interests",
    ),
    path("meetings/<int:meeting_id>/agenda/", agenda_views.agenda, name="agenda"),
    path("meetings/<int:meeting_id>/agenda/add/", agenda_views.agenda_add, name="agenda_add"),
    path("items/<int:item_id>/", agenda_views.item_detail, name="item"),
    path("items/<int:item_id>/move/", agenda_views.item_move, name="item_move"),
    path("items/<int:item_id>/remove/", agenda_views.item_remove, name="item_remove"),
    path("items/<int:item_id>/other-meeting/", agenda_views.item_transfer, name="item_transfer"),
    path("items/<int:item_id>/note/", agenda_views.item_note, name="item_note"),
    path("items/<int:item_id>/papers/", agenda_views.paper_add, name="paper_add"),
    path("items/<int:item_id>/experts/", agenda_views.item_experts, name="item_experts"),
    path("items/<int:item_id>/opinion/", agenda_views.item_opinion, name="item_opinion"),
    path("papers/<int:paper_id>.pdf", agenda_views.paper_file, name="paper"),
    path("papers/<int:paper_id>/withdraw/", agenda_views.paper_withdraw, name="paper_withdraw"),
    path(
        "invitations/<int:invitation_id>/withdraw/",
        agenda_views.invitation_withdraw,
        name="invitation_withdraw",
    ),
]
room: list[URLPattern] = [
    path("meetings/<int:meeting_id>/room/", room_views.room, name="room"),
    path("meetings/<int:meeting_id>/control/", control_views.control, name="control"),
    path(
        "meetings/<int:meeting_id>/presence/", control_views.record_presence, name="record_presence"
    ),
    path("items/<int:item_id>/room/", room_views.item_room, name="item_room"),
    path("items/<int:item_id>/room/status/", room_views.item_status, name="item_status"),
    path("items/<int:item_id>/interest/", room_views.item_interest, name="item_interest"),
    path("items/<int:item_id>/sheet/", room_views.item_sheet, name="item_sheet"),
    path("items/<int:item_id>/vote/", room_views.item_vote, name="item_vote"),
    path("items/<int:item_id>/casting-vote/", room_views.item_tie, name="item_tie"),
    path(
        "items/<int:item_id>/control/status/", control_views.control_status, name="control_status"
    ),
    path("items/<int:item_id>/open/", control_views.item_open, name="item_open"),
    path("items/<int:item_id>/close/", control_views.item_close, name="item_close"),
    path("items/<int:item_id>/reopen/", control_views.item_reopen, name="item_reopen"),
    path("items/<int:item_id>/carry-over/", control_views.item_carry_over, name="item_carry_over"),
    path("items/<int:item_id>/resolution/", control_views.item_resolve, name="item_resolve"),
    path(
        "resolutions/<int:resolution_id>/correct/",
        control_views.resolution_correct,
        name="resolution_correct",
    ),
]
minutes: list[URLPattern] = [
    path("minutes/", minutes_views.minutes_list, name="minutes_list"),
    path("meetings/<int:meeting_id>/minutes/", minutes_views.minutes, name="minutes"),
    path(
        "meetings/<int:meeting_id>/minutes/draft/",
        minutes_views.minutes_draft,
        name="minutes_draft",
    ),
    path(
        "meetings/<int:meeting_id>/minutes/edit/", minutes_views.minutes_edit, name="minutes_edit"
    ),
    path(
        "meetings/<int:meeting_id>/minutes/anew/", minutes_views.minutes_anew, name="minutes_anew"
    ),
    path(
        "meetings/<int:meeting_id>/minutes/submit/",
        minutes_views.minutes_submit,
        name="minutes_submit",
    ),
    path(
        "meetings/<int:meeting_id>/minutes/return/",
        minutes_views.minutes_return,
        name="minutes_return",
    ),
    path(
        "meetings/<int:meeting_id>/minutes/confirm/",
        minutes_views.minutes_confirm,
        name="minutes_confirm",
    ),
    path("meetings/<int:meeting_id>/minutes.pdf", minutes_views.minutes_pdf, name="minutes_pdf"),
    path(
        "meetings/<int:meeting_id>/minutes/corrigendum/",
        minutes_views.corrigendum_new,
        name="corrigendum_new",
    ),
    path(
        "corrigenda/<int:corrigendum_id>/", minutes_views.corrigendum_edit, name="corrigendum_edit"
    ),
    path(
        "corrigenda/<int:corrigendum_id>/confirm/",
        minutes_views.corrigendum_confirm,
        name="corrigendum_confirm",
    ),
    path(
        "corrigenda/<int:corrigendum_id>.pdf",
        minutes_views.corrigendum_pdf,
        name="corrigendum_pdf",
    ),
    path(
        "meetings/<int:meeting_id>/announcement/",
        announcement_views.announcement,
        name="announcement",
    ),
    path("meetings/<int:meeting_id>/announce/", announcement_views.announce, name="announce"),
    path("circulars/", announcement_views.circular_list, name="circulars"),
    path(
        "meetings/<int:meeting_id>/circular/",
        announcement_views.circular_draft,
        name="circular_draft",
    ),
]
urlpatterns = [*proposals, *meetings, *room, *minutes]
