"""Whoever is refused reads why, represents, and is answered in the language written in."""

import re
from typing import Any

from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.roles import Role
from eligibility.models import Representation
from eligibility.states import RepresentationState
from tests.factories.accounts import make_officer, make_user
from tests.factories.eligibility import make_decision
from tests.journeys.people import open_task, take_step

TEXT = "मेरे सेवा अभिलेख में कार्यग्रहण की तिथि गलत दर्शाई गई है। निवेदन है कि पुनर्विचार किया जाए।"
ANSWER = "सेवा पुस्तिका के अनुसार कार्यग्रहण की तिथि सही है, अतः निर्णय यथावत है।"


def test_who_is_refused_reads_why_represents_in_hindi_and_is_answered_in_hindi(
    page: Page, live_server: Any, login: Any, axe: Any
) -> None:
    officer = make_officer(joined_on=timezone.localdate())
    decision = make_decision(officer=officer)
    first_day = f"01.01.{timezone.localdate().year + 3}"

    login(officer.user)
    page.goto(live_server.url + decision.get_absolute_url())
    expect(page.get_by_role("article", name="Length of service")).to_contain_text(first_day)
    expect(page.get_by_text(f"commences on or after {first_day}")).to_be_visible()
    axe()
    page.get_by_role("link", name="Represent", exact=True).click()
    axe()
    page.get_by_label("Your representation").fill(TEXT)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text(re.compile(r"Its number is IGOT/E/\d{4}/\d{6}"))).to_be_visible()
    axe()
    sent = Representation.objects.get()

    login(make_user(Role.DEALING_HAND))
    page.goto(live_server.url)
    open_task(page, "1 representation waits")
    page.get_by_role("link", name=sent.number).click()
    take_step(page, "Take up")
    page.get_by_role("navigation", name="Steps open to you").get_by_role(
        "link", name="Answer: it stands"
    ).click()
    page.get_by_label("Answer, in Hindi").fill("The decision stands.")
    page.get_by_role("button", name="Answer: it stands").click()
    expect(page.get_by_text("write the answer in Devanagari letters")).to_be_visible()
    page.get_by_label("Answer, in Hindi").fill(ANSWER)
    page.get_by_role("button", name="Answer: it stands").click()
    expect(page.get_by_text(re.compile("^Done: "))).to_be_visible()

    login(officer.user)
    page.goto(live_server.url)
    page.get_by_role("link", name="My work").first.click()
    page.get_by_role("main").get_by_role("link", name=sent.number).click()
    expect(page.get_by_role("region", name="The decision stands")).to_contain_text(ANSWER)
    axe()
    sent.refresh_from_db()
    assert sent.state == RepresentationState.ANSWERED
