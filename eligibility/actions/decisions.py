"""What is decided: eligibility of an officer, and overrides of it by two persons."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Subquery
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Officer, Posting, User
from accounts.notifications import notify
from courses.models import Course, Run
from eligibility import facts, policies, rules, states
from eligibility.books import Books
from eligibility.models import Decision, OverrideProposal, RuleSetVersion
from igot.lib.dates import civil_date
from igot.lib.errors import Refused


@transaction.atomic
def decide(
    *,
    officer: Officer,
    run: Run | None,
    acting_user: User | None,
    at: datetime,
    is_binding: bool = False,
    course: Course | None = None,
    commences_on: date | None = None,
    registered_on: date | None = None,
) -> Decision:
    """Decide on the officer's record as it stands, and keep the decision with all it rests on.

    `run` is None for a course without runs; then `course` is named. A training without a day of
    commencement commences on the day that its rule set says: see `_begins_on`.
    An override that a second person has approved holds for as long as facts and findings do.
    :raises Refused: the course names no rule set that is approved
    """
    course = course or (run.course if run else None)
    if course is None:
        raise ValueError("name the run, or the course that has none")
    rows = Officer.objects.select_related("service", "user", "verified_by")
    officer = rows.select_for_update(no_key=True, of=("self",)).get(pk=officer.pk)
    latest, has_postings = _history(officer, course, run)
    registered_on = registered_on or civil_date(at)
    commences_on = commences_on or (run.commences_on if run else None)
    books = Books([course.rule_set_code])
    commences_on = commences_on or _begins_on(course, latest, books, civil_date(at))
    version = _governing(course, books, commences_on)
    book = books.book(version)
    tested_on = rules.test_date(book, commences_on, registered_on)
    known = facts.facts_of(officer, on=tested_on if has_postings else None)
    ruling = rules.decide(
        facts=known,
        rules=book,
        commences_on=commences_on,
        registered_on=registered_on,
    )
    content = {
        "inputs": facts.as_inputs(known, officer),
        "findings_data": [facts.finding_data(finding) for finding in ruling.findings],
        "outcome": ruling.outcome,
        "rule_set_version": version,
    }
    decision = Decision.objects.create(
        officer=officer,
        course=course,
        run=run,
        commences_on=commences_on,
        registered_on=registered_on,
        is_provisional=not officer.is_verified,
        is_boundary=ruling.is_boundary,
        is_binding=is_binding,
        first_eligible_on=ruling.first_eligible_on,
        last_eligible_on=ruling.last_eligible_on,
        supersedes=latest,
        asked_by=acting_user,
        at=at,
        **{**content, **_standing_override(latest, content)},
    )
    _record(decision, "decision.made", acting_user, at)
    return decision


@transaction.atomic(durable=True)
def propose_override(
    *, decision_id: int, reason: str, order_reference: str, acting_user: User, at: datetime
) -> OverrideProposal:
    """Propose to find eligible whom the rules refuse or refer; a second person decides on it.

    :raises Refused: the step is not open to `acting_user`
    """
    return add_proposal(
        decision_id=decision_id,
        reason=reason,
        order_reference=order_reference,
        acting_user=acting_user,
        at=at,
    )


@transaction.atomic
def add_proposal(
    *, decision_id: int, reason: str, order_reference: str, acting_user: User, at: datetime
) -> OverrideProposal:
    """Propose an override within the transaction of another action, as `propose_override` does.

    :raises Refused: the step is not open to `acting_user`
    """
    decision = lock_decision(decision_id)
    _check(states.PROPOSE_OVERRIDE, decision, acting_user)
    proposal = OverrideProposal.objects.create(
        decision=decision,
        reason=reason,
        order_reference=order_reference,
        proposed_by=acting_user,
        proposed_at=at,
    )
    audit.record(
        decision,
        "decision.override_proposed",
        acting_user=acting_user,
        at=at,
        reason=reason,
        order_reference=order_reference,
    )
    return proposal


@transaction.atomic(durable=True)
def approve_override(
    *, overrideproposal_id: int, acting_user: User, at: datetime, remark: str = ""
) -> Decision:
    """Approve the override: a new decision takes the place of the one it overrides.

    :raises Refused: the step is not open to `acting_user`
    """
    proposal = _lock_proposal(overrideproposal_id, states.APPROVE_OVERRIDE, acting_user)
    old = proposal.decision
    decision = Decision.objects.create(
        officer=old.officer,
        course=old.course,
        run=old.run,
        commences_on=old.commences_on,
        registered_on=old.registered_on,
        rule_set_version=old.rule_set_version,
        inputs=old.inputs,
        findings_data=old.findings_data,
        outcome=states.Outcome.ELIGIBLE,
        is_provisional=old.is_provisional,
        is_boundary=old.is_boundary,
        is_binding=old.is_binding,
        first_eligible_on=old.first_eligible_on,
        last_eligible_on=old.last_eligible_on,
        supersedes=old,
        overrides_outcome=old.outcome,
        override_reason=proposal.reason,
        override_reference=proposal.order_reference,
        override_proposed_by=proposal.proposed_by,
        override_approved_by=acting_user,
        asked_by=acting_user,
        at=at,
    )
    _advance(proposal, states.APPROVE_OVERRIDE, acting_user, at, remark)
    entry = _record(decision, "decision.overridden", acting_user, at)
    notify(
        decision.officer.user,
        of=entry,
        link=decision.get_absolute_url(),
        course=decision.course,
        number=decision.number,
    )
    return decision


@transaction.atomic(durable=True)
def decline_override(
    *, overrideproposal_id: int, acting_user: User, at: datetime, remark: str
) -> OverrideProposal:
    """Decline the override: the decision stands.

    :raises Refused: the step is not open to `acting_user`
    """
    proposal = _lock_proposal(overrideproposal_id, states.DECLINE_OVERRIDE, acting_user)
    _advance(proposal, states.DECLINE_OVERRIDE, acting_user, at, remark)
    entry = audit.record(
        proposal.decision,
        "decision.override_declined",
        acting_user=acting_user,
        at=at,
        remark=remark,
    )
    if represented := proposal.representations.first():  # its officer was told of the proposal
        notify(
            represented.officer.user,
            of=entry,
            link=represented.get_absolute_url(),
            number=represented.number,
        )
    return proposal


def _history(officer: Officer, course: Course, run: Run | None) -> tuple[Decision | None, bool]:
    """Tell the latest decision, if any, and whether the locked officer has a history of postings.

    One query where there is neither, as there is not before a first registration.
    """
    decisions = Decision.objects.on(officer, course, run)
    postings = Posting.objects.filter(officer=OuterRef("pk"))
    rows = Officer.objects.annotate(
        latest=Subquery(decisions.values("pk")[:1]), has_postings=Exists(postings)
    )
    latest, has_postings = rows.values_list("latest", "has_postings").get(pk=officer.pk)
    return (Decision.objects.get(pk=latest) if latest else None), has_postings


def _begins_on(course: Course, latest: Decision | None, books: Books, today: date) -> date:
    """Find the day on which a training without a day of its own commences.

    That of the first enrolment, which the first decision has frozen; or, where the rule set
    counts each asking anew, `today`. Source: domain page 20, section 2.5, selfpaced_commencement.
    """
    if latest is None:
        return today
    counts_anew = states.SelfPacedCommencement.DAY_OF_ASKING
    version = _governing(course, books, today)
    return today if version.selfpaced_commencement == counts_anew else latest.commences_on


def _governing(course: Course, books: Books, commences_on: date) -> RuleSetVersion:
    version = books.version(course.rule_set_code, commences_on)
    if version is None:
        raise Refused(
            _("The course “%(course)s” names no rule set that is in force.") % {"course": course}
        )
    return version


def _standing_override(latest: Decision | None, content: dict[str, Any]) -> dict[str, Any]:
    """Carry over an approved override, where nothing that it rests on has changed."""
    if latest is None or not latest.is_override:
        return {}
    same = (
        latest.overrides_outcome == content["outcome"]
        and latest.rule_set_version_id == content["rule_set_version"].pk
        and latest.findings_data == content["findings_data"]
        and facts.from_inputs(latest.inputs) == facts.from_inputs(content["inputs"])
    )
    if not same:
        return {}
    return {
        "outcome": latest.outcome,
        "overrides_outcome": latest.overrides_outcome,
        "override_reason": latest.override_reason,
        "override_reference": latest.override_reference,
        "override_proposed_by": latest.override_proposed_by,
        "override_approved_by": latest.override_approved_by,
    }


def lock_decision(decision_id: int) -> Decision:
    """Lock the officer whom a decision concerns, as `decide` does: decisions never change."""
    decision = Decision.objects.select_related("officer").get(pk=decision_id)
    Officer.objects.select_for_update(no_key=True, of=("self",)).get(pk=decision.officer_id)
    return decision


def _lock_proposal(
    overrideproposal_id: int, step: states.Step, acting_user: User
) -> OverrideProposal:
    proposal = OverrideProposal.objects.select_for_update(no_key=True, of=("self",)).get(
        pk=overrideproposal_id
    )
    lock_decision(proposal.decision_id)
    _check(step, proposal, acting_user)
    return proposal


def _check(step: states.Step, thing: Any, acting_user: User) -> None:
    if reason := policies.why_not(step, thing, acting_user):
        raise Refused(reason)


def _advance(
    proposal: OverrideProposal, step: states.Step, acting_user: User, at: datetime, remark: str
) -> None:
    proposal.state = step.target
    proposal.decided_by, proposal.decided_at, proposal.remark = acting_user, at, remark
    proposal.save()


def _record(decision: Decision, event: str, acting_user: User | None, at: datetime) -> Any:
    return audit.record(
        decision,
        event,
        acting_user=acting_user,
        at=at,
        outcome=decision.outcome,
        is_provisional=decision.is_provisional,
        is_binding=decision.is_binding,
        course=decision.course.code,
        run=decision.run.code if decision.run else "",
    )
