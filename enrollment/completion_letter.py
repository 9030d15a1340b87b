"""The letter of the Training Division that an officer has completed a programme."""

from uuid import UUID

from circulars.documents import Paper, Para, Table, Words
from circulars.particulars import Particular, said
from enrollment.models import ProgrammeCompletion
from enrollment.receipt_paper import PORTAL
from igot.lib.dates import civil_date, dmy

KIND = "programme_completion"
TITLE = Words("Letter of completion of a programme", "कार्यक्रम की पूर्णता का पत्र")


def letter_of(completion: ProgrammeCompletion, *, public_id: UUID | None = None) -> Paper:
    """Compose the letter: what was completed, and what that opens, each with its authority."""
    officer, programme = completion.officer, completion.programme
    address = "\n".join(part for part in (officer.name, _post(completion)) if part)
    opened = [
        Para(label=f"({number})", kind="subparagraph", text=Words(row["text"], row["text_hi"]))
        for number, row in zip(("i", "ii", "iii", "iv"), completion.benefits, strict=False)
    ]
    named = {"en": programme.title, "hi": programme.title_hi or programme.title}
    return Paper(
        form="letter",
        number=completion.number,
        dated_on=civil_date(completion.found_at),
        subject=Words(
            f"Completion of the programme “{named['en']}” under the iGOT programme – reg.",
            f"आईगॉट कार्यक्रम के अंतर्गत “{named['hi']}” कार्यक्रम की पूर्णता – के संबंध में।",
        ),
        to=[Words(address)],
        paragraphs=[
            Para(
                text=Words(
                    f"It is certified from the records of this Department that you have "
                    f"successfully completed the programme “{named['en']}” on "
                    f"{dmy(completion.completed_on)}, with the courses named below and their "
                    f"proctored examinations where one is prescribed.",
                    f"इस विभाग के अभिलेखों से प्रमाणित किया जाता है कि आपने “{named['hi']}” कार्यक्रम "
                    f"दिनांक {dmy(completion.completed_on)} को, नीचे उल्लिखित पाठ्यक्रमों तथा उनकी "
                    f"निर्धारित पर्यवेक्षित परीक्षाओं सहित, सफलतापूर्वक पूर्ण किया है।",
                )
            ),
            Para(kind="table", table=_courses(completion)),
            *_opening(opened),
            Para(
                label="3." if opened else "2.",
                text=Words(
                    "This letter is issued by the iGOT portal from verified records and needs no "
                    "signature. Whether it still holds is shown at the address beside the code.",
                    "यह पत्र सत्यापित अभिलेखों के आधार पर आईगॉट पोर्टल द्वारा जारी किया गया है और इस पर "
                    "हस्ताक्षर अपेक्षित नहीं है। पत्र अब भी मान्य है या नहीं, यह कोड के पास दिए पते पर "
                    "देखा जा सकता है।",
                ),
            ),
        ],
        signatory=PORTAL,
        public_id=public_id,
    )


def particulars_of(completion: ProgrammeCompletion) -> list[Particular]:
    """Return what anybody who verifies the letter is shown: all that it certifies."""
    programme = completion.programme
    opened, opened_hi = (
        "; ".join(row[key] for row in completion.benefits) for key in ("text", "text_hi")
    )
    return [
        said("Letter", "पत्र", completion.number),
        said("Officer", "अधिकारी", completion.officer.name),
        said("Designation", "पदनाम", _post(completion)),
        said("Programme", "कार्यक्रम", programme.title, programme.title_hi),
        said("Completed on", "पूर्णता की तिथि", dmy(completion.completed_on)),
        said("What it opens", "इससे क्या मिलता है", opened, opened_hi),
        Particular(Words("Courses", "पाठ्यक्रम"), _courses(completion)),
    ]


def _post(completion: ProgrammeCompletion) -> str:
    officer = completion.officer
    return ", ".join(part for part in (officer.designation, officer.ministry) if part)


def _opening(opened: list[Para]) -> list[Para]:
    if not opened:
        return []
    return [Para(label="2.", text=Words("Accordingly:", "तदनुसार:")), *opened]


def _courses(completion: ProgrammeCompletion) -> Table:
    rows = list(enumerate(completion.courses, start=1))
    return Table(
        head=("Sl. no.", "Course", "Certificate", "Completed on"),
        head_hi=("क्र. सं.", "पाठ्यक्रम", "प्रमाणपत्र", "पूर्णता की तिथि"),
        rows=[(str(n), c["title"], c["certificate"], c["completed_on"]) for n, c in rows],
        rows_hi=[(str(n), c["title_hi"], c["certificate"], c["completed_on"]) for n, c in rows],
    )
