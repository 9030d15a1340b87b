"""What is asked of a screening: whom and for which trainings, and which of its officers to list."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import CadreAuthority, NodalAppointment, Officer, Service, State, User
from accounts.states import RecordState
from eligibility.actions.screenings import Wanted
from eligibility.models import ScreenedTraining
from eligibility.policies import SCREENERS
from eligibility.screening_lists import Asked
from eligibility.screening_words import FINDINGS
from eligibility.states import Outcome
from eligibility.trainings import Training

ALL = "all"


class ScreeningForm(forms.Form):
    """Whom to screen, and for what."""

    training = forms.ChoiceField(
        label=gettext_lazy("Course and batch"),
        help_text=gettext_lazy("All that are open or announced, or one of them."),
    )
    authority = forms.ModelChoiceField(
        CadreAuthority.objects.none(),
        label=gettext_lazy("Cadre controlling authority"),
        required=False,
        empty_label=gettext_lazy("All authorities"),
    )
    service = forms.ModelChoiceField(
        Service.objects.none(),
        label=gettext_lazy("Service"),
        required=False,
        empty_label=gettext_lazy("All services"),
    )
    cadre = forms.ModelChoiceField(
        State.objects.none(),
        label=gettext_lazy("Cadre or State"),
        required=False,
        empty_label=gettext_lazy("All cadres"),
    )
    group = forms.ChoiceField(
        label=gettext_lazy("Group on record"),
        required=False,
        choices=[("", gettext_lazy("All groups")), *Officer.Group.choices],
    )
    record_state = forms.ChoiceField(
        label=gettext_lazy("Service record"),
        required=False,
        choices=[("", gettext_lazy("In any state")), *RecordState.choices],
    )

    def __init__(
        self, *args: Any, trainings: Sequence[Training], user: User, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._trainings = {training.key: training for training in trainings}
        keys = [(key, training.label) for key, training in self._trainings.items()]
        self._field("training").choices = [(ALL, _("All that are open or announced")), *keys]
        self._field("service").queryset = Service.objects.order_by("name")
        self._field("cadre").queryset = State.objects.order_by("name")
        authorities = CadreAuthority.objects.order_by("name")
        if not user.has_role(*SCREENERS):  # a nodal officer: of the own authority only
            own = NodalAppointment.objects.current().filter(user=user)
            authorities = authorities.filter(pk__in=own.values("authority"))
            self.fields["authority"].required = True
            self._field("authority").empty_label = None
        self._field("authority").queryset = authorities

    @property
    def chosen(self) -> list[Training]:
        """The trainings to screen for, the earliest first."""
        wanted = self.cleaned_data["training"]
        found = [one for key, one in self._trainings.items() if wanted in (ALL, key)]
        return sorted(found, key=lambda training: (training.commences_on, training.key))

    @property
    def wanted(self) -> Wanted:
        names = ("service", "cadre", "authority", "group", "record_state")
        return Wanted(**{name: self.cleaned_data[name] for name in names})

    def _field(self, name: str) -> Any:
        return self.fields[name]


class ListForm(forms.Form):
    """Which officers of a screening to list; what the address does not say is all."""

    training = forms.TypedChoiceField(
        label=gettext_lazy("Course and batch"), coerce=int, required=False
    )
    outcome = forms.ChoiceField(
        label=gettext_lazy("Answer"),
        required=False,
        choices=[("", gettext_lazy("All answers")), *Outcome.choices],
    )
    finding = forms.ChoiceField(
        label=gettext_lazy("Finding"),
        required=False,
        choices=[("", gettext_lazy("All findings")), *FINDINGS.items()],
    )
    service = forms.ModelChoiceField(
        Service.objects.none(),
        label=gettext_lazy("Service"),
        required=False,
        empty_label=gettext_lazy("All services"),
    )

    def __init__(
        self, *args: Any, trainings: Sequence[ScreenedTraining], screened: set[int], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._trainings = {training.place: training for training in trainings}
        places: Any = self.fields["training"]
        places.choices = [(place, str(one)) for place, one in self._trainings.items()]
        for one in self.fields.values():
            one.widget.attrs["class"] = "form-select"
        services: Any = self.fields["service"]
        services.queryset = Service.objects.filter(pk__in=screened).order_by("name")

    @property
    def asked(self) -> Asked:
        """What to list; a part that makes no sense asks for nothing."""
        self.is_valid()
        data = self.cleaned_data
        first = next(iter(self._trainings.values()))
        return Asked(
            training=self._trainings.get(data.get("training") or first.place, first),
            outcome=data.get("outcome", ""),
            finding=data.get("finding", ""),
            service=data.get("service"),
        )
