"""Papers of the committee: its minutes and their corrigenda, as the chair confirmed them."""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext_noop

from accounts.models import User
from circulars.documents import Languages, Paper, Para, Signatory, Words
from committee.minutes_text import blocks_of
from committee.models import Corrigendum, Meeting, Minutes, Resolution, Seat
from igot.lib.dates import civil_date, dmy

MINUTES = gettext_noop("Minutes of a meeting")
CORRIGENDUM = gettext_noop("Corrigendum to minutes")
MINUTES_TITLE = Words("Minutes of the Selection Committee", "चयन समिति का कार्यवृत्त")
CORRIGENDUM_TITLE = Words(
    "Corrigendum to the minutes of the Selection Committee", "चयन समिति के कार्यवृत्त का शुद्धिपत्र"
)
COPIES = (
    Words("Members of the Selection Committee.", "चयन समिति के सदस्य।"),
    Words("Guard file.", "गार्ड फ़ाइल।"),
)


def number_of(corrigendum: Corrigendum) -> str:
    """Number a corrigendum after its meeting: "SC/2026/1/C-1"."""
    return f"{corrigendum.minutes.meeting.number}/C-{corrigendum.number}"


def minutes_paper(minutes: Minutes, *, public_id: UUID | None = None) -> Paper:
    """Compose the paper of minutes; without a `public_id` it is a draft to look at."""
    meeting = minutes.meeting
    confirmed_on = civil_date(minutes.confirmed_at) if minutes.confirmed_at else None
    return Paper(
        form="minutes",
        number=meeting.number,
        dated_on=confirmed_on,
        subject=_subject(meeting),
        paragraphs=_paras(minutes.text),
        paragraphs_hi=_paras(minutes.text_hi),
        signatory=_signatory(meeting, minutes.confirmed_by),
        copy_to=COPIES,
        languages=_languages(minutes.text_hi),
        is_draft=public_id is None,
        public_id=public_id,
    )


def corrigendum_paper(corrigendum: Corrigendum, *, public_id: UUID | None = None) -> Paper:
    """Compose the paper of a corrigendum."""
    meeting = corrigendum.minutes.meeting
    confirmed_at = corrigendum.confirmed_at
    return Paper(
        form="corrigendum",
        number=number_of(corrigendum),
        dated_on=civil_date(confirmed_at) if confirmed_at else None,
        subject=Words(
            f"Corrigendum to the minutes of the meeting {meeting.number} of the Selection "
            f"Committee held on {_held_on(meeting)} – reg.",
            f"दिनांक {_held_on(meeting)} को हुई चयन समिति की बैठक {meeting.number} के कार्यवृत्त का "
            "शुद्धिपत्र – के संबंध में।",
        ),
        paragraphs=_paras(corrigendum.text),
        paragraphs_hi=_paras(corrigendum.text_hi),
        signatory=_signatory(meeting, corrigendum.confirmed_by),
        copy_to=COPIES,
        languages=_languages(corrigendum.text_hi),
        is_draft=public_id is None,
        public_id=public_id,
    )


def minutes_particulars(minutes: Minutes) -> dict[str, str]:
    """Return what anybody who verifies the minutes is shown: no course, no member, no vote."""
    meeting = minutes.meeting
    resolved = Resolution.objects.filter(item__meeting=meeting)
    return {
        gettext_noop("Meeting held on"): _held_on(meeting),
        gettext_noop("Items of the agenda"): str(meeting.items.count()),
        gettext_noop("Resolutions"): str(resolved.count()),
        gettext_noop("Digest of the text (SHA-256)"): minutes.sha256,
    }


def corrigendum_particulars(corrigendum: Corrigendum) -> dict[str, str]:
    """Return what anybody who verifies a corrigendum is shown."""
    return {
        gettext_noop("Minutes"): corrigendum.minutes.meeting.number,
        gettext_noop("Digest of the text (SHA-256)"): corrigendum.sha256,
    }


def _subject(meeting: Meeting) -> Words:
    committee = meeting.committee
    return Words(
        f"Minutes of the meeting {meeting.number} of the {committee.title} held on "
        f"{_held_on(meeting)} – reg.",
        f"दिनांक {_held_on(meeting)} को हुई {committee.title_hi or committee.title} की बैठक "
        f"{meeting.number} का कार्यवृत्त – के संबंध में।",
    )


def _held_on(meeting: Meeting) -> str:
    return dmy(civil_date(meeting.opened_at or meeting.begins_at))


def _languages(text_hi: str) -> Languages:
    return "both" if text_hi else "en"


def _paras(text: str) -> Sequence[Para]:
    """Set a text as paragraphs; its title is the subject of the paper and not repeated."""
    paras: list[Para] = []
    for block in blocks_of(text):
        if block.kind == "list":
            paras += [
                Para(kind="subparagraph", label="–", text=Words(entry)) for entry in block.entries
            ]
        elif block.kind == "heading":
            paras.append(Para(kind="heading", text=Words(block.text)))
        elif block.kind == "paragraph":
            paras.append(Para(label=block.label, text=Words(block.text)))
    return paras


def _signatory(meeting: Meeting, chair: User | None) -> Signatory:
    """Name the chair with the designation of the seat; a draft leaves the name open."""
    seats = Seat.objects.filter(committee=meeting.committee_id, kind=Seat.Kind.CHAIR)
    seat = seats.filter(user=chair).order_by("-effective_from").first() if chair else None
    return Signatory(
        name=Words(chair.name if chair else "____________"),
        designation=Words(
            seat.designation if seat else "Chair", (seat.designation_hi if seat else "") or "अध्यक्ष"
        ),
    )
