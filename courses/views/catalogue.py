"""Pages of the public catalogue: the list, a course, a programme, an institute."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from courses import course_page, facts, institute_page, requirements, structured
from courses.kept_pages import kept_page
from courses.models import Institute, Programme
from igot.lib.paging import page_of

CARDS_PER_PAGE = 12


def address_of_list(request: HttpRequest) -> str | None:
    """Write the search of the course list in one way; what is open to one reader is not kept."""
    asked = facts.CatalogueQuery.of(request.GET)
    if asked.is_eligible and request.user.is_authenticated:
        return None
    page = request.GET.get("page", "")
    pages = [("page", page)] if page.isdecimal() and page not in ("0", "1") else []
    return urlencode([*asked.but(is_eligible=False).params, *pages])


@login_not_required
@require_safe
@kept_page(address_of_list)
def course_list(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    query = facts.CatalogueQuery.of(request.GET)
    found = facts.search(query, today=today, user=request.user)
    page = page_of(request, found.entries, per_page=CARDS_PER_PAGE)
    context = {
        "query": query,
        "found": found,
        "page_obj": page,
        "cards": [entry.card for entry in page],
        "kept_params": query.params,
    }
    return TemplateResponse(request, "courses/course_list.html", context)


@login_not_required
@require_safe
@kept_page()
def course_detail(request: HttpRequest, code: str) -> HttpResponse:
    page = course_page.page_of(code, request.user, today=timezone.localdate())
    if page is None:
        raise Http404
    context = {
        "page": page,
        "course": page.course,
        "updated_on": timezone.localdate(page.course.updated_at),
    }
    return TemplateResponse(request, "courses/course_detail.html", context)


@login_not_required
@require_safe
@kept_page()
def institute_detail(request: HttpRequest, code: str) -> HttpResponse:
    institute = get_object_or_404(Institute.objects.visible_to(request.user), code=code)
    context = institute_page.page_of(institute, today=timezone.localdate())
    return TemplateResponse(request, "courses/institute_detail.html", context)


@login_not_required
@require_safe
@kept_page()
def programme_detail(request: HttpRequest, code: str) -> HttpResponse:
    programmes = Programme.objects.visible_to(request.user).select_related("institute", "provider")
    programme = get_object_or_404(programmes, code=code)
    today = timezone.localdate()
    required, further = facts.cards_of_programme(programme, today=today)
    context = {
        "programme": programme,
        "social": structured.social_of(programme, programme.summary_in_language),
        "required": required,
        "further": further,
        "rule": programme.grade_rules.in_force(today).first(),
        "tree": requirements.in_words(requirements.tree_of(programme)),
    }
    return TemplateResponse(request, "courses/programme_detail.html", context)
