"""Every public page, in both languages: its frame, and what it must not hold."""

import re
from datetime import date

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from reports import pages
from reports.models import PageReview
from tests.look.html import Page

pytestmark = pytest.mark.django_db

PUBLIC = [
    "/",
    "/search/",
    "/search/?q=policy",
    "/search/?q=qwertyuiop",
    *(page.url for page in (*pages.PAGES, *pages.POLICIES)),
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/login/code/",
]
LANGUAGES = ["en", "hi"]
FOOTER = [
    "policies",
    "sitemap",
    "related_links",
    "help",
    "feedback",
    "contact",
    "accessibility",
    "screen_reader",
    "about",
]
DEVANAGARI = re.compile(r"[\u0900-\u097f]")


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def read(client: Client, path: str, language: str) -> Page:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    response = client.get(path)
    assert response.status_code == 200, path
    return Page(response.content.decode())


@pytest.mark.parametrize("path", PUBLIC)
def test_page_has_its_language_one_h1_a_title_and_a_description(
    client: Client, path: str, language: str
) -> None:
    page = read(client, path, language)

    assert page.faults == []
    assert page.one("html").attrs["lang"] == {"en": "en-IN", "hi": "hi-IN"}[language]
    assert page.one("h1").text.strip()
    assert page.one("title").text.strip()
    assert len(page.one("meta", name="description").attrs["content"]) > 20


@pytest.mark.parametrize("path", PUBLIC)
def test_headings_skip_no_level(client: Client, path: str) -> None:
    page = read(client, path, "en")

    levels = [int(e.tag[1]) for e in page.elements if re.fullmatch(r"h[1-6]", e.tag)]
    jumps = [(a, b) for a, b in zip(levels, levels[1:], strict=False) if b > a + 1]

    assert levels[0] == 1
    assert jumps == []


@pytest.mark.parametrize("path", PUBLIC)
def test_frame_has_skip_link_search_languages_settings_and_footer(
    client: Client, path: str, language: str
) -> None:
    page = read(client, path, language)

    links = [element.attrs.get("href") for element in page.all("a")]
    assert links[0] == "#main"
    assert page.one("main").attrs["id"] == "main"
    assert page.one("input", id="site-search")
    assert [b.text for b in page.all("button", name="language")] == ["हिन्दी", "English"]
    assert [b.attrs["lang"] for b in page.all("button", name="language")] == ["hi", "en"]
    assert [b.attrs["value"] for b in page.all("button", name="size")] == [
        "smaller",
        "normal",
        "larger",
    ]
    footer = [e.attrs["href"] for e in page.all("a") if "footer" in e.inside]
    assert {reverse(f"reports:{name}") for name in FOOTER} <= set(footer)
    assert "https://www.india.gov.in/" in footer


@pytest.mark.parametrize("path", PUBLIC)
def test_lock_up_names_government_ministry_and_department_in_both_languages(
    client: Client, path: str
) -> None:
    html = " ".join(client.get(path).content.decode().split())

    order = [
        '<span lang="hi">भारत सरकार</span>',
        '<span lang="en">Government of India</span>',
        '<span lang="hi">कार्मिक, लोक शिकायत और पेंशन मंत्रालय</span>',
        '<span lang="en">Ministry of Personnel, Public Grievances and Pensions</span>',
        '<span lang="hi">कार्मिक और प्रशिक्षण विभाग, प्रशिक्षण प्रभाग</span>',
        '<span lang="en">Department of Personnel and Training, Training Division</span>',
    ]
    places = [html.index(part) for part in order]
    assert places == sorted(places)


@pytest.mark.parametrize("path", PUBLIC)
def test_page_carries_nothing_inline_and_nothing_of_other_hosts(client: Client, path: str) -> None:
    response = client.get(path)
    page = Page(response.content.decode())

    for element in page.elements:
        assert "style" not in element.attrs
        assert not [name for name in element.attrs if name.startswith("on")]
        assert element.tag != "style"
        for name in ("src", "href") if element.tag in {"link", "script", "img", "use"} else ():
            assert not element.attrs.get(name, "").startswith(("http", "//"))
    for script in page.all("script"):
        assert script.attrs.get("src") or script.attrs.get("type") == "application/json"
    policy = response.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


@pytest.mark.parametrize("path", PUBLIC)
def test_hindi_inside_english_pages_is_marked(client: Client, path: str) -> None:
    """Text of an English page that is written in Devanagari stands in an element with lang=hi."""
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    html = client.get(path).content.decode()

    unmarked = re.sub(r'<(\w+)[^>]*\slang="hi"[^>]*>.*?</\1>', "", html, flags=re.DOTALL)

    assert not DEVANAGARI.search(unmarked.replace("हिन्दी or English", ""))


@pytest.mark.parametrize("path", PUBLIC)
def test_links_to_other_websites_open_a_new_window_and_say_so(client: Client, path: str) -> None:
    page = read(client, path, "en")

    for link in page.all("a"):
        if link.attrs.get("href", "").startswith("http"):
            assert link.attrs["target"] == "_blank"
            assert "noopener" in link.attrs["rel"]
            assert "new window" in link.text


def test_titles_differ(client: Client) -> None:
    titles = [read(client, path, "en").one("title").text for path in PUBLIC]

    assert len(set(titles)) == len(titles)


def test_links_of_the_footer_lead_to_pages(client: Client) -> None:
    page = read(client, "/", "en")

    own = [
        e.attrs["href"]
        for e in page.all("a")
        if "footer" in e.inside and e.attrs["href"].startswith("/")
    ]

    assert len(own) > 8
    assert {client.get(path).status_code for path in own} == {200}


def test_date_of_a_page_follows_its_review(client: Client) -> None:
    before = read(client, "/about/", "en").one("footer").text
    PageReview.objects.create(slug="about", reviewed_on=date(2019, 5, 17))

    after = read(client, "/about/", "en").one("footer").text

    assert "17.05.2019" not in before
    assert "17.05.2019" in after


def test_policy_names_who_approved_it_and_when(client: Client) -> None:
    waiting = read(client, "/website-policies/privacy/", "en").one("main").text
    PageReview.objects.create(
        slug="privacy", reviewed_on=date(2026, 4, 1), approved_by="Web Information Manager"
    )

    approved = read(client, "/website-policies/privacy/", "en").one("main").text

    assert "awaits the approval" in waiting
    assert "Approved by Web Information Manager on 01.04.2026" in approved


def test_unknown_policy_is_not_found(client: Client) -> None:
    assert client.get("/website-policies/nothing/").status_code == 404


def test_search_finds_standing_pages_by_their_words(client: Client) -> None:
    page = read(client, "/search/?q=privacy+policy", "en")

    assert "/website-policies/privacy/" in [e.attrs.get("href") for e in page.all("a")]


@pytest.mark.parametrize("words", ["", "x" * 10_000, "%00", "<script>alert(1)</script>", "\u202e"])
def test_search_takes_any_words(client: Client, words: str) -> None:
    response = client.get("/search/", {"q": words})

    assert response.status_code == 200
    assert "<script>alert" not in response.content.decode()


def test_unknown_address_gives_a_page_that_helps(client: Client) -> None:
    response = client.get("/nothing/here/")
    page = Page(response.content.decode())

    assert response.status_code == 404
    assert page.one("h1").text == "Page not found"
    assert page.one("input", id="site-search")


def test_style_page_is_for_development_only(client: Client) -> None:
    assert client.get("/style/").status_code == 404


def test_robots_are_kept_off_personal_pages_and_security_txt_says_whom_to_tell(
    client: Client,
) -> None:
    robots = client.get("/robots.txt")
    security = client.get("/.well-known/security.txt")

    assert robots.headers["Content-Type"].startswith("text/plain")
    assert "Disallow: /me/" in robots.content.decode()
    assert "Contact: http://testserver/feedback/" in security.content.decode()
    assert "Expires: 20" in security.content.decode()


def test_home_asks_few_questions(client: Client, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    with django_assert_max_num_queries(3):
        client.get("/")
