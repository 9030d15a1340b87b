"""The committee room in Chromium: it looks again by itself, and nothing typed is lost."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from committee.models import Participation
from committee.states import ItemState
from tests.committee.rooms import cast, close, make_open_item
from tests.factories.accounts import sign_in
from tests.factories.committee import make_item, make_meeting, make_secretary, members_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_room_shows_a_vote_of_somebody_else_and_keeps_what_is_typed(
    page: Page, live_server: Any, login: Any, axe: Any
) -> None:
    item = make_open_item()
    own, other, *_others = members_of(item)
    login(own.seat.user)
    page.goto(f"{live_server.url}/committee/meetings/{item.meeting_id}/room/")
    expect(page.get_by_text("Votes cast: 0 of 5")).to_be_visible()
    axe()

    page.get_by_label("Remark").fill("Half a sentence")
    cast(other)
    expect(page.get_by_text("Votes cast: 1 of 5")).to_be_visible(timeout=15_000)
    close(item)

    expect(page.get_by_text("Who voted how")).to_be_visible(timeout=15_000)
    expect(page.get_by_label("Remark")).to_have_value("Half a sentence")


def test_a_vote_does_not_lose_the_sheet_that_is_half_filled_in(
    page: Page, live_server: Any, login: Any
) -> None:
    item = make_open_item()
    own = members_of(item)[0]
    login(own.seat.user)
    page.goto(f"{live_server.url}/committee/items/{item.pk}/room/")

    page.get_by_label("Remark").fill("To be weighed")
    page.get_by_role("group", name="Criterion 1").get_by_label("8", exact=True).check()
    page.get_by_label("For", exact=True).check()
    page.get_by_label("This is my vote").check()
    page.get_by_role("button", name="Cast the vote").click()

    expect(page.get_by_text("Your vote “For” is cast.")).to_be_visible()
    expect(page.get_by_label("Remark")).to_have_value("To be weighed")
    points = page.get_by_role("group", name="Criterion 1").get_by_label("8", exact=True)
    expect(points).to_be_checked()
    assert Participation.objects.get(pk=own.pk).vote == "for"


def test_the_room_follows_the_committee_to_the_next_item(
    page: Page, live_server: Any, login: Any
) -> None:
    first = make_open_item()
    close(first)
    second = make_item(meeting=first.meeting)
    login(members_of(first)[0].seat.user)
    page.goto(f"{live_server.url}/committee/meetings/{first.meeting_id}/room/")
    expect(page.get_by_text("item 1", exact=False).first).to_be_visible()

    type(second).objects.filter(pk=second.pk).update(state=ItemState.OPEN)
    type(first.meeting).objects.filter(pk=first.meeting_id).update(current_item=second)

    expect(page.get_by_text(f"{first.meeting}, item 2")).to_be_visible(timeout=15_000)


def test_the_secretary_takes_an_item_up_without_script(
    browser: Browser, live_server: Any, client: Any, settings: Any
) -> None:
    item = make_item(meeting=make_meeting(state="in_session"))
    sign_in(client, make_secretary())
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies(
        [
            {
                "name": settings.SESSION_COOKIE_NAME,
                "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
                "url": live_server.url,
            }
        ]
    )
    page = context.new_page()
    page.goto(f"{live_server.url}/committee/meetings/{item.meeting_id}/control/")

    page.get_by_role("button", name="Open 1").click()
    page.get_by_role("button", name="Close the votes").click()

    expect(page.get_by_text("The votes on item 1 are closed.")).to_be_visible()
    context.close()
