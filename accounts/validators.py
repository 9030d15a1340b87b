"""What a password may not be, besides Django's own rules."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

WORDS = ("igot", "dopt", "karmayogi")


class NoProgrammeWordsValidator:
    """Refuse passwords built around the names of the programme."""

    def validate(self, password: str, user: object | None = None) -> None:
        if any(word in password.casefold() for word in WORDS):
            raise ValidationError(self.get_help_text(), code="programme_word")

    def get_help_text(self) -> str:
        return _("Your password must not contain “igot”, “dopt” or “karmayogi”.")
