"""Minutes: what they say, who writes and confirms them, what is frozen, and their PDF."""

import subprocess

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Notice
from accounts.roles import Role
from circulars.models import IssuedDocument
from committee import minutes_text, tasks
from committee.actions import minutes as actions
from committee.models import AgendaItem, Corrigendum, Meeting, Minutes, Outcome, Participation
from committee.states import MeetingState, MinutesState
from igot.lib.errors import Refused
from tests.factories.accounts import make_user, sign_in
from tests.factories.committee import make_item, make_proposal, make_secretary, members_of
from tests.factories.minutes import (
    chair_user,
    close,
    make_closed,
    make_minutes,
    make_resolution,
    make_session,
    make_voted,
)

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def text_of(pdf: bytes) -> str:
    """Return what a PDF says."""
    command = ["pdftotext", "-layout", "-", "-"]
    return subprocess.run(command, input=pdf, check=True, capture_output=True).stdout.decode()  # noqa: S603


# --- the text --------------------------------------------------------------------------------


def test_minutes_tell_who_met_what_was_resolved_and_on_what_terms() -> None:
    meeting = make_session(number="SC/2026/7")
    proposal = make_proposal(title="Data for Policy", institute_name="J-PAL", number="P/2026/042")
    item = make_voted(meeting=meeting, votes=("for", "for", "for", "against"), proposal=proposal)
    make_resolution(item=item, fee_ceiling=150, currency="USD", credit_points=3)

    text = minutes_text.made_from_rows(close(meeting)).en

    assert "# Minutes of the meeting SC/2026/7 of the Selection Committee" in text
    assert "Additional Secretary (Training) – chair (in person)" in text
    assert "## Item 1: Data for Policy, J-PAL" in text
    assert "Proposal P/2026/042 of J-PAL South Asia" in text
    assert "Votes: 3 for, 1 against, 0 abstained; 5 members counted for the quorum of 3." in text
    assert "Resolution SC/2026/7/1: Shortlisted." in text
    assert "- Fee ceiling: US$150" in text
    assert "- Credit points: 3" in text
    assert "- Valid from: 01.12.2026" in text
    assert "Reasons: It fills a gap." in text


def test_a_recusal_is_told_with_its_kind_and_no_vote_of_a_member_is() -> None:
    meeting = make_session()
    item = make_item(meeting=meeting, state="open", proposal=make_proposal(state="decided"))
    recused, voter = members_of(item)[:2]
    Participation.objects.filter(pk=recused.pk).update(interest="family", is_recused=True)
    Participation.objects.filter(pk=voter.pk).update(interest="none")
    Participation.objects.filter(pk=voter.pk).update(vote="against", voted_at=NOW)
    AgendaItem.objects.filter(pk=item.pk).update(state="closed")
    make_resolution(item=AgendaItem.objects.get(pk=item.pk), outcome=Outcome.REJECTED)

    text = minutes_text.made_from_rows(close(meeting)).en

    assert f"{recused.seat.user.name}, Joint Secretary declared an interest" in text
    assert "(A member of the family)" in text
    assert text.count(voter.seat.user.name) == 1  # among those who attended, nowhere else


def test_scores_are_told_as_median_and_mean() -> None:
    meeting = make_session()
    item = make_item(meeting=meeting, state="open", proposal=make_proposal(state="decided"))
    for member, score in zip(members_of(item), (60, 70, 95), strict=False):
        Participation.objects.filter(pk=member.pk).update(score=score, scored_at=NOW)
    AgendaItem.objects.filter(pk=item.pk).update(state="closed")
    make_resolution(item=AgendaItem.objects.get(pk=item.pk), outcome=Outcome.DEFERRED)

    text = minutes_text.made_from_rows(close(meeting)).en

    assert "Score sheets handed in: 3; median 70.00, mean 75.00 out of 100." in text


def test_an_item_carried_over_says_why() -> None:
    meeting = make_session()
    item = make_item(meeting=meeting, state="open")
    AgendaItem.objects.filter(pk=item.pk).update(
        state="carried_over", carried_over_reason="The syllabus is awaited."
    )

    text = minutes_text.made_from_rows(close(meeting)).en

    assert "The item was carried over: The syllabus is awaited." in text


def test_the_hindi_text_says_it_in_hindi() -> None:
    meeting = make_closed()

    text = minutes_text.made_from_rows(meeting).hi

    assert f"की बैठक {meeting.number} का कार्यवृत्त" in text
    assert "कारण: यह कमी को पूरा करता है।" in text
    assert "Online grade" not in text  # choices are said in Hindi too, whoever makes the text


def test_minutes_of_many_items_take_no_more_queries(django_assert_max_num_queries) -> None:
    meeting = make_closed(resolutions=6)

    with django_assert_max_num_queries(9):
        text = minutes_text.made_from_rows(Meeting.objects.get(pk=meeting.pk)).en

    assert text.count("Resolution ") == 6


def test_a_text_is_read_as_title_headings_paragraphs_and_lists() -> None:
    text = "# Title\n\n1. The members\nmet:\n\n- A\n- B\n\n## Item 1\nPlain words."

    kinds = [(block.kind, block.label, block.text) for block in minutes_text.blocks_of(text)]

    assert kinds == [
        ("title", "", "Title"),
        ("paragraph", "1.", "The members\nmet:"),
        ("list", "", ""),
        ("heading", "", "Item 1"),
        ("paragraph", "", "Plain words."),
    ]
    assert minutes_text.blocks_of(text)[2].entries == ("A", "B")


def test_line_ends_and_spaces_do_not_change_the_digest_but_a_letter_does() -> None:
    digest = minutes_text.digest_of("SC/1", "One.\nTwo.", "एक।")

    assert minutes_text.digest_of("SC/1", "One. \r\nTwo.\n\n", "एक।\n") == digest
    assert minutes_text.digest_of("SC/1", "One.\nTwo!", "एक।") != digest
    assert minutes_text.digest_of("SC/1", "One.\nTwo.एक।", "") != digest


def test_texts_are_compared_line_by_line() -> None:
    lines = minutes_text.differences("One\nTwo\nThree\nFour", "One\nTwo!\nThree\nFour")

    assert [(line.kind, line.text) for line in lines] == [
        ("same", "One"),
        ("removed", "Two"),
        ("added", "Two!"),
        ("same", "Three"),
    ]
    assert minutes_text.differences("Same\r\n", "Same") == []


# --- writing and confirming ------------------------------------------------------------------


def test_minutes_are_made_once_and_of_a_closed_meeting() -> None:
    running, closed = make_session(), make_closed()
    secretary = make_secretary()

    with pytest.raises(Refused, match="closed meeting"):
        actions.draft_minutes(meeting_id=running.pk, acting_user=secretary, at=NOW)
    actions.draft_minutes(meeting_id=closed.pk, acting_user=secretary, at=NOW)
    with pytest.raises(Refused, match="there already"):
        actions.draft_minutes(meeting_id=closed.pk, acting_user=secretary, at=NOW)


def test_a_member_does_not_make_minutes_nor_the_chair_who_is_secretary_too() -> None:
    meeting = make_closed()
    chair = chair_user(meeting)
    chair.groups.add(*make_secretary().groups.all())

    with pytest.raises(Refused, match="Secretary"):
        actions.draft_minutes(
            meeting_id=meeting.pk, acting_user=make_user(Role.COMMITTEE_MEMBER), at=NOW
        )
    with pytest.raises(Refused, match="does not write them"):
        actions.draft_minutes(meeting_id=meeting.pk, acting_user=chair, at=NOW)


def test_a_text_edited_from_an_older_version_is_not_stored() -> None:
    minutes = make_minutes()
    first, second = make_secretary(name="Asha"), make_secretary()
    edit = {"minutes_id": minutes.pk, "version": 1, "text_hi": "", "at": NOW}
    actions.edit_minutes(text="Asha's text", acting_user=first, **edit)

    with pytest.raises(Refused, match="Asha has stored another text"):
        actions.edit_minutes(text="Another", acting_user=second, **edit)

    minutes.refresh_from_db()
    assert (minutes.text, minutes.version) == ("Asha's text", 2)


def test_a_text_that_leaves_a_resolution_out_is_not_submitted() -> None:
    minutes = make_minutes()
    secretary = make_secretary()
    actions.edit_minutes(
        minutes_id=minutes.pk,
        version=1,
        text="1. We met.",
        text_hi="",
        acting_user=secretary,
        at=NOW,
    )

    with pytest.raises(Refused, match="does not name resolution"):
        actions.submit_minutes(minutes_id=minutes.pk, acting_user=secretary, at=NOW)


def test_the_chair_is_told_and_returns_with_a_remark() -> None:
    minutes = make_minutes(state="submitted")
    chair = chair_user(minutes.meeting)
    assert Notice.objects.get(user=chair).template == "minutes.submitted"

    actions.return_minutes(
        minutes_id=minutes.pk, remark="Paragraph 4 lacks the reason.", acting_user=chair, at=NOW
    )

    minutes.refresh_from_db()
    assert minutes.state == MinutesState.DRAFT
    notice = Notice.objects.get(user=minutes.drafted_by, template="minutes.returned")
    assert notice.params["remark"] == "Paragraph 4 lacks the reason."


def test_the_chair_confirms_and_the_meeting_with_its_resolutions_is_frozen() -> None:
    minutes = make_minutes(state="submitted")

    actions.confirm_minutes(
        minutes_id=minutes.pk, version=1, acting_user=chair_user(minutes.meeting), at=NOW
    )

    minutes.refresh_from_db()
    meeting = Meeting.objects.get(pk=minutes.meeting_id)
    assert meeting.state == MeetingState.CONFIRMED
    assert minutes.sha256 == minutes_text.digest_of(meeting.number, minutes.text, minutes.text_hi)
    for change in ({"text": "Other"}, {"text_hi": "और"}, {"sha256": "0" * 64}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Minutes.objects.filter(pk=minutes.pk).update(**change)
    with pytest.raises(Refused):
        actions.edit_minutes(
            minutes_id=minutes.pk,
            version=1,
            text="Other",
            text_hi="",
            acting_user=make_secretary(),
            at=NOW,
        )


@pytest.mark.parametrize("who", ["member", "secretary", "other chair"])
def test_nobody_but_the_chair_of_the_meeting_confirms(who: str) -> None:
    minutes = make_minutes(state="submitted")
    member = minutes.meeting.committee.seats.filter(kind="joint_secretary").first()
    people = {
        "member": member.user,
        "secretary": make_secretary(),
        "other chair": chair_user(make_session()),
    }

    with pytest.raises(Refused):
        actions.confirm_minutes(minutes_id=minutes.pk, version=1, acting_user=people[who], at=NOW)


def test_the_chair_does_not_confirm_what_they_wrote_or_recorded() -> None:
    meeting = make_session()
    chair = chair_user(meeting)
    make_resolution(meeting=meeting, recorded_by=chair)
    minutes = make_minutes(meeting=close(meeting), state="submitted")

    with pytest.raises(Refused, match="two persons"):
        actions.confirm_minutes(minutes_id=minutes.pk, version=1, acting_user=chair, at=NOW)


def test_where_no_chair_attended_the_one_in_office_confirms() -> None:
    meeting = make_closed()
    meeting.attendance.filter(seat__kind="chair").update(mode="absent")
    minutes = make_minutes(meeting=meeting, state="submitted")

    actions.confirm_minutes(
        minutes_id=minutes.pk, version=1, acting_user=chair_user(meeting), at=NOW
    )

    assert Minutes.objects.get(pk=minutes.pk).state == MinutesState.CONFIRMED


def test_a_text_that_changed_under_the_chair_is_not_confirmed() -> None:
    minutes = make_minutes()
    secretary = make_secretary()
    actions.edit_minutes(
        minutes_id=minutes.pk,
        version=1,
        text=minutes.text + "\n\nOne thing more.",
        text_hi=minutes.text_hi,
        acting_user=secretary,
        at=NOW,
    )
    actions.submit_minutes(minutes_id=minutes.pk, acting_user=secretary, at=NOW)

    with pytest.raises(Refused, match="has changed"):
        actions.confirm_minutes(
            minutes_id=minutes.pk, version=1, acting_user=chair_user(minutes.meeting), at=NOW
        )


# --- the paper -------------------------------------------------------------------------------


def test_the_pdf_is_made_once_says_both_languages_and_verifies(client: Client) -> None:
    minutes = make_minutes(state="confirmed")

    assert tasks.render_minutes() == 1
    assert tasks.render_minutes() == 0

    minutes.refresh_from_db()
    document = minutes.document
    assert document is not None
    text = text_of(document.pdf.read())
    assert "MINUTES OF THE MEETING" in text
    assert f"{minutes.meeting.number}/1" in text
    assert chair_user(minutes.meeting).name in text
    page = client.get(document.get_verify_url()).content.decode()
    assert minutes.sha256 in page
    assert "Evaluating Social Programmes" not in page


def test_a_corrigendum_is_numbered_confirmed_by_the_chair_and_has_its_own_paper() -> None:
    minutes = make_minutes(state="confirmed")
    secretary = make_secretary()
    row = actions.draft_corrigendum(
        minutes_id=minutes.pk,
        text="In paragraph 7, for “US$100” read “US$150”.",
        text_hi="",
        reason="A slip of the pen.",
        acting_user=secretary,
        at=NOW,
    )
    with pytest.raises(Refused, match="finish that one"):
        actions.draft_corrigendum(
            minutes_id=minutes.pk,
            text="x",
            text_hi="",
            reason="y",
            acting_user=secretary,
            at=NOW,
        )
    sha256 = actions.digest_of_corrigendum(row)

    actions.confirm_corrigendum(
        corrigendum_id=row.pk, sha256=sha256, acting_user=chair_user(minutes.meeting), at=NOW
    )
    tasks.render_minutes()

    row.refresh_from_db()
    assert (row.number, row.sha256) == (1, sha256)
    assert row.document.number == f"{minutes.meeting.number}/C-1"
    with pytest.raises(DatabaseError), transaction.atomic():
        Corrigendum.objects.filter(pk=row.pk).update(text="Something else")
    assert IssuedDocument.objects.count() == 2


def test_a_corrigendum_is_neither_confirmed_by_its_author_nor_unread() -> None:
    minutes = make_minutes(state="confirmed")
    secretary = make_secretary()
    row = actions.draft_corrigendum(
        minutes_id=minutes.pk, text="A", text_hi="", reason="B", acting_user=secretary, at=NOW
    )
    read = actions.digest_of_corrigendum(row)
    actions.edit_corrigendum(
        corrigendum_id=row.pk, text="C", text_hi="", reason="B", acting_user=secretary, at=NOW
    )
    confirm = {"corrigendum_id": row.pk, "sha256": read, "at": NOW}

    with pytest.raises(Refused):
        actions.confirm_corrigendum(acting_user=secretary, **confirm)
    with pytest.raises(Refused, match="has changed"):
        actions.confirm_corrigendum(acting_user=chair_user(minutes.meeting), **confirm)


def test_minutes_are_not_corrected_before_they_are_confirmed() -> None:
    minutes = make_minutes()

    with pytest.raises(Refused, match="simply edited"):
        actions.draft_corrigendum(
            minutes_id=minutes.pk,
            text="A",
            text_hi="",
            reason="B",
            acting_user=make_secretary(),
            at=NOW,
        )


# --- pages -----------------------------------------------------------------------------------


def page_of(client: Client, name: str, minutes: Minutes) -> str:
    return client.get(reverse(name, args=[minutes.meeting_id])).content.decode()


def test_the_secretary_makes_edits_and_submits_on_the_page(client: Client) -> None:
    meeting = make_closed()
    sign_in(client, make_secretary())
    client.post(reverse("committee:minutes_draft", args=[meeting.pk]))
    minutes = Minutes.objects.get(meeting=meeting)
    text = minutes.text + "\n\nThe committee thanked the institute."

    client.post(
        reverse("committee:minutes_edit", args=[meeting.pk]),
        {"text": text, "text_hi": minutes.text_hi, "version": 1},
    )
    assert "thanked the institute" in page_of(client, "committee:minutes", minutes)
    client.post(reverse("committee:minutes_submit", args=[meeting.pk]))

    minutes.refresh_from_db()
    assert minutes.state == MinutesState.SUBMITTED


def test_two_tabs_show_what_differs_and_lose_nothing(client: Client) -> None:
    minutes = make_minutes()
    sign_in(client, make_secretary())
    url = reverse("committee:minutes_edit", args=[minutes.meeting_id])
    first = minutes.text.replace("It fills a gap.", "It fills a wide gap.")
    second = minutes.text.replace("It fills a gap.", "It fills a narrow gap.")
    client.post(url, {"text": first, "text_hi": minutes.text_hi, "version": 1})

    page = client.post(url, {"text": second, "text_hi": minutes.text_hi, "version": 1})

    shown = page.content.decode()
    assert "has stored another text meanwhile" in shown
    assert "<del>" in shown and "wide gap" in shown
    assert "narrow gap" in shown
    assert 'name="version" value="2"' in shown
    client.post(url, {"text": second, "text_hi": minutes.text_hi, "version": 2})
    minutes.refresh_from_db()
    assert "narrow gap" in minutes.text


def test_making_anew_shows_what_would_change_and_puts_the_records_back(client: Client) -> None:
    minutes = make_minutes()
    made = minutes.text
    secretary = make_secretary()
    actions.edit_minutes(
        minutes_id=minutes.pk,
        version=1,
        text=made.replace("3 for", "4 for"),
        text_hi=minutes.text_hi,
        acting_user=secretary,
        at=NOW,
    )
    sign_in(client, secretary)

    assert "4 for" in page_of(client, "committee:minutes_anew", minutes)
    client.post(reverse("committee:minutes_anew", args=[minutes.meeting_id]), {"version": 2})

    minutes.refresh_from_db()
    assert minutes.text == made


def test_the_chair_sees_where_the_text_departs_from_the_records_and_confirms(
    client: Client,
) -> None:
    minutes = make_minutes()
    secretary = make_secretary()
    actions.edit_minutes(
        minutes_id=minutes.pk,
        version=1,
        text=minutes.text.replace("It fills a gap.", "It fills a wide gap."),
        text_hi=minutes.text_hi,
        acting_user=secretary,
        at=NOW,
    )
    actions.submit_minutes(minutes_id=minutes.pk, acting_user=secretary, at=NOW)
    sign_in(client, chair_user(minutes.meeting))

    page = page_of(client, "committee:minutes", minutes)
    assert "<del>" in page and "wide gap" in page
    client.post(reverse("committee:minutes_confirm", args=[minutes.meeting_id]), {"version": 2})

    minutes.refresh_from_db()
    assert minutes.state == MinutesState.CONFIRMED
    tasks.render_minutes()
    answer = client.get(reverse("committee:minutes_pdf", args=[minutes.meeting_id]))
    assert answer["Content-Type"] == "application/pdf"


def test_the_chair_returns_on_the_page(client: Client) -> None:
    minutes = make_minutes(state="submitted")
    sign_in(client, chair_user(minutes.meeting))
    url = reverse("committee:minutes_return", args=[minutes.meeting_id])

    assert "required" in client.post(url, {"remark": ""}).content.decode()
    client.post(url, {"remark": "Say why."})

    assert Minutes.objects.get(pk=minutes.pk).state == MinutesState.DRAFT
    assert AuditEntry.objects.about(minutes).filter(event="minutes.returned").count() == 1


def test_members_read_minutes_once_confirmed_and_experts_never(client: Client) -> None:
    minutes = make_minutes(state="submitted")
    member = minutes.meeting.committee.seats.filter(kind="joint_secretary").first().user
    sign_in(client, member)
    url = reverse("committee:minutes", args=[minutes.meeting_id])
    assert client.get(url).status_code == 404

    actions.confirm_minutes(
        minutes_id=minutes.pk, version=1, acting_user=chair_user(minutes.meeting), at=NOW
    )

    assert client.get(url).status_code == 200
    sign_in(client, make_user(Role.NODAL_OFFICER))
    assert client.get(url).status_code == 403
    assert not Minutes.objects.visible_to(make_user(Role.NODAL_OFFICER)).exists()


def test_a_corrigendum_is_written_and_confirmed_on_the_pages(client: Client) -> None:
    minutes = make_minutes(state="confirmed")
    sign_in(client, make_secretary())
    client.post(
        reverse("committee:corrigendum_new", args=[minutes.meeting_id]),
        {"text": "For “three” read “four”.", "text_hi": "", "reason": "A slip."},
    )
    row = minutes.corrigenda.get()
    client.post(
        reverse("committee:corrigendum_edit", args=[row.pk]),
        {"text": "For “three” read “five”.", "text_hi": "", "reason": "A slip."},
    )
    row.refresh_from_db()
    sign_in(client, chair_user(minutes.meeting))

    assert "read “five”" in page_of(client, "committee:minutes", minutes)
    client.post(
        reverse("committee:corrigendum_confirm", args=[row.pk]),
        {"sha256": actions.digest_of_corrigendum(row)},
    )
    tasks.render_minutes()

    row.refresh_from_db()
    assert row.confirmed_at
    answer = client.get(reverse("committee:corrigendum_pdf", args=[row.pk]))
    assert answer["Content-Type"] == "application/pdf"


def test_the_page_of_minutes_asks_little_of_the_database(
    client: Client, django_assert_max_num_queries
) -> None:
    minutes = make_minutes(meeting=make_closed(resolutions=5), state="submitted")
    sign_in(client, chair_user(minutes.meeting))

    with django_assert_max_num_queries(24):
        page_of(client, "committee:minutes", minutes)
