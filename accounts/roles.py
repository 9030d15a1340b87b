"""The roles of the portal and what each may open on the desk: the only place that says so.

The roles are stored as groups of the same name (`sync_roles`), and a test compares both.
"""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    OFFICER = "officer", _("Officer")
    NODAL_OFFICER = "nodal officer", _("Nodal officer of a cadre controlling authority")
    DEALING_HAND = "dealing hand", _("Dealing hand")
    SANCTIONING_AUTHORITY = "sanctioning authority", _("Sanctioning authority")
    PAYING_OFFICER = "paying officer", _("Paying officer")
    COMMITTEE_MEMBER = "committee member", _("Member of the selection committee")
    COMMITTEE_SECRETARY = "committee secretary", _("Secretary of the selection committee")
    CIRCULAR_AUTHOR = "circular author", _("Author of circulars")
    CIRCULAR_APPROVER = "circular approver", _("Approver of circulars")
    AUDITOR = "auditor", _("Auditor")


STAFF_ROLES = frozenset(Role) - {Role.OFFICER}  # a second factor is required of these
DESK_ROLES = frozenset(  # these work in the Django admin
    {
        Role.DEALING_HAND,
        Role.SANCTIONING_AUTHORITY,
        Role.PAYING_OFFICER,
        Role.COMMITTEE_SECRETARY,
        Role.CIRCULAR_AUTHOR,
        Role.CIRCULAR_APPROVER,
        Role.AUDITOR,
    }
)

# What a role may open on the desk, as "<app>.<model>": "<verbs>" with v(iew), a(dd), c(hange).
# Nobody deletes. Changes of state are not permissions but steps, asked of each app's policies.
DESK: dict[Role, dict[str, str]] = {
    Role.DEALING_HAND: {
        "accounts.officer": "v",
        "accounts.posting": "v",
        "accounts.birthdatecorrection": "v",
        "accounts.rollsource": "vc",
        "accounts.rollimport": "v",
        "accounts.proposedchange": "v",
        "accounts.service": "vac",
        "accounts.servicealias": "vac",
        "accounts.rank": "vac",
        "accounts.state": "vac",
        "accounts.cadreauthority": "vac",
        "accounts.nodalappointment": "vac",
        "accounts.officialemaildomain": "vac",
        "courses.institute": "vac",
        "courses.programme": "vac",
        "courses.provider": "vac",
        "courses.course": "vac",
        "courses.courseedition": "v",
        "courses.coursealias": "vac",
        "courses.formertitle": "vac",
        "courses.requirement": "vac",
        "courses.coursemodule": "v",
        "courses.courseunit": "v",
        "courses.coursefee": "vac",
        "courses.coursecredit": "vac",
        "courses.graderule": "vac",
        "courses.run": "vac",
        "courses.runreschedule": "v",
        "courses.committeedecision": "v",
        "committee.rubric": "v",
        "committee.criterion": "v",
        "eligibility.ruleset": "vac",
        "eligibility.rulesetversion": "vac",
        "eligibility.audienceentry": "vac",
        "eligibility.decision": "v",
        "eligibility.overrideproposal": "v",
        "eligibility.representation": "v",
        "enrollment.enrollment": "v",
        "enrollment.intimation": "v",
        "enrollment.providerlist": "v",
        "enrollment.providerlistline": "v",
        "enrollment.provideranswer": "v",
        "enrollment.couponbatch": "v",
        "enrollment.coupon": "v",
        "enrollment.couponissue": "v",
        "enrollment.usagereport": "v",
        "enrollment.reconciliationcase": "v",
        "enrollment.poolpolicy": "vac",
        "enrollment.couponrequest": "v",
        "enrollment.columnmap": "vac",
        "enrollment.resultimport": "v",
        "enrollment.result": "v",
        "enrollment.resultimportrow": "v",
        "enrollment.certificatesubmission": "v",
        "enrollment.certificaterule": "vac",
        "enrollment.registrationpolicy": "vac",
        "enrollment.examcity": "vac",
        "enrollment.completionbenefit": "vac",
        "enrollment.programmecompletion": "v",
        "credits.creditentry": "v",
        "credits.creditthreshold": "vac",
        "reimbursement.claim": "v",
        "reimbursement.referencerate": "vac",
        "reimbursement.reimbursementpolicy": "v",
        "reports.feedback": "v",
        "reports.pagereview": "va",
    },
    Role.SANCTIONING_AUTHORITY: {
        "accounts.officer": "v",
        "accounts.birthdatecorrection": "v",
        "eligibility.ruleset": "v",
        "eligibility.rulesetversion": "v",
        "eligibility.audienceentry": "v",
        "eligibility.decision": "v",
        "eligibility.overrideproposal": "v",
        "eligibility.representation": "v",
        "enrollment.enrollment": "v",
        "enrollment.certificatesubmission": "v",
        "reimbursement.claim": "v",
        "reimbursement.sanctionorder": "v",
        "reimbursement.referencerate": "v",
        "reimbursement.allotment": "v",
        "reimbursement.sanctionlimit": "v",
    },
    Role.PAYING_OFFICER: {
        "reimbursement.claim": "v",
        "reimbursement.sanctionorder": "v",
        "reimbursement.paymentbatch": "v",
        "reimbursement.paymentline": "v",
        "reimbursement.paymentlayout": "v",
        "reimbursement.returnfile": "v",
        "reimbursement.allotment": "vac",
    },
    Role.COMMITTEE_SECRETARY: {
        "courses.institute": "vac",
        "courses.programme": "vac",
        "courses.course": "vac",
        "courses.courseedition": "v",
        "courses.coursealias": "vac",
        "courses.formertitle": "vac",
        "courses.requirement": "vac",
        "courses.coursemodule": "v",
        "courses.courseunit": "v",
        "courses.coursefee": "v",
        "courses.coursecredit": "v",
        "courses.committeedecision": "vac",
        "committee.committee": "vac",
        "committee.seat": "vac",
        "committee.rubric": "vac",
        "committee.criterion": "vac",
        "committee.screeningpoint": "vac",
        "committee.participation": "v",
        "committee.resolution": "v",
        "committee.meeting": "v",
        "committee.attendance": "v",
        "committee.agendaitem": "v",
        "committee.itempaper": "v",
        "committee.invitation": "v",
    },
    Role.CIRCULAR_AUTHOR: {
        "circulars.circular": "vac",
        "circulars.paragraph": "vac",
        "circulars.addressee": "vac",
        "circulars.delivery": "v",
        "circulars.officefile": "vac",
        "circulars.addresslist": "vac",
        "circulars.addresslistentry": "vac",
        "circulars.issueddocument": "v",
    },
    Role.CIRCULAR_APPROVER: {
        "circulars.circular": "v",
        "circulars.paragraph": "v",
        "circulars.addressee": "v",
        "circulars.delivery": "v",
        "circulars.officefile": "v",
        "circulars.addresslist": "v",
        "circulars.addresslistentry": "v",
        "circulars.issueddocument": "v",
    },
    Role.AUDITOR: {
        name: "v"
        for name in (
            "accounts.officer",
            "accounts.posting",
            "accounts.birthdatecorrection",
            "accounts.nodalappointment",
            "accounts.auditentry",
            "accounts.servicerecordentry",
            "accounts.rollsource",
            "accounts.rollimport",
            "accounts.proposedchange",
            "accounts.user",
            "courses.course",
            "courses.courseedition",
            "courses.run",
            "courses.runreschedule",
            "courses.committeedecision",
            "committee.committee",
            "committee.seat",
            "committee.rubric",
            "committee.criterion",
            "committee.screeningpoint",
            "committee.participation",
            "committee.resolution",
            "committee.meeting",
            "committee.attendance",
            "committee.agendaitem",
            "committee.itempaper",
            "committee.invitation",
            "circulars.circular",
            "circulars.paragraph",
            "circulars.addressee",
            "circulars.delivery",
            "circulars.issueddocument",
            "eligibility.rulesetversion",
            "eligibility.audienceentry",
            "eligibility.decision",
            "eligibility.overrideproposal",
            "eligibility.representation",
            "enrollment.enrollment",
            "enrollment.intimation",
            "enrollment.providerlist",
            "enrollment.providerlistline",
            "enrollment.provideranswer",
            "enrollment.couponbatch",
            "enrollment.coupon",
            "enrollment.couponissue",
            "enrollment.usagereport",
            "enrollment.reconciliationcase",
            "enrollment.poolpolicy",
            "enrollment.couponrequest",
            "enrollment.columnmap",
            "enrollment.resultimport",
            "enrollment.result",
            "enrollment.resultimportrow",
            "enrollment.certificatesubmission",
            "enrollment.certificaterule",
            "enrollment.registrationpolicy",
            "enrollment.examcity",
            "enrollment.completionbenefit",
            "enrollment.programmecompletion",
            "credits.creditentry",
            "reimbursement.claim",
            "reimbursement.sanctionorder",
            "reimbursement.paymentbatch",
            "reimbursement.paymentline",
            "reimbursement.returnfile",
            "reimbursement.allotment",
            "reimbursement.referencerate",
            "reimbursement.reimbursementpolicy",
            "reimbursement.sanctionlimit",
        )
    },
}
VERBS = {"v": "view", "a": "add", "c": "change"}


def permissions_of(role: Role) -> set[str]:
    """Return the Django permissions of `role`, as "<app>.<verb>_<model>"."""
    return {
        f"{app}.{VERBS[verb]}_{model}"
        for name, verbs in DESK.get(role, {}).items()
        for app, model in [name.split(".")]
        for verb in verbs
    }
