"""A portal with some of everything: each thing with its owner, and the keys of its addresses."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.conf import settings
from django.utils import timezone

from accounts import audit
from accounts.models import Notice, Service, User
from accounts.roles import Role
from circulars.models import IssuedDocument
from committee.actions.minutes import draft_corrigendum
from courses.states import DecisionState
from eligibility.models import RollScreening
from enrollment.states import EnrollmentState, ImportState
from reimbursement.states import ClaimState
from tests.factories.accounts import (
    make_authority,
    make_delegation,
    make_nodal_officer,
    make_officer,
    make_service,
    make_user,
)
from tests.factories.courses import make_committee_decision, make_course, make_programme, make_run
from tests.factories.eligibility import make_rule_set_version
from tests.factories.enrollment import make_enrollment, make_intimation
from tests.factories.minutes import make_minutes
from tests.factories.pool import make_certificate, make_coupon_batch, make_result_import
from tests.factories.reimbursement import make_claim
from tests.factories.usage import make_usage_report
from tests.security import things


class Thing(NamedTuple):
    """What an address is about: whose it is, and the arguments that name it."""

    owner: User
    keys: dict[str, Any]


class World(NamedTuple):
    things: dict[str, Thing]
    people: dict[str, User | None]  # all but the owners
    media: str


def make_world() -> World:
    """Fill the portal, and bring everybody of the table."""
    made = {name: thing() for name, thing in THINGS.items()}
    elsewhere = make_authority(name="Railway Board")
    roles = [role for role in Role if role not in (Role.OFFICER, Role.NODAL_OFFICER)]
    people = {
        "nobody": None,
        "officer": make_officer(name="Other Officer").log_in,
        "nodal": make_nodal_officer(),
        "elsewhere": make_nodal_officer(authority=elsewhere),
        **{role.value: make_user(role) for role in roles},
    }
    return World(made, people, settings.MEDIA_ROOT)


# --- things, by the name that the table gives them --------------------------------------------


def own() -> Thing:
    """Make somebody whose own pages have no key: an officer with a record."""
    keys = {"slug": "privacy", "pk": 987654321, "text": "no-such-paper"}
    return Thing(things.owner().log_in, keys)


def draft() -> Thing:
    run = make_run(course=make_course(code="open-course"))
    enrollment = make_enrollment(state=EnrollmentState.DRAFT, run=run, officer=things.owner())
    return Thing(enrollment.officer.log_in, {"enrollment_id": enrollment.pk})


def by_matrix(name: str, **arguments: str) -> Callable[[], Thing]:
    """Make a thing of the first table, and call its keys as the addresses do."""

    def make() -> Thing:
        _thing, keys, user = things.MAKERS[name]()
        return Thing(user, {argument: keys[key] for argument, key in arguments.items()})

    return make


def approval() -> Thing:
    service = make_service(code="IRS", cca_mode=Service.Mode.PRIOR_APPROVAL)
    officer = make_officer(name="Zarina Owner", service=service)
    enrollment = make_enrollment(state=EnrollmentState.AWAITING_AUTHORITY, officer=officer)
    intimation = make_intimation(enrollment=enrollment)
    keys = {"intimation_id": intimation.pk, "enrollment_id": enrollment.pk}
    return Thing(officer.log_in, keys)


def completed() -> Thing:
    certificate = make_certificate(state="returned")
    return Thing(certificate.officer.log_in, {"enrollment_id": certificate.enrollment_id})


def claim(state: ClaimState) -> Callable[[], Thing]:
    def make() -> Thing:
        made = make_claim(state=state, officer=things.owner())
        keys = {"claim_id": made.pk, "enrollment_id": made.certificate.enrollment_id}
        return Thing(made.claimant_user, keys)

    return make


def notice() -> Thing:
    officer = things.owner()
    entry = audit.record(officer, "record.verified", acting_user=officer.log_in, at=timezone.now())
    made = Notice.objects.create(
        user=officer.log_in, entry=entry, template=entry.event, created_at=timezone.now()
    )
    return Thing(officer.log_in, {"notice_id": made.pk})


def decision() -> Thing:
    advice, _keys, user = things.make_advice()
    return Thing(user, {"public_id": advice.public_id})


def document() -> Thing:
    things.make_letter()
    return Thing(own().owner, {"public_id": IssuedDocument.objects.latest("pk").public_id})


def catalogue() -> Thing:
    programme = make_programme()
    course = make_course(code="shown", programme=programme)
    return Thing(own().owner, {"code": course.code})


def certificate() -> Thing:
    made, keys, user = things.make_reviewed()
    enrollment = {"enrollment_id": keys["completed"]}
    return Thing(user, {"submission_id": made.pk, "number": 1, **enrollment})


def upload() -> Thing:
    made, _keys, user = things.make_upload()
    return Thing(user, {"upload_id": str(made.pk)})


def answer() -> Thing:
    made, _keys, user = things.make_answer()
    return Thing(user, {"object_id": made.pk})


def receipt() -> Thing:
    _document, keys, user = things.make_receipt()
    return Thing(user, {"public_id": keys["receipt"]})


def delegation() -> Thing:
    made = make_delegation()
    assert made.delegated_from
    return Thing(made.delegated_from.user, {"delegation_id": made.pk})


def usage() -> Thing:
    made = make_usage_report(provider=make_course().provider)
    return Thing(own().owner, {"object_id": made.pk})


def codes() -> Thing:
    batch = make_coupon_batch(codes=1)
    return Thing(own().owner, {"object_id": batch.pk, "code": batch.course.code})


def results() -> Thing:
    made = make_result_import(run=make_run(), state=ImportState.STAGED)
    return Thing(own().owner, {"object_id": made.pk})


def programme() -> Thing:
    return Thing(own().owner, {"code": make_programme().code})


def institute() -> Thing:
    return Thing(own().owner, {"code": make_programme().institute.code})


def committee_decision() -> Thing:
    course = make_course(code="undecided", is_published=False)
    made = make_committee_decision(course=course, state=DecisionState.DRAFT)
    return Thing(own().owner, {"decision_id": made.pk})


def invitation() -> Thing:
    made, _keys, user = things.make_invited()
    return Thing(user, {"invitation_id": made.pk})


def corrigendum() -> Thing:
    minutes = make_minutes(state="confirmed")
    made = draft_corrigendum(
        minutes_id=minutes.pk,
        text="In paragraph 7, for “US$100” read “US$150”.",
        text_hi="",
        reason="A slip of the pen.",
        acting_user=things.make_secretary(),
        at=timezone.now(),
    )
    return Thing(things.chair_user(minutes.meeting), {"corrigendum_id": made.pk})


def roll_screening() -> Thing:
    sender = make_nodal_officer()
    made = RollScreening.objects.create(
        uploaded_by=sender,
        uploaded_at=timezone.now(),
        file="rolls/list",
        file_name="list.csv",
        size=1,
        sha256="e" * 64,
        rule_set_version=make_rule_set_version(),
        commences_on=timezone.localdate(),
        language="en",
    )
    return Thing(sender, {"public_id": made.public_id})


def screening() -> Thing:
    made, keys, user = things.make_screened()
    return Thing(
        user,
        {"screening_id": made.pk, "kind": "csv", "authority_id": user.officer.authority.pk},
    )


THINGS: dict[str, Callable[[], Thing]] = {
    "own": own,
    "notice": notice,
    "record": by_matrix("officer", officer_id="officer"),
    "roll": by_matrix("rollimport", roll_id="roll"),
    "change": by_matrix("proposedchange", change_id="change"),
    "draft": draft,
    "submitted": by_matrix("enrollment", enrollment_id="enrollment"),
    "letter": by_matrix("intimation", intimation_id="intimation"),
    "approval": approval,
    "coupon": by_matrix("couponissue", enrollment_id="confirmed"),
    "completed": completed,
    "certificate": certificate,
    "programme_letter": by_matrix("completion", completion_id="completion"),
    "claim_draft": claim(ClaimState.DRAFT),
    "claim": by_matrix("claim", claim_id="claim", paper_id="paper"),
    "claim_returned": claim(ClaimState.RETURNED),
    "claim_sanctioned": by_matrix("sanctioned", claim_id="sanctioned"),
    "circular": by_matrix("circular", code="circular_code", circular_id="circular"),
    "document": document,
    "codes": codes,
    "results": results,
    "usage": usage,
    "answer": answer,
    "upload": upload,
    "receipt": receipt,
    "delegation": delegation,
    "course": catalogue,
    "programme": programme,
    "institute": institute,
    "committee_decision": committee_decision,
    "edition": by_matrix("courseedition", edition_id="edition"),
    "decision": decision,
    "representation": by_matrix("representation", representation_id="representation"),
    "rule_set": by_matrix("ruleset", version_id="ruleset", pk="ruleset"),
    "screening": screening,
    "roll_screening": roll_screening,
    "committee": by_matrix("committee", committee_id="committee"),
    "proposal": by_matrix("proposal", proposal_id="proposal"),
    "proposed": by_matrix("submittedproposal", proposal_id="proposal"),
    "proposal_file": by_matrix("proposalfile", file_id="import"),
    "meeting": by_matrix("meeting", meeting_id="meeting", item_id="item", paper_id="paper"),
    "room": by_matrix("meetingroom", meeting_id="meetingroom", item_id="openitem"),
    "resolution": by_matrix("resolution", resolution_id="resolution", item_id="decideditem"),
    "invitation": invitation,
    "minutes": by_matrix("minutes", meeting_id="meeting"),
    "corrigendum": corrigendum,
}
