"""What this app adds to the desk of batches: terms stay once somebody has registered."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from courses.admin import RunAdmin
from courses.admin.runs import TERMS, RunForm
from courses.models import Run
from enrollment.models import Enrollment
from enrollment.states import EnrollmentState

admin.site.unregister(Run)


class SeatedRunForm(RunForm):
    """Seats may always be raised, and never lowered below those who are confirmed."""

    def clean_seats(self) -> int | None:
        seats: int | None = self.cleaned_data["seats"]
        taken = Enrollment.objects.filter(run=self.instance.pk).taking_seats().count()
        if seats is not None and seats < taken:
            raise ValidationError(
                ngettext(
                    "%(taken)s officer is confirmed for this batch: give that number or more.",
                    "%(taken)s officers are confirmed for this batch: give that number or more.",
                    taken,
                )
                % {"taken": taken}
            )
        return seats


@admin.register(Run)
class RunWithRegistrationsAdmin(RunAdmin):
    """A batch on the desk, with its terms closed while somebody's registration rests on them."""

    form = SeatedRunForm

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        closed = super().get_readonly_fields(request, obj)
        if obj is None or not self._is_registered_for(obj):
            return closed
        return [*closed, "why_terms_stay", *TERMS]

    @staticmethod
    def _is_registered_for(run: Run) -> bool:
        rows = Enrollment.objects.filter(run=run).exclude(state=EnrollmentState.DRAFT)
        return rows.exists()

    @admin.display(description=_("terms"))
    def why_terms_stay(self, run: Run) -> str:
        return gettext(
            "Somebody has registered for this batch: its terms stay. What the provider changes "
            "from now on is entered with the next batch."
        )
