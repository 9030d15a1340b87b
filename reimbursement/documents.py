"""The sanction order as a letter to the Pay & Accounts Officer, composed from its rows."""

from typing import TYPE_CHECKING
from uuid import UUID

from circulars.documents import Annexure, Paper, Para, Signatory, Table, Words
from igot.lib.dates import dmy
from igot.lib.money import amount_in_words, group_indian
from reimbursement.models import Allotment, Claim, SanctionOrder
from reimbursement.states import Lane

if TYPE_CHECKING:
    from collections.abc import Sequence

PROGRAMME = Words("iGOT Programme", "आईगॉट कार्यक्रम")
HEAD = (
    "S. No.",
    "Officer",
    "Course and batch",
    "Certificate",
    "Claim",
    "Bank account",
    "Amount (Rs.)",
)
HEAD_HI = ("क्र.सं.", "अधिकारी", "पाठ्यक्रम और बैच", "प्रमाणपत्र", "दावा", "बैंक खाता", "राशि (रु.)")


def sanction_letter(order: SanctionOrder, *, public_id: UUID | None = None) -> Paper:
    """Compose the letter; without `public_id` it is a draft that looks like one."""
    claims = sorted(order.claims.all(), key=lambda claim: claim.pk)
    return Paper(
        form="sanction",
        number=f"F.No. {order.file_number}, Sanction No. {order.number}",
        dated_on=order.dated_on,
        subject=_subject(claims),
        to=[_addressee(order.allotment)],
        paragraphs=_paragraphs(order, claims),
        signatory=Signatory(
            name=Words(str(order.signed_by)),
            designation=Words(order.signatory_designation),
            telephone=order.signatory_telephone,
        ),
        copy_to=_copies(order),
        annexures=[_annexure(order, claims)],
        is_draft=public_id is None,
        public_id=public_id,
    )


def figures(amount: object) -> str:
    """Write whole rupees as a sanction does: Rs. 3,62,050/-."""
    return f"Rs. {group_indian(int(str(amount).partition('.')[0]))}/-"


def _subject(claims: "Sequence[Claim]") -> Words:
    courses = {claim.course_id: claim for claim in claims}
    if len(courses) == 1:
        claim = claims[0]
        name, name_hi = claim.course.title, claim.course.title_hi or claim.course.title
        if claim.enrollment.run:
            run = claim.enrollment.run
            name, name_hi = f"{name} ({run.name})", f"{name_hi} ({run.name_hi or run.name})"
    else:
        name, name_hi = f"{len(courses)} courses", f"{len(courses)} पाठ्यक्रम"
    return Words(
        f"Reimbursement of course fee under the {PROGRAMME.en} – {name} – regarding.",
        f"{PROGRAMME.hi} के अंतर्गत पाठ्यक्रम शुल्क की प्रतिपूर्ति – {name_hi} – के संबंध में।",
    )


def _addressee(allotment: Allotment) -> Words:
    return Words(f"The Pay & Accounts Officer,\n{allotment.pao_name},\n{allotment.pao_address}")


def _paragraphs(order: SanctionOrder, claims: "Sequence[Claim]") -> list[Para]:
    texts = [
        _sanctioned(order, claims),
        _head_of_account(order.allotment),
        Words(
            "The amount may be released electronically to the bank accounts in the Annexure. The "
            "full account numbers are in the payment file under the claim numbers shown there.",
            "यह राशि अनुलग्नक में दर्शाए गए बैंक खातों में इलेक्ट्रॉनिक माध्यम से जारी की जाए। पूर्ण खाता संख्या "
            "भुगतान फ़ाइल में उन्हीं दावा संख्याओं के सामने दी गई है।",
        ),
        _disbursing_officer(order.allotment),
        _certified(claims),
    ]
    if order.ifd_number and order.ifd_dated_on:
        texts.append(_concurrence(order))
    return [
        Para(text=text, label=f"{number}." if number > 1 else "")
        for number, text in enumerate(texts, start=1)
    ]


def _sanctioned(order: SanctionOrder, claims: "Sequence[Claim]") -> Words:
    sum_en = f"**{figures(order.amount)} ({amount_in_words(order.amount)})**"
    sum_hi = (
        f"**{figures(order.amount).replace('Rs.', 'रु.')} ({amount_in_words(order.amount, 'hi')})**"
    )
    count = len(claims)
    officers = "the officer named" if count == 1 else f"the {count} officers named"
    officers_hi = "नामित अधिकारी" if count == 1 else f"नामित {count} अधिकारियों"
    course = _subject_course(claims)
    return Words(
        f"I am directed to convey the sanction of the President to the payment of {sum_en} to "
        f"{officers} in the Annexure towards reimbursement of course fee for {course.en}.",
        f"मुझे अनुलग्नक में {officers_hi} को {course.hi} के पाठ्यक्रम शुल्क की प्रतिपूर्ति के लिए {sum_hi} के "
        "भुगतान हेतु राष्ट्रपति की स्वीकृति सूचित करने का निदेश हुआ है।",
    )


def _subject_course(claims: "Sequence[Claim]") -> Words:
    titles = {claim.course.title: claim.course.title_hi or claim.course.title for claim in claims}
    if len(titles) > 1:
        return Words("the courses shown there", "उसमें दर्शाए गए पाठ्यक्रमों")
    title, title_hi = next(iter(titles.items()))
    return Words(f"“{title}”", f"“{title_hi}”")


def _head_of_account(allotment: Allotment) -> Words:
    head = ", ".join(
        part
        for part in (allotment.major_head, allotment.head_of_account, allotment.object_head)
        if part
    )
    return Words(
        f"The expenditure will be met from {head} under Demand No. {allotment.demand_number} for "
        f"the year {allotment.financial_year}.",
        f"यह व्यय वर्ष {allotment.financial_year} के लिए मांग संख्या {allotment.demand_number} के अंतर्गत "
        f"{head} से किया जाएगा।",
    )


def _disbursing_officer(allotment: Allotment) -> Words:
    code = f" (DDO code {allotment.ddo_code})" if allotment.ddo_code else ""
    code_hi = f" (डीडीओ कोड {allotment.ddo_code})" if allotment.ddo_code else ""
    return Words(
        f"The Drawing & Disbursing Officer is {allotment.ddo_name}{code}.",
        f"आहरण एवं संवितरण अधिकारी {allotment.ddo_name}{code_hi} हैं।",
    )


def _certified(claims: "Sequence[Claim]") -> Words:
    """Certify what GFR 2017, rules 295 and 296, ask, as the claims' lanes have it."""
    lanes = {claim.lane for claim in claims}
    grounds, grounds_hi = (
        ["were preferred within two years of falling due"],
        ["देय होने के दो वर्ष के भीतर प्रस्तुत किए गए"],
    )
    if lanes != {Lane.NORMAL}:
        grounds.append("have been investigated by the Head of Department under GFR 295(3)")
        grounds_hi.append("जीएफआर 295(3) के अंतर्गत विभागाध्यक्ष द्वारा जाँचे गए")
        if Lane.NORMAL not in lanes:
            del grounds[0], grounds_hi[0]
    if Lane.TIME_BARRED in lanes:
        grounds.append("carry the express sanction that GFR 296 requires")
        grounds_hi.append("जीएफआर 296 के अंतर्गत अपेक्षित विशेष स्वीकृति प्राप्त")
    return Words(
        f"Certified that the claims {' or '.join(grounds)}, and that no earlier reimbursement "
        "was made for the same course to the same officer.",
        f"प्रमाणित किया जाता है कि दावे {' अथवा '.join(grounds_hi)} हैं और उसी अधिकारी को उसी पाठ्यक्रम के "
        "लिए पहले कोई प्रतिपूर्ति नहीं की गई है।",
    )


def _concurrence(order: SanctionOrder) -> Words:
    day = dmy(order.ifd_dated_on) if order.ifd_dated_on else ""
    return Words(
        "This issues with the concurrence of the Integrated Finance Division vide their Dy. No. "
        f"{order.ifd_number} dated {day}.",
        f"यह एकीकृत वित्त प्रभाग की दिनांक {day} की डायरी संख्या {order.ifd_number} द्वारा दी गई "
        "सहमति से जारी किया जाता है।",
    )


def _copies(order: SanctionOrder) -> list[Words]:
    """Return to whom copies go, each on one line in both languages."""
    lines = [
        Words(order.allotment.ddo_name),
        Words("Integrated Finance Division", "एकीकृत वित्त प्रभाग"),
        Words("Officers concerned", "संबंधित अधिकारी"),
        Words(
            "Cadre controlling authority / parent department", "संवर्ग नियंत्रण प्राधिकारी / मूल विभाग"
        ),
        Words(
            "NIC, for the website (without bank details)", "एनआईसी, वेबसाइट के लिए (बैंक विवरण के बिना)"
        ),
        Words(f"Guard file {order.dated_on.year}", f"गार्ड फ़ाइल {order.dated_on.year}"),
    ]
    return [Words(line.both()) for line in lines]


def _annexure(order: SanctionOrder, claims: "Sequence[Claim]") -> Annexure:
    rows = [
        (
            str(number),
            _officer(claim),
            _course(claim),
            f"{claim.certificate.certificate_number}\n{dmy(claim.certificate.completed_on)}",
            str(claim.number),
            f"{claim.bank_name}\n{claim.ifsc}\nending {claim.account_ending}",
            group_indian(int(claim.sanctioned_amount or 0)),
        )
        for number, claim in enumerate(claims, start=1)
    ]
    total = ("", "Total / योग", "", "", "", "", group_indian(int(order.amount)))
    return Annexure(
        title=Words("Annexure", "अनुलग्नक"),
        caption=Words(
            f"Annexure to Sanction Order {order.number} dated {dmy(order.dated_on)}",
            f"दिनांक {dmy(order.dated_on)} के स्वीकृति आदेश {order.number} का अनुलग्नक",
        ),
        table=Table(
            head=HEAD,
            head_hi=HEAD_HI,
            rows=[*rows, total],
            align=("right", "left", "left", "left", "left", "left", "right"),
            has_total=True,
        ),
        is_wide=True,
    )


def _officer(claim: Claim) -> str:
    officer = claim.officer
    parts = [str(officer), officer.designation]
    if officer.service:
        parts.append(officer.service.name)
    return "\n".join(part for part in parts if part)


def _course(claim: Claim) -> str:
    run = claim.enrollment.run
    return f"{claim.course.title}\n{run.name}" if run else claim.course.title
