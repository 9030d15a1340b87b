from datetime import timedelta
from smtplib import SMTPRecipientsRefused

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.utils import timezone

from accounts import audit
from accounts.models import Notice
from accounts.notifications import notify
from accounts.roles import Role
from accounts.tasks import deliver, deliver_unsent
from tests.factories.accounts import make_officer, make_user, sign_in


def make_notice(*, user=None):
    officer = make_officer(user=user) if user else make_officer()
    hand = make_user(Role.DEALING_HAND)
    entry = audit.record(officer, "record.verified", acting_user=hand, at=timezone.now())
    return notify(officer.user, of=entry, link="/me/record/")


@pytest.mark.django_db
def test_a_notice_of_one_entry_reaches_a_user_once():
    notice = make_notice()

    again = notify(notice.user, of=notice.entry)

    assert again == notice
    assert Notice.objects.count() == 1


@pytest.mark.django_db
def test_mail_goes_out_after_the_commit_with_a_link(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        notice = make_notice()
        assert not mail.outbox

    notice.refresh_from_db()
    assert notice.mailed_at
    (message,) = mail.outbox
    assert message.to == [notice.user.email]
    assert message.subject == "iGOT: Your service record is verified"
    assert "/me/record/" in message.body


@pytest.mark.django_db
def test_mail_is_in_the_language_of_its_reader():
    notice = make_notice()
    notice.user.language = "hi"
    notice.user.save()

    deliver(notice_id=notice.pk)

    assert "सेवा" in mail.outbox[0].subject


@pytest.mark.django_db
def test_a_task_that_runs_three_times_mails_once():
    notice = make_notice()

    for _time in range(3):
        deliver(notice_id=notice.pk)

    assert len(mail.outbox) == 1


@pytest.mark.django_db
def test_the_sweep_mails_what_a_lost_message_left_behind():
    make_notice()

    assert deliver_unsent() == 1
    assert deliver_unsent() == 0
    assert len(mail.outbox) == 1


@pytest.mark.django_db
def test_a_refused_connection_leaves_the_notice_for_the_next_sweep(settings, monkeypatch):
    notice = make_notice()

    def refuse(*args, **kwargs):
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.EmailMessage.send", refuse)
        with pytest.raises(ConnectionRefusedError):
            deliver(notice_id=notice.pk)
    assert deliver_unsent() == 0  # leased for five minutes
    Notice.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    deliver_unsent()

    notice.refresh_from_db()
    assert (notice.attempts, len(mail.outbox)) == (2, 1)


@pytest.mark.django_db
def test_an_address_that_the_server_declines_holds_up_no_other_mail(monkeypatch):
    declined, others = make_notice(), [make_notice(), make_notice()]
    send = EmailMessage.send

    def choosy(message, *args, **kwargs):
        if message.to == [declined.user.email]:
            raise SMTPRecipientsRefused({declined.user.email: (550, b"no such user")})
        return send(message, *args, **kwargs)

    monkeypatch.setattr(EmailMessage, "send", choosy)

    assert deliver_unsent() == 3

    assert [message.to for message in mail.outbox] == [[notice.user.email] for notice in others]
    declined.refresh_from_db()
    assert (declined.mailed_at, declined.attempts) == (None, 1)


@pytest.mark.django_db
def test_the_in_box_shows_own_notices_and_counts_the_unread(client):
    notice, _other = make_notice(), make_notice()
    sign_in(client, notice.user)

    page = client.get("/me/notices/").content.decode()
    assert page.count("Your service record is verified") >= 1
    assert page.count("/open/") == 1

    answer = client.post(f"/me/notices/{notice.pk}/open/")
    assert answer["Location"] == "/me/record/"
    notice.refresh_from_db()
    assert notice.read_at


@pytest.mark.django_db
def test_another_users_notice_is_not_there(client):
    notice = make_notice()
    sign_in(client, make_user(Role.OFFICER))

    assert client.post(f"/me/notices/{notice.pk}/open/").status_code == 404
    notice.refresh_from_db()
    assert notice.read_at is None


@pytest.mark.django_db
def test_opening_a_notice_asks_for_a_post(client):
    notice = make_notice()
    sign_in(client, notice.user)

    assert client.get(f"/me/notices/{notice.pk}/open/").status_code == 405


@pytest.mark.django_db
def test_the_in_box_asks_the_same_number_of_queries_for_any_number(
    client, django_assert_max_num_queries
):
    notice = make_notice()
    officer, user = notice.user.officer, make_user(Role.DEALING_HAND)
    for _number in range(15):
        entry = audit.record(officer, "record.verified", acting_user=user, at=timezone.now())
        notify(notice.user, of=entry)
    sign_in(client, notice.user)

    with django_assert_max_num_queries(9):
        client.get("/me/notices/")
