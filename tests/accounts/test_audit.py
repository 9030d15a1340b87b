from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import Error, connection, transaction
from django.utils import timezone

from accounts import audit
from accounts.models import AuditEntry, AuditSeal
from accounts.roles import Role
from igot.lib.append_only import AppendOnlyError
from tests.conftest import triggers_off
from tests.factories.accounts import make_officer, make_user


def record(number=1):
    officer, user = make_officer(), make_user(Role.DEALING_HAND)
    return [
        audit.record(officer, "record.verified", acting_user=user, at=timezone.now(), step=step)
        for step in range(number)
    ]


@pytest.mark.django_db
def test_an_entry_says_who_in_what_role_from_where():
    token = audit.request_address.set("10.1.2.3")

    (entry,) = record()

    audit.request_address.reset(token)
    entry.refresh_from_db()
    assert (entry.acting_roles, entry.address) == ("dealing hand", "10.1.2.3")
    assert entry.details == {"step": 0}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_auditentry SET event = 'x'",
        "DELETE FROM accounts_auditseal",
        "UPDATE accounts_auditseal SET digest = 'x'",
    ],
)
def test_the_database_refuses_to_change_the_trail(statement):
    record()
    audit.seal_entries()

    with pytest.raises(Error, match="append-only"), transaction.atomic():
        connection.cursor().execute(statement)


@pytest.mark.django_db
@pytest.mark.postgres
def test_postgresql_refuses_to_truncate_the_trail():
    record()
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(Error, match="append-only"), transaction.atomic():
        connection.cursor().execute("TRUNCATE accounts_auditentry CASCADE")


@pytest.mark.django_db
def test_python_refuses_to_change_the_trail():
    (entry,) = record()

    for attempt in (entry.save, entry.delete, AuditEntry.objects.all().delete):
        with pytest.raises(AppendOnlyError):
            attempt()
    with pytest.raises(AppendOnlyError):
        AuditEntry.objects.update(event="x")


@pytest.mark.django_db
def test_an_untouched_chain_verifies_and_sealing_again_adds_nothing():
    record(3)

    assert audit.seal_entries() == 3
    assert audit.seal_entries() == 0
    assert audit.broken_links() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_auditentry SET event = 'claim.paid' WHERE id = %s",
        "UPDATE accounts_auditentry SET address = '6.6.6.6' WHERE id = %s",
        "DELETE FROM accounts_auditseal WHERE entry_id = %s",
    ],
)
def test_the_verifier_names_what_was_altered_or_removed(statement):
    entries = record(4)
    audit.seal_entries()

    with transaction.atomic(), triggers_off(), connection.cursor() as cursor:
        cursor.execute(statement, [entries[1].pk])

    problems = audit.broken_links()
    assert problems
    assert "position 2" in problems[0]


@pytest.mark.django_db
def test_two_entries_that_change_places_are_found():
    first, second, *_rest = record(3)
    audit.seal_entries()

    with transaction.atomic(), triggers_off(), connection.cursor() as cursor:
        statement = "UPDATE accounts_auditseal SET position = %s WHERE entry_id = %s"
        for position, entry in ((99, first), (1, second), (2, first)):
            cursor.execute(statement, [position, entry.pk])

    assert len(audit.broken_links()) >= 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_writers_at_once_keep_one_chain():
    record(40)

    def seal(_number):
        try:
            return audit.seal_entries(limit=15)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        sealed = sum(pool.map(seal, range(6)))

    assert sealed == 40
    assert AuditSeal.objects.count() == 40
    assert audit.broken_links() == []


@pytest.mark.django_db
def test_a_change_is_undone_when_its_entry_cannot_be_written(monkeypatch):
    officer = make_officer(is_verified=False)
    hand = make_user(Role.DEALING_HAND)

    def fail(*args, **kwargs):
        raise RuntimeError("no space left")

    monkeypatch.setattr("accounts.actions.records.audit.record", fail)
    from accounts.actions import records

    with pytest.raises(RuntimeError), transaction.atomic():
        records.verify_record(officer_id=officer.pk, acting_user=hand, at=timezone.now())

    officer.refresh_from_db()
    assert not officer.is_verified
