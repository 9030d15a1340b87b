"""What every journey stands on: the roles, a way in for whom a test names, patience for pages."""

from collections.abc import Callable
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.models import User
from tests.factories.accounts import sign_in
from tests.journeys.people import PATIENCE, new_page

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page


@pytest.fixture(autouse=True)
def roles(transactional_db: None) -> None:
    """Store the roles, which the clean-up after each test takes away with everything else."""
    call_command("sync_roles", stdout=StringIO())


@pytest.fixture
def context(context: "BrowserContext") -> "BrowserContext":
    """Wait longer than usual before a page is given up."""
    context.set_default_timeout(PATIENCE)
    return context


@pytest.fixture
def enter(new_context: Any, live_server: Any) -> Callable[[User], "Page"]:
    """Return a way to come in at a new browser, as whom a test names."""

    def come(user: User) -> "Page":
        client = Client()
        sign_in(client, user)
        page = new_page(new_context)
        session = client.cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page.goto(live_server.url)
        return page

    return come
