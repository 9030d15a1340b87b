"""Rule sets and decisions for tests, with the shipped rules unless a test says otherwise."""

from datetime import date, datetime
from io import StringIO
from typing import Any

from django.core.management import call_command
from django.utils import timezone

from accounts.models import Officer, User
from accounts.roles import Role
from courses.models import Course, Run
from eligibility.actions import decisions
from eligibility.actions import representations as actions
from eligibility.models import (
    AudienceEntry,
    Decision,
    OverrideProposal,
    Representation,
    RuleSet,
    RuleSetVersion,
)
from eligibility.states import RepresentationState
from igot.lib.uploads import CheckedFile
from tests.factories.accounts import make_officer, make_user
from tests.factories.courses import make_run


def load_rule_sets() -> None:
    """Load the rule sets WEB and OM as they are shipped; twice does no harm."""
    call_command("load_rule_sets", stdout=StringIO())


def make_rule_set_version(
    *,
    code: str = "WEB",
    effective_from: date = date(2027, 1, 1),
    drafted_by: User | None = None,
    **fields: Any,
) -> RuleSetVersion:
    """Make a draft of a rule set that admits Group A of the All India Services."""
    rule_set, _is_new = RuleSet.objects.get_or_create(code=code, defaults={"name": code})
    fields.setdefault("version", rule_set.versions.count() + 1)
    fields.setdefault("circular_reference", "Draft circular")
    fields.setdefault("service_base", "ALLOTMENT_YEAR")
    for rule in ("audience", "service", "age"):
        fields.setdefault(f"{rule}_source", f"Draft circular, para on {rule}")
    version = RuleSetVersion.objects.create(
        rule_set=rule_set,
        effective_from=effective_from,
        drafted_by=drafted_by or make_user(Role.DEALING_HAND),
        **fields,
    )
    AudienceEntry.objects.create(rule_set_version=version, family="AIS", group="A")
    return version


def make_decision(
    *,
    officer: Officer | None = None,
    run: Run | None = None,
    course: Course | None = None,
    acting_user: User | None = None,
    at: datetime | None = None,
    is_binding: bool = False,
) -> Decision:
    """Decide on an officer (eligible unless the test says otherwise) for a run."""
    load_rule_sets()
    officer = officer or make_officer()
    return decisions.decide(
        officer=officer,
        run=run if run or course else make_run(),
        course=course,
        acting_user=acting_user or officer.user,
        at=at or timezone.now(),
        is_binding=is_binding,
    )


def make_override_proposal(
    *, decision: Decision, proposed_by: User | None = None, **fields: Any
) -> OverrideProposal:
    fields.setdefault("reason", "Seconded at the instance of the Department.")
    fields.setdefault("order_reference", "T-16017/42/2018-Trg of 20.05.2019")
    return OverrideProposal.objects.create(
        decision=decision,
        proposed_by=proposed_by or make_user(Role.DEALING_HAND),
        proposed_at=timezone.now(),
        **fields,
    )


def make_representation(
    *,
    decision: Decision | None = None,
    text: str = "The date of joining on my record is wrong: I joined on 28.08.2016.",
    state: str = RepresentationState.RECEIVED,
    answer: str = "",
    attachment: CheckedFile | None = None,
    hand: User | None = None,
    at: datetime | None = None,
) -> Representation:
    """Make a representation by its actions: against a refusal, and no further than `state`."""
    at = at or timezone.now()
    decision = decision or make_decision(officer=make_officer(joined_on=timezone.localdate()))
    sent = actions.send_representation(
        decision_id=decision.pk,
        text=text,
        attachment=attachment,
        acting_user=decision.officer.log_in,
        at=at,
    )
    given: dict[str, Any] = {"representation_id": sent.pk, "at": at}
    hand = hand or make_user(Role.DEALING_HAND)
    if state == RepresentationState.WITHDRAWN:
        return actions.withdraw_representation(**given, acting_user=decision.officer.log_in)
    if state != RepresentationState.RECEIVED:
        sent = actions.take_up_representation(**given, acting_user=hand)
    if state == RepresentationState.ANSWERED:
        answer = answer or (
            "निर्णय नियमानुसार है।" if sent.language == "hi" else "It stands by the rule."
        )
        return actions.uphold_decision(**given, answer=answer, acting_user=hand)
    return sent
