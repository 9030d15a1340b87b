"""Postings at once on PostgreSQL: the balance never falls below zero, and the chain holds."""

from threading import Barrier, Thread

import pytest
from django.db import connection
from django.utils import timezone

from credits import chain
from credits.actions import post_credits
from credits.models import CreditEntry
from igot.lib.errors import Refused
from tests.factories.accounts import make_officer
from tests.factories.credits import make_credit_entry

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def post_from_threads(officer, keys, points):
    gate, answers = Barrier(len(keys)), []

    def run(key):
        gate.wait(timeout=30)
        try:
            answers.append(
                post_credits(
                    officer=officer,
                    points=points,
                    key=key,
                    description="x",
                    kind="award" if points > 0 else "consumption",
                    acting_user=None,
                    at=timezone.now(),
                ).pk
            )
        except Refused:
            answers.append(None)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(key,)) for key in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return answers


def test_one_cause_posted_ten_times_at_once_is_one_line():
    officer = make_officer()

    answers = post_from_threads(officer, ["award:1"] * 10, 10)

    assert len(answers) == 10 and len(set(answers)) == 1
    assert CreditEntry.objects.of(officer).balance() == 10


def test_ten_uses_at_once_take_no_more_than_there_is():
    officer = make_officer()
    make_credit_entry(officer=officer, points=30)

    answers = post_from_threads(officer, [f"use:{n}" for n in range(10)], -10)

    assert sum(answer is not None for answer in answers) == 3
    assert CreditEntry.objects.of(officer).balance() == 0
    assert list(chain.faults()) == []
