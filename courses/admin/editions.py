"""Drafts of course pages on the desk: written, looked at, submitted, published by another."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.desk import DeskAdmin, DeskStep, user_of
from courses import catalogue_policies, editions, forms, states
from courses.actions import editions as actions
from courses.models import CourseEdition
from igot.lib.errors import Refused

NEW = DeskStep(
    name="new",
    label=_("Draft a new course"),
    step=None,
    action=actions.draft_new_course,
    explain=_(
        "The course comes into the catalogue when a second person publishes the draft, on a "
        "decision of the committee in force."
    ),
)


@admin.register(CourseEdition)
class CourseEditionAdmin(DeskAdmin):
    list_display = ("title", "code", "state", "written_by", "written_at", "published_at")
    list_filter = ("state",)
    list_select_related = ("written_by", "course")
    search_fields = ("title", "code")
    ordering = ("-pk",)
    fields = (
        "title",
        "course",
        "code",
        "state",
        "preview",
        "changes",
        "note",
        "reference",
        "remark",
        "written_by",
        "written_at",
        "submitted_at",
        "published_by",
        "published_at",
    )
    readonly_fields = fields
    summary_fields = ("title", "code", "state", "written_by", "written_at", "note", "preview")
    why_not = staticmethod(catalogue_policies.why_not_edition)
    steps = (
        DeskStep(
            name="edit",
            label=_("Write"),
            step=states.EDIT_EDITION,
            action=actions.save_edition,
            id_name="edition_id",
            form=forms.EditionForm,
            explain=_("The public page stays as it is until a second person publishes the draft."),
            done=_("Kept: %(thing)s."),
        ),
        DeskStep(
            name="submit",
            label=_("Hand to a second person"),
            step=states.SUBMIT_EDITION,
            action=actions.submit_edition,
            id_name="edition_id",
        ),
        DeskStep(
            name="catch_up",
            label=_("Compare with the page of today"),
            step=states.CATCH_UP_EDITION,
            action=actions.catch_up_edition,
            id_name="edition_id",
            explain=_(
                "The page was changed after this draft was begun. Look at what differs now and "
                "write into the draft what is to stay."
            ),
        ),
        DeskStep(
            name="publish",
            label=_("Publish"),
            step=states.PUBLISH_EDITION,
            action=actions.publish_edition,
            id_name="edition_id",
            explain=_("The draft becomes the public page at once."),
        ),
        DeskStep(
            name="return",
            label=_("Return to the author"),
            step=states.RETURN_EDITION,
            action=actions.return_edition,
            id_name="edition_id",
            form=forms.RemarkForm,
        ),
        DeskStep(
            name="discard",
            label=_("Discard"),
            step=states.DISCARD_EDITION,
            action=actions.discard_edition,
            id_name="edition_id",
            form=forms.ReasonForm,
            is_grave=True,
        ),
    )
    event_labels = {
        "courseedition.begun": _("Begun"),
        "courseedition.edit": _("Written"),
        "courseedition.submit": _("Handed to a second person"),
        "courseedition.catch_up": _("Compared with the page of the day"),
        "courseedition.return": _("Returned"),
        "courseedition.publish": _("Published"),
        "courseedition.discard": _("Discarded"),
    }

    def has_add_permission(self, request: HttpRequest) -> bool:
        return not catalogue_policies.why_not_keep(user_of(request))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Draft a course that is not yet in the catalogue: outside the admin's own transaction."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        is_sent = request.method == "POST"
        form = self.with_rule_sets(forms.NewCourseForm(request.POST if is_sent else None))
        if is_sent and form.is_valid():
            try:
                edition = actions.draft_new_course(
                    acting_user=user_of(request), at=timezone.now(), **form.cleaned_data
                )
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                return HttpResponseRedirect(self.change_url(edition))
        return self._step_page(request, NEW, form, {"things": [], "is_new": True})

    def _form_of(self, step: DeskStep, request: HttpRequest, thing: Any) -> Any:
        return self.with_rule_sets(super()._form_of(step, request, thing))

    def with_rule_sets(self, form: Any) -> Any:
        """Return the form; the app that knows the rule sets offers them by name."""
        return form

    @admin.display(description=_("preview"))
    def preview(self, edition: CourseEdition) -> SafeString:
        return render_to_string("admin/courses/_preview_link.html", {"edition": edition})

    @admin.display(description=_("what would change"))
    def changes(self, edition: CourseEdition) -> SafeString:
        is_live = edition.state in states.LIVE_EDITIONS
        before = editions.content_of(edition.course) if edition.course and is_live else {}
        found = editions.differences(before, edition.content)
        context = {
            "differences": found,
            "is_live": is_live,
            "is_overtaken": is_live and catalogue_policies.is_overtaken(edition),
        }
        return render_to_string("admin/courses/_differences.html", context)
