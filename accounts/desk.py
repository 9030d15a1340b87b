"""The desk: a base for every ModelAdmin, with buttons for steps and an account of what was done.

In an app's admin.py:

    @admin.register(Claim)
    class ClaimAdmin(DeskAdmin):
        list_display = ("number", "officer", "state")
        list_select_related = ("officer__user",)
        search_fields = ("=number",)
        editable_fields = ("remarks",)              # all other fields are read-only
        add_fields = ("officer", "course")          # also open while the record is being added
        why_not = staticmethod(policies.why_not)    # (step, thing, user) -> reason or ""
        steps = (
            DeskStep(
                name="sanction",                    # its address: <pk>/step/sanction/
                label=_("Sanction"),
                step=states.SANCTION,
                action=actions.sanction_claim,      # (claim_id=…, acting_user=…, at=…, **cleaned)
                form=forms.SanctionForm,            # or None; one with `takes_thing` gets thing=…
                explain=_("The order is issued at once."),
                in_bulk=True,                       # also an action of the list, row by row
            ),
        )

- A button shows where `why_not` returns "". It opens a confirm page outside the change form's
  transaction; the page calls the action, which asks `why_not` again under its lock.
- `Refused` stands on the confirm page as an error of the form. A response that an action returns
  (a file, say) is handed to the browser; anything else leads back to the record.
- The rows are those of `visible_to(user)` where the model's queryset has it.
- Encrypted columns and files never show by themselves (files: a read-only method with a link to
  their own view). Nobody deletes. A field named `state` can never be edited.
- Saves are recorded in the audit trail as "<model>.added" and "<model>.changed"; a subclass whose
  adding is an action of its own overrides `save_model` and calls it (plain atomic) from there,
  with `records_saves = False`.
"""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.options import BaseModelAdmin
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit
from accounts.desk_steps import DeskStep, Outcome, SteppedAdmin
from accounts.models import User
from igot.lib.crypto import EncryptedTextField

__all__ = ["DeskAdmin", "DeskInline", "DeskStep", "DraftInline", "Outcome", "user_of"]

NEVER_EDITABLE = frozenset({"state", "password"})
NEVER_SHOWN = (EncryptedTextField, models.FileField)  # sealed text; files have views of their own


def user_of(request: HttpRequest) -> User:
    """Return who works at the desk: behind the admin's log-in it is always one of our users."""
    return cast(User, request.user)


class DeskForm(forms.ModelForm):
    """Asks the table's constraints also where they name a field that the form does not show."""

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # Django's own hook, absent from its stubs
        if not self.errors:
            try:
                self.instance.validate_constraints()
            except ValidationError as broken:
                self._update_errors(broken)  # type: ignore[attr-defined]  # as above


class DeskOptions(BaseModelAdmin):
    """What records and the tables inside them share: read-only but for named fields."""

    form: Any = DeskForm
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    editable_fields: Sequence[str] = ()
    add_fields: Sequence[str] = ()
    hidden_fields: Sequence[str] = ()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        editable = {*self.editable_fields, *(() if obj else self.add_fields)}
        relations = {field.name for field in self.opts.concrete_fields if field.remote_field}
        if forbidden := (editable & NEVER_EDITABLE) - relations:  # a State of India is no state
            raise ImproperlyConfigured(f"{type(self).__name__} opens {forbidden}")
        fields = [*self.opts.concrete_fields, *self.opts.local_many_to_many]
        shown = [
            field.name
            for field in fields
            if field.name not in {"id", "password", *self.hidden_fields}
            and not isinstance(field, NEVER_SHOWN)
        ]
        closed = [name for name in shown if name not in editable]
        return [*closed, *(name for name in self.readonly_fields if name not in closed)]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if self.fields:
            return self.fields
        if obj is None:
            return list(dict.fromkeys([*self.add_fields, *self.editable_fields]))
        closed = self.get_readonly_fields(request, obj)
        first = [name for name in self.add_fields if name in closed]
        return list(dict.fromkeys([*first, *self.editable_fields, *closed]))

    def get_autocomplete_fields(self, request: HttpRequest) -> list[str]:
        """Let every relation be searched for whose own admin can search: no list of all rows."""
        relations = [*self.opts.concrete_fields, *self.opts.local_many_to_many]
        return [
            field.name
            for field in relations
            if field.remote_field
            and field.name in {*self.editable_fields, *self.add_fields}
            and field.related_model
            and (related := self.admin_site._registry.get(field.related_model))
            and related.search_fields
        ]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class DeskInline(DeskOptions, admin.TabularInline):
    """Rows that belong to a record; `editable_fields` opens them."""

    extra = 0
    can_delete = False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if self.fields:
            return self.fields
        shown = [*self.editable_fields, *self.get_readonly_fields(request, obj)]
        return [name for name in shown if name != self._parent_link()]

    def _parent_link(self) -> str:
        fields = self.opts.concrete_fields
        return next((f.name for f in fields if f.related_model is self.parent_model), "")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(self.editable_fields) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(self.editable_fields) and super().has_change_permission(request, obj)


class DraftInline(DeskInline):
    """Rows that are added, edited and taken out while the record is a draft, and then only read."""

    can_delete = True

    def is_draft(self, thing: Any) -> bool:
        """Tell whether `thing`, None while it is being added, is still a draft."""
        raise NotImplementedError

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.is_draft(obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.is_draft(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let a row of a draft be taken out again: nobody has relied on it."""
        return self.has_change_permission(request, obj)


class DeskAdmin(DeskOptions, SteppedAdmin):
    """A record on the desk: see the module's docstring."""

    records_saves = True

    list_per_page = 50
    list_max_show_all = 200
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    # --- what may be opened -----------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        rows = super().get_queryset(request)
        visible_to = getattr(rows, "visible_to", None)
        return visible_to(request.user) if visible_to and not request.user.is_superuser else rows

    def has_add_permission(self, request: HttpRequest) -> bool:
        can_be_added = bool(self.editable_fields or self.add_fields)
        return can_be_added and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        can_be_edited = bool(
            self.editable_fields or any(i.editable_fields for i in self._inlines())
        )
        return can_be_edited and super().has_change_permission(request, obj)

    def _inlines(self) -> list[Any]:
        return [inline for inline in self.inlines if issubclass(inline, DeskOptions)]

    # --- saves are recorded -----------------------------------------------------------------

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> list[dict[str, Any]]:
        message: list[Any] = super().construct_change_message(request, form, formsets, add)
        if form.changed_data and not add:
            message[0]["changed"]["values"] = {
                name: [str(form.initial.get(name, "")), str(form.cleaned_data.get(name, ""))]
                for name in form.changed_data
            }
        return message

    def log_addition(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        self._record(request, obj, "added", message)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        if message:
            self._record(request, obj, "changed", message)
        return super().log_change(request, obj, message)

    def _record(self, request: HttpRequest, obj: models.Model, verb: str, message: Any) -> None:
        if self.records_saves:
            event = f"{self.opts.model_name}.{verb}"
            audit.record(
                obj, event, acting_user=user_of(request), at=timezone.now(), changes=message
            )
