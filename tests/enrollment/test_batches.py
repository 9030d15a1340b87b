from datetime import timedelta
from io import StringIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.facts import text_of
from accounts.models import AuditEntry, Notice
from accounts.roles import Role
from enrollment import pool_audit, tasks
from enrollment.actions import batches
from enrollment.actions.batches import close_batch, import_coupons, release_batch
from enrollment.actions.coupons import issue_coupon, reveal_coupon, revoke_coupon
from enrollment.models import Coupon, CouponBatch, CouponImportRow, CouponIssue
from enrollment.states import BatchState, CouponState
from igot.lib.errors import Refused
from tests.factories.accounts import make_user, sign_in
from tests.factories.courses import make_course, make_run
from tests.factories.enrollment import make_enrollment
from tests.factories.pool import make_coupon, make_coupon_batch, make_coupon_issue

pytestmark = pytest.mark.django_db
AT = timezone.now()
LATER = timezone.localdate() + timedelta(days=400)
VALID = f"{LATER:%d.%m.%Y}"


@pytest.fixture
def clerk():
    return make_user(Role.DEALING_HAND)


@pytest.fixture
def roles():
    """Give the groups the permissions of the desk."""
    call_command("sync_roles", stdout=StringIO())


@pytest.fixture
def course():
    return make_course()


def bring_in(course, clerk, *rows, header="code,valid until,price"):
    return import_coupons(
        course=course,
        letter_reference="edX/2026/17",
        file_name="codes.csv",
        file=ContentFile("\n".join([header, *rows, ""]).encode()),
        acting_user=clerk,
        at=AT,
    )


def outcomes(batch):
    return list(batch.rows.order_by("row").values_list("outcome", flat=True))


# --- bringing in --------------------------------------------------------------------------------


def test_each_row_has_its_outcome_and_each_good_code_is_sealed(course, clerk):
    make_coupon(batch=make_coupon_batch(course=course), code="KNOWN-000001")

    batch = bring_in(
        course,
        clerk,
        f"GOOD-0000001,{VALID},100",
        f"GOOD-0000002,{LATER.isoformat()},US$ 99.50",
        f"GOOD-0000001,{VALID},100",
        f"KNOWN-000001,{VALID},100",
        "OLD-00000001,01.06.2019,100",
        f",{VALID},100",
        f"short,{VALID},100",
        f"WITH BLANK 1,{VALID},100",
        "NODATE-00001,,100",
        "BADDATE-0001,31.02.2026,100",
        f"NOPRICE-0001,{VALID},free",
    )

    assert outcomes(batch) == [
        "accepted",
        "accepted",
        "duplicate",
        "duplicate",
        "expired",
        "blank",
        "malformed",
        "malformed",
        "malformed",
        "malformed",
        "malformed",
    ]
    assert [(c.code, c.ending, c.price_usd) for c in batch.coupons.order_by("pk")] == [
        ("GOOD-0000001", "0001", 100),
        ("GOOD-0000002", "0002", 99.5),
    ]
    assert batch.state == BatchState.IMPORTED
    entry = AuditEntry.objects.about(batch).get(event="couponbatch.imported")
    assert entry.details == {
        "was": "reading",
        "accepted": 2,
        "duplicate": 2,
        "expired": 1,
        "blank": 1,
        "malformed": 5,
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT code FROM enrollment_coupon")
        assert not [code for (code,) in cursor.fetchall() if "GOOD" in code]


def test_the_columns_go_by_several_names_and_the_course_and_status_are_read(course, clerk):
    batch = bring_in(
        course,
        clerk,
        f"100;GOOD-0000001;{VALID};{course.code.upper()};",
        f"100;GOOD-0000002;{VALID};{course.title};unused",
        f"100;GOOD-0000003;{VALID};Another course;",
        f"100;GOOD-0000004;{VALID};;Redeemed",
        header="\ufeffPrice (USD);Coupon Code;Expiry Date;Course;Redemption Status",
    )

    assert outcomes(batch) == ["accepted", "accepted", "unknown_course", "already_redeemed"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"code,price\n", "lacks the column: valid_until"),
        (b"code,valid until,price\n", "no row"),
        (b"code,coupon,valid until,price\na,b,c,d\n", "mean the same"),
        (b"\x00\xff\xfe", "."),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_whole(course, clerk, content, words):
    with pytest.raises(Refused, match=words):
        import_coupons(
            course=course,
            letter_reference="x",
            file_name="x.csv",
            file=ContentFile(content),
            acting_user=clerk,
            at=AT,
        )
    assert not CouponBatch.objects.exists()


def test_the_same_file_again_is_refused_with_what_became_of_it(course, clerk):
    bring_in(course, clerk, f"GOOD-0000001,{VALID},100")

    with pytest.raises(Refused, match="brought in already .“Imported”"):
        bring_in(course, clerk, f"GOOD-0000001,{VALID},100")
    assert (CouponBatch.objects.count(), Coupon.objects.count()) == (1, 1)


def test_a_thousand_codes_take_few_queries(course, clerk, django_assert_max_num_queries):
    rows = [f"GOOD-{number:07d},{VALID},100" for number in range(1000)]

    with django_assert_max_num_queries(60):
        batch = bring_in(course, clerk, *rows)

    assert batch.coupons.count() == 1000


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.DEALING_HAND}))
def test_only_the_dealing_hand_brings_in_and_releases(course, clerk, role):
    batch, user = make_coupon_batch(is_released=False), make_user(role)

    with pytest.raises(Refused, match="for the Dealing hand"):
        bring_in(course, user, f"GOOD-0000001,{VALID},100")
    with pytest.raises(Refused, match="for the Dealing hand"):
        release_batch(batch_id=batch.pk, acting_user=user, at=AT)


# --- releasing ----------------------------------------------------------------------------------


def test_a_second_person_releases_and_the_queue_is_served_in_order(course, clerk):
    run = make_run(course=course)
    late = make_enrollment(run=run, at=AT)
    early = make_enrollment(run=run, at=AT - timedelta(days=1))
    batch = bring_in(course, clerk, f"GOOD-0000001,{VALID},100")

    release_batch(batch_id=batch.pk, acting_user=make_user(Role.DEALING_HAND), at=AT)

    assert CouponIssue.objects.get().enrollment == early
    assert Notice.objects.filter(user=early.officer.user, template="coupon.issued").exists()
    assert not Notice.objects.filter(user=late.officer.user).exists()


def test_whoever_brought_it_in_does_not_release_it(course, clerk):
    batch = bring_in(course, clerk, f"GOOD-0000001,{VALID},100")

    with pytest.raises(Refused, match="ask a second person"):
        release_batch(batch_id=batch.pk, acting_user=clerk, at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        CouponBatch.objects.update(state="released", released_by=clerk)
    with pytest.raises(IntegrityError), transaction.atomic():
        CouponBatch.objects.update(state="released")


def test_a_closed_batch_gives_no_further_codes_and_is_not_released_again(clerk):
    batch = make_coupon_batch(codes=1)
    waiting = make_enrollment(course=batch.course)

    close_batch(batch_id=batch.pk, reason="Recalled.", acting_user=clerk, at=AT)

    with pytest.raises(Refused, match="no coupon left"):
        issue_coupon(enrollment_id=waiting.pk, acting_user=None, at=AT)
    with pytest.raises(Refused, match="The batch is “Closed”"):
        release_batch(batch_id=batch.pk, acting_user=make_user(Role.DEALING_HAND), at=AT)


# --- the accounts of the pool -------------------------------------------------------------------


def accounts_of(batch):
    counted = CouponBatch.objects.with_counts().get(pk=batch.pk)
    return {state.value: getattr(counted, f"{state.value}_count") for state in CouponState}


def test_every_accepted_code_is_in_one_state_whatever_happens_to_it(clerk):
    batch = make_coupon_batch(codes=6)
    enrollments = [make_enrollment(course=batch.course) for _number in range(4)]
    issues = [issue_coupon(enrollment_id=e.pk, acting_user=None, at=AT) for e in enrollments]
    for enrollment in enrollments[:2]:
        reveal_coupon(enrollment_id=enrollment.pk, acting_user=enrollment.officer.user, at=AT)
    for issue in (issues[0], issues[2]):
        revoke_coupon(issue_id=issue.pk, reason="x", acting_user=clerk, at=AT)
    Coupon.objects.filter(pk=issues[3].coupon_id).update(state=CouponState.REDEEMED)

    accounts = accounts_of(batch)

    assert accounts == {"available": 3, "issued": 1, "redeemed": 1, "expired": 0, "dead": 1}
    accepted = batch.rows.filter(outcome=CouponImportRow.Outcome.ACCEPTED).count()
    assert sum(accounts.values()) == accepted
    assert list(pool_audit.faults()) == []
    out = StringIO()
    call_command("check_pool", stdout=out)
    assert out.getvalue() == "The pool holds: 6 coupons.\n"


def test_the_check_of_the_pool_names_what_does_not_hold():
    lost = make_coupon_batch(codes=2)
    lost.coupons.first().delete()
    stray = make_coupon(state=CouponState.ISSUED)
    back = make_coupon_issue(first_revealed_at=AT, ended_at=AT, end_reason="x").coupon
    Coupon.objects.filter(pk=back.pk).update(state=CouponState.AVAILABLE)
    twice = make_coupon_issue().coupon
    Coupon.objects.filter(pk=twice.pk).update(state=CouponState.DEAD)
    err = StringIO()

    with pytest.raises(CommandError, match="4 faults"):
        call_command("check_pool", stdout=StringIO(), stderr=err)

    for words in (
        f"batch {lost.pk}: 2 rows accepted, 1 codes kept",
        f"coupon {stray.pk}: issued, with 0 live issues",
        f"coupon {twice.pk}: dead, with 1 live issues",
        f"coupon {back.pk}: shown to somebody and in the pool again",
    ):
        assert words in err.getvalue()


def test_the_nightly_check_tells_the_desk_of_each_batch_that_does_not_hold(clerk):
    lost = make_coupon_batch(codes=3)
    lost.coupons.first().delete()
    make_coupon_batch(codes=1)

    assert tasks.check_pool() == 1

    notice = Notice.objects.get(user=clerk, template="couponbatch.does_not_hold")
    entry = AuditEntry.objects.about(lost).get()
    assert entry.details == {"faults": [f"batch {lost.pk}: 3 rows accepted, 2 codes kept"]}
    assert notice.link.endswith(f"/couponbatch/{lost.pk}/change/")
    subject, body = text_of(notice)
    assert "do not add up" in subject and "3 rows accepted, 2 codes kept" in body


def test_a_pool_that_holds_troubles_nobody(clerk):
    make_coupon_batch(codes=2)

    assert tasks.check_pool() == 0
    assert not Notice.objects.filter(user=clerk).exists()


def test_the_release_stands_before_the_queue_is_served_and_the_rest_waits_for_the_task(
    course, clerk, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(batches, "SERVED_AT_ONCE", 2)
    run = make_run(course=course)
    waiting = [make_enrollment(run=run, at=AT + timedelta(minutes=n)) for n in range(3)]
    batch = bring_in(course, clerk, *(f"GOOD-{n:07d},{VALID},100" for n in range(3)))

    with django_capture_on_commit_callbacks(execute=True):
        release_batch(batch_id=batch.pk, acting_user=make_user(Role.DEALING_HAND), at=AT)

    served = CouponIssue.objects.order_by("pk").values_list("enrollment", flat=True)
    assert list(served) == [waiting[0].pk, waiting[1].pk]
    assert not Notice.objects.filter(mailed_at__isnull=False).exists()  # left to the sweep
    assert tasks.serve_coupon_queue() == 1
    assert list(served.all()) == [one.pk for one in waiting]


# --- the desk -----------------------------------------------------------------------------------


def test_at_the_desk_a_file_is_brought_in_looked_at_downloaded_and_released(
    roles, client, clerk, course
):
    sign_in(client, clerk)
    file = SimpleUploadedFile(
        "codes.csv", f"code,valid until,price\nSECRET-04711,{VALID},100\n=1+1,{VALID},1\n".encode()
    )
    given = {"course": course.pk, "letter_reference": "=edX/17", "file": file}

    page = client.post(reverse("admin:enrollment_couponbatch_add"), given, follow=True)

    batch = CouponBatch.objects.get()
    text = page.content.decode()
    assert page.redirect_chain[0][0] == f"/desk/enrollment/couponbatch/{batch.pk}/rows/"
    assert "••••4711" in text and "SECRET" not in text
    sheet = client.get(f"/desk/enrollment/couponbatch/{batch.pk}/rows.csv").getvalue().decode()
    assert "4711" in sheet and "SECRET" not in sheet
    assert AuditEntry.objects.about(batch).last().event == "couponbatch.rows_downloaded"
    assert (
        "Release"
        not in client.get(f"/desk/enrollment/couponbatch/{batch.pk}/change/")
        .content.decode()
        .partition("desk-steps")[2]
        .partition("</nav>")[0]
    )

    sign_in(client, make_user(Role.DEALING_HAND))
    client.post(f"/desk/enrollment/couponbatch/{batch.pk}/step/release/", {"desk_confirmed": "1"})
    batch.refresh_from_db()
    assert batch.state == BatchState.RELEASED


def test_at_the_desk_the_same_file_is_refused_on_the_form(roles, client, clerk, course):
    sign_in(client, clerk)
    for _time in "ab":
        file = SimpleUploadedFile("c.csv", f"code,valid until,price\nGOOD-001,{VALID},1\n".encode())
        page = client.post(
            reverse("admin:enrollment_couponbatch_add"),
            {"course": course.pk, "letter_reference": "x", "file": file},
        )

    assert "This very file was brought in already" in page.content.decode()
    assert CouponBatch.objects.count() == 1


def test_no_page_of_the_desk_shows_a_code(roles, client, clerk):
    issue = make_coupon_issue()
    sign_in(client, clerk)

    for name, thing in (
        ("coupon", issue.coupon),
        ("couponissue", issue),
        ("couponbatch", issue.coupon.batch),
    ):
        for url in (
            reverse(f"admin:enrollment_{name}_changelist"),
            reverse(f"admin:enrollment_{name}_change", args=[thing.pk]),
        ):
            page = client.get(url)
            assert page.status_code == 200
            assert issue.coupon.code not in page.content.decode()
            assert issue.coupon.code_digest not in page.content.decode()


def test_at_the_desk_a_coupon_is_taken_back_and_given_anew_by_another_person(roles, client, clerk):
    issue = make_coupon_issue(first_revealed_at=AT)
    make_coupon(batch=issue.coupon.batch)
    url = f"/desk/enrollment/couponissue/{issue.pk}/step/"

    sign_in(client, clerk)
    client.post(f"{url}revoke/", {"desk_confirmed": "1", "reason": "Lost."})
    refused = client.post(f"{url}give-again/", {"desk_confirmed": "1"})
    sign_in(client, make_user(Role.DEALING_HAND))
    client.post(f"{url}give-again/", {"desk_confirmed": "1"})

    assert refused.status_code == 409
    issue.refresh_from_db()
    assert issue.coupon.state == CouponState.DEAD
    assert CouponIssue.objects.live().get().replaces == issue


@pytest.mark.parametrize("role", [Role.PAYING_OFFICER, Role.CIRCULAR_AUTHOR])
def test_other_desks_do_not_open_the_pool(roles, client, role):
    batch = make_coupon_batch(codes=1)
    sign_in(client, make_user(role))

    for path in ("", "add/", f"{batch.pk}/change/", f"{batch.pk}/rows/", f"{batch.pk}/rows.csv"):
        assert client.get(f"/desk/enrollment/couponbatch/{path}").status_code in (302, 403, 404)


@pytest.mark.parametrize("name", ["couponbatch", "coupon", "couponissue"])
def test_lists_take_as_many_queries_for_many_rows_as_for_few(
    roles, client, clerk, name, django_assert_max_num_queries
):
    for _number in range(8):
        make_coupon_issue()
    sign_in(client, clerk)

    with django_assert_max_num_queries(15):
        assert client.get(f"/desk/enrollment/{name}/").status_code == 200
