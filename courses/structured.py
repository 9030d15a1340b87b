"""What search engines and social pages read of a course: schema.org as JSON, and Open Graph."""

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext as _

from courses.calendars import address
from courses.models import Course
from courses.states import RunState
from courses.terms import RunTerms

LANGUAGES: Final = {"English": "en", "Hindi": "hi", "English and Hindi": ["en", "hi"]}
ESCAPES: Final = {
    ord(">"): "\\u003E",
    ord("<"): "\\u003C",
    ord("&"): "\\u0026",
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}
Thing = dict[str, Any]


def script_of(thing: Thing) -> SafeString:
    """Write `thing` as a block of data: no browser runs it, and no text can close it early.

    Such a block needs no nonce: the policy of the page speaks of what runs.
    """
    text = json.dumps(thing, ensure_ascii=False, separators=(",", ":")).translate(ESCAPES)
    escaped = mark_safe(text)  # noqa: S308  no character of HTML is left in it
    return format_html('<script type="application/ld+json">{}</script>', escaped)


def course_data(page: Any) -> Thing:
    """Describe a course with its batches as schema.org does; what is not known is left out."""
    course: Course = page.course
    page_address = address(course.get_absolute_url())
    in_hand = page.terms
    return _known(
        {
            "@context": "https://schema.org",
            "@type": "Course",
            "@id": f"{page_address}#course",
            "url": page_address,
            "name": str(course),
            "alternateName": _other_names(page),
            "description": course.objective_in_language,
            "courseCode": course.code,
            "inLanguage": LANGUAGES.get(course.language),
            "educationalLevel": course.get_level_display(),
            "coursePrerequisites": course.prerequisites_in_language,
            "timeRequired": f"P{course.weeks}W" if course.weeks else None,
            "educationalCredentialAwarded": course.get_certification_display(),
            "isAccessibleForFree": not in_hand.fee_usd,
            "dateModified": course.updated_at.date().isoformat(),
            "provider": _institute(course.institute),
            "publisher": {
                "@type": "GovernmentOrganization",
                "name": _("Department of Personnel and Training, Training Division"),
                "url": address("/"),
            },
            "isPartOf": [
                {
                    "@type": "EducationalOccupationalProgram",
                    "name": programme.name,
                    "url": address(programme.url),
                }
                for programme in page.programmes
            ],
            "syllabusSections": [
                _known({"@type": "Syllabus", "name": module.title, "description": module.summary})
                for module in page.outline
            ],
            "offers": _offer(in_hand.fee_usd),
            "hasCourseInstance": _instances(course, page),
        }
    )


def _other_names(page: Any) -> list[str]:
    names = [page.course.title, page.course.title_hi, *(old.name for old in page.former_titles)]
    return [name for name in dict.fromkeys(names) if name and name != str(page.course)]


def _institute(institute: Any) -> Thing:
    return _known(
        {
            "@type": "EducationalOrganization",
            "name": str(institute),
            "url": address(institute.get_absolute_url()),
            "sameAs": institute.website,
        }
    )


def _offer(fee: Decimal | None, opens: date | None = None, closes: date | None = None) -> Thing:
    return _known(
        {
            "@type": "Offer",
            "category": "Paid" if fee else "Free",
            "price": f"{fee or 0:.2f}",
            "priceCurrency": "USD",
            "validFrom": opens.isoformat() if opens else None,
            "validThrough": closes.isoformat() if closes else None,
        }
    )


def _instances(course: Course, page: Any) -> list[Thing]:
    """Describe the batches to come that have a day, or the course that begins on any day."""
    if course.withdrawn_on:
        return []
    if course.is_self_paced:
        return [_known({**_instance(course), "offers": _offer(page.terms.fee_usd)})]
    dated: Sequence[tuple[Any, RunTerms]] = [
        (line.run, terms)
        for line, terms in zip(page.coming_runs, page.coming_terms, strict=True)
        if line.run.state == RunState.SCHEDULED
    ]
    return [_run(course, run, terms) for run, terms in dated]


def _run(course: Course, run: Any, terms: RunTerms) -> Thing:
    offer = _offer(terms.fee_usd, run.registration_opens_on, run.registration_closes_on)
    return _known(
        {
            **_instance(course),
            "name": str(run),
            "startDate": run.commences_on.isoformat(),
            "endDate": run.ends_on.isoformat() if run.ends_on else None,
            "offers": offer,
        }
    )


def _instance(course: Course) -> Thing:
    hours = course.most_weekly_hours or course.least_weekly_hours
    schedule = None
    if hours:
        schedule = _known(
            {
                "@type": "Schedule",
                "repeatFrequency": "Weekly",
                "repeatCount": course.weeks,
                "duration": f"PT{hours}H",
            }
        )
    return {
        "@type": "CourseInstance",
        "courseMode": "Online",
        "inLanguage": LANGUAGES.get(course.language),
        "courseSchedule": schedule,
        "courseWorkload": f"PT{hours * course.weeks}H" if hours and course.weeks else None,
    }


def _known(thing: Thing) -> Thing:
    """Leave out what is empty."""
    return {name: value for name, value in thing.items() if value not in (None, "", [], {})}


DESCRIBED_IN: Final = 160  # letters that search engines show of a description


def social_of(thing: Any, text: str) -> "Social":
    """Return the tags for the page of a course, an institute or a programme."""
    description = Truncator(" ".join(text.split()) or str(thing)).chars(DESCRIBED_IN)
    return Social(title=str(thing), description=description, path=thing.get_absolute_url())


class Social:
    """The tags of Open Graph for a page."""

    def __init__(self, *, title: str, description: str, path: str) -> None:
        is_hindi = get_language() == "hi"
        self.title, self.description, self.url = title, description, address(path)
        self.site_name = gettext("iGOT programme, DoPT Training Division")
        self.locale, self.other_locale = ("hi_IN", "en_IN") if is_hindi else ("en_IN", "hi_IN")
        self.image = f"{settings.SITE_URL.rstrip('/')}{settings.STATIC_URL}img/share.png"
