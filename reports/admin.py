"""The desk of the website: messages to answer, and the reviews of its standing pages."""

from typing import Any

from django.contrib import admin
from django.forms import ChoiceField
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.desk import DeskAdmin, DeskStep
from reports import actions, forms, pages, policies, states
from reports.models import Feedback, PageReview


@admin.register(Feedback)
class FeedbackAdmin(DeskAdmin):
    """What visitors wrote: those without an answer first, then the oldest."""

    list_display = ("number", "subject", "received_at", "reply_by", "answered_on")
    list_filter = ("subject", ("answered_on", admin.EmptyFieldListFilter))
    search_fields = ("=number", "=email")
    ordering = ("answered_on", "received_at")
    why_not = staticmethod(policies.why_not)
    steps = (
        DeskStep(
            name="answer",
            label=_("Note the answer"),
            step=states.ANSWER,
            action=actions.answer_feedback,
            form=forms.AnswerForm,
            explain=_("Reply by e-mail first; then note here what was said."),
        ),
    )


@admin.register(PageReview)
class PageReviewAdmin(DeskAdmin):
    """Each review is a new row: the newest date stands at the foot of its page."""

    list_display = ("slug", "reviewed_on", "approved_by", "next_review_on")
    list_filter = ("slug",)
    ordering = ("-reviewed_on", "slug")
    add_fields = ("slug", "reviewed_on", "approved_by", "next_review_on")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the standing pages by name instead of a blank line."""
        if db_field.name != "slug":
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        every = [(page.slug, page.title) for page in (*pages.PAGES, *pages.POLICIES)]
        return ChoiceField(label=db_field.verbose_name, choices=every)
