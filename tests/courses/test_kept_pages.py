"""Catalogue pages as ready bytes: the same for every stranger, with one's own parts for others."""

import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.template import engines
from django.template.response import TemplateResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from accounts.audit import record
from accounts.notifications import notify
from accounts.roles import Role
from courses import kept, kept_pages
from courses.models import Course
from igot.lib import preferences
from tests.factories.accounts import make_officer, make_user, sign_in
from tests.factories.courses import make_course

pytestmark = pytest.mark.django_db
LIST = "/courses/"


def panel_of_name(course_pk, user, *, today):
    """Greet the reader of a course page."""
    return format_html("<p>Course {} for {}</p>", course_pk, getattr(user, "email", "strangers"))


def panel_of_text(course_pk, user, *, today):
    """Return text that nobody has made safe."""
    return "<script>"


@pytest.fixture
def panels(settings):
    settings.COURSE_PANELS = [f"{__name__}.panel_of_name"]


def body(answer):
    return answer.content.decode()


# --- strangers ------------------------------------------------------------------------------------


def test_a_stranger_gets_the_same_bytes_again(client):
    course = make_course()

    for address in (LIST, course.get_absolute_url(), course.institute.get_absolute_url()):
        first, second = client.get(address), client.get(address)
        assert second.content == first.content
        assert second.headers == first.headers
        assert not second.cookies


def test_nothing_is_set_and_nothing_may_be_used_unasked(client):
    make_course()

    answer = client.get(LIST)

    assert not answer.cookies
    assert answer["Cache-Control"] == "no-cache"
    assert {"Accept-Language", "Cookie"} <= set(answer["Vary"].split(", "))
    assert "csrfmiddlewaretoken" not in body(answer)


def test_a_second_request_renders_nothing(client, monkeypatch):
    course = make_course()
    client.get(LIST)
    client.get(course.get_absolute_url())

    monkeypatch.setattr(TemplateResponse, "render", None)

    assert client.get(LIST).status_code == 200
    assert client.get(course.get_absolute_url()).status_code == 200


def test_a_browser_that_has_the_page_is_told_so(client):
    course = make_course()
    known = client.get(LIST)["ETag"]

    answer = client.get(LIST, headers={"if-none-match": known})
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer["ETag"] == known
    assert answer["Cache-Control"] == "no-cache"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert client.get(LIST, headers={"if-none-match": f"W/{known}"}).status_code == 304

    Course.objects.filter(pk=course.pk).update(title="Another")
    answer = client.get(LIST, headers={"if-none-match": known})
    assert answer.status_code == 200
    assert answer["ETag"] != known


def test_the_first_answer_may_be_that_the_browser_has_it_already(client):
    make_course()
    known = client.get(LIST)["ETag"]
    kept.latest().pages = kept._Pages()

    assert client.get(LIST, headers={"if-none-match": known}).status_code == 304
    assert client.get(LIST).status_code == 200


def test_head_says_what_get_would(client):
    make_course()
    whole = client.get(LIST)

    for _time in range(2):
        head = client.head(LIST)
        assert head.content == b""
        assert head.headers == whole.headers


def test_another_host_is_refused_also_by_what_is_kept(client):
    make_course()
    client.get(LIST)
    client.get(LIST)

    assert client.get(LIST, headers={"host": "evil.example"}).status_code == 400


def test_languages_are_apart_by_cookie_and_by_what_the_browser_asks(client):
    course = make_course(title="Poverty", title_hi="निर्धनता")
    address = course.get_absolute_url()

    for _time in range(2):
        assert "<h1>Poverty</h1>" in body(client.get(address))
        hindi = client.get(address, headers={"accept-language": "hi"})
        assert "<h1>निर्धनता</h1>" in body(hindi)
        assert hindi["Content-Language"] == "hi"
    client.cookies["django_language"] = "hi"
    assert "<h1>निर्धनता</h1>" in body(client.get(address))


def test_views_are_apart(client):
    make_course()
    pages = set()

    for cookie in ("normal.normal", "large.normal", "large.high", "nonsense"):
        client.cookies[preferences.COOKIE] = cookie
        pages.add(body(client.get(LIST)))
        assert body(client.get(LIST)) in pages

    assert len(pages) == 3
    assert any('data-size="large" data-contrast="high"' in page for page in pages)


def test_a_search_is_kept_under_one_address_however_it_is_written(
    client, django_assert_num_queries
):
    make_course()
    plain = client.get(f"{LIST}?level=introductory&sort=title")

    for odd in ("sort=title&level=introductory", "q=&level=introductory&sort=title&utm_source=x"):
        with django_assert_num_queries(1):
            assert client.get(f"{LIST}?{odd}").content == plain.content


def test_words_of_a_search_are_escaped_in_what_is_kept(client):
    make_course()

    for _time in range(2):
        page = body(client.get(LIST, {"q": '"><script>x'}))
        assert "<script>x" not in page
        assert "&lt;script&gt;x" in page


def test_what_is_not_found_is_not_kept(client):
    make_course()

    assert client.get("/courses/missing/").status_code == 404
    course = make_course(code="missing")
    assert client.get("/courses/missing/").status_code == 200
    Course.objects.filter(pk=course.pk).update(is_published=False)
    assert client.get("/courses/missing/").status_code == 404


def test_a_message_is_shown_once_and_never_kept(client):
    make_course()
    user = make_user(Role.OFFICER)
    sign_in(client, user)
    before = body(Client().get(LIST))

    client.post(reverse("account_logout"))

    assert "You have signed out" in body(client.get(LIST))
    assert body(client.get(LIST)) == before
    assert body(Client().get(LIST)) == before


def test_pages_kept_are_bounded_in_number_and_in_bytes(client, monkeypatch):
    make_course()
    client.get(LIST)
    one = len(client.get(LIST).content)
    monkeypatch.setattr(kept, "MOST_PAGES", 5)

    for number in range(10):
        client.get(LIST, {"q": f"word{number}"})
    pages = kept.latest().pages
    assert len(pages) == 5

    monkeypatch.setattr(kept, "MOST_BYTES", 3 * one)
    client.get(LIST, {"q": "more"})
    assert len(pages) < 5
    assert pages.size == sum(page.size for page in pages._pages.values()) <= 3 * one


def test_what_was_asked_for_lately_stays(client, monkeypatch, django_assert_num_queries):
    make_course()
    monkeypatch.setattr(kept, "MOST_PAGES", 3)

    for number in range(10):
        client.get(LIST)
        client.get(LIST, {"q": f"word{number}"})

    with django_assert_num_queries(1):
        client.get(LIST)


# --- somebody signed in ---------------------------------------------------------------------------


def test_who_is_signed_in_gets_the_same_page_with_the_own_strip(client, settings):
    settings.COURSE_PANELS = []
    course = make_course()
    officer = make_officer()
    stranger = body(client.get(course.get_absolute_url()))
    sign_in(client, officer.user)

    for _time in range(2):
        answer = client.get(course.get_absolute_url())
        page = body(answer)
        assert officer.user.email in page
        assert "session-warning" in page
        assert page.count("csrfmiddlewaretoken") == 2  # sign out, stay signed in
        assert answer["Cache-Control"] == "private, no-store"
        assert "ETag" not in answer
        assert main_of(page) == main_of(stranger)


def main_of(page):
    return re.search(r'<div class="course-grid">.*</main>', page, re.DOTALL)[0]


def test_nobody_sees_what_another_ones_strip_says(client):
    make_course()
    first, second = make_officer(name="First"), make_officer(name="Second")
    notify(first.user, of=record(first, "record.verified", acting_user=None, at=timezone.now()))
    sign_in(client, first.user)
    other = Client()
    sign_in(other, second.user)

    for _time in range(2):
        mine, theirs, nobodys = (
            body(client.get(LIST)),
            body(other.get(LIST)),
            body(Client().get(LIST)),
        )
        assert first.user.email in mine
        assert "</span> 1</span>" in mine
        assert "</span> 1</span>" not in theirs
        assert second.user.email in theirs
        assert first.user.email not in theirs + nobodys
        assert second.user.email not in mine + nobodys


def test_a_browser_that_has_the_strangers_page_gets_the_own_one_after_signing_in(client):
    make_course()
    known = client.get(LIST)["ETag"]
    sign_in(client, make_officer().user)

    assert client.get(LIST, headers={"if-none-match": known}).status_code == 200


def test_a_page_first_asked_by_somebody_signed_in_is_kept_for_strangers(client):
    make_course()
    officer = make_officer()
    sign_in(client, officer.user)
    client.get(LIST)

    page = Client().get(LIST)

    assert officer.user.email not in body(page)
    assert "Sign in" in body(page)
    assert "private" not in page["Cache-Control"]


def test_no_mark_is_left_in_a_page(client):
    course = make_course()
    sign_in(client, make_officer().user)

    for address in (LIST, course.get_absolute_url()):
        for one in (client, Client()):
            assert not re.search(r"[0-9a-f]{32}\.\d", body(one.get(address)))


# --- panels ---------------------------------------------------------------------------------------


def test_a_panel_is_shown_to_each_reader_as_the_own_one(client, panels):
    course = make_course()
    officer = make_officer()
    signed_in = Client()
    sign_in(signed_in, officer.user)

    for _time in range(2):
        assert f"<p>Course {course.pk} for strangers</p>" in body(
            client.get(course.get_absolute_url())
        )
        assert f"<p>Course {course.pk} for {officer.user.email}</p>" in body(
            signed_in.get(course.get_absolute_url())
        )


def test_a_panel_is_shown_on_a_page_that_is_not_kept(client, panels):
    course = make_course(is_published=False)
    staff = make_user(Role.DEALING_HAND)
    sign_in(client, staff)

    assert f"for {staff.email}</p>" in body(client.get(course.get_absolute_url()))


def test_panels_are_asked_by_app_where_the_page_says_so(rf, settings):
    settings.COURSE_PANELS = [f"{__name__}.panel_of_name"]
    template = engines["django"].from_string(
        '{% load course_panels %}{% course_panels 7 of="tests" %}|{% course_panels 7 of="other" %}'
    )
    request = rf.get("/")
    request.user = AnonymousUser()

    assert template.render(request=request) == "<p>Course 7 for strangers</p>|"


def test_what_a_panel_has_not_made_safe_is_escaped(client, settings):
    settings.COURSE_PANELS = [f"{__name__}.panel_of_text"]
    course = make_course()

    assert "&lt;script&gt;" in body(client.get(course.get_absolute_url()))


# --- what no page may share -----------------------------------------------------------------------


def view_of(text):
    """Return a kept view of a template that says `text`."""
    template = engines["django"].from_string(text)
    return kept_pages.kept_page()(lambda request: TemplateResponse(request, template))


def asked(rf, user=None):
    request = rf.get("/somewhere/")
    request.user = user or AnonymousUser()
    request._messages = []
    request.session = {}
    return request


def test_a_page_with_a_token_is_rendered_for_each_reader(rf):
    make_course()
    view = view_of("{% csrf_token %}")

    first, second = view(asked(rf)).render().content, view(asked(rf)).render().content

    assert b"csrfmiddlewaretoken" in first
    assert first != second
    assert len(kept.store_of_today().pages) == 0


def test_a_nonce_is_new_in_every_answer(rf):
    make_course()
    view = view_of('<script nonce="{{ request.csp_nonce }}">{{ request.path }}</script>')
    answers = []

    for nonce in ("one", "two"):
        request = asked(rf)
        request.csp_nonce = nonce
        answers.append(view(request))

    assert [a.content for a in answers] == [
        b'<script nonce="one">/somewhere/</script>',
        b'<script nonce="two">/somewhere/</script>',
    ]
    assert "ETag" not in answers[0]
    assert len(kept.store_of_today().pages) == 1


def test_the_view_sees_a_stranger_whoever_asks(rf):
    make_course()
    seen = []

    @kept_pages.kept_page()
    def view(request):
        seen.append(request)
        return TemplateResponse(request, engines["django"].from_string("x"))

    request = rf.get("/somewhere/?q=x", headers={"authorization": "secret"})
    request.COOKIES = {"sessionid": "secret", preferences.COOKIE: "large.high"}
    request.user = make_user(Role.DEALING_HAND)
    request._messages = ["secret"]
    request.session = {"secret": 1}
    _ = request.headers
    view(request)

    assert seen[0].user.is_anonymous
    assert seen[0].COOKIES == {preferences.COOKIE: "large.high"}
    assert seen[0].get_full_path() == "/somewhere/"
    assert not seen[0].GET
    assert "secret" not in str([seen[0].META, seen[0].headers, seen[0]._messages])
    assert not list(seen[0].session.keys())


def test_what_is_no_page_is_not_kept(rf):
    make_course()
    answers = iter([HttpResponse("first"), HttpResponse("again"), HttpResponse("second")])
    view = kept_pages.kept_page()(lambda request: next(answers))

    assert view(asked(rf)).content == b"again"
    assert len(kept.store_of_today().pages) == 0


def test_in_development_nothing_is_kept(rf, settings):
    settings.DEBUG = True
    make_course()
    view = view_of("{{ request.user.email }}")

    assert (
        view(asked(rf, make_user(email="a@example.gov.in"))).render().content == b"a@example.gov.in"
    )


def test_an_empty_catalogue_is_not_kept(client):
    assert client.get(LIST).status_code == 200

    assert len(kept.latest().pages) == 0
