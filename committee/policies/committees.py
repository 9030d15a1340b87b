"""Who may keep the committee's order and its rubrics. Buttons and actions ask the same."""

from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from committee import rules, states
from committee.models import Rubric, Seat
from committee.states import Step
from igot.lib.dates import dmy

RUBRIC_APPROVERS = (Role.COMMITTEE_SECRETARY, Role.DEALING_HAND)
ORDER = "order"  # the desk's step that attaches the order of a committee


def why_not_order(step: Any, committee: Any, user: User) -> str:
    """Return why `user` may not attach the order of a committee, or ""."""
    if not user.has_role(Role.COMMITTEE_SECRETARY):
        return _("This is for the %(role)s.") % {"role": Role.COMMITTEE_SECRETARY.label}
    return ""


def why_not_rubric(step: Step, rubric: Rubric, user: User) -> str:
    """Return why `user` may not take `step` on `rubric` now, or ""."""
    if rubric.state not in step.sources:
        return _("The rubric is “%(state)s”.") % {"state": rubric.state.label}
    if step == states.REVISE_RUBRIC:
        if not user.has_role(step.role):
            return _("This is for the %(role)s.") % {"role": step.role.label}
        return _why_not_revise(rubric)
    if not user.has_role(*RUBRIC_APPROVERS):
        return _("This is for the %(role)s.") % {"role": step.role.label}
    if rubric.drafted_by_id == user.pk:
        return _("Whoever drafted a rubric does not approve it: two persons are needed.")
    return why_not_weights(weight_of(rubric))


def weight_of(rubric: Rubric) -> int:
    """Return what the weights of a rubric add up to."""
    return rubric.criteria.aggregate(total=Sum("weight"))["total"] or 0


def why_not_weights(total: int) -> str:
    """Return in a sentence by how much weights of `total` miss 100, or ""."""
    missing = rules.why_not_weights([total])
    if not missing:
        return ""
    words = {"total": total, "by": abs(missing)}
    if missing < 0:
        return _("The weights add up to %(total)s: %(by)s are missing to 100.") % words
    return _("The weights add up to %(total)s: %(by)s more than 100.") % words


def _why_not_revise(rubric: Rubric) -> str:
    draft = Rubric.objects.filter(code=rubric.code, approved_at__isnull=True).first()
    if draft:
        return _("Version %(version)s is being drafted already.") % {"version": draft.version}
    return ""


def not_a_member() -> str:
    return _(
        "This person does not hold the role “%(role)s”. The role is given first, then the term."
    ) % {"role": Role.COMMITTEE_MEMBER.label}


def why_not_seat(seat: Seat) -> dict[str, str]:
    """Return why this term cannot stand, by the field at which to say it."""
    wrong: dict[str, str] = {}
    if seat.user_id and not seat.user.has_role(Role.COMMITTEE_MEMBER):
        wrong["user"] = not_a_member()
    if seat.is_chair and not seat.is_voting:
        wrong["is_voting"] = _("The chair has a vote.")
    if seat.effective_from and seat.effective_to and seat.effective_to < seat.effective_from:
        wrong["effective_to"] = _("A term cannot end before it begins (%(day)s).") % {
            "day": dmy(seat.effective_from)
        }
    elif seat.committee_id and seat.user_id and seat.effective_from:
        wrong.update(_why_not_beside(seat))
    return wrong


def _why_not_beside(seat: Seat) -> dict[str, str]:
    """Say which other term covers a day of this one: of the chair, or of the same member."""
    others = Seat.objects.of(seat.committee).exclude(pk=seat.pk or 0).select_related("user")
    ended = {"effective_to__isnull": False, "effective_to__lt": seat.effective_from}
    others = others.exclude(**ended)
    if seat.effective_to:
        others = others.filter(effective_from__lte=seat.effective_to)
    same = next((other for other in others if other.user_id == seat.user_id), None)
    if same is not None:
        return {"user": _term(_("%(name)s sits on this committee %(days)s already."), same)}
    chair = next((other for other in others if seat.is_chair and other.is_chair), None)
    if chair is not None:
        text = _("There is one chair at a time: %(name)s is it %(days)s. End that term first.")
        return {"kind": _term(text, chair)}
    return {}


def _term(text: str, seat: Seat) -> str:
    first = dmy(seat.effective_from)
    if seat.effective_to:
        days = _("from %(first)s to %(last)s") % {"first": first, "last": dmy(seat.effective_to)}
    else:
        days = _("since %(first)s") % {"first": first}
    return text % {"name": seat.user, "days": days}
