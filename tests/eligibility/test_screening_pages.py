"""The pages of screenings: who reaches them, what they count and list, and the files."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import AuditEntry
from accounts.roles import Role
from eligibility import screening, screening_files, screening_lists, screening_words
from eligibility.actions import screenings
from eligibility.models import Screening
from tests.factories.accounts import (
    make_authority,
    make_nodal_officer,
    make_officer,
    make_service,
    make_user,
    sign_in,
)
from tests.factories.courses import make_course, make_run
from tests.factories.screenings import make_screening

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(client):
    user = make_user(Role.DEALING_HAND)
    sign_in(client, user)
    return user


def address(made: Screening, page: str = "screening", *more: object) -> str:
    return reverse(f"eligibility:{page}", args=[made.pk, *more])


def text_of(answer) -> str:
    content = b"".join(answer) if answer.streaming else answer.content
    return content.decode("utf-8-sig")


def test_every_finding_has_its_words():
    assert set(screening_words.FINDINGS) == set(screening.VERDICTS)
    assert all(": " in str(words) for words in screening_words.FINDINGS.values())


# --- who reaches them ---
@pytest.mark.parametrize(
    ("role", "may_read", "may_ask"),
    [
        (Role.DEALING_HAND, True, True),
        (Role.SANCTIONING_AUTHORITY, True, True),
        (Role.AUDITOR, True, False),
        (Role.OFFICER, False, False),
        (Role.PAYING_OFFICER, False, False),
    ],
)
def test_each_role_reaches_what_is_for_it(client, role, may_read, may_ask):
    make_officer()
    made = make_screening()
    sign_in(client, make_user(role))

    reads = [reverse("eligibility:screenings"), address(made), address(made, "screening_officers")]
    reads += [address(made, "screening_export", "csv"), address(made, "screening_letters")]
    for url in reads:
        assert client.get(url).status_code == (200 if may_read else 403), url
    answer = client.get(reverse("eligibility:screening_new"))
    assert answer.status_code == (200 if may_ask else 403)


def test_a_nodal_officer_sees_the_screenings_of_the_own_authority_only(client):
    own, other = make_authority(name="Own"), make_authority(name="Other")
    user = make_nodal_officer(authority=own)
    make_officer(service=make_service(authority=own))
    seen = make_screening(acting_user=user, authority=own)
    unseen = [make_screening(authority=other), make_screening()]
    sign_in(client, user)

    page = client.get(reverse("eligibility:screenings")).content.decode()

    assert seen.get_absolute_url() in page
    assert client.get(address(seen, "screening_officers")).status_code == 200
    for made in unseen:
        assert made.get_absolute_url() not in page
        for name in ("screening", "screening_officers", "screening_letters"):
            assert client.get(address(made, name)).status_code == 404


def test_officers_who_left_the_authority_are_no_longer_listed_to_its_nodal_officer(client):
    own, other = make_authority(name="Own"), make_authority(name="Other")
    user = make_nodal_officer(authority=own)
    officer = make_officer(name="Moved Away", service=make_service(authority=own))
    made = make_screening(acting_user=user, authority=own)
    officer.service = make_service(code="IRS", name="Revenue", authority=other)
    officer.save()
    sign_in(client, user)

    assert "Moved Away" not in client.get(address(made, "screening_officers")).content.decode()
    sign_in(client, make_user(Role.AUDITOR))
    assert "Moved Away" in client.get(address(made, "screening_officers")).content.decode()


# --- asking ---
def test_the_form_asks_for_all_open_runs_and_leads_to_the_counts(client, clerk):
    make_officer()
    make_screening()  # loads the rule sets, and makes a run
    make_run(commences_on=timezone.localdate() + timedelta(days=90))

    answer = client.post(reverse("eligibility:screening_new"), {"training": "all"}, follow=True)

    made = Screening.objects.latest_first()[0]
    assert answer.redirect_chain[-1][0] == made.get_absolute_url()
    assert made.trainings.count() == 2
    assert "1 officer was screened." in answer.content.decode()


def test_what_the_office_declines_stands_on_the_form_and_nothing_typed_is_lost(client, clerk):
    run = make_run(course=make_course(title="Odd course", rule_set_code="NONE"))
    service = make_service()

    answer = client.post(
        reverse("eligibility:screening_new"),
        {"training": f"run:{run.code}", "service": service.pk, "group": "B"},
    )

    page = answer.content.decode()
    assert "“Odd course” has no approved rule set" in page
    assert f'<option value="{service.pk}" selected>' in page
    assert '<option value="B" selected>' in page


@pytest.mark.parametrize(
    "posted",
    [
        {},
        {"training": "run:none"},
        {"training": "all", "service": "x"},
        {"training": "all", "service": "99999999999999999999"},
        {"training": "all", "group": "Z"},
        {"training": "all", "record_state": "\x00"},
    ],
)
def test_bad_input_is_told_at_the_field(client, clerk, posted):
    make_run()

    answer = client.post(reverse("eligibility:screening_new"), posted)

    assert answer.status_code == 200
    assert "error-summary" in answer.content.decode()
    assert not Screening.objects.exists()


def test_a_nodal_officer_is_offered_the_own_authority_only(client):
    own, other = make_authority(name="Own office"), make_authority(name="Other office")
    make_run()
    sign_in(client, make_nodal_officer(authority=own))

    page = client.get(reverse("eligibility:screening_new")).content.decode()
    answer = client.post(
        reverse("eligibility:screening_new"), {"training": "all", "authority": other.pk}
    )

    assert "Own office" in page and "Other office" not in page
    assert answer.status_code == 200 and not Screening.objects.exists()


# --- the counts ---
def test_the_page_counts_by_answer_service_authority_group_and_finding(client, clerk):
    cases = make_authority(name="Revenue Division")
    revenue = make_service(code="IRS", name="Revenue Service", authority=cases, groups="A,B")
    make_officer()
    make_officer(service=revenue, group="B")
    make_officer(born_on=None)
    made = make_screening()

    page = client.get(address(made)).content.decode()

    assert "3 officers were screened." in page
    assert "Revenue Service" in page and "Revenue Division" in page
    assert "Age: the date of birth is not on record" in page
    assert 'max="100" value="33"' in page


def test_a_page_of_a_screening_that_waits_says_so(client, clerk, monkeypatch):
    monkeypatch.setattr(screenings, "AT_ONCE", -1)
    made = make_screening()

    page = client.get(address(made)).content.decode()

    assert "being made in the background" in page
    assert "Look again" in page
    assert client.get(address(made, "screening_officers")).status_code == 404


def test_a_list_that_was_deleted_leaves_the_counts(client, clerk):
    make_officer()
    made = make_screening()
    yesterday = timezone.localdate() - timedelta(days=1)
    Screening.objects.filter(pk=made.pk).update(kept_until=yesterday)
    screenings.delete_results(screening_id=made.pk, at=timezone.now())

    page = client.get(address(made)).content.decode()

    assert "The counts remain." in page
    assert "List officers" not in page
    assert client.get(address(made, "screening_officers")).status_code == 404
    assert client.get(address(made, "screening_export", "csv")).status_code == 404


# --- the officers ---
def test_officers_are_listed_by_answer_finding_and_service(client, clerk):
    make_officer(name="Young Enough")
    make_officer(name="Too Old", born_on=date(1950, 1, 1), joined_on=date(1975, 1, 1))
    make_officer(name="Of Revenue", service=make_service(code="IRS", name="Revenue"))
    made = make_screening()
    url = address(made, "screening_officers")

    def names(**query: object) -> set[str]:
        page = client.get(url, {"training": 1, **query}).content.decode()
        return {name for name in ("Young Enough", "Too Old", "Of Revenue") if name in page}

    assert names() == {"Young Enough", "Too Old", "Of Revenue"}
    assert names(outcome="ELIGIBLE") == {"Young Enough", "Of Revenue"}
    assert names(finding="age.over") == {"Too Old"}
    assert names(outcome="ELIGIBLE", finding="age.over") == set()
    assert names(service=make_service(code="IRS").pk) == {"Of Revenue"}
    assert names(outcome="nonsense") == {"Young Enough", "Too Old", "Of Revenue"}


def test_the_list_goes_on_after_the_last_officer_of_a_page(client, clerk, monkeypatch):
    monkeypatch.setattr(screening_lists.page_after, "__kwdefaults__", {"per_page": 2})
    officers = [make_officer(name=f"Officer {number}") for number in range(1, 6)]
    made = make_screening()
    url = address(made, "screening_officers")

    first = client.get(url).content.decode()
    second = client.get(url, {"after": officers[1].pk}).content.decode()
    last = client.get(url, {"after": officers[3].pk}).content.decode()

    assert "Officer 2" in first and "Officer 3" not in first
    assert f"after={officers[1].pk}" in first
    assert "Officer 3" in second and "Officer 4" in second and "Officer 5" not in second
    assert "Officer 5" in last and 'rel="next"' not in last


@pytest.mark.parametrize("after", ["-1", "x", "²", "9" * 40, "%00"])
def test_a_page_that_makes_no_sense_is_the_first(client, clerk, after):
    make_officer(name="Asha Rao")
    made = make_screening()

    answer = client.get(f"{address(made, 'screening_officers')}?after={after}&training=77")

    assert answer.status_code == 200
    assert "Asha Rao" in answer.content.decode()


# --- files ---
def test_the_csv_file_has_the_officers_chosen_and_no_date_of_birth(client, clerk):
    make_officer(name="=cmd|' /C calc'!A0", employee_code="E1", born_on=date(1985, 8, 15))
    make_officer(employee_code="E2", born_on=None)
    made = make_screening()

    answer = client.get(address(made, "screening_export", "csv"), {"outcome": "ELIGIBLE"})
    text = text_of(answer)
    header, *lines = csv.reader(io.StringIO(text))

    assert answer["Content-Disposition"] == f'attachment; filename="screening-{made.pk}.csv"'
    assert [line[0] for line in lines] == ["E1"]
    assert lines[0][1].startswith("'=cmd")
    assert lines[0][7:11] == [
        "Eligible",
        "admitted",
        "complete, from the year of joining",
        "within the limit",
    ]
    assert header[-1] == str(made.trainings.get())
    assert "1985" not in text and "15.08" not in text
    entry = AuditEntry.objects.about(made).get(event="screening.exported")
    assert (entry.acting_user, entry.details["rows"]) == (clerk, 1)
    assert entry.details["outcome"] == "ELIGIBLE"


def test_the_workbook_has_the_same_rows(client, clerk):
    for number in range(3):
        make_officer(employee_code=f"E{number}")
    made = make_screening()

    answer = client.get(address(made, "screening_export", "xlsx"))
    sheet = load_workbook(io.BytesIO(b"".join(answer))).active

    assert sheet is not None
    assert [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)] == ["E0", "E1", "E2"]


def test_too_many_officers_for_a_workbook_are_declined_with_the_way_out(client, clerk, monkeypatch):
    monkeypatch.setattr(screening_files, "MOST_XLSX", 1)
    make_officer(), make_officer()
    made = make_screening()

    answer = client.get(address(made, "screening_export", "xlsx"))

    assert answer.status_code == 409
    assert "Take the CSV file" in answer.content.decode()
    assert not AuditEntry.objects.filter(event="screening.exported").exists()


def test_a_file_of_another_kind_is_not_there(client, clerk):
    assert client.get(address(make_screening(), "screening_export", "pdf")).status_code == 404


def test_a_file_is_read_some_officers_at_a_time(client, clerk, monkeypatch):
    monkeypatch.setattr(screening_lists, "CHUNK", 2)
    codes = [make_officer().employee_code for _number in range(5)]
    made = make_screening()

    text = text_of(client.get(address(made, "screening_export", "csv")))

    assert [line[0] for line in csv.reader(io.StringIO(text))][1:] == codes


# --- letters ---
def test_each_authority_has_its_list_for_a_letter(client, clerk):
    office = make_authority(name="Revenue Division")
    office.address = "North Block\nNew Delhi 110001"
    office.save()
    revenue = make_service(code="IRS", name="Revenue", authority=office)
    make_officer(name="Eligible One", service=revenue)
    make_officer(name="Unknown Birth", service=revenue, born_on=None)
    make_officer(
        name="Too Old", service=revenue, born_on=date(1950, 1, 1), joined_on=date(1975, 1, 1)
    )
    make_officer(name="Elsewhere")
    made = make_screening()

    index = client.get(address(made, "screening_letters")).content.decode()
    page = client.get(address(made, "screening_letter", office.pk)).content.decode()

    assert address(made, "screening_letter", office.pk) in index
    assert "North Block" in page
    eligible, doubtful = page.split("List 2: information missing")[0], page
    assert "Eligible One" in eligible and "Unknown Birth" not in eligible
    assert "Unknown Birth" in doubtful
    assert "Too Old" not in page and "Elsewhere" not in page
    assert "The undersigned is directed to say" in page and 'lang="hi"' in page
    assert "For the officers in List 2" in page


def test_the_files_of_a_letter_hold_one_authority_only(client, clerk):
    office = make_authority(name="Revenue Division")
    make_officer(employee_code="R1", service=make_service(code="IRS", authority=office))
    make_officer(employee_code="X1")
    made = make_screening()

    answer = client.get(
        address(made, "screening_export", "csv"), {"outcome": "ELIGIBLE", "authority": office.pk}
    )

    assert [line[0] for line in csv.reader(io.StringIO(text_of(answer)))][1:] == ["R1"]
    entry = AuditEntry.objects.about(made).get(event="screening.exported")
    assert entry.details["authority"] == office.pk


def test_a_letter_without_doubtful_officers_does_not_speak_of_them(client, clerk):
    make_officer()
    made = make_screening()

    page = client.get(address(made, "screening_letter", make_authority().pk)).content.decode()

    assert "The undersigned is directed to say" in page
    assert "List 2" not in page


def test_a_letter_to_nobody_is_not_there(client, clerk):
    made = make_screening()

    assert client.get(address(made, "screening_letter", 987654321)).status_code == 404


def test_the_dashboard_leads_to_the_screenings_of_those_who_may_read_them(client):
    url = reverse("eligibility:screenings")

    for role, leads in ((Role.AUDITOR, True), (Role.NODAL_OFFICER, True), (Role.OFFICER, False)):
        sign_in(client, make_user(role))
        page = client.get(reverse("reports:dashboard")).content.decode()
        assert (url in page) is leads, role


# --- queries ---
@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("screenings", 8),
        ("screening", 9),
        ("screening_officers", 9),
        ("screening_letters", 9),
        ("screening_letter", 13),
        ("screening_new", 12),
    ],
)
def test_a_page_asks_the_database_as_often_for_many_as_for_few(
    client, clerk, django_assert_max_num_queries, name, most
):
    for number in range(6):
        make_officer(service=make_service(code=f"S{number}", authority=make_authority()))
    made = make_screening(make_run(), make_run(), make_run())
    make_screening()
    args = {
        "screenings": [],
        "screening_new": [],
        "screening_letter": [made.pk, make_authority().pk],
    }.get(name, [made.pk])

    with django_assert_max_num_queries(most):
        assert client.get(reverse(f"eligibility:{name}", args=args)).status_code == 200
