"""The frame of the desk in Chromium: on a phone one can still change the language and sign out."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.roles import Role
from tests.factories.accounts import make_user
from tests.factories.enrollment import make_enrollment

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("width", [1280, 360])
def test_nothing_of_the_header_is_hidden_by_what_stands_below(page, live_server, login, width):
    call_command("sync_roles", stdout=StringIO())
    for _ in range(12):  # longer than the window: the frame is pressed
        make_enrollment()
    login(make_user(Role.DEALING_HAND))
    page.set_viewport_size({"width": width, "height": 500})

    page.goto(live_server.url + reverse("admin:enrollment_enrollment_changelist"))

    header = page.locator("#header").bounding_box()
    for tool in page.locator("#user-tools a, #user-tools button").all():
        box = tool.bounding_box()
        assert box["y"] + box["height"] <= header["y"] + header["height"], tool.inner_text()
    page.locator("#logout-form button").click()
    page.wait_for_url(lambda url: "/desk/" not in url)
