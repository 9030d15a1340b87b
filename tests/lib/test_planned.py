"""A statement that PostgreSQL has planned answers as if it had been sent whole."""

from threading import Thread

import pytest
from django.db import ProgrammingError, connection, transaction

from courses.models import Run
from igot.lib import planned as module
from igot.lib import prepared as querysets
from igot.lib.planned import Planned, Slot, planned
from igot.lib.prepared import KEY, prepared
from tests.factories.courses import make_run

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
SUM = "SELECT %(one)s - %(two)s, %(one)s"


def ask(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement.ready(), values)
        return cursor.fetchone()


def names_at_the_server():
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_prepared_statements")
        return {row[0] for row in cursor.fetchall()}


def test_each_slot_takes_the_value_of_its_name_wherever_it_stands():
    assert ask(planned(SUM, two="bigint", one="bigint"), 3, 10) == (7, 10)


def test_a_statement_is_prepared_once_and_run_many_times():
    statement = planned(SUM, one="bigint", two="bigint")

    assert [ask(statement, n, 1)[0] for n in range(20)] == [n - 1 for n in range(20)]
    assert statement.name in names_at_the_server()


def test_it_is_planned_anew_after_so_many_runs(monkeypatch):
    monkeypatch.setattr(module, "RUNS", 3)
    statement = planned("SELECT count(*) FROM courses_run WHERE id > %(after)s", after="bigint")
    begun = []
    for _ in range(7):
        ask(statement, 0)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT prepare_time FROM pg_prepared_statements WHERE name = %s", [statement.name]
            )
            begun.append(cursor.fetchone())

    assert len(set(begun)) == 3


def test_it_outlives_the_transaction_that_prepared_it_and_was_rolled_back():
    statement = planned("SELECT 1 / %(by)s", by="int")
    with pytest.raises(Exception, match="division by zero"), transaction.atomic():
        ask(statement, 0)

    assert ask(statement, 1) == (1,)


def test_a_statement_that_the_server_refuses_is_not_counted_as_prepared():
    statement = Planned("SELECT no_such_column", [])
    for _ in range(2):
        with pytest.raises(ProgrammingError, match="no_such_column"), transaction.atomic():
            ask(statement)


def test_a_new_connection_prepares_for_itself():
    statement = planned(SUM, one="bigint", two="bigint")
    ask(statement, 5, 2)
    connection.close()

    assert ask(statement, 5, 2) == (3, 5)

    found = []

    def elsewhere():
        found.append(ask(statement, 9, 2))
        connection.close()

    thread = Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert found == [(7, 9)]


def test_values_are_never_written_into_the_statement():
    statement = planned("SELECT %(text)s", text="text")

    assert ask(statement, "'); DROP TABLE x; --") == ("'); DROP TABLE x; --",)


def test_what_always_stands_there_is_part_of_the_plan():
    statement = Planned("SELECT %s || %s", ["it's ", Slot(1, "text")])

    assert ask(statement, "so") == ("it's so",)


@pytest.fixture
def nothing_compiled():
    querysets._compiled.clear()


@pytest.mark.usefixtures("nothing_compiled")
def test_a_planned_queryset_finds_what_the_plain_one_finds():
    runs = [make_run(), make_run()]

    def rows(run):
        return prepared("planned", build, {KEY: run.pk}, is_planned=True)

    def build():
        return Run.objects.select_related("course").filter(pk=KEY)

    for run in runs:
        assert list(rows(run)) == list(Run.objects.filter(pk=run.pk))
        assert rows(run)[0].course == run.course


@pytest.mark.usefixtures("nothing_compiled")
def test_what_goes_before_a_planned_queryset_is_done_when_it_looks():
    run = make_run()
    rename = planned("UPDATE courses_run SET name = 'locked' WHERE id = %(run)s", run="bigint")

    rows = prepared(
        "planned after",
        lambda: Run.objects.filter(pk=KEY),
        {KEY: run.pk},
        is_planned=True,
        after=rename,
    )

    assert [found.name for found in rows] == ["locked"]
