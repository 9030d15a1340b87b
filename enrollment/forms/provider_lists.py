"""Forms on lists for providers and on what providers answer to them."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.models import Provider, Run
from enrollment.forms.files import ProviderFileField
from enrollment.models import ProviderList
from enrollment.provider_answers import MOST_BYTES
from enrollment.states import WITH_COUPON
from igot.lib.dates import dmy


class BatchChoice(forms.ModelChoiceField):
    """A batch, named with its course."""

    def label_from_instance(self, run: Any) -> str:
        return f"{run.course}, {run}"


class ProviderListForm(forms.Form):
    """For which provider, and perhaps which batch alone, the next list is made."""

    provider = forms.ModelChoiceField(
        label=gettext_lazy("Provider"), queryset=Provider.objects.order_by("name")
    )
    run = BatchChoice(
        label=gettext_lazy("Batch"),
        queryset=Run.objects.none(),
        required=False,
        empty_label=gettext_lazy("All batches"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        runs = Run.objects.filter(enrollments__state__in=WITH_COUPON).distinct()
        self.fields["run"].queryset = runs.select_related("course").in_order()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        run, provider = cleaned.get("run"), cleaned.get("provider")
        if run and provider and run.course.provider_id != provider.pk:
            self.add_error("run", _("This batch is another provider's."))
        return cleaned


class ListChoice(forms.ModelChoiceField):
    """A list, named with its provider and its day."""

    def label_from_instance(self, sent: Any) -> str:
        return _("%(number)s of %(day)s: %(provider)s, %(rows)s lines") % {
            "number": sent.number,
            "day": dmy(sent.dated_on),
            "provider": sent.provider,
            "rows": sent.rows,
        }


class AnswerFileForm(forms.Form):
    """The file that a provider returned for a list."""

    provider_list = ListChoice(
        label=gettext_lazy("List that it answers"), queryset=ProviderList.objects.none()
    )
    file = ProviderFileField(
        most_bytes=MOST_BYTES,
        help_text=gettext_lazy(
            "One line of the list a row, with the columns line, user name or e-mail address, and "
            "answer: accepted, already enrolled, unknown account or rejected. A column remark is "
            "read too, where there is one. At most 10,000 rows."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lists = ProviderList.objects.select_related("provider").defer("content")
        cast(forms.ModelChoiceField, self.fields["provider_list"]).queryset = lists.order_by("-pk")
