"""Who may do what to a registration and an intimation. Buttons and actions ask the same."""

from datetime import date, datetime

from django.utils.translation import gettext as _

from accounts.models import Service, User
from accounts.policies import why_not_for
from accounts.roles import Role
from courses.models import Course
from courses.states import RunState
from eligibility.models import Decision
from eligibility.policies import is_superseded
from eligibility.states import Outcome
from enrollment import holds, states
from enrollment.models import Enrollment, Intimation, ProgrammeCompletion
from enrollment.states import EnrollmentState, Step
from igot.lib.dates import civil_date, dmy

SUBMITTABLE = frozenset({Outcome.ELIGIBLE, Outcome.REFER})


def why_not(step: Step[EnrollmentState], enrollment: Enrollment, user: User) -> str:
    """Return why `user` may not take `step` on `enrollment` now, or "" if they may."""
    if enrollment.state not in step.sources:
        return _("The registration is “%(state)s”.") % {"state": enrollment.get_state_display()}
    if not user.has_role(step.role):
        return _("This is for the %(role)s.") % {"role": step.role.label}
    is_own = enrollment.officer.user_id == user.pk
    if step.role == Role.OFFICER:
        return "" if is_own else _("Only the officer concerned may do this.")
    if is_own:
        return _("Nobody decides on their own registration.")
    if step.role == Role.NODAL_OFFICER:
        officer = enrollment.officer
        elsewhere = _("This officer belongs to another cadre controlling authority.")
        return why_not_for(officer.authority, officer, user, elsewhere=elsewhere)
    return holds.why_not_held(enrollment) if step is states.CONFIRM else ""


def why_not_at_desk(step: Step[EnrollmentState] | None, enrollment: Enrollment, user: User) -> str:
    """Return why `user` may not take `step` at the desk; None is the release of a hold."""
    return why_not(step, enrollment, user) if step else why_not_release(enrollment, user)


def why_not_release(enrollment: Enrollment, user: User) -> str:
    """Return why `user` may not release the hold of `enrollment` now, or "" if they may."""
    if enrollment.held_at is None or enrollment.decision is None:
        return _("The registration is not held.")
    if not user.has_role(Role.DEALING_HAND):
        return _("This is for the %(role)s.") % {"role": Role.DEALING_HAND.label}
    if enrollment.officer.user_id == user.pk:
        return _("Nobody decides on their own registration.")
    if rests_on_past(enrollment):
        return _being_decided()
    if enrollment.decision.outcome != Outcome.ELIGIBLE:
        return _(
            "The rules say “%(outcome)s”. Without an override in force the hold cannot be released."
        ) % {"outcome": enrollment.decision.get_outcome_display()}
    return ""


def rests_on_past(enrollment: Enrollment) -> bool:
    """Return whether `enrollment` has to be decided anew (see `resting_on_past`)."""
    decision, run = enrollment.decision, enrollment.run
    if decision is None:
        return False
    changed_at = enrollment.officer.facts_changed_at
    if run and run.commences_on and run.commences_on != decision.commences_on:
        return True
    if changed_at and changed_at > decision.at:
        return True
    return enrollment.held_at is not None and is_superseded(decision)


def why_not_rely(enrollment: Enrollment) -> str:
    """Return why nothing may be given on the decision of `enrollment` now, or ""."""
    if rests_on_past(enrollment):
        return _being_decided()
    if reason := holds.why_not_held(enrollment):
        return reason
    if enrollment.decision and enrollment.decision.is_provisional:
        return why_not_confirm_on(enrollment.decision)
    return ""


def _being_decided() -> str:
    return _(
        "The batch was moved or the service record has changed: eligibility is decided anew within "
        "a few minutes. Please try again then."
    )


def why_not_answer(answer: str, intimation: Intimation, user: User) -> str:
    """Return why `user` may not give `answer` to `intimation` now, or "" if they may."""
    if intimation.answer != Intimation.Answer.NONE:
        return _("This intimation was already answered: %(answer)s.") % {
            "answer": intimation.get_answer_display()
        }
    needs_approval = intimation.mode == Service.Mode.PRIOR_APPROVAL
    if answer != Intimation.Answer.NOTED:
        if not needs_approval:
            return _("This cadre needs no approval: the intimation is only noted.")
        step = states.AUTHORITY_APPROVE  # withholding has the same sources and the same role
        return why_not(step, intimation.enrollment, user) or _why_not_of(intimation, user)
    if needs_approval:
        return _("This cadre needs prior approval: approve the registration, or withhold it.")
    if not user.has_role(Role.NODAL_OFFICER):
        return _("This is for the %(role)s.") % {"role": Role.NODAL_OFFICER.label}
    if intimation.enrollment.officer.user_id == user.pk:
        return _("Nobody decides on their own registration.")
    return _why_not_of(intimation, user)


def _why_not_of(intimation: Intimation, user: User) -> str:
    elsewhere = _("This intimation went to another cadre controlling authority.")
    officer = intimation.enrollment.officer
    return why_not_for(intimation.authority, officer, user, elsewhere=elsewhere)


# --- what a registration needs before it is submitted ------------------------------------------
def needs_account(course: Course) -> bool:
    """Return whether a registration names the officer's account at the provider.

    A self-paced course of a provider without coupons needs none: nobody is told of the officer.
    """
    return course.provider.issues_coupons or not course.is_self_paced


def why_not_open(enrollment: Enrollment, on: date) -> str:
    """Return why the run cannot be registered for on `on`, or "".

    What came back for correction was registered for in time: docs/decisions/0050.
    """
    run = enrollment.run
    if run is None or run.is_open_on(on):
        return ""
    is_correction = enrollment.state == EnrollmentState.RETURNED and enrollment.submitted_at
    if is_correction and run.state != RunState.WITHDRAWN:
        return ""
    return _("Registration for “%(run)s” is not open. Choose another batch.") % {"run": run}


def why_not_complete(enrollment: Enrollment) -> str:
    """Return what is missing for the registration to be submitted, or ""."""
    if enrollment.details_confirmed_at is None or enrollment.decision is None:
        return _("Confirm your details first.")
    if needs_account(enrollment.course) and enrollment.provider_account is None:
        return _("Give your user names at the provider first.")
    if enrollment.declared_at is None:
        return _("Make the declaration first.")
    return ""


def why_not_on(decision: Decision) -> str:
    """Return why a registration cannot be submitted on `decision`, or ""."""
    if decision.outcome == Outcome.INCOMPLETE:
        return _(
            "Your service record lacks facts that decide whether you may join this course. "
            "Complete your record and confirm your details again."
        )
    if decision.outcome == Outcome.NOT_ELIGIBLE:
        return _(
            "By the rules of this course you are not eligible for this batch. The decision gives "
            "the reason for each rule, and how to represent against it."
        )
    return ""


def why_not_confirm_on(decision: Decision) -> str:
    """Return why a registration cannot be confirmed on `decision`, or ""."""
    if decision.is_provisional:
        return _("The service record of %(name)s is not verified. Verify the record first.") % {
            "name": decision.officer
        }
    if decision.outcome != Outcome.ELIGIBLE:
        return _(
            "The rules say “%(outcome)s”. Without an override in force the registration cannot be "
            "confirmed."
        ) % {"outcome": decision.get_outcome_display()}
    return ""


def why_not_unseen(decision: Decision, *, readings_considered: bool) -> str:
    """Return why a boundary case cannot be confirmed without a look at both readings, or ""."""
    is_for_human = decision.is_boundary and decision.rule_set_version.boundary_to_human
    if readings_considered or not is_for_human:
        return ""
    return _(
        "%(name)s was born on the very day of the age limit, and two readings of it exist. Confirm "
        "this registration on its own page, where both are shown, and state that you considered "
        "them."
    ) % {"name": decision.officer}


def why_not_declare_complete(enrollment: Enrollment) -> str:
    """Return why completion cannot be declared for a registration, whoever asks, or ""."""
    course = enrollment.course
    if enrollment.run_id or not course.is_self_paced:
        return _("The provider reports who has completed a batch: nothing is declared.")
    if course.certification != course.Certification.MODULES:
        return _("This course ends with a certificate: send it in once you have it.")
    return holds.why_not_held(enrollment)


def why_not_completed_on(enrollment: Enrollment, day: date, at: datetime) -> str:
    """Return why a registration cannot have been completed on `day`, or ""."""
    if day > civil_date(at):
        return _("This day is still to come.")
    if enrollment.submitted_at and day < civil_date(enrollment.submitted_at):
        return _("You registered on %(day)s: give a day on or after it.") % {
            "day": dmy(civil_date(enrollment.submitted_at))
        }
    return ""


def needs_coupon(course: Course) -> bool:
    """Return whether a registration for `course` comes with a coupon of the provider."""
    return course.provider.issues_coupons and not course.is_self_paced


def why_not_list(step: object, thing: object, user: User) -> str:
    """Return why `user` may not make or hand out a list for a provider, or ""."""
    if user.has_role(Role.DEALING_HAND):
        return ""
    return _("This is for the %(role)s.") % {"role": Role.DEALING_HAND.label}


def why_not_revoke(step: object, completion: ProgrammeCompletion, user: User) -> str:
    """Return why `user` may not revoke `completion`, or "" if they may."""
    if completion.revoked_at:
        return _("The completion was revoked.")
    if not user.has_role(Role.DEALING_HAND):
        return _("This is for the %(role)s.") % {"role": Role.DEALING_HAND.label}
    if completion.officer.user_id == user.pk:
        return _("Nobody decides on a matter of their own.")
    return ""
