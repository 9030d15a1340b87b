"""Papers as PDF: order of elements, numbering, tables over pages, and how they are kept."""

import io
import re
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path

import pikepdf
import pytest
from django.core.files.storage import default_storage
from django.template.loader import render_to_string
from PIL import Image

from circulars import documents
from circulars.actions import issue_document
from circulars.documents import Paper, Para, Words, context_of, render_paper
from circulars.states import CircularState
from igot.lib.pdf import page_count
from tests.circulars.examples import PUBLIC_ID, sanction_letter
from tests.factories.circulars import AT, make_circular, make_paragraph


def text_of(paper: Paper) -> str:
    """Return the words of a paper in their order, without marks."""
    html = render_to_string("circulars/pdf/paper.html", context_of(paper))
    html = re.sub(r"<svg.*?</svg>", "", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def pdf_text(pdf: bytes, folder: Path) -> list[str]:
    """Return the Latin text of each page, as a reader would copy it."""
    source = folder / "paper.pdf"
    source.write_bytes(pdf)
    done = subprocess.run(
        ["pdftotext", "-layout", str(source), "-"], check=True, capture_output=True, text=True
    )
    return done.stdout.split("\f")[:-1]


def greys_of(pdf: bytes, folder: Path) -> list[int]:
    """Count, page by page, the pixels in the grey of the watermark."""
    folder.mkdir()
    (folder / "paper.pdf").write_bytes(pdf)
    command = ["pdftoppm", "-r", "50", "-gray", str(folder / "paper.pdf"), str(folder / "page")]
    subprocess.run(command, check=True)
    pages = [Image.open(path) for path in sorted(folder.glob("page-*.pgm"))]
    return [page.histogram()[0xE4] for page in pages]


def in_order(text: str, *parts: str) -> bool:
    """Tell whether `parts` stand in `text` one after the other."""
    place = 0
    for part in parts:
        place = text.find(part, place)
        if place < 0:
            return False
        place += len(part)
    return True


def test_a_letter_has_its_elements_in_the_prescribed_order() -> None:
    assert in_order(
        text_of(sanction_letter()),
        "F.No. T-16017/42/2018-Trg",
        "भारत सरकार",
        "Government of India",
        "Ministry of Personnel, Public Grievances and Pensions",
        "Department of Personnel and Training",
        "Training Division",
        "*****",
        "Old JNU Campus",
        "Dated: 2 nd September, 2026",
        "To The Pay &amp; Accounts Officer",
        "Subject",
        "विषय",
        ".....",
        "Sir/Madam,",
        "I am directed",
        "2. The amount",
        "मुझे अनुलग्नक",
        "Yours faithfully,",
        "(Anita Bilung)",
        "Under Secretary to the Government of India",
        "Copy to:",
        "1. DDO, DoPT",
        "Annexure",
    )


def test_an_office_memorandum_names_its_addressees_after_the_signature() -> None:
    paper = replace(sanction_letter(), form="om", to=[Words("All CCAs"), Words("All Secretaries")])

    text = text_of(paper)

    assert in_order(
        text,
        "OFFICE MEMORANDUM",
        "Subject",
        "I am directed",
        "(Anita Bilung)",
        "/ To",
        "(i) All CCAs",
        "(ii) All Secretaries",
        "Copy to:",
    )
    assert "Yours faithfully" not in text and "Sir/Madam" not in text


def test_an_order_has_copies_and_no_addressee() -> None:
    text = text_of(replace(sanction_letter(), form="order", to=[]))

    assert "/ ORDER" in text and "Copy to:" in text
    assert "/ To" not in text and "Yours faithfully" not in text


def test_letterhead_and_headings_are_bilingual_whatever_the_text() -> None:
    for language, closing in (("en", "Yours faithfully,"), ("hi", "भवदीय")):
        text = text_of(replace(sanction_letter(), languages=language))
        assert all(line.en in text and line.hi in text for line in documents.LETTERHEAD)
        assert closing in text and "प्रतिलिपि / Copy to" in text


def test_one_language_leaves_the_text_of_the_other_out() -> None:
    assert "मुझे" not in text_of(replace(sanction_letter(), languages="en"))
    assert "I am directed" not in text_of(replace(sanction_letter(), languages="hi"))


def test_what_people_type_is_escaped_and_stars_are_bold() -> None:
    paper = replace(
        sanction_letter(), paragraphs=[Para(text=Words("<script>x</script> **must** & so on"))]
    )

    html = render_to_string("circulars/pdf/paper.html", context_of(paper))

    assert "&lt;script&gt;x&lt;/script&gt; <strong>must</strong> &amp; so on" in html
    assert "<script" not in html


def test_amounts_stand_right_and_the_sum_is_the_last_row() -> None:
    html = render_to_string("circulars/pdf/paper.html", context_of(sanction_letter()))

    assert '<td class="right">6,960</td>' in html
    assert re.search(r'<tr class="total">.*?<td class="right">13,920</td></tr>', html)


def test_a_long_annexure_repeats_its_head_on_every_page(tmp_path: Path) -> None:
    pages = pdf_text(render_paper(sanction_letter(officers=80)), tmp_path)

    annexure = [page for page in pages if re.search(r"Officer \d", page)]
    assert len(annexure) >= 3
    assert all("S. No." in page and "Amount" in page for page in annexure)
    assert f"Page {len(pages)} of {len(pages)}" in pages[-1]


def test_every_page_carries_number_and_count(tmp_path: Path) -> None:
    pages = pdf_text(render_paper(sanction_letter(officers=80)), tmp_path)

    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in page
        assert page.rstrip().splitlines()[-1].lstrip().startswith("F.No. T-16017/42/2018-Trg")


def test_the_signature_never_stands_alone_on_a_page(tmp_path: Path) -> None:
    line = Words("The expenditure will be met from the grant of the year in question. " * 4)
    for count in range(3, 12):
        paper = replace(
            sanction_letter(),
            languages="en",
            annexures=[],
            copy_to=[],
            paragraphs=[Para(label=f"{n}.", text=line) for n in range(2, 2 + count)],
        )
        signed = next(p for p in pdf_text(render_paper(paper), tmp_path) if "(Anita Bilung)" in p)
        assert "expenditure" in signed, f"{count} paragraphs"


def test_a_draft_says_so_on_every_page(tmp_path: Path) -> None:
    draft = replace(sanction_letter(officers=60, public_id=None), is_draft=True)

    assert all(grey > 2000 for grey in greys_of(render_paper(draft), tmp_path / "draft"))
    assert all(grey < 100 for grey in greys_of(render_paper(sanction_letter()), tmp_path / "x"))


def test_the_address_of_verification_is_printed_and_linked() -> None:
    with pikepdf.open(io.BytesIO(render_paper(sanction_letter()))) as pdf:
        links = {str(note.A.URI) for page in pdf.pages for note in page.get("/Annots", [])}

    assert links == {documents.verify_url(PUBLIC_ID)}
    assert "/verify/0b6f5c5e-7a7a-4a53-8b57-e8f3f0bdb111/" in text_of(sanction_letter())


def test_the_same_paper_gives_the_same_bytes_in_any_language_of_the_page() -> None:
    paper = sanction_letter()

    assert render_paper(paper) == render_paper(paper)


@pytest.mark.parametrize(
    ("day", "written"),
    [
        (date(2019, 5, 17), "17<sup>th</sup> May, 2019"),
        (date(2026, 9, 1), "1<sup>st</sup> September, 2026"),
        (date(2026, 9, 2), "2<sup>nd</sup> September, 2026"),
        (date(2026, 9, 3), "3<sup>rd</sup> September, 2026"),
        (date(2026, 9, 11), "11<sup>th</sup> September, 2026"),
        (date(2026, 9, 21), "21<sup>st</sup> September, 2026"),
    ],
)
def test_dates_are_written_out(day: date, written: str) -> None:
    assert documents.long_date(day, "en") == written


def test_a_hindi_date_has_no_ending() -> None:
    assert documents.long_date(date(2019, 5, 17), "hi") == "17 मई, 2019"
    assert documents.long_date(None, "hi") == "____________"


# --- kept and recorded ------------------------------------------------------------------------


def record(pdf: documents.KeptPdf):
    return issue_document(
        pdf=pdf,
        kind="sanction order",
        number="7",
        title="Sanction",
        dated_on=date(2026, 9, 2),
        particulars={"Amount": "Rs. 13,920/-"},
        acting_user=None,
        at=AT,
    )


def test_a_kept_paper_becomes_an_issued_document(db) -> None:
    with documents.kept(sanction_letter()) as pdf:
        document = record(pdf)

    with document.pdf.open() as stored:
        content = stored.read()
    assert (document.size, document.pages) == (len(content), page_count(content))
    assert document.public_id == PUBLIC_ID
    assert render_paper(sanction_letter()) == content


def test_a_kept_paper_that_no_action_used_goes_again(db) -> None:
    with documents.kept(sanction_letter()) as pdf:
        assert default_storage.exists(pdf.name)

    assert not default_storage.exists(pdf.name)


def test_a_kept_paper_goes_when_the_action_fails(db) -> None:
    with pytest.raises(RuntimeError), documents.kept(sanction_letter()) as pdf:
        raise RuntimeError

    assert not default_storage.exists(pdf.name)


def test_a_draft_is_never_kept(db) -> None:
    with (
        pytest.raises(ValueError, match="public number"),
        documents.kept(sanction_letter(public_id=None)),
    ):
        pass


def test_a_circular_prints_both_languages_where_both_are_there(db) -> None:
    both = documents.paper_of(make_circular())
    english = documents.paper_of(make_circular(text_hi=""))

    assert (both.languages, english.languages) == ("both", "en")
    assert both.is_draft


def test_an_overridden_circular_prints_english_only(db) -> None:
    circular = make_circular(state=CircularState.ISSUED)
    circular.hindi_override_reason = "Translation awaited"

    assert documents.paper_of(circular, public_id=PUBLIC_ID).languages == "en"


def test_paragraphs_stand_in_their_order_with_number_and_table(db) -> None:
    circular = make_circular()
    table = {"rows": [["Objective", "Learn"]], "rows_hi": [["उद्देश्य", "सीखना"]]}
    make_paragraph(circular=circular, label="2.", text="Courses:", text_hi="पाठ्यक्रम:", table=table)

    text = text_of(documents.paper_of(circular))

    assert in_order(
        text, "The next batch", "2. Courses:", "Objective Learn", "अगला बैच", "उद्देश्य सीखना"
    )
