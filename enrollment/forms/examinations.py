"""What is asked of the demand for examinations: of which batches."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from enrollment.exam_demand import Scope


class DemandForm(forms.Form):
    """All batches, those of a provider or a course, or one; what makes no sense is left aside."""

    of = forms.ChoiceField(label=_("Provider, course or batch"), required=False)

    def __init__(self, *args: Any, scopes: Sequence[Scope], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scopes = {scope.key: scope for scope in scopes}
        groups = {
            "provider": _("Providers"),
            "course": _("Courses"),
            "run": _("Batches"),
            "over": _("Batches that are over"),
        }
        choices: list[Any] = [("", self.scopes[""].name)]
        for kind, label in groups.items():
            own = [(s.key, s.name) for s in scopes if s.key.startswith(f"{kind}-")]
            choices += [(label, own)] if own else []
        self.fields["of"].choices = choices  # type: ignore[attr-defined]

    @property
    def scope(self) -> Scope:
        """The scope that was chosen."""
        self.is_valid()
        return self.scopes[self.cleaned_data.get("of") or ""]
