"""The draft of the circular that announces the courses of a meeting, in both languages."""

from collections.abc import Sequence
from typing import Any, Final

from django.utils.translation import override

from circulars.composed import Composed, Passage
from circulars.documents import Words
from committee.models import Meeting, Outcome, Resolution
from eligibility.models import RuleSet
from igot.lib.dates import civil_date, dmy
from igot.lib.money import dollars, rupees

HEAD: Final = (
    "S. No.",
    "Course and institute",
    "Officers",
    "Certification",
    "Fee ceiling",
    "Points",
    "Valid",
    "Resolution",
)
HEAD_HI: Final = (
    "क्र.सं.",
    "पाठ्यक्रम और संस्थान",
    "अधिकारी",
    "प्रमाणन",
    "शुल्क की सीमा",
    "अंक",
    "वैध",
    "संकल्प",
)
TO: Final = (
    Words(
        "The Secretaries of all Ministries/Departments of the Government of India.",
        "भारत सरकार के सभी मंत्रालयों/विभागों के सचिव।",
    ),
    Words(
        "All Cadre Controlling Authorities of Group 'A' Services.",
        "समूह 'क' सेवाओं के सभी संवर्ग नियंत्रण प्राधिकारी।",
    ),
)


def composed_of(meeting: Meeting) -> Composed:
    """Compose the circular of the decisions of `meeting`."""
    return Composed(
        stem=f"decisions-{meeting.number.replace('/', '-')}",
        subject=subject_of(meeting),
        passages=passages_of(meeting),
        to=TO,
    )


def subject_of(meeting: Meeting) -> Words:
    return Words(
        "Online courses shortlisted by the Selection Committee under the iGOT programme – "
        f"decisions of the meeting {meeting.number} – reg.",
        "आईगॉट कार्यक्रम के अंतर्गत चयन समिति द्वारा चुने गए ऑनलाइन पाठ्यक्रम – बैठक "
        f"{meeting.number} के निर्णय – के संबंध में।",
    )


def passages_of(meeting: Meeting) -> list[Passage]:
    """Compose the paragraphs from the announced decisions of `meeting` that shortlist a course."""
    day = dmy(civil_date(meeting.opened_at or meeting.begins_at))
    return [
        Passage(
            "paragraph",
            "",
            Words(
                "The undersigned is directed to say that the Selection Committee, in its meeting "
                f"{meeting.number} held on {day}, has shortlisted the following courses for "
                "officers under the iGOT programme:",
                f"अधोहस्ताक्षरी को यह कहने का निदेश हुआ है कि चयन समिति ने दिनांक {day} को हुई अपनी बैठक "
                f"{meeting.number} में आईगॉट कार्यक्रम के अंतर्गत अधिकारियों के लिए निम्नलिखित पाठ्यक्रम चुने हैं:",
            ),
        ),
        Passage("table", "", Words(""), _table(shortlisted(meeting))),
        Passage(
            "paragraph",
            "2.",
            Words(
                "Officers of the categories named may register on the iGOT portal when a batch "
                "is open. Eligibility is decided there on the record of service. What is "
                "reimbursed after completion follows the terms notified for each course, up to "
                "the ceiling above.",
                "उल्लिखित श्रेणियों के अधिकारी बैच खुलने पर आईगॉट पोर्टल पर पंजीकरण कर सकते हैं। पात्रता का "
                "निर्णय वहाँ सेवा अभिलेख के आधार पर होता है। पाठ्यक्रम पूरा करने के बाद प्रतिपूर्ति प्रत्येक "
                "पाठ्यक्रम के लिए अधिसूचित शर्तों के अनुसार, उपर्युक्त सीमा तक होती है।",
            ),
        ),
        Passage(
            "paragraph",
            "3.",
            Words(
                "All Ministries/Departments and Cadre Controlling Authorities are requested to "
                "bring this to the notice of the officers concerned.",
                "सभी मंत्रालयों/विभागों और संवर्ग नियंत्रण प्राधिकारियों से अनुरोध है कि इसे संबंधित अधिकारियों के "
                "ध्यान में लाएँ।",
            ),
        ),
    ]


def shortlisted(meeting: Meeting) -> list[Resolution]:
    rows = Resolution.objects.filter(
        item__meeting=meeting, outcome=Outcome.SHORTLISTED, announced_at__isnull=False
    )
    return list(rows.select_related("item__proposal").order_by("item__position"))


def _table(resolutions: Sequence[Resolution]) -> dict[str, Any]:
    names = {rule_set.code: rule_set for rule_set in RuleSet.objects.all()}
    return {
        "head": list(HEAD),
        "head_hi": list(HEAD_HI),
        "rows": [_row(place, row, names, "en") for place, row in enumerate(resolutions, 1)],
        "rows_hi": [_row(place, row, names, "hi") for place, row in enumerate(resolutions, 1)],
    }


def _row(place: int, row: Resolution, names: dict[str, RuleSet], language: str) -> list[str]:
    proposal, rule_set = row.item.proposal, names.get(row.rule_set_code)
    with override(language):
        title = proposal.title_in_language
        officers = rule_set.name_in_language if rule_set else row.rule_set_code
        certification = str(row.get_certification_display())
        audience = row.audience_in_language
    return [
        str(place),
        f"{title}, {proposal.institute_name}",
        f"{officers}. {audience}" if audience else officers,
        certification,
        _ceiling(row),
        str(row.credit_points) if row.credit_points is not None else "–",
        _validity(row, language),
        row.number,
    ]


def _ceiling(row: Resolution) -> str:
    if row.fee_ceiling is None:
        return "–"
    return dollars(row.fee_ceiling) if row.currency == "USD" else rupees(row.fee_ceiling)


def _validity(row: Resolution, language: str) -> str:
    start = dmy(row.valid_from) if row.valid_from else ""
    if row.valid_to:
        return f"{start} – {dmy(row.valid_to)}"
    return f"{start} से" if language == "hi" else f"from {start}"
