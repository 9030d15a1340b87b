"""Two people acting at once never lose a vote: on PostgreSQL, with threads."""

from collections import Counter
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.utils import timezone

from committee.actions import resolutions, room, votes
from committee.models import AgendaItem, Meeting, Participation, Resolution
from committee.states import ItemState, MeetingState
from committee.terms import Terms
from igot.lib.errors import Refused
from tests.committee.rooms import everybody, hand_in, make_open_item, make_voted_item
from tests.factories.committee import (
    make_committee,
    make_item,
    make_meeting,
    make_secretary,
    members_of,
)

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def at_once(*works):
    """Call all `works` in threads that start together; return what each answered or refused."""
    gate, answers, faults = Barrier(len(works)), [None] * len(works), []

    def run(place, work):
        gate.wait(timeout=30)
        try:
            answers[place] = work()
        except Refused as refusal:
            answers[place] = refusal
        except Exception as fault:  # noqa: BLE001 – kept for the main thread, which fails on it
            faults.append(fault)
        finally:
            connection.close()

    runners = [Thread(target=run, args=pair) for pair in enumerate(works)]
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join(timeout=60)
    assert faults == []
    return answers


def voting(member, how="for"):
    user = member.seat.user
    return lambda: votes.cast_vote(
        item_id=member.item_id, vote=how, acting_user=user, at=timezone.now()
    )


def closing(item, user):
    return lambda: room.close_item(item_id=item.pk, acting_user=user, at=timezone.now())


def recording(item, user, outcome="deferred"):
    terms = Terms(outcome=outcome, reasons="The fee is not settled.")
    return lambda: resolutions.record_resolution(
        item_id=item.pk, terms=terms, acting_user=user, at=timezone.now()
    )


def of_eight():
    meeting = make_meeting(committee=make_committee(members=7), state=MeetingState.IN_SESSION)
    return make_open_item(meeting=meeting)


def refusals(answers):
    return [answer for answer in answers if isinstance(answer, Refused)]


def test_eight_members_vote_at_once_and_every_vote_stands():
    item = of_eight()
    members = everybody(item)

    answers = at_once(*(voting(m, "for" if n % 2 else "against") for n, m in enumerate(members)))

    assert refusals(answers) == []
    cast = Counter(Participation.objects.filter(item=item).values_list("vote", flat=True))
    assert cast == {"for": 4, "against": 4}


def test_of_two_tabs_of_one_member_exactly_one_vote_stands():
    member = members_of(make_open_item())[0]

    answers = at_once(voting(member, "for"), voting(member, "against"))

    stands = Participation.objects.get(pk=member.pk)
    (refusal,) = refusals(answers)
    assert f"You voted “{stands.get_vote_display()}”" in str(refusal)


@pytest.mark.parametrize("attempt", range(3))
def test_a_vote_against_the_close_either_counts_or_is_refused(attempt):
    item = of_eight()
    members = everybody(item)

    answers = at_once(closing(item, make_secretary()), *(voting(member) for member in members))

    refused = refusals(answers[1:])
    stored = Participation.objects.filter(item=item, vote="for").count()
    assert stored == len(members) - len(refused)
    assert all("The votes on item 1 are closed" in str(refusal) for refusal in refused)
    assert AgendaItem.objects.get(pk=item.pk).state == ItemState.CLOSED


def test_a_decision_that_races_the_votes_counts_what_is_stored():
    item = of_eight()
    secretary = make_secretary()

    def close_and_record():
        room.close_item(item_id=item.pk, acting_user=secretary, at=timezone.now())
        return recording(item, secretary)()

    at_once(close_and_record, *(voting(member) for member in everybody(item)))

    resolution = Resolution.objects.get()
    assert resolution.votes_for == Participation.objects.filter(item=item, vote="for").count()


def test_of_two_secretaries_who_record_the_decision_one_does():
    item = make_voted_item(["for"])

    answers = at_once(
        recording(item, make_secretary(), "deferred"),
        recording(item, make_secretary(), "more_info"),
    )

    resolution = Resolution.objects.get()
    (refusal,) = refusals(answers)
    assert f"decided already, by resolution {resolution.number}" in str(refusal)


def test_of_two_secretaries_who_close_the_votes_one_does():
    item = make_open_item()

    answers = at_once(closing(item, make_secretary()), closing(item, make_secretary()))

    assert len(refusals(answers)) == 1


def test_of_two_items_opened_at_once_one_is():
    meeting = make_meeting(state=MeetingState.IN_SESSION)
    items = [make_item(meeting=meeting) for _number in range(2)]
    secretary = make_secretary()

    answers = at_once(
        *(
            lambda item=item: room.open_item(
                item_id=item.pk, acting_user=secretary, at=timezone.now()
            )
            for item in items
        )
    )

    assert len(refusals(answers)) == 1
    opened = AgendaItem.objects.get(meeting=meeting, state=ItemState.OPEN)
    assert Meeting.objects.get(pk=meeting.pk).current_item == opened


def test_of_two_sheets_of_one_member_exactly_one_is_sealed():
    member = members_of(make_open_item())[0]

    answers = at_once(lambda: hand_in(member, 3), lambda: hand_in(member, 9))

    assert len(refusals(answers)) == 1
    stored = Participation.objects.get(pk=member.pk)
    assert set(stored.scores.values_list("points", flat=True)) == {stored.score / 10}


def test_a_vote_and_the_own_sheet_at_once_keep_both():
    member = members_of(make_open_item())[0]

    answers = at_once(voting(member), lambda: hand_in(member, 9))

    assert refusals(answers) == []
    stored = Participation.objects.get(pk=member.pk)
    assert (stored.vote, stored.score) == ("for", 90)
