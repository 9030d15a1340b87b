"""The letter that asks a provider for codes, in both languages, as a draft for its author."""

from datetime import date
from typing import Any, Final

from circulars.composed import Composed, Passage
from circulars.documents import Words
from courses.models import Course
from igot.lib.dates import dmy

SALUTATION: Final = Words("Sir/Madam,", "महोदय/महोदया,")
HEAD: Final = ("Course", "Codes", "Needed by", "Valid at least until")
HEAD_HI: Final = ("पाठ्यक्रम", "कोड", "कब तक आवश्यक", "कम से कम कब तक मान्य")


def composed_of(course: Course, *, codes: int, needed_by: date, valid_until: date) -> Composed:
    """Compose the letter that asks for `codes` codes of a course."""
    return Composed(
        stem=f"codes-{course.code}",
        subject=subject_of(course, codes),
        passages=passages_of(course, codes=codes, needed_by=needed_by, valid_until=valid_until),
        to=[addressee_of(course)],
        salutation=SALUTATION,
    )


def subject_of(course: Course, codes: int) -> Words:
    return Words(
        f"Supply of {codes} enrolment codes for the course “{course.title}” under the iGOT "
        "programme – reg.",
        f"आईगॉट कार्यक्रम के अंतर्गत “{course.title_hi or course.title}” पाठ्यक्रम के लिए {codes} "
        "नामांकन कोड उपलब्ध कराने के संबंध में।",
    )


def addressee_of(course: Course) -> Words:
    provider = course.provider
    return Words(provider.name, provider.name_hi)


def passages_of(course: Course, *, codes: int, needed_by: date, valid_until: date) -> list[Passage]:
    """Compose the paragraphs; no officer is named, and no code."""
    return [
        Passage(
            "paragraph",
            "",
            Words(
                "I am directed to say that, on the registrations confirmed and expected for the "
                "coming batches, this Department needs further enrolment codes as under:",
                "मुझे यह कहने का निदेश हुआ है कि आगामी बैचों के लिए पुष्ट तथा अपेक्षित पंजीकरणों के आधार "
                "पर इस विभाग को निम्नानुसार और नामांकन कोड अपेक्षित हैं:",
            ),
        ),
        Passage("table", "", Words(""), _table(course, codes, needed_by, valid_until)),
        Passage(
            "paragraph",
            "2.",
            Words(
                "It is requested that the codes be sent as a CSV file to the Training Division, "
                f"so as to reach it by {dmy(needed_by)}, quoting the number of this letter.",
                "अनुरोध है कि कोड सीएसवी फ़ाइल के रूप में, इस पत्र की संख्या का उल्लेख करते हुए, प्रशिक्षण "
                f"प्रभाग को इस प्रकार भेजे जाएँ कि वे दिनांक {dmy(needed_by)} तक प्राप्त हो जाएँ।",
            ),
        ),
        Passage(
            "paragraph",
            "3.",
            Words(
                "A report on the use of the codes supplied so far may kindly be enclosed.",
                "अब तक उपलब्ध कराए गए कोडों के उपयोग की रिपोर्ट भी कृपया संलग्न की जाए।",
            ),
        ),
    ]


def _table(course: Course, codes: int, needed_by: date, valid_until: date) -> dict[str, Any]:
    figures = [str(codes), dmy(needed_by), dmy(valid_until)]
    return {
        "head": list(HEAD),
        "head_hi": list(HEAD_HI),
        "rows": [[course.title, *figures]],
        "rows_hi": [[course.title_hi or course.title, *figures]],
    }
