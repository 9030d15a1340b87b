"""The page of a course as a draft would make it, for those who write and publish it."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import UserRequest, role_required
from accounts.roles import Role
from courses import course_page, kept
from courses.actions.editions import with_edition_applied
from courses.models import Course, CourseEdition
from courses.states import KEEPERS


@role_required(*KEEPERS, Role.AUDITOR)
@require_safe
def edition_preview(request: UserRequest, edition_id: int) -> HttpResponse:
    """Show what the public would see; nothing of it is kept, and the page stays as it is."""
    editions = CourseEdition.objects.visible_to(request.user).select_related("course")
    edition = get_object_or_404(editions, pk=edition_id)
    today = timezone.localdate()

    def show(course: Course) -> str:
        page = course_page.page_of(course.code, request.user, today=today)
        context = {"page": page, "course": course, "updated_on": today, "edition": edition}
        return render_to_string("courses/edition_preview.html", context, request)

    with kept.of_one_version(kept.Store(("", today))):
        return HttpResponse(with_edition_applied(edition, show, timezone.now()))
