"""Files of providers read by a task: in chunks, with a lease, a way to stop, and a way to fail."""

from datetime import timedelta
from io import StringIO
from threading import Thread

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.roles import Role
from enrollment import tasks
from enrollment.actions import provider_files
from enrollment.actions.batches import COUPON_FILES, CouponFiles, import_coupons
from enrollment.models import ColumnMap, Coupon, CouponBatch, CouponImportRow
from enrollment.states import BatchState
from igot.lib.errors import Refused
from tests.factories.accounts import make_user, sign_in
from tests.factories.courses import make_course

pytestmark = pytest.mark.django_db
AT = timezone.now()
LATER = AT + provider_files.LEASE + timedelta(seconds=1)
VALID = (timezone.localdate() + timedelta(days=400)).isoformat()


@pytest.fixture(autouse=True)
def large(monkeypatch):
    """Let every file be one that a task reads, three rows at a time."""
    monkeypatch.setattr(provider_files, "SMALL", -1)
    monkeypatch.setattr(CouponFiles, "rows_at_once", 3)


@pytest.fixture
def clerk():
    return make_user(Role.DEALING_HAND)


def bring_in(clerk, *, rows=7, course=None, content=""):
    lines = [f"CODE-{number:06d},{VALID},100" for number in range(rows)]
    content = content or "\n".join(["code,valid until,price", *lines])
    return import_coupons(
        course=course or make_course(),
        letter_reference="edX/1",
        file=ContentFile(content.encode()),
        file_name="codes.csv",
        acting_user=clerk,
        at=AT,
    )


def counts():
    return Coupon.objects.count(), CouponImportRow.objects.count()


class Dies(CouponFiles):
    """A worker that is killed after its first chunk: what it had committed stays."""

    def keep(self, thing, rows):
        if thing.rows_done > 3:
            raise SystemExit("killed")
        super().keep(thing, rows)


# --- taking in and reading ----------------------------------------------------------------------


def test_a_large_file_is_stored_and_read_by_the_task(clerk):
    batch = bring_in(clerk)
    assert (batch.state, batch.rows_total, counts()) == (BatchState.READING, 7, (0, 0))

    assert tasks.read_provider_files() == 1

    batch.refresh_from_db()
    assert (batch.state, batch.rows_done, batch.per_cent) == (BatchState.IMPORTED, 7, 100)
    assert (batch.lease, batch.leased_until, counts()) == (None, None, (7, 7))
    assert tasks.read_provider_files() == 0


def test_a_small_file_is_read_while_its_sender_waits(clerk, monkeypatch):
    monkeypatch.setattr(provider_files, "SMALL", 300_000)

    assert bring_in(clerk).state == BatchState.IMPORTED


def test_the_stored_file_goes_once_it_is_read(clerk, django_capture_on_commit_callbacks):
    batch = bring_in(clerk)
    name = batch.file.name
    assert default_storage.exists(name)

    with django_capture_on_commit_callbacks(execute=True):
        tasks.read_provider_files()

    batch.refresh_from_db()
    assert not batch.file and not default_storage.exists(name)


def test_a_worker_that_dies_leaves_its_lease_and_the_next_begins_anew(clerk):
    batch = bring_in(clerk)
    with pytest.raises(SystemExit):
        Dies().read(batch.pk, clock=lambda: AT)
    assert counts() == (3, 3)

    assert COUPON_FILES.read(batch.pk, clock=lambda: AT) is False  # the lease still stands
    assert COUPON_FILES.read(batch.pk, clock=lambda: LATER) is True

    batch.refresh_from_db()
    assert (batch.state, counts()) == (BatchState.IMPORTED, (7, 7))
    assert set(batch.rows.values_list("outcome", flat=True)) == {"accepted"}


def test_a_worker_that_lost_its_lease_writes_nothing_more(clerk):
    batch = bring_in(clerk)

    class Slow(CouponFiles):
        def rows(self, thing, file):
            for number, row in enumerate(super().rows(thing, file)):
                if number == 3:  # after its first chunk another worker reads the file whole
                    assert COUPON_FILES.read(thing.pk, clock=lambda: LATER)
                yield row

    assert Slow().read(batch.pk, clock=lambda: AT) is False

    batch.refresh_from_db()
    assert (batch.state, counts()) == (BatchState.IMPORTED, (7, 7))


def test_files_of_one_provider_are_read_in_the_order_in_which_they_came(clerk):
    course = make_course()
    first = bring_in(clerk, course=course)
    second = bring_in(clerk, course=course, rows=8)

    assert COUPON_FILES.read(second.pk) is False
    assert tasks.read_provider_files() == 2

    assert set(first.rows.values_list("outcome", flat=True)) == {"accepted"}
    outcomes = list(second.rows.order_by("row").values_list("outcome", "reason"))
    assert outcomes == [("duplicate", "The code came in an earlier file.")] * 7 + [("accepted", "")]


def test_a_code_that_stands_twice_far_apart_is_told_from_one_of_an_earlier_file(clerk):
    rows = [f"CODE-{number:06d},{VALID},100" for number in (1, 2, 3, 4, 1)]
    batch = bring_in(clerk, content="\n".join(["code,valid until,price", *rows]))

    tasks.read_provider_files()

    assert batch.rows.get(row=6).reason == "Twice in this file."


# --- stopping -----------------------------------------------------------------------------------


def test_a_stop_before_the_reading_keeps_nothing_and_the_file_may_come_again(clerk):
    batch = bring_in(clerk)
    COUPON_FILES.stop(thing_id=batch.pk, acting_user=clerk, at=AT)

    tasks.read_provider_files()

    batch.refresh_from_db()
    assert (batch.state, batch.file.name, counts()) == (BatchState.STOPPED, "", (0, 0))
    events = list(AuditEntry.objects.about(batch).values_list("event", flat=True))
    assert events == ["couponbatch.taken_in", "couponbatch.stop_asked", "couponbatch.stopped"]
    assert bring_in(clerk, course=batch.course).state == BatchState.READING


def test_a_stop_during_the_reading_takes_back_what_was_kept(clerk):
    batch = bring_in(clerk)

    class Asked(CouponFiles):
        def rows(self, thing, file):
            for number, row in enumerate(super().rows(thing, file)):
                if number == 3:
                    assert counts() == (3, 3)
                    self.stop(thing_id=thing.pk, acting_user=clerk, at=AT)
                yield row

    assert Asked().read(batch.pk)

    batch.refresh_from_db()
    assert (batch.state, counts()) == (BatchState.STOPPED, (0, 0))


def test_a_stop_after_the_last_chunk_still_counts(clerk):
    batch = bring_in(clerk)

    class AskedLate(CouponFiles):
        def _finish(self, thing, at):
            self.stop(thing_id=thing.pk, acting_user=clerk, at=AT)
            super()._finish(thing, at)

    AskedLate().read(batch.pk)

    batch.refresh_from_db()
    assert (batch.state, counts()) == (BatchState.STOPPED, (0, 0))


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.DEALING_HAND}))
def test_only_the_dealing_hand_stops_a_reading(clerk, role):
    batch = bring_in(clerk)

    with pytest.raises(Refused, match="for the Dealing hand"):
        COUPON_FILES.stop(thing_id=batch.pk, acting_user=make_user(role), at=AT)


def test_what_is_read_or_being_stopped_is_not_stopped_again(clerk):
    batch = bring_in(clerk)
    COUPON_FILES.stop(thing_id=batch.pk, acting_user=clerk, at=AT)

    with pytest.raises(Refused, match="asked for already"):
        COUPON_FILES.stop(thing_id=batch.pk, acting_user=clerk, at=AT)
    tasks.read_provider_files()
    with pytest.raises(Refused, match="no longer being read"):
        COUPON_FILES.stop(thing_id=batch.pk, acting_user=clerk, at=AT)


# --- refused midway -----------------------------------------------------------------------------


def test_a_file_that_breaks_off_midway_keeps_nothing_and_says_at_which_row(clerk):
    rows = [f"CODE-{number:06d},{VALID},100" for number in range(5)]
    content = "\n".join(["code,valid until,price", *rows, "a,b,c,d,e,f"])
    batch = bring_in(clerk, content=content)

    tasks.read_provider_files()

    batch.refresh_from_db()
    assert (batch.state, counts()) == (BatchState.REFUSED, (0, 0))
    assert batch.problem == "Row 7 has 6 cells, but the header names 3 columns."
    assert AuditEntry.objects.about(batch).latest("pk").event == "couponbatch.refused"
    assert bring_in(clerk, course=batch.course, content=content).pk != batch.pk


def test_a_standing_file_stands_once_whatever_writes_it(clerk):
    batch = bring_in(clerk)

    with pytest.raises(IntegrityError), transaction.atomic():
        CouponBatch.objects.create(
            provider=batch.provider,
            course=batch.course,
            letter_reference="x",
            file_name="x",
            sha256=batch.sha256,
            imported_by=clerk,
            imported_at=AT,
        )


# --- columns ------------------------------------------------------------------------------------


def test_the_map_of_the_provider_reads_its_row_of_the_batch_and_its_dates(clerk):
    course = make_course()
    ColumnMap.objects.create(
        provider=course.provider,
        kind=ColumnMap.Kind.COUPONS,
        columns={
            "code": "Code",
            "valid_until": "Coupon Expiry Date",
            "price": "Price",
            "status": "Status",
        },
        words={"status": {"Redeemed": "used", "Active": "open"}},
        date_form=ColumnMap.DateForm.NAMED_MONTH,
        passed_over_without="code",
        effective_from=timezone.localdate() - timedelta(days=1),
        circular_reference="Letter of the provider",
    )
    year = timezone.localdate().year + 1
    content = f"""Name,Code,Coupon Expiry Date,Price,Status
100 codes for DoPT,,"Sep 30, {year}",100,Active
,ABCD12345,"Sep 30, {year % 100}",100,Active
,EFGH12345,"Sep 30, {year}",100,Active
,EFGH12345,"Sep 30, {year}",100,Redeemed
"""
    batch = bring_in(clerk, course=course, content=content)

    tasks.read_provider_files()

    assert list(batch.rows.order_by("row").values_list("row", "outcome")) == [
        (3, "accepted"),
        (4, "already_redeemed"),  # it stands twice: as it was sold and as it was used
        (5, "already_redeemed"),
    ]
    assert batch.coupons.get().valid_until.isoformat() == f"{year}-09-30"


# --- the desk -----------------------------------------------------------------------------------


@pytest.fixture
def desk(client, clerk):
    call_command("sync_roles", stdout=StringIO())
    sign_in(client, clerk)
    return client


def test_the_desk_shows_how_far_it_is_and_stops_it(desk, clerk):
    batch = bring_in(clerk)
    CouponBatch.objects.filter(pk=batch.pk).update(rows_done=3)
    stop = f"/desk/enrollment/couponbatch/{batch.pk}/step/stop/"

    for page in ("rows/", "change/"):
        text = desk.get(f"/desk/enrollment/couponbatch/{batch.pk}/{page}").content.decode()
        assert '<progress max="100" value="42"' in text
        assert "3 of 7 rows, 42 %" in text and "js/reload.js" in text
        assert stop in text

    assert desk.post(stop, {"desk_confirmed": "1"}).status_code == 302
    text = desk.get(f"/desk/enrollment/couponbatch/{batch.pk}/rows/").content.decode()
    assert "stops within seconds" in text and stop not in text


def test_the_desk_says_why_a_file_could_not_be_read(desk, clerk):
    batch = bring_in(clerk, content="code,valid until,price\na,b,c,d,e\n")
    tasks.read_provider_files()

    text = desk.get(f"/desk/enrollment/couponbatch/{batch.pk}/change/").content.decode()

    assert "Row 2 has 5 cells" in text and "js/reload.js" not in text


def test_a_small_file_that_breaks_off_is_refused_on_the_form(desk, monkeypatch):
    monkeypatch.setattr(provider_files, "SMALL", 300_000)

    page = desk.post(
        "/desk/enrollment/couponbatch/add/",
        {
            "course": make_course().pk,
            "letter_reference": "edX/99",
            "file": ContentFile(b"code,valid until,price\na,b,c,d,e\n", name="codes.csv"),
        },
    )

    text = page.content.decode()
    assert "Row 2 has 5 cells" in text and "edX/99" in text


# --- several connections ------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_progress_is_seen_from_another_connection_while_it_is_read(clerk):
    batch, seen = bring_in(clerk), []

    def look():
        seen.append(CouponBatch.objects.values_list("rows_done", flat=True).get(pk=batch.pk))
        connection.close()

    class Watched(CouponFiles):
        def keep(self, thing, rows):
            watcher = Thread(target=look)
            watcher.start()
            watcher.join()
            super().keep(thing, rows)

    assert Watched().read(batch.pk)

    assert seen == [0, 3, 6]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_workers_one_reads(clerk):
    batch, answers = bring_in(clerk, rows=60), []

    def work():
        answers.append(COUPON_FILES.read(batch.pk))
        connection.close()

    workers = [Thread(target=work) for _number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(answers) == [False, False, False, True]
    assert counts() == (60, 60)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_slow_worker_overtaken_by_another_leaves_every_code_once(clerk):
    batch, others = bring_in(clerk, rows=9), []

    def overtake():
        others.append(COUPON_FILES.read(batch.pk, clock=lambda: LATER))
        connection.close()

    class Slow(CouponFiles):
        def keep(self, thing, rows):
            super().keep(thing, rows)
            if thing.rows_done == 3:  # not committed: the other waits for it
                worker = Thread(target=overtake)
                worker.start()
                threads.append(worker)

    threads = []
    Slow().read(batch.pk, clock=lambda: AT)
    for thread in threads:
        thread.join()

    batch.refresh_from_db()
    assert (batch.state, counts()) == (BatchState.IMPORTED, (9, 9))
