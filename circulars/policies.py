"""Who may do what to a circular. Buttons and actions ask the same function, so they agree."""

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from circulars import states
from circulars.models import Circular
from circulars.states import CircularState, Step

# Not a change of state: mails whose fate is unknown are freed to be sent again.
SEND_AGAIN = Step(frozenset({CircularState.ISSUED}), CircularState.ISSUED, Role.CIRCULAR_APPROVER)


def why_not(step: Step, circular: Circular, user: User) -> str:
    """Return why `user` may not take `step` on `circular` now, or "" if they may."""
    if step is SEND_AGAIN:
        return why_not_along(step, circular, user) or _what_was_not_cut_off(circular)
    if circular.enclosed_in_id:
        return _("An enclosure goes with the paper that it is enclosed in: take the step there.")
    return why_not_along(step, circular, user)


def why_not_along(step: Step, circular: Circular, user: User) -> str:
    """As `why_not`, for a paper of a bundle: enclosures go the way of their parent."""
    if circular.state not in step.sources:
        return _("The circular is “%(state)s”.") % {"state": circular.get_state_display()}
    if not user.has_role(step.role):
        return _("This is for the %(role)s.") % {"role": step.role.label}
    is_own = circular.author_id == user.pk
    if step is states.SUBMIT and not is_own:
        return _("Only its author submits a draft.")
    if step.role == Role.CIRCULAR_APPROVER and is_own:
        return _("Nobody decides on their own draft.")
    return ""


def why_not_edit(circular: Circular, user: User) -> str:
    """Return why `user` may not change the text now, or ""."""
    if circular.state != CircularState.DRAFT:
        return _("Only a draft can be changed; this is “%(state)s”.") % {
            "state": circular.get_state_display()
        }
    if not user.has_role(Role.CIRCULAR_AUTHOR) or circular.author_id != user.pk:
        return _("Only its author changes a draft.")
    return ""


def what_is_missing(circular: Circular) -> str:
    """Return what a draft still lacks before it can be submitted, or ""."""
    if not circular.paragraphs.exists():
        return _("%(number)s has no text yet: write its paragraphs.") % {"number": circular.number}
    if circular.form != Circular.Form.ORDER and not circular.addressees.exists():
        return _("%(number)s has no addressee yet: say to whom it goes.") % {
            "number": circular.number
        }
    return ""


def what_hindi_lacks(circular: Circular) -> str:
    """Return what keeps a general order from issuing in both languages, or "".

    Official Languages Act 1963, section 3(3): general orders issue in Hindi and English both.
    """
    if not circular.is_general_order:
        return ""
    if not circular.subject_hi:
        return _("The subject of %(number)s has no Hindi text.") % {"number": circular.number}
    stale = [p for p in circular.paragraphs.order_by("position") if not p.is_hindi_current]
    if not stale:
        return ""
    names = ", ".join(paragraph.label or str(paragraph.position) for paragraph in stale[:5])
    return _("The Hindi text is missing or older than the English in: %(paragraphs)s.") % {
        "paragraphs": names
    }


def _what_was_not_cut_off(circular: Circular) -> str:
    cut_off = circular.deliveries.cut_off(at=timezone.now())
    return "" if cut_off.exists() else _("No mail of this circular was interrupted.")
