from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Notice
from accounts.roles import Role
from circulars.models import Circular
from circulars.states import CircularState
from courses.states import RunState
from enrollment import forecasting
from enrollment.actions import pool_watch, requests
from enrollment.actions.declarations import declare_payment
from enrollment.models import (
    CouponBatch,
    CouponRequest,
    PoolAlert,
    PoolPolicy,
    RedemptionDeclaration,
)
from enrollment.states import CouponState, EnrollmentState
from enrollment.tasks import watch_pools
from igot.lib.dates import dmy
from igot.lib.errors import Refused
from tests.factories.accounts import make_officer, make_user, sign_in
from tests.factories.courses import make_run
from tests.factories.enrollment import make_enrollment
from tests.factories.pool import make_coupon, make_coupon_batch, make_coupon_issue
from tests.factories.usage import make_pool_policy

pytestmark = pytest.mark.django_db
AT = timezone.now()
TODAY = timezone.localdate()
LETTER = {
    "codes": 40,
    "needed_by": TODAY + timedelta(days=30),
    "valid_until": TODAY + timedelta(days=200),
    "file_number": "T-16017/42/2018-Trg (TFA)",
    "signatory_name": "A. Officer",
    "signatory_name_hi": "",
    "signatory_designation": "Under Secretary",
    "signatory_designation_hi": "",
}


@pytest.fixture
def course():
    """A course with a policy, three codes, a batch of last year and one to come."""
    before = make_run(commences_on=TODAY - timedelta(days=340), ends_on=TODAY - timedelta(days=250))
    course = before.course
    make_pool_policy(provider=course.provider, least_codes=5)
    make_coupon_batch(course=course, codes=3)
    for _number in range(4):
        make_enrollment(run=before, state=EnrollmentState.COMPLETED, completed_on=TODAY)
    make_run(
        course=course,
        state=RunState.SCHEDULED,
        opens_on=TODAY,
        closes_on=TODAY + timedelta(days=20),
        commences_on=TODAY + timedelta(days=25),
        ends_on=TODAY + timedelta(days=100),
    )
    return course


def ask(course, **changes):
    author = changes.pop("acting_user", None) or make_user(Role.CIRCULAR_AUTHOR)
    return requests.draft_request(
        course_id=course.pk, acting_user=author, at=AT, **{**LETTER, **changes}
    )


# --- the forecast from the rows -----------------------------------------------------------------


def test_the_forecast_counts_what_waits_what_is_pending_and_what_the_season_brings(course):
    coming = course.runs.get(commences_on__gt=TODAY)
    make_enrollment(run=coming)
    make_enrollment(run=coming, state=EnrollmentState.SUBMITTED)

    found = forecasting.outlook(course, TODAY)

    assert [(line.demand.kind, line.demand.codes) for line in found.forecast.lines] == [
        ("waiting", 1),
        ("pending", 1),
        ("coming", 2),  # four last year, less one confirmed and one expected
    ]
    assert (found.in_stock, found.forecast.to_ask) == (3, 1)
    assert found.forecast.needed_by == TODAY + timedelta(days=20)


def test_codes_asked_for_are_counted_until_they_come_or_the_letter_is_given_up(course):
    request = ask(course, codes=2)
    assert forecasting.outlook(course, TODAY).forecast.to_ask == 0

    requests.give_up_request(
        request_id=request.pk, reason="declined", acting_user=make_user(Role.DEALING_HAND), at=AT
    )

    assert forecasting.outlook(course, TODAY).forecast.to_ask == 1


def test_a_batch_that_names_the_letter_fulfils_it(course):
    request = ask(course, codes=2)
    batch = make_coupon_batch(course=course, codes=2, is_released=False)

    requests.name_request(
        batch_id=batch.pk,
        request_id=request.pk,
        acting_user=make_user(Role.DEALING_HAND),
        at=AT,
    )

    assert not CouponRequest.objects.outstanding_for(course)
    assert CouponBatch.objects.get(pk=batch.pk).request == request


def test_a_batch_of_another_course_does_not_answer_it(course):
    request, other = ask(course), make_coupon_batch(codes=1)

    with pytest.raises(Refused, match="another course"):
        requests.name_request(
            batch_id=other.pk,
            request_id=request.pk,
            acting_user=make_user(Role.DEALING_HAND),
            at=AT,
        )


def test_without_a_policy_there_is_no_forecast(course):
    PoolPolicy.objects.all().delete()

    assert forecasting.outlook(course, TODAY) is None
    assert watch_pools() == 0


def test_policies_are_loaded_once_and_kept_as_edited(course):
    call_command("load_pool_policies", verbosity=0)

    assert PoolPolicy.objects.get(provider=course.provider).least_codes == 5


def test_two_policies_of_a_provider_do_not_overlap(course):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_pool_policy(provider=course.provider, effective_from=TODAY)


# --- the letter ---------------------------------------------------------------------------------


def test_the_letter_is_a_draft_of_its_author_in_both_languages(course):
    author = make_user(Role.CIRCULAR_AUTHOR)

    letter = ask(course, acting_user=author).circular

    assert (letter.state, letter.author) == (CircularState.DRAFT, author)
    assert letter.form == Circular.Form.LETTER and not letter.is_general_order
    assert letter.addressees.get().text == course.provider.name
    assert all(p.is_hindi_current for p in letter.paragraphs.all())
    assert AuditEntry.objects.about(letter).filter(event="circular.drafted").exists()


def test_only_an_author_of_circulars_asks(course):
    with pytest.raises(Refused):
        ask(course, acting_user=make_user(Role.DEALING_HAND))

    assert not CouponRequest.objects.exists()


def test_codes_are_not_asked_for_a_day_that_is_over(course):
    with pytest.raises(Refused, match="from today on"):
        ask(course, needed_by=TODAY - timedelta(days=1))


def test_the_database_refuses_a_request_for_nothing(course):
    request = ask(course)

    with pytest.raises(IntegrityError, match="some_codes"), transaction.atomic():
        CouponRequest.objects.filter(pk=request.pk).update(codes=0)


# --- alerts -------------------------------------------------------------------------------------


def test_a_low_pool_is_told_to_the_desk_once_until_it_is_filled(course):
    hand = make_user(Role.DEALING_HAND)

    assert watch_pools() == 1
    assert watch_pools() == 0
    assert Notice.objects.get(user=hand).template == "poolalert.low"

    make_coupon_batch(course=course, codes=10)
    assert watch_pools() == 1
    assert not PoolAlert.objects.open().exists()


def test_a_low_pool_of_a_course_with_nothing_to_come_is_no_alert(course):
    course.runs.update(state=RunState.WITHDRAWN)

    assert pool_watch.watch_pool(course_id=course.pk, at=AT) == 0


def test_codes_that_expire_soon_are_told(course):
    make_coupon_batch(course=course, codes=10, valid_until=TODAY + timedelta(days=200))
    make_coupon_batch(course=course, codes=2, valid_until=TODAY + timedelta(days=10))

    pool_watch.watch_pool(course_id=course.pk, at=AT)

    alert = PoolAlert.objects.open().get()
    assert (alert.kind, alert.codes) == (PoolAlert.Kind.EXPIRING, 2)


def test_the_database_keeps_one_open_alert_of_a_kind(course):
    watch_pools()

    with pytest.raises(IntegrityError, match="one_open|poolalert.course_id"), transaction.atomic():
        PoolAlert.objects.create(course=course, kind="low", codes=1, opened_at=AT)


def issued(course, *, days, **fields):
    batch = course.coupon_batches.first()
    return make_coupon_issue(
        enrollment=make_enrollment(run=course.runs.order_by("commences_on").last()),
        coupon=make_coupon(
            batch=batch, state=CouponState.ISSUED, valid_until=TODAY + timedelta(days=days)
        ),
        **fields,
    )


def test_an_officer_is_reminded_once_of_a_code_that_expires_soon(course):
    issue, _later = issued(course, days=30), issued(course, days=31)

    assert pool_watch.remind_of_expiry(at=AT) == 1
    assert pool_watch.remind_of_expiry(at=AT) == 0

    notice = Notice.objects.get(user=issue.officer.user)
    assert notice.template == "coupon.expiring"
    assert notice.params["day"] == dmy(TODAY + timedelta(days=30))


def test_who_has_declared_to_have_paid_is_not_reminded(course):
    issue = issued(course, days=10, first_revealed_at=AT)
    declare(issue)

    assert pool_watch.remind_of_expiry(at=AT) == 0


# --- the officer's word -------------------------------------------------------------------------


def declare(issue, **changes):
    given = {"redeemed_on": TODAY, "acting_user": issue.officer.user, "at": AT, **changes}
    return declare_payment(issue_id=issue.pk, **given)


def test_an_officer_declares_the_payment_once(course):
    issue = issued(course, days=90, first_revealed_at=AT)

    declare(issue)

    assert RedemptionDeclaration.objects.get().redeemed_on == TODAY
    with pytest.raises(Refused, match="already"):
        declare(issue)


@pytest.mark.parametrize("days", [-2, 1])
def test_no_payment_before_the_code_was_shown_or_in_days_to_come(course, days):
    issue = issued(course, days=90, first_revealed_at=AT)

    with pytest.raises(Refused, match="from then until today"):
        declare(issue, redeemed_on=TODAY + timedelta(days=days))


def test_nobody_declares_for_another_or_for_a_code_not_shown(course):
    shown, unseen = issued(course, days=90, first_revealed_at=AT), issued(course, days=90)

    with pytest.raises(Refused, match="Only the officer"):
        declare(shown, acting_user=make_officer().user)
    with pytest.raises(Refused, match="not been shown"):
        declare(unseen)


def test_the_page_of_the_coupon_takes_the_day(client, course):
    issue = issued(course, days=90, first_revealed_at=AT)
    url = reverse("enrollment:declare_payment", args=[issue.enrollment_id])
    sign_in(client, issue.officer.user)

    assert "Have you paid" in client.get(f"/me/registrations/{issue.enrollment_id}/coupon/").text
    wrong = client.post(url, {"redeemed_on": "40.13.2020"})
    assert wrong.status_code == 200 and "40.13.2020" in wrong.text
    assert client.post(url, {"redeemed_on": dmy(TODAY)}).status_code == 302
    page = client.get(f"/me/registrations/{issue.enrollment_id}/")
    assert f"Declared as paid on {dmy(TODAY)}" in page.text


def test_anothers_payment_is_not_found(client, course):
    issue = issued(course, days=90, first_revealed_at=AT)
    sign_in(client, make_officer().user)

    url = reverse("enrollment:declare_payment", args=[issue.enrollment_id])
    assert client.post(url, {"redeemed_on": dmy(TODAY)}).status_code == 404


# --- pages --------------------------------------------------------------------------------------


def test_the_list_and_the_course_open_and_ask_few_questions(
    client, course, django_assert_max_num_queries
):
    watch_pools()
    sign_in(client, make_user(Role.DEALING_HAND))
    client.get(reverse("enrollment:pool"))

    with django_assert_max_num_queries(12):
        page = client.get(reverse("enrollment:pool"))
    assert "Few codes left" in page.text
    with django_assert_max_num_queries(15):
        page = client.get(reverse("enrollment:pool_course", args=[course.code]))
    assert "<svg" in page.text and "1 code is lacking" in page.text


def test_codes_whose_last_day_is_past_are_in_no_stock(client, course):
    make_coupon_batch(course=course, codes=2, valid_until=TODAY - timedelta(days=1))
    make_coupon_batch(course=course, codes=1, valid_until=TODAY)

    row = forecasting.courses_with_codes(TODAY).get(pk=course.pk)

    assert (row.in_stock, row.first_expiry) == (4, TODAY)


def test_the_pages_are_for_the_office(client, course):
    sign_in(client, make_officer().user)

    for url in (
        reverse("enrollment:pool"),
        reverse("enrollment:pool_course", args=[course.code]),
        reverse("enrollment:pool_request", args=[course.code]),
    ):
        assert client.get(url).status_code == 403


def test_an_author_drafts_the_letter_from_the_page(client, course):
    sign_in(client, make_user(Role.CIRCULAR_AUTHOR))
    url = reverse("enrollment:pool_request", args=[course.code])

    form = client.get(url).context["form"]
    assert form.initial["codes"] == 1

    wrong = client.post(url, {**LETTER, "codes": "0", "needed_by": "soon"})
    assert wrong.status_code == 200 and not CouponRequest.objects.exists()
    days = {name: dmy(LETTER[name]) for name in ("needed_by", "valid_until")}
    answer = client.post(url, {**LETTER, **days})
    assert answer["Location"].startswith("/desk/circulars/circular/")
