"""The drill: a second provider with other terms is added as data, and the first stays as it was."""

from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.roles import Role
from courses.models import GradeRule, Programme, Provider, Run
from credits.models import CreditEntry
from enrollment.actions import batches, certificates, confirmations, coupons, results
from enrollment.models import ColumnMap, Enrollment
from enrollment.tasks import check_certificates
from igot.lib.dates import dmy
from igot.lib.uploads import check_upload
from reports.demo.registrations import register
from tests.factories.accounts import make_officer, make_user, sign_in
from tests.factories.courses import make_course, make_institute, make_programme, make_run
from tests.factories.enrollment import make_rule_version
from tests.factories.pool import make_certificate_rule
from tests.lib import bad_files

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
AT = timezone.now()
FIRST, SECOND = "first", "second"
LETTER = "Letter of the second provider, 01.10.2026"
# What a provider is concerned with; the other tables, such as logs, may grow.
HISTORY = (
    "courses.provider",
    "courses.programme",
    "courses.graderule",
    "courses.course",
    "courses.coursefee",
    "courses.coursecredit",
    "courses.run",
    "eligibility.decision",
    "enrollment.enrollment",
    "enrollment.provideraccount",
    "enrollment.couponbatch",
    "enrollment.coupon",
    "enrollment.couponissue",
    "enrollment.resultimport",
    "enrollment.resultimportrow",
    "enrollment.result",
    "enrollment.certificatesubmission",
    "credits.creditentry",
    "accounts.auditentry",
    "accounts.notice",
)


def rows_of_history():
    """Return every row of the history by its table and key, column by column."""
    found = {}
    for label in HISTORY:
        for row in apps.get_model(label)._base_manager.values():
            found[label, row["id"]] = {name: repr(value) for name, value in row.items()}
    return found


@pytest.fixture(autouse=True)
def office():
    call_command("sync_roles", stdout=StringIO())
    make_rule_version(), make_certificate_rule()


@pytest.fixture
def clerk():
    return make_user(Role.DEALING_HAND)


@pytest.fixture
def second():
    return make_user(Role.DEALING_HAND)


def walk(course, clerk, second, *, codes, answer, number):
    """Take one officer from registration to points; `answer` is the file of results."""
    officer = make_officer()
    run = Run.objects.get(course=course)
    enrollment = register(officer, run, course, AT)
    assert enrollment is not None
    confirmations.confirm_enrollment(enrollment_id=enrollment.pk, acting_user=clerk, at=AT)
    if codes:
        batch = batches.import_coupons(
            course=course,
            letter_reference=LETTER,
            file=ContentFile(codes),
            file_name="codes.csv",
            acting_user=clerk,
            at=AT,
        )
        batches.release_batch(batch_id=batch.pk, acting_user=second, at=AT)
        coupons.reveal_coupon(enrollment_id=enrollment.pk, acting_user=officer.user, at=AT)
    username = enrollment.provider_account.platform_username
    staged = results.stage_results(
        run=run,
        file=ContentFile(answer.format(username=username).encode()),
        file_name="results.csv",
        acting_user=clerk,
        at=AT,
    )
    assert (staged.state, staged.problem) == ("staged", "")
    results.apply_results(import_id=staged.pk, rows=1, passes=1, acting_user=second, at=AT)
    sent = certificates.send_certificate(
        enrollment_id=enrollment.pk,
        file=check_upload(SimpleUploadedFile("c.pdf", bad_files.plain_pdf(text=number))),
        certificate_number=number,
        name_on_certificate=officer.name,
        completed_on=TODAY,
        acting_user=officer.user,
        at=AT,
    )
    check_certificates()
    certificates.verify_certificate(submission_id=sent.pk, acting_user=second, at=AT)
    return Enrollment.objects.get(pk=enrollment.pk)


def first_provider():
    course = make_course(programme=make_programme(), title="Poverty", code=FIRST)
    make_run(course=course, commences_on=TODAY + timedelta(days=30))
    return course


def add_at_the_desk(client, path, **fields):
    """Fill in a form of the desk, and see that it was taken."""
    empty = {"TOTAL_FORMS": "0", "INITIAL_FORMS": "0"}
    inlines = (
        "programmecourse_set",
        "requirements",
        "requirement_set",
        "grade_rules",
        "reschedules",
    )
    forms = {f"{name}-{key}": value for name in inlines for key, value in empty.items()}
    answer = client.post(f"/desk/{path}/add/", {**forms, **fields})
    assert answer.status_code == 302, answer.context["errors"]


def add_second_provider(client):
    """Add all that is new as data: at the desk, what the desk has forms for; no code."""
    add_at_the_desk(
        client,
        "courses/provider",
        code=SECOND,
        name="Second University",
        platform_account="Learner id",
        issues_coupons="on",
    )
    provider = Provider.objects.get(code=SECOND)
    institute = make_institute(code="second-university")
    add_at_the_desk(
        client,
        "courses/programme",
        code=SECOND,
        title="Public Finance",
        institute=institute.pk,
        provider=provider.pk,
    )
    programme = Programme.objects.get(code=SECOND)
    add_at_the_desk(
        client,
        "courses/graderule",
        programme=programme.pk,
        least_grade="40",
        needs_proctored_exam="on",
        online_weight="30",
        exam_weight="70",
        least_total="60",
        effective_from=dmy(TODAY),
        circular_reference=LETTER,
    )
    add_at_the_desk(
        client,
        "enrollment/columnmap",
        provider=provider.pk,
        kind="results",
        columns_text=(
            "username = Learner\ngrade = Coursework (of 1)\nexam_score = Paper (of 1)\n"
            "exam_on = Sat on\nexam_city = Town"
        ),
        date_form="named",
        grades_out_of="1",
        passed_over_without="username",
        effective_from=dmy(TODAY),
        circular_reference=LETTER,
    )
    add_at_the_desk(
        client,
        "enrollment/columnmap",
        provider=provider.pk,
        kind="coupons",
        columns_text="code = Voucher no.\nvalid_until = Use before\nprice = Worth",
        date_form="dmy",
        grades_out_of="100",
        effective_from=dmy(TODAY),
        circular_reference=LETTER,
    )
    course = make_course(
        programme=programme,
        code=SECOND,
        title="Taxation",
        fee_usd=Decimal(175),
        cap_usd=Decimal(100),
        points=15,
    )
    add_at_the_desk(
        client,
        "courses/run",
        course=course.pk,
        code="second-1",
        name="Autumn",
        registration_opens_on=dmy(TODAY - timedelta(days=3)),
        registration_closes_on=dmy(TODAY + timedelta(days=20)),
        commences_on=dmy(TODAY + timedelta(days=30)),
        ends_on=dmy(TODAY + timedelta(days=120)),
        most_attempts="3",
        terms_reference=LETTER,
    )
    return course


CODES = b"code,valid until,price\nFIRST-CODE-0001,31.12.2030,100\n"
VOUCHERS = b"Voucher no.,Use before,Worth\nVOUCHER-000001,31/12/2030,175\n"
ANSWER = "username,grade,exam\n{username},72,passed\n"
# The whole batch stands first; grades are fractions; 0.45 and 0.90 weigh 0.135 and 0.63: 76.5.
OTHER_ANSWER = (
    "Learner,Coursework (of 1),Paper (of 1),Sat on,Town\n"
    ',,,,Batch "Autumn"\n'
    '{username},0.45,0.90,"Sep 30, 26",Pune\n'
)


def test_a_second_provider_is_added_as_data_and_the_first_is_untouched(client, clerk, second):
    first = walk(first_provider(), clerk, second, codes=CODES, answer=ANSWER, number="EDX-1")
    before = rows_of_history()
    page = client.get(f"/courses/{FIRST}/").content

    sign_in(client, clerk)
    course = add_second_provider(client)
    other = walk(course, clerk, second, codes=VOUCHERS, answer=OTHER_ANSWER, number="SU-0001")

    after = rows_of_history()
    assert {key: after[key] for key in before} == before
    client.logout()
    assert client.get(f"/courses/{FIRST}/").content == page
    assert (first.state, other.state) == ("completed", "completed")
    assert CreditEntry.objects.of(first.officer).balance() == 10
    assert CreditEntry.objects.of(other.officer).balance() == 15
    result = other.results.get()
    assert (result.online_grade, result.exam_score, result.total) == (45, 90, Decimal("76.50"))
    assert (result.exam_on.isoformat(), result.exam_city) == ("2026-09-30", "Pune")
    assert (result.least_total, result.online_weight) == (60, 30)
    assert first.results.get().least_total is None


def judged(course, answer, clerk):
    """Bring in the result of one registered officer; return what is kept of it before approval."""
    run = Run.objects.get(course=course)
    enrollment = register(make_officer(), run, course, AT)
    confirmations.confirm_enrollment(enrollment_id=enrollment.pk, acting_user=clerk, at=AT)
    staged = results.stage_results(
        run=run,
        file=ContentFile(answer.format(username=enrollment.provider_account).encode()),
        file_name="results.csv",
        acting_user=clerk,
        at=AT,
    )
    row = staged.rows.get()
    assert (row.outcome, row.enrollment) == ("new", enrollment)
    return row


def test_the_same_grades_fail_under_the_first_provider_and_pass_under_the_second(client, clerk):
    old = first_provider()
    sign_in(client, clerk)
    new = add_second_provider(client)
    assert AuditEntry.objects.filter(event="graderule.added").count() == 1

    under_old = judged(old, "username,grade,exam,exam score\n{username},45,passed,90\n", clerk)
    under_new = judged(new, OTHER_ANSWER, clerk)

    marks = (Decimal("45.00"), Decimal("90.00"), "passed")
    assert (under_old.online_grade, under_old.exam_score, under_old.exam_outcome) == marks
    assert (under_new.online_grade, under_new.exam_score, under_new.exam_outcome) == marks
    assert (under_old.total, under_old.would_pass) == (None, False)  # below 50 online
    assert (under_new.total, under_new.would_pass) == (Decimal("76.50"), True)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"online_weight": "30"}, "Give both weights and the least total"),
        ({"online_weight": "30", "exam_weight": "60", "least_total": "50"}, "make a hundred"),
        ({"least_exam_score": "40", "needs_proctored_exam": ""}, "need a proctored examination"),
    ],
)
def test_a_grade_rule_that_cannot_be_is_refused_at_its_field(client, clerk, fields, sentence):
    programme = make_programme()
    GradeRule.objects.all().delete()
    sign_in(client, clerk)

    answer = client.post(
        "/desk/courses/graderule/add/",
        {
            "programme": programme.pk,
            "least_grade": "40",
            "needs_proctored_exam": "on",
            "effective_from": dmy(TODAY),
            "circular_reference": LETTER,
            **fields,
        },
    )

    assert sentence in answer.content.decode()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"columns_text": "grade"}, "cannot be read"),
        ({"columns_text": "marks = Grade"}, "The portal reads no marks there"),
        ({"words_text": "exam Certified passed"}, "cannot be read"),
        ({"effective_to": "01.01.2020"}, "before the first"),
        ({"grades_out_of": "0"}, "errornote"),
    ],
)
def test_a_map_that_cannot_be_is_refused_at_its_field_and_keeps_what_was_typed(
    client, clerk, fields, sentence
):
    provider = make_programme().provider
    sign_in(client, clerk)
    given = {
        "provider": provider.pk,
        "kind": "results",
        "columns_text": "grade = Final Grade",
        "date_form": "civil",
        "grades_out_of": "100",
        "effective_from": dmy(TODAY),
        "circular_reference": LETTER,
        **fields,
    }

    answer = client.post("/desk/enrollment/columnmap/add/", given).content.decode()

    assert sentence in answer and given["columns_text"] in answer
    assert not ColumnMap.objects.exists()
