"""What people type about circulars: searches, a PDF to verify, drafts, reasons."""

import re
from typing import Any
from uuid import UUID

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from accounts.desk import DeskForm
from circulars.models import Circular, OfficeFile
from circulars.rules import parse_file_number
from igot.lib.dates import ascii_digits
from igot.lib.fields import PersonNameField, PlainTextField
from igot.lib.people import clean_text
from igot.lib.uploads import sha256_of

LARGEST_PDF = 10 * 1024 * 1024
NOT_OWN = {"autocomplete": "off"}  # the name of somebody else
DIGEST = re.compile(r"[0-9a-f]{64}")


class ArchiveForm(forms.Form):
    """Which circulars a reader wants to see; whatever does not make sense is left aside."""

    q = PlainTextField(label=_("Search"), required=False, max_length=200)
    form = forms.ChoiceField(
        label=_("Form"), required=False, choices=[("", _("All forms")), *Circular.Form.choices]
    )
    year = forms.TypedChoiceField(label=_("Year"), required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(year), str(year)) for year in years]
        self.fields["year"].choices = [("", _("All years")), *choices]  # type: ignore[attr-defined]

    def wishes(self) -> dict[str, Any]:
        """Return the arguments of `Circular.objects.matching`."""
        self.is_valid()
        return {
            "words": self.cleaned_data.get("q") or "",
            "form": self.cleaned_data.get("form") or "",
            "year": self.cleaned_data.get("year"),
        }


class VerifyForm(forms.Form):
    """A PDF whose digest is compared; the file itself is not kept.

    The page's script reckons the digest in the browser and sends that instead of the file.
    """

    pdf = forms.FileField(
        label=_("The PDF that you received"),
        help_text=_("Only its digest is compared. The file is not kept."),
        required=False,
    )
    digest = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_pdf(self) -> str:
        """Return the SHA-256 of the file, "" without one."""
        uploaded: UploadedFile | None = self.cleaned_data["pdf"]
        if uploaded is None:
            return ""
        if (uploaded.size or 0) > LARGEST_PDF:
            raise forms.ValidationError(_("This file is larger than 10 MB."), code="too_large")
        return sha256_of(uploaded)

    def clean(self) -> dict[str, Any]:
        """Ask for the file where neither it nor its digest has come."""
        found: dict[str, Any] = self.cleaned_data
        reckoned = found.get("digest", "")
        found["sha256"] = found.get("pdf") or (reckoned if DIGEST.fullmatch(reckoned) else "")
        if not found["sha256"] and "pdf" not in self.errors:
            self.add_error("pdf", _("Choose the PDF file that you received."))
        return found


class NumberForm(forms.Form):
    """The two numbers that stand on a paper: the one at its head, and the public one."""

    number = PlainTextField(
        label=_("Number at the head of the paper"),
        max_length=80,
        help_text=_("For example IGOT/R/2026/000123."),
    )
    public = PlainTextField(
        label=_("Public number"),
        max_length=200,
        help_text=_("The last part of the address printed beside the code, or all of it."),
    )

    def clean_public(self) -> UUID:
        """Read the public number out of whatever of the address was typed."""
        typed = ascii_digits(self.cleaned_data["public"]).strip().rstrip("/").rpartition("/")[2]
        try:
            return UUID(typed)
        except ValueError:
            raise forms.ValidationError(
                _(
                    "This is no public number: it has 32 digits and letters from a to f, in five "
                    "groups, as in 1b4e28ba-2fa1-41d2-883f-0016d3cca427."
                ),
                code="malformed",
            ) from None


class ReasonForm(forms.Form):
    """Why a paper goes back to its author."""

    reason = PlainTextField(label=_("Reason"), max_length=300, multiline=True)


class IssueForm(forms.Form):
    """Issue, and where the Hindi text is not current, why it goes out without."""

    hindi_override_reason = PlainTextField(
        label=_("Reason to issue without a current Hindi text"),
        required=False,
        max_length=300,
        help_text=_("Leave it empty where both languages are there. It is recorded in your name."),
    )


class SupersedeForm(forms.Form):
    """Which issued circular stands in the place of this one."""

    takes_thing = True
    successor_id = forms.TypedChoiceField(label=_("Superseded by"), coerce=int)

    def __init__(self, *args: Any, thing: Circular, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        later = Circular.objects.in_force().exclude(pk=thing.pk).latest_first()[:200]
        self.fields["successor_id"].choices = [  # type: ignore[attr-defined]
            (circular.pk, str(circular)) for circular in later
        ]


class DraftForm(DeskForm):
    """The text of a circular but its paragraphs."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name, value in list(cleaned.items()):
            if isinstance(value, str):
                self._clean_words(name, value)
        return self.cleaned_data

    def _clean_words(self, name: str, value: str) -> None:
        try:
            self.cleaned_data[name] = clean_text(value, multiline=True)
        except ValueError as error:
            self.add_error(name, str(error))


class TableField(forms.JSONField):
    """The table of a paragraph as JSON; none is shown as nothing."""

    def prepare_value(self, value: Any) -> Any:
        return "" if value is None else super().prepare_value(value)


class ParagraphForm(DraftForm):
    """A paragraph; its Hindi is current once it is typed anew or found to fit still."""

    table = TableField(
        label=_("Table"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "cols": 60}),
        help_text=_("Lists of cells: {“rows”: …, “rows_hi”: …}, with “head” and “head_hi”."),
    )
    hindi_fits = forms.BooleanField(label=_("Hindi text compared: it fits"), required=False)

    def is_hindi_touched(self) -> bool:
        """Tell whether the Hindi that now stands was written or compared in this save."""
        now = self.cleaned_data
        if now.get("text") and not now.get("text_hi"):
            return False
        table, before = now.get("table") or {}, self.initial.get("table") or {}
        if table.get("rows") and not table.get("rows_hi"):
            return False
        is_table_new = table.get("rows_hi") != before.get("rows_hi")
        return bool(now.get("hindi_fits")) or "text_hi" in self.changed_data or is_table_new

    def clean_table(self) -> dict[str, Any] | None:
        """Check that a table is one: rows of texts, as many cells in each."""
        table = self.cleaned_data.get("table")
        if not table:
            return None
        known = {"head", "head_hi", "rows", "rows_hi", "align", "has_total"}
        if not isinstance(table, dict) or not set(table) <= known or not table.get("rows"):
            raise forms.ValidationError(_("A table is {“head”: […], “rows”: [[…], […]]}."))
        rows = [*table["rows"], *table.get("rows_hi", [])]
        rows += [head for head in (table.get("head"), table.get("head_hi")) if head]
        if not all(isinstance(row, list) and len(row) == len(rows[0]) for row in rows):
            raise forms.ValidationError(_("Every row of the table needs as many cells."))
        return table


class FileForm(DraftForm):
    """An office file by its number, which is kept as written."""

    def clean_number(self) -> str:
        """Refuse a second file of the same number in another spelling."""
        number: str = self.cleaned_data["number"]
        if OfficeFile.objects.numbered_like(number).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("This file is known already, maybe spelt differently."))
        self.instance.parts = parse_file_number(number)
        return number


class ComposedPaperForm(forms.Form):
    """The file and the signatory of a paper whose text the portal composes."""

    file_number = PlainTextField(
        label=_("Number of the file"),
        max_length=80,
        help_text=_("As it is to be printed, for example T-16017/42/2018-Trg (TFA)."),
    )
    signatory_name = PersonNameField(
        label=_("Name of the signatory"), max_length=120, widget=forms.TextInput(attrs=NOT_OWN)
    )
    signatory_name_hi = PersonNameField(label=_("Name in Hindi"), max_length=120, required=False)
    signatory_designation = PlainTextField(
        label=_("Designation of the signatory"),
        max_length=150,
        initial="Under Secretary to the Government of India",
    )
    signatory_designation_hi = PlainTextField(
        label=_("Designation in Hindi"),
        max_length=150,
        required=False,
        initial="अवर सचिव, भारत सरकार",
    )
