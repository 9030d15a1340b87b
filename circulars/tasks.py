"""Work after the issue of a circular: its PDF, and one mail to each addressee."""

import uuid
from smtplib import SMTPException
from typing import Any

from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.utils import timezone

from circulars import actions, documents
from circulars.actions.mails import MOST_ATTEMPTS
from circulars.models import Circular, Delivery


@shared_task
def render(*, circular_id: int, **ignored: Any) -> None:
    """Render the PDF of an issued circular and attach it, unless it has one."""
    circular = Circular.objects.unrendered().filter(pk=circular_id).first()
    if circular is None:
        return
    paper = documents.paper_of(circular, public_id=uuid.uuid4())
    with documents.kept(paper) as pdf:
        actions.attach_document(circular_id=circular_id, pdf=pdf, at=timezone.now())


@shared_task
def render_unrendered(**ignored: Any) -> int:
    """Render what was issued and has no PDF yet; return how many were tried."""
    ids = list(Circular.objects.unrendered().order_by("pk").values_list("pk", flat=True)[:50])
    for circular_id in ids:
        render(circular_id=circular_id)
    return len(ids)


@shared_task
def deliver_undelivered(**ignored: Any) -> int:
    """List the mails of circulars just issued, and send all that are due; return how many."""
    for circular_id in list(Circular.objects.awaiting_distribution().values_list("pk", flat=True)):
        actions.list_deliveries(circular_id=circular_id, at=timezone.now())
    due = Delivery.objects.due(most_attempts=MOST_ATTEMPTS).order_by("pk")
    ids = list(due.values_list("pk", flat=True)[:500])
    with get_connection() as connection:
        for delivery_id in ids:
            send(delivery_id, connection)
    return len(ids)


def send(delivery_id: int, connection: BaseEmailBackend) -> None:
    """Send one mail, if nobody else has it in hand.

    Cut off between the mail server's yes and `record_sent`, it stays leased: better a person looks
    at the mail log than that an addressee gets it twice.
    """
    if not actions.lease_delivery(delivery_id=delivery_id, at=timezone.now()):
        return
    delivery = Delivery.objects.select_related("circular__document").get(pk=delivery_id)
    try:
        mail_of(delivery, connection).send()
    except (SMTPException, OSError) as error:
        actions.record_failed(delivery_id=delivery_id, error=f"{type(error).__name__}: {error}")
    else:
        actions.record_sent(delivery_id=delivery_id, at=timezone.now())


def mail_of(delivery: Delivery, connection: BaseEmailBackend) -> EmailMessage:
    """Write the mail, in both languages, with the PDF attached."""
    circular = delivery.circular
    url = settings.SITE_URL + circular.get_absolute_url()
    text = render_to_string("circulars/mail.txt", {"circular": circular, "url": url})
    message = EmailMessage(
        " ".join(f"{circular.get_form_display()} {circular.number}: {circular.subject}".split()),
        text,
        to=[delivery.email],
        headers={"Message-ID": f"<circular-delivery-{delivery.pk}@igot>"},
        connection=connection,
    )
    if circular.document:
        with circular.document.pdf.open() as pdf:
            message.attach(f"{circular.code}.pdf", pdf.read(), "application/pdf")
    return message
