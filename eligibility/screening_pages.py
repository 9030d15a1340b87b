"""What the pages of a screening show: what was asked, and the counts by answer and by service."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import CadreAuthority, Officer, Service
from eligibility import reasons, screening
from eligibility.models import ScreenedTraining, Screening
from eligibility.screening_words import FINDINGS
from eligibility.states import Outcome
from igot.lib.dates import civil_date, dmy

DOUBTFUL: Final = (Outcome.REFER, Outcome.INCOMPLETE)
LANGUAGES: Final = ("en", "hi")


@dataclass(kw_only=True)
class Counts:
    """How many of a kind have each answer."""

    name: str
    key: int = 0
    numbers: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    on_boundary: int = 0

    @property
    def total(self) -> int:
        return sum(self.numbers.values())

    @property
    def eligible(self) -> int:
        return self.numbers[Outcome.ELIGIBLE]

    @property
    def refer(self) -> int:
        return self.numbers[Outcome.REFER]

    @property
    def incomplete(self) -> int:
        return self.numbers[Outcome.INCOMPLETE]

    @property
    def not_eligible(self) -> int:
        return self.numbers[Outcome.NOT_ELIGIBLE]

    @property
    def doubtful(self) -> int:
        return sum(self.numbers[outcome] for outcome in DOUBTFUL)

    @property
    def percent(self) -> int:
        """The share of the eligible, rounded down: 100 is everybody."""
        return 100 * self.eligible // self.total if self.total else 0


def summary_rows(made: Screening) -> list[dict[str, Any]]:
    """List what was asked, by whom, and as things stood when."""
    everything = _("All")
    rows = [
        (_("Asked by"), made.requested_by),
        (_("Asked on"), dmy(civil_date(made.requested_at))),
        (_("Cadre controlling authority"), made.authority or everything),
        (_("Service"), made.service or everything),
        (_("Cadre or State"), made.cadre or everything),
        (_("Group on record"), reasons.group_name(made.group) or everything),
        (
            _("Service record"),
            made.get_record_state_display() if made.record_state else _("In any state"),
        ),
    ]
    if made.is_done and made.started_at:
        rows.append((_("As on record on"), dmy(civil_date(made.started_at))))
    return [{"name": name, "value": value} for name, value in rows]


def of_training(training: ScreenedTraining) -> Counts:
    """Count the answers for a training, and the births on the exact boundary."""
    counts = Counts(name=str(training), key=training.place)
    for _service, _group, outcome, number in training.outcomes:
        counts.numbers[outcome] += number
    counts.on_boundary = sum(
        number for character, number in training.findings if screening.read(character).is_boundary
    )
    return counts


def by_service(training: ScreenedTraining, services: dict[int, Service]) -> list[Counts]:
    return _split(training, lambda service_id, _group: _service(services.get(service_id)))


def by_authority(training: ScreenedTraining, services: dict[int, Service]) -> list[Counts]:
    return _split(training, lambda service_id, _group: _authority(services.get(service_id)))


def by_group(training: ScreenedTraining) -> list[Counts]:
    names = {str(value): str(label) for value, label in Officer.Group.choices}
    return _split(training, lambda _service_id, group: (0, names.get(group) or _not_on_record()))


def _split(
    training: ScreenedTraining, key_of: "Callable[[int, str], tuple[int, str]]"
) -> list[Counts]:
    found: dict[tuple[int, str], Counts] = {}
    for service_id, group, outcome, number in training.outcomes:
        key, name = key_of(service_id, group)
        counts = found.setdefault((key, name), Counts(name=name, key=key))
        counts.numbers[outcome] += number
    return sorted(found.values(), key=lambda counts: counts.name.casefold())


def _service(service: Service | None) -> tuple[int, str]:
    return (service.pk, str(service)) if service else (0, _not_on_record())


def _authority(service: Service | None) -> tuple[int, str]:
    return (service.authority_id, str(service.authority)) if service else (0, _not_on_record())


def _not_on_record() -> str:
    return _("Not on record")


def findings(training: ScreenedTraining) -> list[dict[str, Any]]:
    """Count each finding in words, the rules one after the other."""
    numbers: dict[str, int] = defaultdict(int)
    for character, number in training.findings:
        for code in screening.read(character):
            numbers[code] += number
    return [
        {"code": code, "words": words, "number": numbers[code]}
        for code, words in FINDINGS.items()
        if numbers[code]
    ]


# --- letters --------------------------------------------------------------------------------------
def paragraphs(
    training: ScreenedTraining, made: Screening, *, has_doubtful: bool
) -> list[dict[str, str]]:
    """Draft in both languages the paragraph that goes with the lists to an authority."""
    found = []
    for language in LANGUAGES:
        with translation.override(language):
            words = {
                "course": training.course,
                "day": dmy(training.commences_on),
                "reference": training.rule_set_version.circular_reference,
                "on": dmy(civil_date(made.started_at or made.requested_at)),
            }
            text = _on_the_eligible() % words
            if has_doubtful:
                text = f"{text} {_on_the_doubtful()}"
            found.append({"language": language, "text": text})
    return found


def _on_the_eligible() -> str:
    return _(
        "The undersigned is directed to say that, going by the service records held by this "
        "Department on %(on)s, the officers named in List 1 meet the conditions of eligibility "
        "(%(reference)s) for the online course “%(course)s” commencing on %(day)s. It is "
        "requested that they be informed, so that those who wish may register on the portal in "
        "time."
    )


def _on_the_doubtful() -> str:
    return _(
        "For the officers in List 2 a fact is missing or the Department has to decide: their "
        "records may be checked and what is missing be supplied."
    )


def address_of(authority: CadreAuthority) -> Sequence[str]:
    """Return the lines of an authority's address, the name first."""
    return [str(authority), *(line for line in authority.address.splitlines() if line.strip())]
