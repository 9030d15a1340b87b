"""Papers of the office, from data to PDF: Office Memorandum, letter, order and circular.

Any app composes a `Paper`; `kept` renders and stores it outside a transaction, and within one
`actions.issue_document` makes it an `IssuedDocument`. tests/circulars/examples.py shows both.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal, NamedTuple
from uuid import UUID

import segno
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

from circulars.models import Addressee, Circular, IssuedDocument, Paragraph
from igot.lib.dates import month_name
from igot.lib.pdf import page_count, render_pdf

Form = (
    Literal["om", "letter", "order", "circular", "sanction", "minutes", "corrigendum"]
    | Literal["receipt", "statement"]
)
Languages = Literal["both", "en", "hi"]
Align = Literal["left", "right", "center"]


class Words(NamedTuple):
    """A text in English and in Hindi; with one of them blank the other stands for both."""

    en: str
    hi: str = ""

    def in_language(self, language: str) -> str:
        return (self.hi or self.en) if language == "hi" else (self.en or self.hi)

    def both(self) -> str:
        """Join the two for a line that is printed bilingually."""
        return " / ".join(part for part in dict.fromkeys((self.hi, self.en)) if part)


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table: without a head its first column names the rows; long ones break between rows."""

    rows: Sequence[Sequence[str]]
    rows_hi: Sequence[Sequence[str]] = ()
    head: Sequence[str] = ()
    head_hi: Sequence[str] = ()
    align: Sequence[Align] = ()  # by column, "left" where it is silent
    has_total: bool = False  # the last row is the sum

    def in_language(self, language: str) -> dict[str, Any]:
        """Return head and rows with the alignment beside each cell, for the template."""
        hindi = language == "hi"
        head = (self.head_hi or self.head) if hindi else self.head
        rows = (self.rows_hi or self.rows) if hindi else self.rows
        return {
            "head": self._cells(head),
            "rows": [self._cells(row) for row in rows],
            "has_total": self.has_total,
        }

    def _cells(self, cells: Sequence[str]) -> list[tuple[SafeString, str]]:
        aligns = [*self.align, *["left"] * len(cells)]
        return [(marked(str(cell)), align) for cell, align in zip(cells, aligns, strict=False)]


@dataclass(frozen=True, kw_only=True)
class Para:
    """A paragraph, numbered as printed ("2.", "7.1", "(i)"); `**so**` in it prints bold."""

    text: Words = Words("")
    label: str = ""
    kind: Literal["paragraph", "heading", "subparagraph", "table"] = "paragraph"
    table: Table | None = None


@dataclass(frozen=True, kw_only=True)
class Signatory:
    """Who signs: name in brackets, designation, then where to reach them at the office."""

    name: Words
    designation: Words
    telephone: str = ""
    email: str = ""


@dataclass(frozen=True, kw_only=True)
class Annexure:
    """A table on pages of its own, behind the paper."""

    title: Words
    table: Table
    caption: Words = Words("")
    note: Words = Words("")
    is_wide: bool = False  # landscape


TRAINING_DIVISION_ADDRESS: Final = (
    Words("Block-IV, 3rd Floor, Old JNU Campus,", "ब्लॉक-IV, तीसरी मंज़िल, पुराना जेएनयू परिसर,"),
    Words("Opposite Bersarai Market, New Delhi-110067", "बेरसराय मार्केट के सामने, नई दिल्ली-110067"),
)


@dataclass(frozen=True, kw_only=True)
class Paper:
    """All that a paper says, before it has a look. Blank parts are left out.

    `form` decides the order of elements: a letter names its addressees before the subject and
    closes with "Yours faithfully"; an Office Memorandum has neither salutation nor close and
    names them after the signature; the other forms have copies only. "sanction" is a letter headed
    as a sanction order, for the Pay & Accounts Officer. `languages` is what the text is in;
    letterhead and headings are always bilingual. A Hindi text that does not go paragraph by
    paragraph with the English one stands in `paragraphs_hi`. `to` and `copy_to` hold one entry per
    line; a single entry of `to` may have line breaks (an address).
    """

    form: Form
    number: str
    dated_on: date | None
    subject: Words
    paragraphs: Sequence[Para]
    signatory: Signatory
    paragraphs_hi: Sequence[Para] = ()
    to: Sequence[Words] = ()
    copy_to: Sequence[Words] = ()
    enclosures: Sequence[Words] = ()
    salutation: Words = Words("Sir/Madam,", "महोदय/महोदया,")
    address: Sequence[Words] = TRAINING_DIVISION_ADDRESS
    annexures: Sequence[Annexure] = field(default_factory=tuple)
    languages: Languages = "both"
    is_draft: bool = False  # prints DRAFT / मसौदा across each page: nothing unissued looks issued
    public_id: UUID | None = None  # of the document to be issued: prints its QR code and address


LETTERHEAD: Final = (
    Words("Government of India", "भारत सरकार"),
    Words(
        "Ministry of Personnel, Public Grievances and Pensions",
        "कार्मिक, लोक शिकायत और पेंशन मंत्रालय",
    ),
    Words("Department of Personnel and Training", "कार्मिक और प्रशिक्षण विभाग"),
    Words("Training Division", "प्रशिक्षण प्रभाग"),
)
TITLES: Final = {
    "om": Words("OFFICE MEMORANDUM", "कार्यालय ज्ञापन"),
    "order": Words("ORDER", "आदेश"),
    "circular": Words("CIRCULAR", "परिपत्र"),
    "sanction": Words("SANCTION ORDER", "स्वीकृति आदेश"),
    "minutes": Words("MINUTES OF THE MEETING", "बैठक का कार्यवृत्त"),
    "corrigendum": Words("CORRIGENDUM", "शुद्धिपत्र"),
    "receipt": Words("RECEIPT OF A REGISTRATION", "पंजीकरण की पावती"),
    "statement": Words("STATEMENT OF CREDIT POINTS", "क्रेडिट अंकों का विवरण"),
}
FORM_NAMES: Final = {  # fixed here: a paper reads the same whoever has it rendered
    "om": Words("Office Memorandum", "कार्यालय ज्ञापन"),
    "letter": Words("Letter", "पत्र"),
    "order": Words("Order", "आदेश"),
    "circular": Words("Circular", "परिपत्र"),
}
LETTER_FORMS: Final = frozenset({"letter", "sanction"})
ROMAN: Final = "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx"
TABLE_PARTS: Final = ("head", "head_hi", "rows", "rows_hi", "align", "has_total")
LONG: Final = 2500  # characters of English from which the Hindi text begins overleaf


def render_paper(paper: Paper) -> bytes:
    """Render `paper` as a tagged PDF; the same paper gives the same bytes.

    Takes about a second: call it before the transaction that stores the result.
    """
    return render_pdf(
        render_to_string("circulars/pdf/paper.html", context_of(paper)),
        title=f"{paper.number} – {paper.subject.in_language(leading_language(paper))}",
        language=leading_language(paper),
        identifier=str(paper.public_id or paper.number),
    )


def verify_url(public_id: UUID) -> str:
    """Return the address at which anybody can verify the document `public_id`."""
    return settings.SITE_URL + reverse("circulars:verify", args=[public_id])


@dataclass(frozen=True, kw_only=True)
class KeptPdf:
    """A PDF in the private store that no row points to yet."""

    public_id: UUID
    name: str  # in the store
    sha256: str
    size: int
    pages: int


@contextmanager
def kept(paper: Paper) -> Iterator[KeptPdf]:
    """Render `paper` (which names its `public_id`) and keep the PDF, around one short action.

    The action hands the KeptPdf to `actions.issue_document`. If it did not, because it refused
    or another worker was first, the file goes again. The pattern of a task:

        paper = letter_of(intimation, public_id=uuid.uuid4())
        with documents.kept(paper) as pdf:
            actions.attach_letter(intimation_id=intimation.pk, pdf=pdf, at=timezone.now())

    :raises ValueError: a draft, or a paper without a public number (a bug)
    """
    if paper.public_id is None or paper.is_draft:
        raise ValueError("only a final paper with a public number is kept")
    content = render_paper(paper)
    wanted = f"documents/{timezone.localdate().year}/{paper.public_id}.pdf"
    pdf = KeptPdf(
        public_id=paper.public_id,
        name=default_storage.save(wanted, ContentFile(content)),
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        pages=page_count(content),
    )
    try:
        yield pdf
    finally:
        if not IssuedDocument.objects.filter(public_id=pdf.public_id).exists():
            default_storage.delete(pdf.name)


def paper_of(circular: Circular, *, public_id: UUID | None = None) -> Paper:
    """Compose the paper of a circular; without a `public_id` it is a draft to look at.

    A general order prints both languages, unless a named officer let it issue without Hindi.
    """
    to, copies = (
        [_addressee(line) for line in circular.addressees.order_by("position") if line.place == at]
        for at in (Addressee.Place.TO, Addressee.Place.COPY)
    )
    paragraphs = list(circular.paragraphs.order_by("position"))
    has_hindi = all(p.text_hi or p.table for p in paragraphs) and bool(circular.subject_hi)
    enclosures = circular.enclosures.order_by("pk")
    return Paper(
        form=circular.form,  # type: ignore[arg-type]  # the choices of the model are the same
        number=circular.number,
        dated_on=circular.dated_on,
        subject=Words(circular.subject, circular.subject_hi),
        paragraphs=[_paragraph(paragraph) for paragraph in paragraphs],
        signatory=Signatory(
            name=Words(circular.signatory_name, circular.signatory_name_hi),
            designation=Words(circular.signatory_designation, circular.signatory_designation_hi),
            telephone=circular.signatory_telephone,
            email=circular.signatory_email,
        ),
        to=to,
        copy_to=copies,
        enclosures=[_enclosure(enclosure) for enclosure in enclosures],
        salutation=Words(circular.salutation, circular.salutation_hi),
        languages="both" if has_hindi and not circular.hindi_override_reason else "en",
        is_draft=public_id is None,
        public_id=public_id,
    )


def _addressee(line: Addressee) -> Words:
    return Words(line.text, line.text_hi)


def _paragraph(paragraph: Paragraph) -> Para:
    table = paragraph.table
    return Para(
        text=Words(paragraph.text, paragraph.text_hi),
        label=paragraph.label,
        kind=paragraph.kind,  # type: ignore[arg-type]  # the choices of the model are the same
        table=Table(**{name: table[name] for name in TABLE_PARTS if name in table})
        if table
        else None,
    )


def _enclosure(circular: Circular) -> Words:
    """Name an enclosure by its form and number."""
    name = FORM_NAMES[circular.form]
    return Words(f"{name.en} {circular.number}", f"{name.hi} {circular.number}")


def context_of(paper: Paper) -> dict[str, Any]:
    """Return what the template of a paper shows, in the order of the manual of office procedure."""
    languages: list[str] = ["en", "hi"] if paper.languages == "both" else [paper.languages]
    texts = {"en": paper.paragraphs, "hi": paper.paragraphs_hi or paper.paragraphs}
    return {
        "paper": paper,
        "letterhead": LETTERHEAD,
        "title": TITLES.get(paper.form),
        "is_letter": paper.form in LETTER_FORMS,
        "is_long": sum(len(para.text.en) for para in paper.paragraphs) > LONG,
        "dated": [(code, long_date(paper.dated_on, code)) for code in languages],
        "subjects": [(code, paper.subject.in_language(code)) for code in languages],
        "salutation": _in(languages, paper.salutation),
        "versions": [(code, [_para(para, code) for para in texts[code]]) for code in languages],
        "to": _lines(paper.to, languages),
        "copy_to": _lines(paper.copy_to, languages, style="number"),
        "enclosures": _lines(paper.enclosures, languages, style="number"),
        "annexures": [_annexure(annexure, languages) for annexure in paper.annexures],
        "verify_url": verify_url(paper.public_id) if paper.public_id else "",
        "qr": _qr(verify_url(paper.public_id)) if paper.public_id else "",
    }


def leading_language(paper: Paper) -> str:
    """Tell the language that most of `paper` is in, as the PDF declares it."""
    return "hi" if paper.languages == "hi" else "en"


def long_date(day: date | None, language: str) -> SafeString:
    """Write a date as papers do: 17th May, 2019; blank to be filled in where there is none."""
    if day is None:
        return SafeString("____________")
    month = month_name(day, language)
    ending = "" if language == "hi" else format_html("<sup>{}</sup>", ordinal_ending(day.day))
    return format_html("{}{} {}, {}", str(day.day), ending, month, str(day.year))


def ordinal_ending(number: int) -> str:
    """Return "st", "nd", "rd" or "th"."""
    if number % 100 in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def marked(text: str) -> SafeString:
    """Escape `text`, set `**so**` in bold, and keep its line breaks."""
    bold = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", escape(text), flags=re.DOTALL)
    return SafeString(bold.replace("\n", "<br>"))


def _para(para: Para, language: str) -> dict[str, Any]:
    text = para.text.in_language(language)
    return {
        "label": para.label,
        "kind": para.kind,
        "text": marked(text),
        "leads_in": bool(para.table) or text.rstrip(" *").endswith(":"),
        "table": para.table.in_language(language) if para.table else None,
    }


def _lines(lines: Sequence[Words], languages: list[str], style: str = "roman") -> Any:
    """Number the lines of a list; a line in two languages prints both. One line has no number."""
    labels = [f"({numeral})" for numeral in ROMAN.split()] if style == "roman" else []
    labels += [f"{number}." for number in range(len(labels) + 1, len(lines) + 1)]
    if len(lines) == 1:
        labels = [""]
    return [(label, _in(languages, line)) for label, line in zip(labels, lines, strict=False)]


def _in(languages: list[str], words: Words) -> SafeString:
    """Return `words` in each of `languages`, each with its lang, a line break between."""
    texts = dict.fromkeys((words.in_language(code), code) for code in languages)
    if len({text for text, _code in texts}) == 1:
        return marked(next(iter(texts))[0])
    return format_html_join(
        SafeString("<br>"),
        '<span lang="{}">{}</span>',
        ((code, marked(text)) for text, code in texts),
    )


def _annexure(annexure: Annexure, languages: list[str]) -> dict[str, Any]:
    """Set an annexure in the first language; its heads in both where both are given."""
    table = annexure.table
    if len(languages) == 2 and table.head_hi:
        head = [Words(en, hi).both() for en, hi in zip(table.head, table.head_hi, strict=True)]
        shown = Table(
            head=head, rows=table.rows, align=table.align, has_total=table.has_total
        ).in_language("en")
    else:
        shown = table.in_language(languages[0])
    return {
        "title": annexure.title.both(),
        "caption": _in(languages, annexure.caption),
        "note": _in(languages, annexure.note),
        "table": shown,
        "is_wide": annexure.is_wide,
    }


def _qr(url: str) -> SafeString:
    """Draw the QR code of `url` as SVG with a title."""
    code = segno.make(url, error="m", micro=False)
    title = "QR code of the address at which this document can be verified"
    return SafeString(code.svg_inline(scale=4, border=0, title=title, omitsize=True))
