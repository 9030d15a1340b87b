"""What every journey stands on: the roles with what they may open, and patience for pages."""

from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command

from tests.journeys.people import PATIENCE

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext


@pytest.fixture(autouse=True)
def roles(transactional_db: None) -> None:
    """Store the roles, which the clean-up after each test takes away with everything else."""
    call_command("sync_roles", stdout=StringIO())


@pytest.fixture
def context(context: "BrowserContext") -> "BrowserContext":
    """Wait longer than usual before a page is given up."""
    context.set_default_timeout(PATIENCE)
    return context
