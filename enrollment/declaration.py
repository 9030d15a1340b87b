"""What an officer declares with a registration; the audit trail keeps the version that was read."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

VERSION: Final = "2026-11"  # a change of the English text is a new version: a test compares both

# Source: O.M. of 17.05.2019, para 8 (intimation, approval, enrolling on one's own, what is
# reimbursed) and para 9 (user names, confirmation to the course team).
POINTS: Final[tuple[Promise, ...]] = (
    _("The facts of my service record, as they were shown to me, are true and complete."),
    _(
        "My cadre controlling authority is to be told of this registration, and this portal tells "
        "it for me. Where my cadre needs its approval, obtaining it is my own duty."
    ),
    _(
        "I enrol with the provider of the course myself, under the user names given here, and pay "
        "any fee of the course myself."
    ),
    _(
        "I know that a fee is reimbursed only after I have earned the certificate of the course, "
        "and only up to the amount approved by the Department."
    ),
    _("I do not claim the same fee from any other office, scheme or person."),
    _(
        "The Training Division may give my name, e-mail address and user names to the provider, so "
        "that it can confirm my place and accept my coupon."
    ),
)

COMPLETION_VERSION: Final = "2026-11"
COMPLETION: Final = _(
    "I have completed all modules of this course myself, on the day given above. I know that the "
    "Training Division may ask the institute, and that credit points rest on a certificate."
)
