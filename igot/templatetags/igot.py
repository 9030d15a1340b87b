"""Filters and tags of the design system; a builtin, so templates need no load line."""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.core.paginator import Page
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.template.loader import get_template
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from igot import strips
from igot.lib import cuts, dates, money

register = template.Library()

# Words of the life cycles, in the tone that a reader takes them in. A word in no row is neutral.
TONES: Final[dict[str, frozenset[str]]] = {
    "success": frozenset(
        "completed confirmed eligible verified approved issued paid sanctioned released settled "
        "redeemed accepted applied pass open active recovered in_catalogue posted done genuine "
        "new answered".split()
    ),
    "info": frozenset(
        "submitted in_progress under_scrutiny under_review recommended in_payment checking "
        "available imported validated exported locked shortlisted on_agenda deliberated screened "
        "current upcoming announced refer received under_consideration uploaded".split()
    ),
    "warning": frozenset(
        "returned awaiting_authority payment_failed part_settled deferred provisional missing "
        "recovery_due disputed more_info closing on_hold declared boundary superseded stale".split()
    ),
    "error": frozenset(
        "rejected lapsed not_completed not_eligible fail failed expired dead invalid withheld "
        "discarded rejected_whole reversed unknown refused".split()
    ),
}
TONE_ICONS: Final = {
    "success": "check-circle",
    "info": "record-circle",
    "warning": "exclamation-triangle",
    "error": "exclamation-octagon",
    "neutral": "circle",
}

MENU: Final = (
    "courses:list",
    "eligibility:check",
    "circulars:list",
    "reports:help",
    "reports:dashboard",
    "account_login",
)
STEADY_PARTS_AT_MOST: Final = 5000  # a kilobyte each, more or less
_steady_parts: dict[tuple[object, ...], SafeString] = {}


@register.filter
def rupees(amount: int | Decimal | None) -> str:
    """Write an amount in rupees, "₹12,34,567.50"; nothing for None."""
    return "" if amount in (None, "") else money.rupees(amount)


@register.filter
def usd(amount: int | Decimal | None) -> str:
    """Write an amount in United States dollars; nothing for None."""
    return "" if amount in (None, "") else money.dollars(amount)


@register.filter
def indian(number: int | Decimal | None) -> str:
    """Group a number the Indian way, "12,34,567"; nothing for None."""
    return "" if number in (None, "") else money.group_indian(number)


@register.filter
def dmy(day: date | datetime | None) -> str:
    """Write a date as 17.05.2019; an instant is first brought to Indian time."""
    if not day:
        return ""
    if isinstance(day, datetime):
        day = timezone.localtime(day).date() if timezone.is_aware(day) else day.date()
    return dates.dmy(day)


@register.filter
def file_size(number: int | None) -> str:
    """Write a number of bytes as 33.3 KB; in Hindi Django leaves a blank behind, taken off here."""
    return filesizeformat(number or 0).strip()


@register.filter
def mask(text: str | None) -> str:
    """Show the last four characters behind dots, and nothing of anything shorter than eight."""
    if not text:
        return ""
    return "••••" + (text[-4:] if len(text) >= 8 else "")


@register.filter
def tone(state: str) -> str:
    """Tell which tone a state is shown in: success, info, warning, error or neutral."""
    for name, states in TONES.items():
        if state and str(state).lower() in states:
            return name
    return "neutral"


@register.filter
def in_minutes(seconds: int) -> int:
    """Turn seconds into minutes, rounded up."""
    return -(-int(seconds) // 60)


@register.filter
def count_up(total: int) -> range:
    """Count from 1 to `total`, both inclusive."""
    return range(1, int(total) + 1)


@register.filter
def page_numbers(page: Page[Any]) -> list[int | None]:
    """List the first, last and neighbouring page numbers; None stands for a gap."""
    last = page.paginator.num_pages
    near = {1, last, *range(max(1, page.number - 1), min(last, page.number + 1) + 1)}
    numbers: list[int | None] = []
    for number in sorted(near):
        if numbers and number - (numbers[-1] or 0) > 1:
            numbers.append(None)
        numbers.append(number)
    return numbers


@register.simple_tag
@lru_cache(maxsize=200)
def icon(name: str, size: int = 24) -> SafeString:
    """Draw an icon of static/img/icons.svg; it is decoration, so text stands beside it."""
    return format_html(
        '<svg class="icon icon-{}" aria-hidden="true" focusable="false">'
        '<use href="{}#{}"></use></svg>',
        size,
        static("img/icons.svg"),
        name,
    )


@register.simple_tag
def tone_icon(name: str) -> SafeString:
    """Draw the icon that goes with a tone, so that colour never speaks alone."""
    return icon(TONE_ICONS.get(name, TONE_ICONS["neutral"]))


@register.simple_tag
def nav_url(name: str, *args: Any, **kwargs: Any) -> str:
    """Reverse `name`, or answer "" where this installation has no such page."""
    try:
        return reverse(name, args=args, kwargs=kwargs)
    except NoReverseMatch:
        return ""


@register.simple_tag(takes_context=True)
def page_link(context: template.Context, page: int) -> str:
    """Return the address of another page of the list, with the search and filters kept.

    A view that knows what its address says may give it as `kept_params`, pairs in its own order.
    """
    if "kept_params" in context:
        return f"?{urlencode([*context['kept_params'], ('page', str(page))])}"
    request: HttpRequest = context["request"]
    query = request.GET.copy()
    query["page"] = str(page)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def here(context: template.Context, url: str) -> SafeString | str:
    """Mark a link whose page, or whose section, is the one shown."""
    request = context.get("request")
    if not request or not url or url == "/":
        return ""
    if request.path == url:
        return SafeString(' aria-current="page"')
    return SafeString(' aria-current="true"') if request.path.startswith(url) else ""


@register.filter
def section(path: str | None) -> str:
    """Tell which entry of the menus a page belongs to, by its address; "" for none."""
    return next((url for url in menu_urls() if path and path.startswith(url)), "")


@lru_cache(maxsize=1)
def menu_urls() -> tuple[str, ...]:
    """Return the addresses of the menus' entries, as far as this installation has them."""
    return tuple(url for url in map(nav_url, MENU) if url)


@register.simple_tag
def steady(template_name: str, **values: Any) -> SafeString:
    """Render a template that depends on nothing but the language and `values`, once per process.

    The frame of a page costs more than most pages' own content; its parts are the same for
    everybody. The template gets `values` as its whole context, so nothing else can slip in.
    """
    key = (template_name, get_language(), *sorted(values.items()))
    html = _steady_parts.get(key)
    if html is None or settings.DEBUG:
        html = SafeString(get_template(template_name).render(values))
        if len(_steady_parts) >= STEADY_PARTS_AT_MOST:
            _steady_parts.clear()
        _steady_parts[key] = html
    return html


@register.simple_tag(takes_context=True)
def personal(context: template.Context, template_name: str, **values: Any) -> str:
    """Render a part that is one reader's own; a page that is kept is cut open here.

    Cut open, the template gets nothing but `values` and what the context processors give.
    """
    found: cuts.Cuts | None = getattr(context.get("request"), "cuts", None)
    if found:
        return found.leave(cuts.template_part(template_name, values))
    found_template = context.template.engine.get_template(template_name)  # type: ignore[union-attr]
    with context.push(**values):
        return found_template.render(context)


@register.simple_tag(takes_context=True)
def strip(context: template.Context, template_name: str) -> str:
    """Render a `personal` part that is the same for all but a few words (igot.strips)."""

    def part(request: HttpRequest, values: cuts.Values) -> str:
        return strips.rendered(template_name, values, section=section(request.path))

    found: cuts.Cuts | None = getattr(context.get("request"), "cuts", None)
    return found.leave(part) if found else personal(context, template_name)
