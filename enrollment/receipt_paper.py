"""The receipt of a registration: what was received, what was declared, and what happens next."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_noop, override

from accounts.models import Service
from circulars.documents import Paper, Para, Signatory, Words
from circulars.particulars import Particular, printed, said
from enrollment import declaration
from enrollment.models import Enrollment, Receipt
from enrollment.states import EnrollmentState
from igot.lib.dates import IST, civil_date, dmy

KIND: Final = gettext_noop("Receipt of a registration")
TITLE: Final = Words("Receipt of a registration for a course", "पाठ्यक्रम के लिए पंजीकरण की पावती")
PORTAL: Final = Signatory(
    name=Words("Training Division", "प्रशिक्षण प्रभाग"),
    designation=Words("Department of Personnel and Training", "कार्मिक और प्रशिक्षण विभाग"),
)
UNSIGNED: Final = Words(
    "This paper is issued by the iGOT portal from its records and needs no signature. Whether it "
    "still holds, and what it must say, is shown at the address beside the code.",
    "यह पत्र आईगॉट पोर्टल द्वारा अपने अभिलेखों के आधार पर जारी किया गया है और इस पर हस्ताक्षर अपेक्षित "
    "नहीं है। यह अब भी मान्य है या नहीं और इसमें क्या लिखा होना चाहिए, यह कोड के पास दिए पते पर देखा जा "
    "सकता है।",
)
ENDED: Final = {  # what anybody who verifies a receipt is told of its registration
    EnrollmentState.WITHDRAWN: Words(
        "The registration was withdrawn by the officer.", "अधिकारी ने पंजीकरण वापस ले लिया है।"
    ),
    EnrollmentState.DEFERRED: Words(
        "The registration was deferred to a later batch.",
        "पंजीकरण बाद के बैच के लिए स्थगित कर दिया गया है।",
    ),
    EnrollmentState.LAPSED: Words("The registration has lapsed.", "पंजीकरण व्यपगत हो गया है।"),
    EnrollmentState.REJECTED: Words(
        "The registration was not confirmed.", "पंजीकरण की पुष्टि नहीं की गई।"
    ),
}
MOVED: Final = Words(
    "The registration was put on another batch.", "पंजीकरण किसी अन्य बैच में रखा गया है।"
)


class Drafted(NamedTuple):
    """A receipt as it is to be issued: for which submission, and what it says of it."""

    enrollment: Enrollment
    submitted_at: datetime
    number: str
    particulars: list[Particular]


def draft_of(enrollment: Enrollment) -> Drafted:
    """Take down what the receipt of a submitted registration says; needs `with_all` of the row.

    A second receipt, after the registration was put on another batch, is numbered as such.
    """
    if enrollment.submitted_at is None or enrollment.number is None:
        raise ValueError("only what was submitted has a receipt")
    earlier = Receipt.objects.filter(enrollment=enrollment).count()
    number = f"{enrollment.number}/{earlier + 1}" if earlier else enrollment.number
    return Drafted(
        enrollment,
        enrollment.submitted_at,
        number,
        list(_particulars(enrollment, enrollment.submitted_at)),
    )


def paper_of(drafted: Drafted, *, public_id: UUID | None = None) -> Paper:
    """Compose the receipt from what was taken down of it, and from nothing else."""
    received = timezone.localtime(drafted.submitted_at, IST)
    return Paper(
        form="receipt",
        number=drafted.number,
        dated_on=received.date(),
        subject=Words(
            "Registration for an online course under the iGOT programme – receipt – reg.",
            "आईगॉट कार्यक्रम के अंतर्गत ऑनलाइन पाठ्यक्रम के लिए पंजीकरण – पावती – के संबंध में।",
        ),
        paragraphs=[
            Para(
                text=Words(
                    "The registration described below was received through the iGOT portal on "
                    f"{dmy(received.date())} at {received:%H:%M} hours (IST).",
                    f"नीचे वर्णित पंजीकरण आईगॉट पोर्टल के माध्यम से दिनांक {dmy(received.date())} को "
                    f"{received:%H:%M} बजे (भारतीय मानक समय) प्राप्त हुआ।",
                )
            ),
            Para(kind="table", table=printed(drafted.particulars)),
            Para(
                label="2.",
                text=Words("With it the officer declared:", "इसके साथ अधिकारी ने घोषणा की:"),
            ),
            *_numbered(_declared()),
            Para(label="3.", text=Words("What happens next:", "आगे क्या होगा:")),
            *_numbered(_next_steps(drafted.enrollment)),
            Para(
                label="4.",
                text=Words(
                    "This receipt says that the registration was received. It is no confirmation "
                    "by the Department and no sanction of any payment. " + UNSIGNED.en,
                    "यह पावती केवल पंजीकरण प्राप्त होने की सूचना है। यह विभाग की पुष्टि अथवा किसी भुगतान की "
                    "स्वीकृति नहीं है। " + UNSIGNED.hi,
                ),
            ),
        ],
        signatory=PORTAL,
        public_id=public_id,
    )


def _particulars(enrollment: Enrollment, submitted_at: datetime) -> Iterator[Particular]:
    officer, course, run = enrollment.officer, enrollment.course, enrollment.run
    service = officer.service
    post = ", ".join(part for part in (officer.designation, officer.ministry) if part)
    yield said("Registration", "पंजीकरण", enrollment.number or "")
    yield said("Officer", "अधिकारी", officer.name)
    yield said("Designation", "पदनाम", post)
    if service:
        yield said("Service", "सेवा", service.name, service.name_hi)
        authority = service.authority
        name, name_hi = "Cadre controlling authority", "संवर्ग नियंत्रण प्राधिकारी"
        yield said(name, name_hi, authority.name, authority.name_hi)
    yield said("Course", "पाठ्यक्रम", course.title, course.title_hi)
    yield said("Institute", "संस्थान", course.institute.title, course.institute.title_hi)
    yield said("Batch", "बैच", *((run.name, run.name_hi) if run else ("Self-paced", "स्व-गति")))
    if run and run.commences_on:
        until = f" – {dmy(run.ends_on)}" if run.ends_on else ""
        days = dmy(run.commences_on) + until
        yield said("Duration, as announced", "अवधि, घोषणा के अनुसार", days)
    if enrollment.declared_at:
        made = f"{dmy(civil_date(enrollment.declared_at))} ({declaration.VERSION})"
        yield said("Declaration made on", "घोषणा की तिथि", made)
    yield said("Submitted on", "प्रस्तुति की तिथि", dmy(civil_date(submitted_at)))


def _declared() -> Iterator[Words]:
    for point in declaration.POINTS:
        with override("en"):
            text = str(point)
        with override("hi"):
            yield Words(text, str(point))


def _next_steps(enrollment: Enrollment) -> Iterator[Words]:
    if enrollment.cca_mode == Service.Mode.PRIOR_APPROVAL:
        yield Words(
            "The cadre controlling authority is asked for its approval through the portal. "
            "Obtaining it in time is the officer's own duty.",
            "संवर्ग नियंत्रण प्राधिकारी से पोर्टल के माध्यम से अनुमोदन माँगा जाता है। समय पर अनुमोदन प्राप्त "
            "करना अधिकारी का अपना दायित्व है।",
        )
    elif enrollment.cca_mode:
        yield Words(
            "The cadre controlling authority is told of the registration through the portal.",
            "संवर्ग नियंत्रण प्राधिकारी को पोर्टल के माध्यम से पंजीकरण की सूचना दी जाती है।",
        )
    yield Words(
        "The Training Division checks the eligibility and confirms the registration, or says why "
        "it cannot.",
        "प्रशिक्षण प्रभाग पात्रता की जाँच कर पंजीकरण की पुष्टि करता है, अथवा पुष्टि न होने का कारण बताता है।",
    )
    if enrollment.run and enrollment.course.provider.issues_coupons:
        yield Words(
            "Once it is confirmed, a coupon of the provider is issued on the portal, in the order "
            "of confirmation.",
            "पुष्टि के बाद, पुष्टि के क्रम में, प्रदाता का कूपन पोर्टल पर जारी किया जाता है।",
        )
    yield Words(
        "The officer is told of each step by a notice on the portal and by e-mail.",
        "प्रत्येक चरण की सूचना अधिकारी को पोर्टल पर और ई-मेल से दी जाती है।",
    )


def _numbered(texts: Iterator[Words]) -> Iterator[Para]:
    numerals = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")
    for numeral, text in zip(numerals, texts, strict=False):
        yield Para(label=f"({numeral})", kind="subparagraph", text=text)
