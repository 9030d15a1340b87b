import csv
import io
import threading
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.db.utils import IntegrityError
from django.test import TestCase
from django.utils import timezone, translation
from openpyxl import Workbook, load_workbook

from accounts.models import AuditEntry, Notice
from accounts.roles import Role
from eligibility import roll_files, tasks
from eligibility.actions import rolls as actions
from eligibility.models import RollScreening, RuleSetVersion
from eligibility.states import RollState
from igot.lib.errors import Refused
from tests.factories.accounts import make_service, make_user, sign_in
from tests.factories.courses import make_course, make_run
from tests.factories.eligibility import load_rule_sets, make_rule_set_version

pytestmark = pytest.mark.django_db
LIST, NEW = "/eligibility/rolls/", "/eligibility/rolls/new/"
HEADER = "employee_code,name,service,group,date_of_birth,allotment_year,date_of_joining\n"
ROWS = (
    "E1,Asha Rao,IAS,A,1985-08-15,2010,2010-08-30\n"
    "E2,आशा,IAS,A,1950-08-15,2010,\n"
    "E3,O'Brien,IAS,A,1985-08-15,,\n"
    "=1+1,X,XYZ,A,31.02.1985,2010,\n"
)
COUNTS = {"ELIGIBLE": 1, "NOT_ELIGIBLE": 1, "INCOMPLETE": 1, "INVALID": 1}
DAY = {"rule_set": "WEB", "commences_on": "21.05.2019"}


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()


@pytest.fixture
def rules():
    load_rule_sets()
    make_service()


@pytest.fixture
def hand(rules, client):
    user = make_user(Role.DEALING_HAND)
    sign_in(client, user)
    return user


def upload(content: bytes | str = HEADER + ROWS, name: str = "roll.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)


def send(client, content: bytes | str = HEADER + ROWS, name: str = "roll.csv", **fields):
    return client.post(NEW, {**DAY, **fields, "file": upload(content, name)})


def sent_roll(user, content: bytes | str = HEADER + ROWS, **fields) -> RollScreening:
    """Take in a roll as the page does."""
    version = RuleSetVersion.objects.governing("WEB", date(2019, 5, 21))
    with roll_files.kept(io.BytesIO(upload(content).read())) as (stored, digest):
        return actions.send_roll(
            stored=stored,
            file={"name": "roll.csv", "size": 5, "sha256": digest},
            version=version,
            run=None,
            commences_on=date(2019, 5, 21),
            acting_user=user,
            at=timezone.now(),
        )


def answer_of(roll) -> list[dict[str, str]]:
    with default_storage.open(roll.result.name) as file:
        return list(csv.DictReader(io.StringIO(file.read().decode("utf-8-sig"))))


def work(task=tasks.screen_rolls) -> int:
    """Run a task, and what it leaves for after its commits."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        return task()


def screened(user, **fields) -> RollScreening:
    roll = sent_roll(user, **fields)
    work()
    roll.refresh_from_db()
    return roll


# --- from the file to the answer ---
def test_a_roll_is_sent_screened_and_answered(client, hand):
    page = send(client)

    roll = RollScreening.objects.get()
    assert page.status_code == 302
    assert (roll.state, roll.uploaded_by, roll.rule_set_version.rule_set.code) == (
        RollState.QUEUED,
        hand,
        "WEB",
    )
    original = roll.file.name
    assert default_storage.exists(original)

    work()

    roll.refresh_from_db()
    assert (roll.state, roll.rows_done, roll.counts) == (RollState.DONE, 4, COUNTS)
    assert not default_storage.exists(original)
    assert roll.kept_until == timezone.localdate() + timedelta(days=7)
    assert [row["outcome"] for row in answer_of(roll)] == [
        "ELIGIBLE",
        "NOT_ELIGIBLE",
        "INCOMPLETE",
        "INVALID",
    ]
    assert answer_of(roll)[3]["employee_code"] == "'=1+1"
    events = AuditEntry.objects.about(roll).order_by("pk").values_list("event", flat=True)
    assert list(events) == ["roll.sent", "roll.screened"]
    assert Notice.objects.get().user == hand


def test_the_page_shows_counts_reasons_and_until_when_the_answer_is_kept(client, hand):
    roll = screened(hand)

    page = client.get(roll.get_absolute_url()).content.decode()

    assert "Indian Administrative Service, Group A, is among those admitted" in page
    assert "Row with a fault" in page
    assert f"{roll.kept_until:%d.%m.%Y}" in page


def test_a_run_names_rule_set_and_day(client, hand):
    run = make_run(course=make_course(code="poverty", rule_set_code="OM"), code="poverty-1")

    send(client, training="run:poverty-1", rule_set="", commences_on="")

    roll = RollScreening.objects.get()
    assert (roll.run, roll.commences_on) == (run, run.commences_on)
    assert roll.rule_set_version.rule_set.code == "OM"


def test_a_workbook_with_real_dates_and_other_names_is_read(client, hand):
    book = Workbook()
    book.active.append(["Emp. Code", "नाम", "Service", "Group", "DOB", "Batch", "DOJ"])
    book.active.append(["E1", "आशा", "IAS", "A", date(1985, 8, 15), 2010.0, date(2010, 8, 30)])
    book.create_sheet("Other").append(["x"])
    stream = io.BytesIO()
    book.save(stream)

    send(client, stream.getvalue(), "roll.xlsx")
    work()

    roll = RollScreening.objects.get()
    assert roll.counts == {"ELIGIBLE": 1}
    assert "2 sheets" in roll.notes[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_encodings_that_can_be_told_are_read(client, hand, encoding):
    send(client, (HEADER + ROWS).encode(encoding))
    work()

    assert RollScreening.objects.get().counts == COUNTS


def test_quoted_line_breaks_stay_in_their_cells(client, hand):
    send(client, HEADER + '"E\n1","Rao\nAsha",IAS,A,1985-08-15,2010,\n')
    work()

    roll = RollScreening.objects.get()
    assert [row["employee_code"] for row in answer_of(roll)] == ["E\n1"]


def test_the_answer_is_written_in_the_language_of_who_sent_the_roll(rules):
    user = make_user(Role.NODAL_OFFICER, language="hi")

    with translation.override("en"):
        roll = screened(user)

    assert "समूह ‘क’" in answer_of(roll)[0]["reasons"]
    assert "।;" not in answer_of(roll)[0]["reasons"]


# --- what is refused, at the field ---
def sheet_of(*rows) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


NAMES = HEADER.strip().split(",")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "The file is empty"),
        (b"\n\n", "The file is empty"),
        (HEADER.encode() + b"E1,Jos\xe9,IAS,A,,,\n", "not UTF-8 text, from about line 2 on"),
        (b"name,service\n", "lacks the column: employee_code, group"),
        (b"dob,date_of_birth,d.o.b.\n", "lacks the column"),
        ((HEADER.strip() + ",dob,birth date\n").encode(), ""),
        (("," + HEADER.strip() + ",name\n").encode(), "names a column twice: name"),
        (",".join(f"c{n}" for n in range(300)).encode(), "300 columns; at most 200"),
        (b"PK\x03\x04" + bytes(50), "damaged"),
        (b"\xd0\xcf\x11\xe0" + bytes(50), "password"),
        (sheet_of(NAMES[:3]), "lacks the column: group"),
        (sheet_of([f"c{n}" for n in range(300)]), "300 columns"),
    ],
)
def test_a_file_that_is_no_roll_is_refused_at_its_field(client, hand, content, says):
    page = send(client, content)

    if says:
        assert page.status_code == 200
        assert says in page.content.decode()
        assert not RollScreening.objects.exists()
    else:
        assert page.status_code == 302


def test_a_file_above_the_limit_is_refused_before_it_is_read(client, hand, monkeypatch):
    monkeypatch.setattr(roll_files, "MOST_BYTES", 100)
    monkeypatch.setattr(roll_files, "open_roll", lambda *_a: pytest.fail("it was read"))

    assert "larger than 0 MB" in send(client).content.decode()


def test_two_gigabytes_are_refused_by_what_the_browser_announces(client, hand):
    page = client.post(NEW, b"x", content_type="text/plain", CONTENT_LENGTH="2147483648")

    assert page.status_code == 413
    assert "larger than 101 MB, so it was not read" in page.content.decode()
    assert "Content-Security-Policy" in page.headers


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"rule_set": "", "commences_on": ""}, "Choose a training above"),
        ({"commences_on": "31.02.2019"}, "no such day"),
        ({"rule_set": "XYZ"}, "Select a valid choice"),
        ({"rule_set": "DRAFT"}, "No rule set is in force"),
        ({"training": "run:gone"}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_in_the_form_is_said_and_nothing_kept(client, hand, fields, says):
    make_rule_set_version(code="DRAFT")

    page = send(client, **fields)

    assert says in page.content.decode()
    assert not RollScreening.objects.exists()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (HEADER.encode(), "no row below its header"),
        (sheet_of(NAMES, ["E1", "X", "IAS", "A", "=TODAY()"]), "Row 2, column E"),
        (sheet_of(NAMES, ["E1", "X", "IAS", "A", "#REF!"]), "holds an error"),
    ],
)
def test_what_shows_only_in_the_rows_fails_with_a_sentence(client, hand, content, says):
    send(client, content)
    work()

    roll = RollScreening.objects.get()
    assert roll.state == RollState.FAILED
    assert says in roll.problem
    assert not roll.file
    assert says in client.get(roll.get_absolute_url()).content.decode().replace("&quot;", '"')
    assert not default_storage.listdir("rolls/sent")[1]


def test_too_many_rows_are_refused(rules, monkeypatch):
    monkeypatch.setattr(roll_files, "MOST_ROWS", 3)

    roll = screened(make_user(Role.DEALING_HAND))

    assert (roll.state, roll.problem) == (
        RollState.FAILED,
        "The file has more than 3 rows. Split it.",
    )


def test_a_person_has_at_most_three_rolls_waiting(client, hand):
    for _number in range(3):
        send(client)

    page = send(client)

    assert "Three of your rolls" in page.content.decode()
    assert len(default_storage.listdir("rolls/sent")[1]) == 3


# --- working, cancelling, failing, deleting ---
def test_progress_is_saved_while_the_roll_is_screened(rules, monkeypatch):
    monkeypatch.setattr(roll_files, "REPORTED_EVERY", 1000)
    seen = []
    report = actions.report_progress
    monkeypatch.setattr(
        actions,
        "report_progress",
        lambda **given: seen.append(given["rows_done"]) or report(**given),
    )

    roll = screened(make_user(Role.DEALING_HAND), content=HEADER + ROWS * 600)

    assert seen == [1000, 2000]
    assert (roll.rows_done, roll.rows_total) == (2400, 2400)


def test_a_cancelled_roll_is_left_by_the_worker_and_its_file_deleted(client, hand, monkeypatch):
    monkeypatch.setattr(roll_files, "REPORTED_EVERY", 1000)
    roll = sent_roll(hand, HEADER + ROWS * 600)

    def cancel(**_given):
        actions.cancel_roll(roll_id=roll.pk, acting_user=hand, at=timezone.now())
        raise Refused("cancelled")

    monkeypatch.setattr(actions, "report_progress", cancel)
    work()

    roll.refresh_from_db()
    assert (roll.state, roll.file.name, roll.result.name) == (RollState.CANCELLED, "", "")
    assert not default_storage.listdir("rolls/sent")[1]


def test_an_answer_that_comes_after_the_cancelling_is_not_kept(hand, monkeypatch):
    roll = sent_roll(hand)
    finish = actions.finish_roll

    def late(**given):
        actions.cancel_roll(roll_id=roll.pk, acting_user=hand, at=timezone.now())
        return finish(**given)

    monkeypatch.setattr(actions, "finish_roll", late)
    work()

    roll.refresh_from_db()
    assert roll.state == RollState.CANCELLED
    assert not default_storage.listdir("rolls/answers")[1]


def test_cancelling_by_its_button(client, hand):
    roll = sent_roll(hand)

    with TestCase.captureOnCommitCallbacks(execute=True):
        page = client.post(f"{roll.get_absolute_url()}cancel/")

    assert not default_storage.listdir("rolls/sent")[1]
    roll.refresh_from_db()
    assert (page.status_code, roll.state) == (302, RollState.CANCELLED)
    assert client.post(f"{roll.get_absolute_url()}cancel/").status_code == 409


def test_a_roll_whose_worker_died_is_taken_up_again_and_given_up_after_three_times(hand):
    roll = sent_roll(hand)
    now = timezone.now()
    for attempt in range(3):
        begun = actions.begin_roll(roll_id=roll.pk, at=now)
        assert begun.attempts == attempt + 1
        with pytest.raises(Refused):
            actions.begin_roll(roll_id=roll.pk, at=now)
        now += timedelta(minutes=6)

    with TestCase.captureOnCommitCallbacks(execute=True):
        actions.begin_roll(roll_id=roll.pk, at=now)

    roll.refresh_from_db()
    assert roll.state == RollState.FAILED
    assert "three times" in roll.problem
    assert not default_storage.listdir("rolls/sent")[1]


def test_a_worker_that_was_replaced_cannot_finish(hand):
    roll = sent_roll(hand)
    now = timezone.now()
    actions.begin_roll(roll_id=roll.pk, at=now)
    actions.begin_roll(roll_id=roll.pk, at=now + timedelta(minutes=6))

    with pytest.raises(Refused):
        actions.report_progress(roll_id=roll.pk, attempt=1, rows_done=5, at=now)


def test_a_file_gone_from_the_store_is_said(hand):
    roll = sent_roll(hand)
    default_storage.delete(roll.file.name)

    work()

    roll.refresh_from_db()
    assert "no longer in the store" in roll.problem


def test_the_answer_is_deleted_when_its_time_has_passed(client, hand):
    roll = screened(hand)
    assert work(tasks.delete_old_rolls) == 0
    RollScreening.objects.update(kept_until=timezone.localdate() - timedelta(days=1))
    stored = roll.result.name

    assert work(tasks.delete_old_rolls) == 1

    roll.refresh_from_db()
    assert (roll.state, roll.result.name, roll.preview, roll.counts) == (
        RollState.EXPIRED,
        "",
        [],
        COUNTS,
    )
    assert not default_storage.exists(stored)
    page = client.get(roll.get_absolute_url()).content.decode()
    assert "has been deleted" in page
    assert client.get(f"{roll.get_absolute_url()}answer.csv").status_code == 409


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_workers_never_take_the_same_roll():
    load_rule_sets()
    make_service()
    roll = sent_roll(make_user(Role.DEALING_HAND))
    taken, start = [], threading.Barrier(2)

    def work():
        start.wait()
        try:
            taken.append(actions.begin_roll(roll_id=roll.pk, at=timezone.now()).attempts)
        except Refused:
            taken.append(0)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(taken) == [0, 1]


@pytest.mark.parametrize(
    "wrong",
    [{"state": "done"}, {"state": "failed"}, {"result": "x.csv"}, {"file": "", "state": "done"}],
)
def test_the_database_holds_files_and_states_together(hand, wrong):
    roll = sent_roll(hand)

    with pytest.raises(IntegrityError), transaction.atomic():
        RollScreening.objects.filter(pk=roll.pk).update(**wrong)


# --- who sees what, and in how many queries ---
def test_only_who_sent_a_roll_sees_it_and_takes_the_answer(client, hand):
    roll = screened(make_user(Role.DEALING_HAND))

    for part in ("", "progress/", "answer.csv", "answer.xlsx"):
        assert client.get(f"{roll.get_absolute_url()}{part}").status_code == 404
    assert client.post(f"{roll.get_absolute_url()}cancel/").status_code == 404
    assert (
        "Roll "
        not in client.get(LIST).content.decode().partition("<main")[2].partition("<table")[2]
    )


def test_an_auditor_sees_the_entry_and_not_its_rows(client, rules):
    roll = screened(make_user(Role.NODAL_OFFICER))
    sign_in(client, make_user(Role.AUDITOR))

    page = client.get(roll.get_absolute_url()).content.decode()

    assert "roll.csv" in client.get(LIST).content.decode()
    assert "Rows with a fault" in page
    assert "is among those admitted" not in page
    assert "answer.csv" not in page
    assert client.get(f"{roll.get_absolute_url()}answer.csv").status_code == 403
    assert client.get(NEW).status_code == 403


@pytest.mark.parametrize("role", [Role.OFFICER, Role.PAYING_OFFICER])
def test_rolls_are_not_for_others(client, rules, role):
    sign_in(client, make_user(role))

    assert [client.get(page).status_code for page in (LIST, NEW)] == [403, 403]


def test_a_role_taken_away_takes_the_answers_away(client, hand):
    roll = screened(hand)
    hand.groups.clear()

    assert client.get(roll.get_absolute_url()).status_code == 403


def test_the_answer_is_saved_as_csv_and_as_workbook_and_written_down(client, hand):
    roll = screened(hand)

    text = b"".join(client.get(f"{roll.get_absolute_url()}answer.csv").streaming_content)
    book = b"".join(client.get(f"{roll.get_absolute_url()}answer.xlsx").streaming_content)

    assert len(list(csv.reader(io.StringIO(text.decode("utf-8-sig"))))) == 5
    sheet = load_workbook(io.BytesIO(book)).active
    assert [cell.value for cell in sheet["B"]][1:] == [
        "ELIGIBLE",
        "NOT_ELIGIBLE",
        "INCOMPLETE",
        "INVALID",
    ]
    kinds = AuditEntry.objects.filter(event="roll.downloaded").values_list("details", flat=True)
    assert sorted(details["kind"] for details in kinds) == ["csv", "xlsx"]


def test_the_script_hears_how_far_the_roll_is(client, hand):
    roll = sent_roll(hand)

    assert client.get(f"{roll.get_absolute_url()}progress/").json() == {
        "state": "queued",
        "done": 0,
        "total": None,
    }
    assert 'data-progress="' in client.get(roll.get_absolute_url()).content.decode()


def test_the_pages_take_few_queries_however_many_rolls_there_are(
    client, hand, django_assert_max_num_queries
):
    rolls = [screened(hand) for _ in range(6)]

    with django_assert_max_num_queries(12):
        client.get(LIST)
    with django_assert_max_num_queries(10):
        client.get(rolls[0].get_absolute_url())
    with django_assert_max_num_queries(12):
        client.get(NEW)


@pytest.mark.parametrize("page", [LIST, NEW])
def test_the_pages_are_there_in_hindi(client, hand, page):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "hi"

    assert '<html lang="hi' in client.get(page).content.decode()
