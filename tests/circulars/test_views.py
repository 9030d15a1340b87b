"""Public pages of circulars in both languages, and what verification says of a document."""

import uuid
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from circulars import actions, tasks
from circulars.documents import Words
from circulars.models import IssuedDocument
from circulars.states import CircularState
from igot.lib.paging import PER_PAGE
from tests.factories.accounts import make_user, sign_in
from tests.factories.circulars import make_author, make_circular

LIST = "/circulars/"


def issued(**fields):
    circular = make_circular(state=CircularState.ISSUED, **fields)
    tasks.render(circular_id=circular.pk)
    circular.refresh_from_db()
    return circular


def in_hindi(client) -> None:
    client.cookies["django_language"] = "hi"


@pytest.mark.parametrize("state", CircularState.values)
def test_the_archive_shows_what_was_issued(client, db, state) -> None:
    circular = make_circular(state=state)

    page = client.get(LIST).content.decode()

    assert (circular.get_absolute_url() in page) is (state in {"issued", "superseded", "archived"})


def test_a_link_names_type_size_and_language(client, db) -> None:
    circular = issued()

    page = client.get(LIST).content.decode()

    assert reverse("circulars:pdf", args=[circular.code]) in page
    assert "PDF, " in page and "KB, English and Hindi" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=calendar", True),
        ("?q=कैलेंडर", True),
        ("?q=zebra", False),
        ("?form=om", True),
        ("?form=letter", False),
        ("?form=nonsense", True),
        ("?year=2026", True),
        ("?year=1999", True),
        ("?year=x&page=-1", True),
        ("?q=%00", True),
        ("?q=" + "x" * 300, True),
        ("?page=99999", True),
    ],
)
def test_the_archive_is_searched_and_never_breaks(client, db, query, found) -> None:
    circular = make_circular(state=CircularState.ISSUED)

    response = client.get(LIST + query)

    assert response.status_code == 200
    assert (circular.get_absolute_url() in response.content.decode()) is found


def test_an_empty_archive_and_an_empty_search_say_so(client, db) -> None:
    assert "No circular yet" in client.get(LIST).content.decode()
    assert "No circular fits" in client.get(LIST + "?q=zebra").content.decode()


@pytest.mark.parametrize("count", [1, PER_PAGE + 5])
def test_the_archive_asks_as_much_for_one_row_as_for_many(
    client, db, django_assert_max_num_queries, count
) -> None:
    for _number in range(count):
        make_circular(state=CircularState.ISSUED)

    with django_assert_max_num_queries(4):
        client.get(LIST)


def test_the_archive_is_paged(client, db) -> None:
    for _number in range(PER_PAGE + 1):
        make_circular(state=CircularState.ISSUED)

    assert "page=2" in client.get(LIST).content.decode()


@pytest.mark.parametrize("state", CircularState.values)
def test_a_draft_is_for_the_desk_only(client, db, state) -> None:
    circular = make_circular(state=state)
    is_public = state in {"issued", "superseded", "archived"}

    assert client.get(circular.get_absolute_url()).status_code == (200 if is_public else 404)
    sign_in(client, make_user())
    assert client.get(circular.get_absolute_url()).status_code == (200 if is_public else 404)
    sign_in(client, make_author())
    assert client.get(circular.get_absolute_url()).status_code == 200


def test_a_circular_is_read_in_both_languages(client, db) -> None:
    circular = issued()

    english = client.get(circular.get_absolute_url()).content.decode()
    in_hindi(client)
    hindi = client.get(circular.get_absolute_url()).content.decode()

    for page in (english, hindi):
        assert "The next batch begins" in page and "अगला बैच" in page
    assert english.index("The next batch") < english.index("अगला बैच")
    assert hindi.index("अगला बैच") < hindi.index("The next batch")
    assert "<h1>बैचों का कैलेंडर</h1>" in hindi


def test_a_circular_has_its_file_enclosures_and_predecessors(client, db) -> None:
    earlier = issued(subject="Earlier paper", dated_on=date(2025, 1, 1), subject_hi="पहले का पत्र")
    circular = issued()
    enclosure = issued(enclosed_in=circular, form="letter")

    page = client.get(circular.get_absolute_url()).content.decode()

    assert reverse("circulars:pdf", args=[circular.code]) in page
    assert enclosure.get_absolute_url() in page
    assert earlier.get_absolute_url() in page and "of even number" in page
    assert circular.get_absolute_url() in client.get(enclosure.get_absolute_url()).content.decode()


def test_a_draft_enclosure_is_not_shown_to_the_public(client, db) -> None:
    circular = issued()
    draft = make_circular(enclosed_in=circular)

    assert draft.get_absolute_url() not in client.get(circular.get_absolute_url()).content.decode()


def test_a_superseded_circular_says_what_applies_now(client, db) -> None:
    old = make_circular(state=CircularState.SUPERSEDED)
    new = issued(supersedes=old)

    page = client.get(old.get_absolute_url()).content.decode()

    assert "superseded" in page and new.get_absolute_url() in page


def test_a_circular_costs_few_queries(client, db, django_assert_max_num_queries) -> None:
    circular = issued()
    for _number in range(4):
        issued(enclosed_in=circular)

    with django_assert_max_num_queries(9):
        client.get(circular.get_absolute_url())


def test_anybody_saves_the_pdf(client, db) -> None:
    circular = issued()

    response = client.get(reverse("circulars:pdf", args=[circular.code]))

    assert b"".join(response).startswith(b"%PDF")
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["Content-Disposition"] == f'attachment; filename="{circular.code}.pdf"'


@pytest.mark.parametrize("state", ["draft", "submitted", "approved", "issued"])
def test_no_pdf_no_page(client, db, state) -> None:
    circular = make_circular(state=state)

    assert client.get(reverse("circulars:pdf", args=[circular.code])).status_code == 404


def test_text_that_people_wrote_is_only_text(client, db) -> None:
    circular = make_circular(
        state=CircularState.ISSUED, text="<script>alert(1)</script> {{ 7 }}", subject="<b>x</b>"
    )

    page = client.get(circular.get_absolute_url()).content.decode()

    assert "<script>alert" not in page and "<b>x</b>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7 }}" in page


# --- verification -------------------------------------------------------------------------------


def verify(client, document: IssuedDocument) -> str:
    return client.get(document.get_verify_url()).content.decode()


def test_a_genuine_document_is_confirmed_with_what_it_says(client, db) -> None:
    document = issued().document

    page = verify(client, document)

    assert "genuine and in force" in page
    assert document.sha256 in page and "01.09.2026" in page and "Anita Bilung" in page


def test_a_revoked_document_says_since_when(client, db) -> None:
    document = issued().document
    actions.revoke_document(
        document_id=document.pk, reason="Error", acting_user=None, at=timezone.now()
    )

    page = verify(client, document)

    assert "it has been revoked" in page and "no longer holds since" in page
    assert "genuine and in force" not in page


def test_a_replaced_document_leads_to_its_successor(client, db) -> None:
    old, new = issued().document, issued().document
    actions.replace_document(document_id=old.pk, by=new, acting_user=None, at=timezone.now())

    page = verify(client, old)

    assert "it has been replaced" in page and new.get_verify_url() in page


def test_an_unknown_number_is_unknown(client, db) -> None:
    response = client.get(reverse("circulars:verify", args=[uuid.uuid4()]))

    assert response.status_code == 404
    assert "not known here" in response.content.decode()


@pytest.mark.parametrize("language", ["en", "hi"])
def test_pages_open_in_both_languages(client, db, language) -> None:
    circular = issued()
    client.cookies["django_language"] = language

    for url in (LIST, circular.get_absolute_url(), circular.document.get_verify_url(), "/verify/"):
        response = client.get(url)
        assert response.status_code == 200
        assert f'<html lang="{language}' in response.content.decode()


def test_an_uploaded_pdf_is_known_by_its_digest(client, db) -> None:
    document = issued().document
    with document.pdf.open() as stored:
        content = stored.read()

    def check(body: bytes) -> str:
        return client.post("/verify/", {"pdf": SimpleUploadedFile("x.pdf", body)}).content.decode()

    assert "genuine and in force" in check(content)
    assert "not known here" in check(content + b" ")
    assert "Choose" not in client.post("/verify/", {}).content.decode().split("<form")[0]


def test_an_upload_that_is_missing_is_said_at_the_field(client, db) -> None:
    page = client.post("/verify/", {}).content.decode()

    assert "Choose the PDF file that you received" in page


def test_the_digest_that_a_browser_reckoned_stands_for_the_file(client, db) -> None:
    document = issued().document

    def check(digest: str) -> str:
        return client.post("/verify/", {"digest": digest}).content.decode()

    assert "genuine and in force" in check(document.sha256)
    assert "not known here" in check("0" * 64)
    assert "Choose the PDF file" in check("' OR 1=1 --")


# --- by the numbers on the paper ------------------------------------------------------------------
BY_NUMBER = "/verify/number/"


@pytest.mark.parametrize("form", ["{}", "http://x/verify/{}/", " {} ", "{}/"])
def test_the_numbers_that_are_typed_from_a_paper_lead_to_the_document(client, db, form) -> None:
    document = issued(number="No. T-16017/14/2020-iGOT").document
    typed = {"number": "F.No.t-16017/14/2020-igot", "public": form.format(document.public_id)}

    response = client.get(BY_NUMBER, typed)

    assert response.status_code == 302 and response["Location"] == document.get_verify_url()


@pytest.mark.parametrize("number", ["No. T-16017/15/2020-iGOT", "1"])
def test_a_paper_with_another_number_at_its_head_is_unknown(client, db, number) -> None:
    document = issued().document

    response = client.get(BY_NUMBER, {"number": number, "public": str(document.public_id)})

    assert response.status_code == 404
    assert "not known here" in response.content.decode()


@pytest.mark.parametrize("public", ["x", "1b4e28ba", "'; --", "\0", "१" * 31])
def test_a_public_number_that_is_none_is_said_at_the_field(client, db, public) -> None:
    page = client.get(BY_NUMBER, {"number": "1", "public": public}).content.decode()

    assert "Please correct this first" in page and 'value="1"' in page


def test_an_address_that_was_copied_wrongly_is_answered_with_a_sentence(client, db) -> None:
    response = client.get("/verify/1b4e28ba-2fa1/")

    assert response.status_code == 404
    assert "not known here" in response.content.decode()


def test_guessing_is_slowed_down_and_nothing_is_listed_or_kept(client, db) -> None:
    address = reverse("circulars:verify", args=[uuid.uuid4()])

    answers = [client.get(address, REMOTE_ADDR="10.9.8.7") for _number in range(61)]

    assert {answer.status_code for answer in answers[:60]} == {404}
    assert answers[60].status_code == 429 and answers[60]["Retry-After"] == "60"
    assert answers[0]["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in answers[0]["Cache-Control"]


def test_verification_costs_few_queries(client, db, django_assert_max_num_queries) -> None:
    old, new = issued().document, issued().document
    actions.replace_document(document_id=old.pk, by=new, acting_user=None, at=timezone.now())

    with django_assert_max_num_queries(4):
        client.get(old.get_verify_url())


# --- what particulars may be ----------------------------------------------------------------------


def make_document(**fields: object) -> IssuedDocument:
    known = {"kind": "test", "title": "Paper", "dated_on": date(2026, 9, 1), "pdf": "x.pdf"}
    sizes = {"sha256": "0" * 64, "size": 1, "pages": 1, "issued_at": timezone.now()}
    return IssuedDocument.objects.create(**{**known, **sizes, **fields})


def test_particulars_are_read_in_the_language_of_the_reader_and_tables_are_printed(
    client, db
) -> None:
    document = make_document(
        particulars={
            "Officer": "<b>Asha</b>",
            "Course": {"en": "Poverty", "hi": "गरीबी"},
            "Lines": {
                "head": ["Day", "Points"],
                "head_hi": ["दिनांक", "अंक"],
                "rows": [["30.05.2026", "+10"]],
                "rows_hi": [["30.05.2026", "+10"]],
                "align": ["left", "right"],
            },
        }
    )

    english = verify(client, document)
    in_hindi(client)
    hindi = verify(client, document)

    assert "Poverty" in english and "गरीबी" not in english
    assert "गरीबी" in hindi and "दिनांक" in hindi
    assert "&lt;b&gt;Asha" in english and "+10" in english


def test_why_a_document_ended_and_since_when_is_for_everybody_its_file_note_is_not(
    client, db
) -> None:
    document = make_document()
    actions.revoke_document(
        document_id=document.pk,
        reason="For the file only",
        because=Words("Ask for a new statement.", "नया विवरण माँगें।"),
        ended_on=date(2026, 9, 5),
        acting_user=None,
        at=timezone.now(),
    )

    page = verify(client, document)

    assert "Ask for a new statement." in page and "05.09.2026" in page
    assert "For the file only" not in page


@pytest.mark.parametrize("url", [LIST, "/circulars/x/", "/circulars/x.pdf"])
def test_pages_that_show_take_no_post(client, db, url) -> None:
    assert client.post(url).status_code == 405
