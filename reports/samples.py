"""Made-up content for the page that shows every component of the design system."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator

from reports.forms import FeedbackForm

RAMP = (50, 100, 200, 300, 400, 500, 600, 700, 800, 900)
STATES = ("submitted", "confirmed", "returned", "rejected", "draft", "paid", "under_scrutiny")


def components() -> dict[str, Any]:
    """Return the context of the style page."""
    form = FeedbackForm({"message": "", "email": "nobody"})
    form.is_valid()
    day = date(2027, 3, 1)
    return {
        "ramp": RAMP,
        "states": STATES,
        "amount": Decimal("8315.00"),
        "fee": Decimal("100.00"),
        "day": day,
        "secret": "ABCD-EFGH-1234",
        "form": form,
        "page_obj": Paginator(range(200), 20).page(4),
        "steps": [
            {"name": "Submitted", "state": "done", "who": "you", "at": date(2027, 1, 4)},
            {"name": "Authority informed", "state": "done", "who": "the portal", "at": day},
            {"name": "Confirmation", "state": "current", "who": "Training Division"},
            {"name": "Coupon", "state": "next"},
            {"name": "Certificate", "state": "next"},
        ],
        "tasks": [
            {
                "name": "Complete your service record",
                "url": "#top",
                "note": "Three facts are missing.",
                "label": "To do",
                "tone": "warning",
            },
            {"name": "Show your coupon", "url": "#top", "label": "Ready", "tone": "success"},
        ],
        "rows": [
            {
                "name": "Service",
                "value": "Indian Administrative Service",
                "url": "#top",
                "link": "Change",
            },
            {"name": "Year of allotment", "value": "2017", "url": "#top", "link": "Change"},
            {"name": "Mobile", "value": ""},
        ],
        "figures": [
            {"name": "Registrations under way", "value": "2"},
            {"name": "Claims paid", "value": "₹16,630"},
            {"name": "Credit points", "value": "24"},
        ],
    }
