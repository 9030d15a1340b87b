"""The statement of an officer's credit points on paper, from what was frozen when it was drawn."""

from typing import Final
from uuid import UUID

from django.utils.translation import gettext_noop

from circulars.documents import Paper, Para, Table, Words
from circulars.particulars import Particular, printed, said
from credits.models import CreditEntry, CreditStatement
from enrollment.receipt_paper import PORTAL, UNSIGNED
from igot.lib.dates import civil_date, dmy

KIND: Final = gettext_noop("Statement of credit points")
TITLE: Final = Words("Statement of credit points", "क्रेडिट अंकों का विवरण")
LINES: Final = Words("Lines of the ledger", "बही की प्रविष्टियाँ")


def particulars_of(statement: CreditStatement) -> list[Particular]:
    """Return all that the statement says, its lines as a table."""
    holder = statement.holder
    texts = [
        said("Officer", "अधिकारी", holder["name"]),
        said("Designation", "पदनाम", holder["post"]),
        said("Service", "सेवा", holder["service"], holder["service_hi"]),
        said("As of", "स्थिति की तिथि", dmy(statement.as_of)),
        said("Balance of points", "शेष अंक", str(statement.balance)),
        said("Drawn on", "जारी करने की तिथि", dmy(civil_date(statement.drawn_at))),
    ]
    return [*texts, Particular(LINES, _lines(statement))] if statement.lines else texts


def paper_of(statement: CreditStatement, *, public_id: UUID | None = None) -> Paper:
    """Compose the statement; only what was frozen stands on it."""
    day = dmy(statement.as_of)
    particulars = particulars_of(statement)
    return Paper(
        form="statement",
        number=statement.number,
        dated_on=civil_date(statement.drawn_at),
        subject=Words(
            f"Credit points under the iGOT programme as of {day} – reg.",
            f"आईगॉट कार्यक्रम के अंतर्गत दिनांक {day} की स्थिति के अनुसार क्रेडिट अंक – के संबंध में।",
        ),
        paragraphs=[
            Para(
                text=Words(
                    f"The ledger of the Training Division says the following at the end of {day}.",
                    f"प्रशिक्षण प्रभाग की बही में दिनांक {day} के अंत में निम्नलिखित स्थिति है।",
                )
            ),
            Para(kind="table", table=printed(particulars)),
            *_shown(statement),
            Para(
                label="2.",
                text=Words(
                    "Points are no entitlement to a nomination. When points shown here are "
                    "reversed later, this statement no longer holds, and a new one has to be "
                    "asked for. " + UNSIGNED.en,
                    "अंकों से नामांकन का कोई अधिकार नहीं बनता। यहाँ दर्शाए गए अंक यदि बाद में वापस लिए जाते हैं "
                    "तो यह विवरण मान्य नहीं रहता और नया विवरण माँगना होता है। " + UNSIGNED.hi,
                ),
            ),
        ],
        signatory=PORTAL,
        public_id=public_id,
    )


def why_void(reversal: CreditEntry) -> Words:
    """Say to whoever verifies a statement that points on it were reversed, and when."""
    day = dmy(civil_date(reversal.posted_at))
    return Words(
        f"Points shown on this statement were reversed on {day}: ask the officer for a new one.",
        f"इस विवरण में दर्शाए गए अंक दिनांक {day} को वापस लिए गए: अधिकारी से नया विवरण माँगें।",
    )


def _shown(statement: CreditStatement) -> list[Para]:
    if statement.lines:
        return [Para(kind="table", table=_lines(statement))]
    none = Words("There is no line in the ledger yet.", "बही में अब तक कोई प्रविष्टि नहीं है।")
    return [Para(text=none)]


def _lines(statement: CreditStatement) -> Table:
    rows, rows_hi = [], []
    for line in statement.lines:
        figures = (f"{line['points']:+d}", str(line["balance"]))
        since = line["reversed_on"]
        authority = f" ({line['authority']})" if line["authority"] else ""
        note = f" – reversed on {since}" if since else ""
        note_hi = f" – दिनांक {since} को वापस" if since else ""
        rows.append((line["on"], line["what"] + authority + note, *figures))
        rows_hi.append((line["on"], line["what_hi"] + authority + note_hi, *figures))
    return Table(
        head=("Date", "For", "Points", "Balance"),
        head_hi=("दिनांक", "विवरण", "अंक", "शेष"),
        rows=rows,
        rows_hi=rows_hi,
        align=("left", "left", "right", "right"),
    )
