"""Steps on the desk: buttons on a record, a confirm page for each, and the same for many rows."""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import display_for_field, label_for_field, lookup_field, unquote
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from accounts.models import AuditEntry, User
from igot.lib.errors import Refused

log = logging.getLogger("igot.access")
Words = str | Promise
WhyNot = Callable[[Any, Any, User], str]


@dataclass(frozen=True, kw_only=True)
class DeskStep:
    """A step of a life cycle as a button of the desk."""

    name: str
    label: Words
    step: Any
    action: Callable[..., object]
    form: type[forms.Form] | None = None
    id_name: str = ""  # the action's argument that takes the key; "<model>_id" unless given
    explain: Words = ""
    done: Words = gettext_lazy("Done: %(thing)s.")
    is_grave: bool = False  # cannot be undone: the button is red
    in_bulk: bool = False


class Outcome(NamedTuple):
    """What came of a step on one row of a bulk action."""

    thing: models.Model
    url: str
    refusal: str  # "" where the step was taken


class Happening(NamedTuple):
    """A line of a record's account: what happened, who did it, when."""

    words: str
    entry: AuditEntry


class NoForm(forms.Form):
    """A step that asks nothing but to be confirmed."""


class SteppedAdmin(admin.ModelAdmin):
    """A record with the steps of its life cycle as buttons, and the account of what was done."""

    steps: Sequence[DeskStep] = ()
    why_not: WhyNot | None = None
    summary_fields: Sequence[str] = ()  # shown on the confirm page; list_display unless given
    event_labels: dict[str, Words] = {}
    bulk_limit = 200
    change_form_template = "admin/desk_change_form.html"

    # --- the record -------------------------------------------------------------------------

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        thing = self.get_object(request, unquote(object_id)) if object_id else None
        context = {**(extra_context or {}), "desk_steps": [], "desk_account": []}
        if thing is not None:
            context["desk_steps"] = self.open_steps(request, thing)
            context["desk_account"] = self.account_of(thing)
        return super().changeform_view(request, object_id, form_url, context)

    def open_steps(self, request: HttpRequest, thing: models.Model) -> list[dict[str, Any]]:
        """Return the buttons that `why_not` opens to this user on `thing`."""
        return [
            {"step": step, "url": self.step_url(thing, step)}
            for step in self.steps
            if not self.reason_against(step, thing, request)
        ]

    def reason_against(self, step: DeskStep, thing: models.Model, request: HttpRequest) -> str:
        if self.why_not is None:
            raise ImproperlyConfigured(f"{type(self).__name__} has steps but no why_not")
        return self.why_not(step.step, thing, cast(User, request.user))

    def account_of(self, thing: models.Model) -> list[Happening]:
        """Return the latest hundred happenings on `thing`, the latest first."""
        entries = AuditEntry.objects.about(thing).select_related("acting_user", "on_behalf_of")
        return [Happening(self._words_of(entry.event), entry) for entry in entries.reverse()[:100]]

    def _words_of(self, event: str) -> str:
        plain = event.rpartition(".")[2].replace("_", " ").capitalize()
        return str(self.event_labels.get(event, plain))

    # --- a step, confirmed on a page of its own ---------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        step = path(
            "<path:object_id>/step/<slug:name>/",
            self.admin_site.admin_view(self.step_view),
            name=f"{self.opts.app_label}_{self.opts.model_name}_step",
        )
        return [step, *super().get_urls()]

    def step_url(self, thing: models.Model, step: DeskStep) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_step"
        return reverse(name, args=[thing.pk, step.name])

    def change_url(self, thing: models.Model) -> str:
        return reverse(
            f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[thing.pk]
        )

    @method_decorator(sensitive_post_parameters())  # dates of birth, say
    def step_view(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        step = next((step for step in self.steps if step.name == name), None)
        thing = self.get_object(request, unquote(object_id))
        if step is None or thing is None:
            raise Http404
        if not self.has_view_permission(request, thing):
            raise PermissionDenied
        reason = self.reason_against(step, thing, request)
        if request.method == "POST" and reason:
            log.warning("refused: user %s, %r: %s", request.user.pk, request.path, reason)
        form = self._form_of(step, request, thing)
        if request.method == "POST" and not reason and form.is_valid():
            try:
                response = self._take(step, thing, request, form)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                return response
        context = {"thing": thing, "reason": reason, "rows": self.summary_of(thing)}
        return self._step_page(request, step, form, context, status=409 if reason else 200)

    def _form_of(self, step: DeskStep, request: HttpRequest, thing: Any) -> forms.Form:
        kind = step.form or NoForm
        given = {"thing": thing} if getattr(kind, "takes_thing", False) else {}
        if request.method == "POST" and "desk_confirmed" in request.POST:
            return kind(request.POST, request.FILES, **given)
        return kind(**given)

    def _take(
        self, step: DeskStep, thing: models.Model, request: HttpRequest, form: forms.Form
    ) -> HttpResponse:
        came = self._call(step, thing, request, form)
        if isinstance(came, HttpResponse):
            return came
        messages.success(request, str(step.done) % {"thing": thing})
        return HttpResponseRedirect(self.change_url(thing))

    def _call(
        self, step: DeskStep, thing: models.Model, request: HttpRequest, form: forms.Form
    ) -> object:
        key = {step.id_name or f"{self.opts.model_name}_id": thing.pk}
        return step.action(**key, acting_user=request.user, at=timezone.now(), **form.cleaned_data)

    def _step_page(
        self,
        request: HttpRequest,
        step: DeskStep,
        form: forms.Form,
        context: dict[str, Any],
        status: int = 200,
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            **context,
            "opts": self.opts,
            "title": step.label,
            "step": step,
            "form": form,
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/desk_step.html", context, status=status)

    def summary_of(self, thing: models.Model) -> list[dict[str, Any]]:
        """Return name and value of the fields that tell one record from another."""
        names = [n for n in self.summary_fields or self.list_display if n != "action_checkbox"]
        return [
            {"name": label_for_field(n, self.model, self), "value": self._shown(n, thing)}
            for n in names
        ]

    def _shown(self, name: Any, thing: models.Model) -> Any:
        field, _attribute, value = lookup_field(name, thing, self)
        if field:
            return display_for_field(value, field, "–")
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        return "–" if value in (None, "") else value

    # --- many at once -----------------------------------------------------------------------

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        bulk = {
            f"step_{step.name}": (self._bulk(step), f"step_{step.name}", step.label)
            for step in self.steps
            if step.in_bulk
        }
        return {**super().get_actions(request), **bulk}

    def _bulk(self, step: DeskStep) -> Callable[..., HttpResponse | None]:
        def run(
            model_admin: SteppedAdmin, request: HttpRequest, rows: models.QuerySet[Any]
        ) -> HttpResponse | None:
            things = list(rows[: self.bulk_limit])
            form = self._form_of(step, request, None)
            if not form.is_valid():
                left = rows.count() - len(things)
                return self._step_page(request, step, form, {"things": things, "left": left})
            return self.results_page(request, step.label, self.do_each(request, step, things, form))

        return run

    def do_each(
        self, request: HttpRequest, step: DeskStep, things: Iterable[models.Model], form: forms.Form
    ) -> list[Outcome]:
        """Take `step` on each of `things`, each in its own transaction; none stops the others."""
        outcomes = []
        for thing in things:
            refusal = ""
            try:
                self._call(step, thing, request, form)
            except Refused as declined:
                refusal = str(declined)
            outcomes.append(Outcome(thing, self.change_url(thing), refusal))
        return outcomes

    def results_page(
        self, request: HttpRequest, title: Words, outcomes: Sequence[Outcome]
    ) -> HttpResponse:
        """Show what came of each row."""
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "outcomes": outcomes,
            "taken": sum(1 for outcome in outcomes if not outcome.refusal),
            "back_url": request.get_full_path(),
        }
        return TemplateResponse(request, "admin/desk_results.html", context)
