"""One mail to each addressee: listed once, sent once, whatever is repeated, refused or cut off."""

from datetime import timedelta
from smtplib import SMTPServerDisconnected
from threading import Barrier, Thread

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from circulars import actions, tasks
from circulars.models import AddressListEntry, Circular, Delivery
from circulars.states import CircularState
from igot.lib.errors import Refused
from tests.factories.circulars import AT, make_address_list, make_approver, make_circular

THREE = ("a@example.gov.in", "b@example.gov.in", "c@example.gov.in")


def distributed(*emails: str, **fields) -> Circular:
    """An issued circular that goes to a standing list of `emails`, with its PDF."""
    circular = make_circular(
        state=CircularState.ISSUED,
        is_distributed=fields.pop("is_distributed", True),
        address_list=make_address_list(*emails),
        **fields,
    )
    tasks.render(circular_id=circular.pk)
    circular.refresh_from_db()
    return circular


def receivers() -> list[str]:
    return sorted(message.to[0] for message in mail.outbox)


def test_each_addressee_gets_one_mail_with_the_pdf(db) -> None:
    circular = distributed(*THREE)

    tasks.deliver_undelivered()

    assert receivers() == sorted(THREE)
    message = mail.outbox[0]
    name, content, kind = message.attachments[0]
    assert (name, kind) == (f"{circular.code}.pdf", "application/pdf")
    assert content.startswith(b"%PDF")
    assert circular.subject in message.subject and "बैचों" in message.body


def test_a_task_that_runs_again_sends_nothing(db) -> None:
    distributed(*THREE)

    for _time in range(3):
        tasks.deliver_undelivered()

    assert len(mail.outbox) == 3
    assert Delivery.objects.filter(sent_at=None).count() == 0


def test_an_address_on_two_lists_gets_one_mail(db) -> None:
    circular = distributed("a@example.gov.in")
    other = make_address_list("A@example.gov.in", code="other")
    circular.addressees.create(place="copy", position=1, text="Again", address_list=other)

    tasks.deliver_undelivered()

    assert receivers() == ["a@example.gov.in"]


def test_who_joins_the_list_later_is_not_mailed(db) -> None:
    circular = distributed("a@example.gov.in")
    tasks.deliver_undelivered()
    address_list = circular.addressees.get().address_list
    AddressListEntry.objects.create(
        address_list=address_list, position=9, name="New", email="new@example.gov.in"
    )

    tasks.deliver_undelivered()

    assert receivers() == ["a@example.gov.in"]


def test_nothing_is_mailed_that_is_not_meant_to_be(db) -> None:
    distributed(*THREE, is_distributed=False)

    tasks.deliver_undelivered()

    assert mail.outbox == []


def test_nothing_is_mailed_before_the_pdf_is_there(db) -> None:
    circular = make_circular(
        state=CircularState.ISSUED, is_distributed=True, address_list=make_address_list(*THREE)
    )

    tasks.deliver_undelivered()

    assert mail.outbox == []
    assert actions.list_deliveries(circular_id=circular.pk, at=AT) == 0


def test_a_list_without_addresses_is_done_at_once(db) -> None:
    circular = distributed("")

    tasks.deliver_undelivered()

    circular.refresh_from_db()
    assert circular.distributed_at is not None
    assert mail.outbox == []


def test_a_refused_mail_is_tried_again_and_then_rests(db, monkeypatch) -> None:
    distributed("a@example.gov.in")

    def refuse(*arguments, **named):
        raise SMTPServerDisconnected("come back later")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    for _time in range(12):
        tasks.deliver_undelivered()

    delivery = Delivery.objects.get()
    assert (delivery.attempts, delivery.sent_at) == (actions.mails.MOST_ATTEMPTS, None)
    assert "come back later" in delivery.error


def test_one_refused_address_does_not_hold_the_others(db, monkeypatch) -> None:
    distributed(*THREE)
    send = mail.EmailMessage.send

    def refuse_one(message, *arguments, **named):
        if message.to == ["b@example.gov.in"]:
            raise SMTPServerDisconnected
        return send(message, *arguments, **named)

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse_one)
    tasks.deliver_undelivered()

    assert receivers() == ["a@example.gov.in", "c@example.gov.in"]


def test_a_mail_cut_off_in_the_middle_is_not_sent_again_by_itself(db) -> None:
    circular = distributed("a@example.gov.in")
    actions.list_deliveries(circular_id=circular.pk, at=AT)
    delivery = Delivery.objects.get()
    assert actions.lease_delivery(delivery_id=delivery.pk, at=timezone.now() - timedelta(hours=1))

    tasks.deliver_undelivered()

    assert mail.outbox == []


def test_somebody_who_looked_at_the_mail_log_frees_it(db) -> None:
    approver = make_approver()
    circular = distributed("a@example.gov.in")
    actions.list_deliveries(circular_id=circular.pk, at=AT)
    long_ago = timezone.now() - timedelta(hours=1)
    actions.lease_delivery(delivery_id=Delivery.objects.get().pk, at=long_ago)

    freed = actions.send_again(circular_id=circular.pk, acting_user=approver, at=timezone.now())
    tasks.deliver_undelivered()

    assert freed == 1
    assert receivers() == ["a@example.gov.in"]
    with pytest.raises(Refused, match="interrupted"):
        actions.send_again(circular_id=circular.pk, acting_user=approver, at=timezone.now())
    with pytest.raises(Refused):
        actions.send_again(circular_id=circular.pk, acting_user=circular.author, at=timezone.now())


def test_the_database_refuses_a_second_mail_to_an_address(db) -> None:
    circular = distributed("a@example.gov.in")
    actions.list_deliveries(circular_id=circular.pk, at=AT)

    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.create(circular=circular, email="a@example.gov.in", name="Again")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_four_workers_at_once_send_each_mail_once() -> None:
    distributed(*[f"cca{number}@example.gov.in" for number in range(20)])
    start = Barrier(4)

    def work() -> None:
        start.wait()
        tasks.deliver_undelivered()
        connection.close()

    workers = [Thread(target=work) for _number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert len(mail.outbox) == 20
    assert len(set(receivers())) == 20


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_four_workers_at_once_make_one_document() -> None:
    circular = make_circular(state=CircularState.ISSUED)
    start = Barrier(4)

    def work() -> None:
        start.wait()
        tasks.render(circular_id=circular.pk)
        connection.close()

    workers = [Thread(target=work) for _number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    circular.refresh_from_db()
    assert circular.document is not None
    assert type(circular.document).objects.count() == 1
