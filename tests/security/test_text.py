"""Checks 46 to 48 and 51 to 54: text, money, sizes and files that people send, at their worst."""

import codecs
import csv
import io
import re
from decimal import Decimal
from io import BytesIO, StringIO
from urllib.parse import urlencode

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import timezone

from accounts import audit
from accounts.actions.records import return_record
from accounts.models import AuditEntry, Officer
from accounts.notifications import notify
from accounts.roles import Role
from enrollment import imports
from enrollment.actions.confirmations import make_provider_list
from enrollment.models import CouponBatch
from enrollment.result_reading import PassRule, open_results
from igot.lib.files import safe_name
from igot.lib.tables import csv_lines, read_csv
from reimbursement.models import Claim
from reimbursement.states import ClaimState
from tests.accounts.test_pages import posted
from tests.factories.accounts import make_officer, make_state, make_user, sign_in
from tests.factories.circulars import make_circular
from tests.factories.courses import make_course
from tests.factories.credits import make_credit_entry
from tests.factories.enrollment import make_enrollment
from tests.factories.pool import make_certificate
from tests.factories.reimbursement import make_claim

pytestmark = pytest.mark.django_db
LONG = ("अ" + "क्षि" * 60)[:200]
NAMES = [
    LONG.rstrip("\u094d"),
    "श्रीमती क्‍षमा र‌ाव",  # with ZWJ and ZWNJ
    "D'Souza O’Brien",
    "Madhavan",
    "Y" * 40,
    "José Ángel",
]
HOSTILE = [
    "<script>alert(1)</script>",
    "{{ 7*7 }}{% debug %}",
    "' OR 1=1 --",
    "%00%0d%0aSet-Cookie: a=b",
    '"><img src=x onerror=alert(1)>',
    "=HYPERLINK(1)",
    "&lt;b&gt;",
]
FORBIDDEN = ["A\u202eB", "A\u0000B", "A\u0007B", "A\u0085B", "A\ud800B", "A\u2066B", "A\u200fB"]
HEADER_SPLIT = "Subject\r\nBcc: victim@example.gov.in"


def page_of(client, path):
    answer = client.get(path, follow=True)
    assert answer.status_code == 200, path
    return answer.content.decode()


def escaped(text):
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(sign, entity)
    return text.replace("'", "&#x27;")


@pytest.fixture
def desk(client):
    """Return a browser of somebody who sees everything."""
    call_command("sync_roles", stdout=StringIO())
    sign_in(client, make_user(*(role for role in Role if role != Role.OFFICER)))
    return client


# --- names (46) -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_kept_whole_and_shown_whole_everywhere(client, name):
    officer = make_officer(is_verified=False, cadre=make_state())
    sign_in(client, officer.user)

    client.post("/me/record/edit/", posted(officer, name=name))

    officer.refresh_from_db()
    assert officer.name == name  # given in NFC already
    assert escaped(name) in page_of(client, "/me/record/")
    claim = make_claim(officer=officer)
    call_command("sync_roles", stdout=StringIO())
    sign_in(client, make_user(Role.DEALING_HAND))
    assert escaped(name) in page_of(client, f"/officers/{officer.pk}/")
    assert escaped(name) in page_of(client, f"/desk/reimbursement/claim/{claim.pk}/change/")


def test_a_name_typed_in_another_form_is_kept_in_nfc(client):
    officer = make_officer(is_verified=False, cadre=make_state())
    sign_in(client, officer.user)

    client.post("/me/record/edit/", posted(officer, name="Jose\u0301"))

    assert Officer.objects.get().name == "José"


@pytest.mark.parametrize("name", NAMES)
def test_a_name_stands_whole_in_the_list_for_the_provider(name):
    officer = make_officer(name=name)
    enrollment = make_enrollment(officer=officer)
    made = make_provider_list(
        provider_id=enrollment.course.provider_id,
        run_id=None,
        acting_user=make_user(Role.DEALING_HAND),
        at=timezone.now(),
    )

    rows = list(csv.reader(io.StringIO(bytes(made.content).decode("utf-8-sig"))))
    assert name in [cell for row in rows for cell in row]


@pytest.mark.parametrize("field", ["name", "designation", "ministry", "employee_code"])
@pytest.mark.parametrize("text", FORBIDDEN)
def test_marks_that_deceive_are_refused_at_the_field_and_never_break_it(client, field, text):
    officer = make_officer(is_verified=False, cadre=make_state())
    sign_in(client, officer.user)
    data = posted(officer, **{field: text.encode("utf-8", "surrogatepass")})

    answer = client.post(
        "/me/record/edit/", urlencode(data), content_type="application/x-www-form-urlencoded"
    )

    before = getattr(officer, field)
    officer.refresh_from_db()
    assert answer.status_code == 200
    assert answer.context["form"].errors[field]
    assert getattr(officer, field) == before


# --- hostile text (48) ----------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
def test_text_of_a_record_is_only_text_on_each_page(desk, text):
    officer = make_officer(is_verified=False, designation=text, ministry=text)
    Officer.objects.filter(pk=officer.pk).update(name=text)
    enrollment = make_enrollment(officer=officer, state="submitted")
    claim = make_claim(officer=officer, course=make_course(title=text), bank_name=text)

    for path in (
        f"/officers/{officer.pk}/",
        f"/me/registrations/{enrollment.pk}/",
        f"/me/claims/{claim.pk}/",
        f"/desk/accounts/officer/{officer.pk}/change/",
        f"/desk/enrollment/enrollment/{enrollment.pk}/change/",
        f"/desk/reimbursement/claim/{claim.pk}/change/",
        f"/desk/reimbursement/claim/{claim.pk}/step/take-up/",
        "/desk/reimbursement/claim/",
        "/dashboard/",
    ):
        page = page_of(desk, path)
        for bad in ("<script>alert", "<img src=x", "49"):
            if bad in text:
                assert bad not in page, path
        if "<" in text or "&lt;" in text:
            assert text not in page, path
    page = page_of(desk, f"/me/claims/{claim.pk}/")
    assert escaped(text) in page  # shown as it was typed, not dropped and not worked out


@pytest.mark.parametrize("text", HOSTILE)
def test_text_of_the_public_pages_is_only_text(client, text):
    course = make_course(title=text, objective=text)
    circular = make_circular(state="issued", subject=text, text=text)

    for path in (f"/courses/{course.code}/", "/courses/", f"/circulars/{circular.code}/"):
        page = page_of(client, path)
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert escaped(text) in page


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_searched_for_comes_back_as_text(client, text):
    for path in ("/courses/", "/circulars/", "/search/"):
        answer = client.get(path, {"q": text})
        assert answer.status_code == 200
        assert "<script>alert" not in answer.content.decode()
        assert "<img src=x" not in answer.content.decode()


@pytest.mark.parametrize("text", [*HOSTILE, HEADER_SPLIT])
def test_a_mail_about_it_has_one_subject_in_one_line(django_capture_on_commit_callbacks, text):
    claim = make_claim()
    entry = audit.record(claim, "claim.submitted", acting_user=None, at=timezone.now())

    with django_capture_on_commit_callbacks(execute=True):
        notify(claim.claimant_user, of=entry, claim=text, course=text, course_hi=text)

    (message,) = mail.outbox
    raw = message.message()
    assert "\n" not in message.subject
    assert "\r" not in message.subject
    assert raw["Bcc"] is None
    assert message.to == [claim.claimant_user.email]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_reason_reaches_its_reader_as_text(client, text):
    officer, hand = make_officer(is_verified=False), make_user(Role.DEALING_HAND)
    return_record(officer_id=officer.pk, reason=text, acting_user=hand, at=timezone.now())
    sign_in(client, officer.user)

    for path in ("/me/record/", "/me/notices/"):
        page = page_of(client, path)
        assert "<script>alert" not in page
        assert "<img src=x" not in page


@pytest.mark.parametrize(
    "name", [*HOSTILE, HEADER_SPLIT, "../../etc/passwd", "a" * 300 + ".pdf", "प्रमाणपत्र.pdf"]
)
def test_a_file_name_neither_splits_the_header_nor_names_a_path(client, name):
    certificate = make_certificate(file_name=name[:200])
    sign_in(client, certificate.officer.user)

    heads = client.get(f"/me/certificates/{certificate.pk}/file/").headers

    disposition = heads["Content-Disposition"]
    assert disposition.startswith("attachment;")
    assert "Set-Cookie" not in heads
    assert "Bcc" not in heads
    assert not re.search(r"[\r\n]", disposition)
    assert "/" not in safe_name(name)


@pytest.mark.parametrize("start", list("=+-@|\t\r\n") + list("＝＋－＠"))
def test_no_cell_of_a_table_runs(start):
    text = "".join(csv_lines(["a"], [[f"{start}1+1"]]))

    _header, (cell,) = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    assert cell[0] == "'"


# --- money (51) -----------------------------------------------------------------------------------

PAYMENT = {"paid_on": "01.09.2026", "fee_usd": "100", "markup_inr": "", "tax_inr": ""}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0.01", "0.01"),
        ("1,00,000.50", "100000.50"),
        ("९८७६.५०", "9876.50"),
        ("9999999.99", "9999999.99"),
        ("0", None),
        ("-5", None),
        ("NaN", None),
        ("Infinity", None),
        ("1e5", None),
        ("99999999.99", None),
        ("12.345", None),
        ("<b>5</b>", None),
        ("9" * 400, None),
    ],
)
def test_an_amount_is_kept_as_it_was_meant_or_refused(client, typed, kept):
    claim = make_claim(state=ClaimState.DRAFT)
    sign_in(client, claim.claimant_user)
    before = claim.debited_inr

    data = {**PAYMENT, "paid_on": f"{claim.paid_on:%d.%m.%Y}", "debited_inr": typed}
    answer = client.post(f"/me/claims/{claim.pk}/payment/", data)

    claim.refresh_from_db()
    if kept is None:
        assert answer.status_code == 200
        assert answer.context["form"].errors["debited_inr"]
        assert claim.debited_inr == before
    else:
        assert answer.status_code == 302
        assert claim.debited_inr == Decimal(kept)


# --- sizes (52, 53) -------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/me/record/edit/", "/accounts/login/", "/feedback/"])
def test_too_many_fields_files_or_bytes_are_refused_as_a_bad_request(client, path):
    officer = make_officer()
    if path.startswith("/me/"):
        sign_in(client, officer.user)
    many = {f"f{number}": "x" for number in range(401)}
    files = {f"f{number}": SimpleUploadedFile("a.txt", b"a") for number in range(6)}
    body = "a=" + "x" * 3_000_000

    assert client.post(path, many).status_code == 400
    assert client.post(path, files).status_code == 400
    answer = client.post(path, body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "query", ["page=-1", "page=999999999999999999999", "page=%00", "o=", "o=-9.9.9", "p=x"]
)
def test_odd_queries_of_the_desk_never_break_it(desk, query):
    make_claim()
    make_credit_entry()
    for path in (
        "/desk/reimbursement/claim/",
        "/desk/credits/creditentry/",
        "/desk/accounts/auditentry/",
        "/desk/enrollment/enrollment/",
    ):
        assert desk.get(f"{path}?{query}").status_code < 500
        assert desk.get(f"{path}?state__exact=zzz&nonsense=1&q=%00{query}").status_code < 500


# --- imports (54) ---------------------------------------------------------------------------------

HEAD = "code,valid until,price"
ROW = "GOOD-0000001,31.12.2099,100"


def coupon_rows(content):
    table = imports.open_coupons(BytesIO(content), by=None)
    today = timezone.localdate()
    return list(
        imports.coupon_rows(table, course_names=frozenset({"x"}), redeemed=frozenset(), on=today)
    )


@pytest.mark.parametrize(
    "content",
    [
        f"{HEAD}\n{ROW}\n".encode(),
        codecs.BOM_UTF8 + f"{HEAD}\r\n{ROW}\r\n".encode(),
        f"{HEAD}\n{ROW}\n".encode("utf-16"),
        f"{HEAD}\n{ROW}\n".replace(",", ";").encode(),
        f"{HEAD}\n{ROW}\n".replace(",", "\t").encode(),
        f'{HEAD}\n\n"GOOD-0000001","31.12.2099","100"\n,,\n'.encode(),
    ],
    ids=["plain", "BOM", "UTF-16", "semicolons", "tabs", "quoted, blank lines"],
)
def test_a_file_is_read_in_the_shapes_that_programs_write(content):
    rows = [row for row in coupon_rows(content) if row.code]

    assert [(row.code, row.outcome, row.price_usd) for row in rows] == [
        ("GOOD-0000001", "accepted", Decimal("100.00"))
    ]


def test_cells_that_would_run_are_told_by_row():
    content = f"{HEAD}\n{ROW}\n{ROW}\n=CMD|A1!!!,31.12.2099,100\nX,=1+1,@SUM\n".encode()

    rows = coupon_rows(content)

    assert [row.number for row in rows] == [2, 3, 4, 5]
    assert rows[3].outcome == "malformed"


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00\x01\x02", b"\xff\xfe\x00", "कोड,मूल्य\n1,2\n".encode(), b"PK\x03\x04 a workbook"],
)
def test_what_is_no_such_table_is_refused_with_a_sentence(content):
    rule = PassRule(least_grade=Decimal(50), needs_proctored_exam=True)
    for read in (coupon_rows, lambda data: open_results(BytesIO(data), rule=rule, by=None)):
        with pytest.raises(ValueError, match=r"\w+ \w+"):
            read(content)


def test_fifty_thousand_rows_are_read_in_one_go():
    lines = "\n".join(f"{number},b,c" for number in range(50_000))

    assert sum(1 for _line in read_csv(BytesIO(f"a,b,c\n{lines}\n".encode()))) == 50_000


def test_a_file_that_is_refused_leaves_nothing(desk):
    course = make_course()
    entries = AuditEntry.objects.count()

    answer = desk.post(
        "/desk/enrollment/couponbatch/add/",
        {
            "course": course.pk,
            "letter_reference": "edX/1",
            "file": SimpleUploadedFile("codes.csv", b"nothing,of,use\n1,2,3\n"),
        },
    )

    assert answer.status_code == 200
    assert not CouponBatch.objects.exists()
    assert AuditEntry.objects.count() == entries
    assert not Claim.objects.exists()
