"""Feedback: stored under a number, with a day of reply, shown to its writer only."""

from datetime import UTC, date, datetime

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import AuditEntry
from accounts.roles import Role
from igot.lib.errors import Refused
from reports import actions
from reports.models import Feedback
from tests.factories.accounts import make_user
from tests.look.html import Page

pytestmark = pytest.mark.django_db
URL = "/feedback/"
MESSAGE = {
    "subject": "courses",
    "message": "The dates of the next batch?\nThank you.",
    "name": "मीरा अय्यर",
    "email": "meera@example.gov.in",
}


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    cache.clear()


def test_message_gets_a_number_and_a_day_of_reply(client: Client) -> None:
    response = client.post(URL, MESSAGE, follow=True)

    feedback = Feedback.objects.get()
    text = Page(response.content.decode()).one("main").text
    assert feedback.name == "मीरा अय्यर"
    assert feedback.number in text
    assert f"{feedback.reply_by:%d.%m.%Y}" in text


def test_reply_is_due_fifteen_days_after_the_day_in_india() -> None:
    feedback = actions.receive_feedback(
        **MESSAGE, language="en", at=datetime(2026, 11, 22, 19, 0, tzinfo=UTC)
    )

    assert feedback.reply_by == date(2026, 12, 8)
    assert feedback.number.startswith("FB-2026-")


def test_numbers_cannot_be_guessed() -> None:
    at = datetime(2026, 11, 22, tzinfo=UTC)

    numbers = {
        actions.receive_feedback(**MESSAGE, language="en", at=at).number for _turn in range(20)
    }

    assert len(numbers) == 20


def test_others_do_not_see_the_acknowledgement(client: Client) -> None:
    client.post(URL, MESSAGE)

    assert client.get("/feedback/received/").status_code == 200
    assert Client().get("/feedback/received/").status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("subject", "", "This field is required."),
        ("message", "   ", "This field is required."),
        ("message", "x" * 3001, "at most 3000"),
        ("message", "a\u202eb", "reverses the reading order"),
        ("name", "<b>Meera</b>", "A name cannot contain"),
        ("email", "meera", "valid email address"),
    ],
)
def test_what_is_wrong_is_said_on_top_and_at_the_field(
    client: Client, field: str, value: str, said: str
) -> None:
    page = Page(client.post(URL, MESSAGE | {field: value}).content.decode())

    summary = page.one("div", _class="error-summary")
    assert said in summary.text
    assert summary.attrs["role"] == "alert"
    assert page.one("a", href=f"#id_{field}")
    control = next(e for e in page.elements if e.attrs.get("id") == f"id_{field}")
    described = control.attrs["aria-describedby"].split()
    texts = [e.text for e in page.elements if e.attrs.get("id") in described]
    assert any(said in text for text in texts)
    assert page.one("title").text.startswith("Error:")
    assert not Feedback.objects.exists()


def test_sixth_message_in_an_hour_waits(client: Client) -> None:
    for _turn in range(5):
        client.post(URL, MESSAGE)

    response = client.post(URL, MESSAGE)

    assert response.status_code == 429
    assert "60 minutes" in response.content.decode()
    assert Feedback.objects.count() == 5


def test_message_needs_a_token() -> None:
    assert Client(enforce_csrf_checks=True).post(URL, MESSAGE).status_code == 403


def test_an_answer_cannot_be_empty() -> None:
    feedback = actions.receive_feedback(
        **MESSAGE, language="en", at=datetime(2026, 11, 22, tzinfo=UTC)
    )

    with pytest.raises(IntegrityError), transaction.atomic():
        Feedback.objects.filter(pk=feedback.pk).update(answered_on=date(2026, 11, 23))


@pytest.fixture
def received() -> Feedback:
    return actions.receive_feedback(
        **MESSAGE, language="en", at=datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
    )


def test_dealing_hand_notes_the_answer(received: Feedback) -> None:
    hand = make_user(Role.DEALING_HAND)

    actions.answer_feedback(
        feedback_id=received.pk,
        answer="The next batch opens on 01.03.2027.",
        acting_user=hand,
        at=datetime(2026, 11, 24, 6, 0, tzinfo=UTC),
    )

    received.refresh_from_db()
    assert received.answered_on == date(2026, 11, 24)
    entry = AuditEntry.objects.get(event="feedback.answered")
    assert entry.acting_user == hand
    assert "01.03.2027" not in str(entry.details)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.DEALING_HAND}))
def test_nobody_else_notes_answers_or_sees_messages(received: Feedback, role: Role) -> None:
    other = make_user(role)

    with pytest.raises(Refused):
        actions.answer_feedback(
            feedback_id=received.pk,
            answer="No.",
            acting_user=other,
            at=datetime(2026, 11, 24, tzinfo=UTC),
        )

    received.refresh_from_db()
    assert received.answered_on is None
    assert not AuditEntry.objects.filter(event="feedback.answered").exists()
    assert not Feedback.objects.visible_to(other).exists()


def test_a_message_is_answered_once(received: Feedback) -> None:
    hand = make_user(Role.DEALING_HAND)
    at = datetime(2026, 11, 24, tzinfo=UTC)
    actions.answer_feedback(feedback_id=received.pk, answer="Yes.", acting_user=hand, at=at)

    with pytest.raises(Refused):
        actions.answer_feedback(feedback_id=received.pk, answer="No.", acting_user=hand, at=at)
