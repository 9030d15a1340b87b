"""How providers name their columns, on the desk: dated rows, written line by line."""

from typing import Any, Final

from django import forms
from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.desk import DeskAdmin
from courses.admin.dated import DatedRowForm, overlap
from enrollment.imports import COUPON_COLUMNS
from enrollment.models import ColumnMap
from enrollment.result_reading import RESULT_COLUMNS
from igot.lib.fields import PlainTextField

KNOWN_NAMES: Final = {
    ColumnMap.Kind.COUPONS.value: frozenset(COUPON_COLUMNS),
    ColumnMap.Kind.RESULTS.value: frozenset(RESULT_COLUMNS),
}


class ColumnMapForm(DatedRowForm):
    """The columns and words of one kind of file, one a line; no day is covered twice."""

    columns_text = PlainTextField(
        label=_("Columns"),
        multiline=True,
        max_length=4_000,
        help_text=_(
            "One a line: the name that the portal uses, “=”, the heading in the provider's file; "
            "such as: grade = Final Grade."
        ),
    )
    words_text = PlainTextField(
        label=_("Words"),
        multiline=True,
        max_length=4_000,
        required=False,
        help_text=_(
            "One a line: the column, “:”, the provider's word, “=”, what it means here; such as: "
            "exam: Certified = passed."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("columns_text", columns_in_lines(self.instance))
        self.initial.setdefault("words_text", words_in_lines(self.instance))

    def clean_columns_text(self) -> dict[str, str]:
        columns: dict[str, str] = {}
        for line in _lines(self.cleaned_data["columns_text"]):
            name, _sign, heading = (part.strip() for part in line.partition("="))
            if not name or not heading:
                raise forms.ValidationError(_not_read(line))
            columns[name] = heading
        return columns

    def clean_words_text(self) -> dict[str, dict[str, str]]:
        words: dict[str, dict[str, str]] = {}
        for line in _lines(self.cleaned_data["words_text"]):
            name, _colon, rest = (part.strip() for part in line.partition(":"))
            word, _sign, meant = (part.strip() for part in rest.partition("="))
            if not name or not word or not meant:
                raise forms.ValidationError(_not_read(line))
            words.setdefault(name, {})[word] = meant
        return words

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.instance.columns = data.get("columns_text", self.instance.columns)
        self.instance.words = data.get("words_text", self.instance.words)
        kind = data.get("kind") or self.instance.kind
        self._check_names(kind)
        provider = data.get("provider") or (self.instance.pk and self.instance.provider)
        if provider and data.get("effective_from") and not self.errors:
            row = ColumnMap(
                effective_from=data["effective_from"], effective_to=data.get("effective_to")
            )
            others = ColumnMap.objects.filter(provider=provider, kind=kind)
            others = others.exclude(pk=self.instance.pk).order_by("effective_from")
            if sentence := overlap(row, others):
                self.add_error("effective_from", sentence)
        return data

    def _check_names(self, kind: str) -> None:
        """Say at the field which names the portal does not read in a file of this kind."""
        known = KNOWN_NAMES.get(kind)
        for field, given in (
            ("columns_text", self.instance.columns),
            ("words_text", self.instance.words),
        ):
            strange = sorted(set(given) - set(known or given))
            if strange and field not in self.errors:
                words = gettext("The portal reads no %(strange)s there, but: %(known)s.")
                names = {"strange": ", ".join(strange), "known": ", ".join(sorted(known or ()))}
                self.add_error(field, words % names)


@admin.register(ColumnMap)
class ColumnMapAdmin(DeskAdmin):
    form = ColumnMapForm
    list_display = ("provider", "kind", "effective_from", "effective_to", "circular_reference")
    list_filter = ("kind",)
    list_select_related = ("provider",)
    search_fields = ("provider__name",)
    ordering = ("provider", "kind", "-effective_from")
    add_fields = ("provider", "kind")
    hidden_fields = ("columns", "words")
    editable_fields = (
        "columns_text",
        "words_text",
        "date_form",
        "grades_out_of",
        "passed_over_without",
        "effective_from",
        "effective_to",
        "circular_reference",
    )
    event_labels = {"columnmap.added": _("Added"), "columnmap.changed": _("Changed")}

    @admin.display(description=_("Columns"))
    def columns_text(self, row: ColumnMap) -> str:
        """Show the columns to whoever may not change them."""
        return columns_in_lines(row)

    @admin.display(description=_("Words"))
    def words_text(self, row: ColumnMap) -> str:
        """Show the words to whoever may not change them."""
        return words_in_lines(row)


def columns_in_lines(row: ColumnMap) -> str:
    return "\n".join(f"{name} = {heading}" for name, heading in row.columns.items())


def words_in_lines(row: ColumnMap) -> str:
    return "\n".join(
        f"{name}: {word} = {meant}"
        for name, meanings in row.words.items()
        for word, meant in meanings.items()
    )


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _not_read(line: str) -> str:
    return gettext("The line “%(line)s” cannot be read: write it as in the example below.") % {
        "line": line[:60]
    }
