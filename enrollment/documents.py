"""The letter of intimation: from the officer, through the portal, to the cadre authority."""

from uuid import UUID

from accounts.models import Service
from circulars.documents import TRAINING_DIVISION_ADDRESS, Paper, Para, Signatory, Table, Words
from enrollment.models import Intimation
from igot.lib.dates import dmy

KIND = "intimation"
TITLE = Words("Intimation of registration for a course", "पाठ्यक्रम के लिए पंजीकरण की सूचना")


def letter_of(intimation: Intimation, *, public_id: UUID | None = None) -> Paper:
    """Compose the letter of an intimation; it tells no more than the authority has to know."""
    enrollment = intimation.enrollment
    officer, service = enrollment.officer, enrollment.officer.service
    authority = intimation.authority
    address = "\n".join(part for part in (authority.name, authority.address) if part)
    address_hi = "\n".join(
        part for part in (authority.name_hi or authority.name, authority.address) if part
    )
    return Paper(
        form="letter",
        number=intimation.number,
        dated_on=intimation.dated_on,
        subject=Words(
            "Registration for an online course under the iGOT programme – intimation to the cadre "
            "controlling authority – reg.",
            "आईगॉट कार्यक्रम के अंतर्गत ऑनलाइन पाठ्यक्रम के लिए पंजीकरण – संवर्ग नियंत्रण प्राधिकारी को "
            "सूचना – के संबंध में।",
        ),
        paragraphs=[
            Para(
                text=Words(
                    "I have registered, through the iGOT portal of the Training Division, for the "
                    "course named below, and intimate the registration as para 8 of the letter "
                    "No.T-16017/42/2018-Trg (TFA) of 17.05.2019 of the Department of Personnel and "
                    "Training requires.",
                    "मैंने प्रशिक्षण प्रभाग के आईगॉट पोर्टल के माध्यम से नीचे लिखे पाठ्यक्रम के लिए पंजीकरण "
                    "कराया है और कार्मिक और प्रशिक्षण विभाग के दिनांक 17.05.2019 के पत्र संख्या "
                    "टी-16017/42/2018-प्रशि. (टीएफए) के पैरा 8 की अपेक्षा के अनुसार इसकी सूचना देता/देती हूँ।",
                )
            ),
            Para(kind="table", table=_particulars(intimation)),
            Para(label="2.", text=_request(intimation)),
            Para(
                label="3.",
                text=Words(
                    "The course is taken online, and any fee is paid by me; it is reimbursed by "
                    "the Department only after the certificate of completion.",
                    "पाठ्यक्रम ऑनलाइन है और शुल्क, यदि कोई हो, मेरे द्वारा दिया जाएगा; पूर्णता प्रमाणपत्र के "
                    "बाद ही विभाग द्वारा इसकी प्रतिपूर्ति की जाती है।",
                ),
            ),
        ],
        signatory=Signatory(
            name=Words(officer.name),
            designation=Words(
                ", ".join(part for part in (officer.designation, officer.ministry) if part)
                or str(service)
            ),
            email=officer.email,
        ),
        to=[Words(address, address_hi)],
        copy_to=[
            Words(
                "Training Division, Department of Personnel and Training (through the portal).",
                "प्रशिक्षण प्रभाग, कार्मिक और प्रशिक्षण विभाग (पोर्टल के माध्यम से)।",
            )
        ],
        address=[
            Words("Through the iGOT portal", "आईगॉट पोर्टल के माध्यम से"),
            *TRAINING_DIVISION_ADDRESS,
        ],
        public_id=public_id,
    )


def particulars_of(intimation: Intimation) -> dict[str, str]:
    """Return what anybody who verifies the letter is shown: no date of birth, no user names."""
    enrollment, run = intimation.enrollment, intimation.run
    shown = {
        "Intimation": intimation.number,
        "Registration": enrollment.number or "",
        "Officer": enrollment.officer.name,
        "Course": enrollment.course.title,
        "Batch": run.name if run else "",
        "Commences on": dmy(run.commences_on) if run and run.commences_on else "",
        "Authority": intimation.authority.name,
    }
    return {name: value for name, value in shown.items() if value}


def _particulars(intimation: Intimation) -> Table:
    enrollment, run = intimation.enrollment, intimation.run
    officer, course, service = enrollment.officer, enrollment.course, enrollment.officer.service
    number = enrollment.number or ""
    rows = [
        ("Officer", "अधिकारी", officer.name, officer.name),
        ("Service", "सेवा", service.name if service else "", service.name_hi if service else ""),
        ("Registration", "पंजीकरण", number, number),
        ("Course", "पाठ्यक्रम", course.title, course.title_hi),
        ("Institute", "संस्थान", course.institute.title, course.institute.title_hi),
    ]
    if run:
        rows.append(("Batch", "बैच", run.name, run.name_hi))
    if run and run.commences_on:
        until = f" – {dmy(run.ends_on)}" if run.ends_on else ""
        days = dmy(run.commences_on) + until
        rows.append(("Duration", "अवधि", days, days))
    if not run:
        rows.append(("Duration", "अवधि", "Self-paced", "स्व-गति"))
    return Table(
        rows=[(name, value) for name, _name_hi, value, _value_hi in rows],
        rows_hi=[(name_hi, value_hi or value) for _name, name_hi, value, value_hi in rows],
    )


def _request(intimation: Intimation) -> Words:
    if intimation.mode == Service.Mode.PRIOR_APPROVAL:
        return Words(
            "As my cadre requires prior approval, I request that the approval of the cadre "
            "controlling authority be given on the portal, so that the Department may confirm the "
            "registration.",
            "चूँकि मेरे संवर्ग में पूर्व अनुमोदन अपेक्षित है, अनुरोध है कि संवर्ग नियंत्रण प्राधिकारी का अनुमोदन "
            "पोर्टल पर प्रदान किया जाए, ताकि विभाग पंजीकरण की पुष्टि कर सके।",
        )
    return Words(
        "This is for information. No approval is asked for; the authority may note the intimation "
        "on the portal.",
        "यह सूचनार्थ है। कोई अनुमोदन नहीं माँगा गया है; प्राधिकारी पोर्टल पर इस सूचना को नोट कर सकता है।",
    )
