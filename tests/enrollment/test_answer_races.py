"""A provider's answer applied by several at once, on PostgreSQL with threads."""

import pytest
from django.utils import timezone

from accounts.models import AuditEntry, Notice, User
from accounts.roles import Role
from enrollment.actions import provider_answers
from enrollment.models import ProviderAnswer, ProviderListLine
from enrollment.models.provider_lists import ListAnswer
from enrollment.states import AnswerState
from tests.enrollment.test_provider_answers import confirmed, listed, stage
from tests.enrollment.test_registration_races import at_once
from tests.factories.accounts import make_user
from tests.factories.courses import make_run

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ROUNDS = range(20)
HEAD = "line,status,remark\n"


@pytest.fixture
def hands():
    return [make_user(Role.DEALING_HAND) for _number in range(3)]


@pytest.fixture
def officers():
    return confirmed(3, run=make_run())


def applying(staged: ProviderAnswer, user: User):
    return lambda: provider_answers.apply_answer(
        answer_id=staged.pk, acting_user=user, at=timezone.now()
    )


def fresh_list(officers):
    """List the same officers again, each as nobody had listed them before."""
    ProviderListLine.objects.standing().update(superseded_at=timezone.now())
    return listed(officers)


def test_one_answer_applied_by_three_at_once_is_applied_once(officers, hands):
    for number in ROUNDS:
        sent = fresh_list(officers)
        staged = stage(sent, f"{HEAD}1,accepted,round {number}\n2,unknown account,\n3,rejected,\n")
        Notice.objects.all().delete()

        outcomes = at_once(*[applying(staged, hand) for hand in hands])

        assert outcomes.count("done") == 1
        staged.refresh_from_db()
        applied = AuditEntry.objects.about(staged).get(event="provideranswer.applied")
        assert (staged.state, staged.applied_by) == (AnswerState.APPLIED, applied.acting_user)
        assert Notice.objects.count() == 2  # one for each who was refused
        assert AuditEntry.objects.filter(event="enrollment.provider_answered").count() == number + 1


def test_of_two_answers_to_one_line_one_is_applied_and_the_other_refused(officers, hands):
    for number in ROUNDS:
        sent = fresh_list(officers)
        answers = [
            stage(sent, f"{HEAD}1,{word},round {number}\n") for word in ("accepted", "rejected")
        ]
        uploaded = [answer.uploaded_at for answer in answers]

        outcomes = at_once(*[applying(a, hand) for a, hand in zip(answers, hands, strict=False)])

        assert outcomes.count("done") == 1, outcomes
        assert "corrected or answered meanwhile" in " ".join(outcomes)
        applied = ProviderAnswer.objects.get(pk__in=[a.pk for a in answers], state="applied")
        line = ProviderListLine.objects.standing().get(enrollment=officers[0])
        assert line.answer == applied.rows.get().answer
        assert line.answered_at > max(uploaded)


def test_an_answer_applied_and_put_aside_at_once_is_one_of_both(officers, hands):
    for number in ROUNDS:
        sent = fresh_list(officers)
        staged = stage(sent, f"{HEAD}1,accepted,round {number}\n")

        def discard(staged=staged):
            provider_answers.discard_answer(
                answer_id=staged.pk, reason="Wrong file.", acting_user=hands[1], at=timezone.now()
            )

        outcomes = at_once(applying(staged, hands[0]), discard)

        assert outcomes.count("done") == 1
        staged.refresh_from_db()
        line = ProviderListLine.objects.standing().get(enrollment=officers[0])
        is_applied = staged.state == AnswerState.APPLIED
        assert line.answer == (ListAnswer.ACCEPTED if is_applied else "")


def test_a_correction_at_the_moment_of_the_refusal_is_not_lost(officers, hands):
    officer = officers[0].officer
    user = User.objects.get(pk=officer.user_id)
    for number in ROUNDS:
        sent = fresh_list(officers)
        staged = stage(sent, f"{HEAD}1,unknown account,round {number}\n")

        def correct(number=number):
            provider_answers.correct_accounts(
                enrollment_id=officers[0].pk,
                platform_username=f"right_{number}",
                programme_username=f"right_{number}",
                acting_user=user,
                at=timezone.now(),
            )

        outcomes = at_once(applying(staged, hands[0]), correct)

        officers[0].provider_account.refresh_from_db()
        is_corrected = officers[0].provider_account.platform_username == f"right_{number}"
        line = ProviderListLine.objects.standing().get(enrollment=officers[0])
        assert is_corrected and outcomes == ["done", "done"], outcomes
        assert line.answer == ListAnswer.UNKNOWN
        assert line.corrected_at is not None, "the officer would be asked for it again"
        assert listed(officers).lines.get().is_correction  # the next list carries the right name
