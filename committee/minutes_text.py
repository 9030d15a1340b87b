"""The text of minutes: made from the rows in English and Hindi, read as blocks, compared, digested.

The text is plain. A line after "# " is its title, after "## " the heading of an item, after "- "
an entry of a list; "1. " numbers a paragraph, and a blank line ends one. Wording is fixed here,
as in every paper of the office, so that minutes read the same whoever has them made. They name who
was present and who was recused, but only the count of votes and scores (docs/decisions/0135).
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable
from difflib import SequenceMatcher
from typing import Any, Final, Literal, NamedTuple

from django.utils import timezone
from django.utils.translation import override

from circulars.documents import Words
from committee import rules
from committee.models import AgendaItem, Attendance, Interest, Meeting, Outcome, Participation
from committee.states import ItemState
from eligibility.models import RuleSet
from igot.lib.dates import IST, dmy
from igot.lib.money import dollars, rupees

PAGE_BREAK: Final = "\n\f\n"  # between the two languages where both are digested
LABEL: Final = re.compile(r"(?P<label>\d+(?:\.\d+)*\.)\s+(?P<text>.*)", re.ASCII | re.DOTALL)


class Block(NamedTuple):
    """A stretch of minutes as it is set: a title, a heading, a paragraph or a list."""

    kind: Literal["title", "heading", "paragraph", "list"]
    text: str = ""
    label: str = ""
    entries: tuple[str, ...] = ()


class Line(NamedTuple):
    """A line of a comparison."""

    kind: Literal["same", "added", "removed"]
    text: str


def made_from_rows(meeting: Meeting) -> Words:
    """Write the minutes of `meeting` from what was recorded; the same queries at any length."""
    facts = _Facts.of(meeting)
    return Words(_Writer("en", facts).minutes(), _Writer("hi", facts).minutes())


def blocks_of(text: str) -> list[Block]:
    """Read a text as blocks; whatever is typed is some block, nothing is lost."""
    blocks: list[Block] = []
    for chunk in re.split(r"\n\s*\n", canonical(text)):
        lines: list[str] = []
        for line in chunk.split("\n"):
            if line.startswith("- ") and not lines and blocks and blocks[-1].kind == "list":
                blocks[-1] = blocks[-1]._replace(entries=(*blocks[-1].entries, line[2:].strip()))
            elif line.startswith(("# ", "## ", "- ")):
                blocks += _paragraph(lines)
                lines = []
                blocks.append(_marked(line))
            elif line.strip():
                lines.append(line.strip())
        blocks += _paragraph(lines)
    return blocks


def _marked(line: str) -> Block:
    if line.startswith("- "):
        return Block("list", entries=(line[2:].strip(),))
    return Block("heading" if line.startswith("##") else "title", line.lstrip("#").strip())


def _paragraph(lines: list[str]) -> list[Block]:
    if not lines:
        return []
    text = "\n".join(lines)
    if found := LABEL.fullmatch(text):
        return [Block("paragraph", found["text"], found["label"])]
    return [Block("paragraph", text)]


def canonical(text: str) -> str:
    """Return `text` in NFC with plain line ends and nothing behind its lines or itself."""
    plain = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return "\n".join(line.rstrip() for line in plain.split("\n")).strip("\n")


def digest_of(number: str, text: str, text_hi: str) -> str:
    """Return the SHA-256 by which a text in two languages is known, whatever its line ends."""
    whole = PAGE_BREAK.join([number, canonical(text), canonical(text_hi)])
    return hashlib.sha256(whole.encode()).hexdigest()


def differences(old: str, new: str) -> list[Line]:
    """Compare two texts line by line; [] where they say the same."""
    was, now = canonical(old).split("\n"), canonical(new).split("\n")
    if was == now:
        return []
    lines: list[Line] = []
    for tag, a, b, c, d in SequenceMatcher(a=was, b=now, autojunk=False).get_opcodes():
        if tag == "equal":
            lines += [Line("same", line) for line in was[a:b]]
        else:
            lines += [Line("removed", line) for line in was[a:b]]
            lines += [Line("added", line) for line in now[c:d]]
    return _near_changes(lines)


def _near_changes(lines: list[Line], around: int = 1) -> list[Line]:
    """Leave out what did not change, but for a line before and after each change."""
    changed = [place for place, line in enumerate(lines) if line.kind != "same"]
    wanted = {near for place in changed for near in range(place - around, place + around + 1)}
    return [line for place, line in enumerate(lines) if place in wanted and line.text]


class _Facts(NamedTuple):
    """The rows that minutes are made from."""

    meeting: Meeting
    attendance: list[Attendance]
    items: list[AgendaItem]
    rule_sets: dict[str, RuleSet]

    @classmethod
    def of(cls, meeting: Meeting) -> "_Facts":
        attending = meeting.attendance.select_related("seat__user")
        items = meeting.items.in_order().select_related("resolution")
        return cls(
            meeting=meeting,
            attendance=sorted(attending, key=lambda row: (not row.seat.is_chair, row.pk)),
            items=list(items.prefetch_related("participations__seat__user", "invitations__user")),
            rule_sets={rule_set.code: rule_set for rule_set in RuleSet.objects.all()},
        )


class _Writer:
    """Writes minutes in one language."""

    def __init__(self, language: str, facts: _Facts) -> None:
        self.language, self.facts = language, facts
        self.lines: list[str] = []
        self.number = 0

    def minutes(self) -> str:
        self._opening()
        for item in self.facts.items:
            self._item(item)
        self._closing()
        return canonical("\n".join(self.lines))

    # --- how things are put down

    def _say(self, en: str, hi: str, **params: object) -> str:
        return (hi if self.language == "hi" else en) % params

    def _para(self, en: str, hi: str, **params: object) -> None:
        self.number += 1
        self.lines += [f"{self.number}. {self._say(en, hi, **params)}", ""]

    def _list(self, entries: Iterable[str]) -> None:
        self.lines += [*(f"- {entry}" for entry in entries), ""]

    def _word(self, label: object) -> str:
        with override(self.language):
            return str(label)

    def _shown(self, display: Callable[[], str]) -> str:
        """Have a choice shown in the language of the text, whoever's page makes it."""
        with override(self.language):
            return str(display())

    def _either(self, en: str, hi: str) -> str:
        return (hi or en) if self.language == "hi" else en

    def _and(self, names: Iterable[str]) -> str:
        *most, last = names
        if not most:
            return last
        joined = ", ".join(most)
        return self._say("%(most)s and %(last)s", "%(most)s और %(last)s", most=joined, last=last)

    # --- the meeting

    def _opening(self) -> None:
        meeting, committee = self.facts.meeting, self.facts.meeting.committee
        self.lines += [
            "# "
            + self._say(
                "Minutes of the meeting %(number)s of the %(committee)s",
                "%(committee)s की बैठक %(number)s का कार्यवृत्त",
                number=meeting.number,
                committee=self._either(committee.title, committee.title_hi),
            ),
            "",
        ]
        begins = timezone.localtime(meeting.opened_at or meeting.begins_at, IST)
        self._para(
            "The committee, constituted by order %(order)s dated %(ordered_on)s, met on %(day)s at "
            "%(time)s (%(mode)s%(place)s).",
            "दिनांक %(ordered_on)s के आदेश %(order)s द्वारा गठित समिति की बैठक दिनांक %(day)s को "
            "%(time)s बजे हुई (%(mode)s%(place)s)।",
            order=committee.order_number,
            ordered_on=dmy(committee.ordered_on),
            day=dmy(begins.date()),
            time=f"{begins:%H:%M}",
            mode=self._shown(meeting.get_mode_display).lower(),
            place=f", {meeting.place}" if meeting.place else "",
        )
        present = [row for row in self.facts.attendance if row.is_present]
        absent = [row for row in self.facts.attendance if not row.is_present]
        self._para("The following members attended:", "निम्नलिखित सदस्य उपस्थित थे:")
        self._list(self._attendee(row) for row in present)
        if absent:
            self._para("The following members were absent:", "निम्नलिखित सदस्य अनुपस्थित थे:")
            self._list(self._member(row.seat) for row in absent)
        quorum = committee.quorum
        self._para(
            "The quorum for each item is %(quorum)s members present, voting and not "
            "recused%(chair)s.",
            "प्रत्येक मद के लिए गणपूर्ति %(quorum)s उपस्थित, मताधिकारी और अलग न हुए सदस्यों की है%(chair)s।",
            quorum=quorum,
            chair=self._say(", the chair among them", ", जिनमें अध्यक्ष सम्मिलित हों")
            if committee.chair_needed
            else "",
        )

    def _attendee(self, row: Attendance) -> str:
        return f"{self._member(row.seat)} ({self._shown(row.get_mode_display).lower()})"

    def _member(self, seat: Any) -> str:
        designation = self._either(seat.designation, seat.designation_hi)
        role = self._say(" – chair", " – अध्यक्ष") if seat.is_chair else ""
        return f"{seat.user.name or seat.user.email}, {designation}{role}"

    def _closing(self) -> None:
        closed_at = self.facts.meeting.closed_at
        if closed_at:
            at = timezone.localtime(closed_at, IST)
            self._para(
                "The meeting was closed at %(time)s on %(day)s.",
                "बैठक दिनांक %(day)s को %(time)s बजे समाप्त हुई।",
                time=f"{at:%H:%M}",
                day=dmy(at.date()),
            )

    # --- an item

    def _item(self, item: AgendaItem) -> None:
        proposal = item.proposal
        self.lines += [
            "## "
            + self._say(
                "Item %(number)s: %(title)s, %(institute)s",
                "मद %(number)s: %(title)s, %(institute)s",
                number=item.position,
                title=self._either(proposal.title, proposal.title_hi),
                institute=proposal.institute_name,
            ),
            "",
        ]
        self._para(
            "Proposal %(number)s of %(proposer)s, received on %(day)s, was considered.",
            "%(proposer)s के दिनांक %(day)s को प्राप्त प्रस्ताव %(number)s पर विचार किया गया।",
            number=proposal.number,
            proposer=proposal.proposer,
            day=dmy(proposal.received_on),
        )
        members = list(item.participations.all())
        self._experts(item)
        self._recusals(members)
        if item.state == ItemState.CARRIED_OVER:
            self._para(
                "The item was carried over: %(reason)s",
                "मद आगे की बैठक के लिए रखी गई: %(reason)s",
                reason=item.carried_over_reason or "–",
            )
            return
        self._scores(members)
        if resolution := getattr(item, "resolution", None):
            self._resolution(resolution)

    def _experts(self, item: AgendaItem) -> None:
        heard = [row.user.name for row in item.invitations.all() if row.given_at]
        if heard:
            self._para(
                "The opinion of %(names)s, invited as domain expert, was before the committee.",
                "विषय विशेषज्ञ के रूप में आमंत्रित %(names)s की राय समिति के समक्ष थी।",
                names=self._and(heard),
            )

    def _recusals(self, members: list[Participation]) -> None:
        for member in members:
            if member.is_recused:
                self._para(
                    "%(member)s declared an interest (%(kind)s), was recused, and neither scored "
                    "nor voted.",
                    "%(member)s ने हित (%(kind)s) घोषित किया और विचार से अलग रहे; उन्होंने न अंक दिए, "
                    "न मत।",
                    member=self._member(member.seat),
                    kind=self._word(Interest(member.interest).label if member.interest else "–"),
                )

    def _scores(self, members: list[Participation]) -> None:
        scores = [m.score for m in members if m.score is not None and rules.counts(m.counted)]
        if scores:
            self._para(
                "Score sheets handed in: %(count)s; median %(median)s, mean %(mean)s out of 100.",
                "प्राप्त अंक-पत्र: %(count)s; 100 में से माध्यिका %(median)s, औसत %(mean)s।",
                count=len(scores),
                median=rules.median_score(scores),
                mean=rules.mean_score(scores),
            )

    def _resolution(self, row: Any) -> None:
        self._para(
            "Votes: %(votes_for)s for, %(against)s against, %(abstained)s abstained; %(counted)s "
            "members counted for the quorum of %(needed)s.%(casting)s",
            "मत: पक्ष में %(votes_for)s, विपक्ष में %(against)s, तटस्थ %(abstained)s; %(needed)s की "
            "गणपूर्ति के लिए %(counted)s सदस्य गिने गए।%(casting)s",
            votes_for=row.votes_for,
            against=row.votes_against,
            abstained=row.votes_abstained,
            counted=row.quorum_counted,
            needed=row.quorum_needed,
            casting=self._casting(row),
        )
        self._para(
            "Resolution %(number)s: %(outcome)s.",
            "संकल्प %(number)s: %(outcome)s।",
            number=row.number,
            outcome=self._word(Outcome(row.outcome).label),
        )
        if terms := self._terms(row):
            self._list(terms)
        self._para(
            "Reasons: %(reasons)s",
            "कारण: %(reasons)s",
            reasons=" ".join(self._either(row.reasons, row.reasons_hi).split()),
        )

    def _casting(self, row: Any) -> str:
        if not row.casting_vote:
            return ""
        return self._say(
            " The votes were equal; the chair gave the casting vote: %(vote)s.",
            " मत बराबर थे; अध्यक्ष ने निर्णायक मत दिया: %(vote)s।",
            vote=self._shown(row.get_casting_vote_display).lower(),
        )

    def _terms(self, row: Any) -> list[str]:
        if row.outcome != Outcome.SHORTLISTED:
            return []
        terms = [
            self._say("Officers: %(who)s", "अधिकारी: %(who)s", who=self._officers(row)),
            self._say(
                "Certification: %(how)s",
                "प्रमाणन: %(how)s",
                how=self._shown(row.get_certification_display),
            ),
        ]
        if row.fee_ceiling is not None:
            fee = dollars(row.fee_ceiling) if row.currency == "USD" else rupees(row.fee_ceiling)
            terms.append(self._say("Fee ceiling: %(fee)s", "शुल्क की सीमा: %(fee)s", fee=fee))
        if row.credit_points is not None:
            terms.append(self._say("Credit points: %(n)s", "क्रेडिट अंक: %(n)s", n=row.credit_points))
        days = {"start": dmy(row.valid_from), "end": dmy(row.valid_to) if row.valid_to else ""}
        if row.valid_to:
            terms.append(
                self._say("Valid: %(start)s to %(end)s", "वैध: %(start)s से %(end)s तक", **days)
            )
        else:
            terms.append(self._say("Valid from: %(start)s", "वैध: %(start)s से", **days))
        return terms

    def _officers(self, row: Any) -> str:
        rule_set = self.facts.rule_sets.get(row.rule_set_code)
        name = self._either(rule_set.name, rule_set.name_hi) if rule_set else row.rule_set_code
        audience = " ".join(self._either(row.audience, row.audience_hi).split())
        return f"{name} – {audience}" if audience else name
