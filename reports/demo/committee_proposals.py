"""The committee of the demo, its rubric, and proposals in the states before a meeting."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils import timezone

from accounts.models import CadreAuthority, User
from committee import proposal_files
from committee.actions import committees, proposals
from committee.actions import proposal_files as files
from committee.models import Committee, Proposal, Rubric, ScreeningPoint, Seat
from committee.proposal_columns import COLUMNS
from courses.models import Certification, Course
from igot.lib.dates import dmy

SEATS = (
    ("chair", Seat.Kind.CHAIR, "अपर सचिव (प्रशिक्षण)", ""),
    ("member", Seat.Kind.JOINT_SECRETARY, "संयुक्त सचिव", ""),
    ("member2", Seat.Kind.JOINT_SECRETARY, "संयुक्त सचिव", ""),
    ("member3", Seat.Kind.JOINT_SECRETARY, "संयुक्त सचिव", ""),
    ("member4", Seat.Kind.STAKEHOLDER, "संयुक्त सचिव", "Ministry of Rural Development"),
)


class Sent(NamedTuple):
    """A proposal of an institute, and what becomes of it."""

    institute: str
    title: str
    title_hi: str
    weeks: int
    fee: int
    currency: str
    becomes: str


PROPOSED = (
    Sent("IIT Madras", "Data for Public Policy", "लोक नीति के लिए आँकड़े", 8, 5000, "INR", "screened"),
    Sent("IIM Bangalore", "Public Procurement", "लोक क्रय", 6, 7500, "INR", "screened"),
    Sent("IIT Kharagpur", "Climate in Plans", "ज़िला योजनाएँ", 9, 4000, "INR", "screened"),
    Sent("J-PAL South Asia", "Measuring Outcomes", "परिणामों का मापन", 6, 100, "USD", "submitted"),
    Sent("IIIT Hyderabad", "Digital Public Goods", "डिजिटल लोक सम्पदा", 4, 3000, "INR", "submitted"),
    Sent("IIM Indore", "Art of Negotiation", "वार्ता कौशल", 4, 6000, "INR", "returned"),
    Sent("NLSIU Bengaluru", "Drafting of Rules", "नियमों का प्रारूपण", 5, 0, "INR", "draft"),
)  # fmt: skip


def constitute(users: Mapping[str, User], on: date) -> Committee:
    """Constitute the committee by its order, give each member a term, and approve the rubric."""
    committee = Committee.objects.create(
        title="Selection Committee for online courses",
        title_hi="ऑनलाइन पाठ्यक्रम चयन समिति",
        order_number="T-16017/42/2018-Trg (TFA)",
        ordered_on=on,
        effective_from=on,
    )
    for key, kind, designation_hi, ministry in SEATS:
        Seat.objects.create(
            committee=committee,
            user=users[key],
            kind=kind,
            designation=users[key].designation,
            designation_hi=designation_hi,
            ministry=ministry,
            effective_from=on,
        )
    rubric = Rubric.objects.filter(approved_at__isnull=True).order_by("pk").first()
    if rubric is not None:
        committees.approve_rubric(
            rubric_id=rubric.pk, acting_user=users["secretary"], at=timezone.now()
        )
    return committee


def propose(users: Mapping[str, User], today: date) -> int:
    """Take down proposals of institutes, a Ministry and the division, and screen some of them."""
    for days, sent in enumerate(PROPOSED, start=9):
        fields = _institute(sent, on=today - timedelta(days=days))
        _one(users["secretary"], fields, sent.becomes)
    ministry = CadreAuthority.objects.current_for(users["nodal"]).order_by("name").first()
    if ministry is not None:
        said = _said("MIT", "Cities and their Services", "नगर और उनकी सेवाएँ", today)
        named = {"source": Proposal.Source.MINISTRY, "proposer": str(ministry)[:150]}
        _one(users["nodal"], {**said, **named}, "submitted")
    said = _said("LBSNAA", "Office Procedure Online", "कार्यालय पद्धति ऑनलाइन", today)
    division = {"source": Proposal.Source.DIVISION, "proposer": "Training Division"}
    _one(users["dealing"], {**said, **division}, "submitted")
    _bring_in(users["secretary"], today)
    return Proposal.objects.count()


def _one(user: User, fields: Mapping[str, Any], becomes: str) -> None:
    at = timezone.now()
    submits = becomes != "draft"
    proposal = proposals.record_proposal(fields=fields, submits=submits, acting_user=user, at=at)
    given: dict[str, Any] = {"proposal_id": proposal.pk, "acting_user": user, "at": at}
    if becomes == "screened":
        answers = {point.pk: ("yes", "") for point in ScreeningPoint.objects.in_use()}
        proposals.screen_proposal(answers=answers, passes=True, **given)
    elif becomes == "returned":
        reason = "The outline by modules and units is missing."
        proposals.return_proposal(reason=reason, **given)


def _institute(sent: Sent, *, on: date) -> dict[str, Any]:
    terms = {"weeks": sent.weeks, "fee": Decimal(sent.fee), "currency": sent.currency}
    said = _said(sent.institute, sent.title, sent.title_hi, on)
    return {**said, **terms, "source": Proposal.Source.INSTITUTE, "proposer": sent.institute}


def _said(institute: str, title: str, title_hi: str, on: date) -> dict[str, Any]:
    return {
        "institute_name": institute,
        "title": title,
        "title_hi": title_hi,
        "received_on": on,
        "letter_reference": f"Letter of {dmy(on)}",
        "level": Course.Level.INTERMEDIATE,
        "mode": Course.Mode.RUN,
        "certification": Certification.GRADE_AND_EXAM,
        "least_weekly_hours": 4,
        "most_weekly_hours": 6,
        "objective": f"What officers have to know, with cases of districts: {title.lower()}.",
        "outline": "Where it matters\n- A case\n- What was done\nHow it is done\n- Steps\n- Errors",
        "reasons": "Training institutes of three States have asked for it.",
        "officers": "Group A officers of all services",
        "rule_set_code": "OM",
    }


def _bring_in(user: User, today: date) -> None:
    """Stage a list of which some rows are accepted, one is there already, one is wrong."""
    rows = []
    checker = proposal_files.Checker(user=user)
    titles = ("Urban Finance", "Water in Villages", "Data for Public Policy", "Health Insurance")
    for line, title in enumerate(titles, start=2):
        known = {name: str(value) for name, value in _said("IIT Madras", title, "", today).items()}
        cells = {name: text for name, text in known.items() if name in COLUMNS}
        cells |= {"fee": "-1" if line == 5 else "2500", "currency": "INR", "source": "institute"}
        rows.append(checker.check(line, proposal_files.completed(cells, {})))
    files.stage_file(
        file_name="courses-of-institutes.csv",
        sha256="de" * 32,
        letter_reference="D.O. letter of the institute",
        rows=rows,
        acting_user=user,
        at=timezone.now(),
    )
