"""What happens to representations: received, taken up, answered or withdrawn."""

from contextlib import nullcontext
from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.models import AuditEntry, User
from accounts.notifications import notify
from accounts.roles import Role
from eligibility import representation_policies as policies
from eligibility import states
from eligibility.actions import decisions
from eligibility.models import Decision, Representation
from eligibility.states import RepresentationOutcome, Step
from igot.lib.dates import civil_date
from igot.lib.errors import Refused
from igot.lib.files import stored_with
from igot.lib.languages import language_of
from igot.lib.uploads import CheckedFile


def send_representation(
    *,
    decision_id: int,
    text: str,
    acting_user: User,
    at: datetime,
    attachment: CheckedFile | None = None,
) -> Representation:
    """Receive a representation against a decision, give it a number, and tell the desk.

    :raises Refused: the step is not open to `acting_user`
    """
    sent = Representation(text=text, language=language_of(text), received_at=at)
    keeping = stored_with(sent, sent.attachment, attachment) if attachment else nullcontext()
    with keeping, transaction.atomic(durable=True):
        sent.decision = decisions.lock_decision(decision_id)
        sent.officer = sent.decision.officer
        if reason := policies.why_not_send(sent.decision, acting_user):
            raise Refused(reason)
        if attachment:
            sent.attachment_name, sent.attachment_sha256 = attachment.name, attachment.sha256
        _keep(sent, acting_user, at)
    return sent


def _keep(sent: Representation, acting_user: User, at: datetime) -> None:
    sent.number = f"new-{sent.decision_id}-{at.timestamp()}"
    sent.save()
    sent.number = f"IGOT/E/{civil_date(at).year}/{sent.pk:06d}"
    sent.save(update_fields=["number"])
    entry = audit.record(
        sent,
        "representation.received",
        acting_user=acting_user,
        at=at,
        decision=sent.decision.number,
        language=sent.language,
        attachment=sent.attachment_sha256,
    )
    _tell_officer(sent, entry)
    for hand in User.objects.holding(Role.DEALING_HAND).exclude(pk=acting_user.pk):
        notify(
            hand,
            of=entry,
            template="representation.to_answer",
            link=sent.get_absolute_url(),
            number=sent.number,
            officer=sent.officer,
        )


@transaction.atomic(durable=True)
def take_up_representation(
    *, representation_id: int, acting_user: User, at: datetime
) -> Representation:
    """Take a representation under consideration.

    :raises Refused: the step is not open to `acting_user`
    """
    step = states.TAKE_UP_REPRESENTATION
    taken = _lock_for(step, representation_id, acting_user)
    taken.taken_up_by, taken.taken_up_at = acting_user, at
    _advance(taken, step)
    audit.record(taken, "representation.taken_up", acting_user=acting_user, at=at)
    return taken


@transaction.atomic(durable=True)
def withdraw_representation(
    *, representation_id: int, acting_user: User, at: datetime
) -> Representation:
    """Withdraw one's own representation before it is answered.

    :raises Refused: the step is not open to `acting_user`
    """
    step = states.WITHDRAW_REPRESENTATION
    gone = _lock_for(step, representation_id, acting_user)
    gone.withdrawn_at = at
    _advance(gone, step)
    entry = audit.record(gone, "representation.withdrawn", acting_user=acting_user, at=at)
    if gone.taken_up_by:
        notify(gone.taken_up_by, of=entry, link=gone.get_absolute_url(), number=gone.number)
    return gone


@transaction.atomic(durable=True)
def uphold_decision(
    *, representation_id: int, answer: str, acting_user: User, at: datetime
) -> Representation:
    """Answer that the decision stands, with the reason.

    :raises Refused: the step is not open to `acting_user`, or the answer is in another language
    """
    heard = _lock_for(states.UPHOLD_DECISION, representation_id, acting_user, answer=answer)
    return _answer(heard, RepresentationOutcome.UPHELD, answer, acting_user, at)


@transaction.atomic(durable=True)
def decide_anew(
    *, representation_id: int, answer: str, acting_user: User, at: datetime
) -> Representation:
    """Decide anew on the record as it stands now, and answer with that decision.

    :raises Refused: the step is not open to `acting_user`, or the answer is in another language
    """
    heard = _lock_for(states.DECIDE_ANEW, representation_id, acting_user, answer=answer)
    old = heard.decision
    heard.new_decision = decisions.decide(
        officer=old.officer,
        run=old.run,
        course=old.course,
        commences_on=None if old.run else old.commences_on,
        registered_on=old.registered_on,
        is_binding=old.is_binding,
        acting_user=acting_user,
        at=at,
    )
    return _answer(heard, RepresentationOutcome.DECIDED_ANEW, answer, acting_user, at)


@transaction.atomic(durable=True)
def answer_by_override(
    *,
    representation_id: int,
    answer: str,
    reason: str,
    order_reference: str,
    acting_user: User,
    at: datetime,
) -> Representation:
    """Propose to decide otherwise than the rules, and answer that a second person decides on it.

    The proposal is made on the decision that stands now, which may be a later one.
    :raises Refused: the step is not open to `acting_user`, or the answer is in another language
    """
    heard = _lock_for(states.ANSWER_BY_OVERRIDE, representation_id, acting_user, answer=answer)
    old = decisions.lock_decision(heard.decision_id)
    standing = Decision.objects.on(old.officer, old.course, old.run)[0]
    heard.override_proposal = decisions.add_proposal(
        decision_id=standing.pk,
        reason=reason,
        order_reference=order_reference,
        acting_user=acting_user,
        at=at,
    )
    return _answer(heard, RepresentationOutcome.OVERRIDE_PROPOSED, answer, acting_user, at)


def _lock_for(
    step: Step, representation_id: int, acting_user: User, *, answer: str | None = None
) -> Representation:
    """Lock a representation, read it again, and see that the step and the answer are open."""
    locked = Representation.objects.select_for_update(no_key=True, of=("self",))
    heard = locked.select_related("officer__user", "decision__course").get(pk=representation_id)
    reason = policies.why_not(step, heard, acting_user)
    if not reason and answer is not None:
        reason = policies.why_not_answer(heard, answer)
    if reason:
        raise Refused(reason)
    return heard


def _answer(
    heard: Representation,
    outcome: RepresentationOutcome,
    answer: str,
    acting_user: User,
    at: datetime,
) -> Representation:
    heard.outcome, heard.answer = outcome, answer
    heard.answered_by, heard.answered_at = acting_user, at
    _advance(heard, states.UPHOLD_DECISION)  # all answers lead to the same state
    entry = audit.record(
        heard,
        "representation.answered",
        acting_user=acting_user,
        at=at,
        outcome=outcome,
        reason=answer,
        new_decision=heard.new_decision.number if heard.new_decision else "",
    )
    _tell_officer(heard, entry)
    return heard


def _advance(representation: Representation, step: Step) -> None:
    representation.state = step.target
    representation.save()


def _tell_officer(about: Representation, entry: AuditEntry) -> None:
    course = about.decision.course
    notify(
        about.officer.user,
        of=entry,
        link=about.get_absolute_url(),
        number=about.number,
        course=course.title,
        course_hi=course.title_hi,
    )
