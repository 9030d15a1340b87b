"""What people do to proposals: lock, check, change, record, notify."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AuditEntry, User
from accounts.notifications import notify
from accounts.roles import Role
from committee import facts, states
from committee.models import Proposal, ProposalSeries, ScreeningAnswer, ScreeningPoint
from committee.policies import proposals as policies
from committee.states import Step
from igot.lib.dates import civil_date
from igot.lib.errors import Refused
from igot.lib.people import fold_for_match

Answers = Mapping[int, tuple[str, str]]  # question -> answer and remark

EVENTS: dict[Step, str] = {
    states.SUBMIT_PROPOSAL: "proposal.submitted",
    states.SCREEN_PROPOSAL: "proposal.screened",
    states.RETURN_PROPOSAL: "proposal.returned",
    states.LIST_PROPOSAL: "proposal.listed",
    states.UNLIST_PROPOSAL: "proposal.unlisted",
    states.DELIBERATE_PROPOSAL: "proposal.deliberated",
    states.DECIDE_PROPOSAL: "proposal.decided",
    states.NOTIFY_PROPOSAL: "proposal.announced",
    states.CATALOGUE_PROPOSAL: "proposal.catalogued",
    states.RESUME_PROPOSAL: "proposal.resumed",
    states.WITHDRAW_PROPOSAL: "proposal.withdrawn",
    states.SUPERSEDE_PROPOSAL: "proposal.superseded",
}


@transaction.atomic
def advance(
    proposal: Proposal, step: Step, acting_user: User | None, at: datetime, **details: Any
) -> AuditEntry:
    """Take `proposal`, whose row the caller has locked and read anew, along `step` and record it.

    Other fields that the caller has set are saved with it. Who may do it is the caller's question.

    :raises Refused: the life cycle has no such step from where the proposal stands
    """
    if proposal.state not in step.sources:
        raise Refused(
            _("Proposal %(number)s is “%(state)s”: this step is not open to it now.")
            % {"number": proposal.number, "state": proposal.get_state_display()}
        )
    return _advance(proposal, step, acting_user, at, **details)


def _advance(
    proposal: Proposal, step: Step, acting_user: User | None, at: datetime, **details: Any
) -> AuditEntry:
    was, proposal.state = proposal.state, step.target
    proposal.save()
    return audit.record(proposal, EVENTS[step], acting_user=acting_user, at=at, was=was, **details)


def take_numbers(year: int, count: int) -> list[str]:
    """Return the next `count` numbers of a year; the series is held until the transaction ends.

    A number is given with the row that bears it, so that none is lost and none given twice.
    """
    ProposalSeries.objects.get_or_create(year=year)
    series = ProposalSeries.objects.select_for_update(no_key=True).get(year=year)
    first = series.latest + 1
    series.latest += count
    series.save(update_fields=["latest"])
    return [f"P/{year}/{number:03}" for number in range(first, first + count)]


@transaction.atomic(durable=True)
def record_proposal(
    *, fields: Mapping[str, Any], submits: bool, acting_user: User, at: datetime
) -> Proposal:
    """Take down a proposal under the next number, as a draft or submitted at once.

    :raises Refused: `acting_user` may not propose, or not on behalf of this source
    """
    if reason := policies.why_not_propose(acting_user):
        raise Refused(reason)
    if reason := policies.why_not_source(fields["source"], fields["proposer"], acting_user):
        raise Refused(reason)
    proposal = Proposal(**fields, recorded_by=acting_user)
    _link_institute(proposal)
    (proposal.number,) = take_numbers(civil_date(at).year, 1)
    proposal.save()
    audit.record(proposal, "proposal.recorded", acting_user=acting_user, at=at)
    if submits:
        _submit(proposal, acting_user, at)
    return proposal


@transaction.atomic(durable=True)
def edit_proposal(
    *, proposal_id: int, fields: Mapping[str, Any], submits: bool, acting_user: User, at: datetime
) -> Proposal:
    """Change what a proposal says, and submit it if so asked; what changed is recorded.

    :raises Refused: it is no longer open to `acting_user`, or names another's Ministry
    """
    proposal = _lock(proposal_id)
    if reason := policies.why_not_edit(proposal, acting_user):
        raise Refused(reason)
    changes = {name: value for name, value in fields.items() if getattr(proposal, name) != value}
    if {"source", "proposer"} & set(changes):
        reason = policies.why_not_source(fields["source"], fields["proposer"], acting_user)
        if reason:
            raise Refused(reason)
    was = {name: str(getattr(proposal, name) or "") for name in changes}
    for name, value in changes.items():
        setattr(proposal, name, value)
    _link_institute(proposal)
    proposal.save()
    if changes:
        audit.record(proposal, "proposal.changed", acting_user=acting_user, at=at, values_were=was)
    if submits:
        _submit(proposal, acting_user, at)
    return proposal


@transaction.atomic(durable=True)
def submit_proposal(*, proposal_id: int, acting_user: User, at: datetime) -> None:
    """Hand a draft in to be screened.

    :raises Refused: it is no draft, or not theirs
    """
    _submit(_lock(proposal_id), acting_user, at)


@transaction.atomic(durable=True)
def screen_proposal(
    *, proposal_id: int, answers: Answers, passes: bool, acting_user: User, at: datetime
) -> None:
    """Keep the answers to the checklist and, with `passes`, pass the proposal to the agenda.

    :raises Refused: not to be screened by `acting_user`, or a required question is not answered
        with yes
    """
    proposal = _lock_for(states.SCREEN_PROPOSAL, proposal_id, acting_user)
    points = {point.pk: point for point in ScreeningPoint.objects.in_use()}
    rows = [
        ScreeningAnswer(proposal=proposal, point_id=key, answer=answer, remark=remark)
        for key, (answer, remark) in answers.items()
        if key in points and answer
    ]
    ScreeningAnswer.objects.filter(proposal=proposal, point__in=points).delete()
    ScreeningAnswer.objects.bulk_create(rows)
    given = {str(row.point_id): row.answer for row in rows}
    if not passes:
        audit.record(proposal, "proposal.checked", acting_user=acting_user, at=at, answers=given)
        return
    if lacking := [point for key, point in points.items() if _lacks(point, given.get(str(key)))]:
        raise Refused(
            _("“%(question)s” is not answered with yes: return the proposal, or see it answered.")
            % {"question": lacking[0]}
        )
    proposal.screened_by, proposal.screened_at = acting_user, at
    entry = advance(proposal, states.SCREEN_PROPOSAL, acting_user, at, answers=given)
    _tell_proposer(proposal, entry)


@transaction.atomic(durable=True)
def return_proposal(*, proposal_id: int, reason: str, acting_user: User, at: datetime) -> None:
    """Give a submitted proposal back to who recorded it, with what is to be corrected.

    :raises Refused: it is not submitted, or `acting_user` is not the secretary
    """
    proposal = _lock_for(states.RETURN_PROPOSAL, proposal_id, acting_user)
    entry = advance(proposal, states.RETURN_PROPOSAL, acting_user, at, reason=reason)
    _tell_proposer(proposal, entry, reason=reason)


@transaction.atomic(durable=True)
def withdraw_proposal(*, proposal_id: int, reason: str, acting_user: User, at: datetime) -> None:
    """End a proposal before the committee has it; its number stays.

    :raises Refused: it is beyond that, or not theirs
    """
    proposal = _lock_for(states.WITHDRAW_PROPOSAL, proposal_id, acting_user)
    entry = advance(proposal, states.WITHDRAW_PROPOSAL, acting_user, at, reason=reason)
    _tell_proposer(proposal, entry, reason=reason)


@transaction.atomic(durable=True)
def resume_proposal(*, proposal_id: int, reason: str, acting_user: User, at: datetime) -> None:
    """Bring back what was deferred or wanted more information; it is screened anew.

    :raises Refused: the decision was another one, or is not announced yet, or it is not theirs
    """
    proposal = _lock_for(states.RESUME_PROPOSAL, proposal_id, acting_user)
    outcome, proposal.outcome = proposal.outcome, ""
    proposal.screened_by = proposal.screened_at = None
    entry = advance(
        proposal, states.RESUME_PROPOSAL, acting_user, at, reason=reason, outcome=outcome
    )
    _tell_secretaries(proposal, entry)
    _tell_proposer(proposal, entry)


def _submit(proposal: Proposal, acting_user: User, at: datetime) -> None:
    if reason := policies.why_not(states.SUBMIT_PROPOSAL, proposal, acting_user):
        raise Refused(reason)
    entry = advance(proposal, states.SUBMIT_PROPOSAL, acting_user, at)
    _tell_secretaries(proposal, entry)
    _tell_proposer(proposal, entry)


def _lacks(point: ScreeningPoint, answer: str | None) -> bool:
    return point.is_required and answer != ScreeningAnswer.Answer.YES


def _link_institute(proposal: Proposal) -> None:
    """Point to the institute of the catalogue that bears the name, if one does."""
    known = facts.institutes_by_name()
    proposal.institute_id = known.get(fold_for_match(proposal.institute_name))


def _lock(proposal_id: int) -> Proposal:
    return Proposal.objects.select_for_update(no_key=True).get(pk=proposal_id)


def _lock_for(step: Step, proposal_id: int, acting_user: User) -> Proposal:
    proposal = _lock(proposal_id)
    if reason := policies.why_not(step, proposal, acting_user):
        raise Refused(reason)
    return proposal


def _tell_secretaries(proposal: Proposal, entry: AuditEntry) -> None:
    """Tell the secretaries that there is something to screen, but not whoever did this."""
    told = User.objects.holding(Role.COMMITTEE_SECRETARY).exclude(pk=entry.acting_user_id or 0)
    for secretary in told.exclude(pk=proposal.recorded_by_id):
        _tell(secretary, proposal, entry, template="proposal.to_screen")


def _tell_proposer(proposal: Proposal, entry: AuditEntry, **params: str) -> None:
    if proposal.recorded_by_id != entry.acting_user_id:
        _tell(proposal.recorded_by, proposal, entry, **params)


def _tell(
    user: User, proposal: Proposal, entry: AuditEntry, *, template: str = "", **params: str
) -> None:
    notify(
        user,
        of=entry,
        link=proposal.get_absolute_url(),
        template=template,
        number=proposal.number,
        title=proposal.title,
        title_hi=proposal.title_hi,
        proposer=proposal.proposer,
        **params,
    )
