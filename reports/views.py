"""The public pages: home, standing pages, feedback, search, and how one wants to see them."""

from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_POST, require_safe

from igot.lib import preferences
from igot.lib.limits import limited
from igot.lib.origin import same_origin_or_token
from reports import actions, facts, forms, pages, samples
from reports.models import Feedback, PageReview

FEEDBACK_SESSION_KEY = "feedback_number"


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return TemplateResponse(request, "reports/home.html", facts.home(timezone.localdate()))


@login_not_required
@require_safe
def standing_page(request: HttpRequest, page: pages.StandingPage) -> HttpResponse:
    """Show a page whose text stands in its template, with the date of its latest review."""
    review = PageReview.objects.latest_of(page.slug)
    context: dict[str, object] = {"page": page, "review": review, "policies": pages.POLICIES}
    if review:
        context["updated_on"] = review.reviewed_on
    return TemplateResponse(request, page.template, context)


@login_not_required
@require_safe
def policy(request: HttpRequest, slug: str) -> HttpResponse:
    page = pages.policy_of(slug)
    if page is None:
        raise Http404
    return standing_page(request, page)


@login_not_required
@limited("feedback", at_most=5, seconds=3600)
def feedback(request: HttpRequest) -> HttpResponse:
    form = forms.FeedbackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        received = actions.receive_feedback(
            **form.cleaned_data, language=get_language() or "en", at=timezone.now()
        )
        request.session[FEEDBACK_SESSION_KEY] = received.number
        return redirect("reports:feedback_received")
    return TemplateResponse(
        request, "reports/feedback.html", {"form": form, "page": pages.FEEDBACK}
    )


@login_not_required
@require_safe
def feedback_received(request: HttpRequest) -> HttpResponse:
    """Show the number and the day of reply to the browser that has just written."""
    number = request.session.get(FEEDBACK_SESSION_KEY, "")
    received = get_object_or_404(Feedback.objects.numbered(number))
    return TemplateResponse(request, "reports/feedback_received.html", {"feedback": received})


@login_not_required
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    form = forms.SearchForm(request.GET)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    context = {
        **facts.found(words),
        "form": form,
        "words": words,
        "found_pages": list(pages.search(words)),
    }
    return TemplateResponse(request, "reports/search.html", context)


@login_not_required
@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    context = {
        "page": pages.SITEMAP,
        "pages": pages.PAGES,
        "policies": pages.POLICIES,
        "courses": facts.all_courses(),
    }
    return TemplateResponse(request, "reports/sitemap.html", context)


@same_origin_or_token
@login_not_required
@require_POST
def set_preferences(request: HttpRequest) -> HttpResponse:
    """Keep the text size and contrast that a visitor pressed, and go back to the page."""
    view = preferences.changed(
        preferences.of(request.COOKIES),
        size=request.POST.get("size", ""),
        contrast=request.POST.get("contrast", ""),
    )
    response = HttpResponseRedirect(_own_path(request, request.POST.get("next", "")))
    response.set_cookie(
        preferences.COOKIE,
        view.cookie,
        max_age=preferences.COOKIE_AGE,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )
    return response


@require_POST
def stay(request: HttpRequest) -> HttpResponse:
    """Keep the session of a user who is still there; the session middleware notes the sight."""
    return HttpResponse(status=204)


@login_not_required
@require_safe
def robots_txt(request: HttpRequest) -> HttpResponse:
    return TemplateResponse(request, "reports/robots.txt", content_type="text/plain")


@login_not_required
@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    context = {
        "contact": request.build_absolute_uri(reverse("reports:feedback")),
        "policy": request.build_absolute_uri(reverse("reports:policy", args=["security"])),
        "expires": timezone.now().replace(microsecond=0) + timedelta(days=180),
    }
    return TemplateResponse(request, "reports/security.txt", context, content_type="text/plain")


@login_not_required
@require_GET
def style(request: HttpRequest) -> HttpResponse:
    """Show every component of the design system; the address exists in development only."""
    return TemplateResponse(request, "reports/style.html", samples.components())


def _own_path(request: HttpRequest, path: str) -> str:
    """Return `path` if it leads to a page of this host, else the home page."""
    if path.startswith("/") and url_has_allowed_host_and_scheme(
        path, allowed_hosts=None, require_https=request.is_secure()
    ):
        return path
    return reverse("reports:home")
