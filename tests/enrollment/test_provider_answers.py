"""The provider's answer to a list: matched line by line, applied, corrected, settled."""

import csv
import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Notice
from accounts.roles import Role
from enrollment.actions import confirmations, provider_answers
from enrollment.models import (
    ColumnMap,
    Enrollment,
    ProviderAccount,
    ProviderAnswer,
    ProviderList,
    ProviderListLine,
)
from enrollment.states import EnrollmentState
from igot.lib.errors import Refused
from tests.factories.accounts import make_officer, make_user, sign_in
from tests.factories.courses import make_course, make_run
from tests.factories.enrollment import make_enrollment

pytestmark = pytest.mark.django_db
E = EnrollmentState


def hand():
    return make_user(Role.DEALING_HAND)


def confirmed(number: int = 3, *, run=None) -> list[Enrollment]:
    run = run or make_run()
    return [
        make_enrollment(run=run, officer=make_officer(name=f"Officer {n}"), username=f"name_{n}")
        for n in range(1, number + 1)
    ]


def listed(enrollments: list[Enrollment]) -> ProviderList:
    return confirmations.make_provider_list(
        provider_id=enrollments[0].course.provider_id,
        run_id=None,
        acting_user=hand(),
        at=timezone.now(),
    )


def stage(sent: ProviderList, text: str, *, by=None) -> ProviderAnswer:
    return provider_answers.stage_answer(
        list_id=sent.pk,
        file_name="answer.csv",
        content=text.encode(),
        acting_user=by or hand(),
        at=timezone.now(),
    )


def apply(staged: ProviderAnswer) -> None:
    provider_answers.apply_answer(answer_id=staged.pk, acting_user=hand(), at=timezone.now())


def outcomes(staged: ProviderAnswer) -> list[str]:
    return list(staged.rows.order_by("row").values_list("outcome", flat=True))


def line_of(enrollment: Enrollment) -> ProviderListLine:
    return ProviderListLine.objects.standing().get(enrollment=enrollment)


# --- matching -------------------------------------------------------------------------------------
def test_rows_are_matched_by_line_then_user_name_then_address():
    first, second, third = confirmed()
    sent = listed([first, second, third])

    staged = stage(
        sent,
        "line,user name,e-mail,status,remark\n"
        "1,,,accepted,\n"
        ",NAME_2,,already enrolled,\n"
        f",,{third.officer.email.upper()},unknown account,no such user\n",
    )

    assert outcomes(staged) == ["new"] * 3
    assert [row.line.enrollment for row in staged.rows.order_by("row")] == [first, second, third]
    assert ProviderListLine.objects.filter(answer="").count() == 3  # staged only


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        ("9,,,accepted", "not_listed"),
        ("x,,,accepted", "not_listed"),
        (",nobody,,accepted", "not_listed"),
        (",,nobody@example.gov.in,accepted", "not_listed"),
        (",,,accepted", "not_listed"),
        ("1,name_2,,accepted", "conflict"),
        ("1,name_1,other@example.gov.in,accepted", "conflict"),
        ("1,,,perhaps", "unreadable"),
        ("1,,,", "unreadable"),
    ],
)
def test_what_fits_no_line_or_says_nothing_is_put_aside(row, outcome):
    sent = listed(confirmed())

    staged = stage(sent, f"line,username,email,answer\n{row}\n")

    assert outcomes(staged) == [outcome]


def test_user_name_and_address_of_two_officers_fit_nobody():
    enrollments = confirmed()
    sent = listed(enrollments)

    staged = stage(sent, f"username,email,answer\nname_1,{enrollments[1].officer.email},accepted\n")

    assert outcomes(staged) == ["conflict"]


def test_an_officer_on_two_lines_needs_the_number_of_the_line():
    officer = make_officer()
    first = make_enrollment(officer=officer, username="asha")
    course = make_course(provider=first.course.provider)
    make_enrollment(officer=officer, run=make_run(course=course))
    sent = listed([first])

    staged = stage(sent, "line,username,answer\n,asha,accepted\n2,asha,accepted\n")

    assert outcomes(staged) == ["ambiguous", "new"]


def test_a_name_alone_matches_nobody():
    sent = listed(confirmed())

    with pytest.raises(Refused, match="names nobody"):
        stage(sent, "name,answer\nOfficer 1,accepted\n")


def test_rows_that_contradict_each_other_are_put_aside():
    sent = listed(confirmed())

    staged = stage(sent, "line,answer\n1,accepted\n1,rejected\n2,accepted\n2,accepted\n")

    assert outcomes(staged) == ["ambiguous", "ambiguous", "new", "same"]


def test_columns_and_words_of_a_provider_are_data():
    enrollments = confirmed()
    sent = listed(enrollments)
    ColumnMap.objects.create(
        provider=sent.provider,
        kind=ColumnMap.Kind.ANSWER,
        columns={"username": "Learner", "answer": "Flag"},
        words={"answer": {"K": "accepted", "X": "unknown account"}},
        effective_from=date(2019, 1, 1),
        circular_reference="Letter of the provider",
    )

    staged = stage(sent, "Learner,Flag\nname_1,K\nname_2,X\n")

    assert list(staged.rows.order_by("row").values_list("answer", flat=True)) == [
        "accepted",
        "unknown_account",
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("line,answer\n", "no row below"),
        ("line,username\n1,a\n", "lacks the column"),
        ("line,answer\n1,accepted,extra\n", "cells"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(text, words):
    sent = listed(confirmed())

    with pytest.raises(Refused, match=words):
        stage(sent, text)

    assert not ProviderAnswer.objects.exists()


def test_the_same_file_comes_in_once_unless_it_was_discarded():
    sent = listed(confirmed())
    staged = stage(sent, "line,answer\n1,accepted\n")

    with pytest.raises(Refused, match="This very file"):
        stage(sent, "line,answer\n1,accepted\n")
    provider_answers.discard_answer(
        answer_id=staged.pk, reason="Wrong list", acting_user=hand(), at=timezone.now()
    )

    assert stage(sent, "line,answer\n1,accepted\n").state == "staged"


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.DEALING_HAND}))
def test_an_answer_is_brought_in_by_a_dealing_hand_only(role):
    sent = listed(confirmed())

    with pytest.raises(Refused, match="This is for"):
        stage(sent, "line,answer\n1,accepted\n", by=make_user(role))


# --- applying -------------------------------------------------------------------------------------
def test_applied_the_answers_stand_and_whoever_was_refused_is_told():
    first, second, third = confirmed()
    sent = listed([first, second, third])

    apply(stage(sent, "line,answer,remark\n1,accepted,\n2,not found,No such user\n9,accepted,\n"))

    assert (line_of(first).answer, line_of(third).answer) == ("accepted", "")
    assert line_of(second).remark == "No such user"
    assert list(ProviderListLine.objects.refused()) == [line_of(second)]
    notice = Notice.objects.get(template="enrollment.provider_refused")
    assert notice.user == second.officer.user
    assert notice.link == reverse("enrollment:correct_accounts", args=[second.pk])
    assert AuditEntry.objects.filter(event="enrollment.provider_answered").count() == 1


def test_an_answer_is_applied_once():
    sent = listed(confirmed())
    staged = stage(sent, "line,answer\n1,rejected\n")
    apply(staged)

    with pytest.raises(Refused, match="Applied"):
        apply(staged)

    assert Notice.objects.filter(template="enrollment.provider_refused").count() == 1


def test_a_line_corrected_meanwhile_stops_the_whole_answer():
    enrollments = confirmed()
    sent = listed(enrollments)
    staged = stage(sent, "line,answer\n1,accepted\n2,accepted\n")
    ProviderAccount.objects.filter(platform_username="name_2").update(platform_username="right_2")
    listed(enrollments)

    with pytest.raises(Refused, match="Row 3"):
        apply(staged)

    assert not ProviderListLine.objects.exclude(answer="").exists()


def test_a_line_that_a_later_list_corrected_takes_no_answer():
    enrollments = confirmed()
    sent = listed(enrollments)
    ProviderAccount.objects.filter(platform_username="name_2").update(platform_username="right_2")
    listed(enrollments)

    assert outcomes(stage(sent, "username,answer\nname_2,unknown account\n")) == ["superseded"]


# --- what follows ---------------------------------------------------------------------------------
def correct(enrollment: Enrollment, name: str, *, by=None) -> None:
    provider_answers.correct_accounts(
        enrollment_id=enrollment.pk,
        platform_username=name,
        programme_username=name,
        acting_user=by or enrollment.officer.user,
        at=timezone.now(),
    )


def test_corrected_names_leave_the_queue_and_go_on_the_next_list():
    first, second, _third = enrollments = confirmed()
    sent = listed(enrollments)
    apply(stage(sent, "line,answer\n2,unknown account\n"))

    correct(second, "right_2")

    assert not ProviderListLine.objects.refused().exists()
    assert list(ProviderListLine.objects.corrected()) == [line_of(second)]
    again = listed(enrollments)
    rows = list(csv.DictReader(io.StringIO(bytes(again.content).decode("utf-8-sig"))))
    assert [(r["line"], r["change"], r["platform_user_name"]) for r in rows] == [
        ("1", "corrected", "right_2")
    ]
    assert not ProviderListLine.objects.corrected().exists()


def test_names_that_are_as_before_or_anothers_are_refused():
    first, second, _third = confirmed()
    listed([first])

    with pytest.raises(Refused, match="on record already"):
        correct(first, "name_1")
    with pytest.raises(Refused, match="Another officer"):
        correct(first, "NAME_2")
    with pytest.raises(Refused, match="Only the officer"):
        correct(first, "mine", by=second.officer.user)

    first.provider_account.refresh_from_db()
    assert first.provider_account.platform_username == "name_1"


@pytest.mark.parametrize("state", [E.SUBMITTED, E.WITHDRAWN, E.COMPLETED])
def test_names_are_corrected_while_the_provider_still_needs_them(state):
    enrollment = make_enrollment(state=state)

    with pytest.raises(Refused, match="The registration is"):
        correct(enrollment, "right")


def test_a_refusal_is_settled_once_with_a_reason():
    enrollments = confirmed()
    sent = listed(enrollments)
    apply(stage(sent, "line,answer\n1,rejected\n"))
    line = line_of(enrollments[0])

    for_it = {"line_id": line.pk, "reason": "Accepted by telephone.", "at": timezone.now()}
    provider_answers.settle_refusal(acting_user=hand(), **for_it)

    assert not ProviderListLine.objects.refused().exists()
    with pytest.raises(Refused, match="settled already"):
        provider_answers.settle_refusal(acting_user=hand(), **for_it)


@pytest.mark.parametrize(
    "values",
    [
        {"answer": "accepted"},
        {"settled_reason": "so"},
        {"settled_at": timezone.now()},
    ],
)
def test_the_database_refuses_half_an_answer(values):
    enrollments = confirmed(1)
    listed(enrollments)

    with pytest.raises(IntegrityError), transaction.atomic():
        ProviderListLine.objects.update(**values)


def test_the_database_refuses_an_application_by_nobody():
    sent = listed(confirmed(1))
    stage(sent, "line,answer\n1,accepted\n")

    with pytest.raises(IntegrityError), transaction.atomic():
        ProviderAnswer.objects.update(state="applied")


# --- the pages ------------------------------------------------------------------------------------
def test_the_officer_corrects_the_names_on_a_page(client):
    enrollments = confirmed()
    apply(stage(listed(enrollments), "line,answer,remark\n1,unknown account,No such user\n"))
    sign_in(client, enrollments[0].officer.user)
    url = reverse("enrollment:correct_accounts", args=[enrollments[0].pk])

    assert "No such user" in client.get(url).content.decode()
    refused = client.post(url, {"platform_username": "a b", "programme_username": "ab"})
    assert refused.status_code == 200
    assert "a b" in refused.content.decode()
    answer = client.post(url, {"platform_username": "right", "programme_username": "right"})

    assert answer.url == enrollments[0].get_absolute_url()
    assert line_of(enrollments[0]).corrected_at


def test_the_page_is_the_officers_own(client):
    enrollment = confirmed(1)[0]
    url = reverse("enrollment:correct_accounts", args=[enrollment.pk])

    for user in (make_officer().user, hand()):
        sign_in(client, user)
        assert client.get(url).status_code == 404
        assert client.post(url, {"platform_username": "x" * 5}).status_code == 404


def test_the_desk_brings_in_looks_at_downloads_and_applies_an_answer(client):
    enrollments = confirmed()
    sent = listed(enrollments)
    sign_in(client, make_user(Role.DEALING_HAND, is_superuser=True))
    file = SimpleUploadedFile("a.csv", b"line,answer\n1,accepted\n2,rejected\n9,accepted\n")

    answer = client.post(
        reverse("admin:enrollment_provideranswer_add"), {"provider_list": sent.pk, "file": file}
    )
    staged = ProviderAnswer.objects.get()
    text = client.get(answer.url).content.decode()
    assert "The list has no line 9." in text
    download = client.get(reverse("admin:enrollment_provideranswer_rows_csv", args=[staged.pk]))
    assert b"Not on this list" in b"".join(download.streaming_content)
    step = reverse("admin:enrollment_provideranswer_step", args=[staged.pk, "apply"])
    client.post(step, {"desk_confirmed": "1"})

    staged.refresh_from_db()
    assert staged.state == "applied"
    queue = reverse("admin:enrollment_providerlistline_changelist")
    assert enrollments[1].number in client.get(queue, {"refused": "open"}).content.decode()
