"""The life of a roll that is brought in, what its rows come to, and of a change it proposes."""

from typing import Generic, NamedTuple, TypeVar

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role


class RollState(TextChoices):
    UPLOADED = "uploaded", _("Columns to be named")
    CHECKING = "checking", _("Being checked")
    CHECKED = "checked", _("Waiting for approval")
    UNCHANGED = "unchanged", _("Nothing new in it")
    APPLYING = "applying", _("Approved, being applied")
    APPLIED = "applied", _("Applied")
    REFUSED = "refused", _("Could not be read")
    DISCARDED = "discarded", _("Discarded")


class RowOutcome(TextChoices):
    NEW = "new", _("New officer")
    CHANGED = "changed", _("Proposed change")
    SAME = "same", _("As on record")
    WAITING = "waiting", _("An earlier change waits for a decision")
    DECLINED = "declined", _("Declined before")
    CONFLICT = "conflict", _("Not the same person")
    OUTSIDE = "outside", _("Outside the authority")
    DUPLICATE = "duplicate", _("Twice in the file")
    INVALID = "invalid", _("Cannot be used")


class ChangeState(TextChoices):
    PROPOSED = "proposed", _("Waiting for a decision")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")


class DateOrder(TextChoices):
    """How slashed and dashed dates of a file are read; nobody can tell it from the file alone."""

    DAY_FIRST = "dmy", _("Day first: 03/04/1985 is 3 April 1985")
    MONTH_FIRST = "mdy", _("Month first: 03/04/1985 is 4 March 1985")


State = TypeVar("State", bound=TextChoices)


class RollStep(NamedTuple, Generic[State]):
    sources: frozenset[State]
    target: State
    roles: frozenset[Role]


IMPORTERS = frozenset({Role.NODAL_OFFICER, Role.DEALING_HAND})
MATCHED_ANEW = frozenset(  # what depends on the records, which may change; the others on the file
    {
        RowOutcome.NEW,
        RowOutcome.CHANGED,
        RowOutcome.SAME,
        RowOutcome.WAITING,
        RowOutcome.DECLINED,
        RowOutcome.CONFLICT,
    }
)
IN_HAND = frozenset({RollState.UPLOADED, RollState.CHECKED, RollState.UNCHANGED, RollState.REFUSED})
AT_WORK = frozenset({RollState.CHECKING, RollState.APPLYING})  # a task has something to do

CHECK = RollStep(IN_HAND, RollState.CHECKING, IMPORTERS)
FINISH_CHECK = RollStep(frozenset({RollState.CHECKING}), RollState.CHECKED, frozenset())
FIND_NOTHING = RollStep(frozenset({RollState.CHECKING}), RollState.UNCHANGED, frozenset())
REFUSE = RollStep(frozenset({RollState.CHECKING}), RollState.REFUSED, frozenset())
APPROVE = RollStep(frozenset({RollState.CHECKED}), RollState.APPLYING, IMPORTERS)
FINISH = RollStep(frozenset({RollState.APPLYING}), RollState.APPLIED, frozenset())
DISCARD = RollStep(IN_HAND, RollState.DISCARDED, IMPORTERS)
ROLL_STEPS = (CHECK, FINISH_CHECK, FIND_NOTHING, REFUSE, APPROVE, FINISH, DISCARD)

ACCEPT = RollStep(frozenset({ChangeState.PROPOSED}), ChangeState.ACCEPTED, IMPORTERS)
DECLINE = RollStep(frozenset({ChangeState.PROPOSED}), ChangeState.DECLINED, IMPORTERS)
CHANGE_STEPS = (ACCEPT, DECLINE)
