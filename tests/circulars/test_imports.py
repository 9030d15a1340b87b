"""The Office Memorandum of 17 May 2019 and its letter, loaded from data, and the address lists."""

import re
from io import StringIO

import pytest
from django.core import mail
from django.core.management import call_command

from accounts.models import AuditEntry
from circulars import documents, imports, tasks
from circulars.models import AddressList, AddressListEntry, Circular, IssuedDocument
from circulars.policies import what_hindi_lacks
from igot.lib.pdf import page_count
from tests.factories.accounts import make_authority, make_state

COURSES = [
    "The Challenges of Global Poverty",
    "Designing and Running Randomized Evaluations",
    "Data Analysis for Social Scientists",
    "Principles of Microeconomics",
    "Foundations of Development Policy",
]


@pytest.fixture
def loaded(db) -> str:
    """The command, run once; its words."""
    out = StringIO()
    call_command("load_circulars", stdout=out)
    return out.getvalue()


def letter() -> Circular:
    return Circular.objects.get(code="letter-2019-05-17")


def test_the_command_loads_and_renders_once(loaded) -> None:
    again = StringIO()
    call_command("load_circulars", stdout=again)

    assert "2 circulars" in loaded and "2 PDFs rendered" in loaded
    assert again.getvalue() == "Circulars: nothing new; 0 PDFs rendered.\n"
    assert (Circular.objects.count(), IssuedDocument.objects.count()) == (2, 2)
    assert AuditEntry.objects.filter(event="circular.loaded").count() == 2


def test_the_letter_is_enclosed_in_the_memorandum(loaded) -> None:
    memorandum = Circular.objects.get(code="om-2019-05-17")

    assert (memorandum.form, letter().form) == ("om", "letter")
    assert letter().enclosed_in == memorandum
    assert memorandum.number == letter().number == "No.T-16017/42/2018-Trg (TFA)"
    assert memorandum.dated_on.isoformat() == "2019-05-17"
    assert [line.text_hi for line in memorandum.addressees.order_by("position")][0].startswith(
        "भारत"
    )


def test_nothing_that_was_sent_on_paper_is_mailed_again(loaded) -> None:
    AddressListEntry.objects.update(email="cca@example.gov.in")

    tasks.deliver_undelivered()

    assert mail.outbox == []


def test_paragraphs_carry_the_numbers_of_the_original(loaded) -> None:
    labels = list(letter().paragraphs.order_by("position").values_list("label", flat=True))
    numbers = [label for label in labels if re.match(r"\d", label)]

    assert numbers == ["2.", "3.", "4.", "5.", "6.", "7.", "7.1", "7.2", "7.3", "8.", "9.", "10."]
    assert labels.count("(vii)") == 1


def test_the_letter_has_the_table_of_each_course(loaded) -> None:
    tables = letter().paragraphs.exclude(table=None).order_by("position")

    assert [paragraph.text for paragraph in tables] == COURSES
    for paragraph in tables:
        names = [row[0] for row in paragraph.table["rows"]]
        assert names == ["Objective", "Pre-requisites, if any", "Lecture time & commitment"]
        assert len(paragraph.table["rows_hi"]) == 3


@pytest.mark.parametrize("code", ["om-2019-05-17", "letter-2019-05-17"])
def test_every_paragraph_is_there_in_both_languages(loaded, code) -> None:
    circular = Circular.objects.get(code=code)

    assert what_hindi_lacks(circular) == ""
    assert documents.paper_of(circular).languages == "both"
    for paragraph in circular.paragraphs.all():
        assert re.search(r"[\u0900-\u097f]", paragraph.text_hi), paragraph
        assert not re.search(r"[\u0900-\u097f]", paragraph.text), paragraph


def test_no_mobile_number_is_published(loaded) -> None:
    for paragraph in letter().paragraphs.all():
        assert not re.search(r"(?<!\d)[6-9]\d{9}(?!\d)", paragraph.text + paragraph.text_hi)


def test_the_pdfs_have_the_pages_that_their_rows_say(loaded) -> None:
    for circular in Circular.objects.all():
        with circular.document.pdf.open() as stored:
            assert page_count(stored.read()) == circular.document.pages
    assert Circular.objects.get(code="om-2019-05-17").document.pages == 2


def test_the_lists_follow_states_and_authorities(db) -> None:
    make_state(code="KL", name="Kerala")
    make_authority(name="Railway Board")

    imports.load_address_lists()
    make_state(code="GA", name="Goa")
    added = imports.load_address_lists()

    chiefs = AddressList.objects.get(code="chief-secretaries").entries.order_by("position")
    assert [entry.name for entry in chiefs] == [
        "The Chief Secretary, Kerala",
        "The Chief Secretary, Goa",
    ]
    assert added["addressees"] == 1
    ccas = AddressList.objects.get(code="cadre-controlling-authorities")
    assert ccas.entries.filter(name="Railway Board").exists()


def test_no_address_is_made_up(loaded) -> None:
    assert not AddressListEntry.objects.exclude(email="").exists()


def test_an_entry_edited_at_the_desk_is_left_alone(loaded) -> None:
    entry = AddressListEntry.objects.filter(address_list__code="usual-copies").first()
    AddressListEntry.objects.filter(pk=entry.pk).update(email="office@example.gov.in")

    imports.load_address_lists()

    entry.refresh_from_db()
    assert entry.email == "office@example.gov.in"
