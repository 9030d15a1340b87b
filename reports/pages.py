"""The standing public pages as data: for the sitemap, the site search and their dates of review."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class StandingPage:
    """A page whose text stands in a template: `slug` names its review, `url_name` its address."""

    slug: str
    url_name: str
    title: str | Promise
    description: str | Promise
    policy: bool = False

    @property
    def url(self) -> str:
        """Return the page's address."""
        return reverse(self.url_name, args=[self.slug] if self.policy else [])

    @property
    def template(self) -> str:
        """Return the template that holds the page's text."""
        folder = "reports/policies" if self.policy else "reports"
        return f"{folder}/{self.slug.replace('-', '_')}.html"


ABOUT: Final = StandingPage(
    "about",
    "reports:about",
    _("About the iGOT programme"),
    _("What the programme is for, who runs it and how courses are chosen."),
)
HELP: Final = StandingPage(
    "help",
    "reports:help",
    pgettext_lazy("page", "Help"),
    _("Answers on signing in, eligibility, registration, coupons, certificates and claims."),
)
CONTACT: Final = StandingPage(
    "contact",
    "reports:contact",
    pgettext_lazy("page", "Contact"),
    _("How to reach the Training Division, and whom to ask about what."),
)
FEEDBACK: Final = StandingPage(
    "feedback",
    "reports:feedback",
    pgettext_lazy("page", "Feedback"),
    _("Tell us what works and what does not. You get a number and a reply."),
)
ACCESSIBILITY: Final = StandingPage(
    "accessibility",
    "reports:accessibility",
    _("Accessibility statement"),
    _("What this website does for people with disabilities, and what does not work yet."),
)
SCREEN_READER: Final = StandingPage(
    "screen-reader-access",
    "reports:screen_reader",
    _("Screen reader access"),
    _("Screen readers that work with this website, and where to get them."),
)
RELATED_LINKS: Final = StandingPage(
    "related-links",
    "reports:related_links",
    pgettext_lazy("page", "Related links"),
    _("Other websites of the Government of India on training and on personnel matters."),
)
POLICIES_PAGE: Final = StandingPage(
    "policies",
    "reports:policies",
    _("Website policies"),
    _("The rules of this website: privacy, terms, copyright, links, content and security."),
)
SITEMAP: Final = StandingPage(
    "sitemap",
    "reports:sitemap",
    pgettext_lazy("page", "Sitemap"),
    _("All sections and pages of this website on one page."),
)

POLICIES: Final = (
    StandingPage(
        "privacy",
        "reports:policy",
        _("Privacy policy"),
        _("Which personal data this website keeps, why, for how long, and your rights."),
        policy=True,
    ),
    StandingPage(
        "terms",
        "reports:policy",
        _("Terms of use"),
        _("What you may rely on when you use this website, and what we ask of you."),
        policy=True,
    ),
    StandingPage(
        "copyright",
        "reports:policy",
        _("Copyright policy"),
        _("When you may copy what stands on this website."),
        policy=True,
    ),
    StandingPage(
        "hyperlinking",
        "reports:policy",
        _("Hyperlinking policy"),
        _("Links from this website to others, and from others to this one."),
        policy=True,
    ),
    StandingPage(
        "content",
        "reports:policy",
        _("Content, review and archive policy"),
        _("Who writes, approves, reviews and archives what stands here."),
        policy=True,
    ),
    StandingPage(
        "security",
        "reports:policy",
        _("Security policy"),
        _("How this website is protected, and how to report a weakness."),
        policy=True,
    ),
)
PAGES: Final = (
    ABOUT,
    HELP,
    CONTACT,
    FEEDBACK,
    ACCESSIBILITY,
    SCREEN_READER,
    RELATED_LINKS,
    POLICIES_PAGE,
    SITEMAP,
)


def policy_of(slug: str) -> StandingPage | None:
    """Return the policy called `slug`, if there is one."""
    return next((page for page in POLICIES if page.slug == slug), None)


def search(words: str) -> Iterator[StandingPage]:
    """Yield the standing pages whose title or description holds every word, in this language."""
    wanted = words.casefold().split()
    for page in (*PAGES, *POLICIES):
        text = f"{page.title} {page.description}".casefold()
        if wanted and all(word in text for word in wanted):
            yield page
