"""Demand for examinations by city: counted from the choices of officers, for the provider."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import User
from accounts.roles import Role
from courses.models import Course, Run
from enrollment import exam_demand, exam_letter
from enrollment.exam_demand import Demand, Scope
from enrollment.models import Enrollment
from enrollment.states import EnrollmentState
from tests.factories.accounts import make_user, sign_in
from tests.factories.courses import make_course, make_programme, make_provider, make_run
from tests.factories.enrollment import make_enrollment
from tests.factories.pool import make_result
from tests.factories.registrations import make_exam_city, make_exam_preference

pytestmark = pytest.mark.django_db
PAGE = "/examinations/demand/"


def make_batch(**fields: Any) -> Run:
    """Make a batch that is under way and ends with a proctored examination."""
    fields.setdefault("course", make_course(certification=Course.Certification.GRADE_AND_EXAM))
    return make_run(**fields)


def names(run: Run, *cities: Any, state: str = EnrollmentState.CONFIRMED) -> Enrollment:
    """Register an officer who names `cities` in this order."""
    enrollment = make_enrollment(run=run, state=state, reason="Said")
    for rank, city in enumerate(cities, start=1):
        make_exam_preference(enrollment=enrollment, city=city, rank=rank)
    return enrollment


def scopes() -> dict[str, Scope]:
    runs = list(exam_demand.runs_with_exams(timezone.localdate()))
    return {scope.key: scope for scope in exam_demand.scopes_of(runs)}


def asked(key: str = "", user: User | None = None) -> Demand:
    return exam_demand.demand_of(scopes()[key], user or make_user(Role.DEALING_HAND))


@pytest.fixture
def hand(client: Client) -> Client:
    sign_in(client, make_user(Role.DEALING_HAND))
    return client


def test_choices_are_counted_by_city_and_rank_the_most_wanted_first() -> None:
    run, delhi, pune = make_batch(), make_exam_city(name="Delhi"), make_exam_city(name="Pune")
    names(run, delhi, pune)
    names(run, delhi)
    names(run, pune, delhi)
    names(run)

    found = asked()

    assert [(c.city, c.first, c.second, c.third, c.named) for c in found.cities] == [
        ("Delhi", 2, 1, 0, 3),
        ("Pune", 1, 1, 0, 2),
    ]
    assert (found.officers, found.stated, found.not_stated) == (4, 3, 1)


@pytest.mark.parametrize("state", EnrollmentState.values)
def test_only_those_who_are_to_sit_an_examination_count(state: str) -> None:
    names(make_batch(), make_exam_city(), state=state)

    counts = state in {EnrollmentState.CONFIRMED, EnrollmentState.IN_PROGRESS}
    assert asked().officers == len(asked().cities) == (1 if counts else 0)


def test_batches_without_an_examination_over_or_cancelled_are_left_out() -> None:
    today = timezone.localdate()
    make_batch(needs_proctored_exam=False)
    make_batch(ends_on=today - timedelta(days=1), commences_on=today - timedelta(days=90))
    make_batch(state="cancelled")
    make_run(course=make_course(certification=Course.Certification.CERTIFICATE, fee_usd=None))
    kept = {make_batch(), make_batch(ends_on=None)}

    assert set(exam_demand.runs_with_exams(today)) == kept


def test_demand_is_asked_of_a_provider_a_course_or_a_batch() -> None:
    course = make_course(certification=Course.Certification.GRADE_AND_EXAM)
    first, second = make_batch(course=course), make_batch(course=course)
    programme = make_programme()
    elsewhere = make_batch(
        course=make_course(
            programme=programme,
            provider=make_provider(code="elsewhere", name="Elsewhere"),
            certification=Course.Certification.GRADE_AND_EXAM,
        )
    )
    for run in (first, second, elsewhere):
        names(run, make_exam_city())

    keys = [
        "",
        f"provider-{course.provider_id}",
        f"course-{course.pk}",
        f"run-{first.pk}",
        f"provider-{elsewhere.course.provider_id}",
    ]
    assert [asked(key).officers for key in keys] == [3, 2, 2, 1, 1]
    assert scopes()[""].provider is None
    assert scopes()[f"run-{first.pk}"].provider == course.provider


def test_where_examinations_were_sat_is_set_beside_what_was_asked_for(hand: Client) -> None:
    run = make_batch(
        commences_on=timezone.localdate() - timedelta(days=90),
        ends_on=timezone.localdate() - timedelta(days=1),
    )
    delhi, pune = make_exam_city(name="Delhi"), make_exam_city(name="Pune")
    for cities, sat in (((delhi,), "Delhi"), ((pune, delhi), "DELHI"), ((pune,), "Ajmer")):
        enrollment = names(run, *cities, state=EnrollmentState.COMPLETED)
        make_result(enrollment=enrollment, exam_city=sat)
    hidden = names(run, delhi, state=EnrollmentState.IN_PROGRESS)
    make_result(enrollment=hidden, exam_city="Delhi", public_at=None)
    make_result(enrollment=names(run), exam_city="")

    today = timezone.localdate()
    over = exam_demand.scopes_of([], list(exam_demand.runs_examined(today)))[-1]
    found = exam_demand.taken_of(over, make_user(Role.DEALING_HAND))

    assert over.key == f"over-{run.pk}"
    counted = [(c.city.upper(), c.sat, c.first, c.second, c.third, c.unasked) for c in found]
    assert counted == [("DELHI", 2, 1, 1, 0, 0), ("AJMER", 1, 0, 0, 0, 1)]
    page = hand.get(PAGE, {"of": over.key}).content.decode()
    assert "Where examinations were sat" in page and "Ajmer" in page


def test_bars_lie_end_to_end_and_the_longest_fills_the_width() -> None:
    run, delhi = make_batch(), make_exam_city()
    names(run, delhi)
    names(run, make_exam_city(), delhi)

    bar = exam_demand.bars_of(asked())[0]

    assert bar.first == bar.second_from and bar.second_from + bar.second == bar.third_from
    assert bar.third_from + bar.third == exam_demand.WIDTH and bar.named == 2


def test_the_page_shows_chart_table_and_what_is_not_stated(hand: Client) -> None:
    run = make_batch()
    names(run, make_exam_city(name="Delhi"))
    names(run)

    page = hand.get(PAGE, {"of": f"run-{run.pk}"}).content.decode()

    assert "<svg" in page and ">Delhi<" in page
    assert "1 has named no city yet" in page and "letter.pdf" in page


def test_a_page_with_nothing_to_count_says_so(hand: Client) -> None:
    page = hand.get(PAGE).content.decode()

    assert "No city is named yet" in page


@pytest.mark.parametrize("of", ["run-999999", "x", "run-1' OR 1=1", "\0", "course-"])
def test_a_choice_that_makes_no_sense_shows_all(hand: Client, of: str) -> None:
    names(make_batch(), make_exam_city(name="Delhi"))

    answer = hand.get(PAGE, {"of": of})

    assert answer.status_code == 200 and "Delhi" in answer.content.decode()


def test_the_files_say_the_same_and_run_no_formula(hand: Client) -> None:
    names(make_batch(), make_exam_city(name="=cmd|' /C calc'!A0", code="odd"))

    text = hand.get("/examinations/demand.csv").content.decode("utf-8-sig")
    book = load_workbook(BytesIO(hand.get("/examinations/demand.xlsx").content))

    assert text.splitlines()[0].startswith("City,State")
    assert "'=cmd|" in text and "No city named yet,,0" in text
    assert book.worksheets[0]["A2"].value.startswith("'=cmd|")
    assert book.worksheets[0]["C2"].value == 1


def test_the_letter_is_a_draft_to_one_provider_with_the_table_annexed() -> None:
    run = make_batch()
    names(run, make_exam_city(name="Delhi"))
    idle = make_batch(course=run.course, name="Idle batch")
    scope = scopes()[f"course-{run.course_id}"]
    assert scope.provider is not None and idle in scope.runs

    paper = exam_letter.letter_of(scope, scope.provider, asked(scope.key))

    assert paper.is_draft and paper.to[0].en == scope.provider.name
    assert paper.annexures[0].table.rows == [["Delhi", "Delhi", "1", "0", "0", "1"]]
    words = " ".join(para.text.en for para in paper.paragraphs)
    assert f"{run.course.title}”, {run.name}" in words and "(officers: 1)" in words
    assert "greatest for Delhi" in words and idle.name not in words


def test_the_letter_is_handed_out_as_a_pdf(hand: Client) -> None:
    names(make_batch(), make_exam_city())

    answer = hand.get("/examinations/letter.pdf")

    assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")


def test_no_letter_goes_to_two_providers_or_about_nothing(hand: Client) -> None:
    make_batch()
    assert "nothing to write" in hand.get("/examinations/letter.pdf").content.decode()
    other = make_provider(code="elsewhere", name="Elsewhere")
    course = make_course(provider=other, certification=Course.Certification.GRADE_AND_EXAM)
    names(make_batch(course=course), make_exam_city())

    answer = hand.get("/examinations/letter.pdf")

    assert answer.status_code == 409 and "goes to one provider" in answer.content.decode()


@pytest.mark.parametrize("role", list(Role))
def test_the_desk_reads_it_and_only_the_dealing_hand_writes(client: Client, role: Role) -> None:
    sign_in(client, make_user(role))
    names = ["exam_demand", "exam_demand_csv", "exam_demand_xlsx"]
    reads = role in (Role.DEALING_HAND, Role.AUDITOR)

    found = {client.get(reverse(f"enrollment:{name}")).status_code for name in names}
    letter = client.get(reverse("enrollment:exam_demand_letter")).status_code

    assert found == ({200} if reads else {403})
    assert letter == (409 if role == Role.DEALING_HAND else 403)


def test_the_page_asks_as_much_for_one_batch_as_for_many(
    hand: Client, django_assert_max_num_queries: Any
) -> None:
    for _number in range(4):
        names(make_batch(), make_exam_city(), make_exam_city())
    hand.get(PAGE)

    with django_assert_max_num_queries(11):
        hand.get(PAGE)
