"""Papers, decisions, messages and ledger lines of the demo office; some wait for a second hand."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.utils import timezone

from accounts.models import Officer, User
from circulars import actions as papers
from circulars.models import Addressee, AddressList, Circular, Paragraph
from circulars.rules import digest_of
from circulars.tasks import render_unrendered
from courses.actions.decisions import record_decision
from courses.models import CommitteeDecision, Course, Run
from courses.states import RunState
from credits.actions import post_credits, reverse_entry
from credits.models import CreditEntry
from enrollment.models import CertificateSubmission
from igot.lib.dates import dmy
from reports.actions import answer_feedback, receive_feedback
from reports.demo.registrations import instant

FILE = "No.T-16017/42/2018-Trg (TFA)"
OPENING_POINTS = 34  # with one course of ten points above the threshold of domestic programmes
LISTS = ("secretaries", "chief-secretaries", "cadre-controlling-authorities")
SUBJECT = "iGOT programme: batch commencing on {begins}"
SUBJECT_HI = "आईगॉट कार्यक्रम: {begins} से आरंभ होने वाला बैच"
OPENING = (
    "The undersigned is directed to say that registration for the batch of the MITx MicroMasters "
    "courses commencing on {begins} is open on the portal from {opens} to {closes}, both days "
    "included.",
    "अधोहस्ताक्षरी को यह कहने का निदेश हुआ है कि {begins} से आरंभ होने वाले एमआईटीएक्स माइक्रोमास्टर्स "
    "पाठ्यक्रमों के बैच के लिए पंजीकरण पोर्टल पर {opens} से {closes} तक (दोनों दिन सम्मिलित) खुला है।",
)
TABLE = (
    "The courses of this batch are as under:",
    "इस बैच के पाठ्यक्रम निम्नानुसार हैं:",
)
CLOSING = (
    "Officers may check their eligibility on the portal before they register. Cadre Controlling "
    "Authorities are requested to bring this to the notice of the officers under their control.",
    "अधिकारी पंजीकरण से पूर्व पोर्टल पर अपनी पात्रता जाँच सकते हैं। संवर्ग नियंत्रण प्राधिकारियों से अनुरोध है कि "
    "इसे अपने नियंत्रणाधीन अधिकारियों के ध्यान में लाएँ।",
)
REPLACING = (
    "This Office Memorandum supersedes the one of even number dated {before}.",
    "यह कार्यालय ज्ञापन दिनांक {before} के समसंख्यक कार्यालय ज्ञापन का स्थान लेता है।",
)
HEAD = ["S. No.", "Course", "Last date to register", "Commences on"]
HEAD_HI = ["क्र. सं.", "पाठ्यक्रम", "पंजीकरण की अंतिम तिथि", "आरंभ की तिथि"]


def write_papers(users: dict[str, User], today: date) -> int:
    """Write notices of batches: superseded, in force, approved, submitted, and a draft."""
    went, coming = _batches(today)
    first = write_notice(users, went, at=_before(went, 75))
    _issue(users, first, _before(went, 70))
    first.refresh_from_db()
    second = write_notice(users, went, at=_before(went, 60), supersedes=first)
    _issue(users, second, _before(went, 58))
    _issue(users, write_notice(users, coming[0], at=_ago(12)), _ago(10))
    _approve(users, write_notice(users, coming[1], at=_ago(8)), _ago(6))
    _submit(users, write_notice(users, coming[2], at=_ago(5)), _ago(4))
    write_notice(users, coming[3], at=_ago(1))
    render_unrendered()
    return Circular.objects.exclude(author=None).count()


def _batches(today: date) -> tuple[list[Run], list[list[Run]]]:
    """Return the runs of the batch that commenced last, and those of four that follow."""
    scheduled = Run.objects.filter(
        state=RunState.SCHEDULED,
        course__provider__issues_coupons=True,
        registration_opens_on__isnull=False,
        registration_closes_on__isnull=False,
    )
    batches: dict[date, list[Run]] = {}
    for run in scheduled.select_related("course").order_by("commences_on", "pk"):
        if run.commences_on:
            batches.setdefault(run.commences_on, []).append(run)
    days = sorted(batches)
    coming = [batches[day] for day in days if day > today]
    went = batches[max(day for day in days if day <= today)]
    return went, [coming[place % len(coming)] for place in range(4)]


def write_notice(
    users: dict[str, User], runs: Sequence[Run], *, at: datetime, supersedes: Circular | None = None
) -> Circular:
    """Draft the notice of a batch in both languages, composed from its runs."""
    begins = runs[0].commences_on or timezone.localdate()
    words = {
        "begins": dmy(begins),
        "opens": dmy(runs[0].registration_opens_on or begins),
        "closes": dmy(runs[0].registration_closes_on or begins),
        "before": dmy(supersedes.dated_on) if supersedes and supersedes.dated_on else "",
    }
    serial = Circular.objects.filter(code__startswith=f"batch-{begins}").count()
    notice = Circular(
        form=Circular.Form.OFFICE_MEMORANDUM,
        office_file=papers.file_numbered(FILE),
        number=FILE,
        code=f"batch-{begins}" + (f"-{serial + 1}" if serial else ""),
        subject=SUBJECT.format(**words),
        subject_hi=SUBJECT_HI.format(**words),
        signatory_name="Gopal Krishnan",
        signatory_name_hi="गोपाल कृष्णन",
        signatory_designation="Director (Training)",
        signatory_designation_hi="निदेशक (प्रशिक्षण)",
        supersedes=supersedes,
    )
    papers.create_draft(circular=notice, acting_user=users["author"], at=at)
    texts = [OPENING, TABLE, CLOSING, *([REPLACING] if supersedes else [])]
    for position, (text, text_hi) in enumerate(texts, start=1):
        table = _table(runs) if text == TABLE[0] else None
        text, text_hi = text.format(**words), text_hi.format(**words)
        Paragraph.objects.create(
            circular=notice,
            position=position,
            label=f"{position}." if position > 1 else "",
            text=text,
            text_hi=text_hi,
            table=table,
            hindi_of=digest_of(text, table),
        )
    _address(notice)
    return notice


def _table(runs: Sequence[Run]) -> dict[str, list[list[str]] | list[str]]:
    def rows(language: str) -> list[list[str]]:
        return [
            [
                f"{number}.",
                run.course.title_hi if language == "hi" else run.course.title,
                dmy(run.registration_closes_on) if run.registration_closes_on else "",
                dmy(run.commences_on) if run.commences_on else "",
            ]
            for number, run in enumerate(runs, start=1)
        ]

    return {"head": HEAD, "head_hi": HEAD_HI, "rows": rows("en"), "rows_hi": rows("hi")}


def _address(notice: Circular) -> None:
    for position, code in enumerate(LISTS, start=1):
        wanted = AddressList.objects.get(code=code)
        Addressee.objects.create(
            circular=notice,
            position=position,
            text=f"The {wanted.name}",
            text_hi=wanted.name_hi,
            address_list=wanted,
        )


def _submit(users: dict[str, User], notice: Circular, at: datetime) -> None:
    papers.submit_circular(circular_id=notice.pk, acting_user=users["author"], at=at)


def _approve(users: dict[str, User], notice: Circular, at: datetime) -> None:
    _submit(users, notice, at - timedelta(days=1))
    papers.approve_circular(circular_id=notice.pk, acting_user=users["approver"], at=at)


def _issue(users: dict[str, User], notice: Circular, at: datetime) -> None:
    _approve(users, notice, at - timedelta(hours=2))
    papers.issue_circular(circular_id=notice.pk, acting_user=users["approver"], at=at)


def resolve(users: dict[str, User], today: date) -> None:
    """Record what the committee resolved on a course; a member has yet to confirm it."""
    course = Course.objects.get(code="jpal-political-economy")
    decision = CommitteeDecision(
        resolution_number=f"Demo {today.year}/01",
        decided_on=today - timedelta(days=9),
        course=course,
        outcome=CommitteeDecision.Outcome.MORE_INFORMATION,
        rule_set_code="OM",
        valid_from=today - timedelta(days=9),
        reasons="Whether to offer it as the other five are: the provider is asked.",
        reasons_hi="शेष पाँच की भाँति प्रस्तुत हो या नहीं: प्रदाता से पूछा गया है।",
    )
    record_decision(decision=decision, acting_user=users["secretary"], at=_ago(7))


def receive_messages(users: dict[str, User]) -> None:
    """Receive two messages from visitors and answer one."""
    receive_feedback(
        subject="eligibility",
        message="I was allotted in 2024 and joined in 2025. In which batch may I take a course?",
        name="Rohit Deshmukh",
        email=f"rohit.deshmukh@{users['officer'].email.partition('@')[2]}",
        language="en",
        at=_ago(3),
    )
    answered = receive_feedback(
        subject="courses",
        message="क्या कार्यालय प्रबंधन का मॉड्यूल हिन्दी में भी उपलब्ध है?",
        name="मीनाक्षी",
        email=f"meenakshi@{users['officer'].email.partition('@')[2]}",
        language="hi",
        at=_ago(11),
    )
    answer_feedback(
        feedback_id=answered.pk,
        answer="The page of the course names its languages; sent by e-mail in Hindi.",
        acting_user=users["dealing"],
        at=_ago(8),
    )


def open_ledger(users: dict[str, User], officers: Sequence[Officer], at: datetime) -> None:
    """Bring forward the points that some officers had earned before the portal."""
    for officer in officers:
        post_credits(
            officer=officer,
            points=OPENING_POINTS,
            key=f"opening:{officer.pk}",
            kind=CreditEntry.Kind.OPENING,
            description="Brought forward from the register of the Training Division",
            description_hi="प्रशिक्षण प्रभाग की पंजी से अग्रनीत",
            authority="Demo",
            acting_user=users["dealing"],
            at=at,
        )


def reverse_one(users: dict[str, User], certificates: Sequence[CertificateSubmission]) -> None:
    """Reverse the points of the last certificate, which were awarded by mistake."""
    entry = CreditEntry.objects.filter(
        officer=certificates[-1].officer, kind=CreditEntry.Kind.AWARD
    ).latest("pk")
    reverse_entry(
        entry_id=entry.pk,
        reason="The provider withdrew this certificate",
        acting_user=users["dealing2"],
        at=_ago(2),
    )


def _ago(days: int) -> datetime:
    return timezone.now() - timedelta(days=days)


def _before(runs: Sequence[Run], days: int) -> datetime:
    return instant((runs[0].commences_on or timezone.localdate()) - timedelta(days=days))
