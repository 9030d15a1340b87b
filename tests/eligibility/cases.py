"""The worked cases of the domain, as values that the rules and the command both take."""

from collections.abc import Iterator
from csv import DictReader
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from eligibility import packaged
from eligibility.rules import Facts, RuleBook
from eligibility.states import AgeMode, TestDate
from igot.lib.dates import parse_civil_date

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Case:
    row: dict[str, str]

    @property
    def rules(self) -> RuleBook:
        rules = packaged.rule_book(self.row["rule_set"], self.commences_on)
        assert rules
        return rules

    @property
    def facts(self) -> Facts:
        kind, _space, when = self.row["service_basis"].partition(" ")
        return Facts(
            service=packaged.directory().find(self.row["service"]),
            group=self.row["group"],
            born_on=date.fromisoformat(self.row["dob"]) if self.row["dob"] else None,
            allotment_year=int(when) if kind == "allot" else None,
            joined_on=parse_civil_date(when) if kind == "join" else None,
        )

    @property
    def commences_on(self) -> date:
        return date.fromisoformat(self.row["commencement_date"])

    @property
    def registered_on(self) -> date:
        return date.fromisoformat(self.row["registration_date"])

    @property
    def flips(self) -> set[str]:
        return set(self.row["policies_that_flip_it"].split())


def all_cases() -> list[Case]:
    with (DATA / "eligibility_cases.csv").open(encoding="utf-8") as file:
        return [Case(row) for row in DictReader(file)]


def other_policies(rules: RuleBook) -> Iterator[tuple[str, RuleBook]]:
    """Yield each single setting that the cases speak of, with the rules under it."""
    for mode in set(AgeMode) - {rules.age_mode}:
        yield f"AGE={mode}", replace(rules, age_mode=mode)
    yield "REF=REGISTRATION", replace(rules, service_test_date=TestDate.REGISTRATION)


CASES = all_cases()
