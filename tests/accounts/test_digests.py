"""The mail of the day: one a user and day, nothing lost and nothing sent twice."""

import threading
from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts import audit, tasks
from accounts.actions import digests
from accounts.models import AuditEntry, Digest, Notice, User
from accounts.notifications import notify_in_digest
from accounts.roles import Role
from igot.lib.dates import IST
from tests.factories.accounts import make_nodal_officer, make_officer, make_user, sign_in

pytestmark = pytest.mark.django_db


def at_hour(hour: int, *, days: int = 0) -> datetime:
    day = timezone.now().astimezone(IST) + timedelta(days=days)
    return day.replace(hour=hour, minute=5, second=0, microsecond=0)


def told(user: User, number: int = 1) -> list[Notice]:
    officer, notices = make_officer(), []
    for _number in range(number):
        entry = audit.record(officer, "enrollment.submitted", acting_user=user, at=timezone.now())
        notices.append(
            notify_in_digest(
                user,
                of=entry,
                template="enrollment.intimated",
                link="/authority/registrations/7/",
                name=officer.name,
                course="Analytics",
                number="IGOT/R/1",
            )
        )
    return notices


@pytest.fixture
def clock(monkeypatch):
    """Set what the tasks take for the present."""

    def set_to(at: datetime) -> None:
        monkeypatch.setattr("accounts.tasks.timezone.now", lambda: at)

    return set_to


def test_intimations_come_in_one_mail_after_the_hour(clock, django_capture_on_commit_callbacks):
    nodal = make_nodal_officer()
    with django_capture_on_commit_callbacks(execute=True):
        told(nodal, 3)
    tasks.deliver_unsent()
    clock(at_hour(8))
    tasks.send_digests()
    assert not mail.outbox

    clock(at_hour(9))
    tasks.send_digests()
    tasks.send_digests()

    (message,) = mail.outbox
    assert (message.to, message.subject) == ([nodal.email], "iGOT: 3 notices for you")
    assert message.body.count("/authority/registrations/7/") == 3
    assert not Notice.objects.filter(mailed_at=None).exists()


def test_what_comes_after_the_mail_of_the_day_waits_for_tomorrow(clock):
    nodal = make_nodal_officer()
    told(nodal)
    clock(at_hour(9))
    tasks.send_digests()
    told(nodal)

    clock(at_hour(17))
    tasks.send_digests()
    assert len(mail.outbox) == 1

    clock(at_hour(9, days=1))
    tasks.send_digests()
    assert len(mail.outbox) == 2


def test_whoever_chose_so_gets_each_at_once(django_capture_on_commit_callbacks):
    nodal = make_nodal_officer()
    digests.choose_mail(wants_digest=False, acting_user=nodal, at=timezone.now())
    nodal.refresh_from_db()

    with django_capture_on_commit_callbacks(execute=True):
        told(nodal, 2)

    assert len(mail.outbox) == 2
    assert AuditEntry.objects.filter(event="user.mail_chosen").count() == 1


def test_a_mail_of_five_hundred_stays_readable(clock):
    nodal = make_nodal_officer()
    told(nodal, 500)

    clock(at_hour(9))
    tasks.send_digests()

    (message,) = mail.outbox
    assert message.subject == "iGOT: 500 notices for you"
    assert message.body.count("/authority/registrations/7/") == 50
    assert "And 450 more." in message.body


def test_a_mail_of_the_day_is_in_the_language_of_its_reader(clock):
    nodal = make_nodal_officer(language="hi")
    told(nodal)
    clock(at_hour(9))

    tasks.send_digests()

    assert len(mail.outbox) == 1


def test_a_worker_that_dies_before_the_mail_loses_nothing(clock, monkeypatch):
    told(make_nodal_officer(), 2)
    clock(at_hour(9))

    def die(*args, **kwargs):
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.EmailMessage.send", die)
        with pytest.raises(ConnectionRefusedError):
            tasks.send_digests()
    tasks.send_digests()
    assert not mail.outbox  # leased

    clock(at_hour(9) + timedelta(minutes=6))
    tasks.send_digests()
    tasks.send_digests()

    (message,) = mail.outbox
    assert message.subject == "iGOT: 2 notices for you"
    assert message.extra_headers["Message-ID"] == f"<digest-{Digest.objects.get().pk}@igot>"


def test_a_worker_that_dies_after_gathering_loses_nothing(clock):
    nodal = make_nodal_officer()
    told(nodal, 2)
    digests.make_digest(user_id=nodal.pk, at=at_hour(9))  # and then it died

    clock(at_hour(10))
    tasks.send_digests()

    assert len(mail.outbox) == 1


def test_each_user_has_a_mail_of_their_own_and_nobody_an_empty_one(clock):
    first, second = make_nodal_officer(), make_nodal_officer()
    make_nodal_officer()
    told(first)
    told(second)
    clock(at_hour(9))

    tasks.send_digests()

    assert sorted(message.to[0] for message in mail.outbox) == sorted([first.email, second.email])
    assert Digest.objects.count() == 2


def test_who_may_no_longer_sign_in_gets_no_mail(clock):
    nodal = make_nodal_officer()
    told(nodal)
    User.objects.filter(pk=nodal.pk).update(is_active=False)
    clock(at_hour(9))

    tasks.send_digests()

    assert not mail.outbox


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_workers_make_and_send_one_mail(clock):
    told(make_nodal_officer(), 20)
    clock(at_hour(9))
    barrier = threading.Barrier(4)

    def work() -> None:
        barrier.wait()
        try:
            tasks.send_digests()
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    (message,) = mail.outbox
    assert message.subject == "iGOT: 20 notices for you"


def test_a_nodal_officer_chooses_how_mail_comes(client):
    nodal = make_nodal_officer()
    sign_in(client, nodal)

    answer = client.post(reverse("accounts:account_mail"), {"wants_digest": "once"})

    assert answer.url == reverse("accounts:account")
    nodal.refresh_from_db()
    assert not nodal.wants_digest
    page = client.post(reverse("accounts:account_mail"), {"wants_digest": "hourly"})
    assert page.status_code == 200
    assert "Each at once" in client.get(reverse("accounts:account")).content.decode()


def test_the_choice_is_for_nodal_officers(client):
    sign_in(client, make_user(Role.OFFICER))

    assert client.get(reverse("accounts:account_mail")).status_code == 403
