"""Reading what a provider answers to a list of officers, and which line each row is about.

A row is known by the number of its line, then by a user name, then by the e-mail address, as they
stood on the list that was sent; never by a name. Nothing is changed here.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import IO, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from enrollment.models import ColumnMap, ProviderAnswerRow, ProviderList, ProviderListLine
from enrollment.models.provider_lists import ListAnswer
from enrollment.provider_tables import fold, map_in_force, open_table
from igot.lib.tables import TableError

Outcome = ProviderAnswerRow.Outcome
MOST_BYTES: Final = 10_000_000
MOST_ROWS: Final = 10_000
COLUMNS: Final[Mapping[str, frozenset[str]]] = {
    "line": frozenset({"line", "line_no", "line_number", "sl_no", "s_no", "serial_no"}),
    "username": frozenset(
        {"username", "user_name", "platform_user_name", "edx_username", "provider_user_name"}
    ),
    "email": frozenset({"email", "e_mail", "email_address", "e_mail_address"}),
    "answer": frozenset({"answer", "status", "result", "outcome", "response"}),
    "remark": frozenset({"remark", "remarks", "reason", "comment", "comments", "note"}),
}
WORDS: Final[Mapping[str, ListAnswer]] = {
    **dict.fromkeys(("accepted", "ok", "yes", "y", "enrolled", "added"), ListAnswer.ACCEPTED),
    **dict.fromkeys(
        ("already enrolled", "already registered", "already", "exists"), ListAnswer.ALREADY
    ),
    **dict.fromkeys(
        (
            "unknown account",
            "account unknown",
            "unknown",
            "unknown user",
            "not found",
            "no account",
        ),
        ListAnswer.UNKNOWN,
    ),
    **dict.fromkeys(("rejected", "refused", "declined", "no", "n"), ListAnswer.REJECTED),
}


@dataclass(frozen=True, kw_only=True)
class AnswerRow:
    """One row of an answer as it was read; `answer` is empty where it cannot be read."""

    number: int
    line_number: str
    username: str
    email: str
    said: str
    answer: str
    remark: str


@dataclass(frozen=True, kw_only=True)
class Match:
    """A row with the line that it is about, and what would come of it."""

    row: AnswerRow
    outcome: Outcome
    line: ProviderListLine | None = None
    reason: str = ""


def read_answers(file: IO[bytes], *, sent: ProviderList, on: date) -> list[AnswerRow]:
    """Read an answer to the list `sent`, its columns and words as the provider writes them.

    :raises TableError: it is no table, lacks a column, or has more rows than an answer can have
    """
    by = map_in_force(sent.provider, ColumnMap.Kind.ANSWER, on)
    table = open_table(
        file,
        known=COLUMNS,
        required=("answer",),
        by=by,
        max_bytes=MOST_BYTES,
        max_rows=MOST_ROWS,
    )
    if not {"line", "username", "email"} & set(table.columns):
        raise TableError(
            _("The file names nobody: give the column line, user name or e-mail address.")
        )
    rows = [_row(number, cells, table.word) for number, cells in table.rows()]
    if not rows:
        raise TableError(_("The file has no row below its header."))
    return rows


def match_rows(sent: ProviderList, rows: Sequence[AnswerRow]) -> list[Match]:
    """Find for each row the line of the list that it is about, and what would come of it."""
    lines = _Lines(sent)
    return _without_contradictions([lines.match(row) for row in rows])


def _row(number: int, cells: Mapping[str, str], word: Callable[[str, str], str]) -> AnswerRow:
    said = cells.get("answer", "")
    meant = fold(word("answer", said)).replace("_", " ").replace("-", " ")
    answer = WORDS.get(meant)
    return AnswerRow(
        number=number,
        line_number=cells.get("line", "")[:20],
        username=cells.get("username", "")[:100],
        email=cells.get("email", "")[:254],
        said=said[:100],
        answer=answer.value if answer else "",
        remark=" ".join(cells.get("remark", "").split())[:250],
    )


class _Lines:
    """The lines of one list, found by number, user name and address as they were sent."""

    def __init__(self, sent: ProviderList) -> None:
        stored = list(sent.lines.select_related("enrollment__officer").order_by("pk"))
        cells = csv.DictReader(io.StringIO(bytes(sent.content).decode("utf-8-sig")))
        self.numbered: dict[int, ProviderListLine] = {}
        self.names: dict[str, set[int]] = defaultdict(set)
        self.emails: dict[str, set[int]] = defaultdict(set)
        for number, (line, sent_cells) in enumerate(zip(stored, cells, strict=True), start=1):
            self.numbered[number] = line
            for column in ("platform_user_name", "programme_user_name"):
                self.names[_plain(sent_cells[column])].add(number)
            self.emails[_plain(sent_cells["email"])].add(number)
        self.names.pop("", None)
        self.emails.pop("", None)

    def match(self, row: AnswerRow) -> Match:
        found, outcome, reason = self._find(row)
        if found is None:
            return Match(row=row, outcome=outcome, reason=reason)
        line = self.numbered[found]
        if not row.answer:
            reason = _("Write accepted, already enrolled, unknown account or rejected.")
            return Match(row=row, outcome=Outcome.UNREADABLE, line=line, reason=reason)
        if line.superseded_at is not None:
            return Match(row=row, outcome=Outcome.SUPERSEDED, line=line)
        same = (line.answer, line.remark) == (row.answer, row.remark)
        return Match(row=row, outcome=Outcome.SAME if same else Outcome.NEW, line=line)

    def _find(self, row: AnswerRow) -> tuple[int | None, Outcome, str]:
        """Return the number of the line, or the outcome and the reason why there is none."""
        by_name = self.names.get(_plain(row.username), set()) if row.username else None
        by_email = self.emails.get(_plain(row.email), set()) if row.email else None
        if row.line_number:
            return self._by_number(row, by_name, by_email)
        groups = [group for group in (by_name, by_email) if group]
        if not groups:
            return None, Outcome.NOT_LISTED, ""
        both = set.intersection(*groups)
        if not both:
            reason = _("The user name and the e-mail address stand on different lines.")
            return None, Outcome.CONFLICT, reason
        if len(both) > 1:
            return None, Outcome.AMBIGUOUS, _fits(len(both))
        return both.pop(), Outcome.NEW, ""

    def _by_number(
        self, row: AnswerRow, by_name: set[int] | None, by_email: set[int] | None
    ) -> tuple[int | None, Outcome, str]:
        plain = row.line_number.strip()
        number = int(plain) if plain.isdecimal() else 0
        if number not in self.numbered:
            reason = _("The list has no line %(line)s.") % {"line": plain}
            return None, Outcome.NOT_LISTED, reason
        if any(group is not None and number not in group for group in (by_name, by_email)):
            reason = _("The row names another account than line %(line)s.") % {"line": number}
            return None, Outcome.CONFLICT, reason
        return number, Outcome.NEW, ""


def _fits(count: int) -> str:
    return ngettext(
        "The row fits %(count)s line; give the number of the line.",
        "The row fits %(count)s lines; give the number of the line.",
        count,
    ) % {"count": count}


def _without_contradictions(matches: Iterable[Match]) -> list[Match]:
    """Put aside all rows of a line that several rows say different things of."""
    matches = list(matches)
    said: dict[int, set[str]] = defaultdict(set)
    for match in matches:
        if match.line and match.row.answer:
            said[match.line.pk].add(match.row.answer)
    seen: set[int] = set()
    kept = []
    for match in matches:
        if match.line and len(said[match.line.pk]) > 1:
            reason = _("The file says different things of this line.")
            match = replace(match, outcome=Outcome.AMBIGUOUS, reason=reason)
        elif match.line and match.line.pk in seen and match.outcome == Outcome.NEW:
            match = replace(match, outcome=Outcome.SAME)
        if match.line:
            seen.add(match.line.pk)
        kept.append(match)
    return kept


def _plain(text: str) -> str:
    """Reduce what is compared; a list marks what a spreadsheet would run with an apostrophe."""
    return fold(text).lstrip("'")
