"""Screening stored officers: asking, making, and deleting the lists whose time has passed."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Count, QuerySet, Value
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AuditEntry, CadreAuthority, Officer, Service, State, User
from accounts.notifications import notify
from eligibility import facts, policies, screening
from eligibility.models import RuleSetVersion, ScreenedTraining, Screening, ScreeningResult
from eligibility.models.screenings import KEPT_FOR, MOST_ATTEMPTS
from eligibility.screening import Profile
from eligibility.states import MissingData, ScreeningState
from eligibility.trainings import Training
from igot.lib.dates import civil_date
from igot.lib.errors import Refused

AT_ONCE: Final = 10_000  # officers that are screened while the reader waits
DELETED_AT_ONCE: Final = 20_000
# One long statement, whose compilation would take longer than it saves.
LONG_STATEMENT: Final = "SET LOCAL statement_timeout = '180s'; SET LOCAL jit = off"
# The statistics know nothing yet of these rows: by them a million would be sorted to be counted.
COUNTING: Final = "SET LOCAL enable_sort = off"
COLUMNS: Final = ("screening", "officer", "service", "group", "codes")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which officers are to be screened; None or "" is all."""

    service: Service | None = None
    cadre: State | None = None
    authority: CadreAuthority | None = None
    group: str = ""
    record_state: str = ""


@transaction.atomic(durable=True)
def request_screening(
    *, wanted: Wanted, trainings: Sequence[Training], acting_user: User, at: datetime
) -> Screening:
    """Ask who of the officers `wanted` is eligible for `trainings`; few are screened at once.

    :raises Refused: not for this user, or no rule set is in force for one of the trainings
    """
    if reason := policies.why_not_screen(acting_user, wanted.authority):
        raise Refused(reason)
    if not trainings:
        raise Refused(_("No run is open or announced: there is nothing to screen for."))
    made = Screening.objects.create(
        requested_by=acting_user,
        requested_at=at,
        service=wanted.service,
        cadre=wanted.cadre,
        authority=wanted.authority,
        group=wanted.group,
        record_state=wanted.record_state,
        kept_until=civil_date(at) + KEPT_FOR,
    )
    ScreenedTraining.objects.bulk_create(_trainings(made, trainings, at))
    audit.record(made, "screening.requested", acting_user=acting_user, at=at, **_asked(made))
    if _officers(made)[: AT_ONCE + 1].count() <= AT_ONCE:
        _fill(made, at)
    return made


@transaction.atomic(durable=True)
def begin_screening(*, screening_id: int, at: datetime) -> Screening:
    """Take a screening that is due: it is being made; given up after `MOST_ATTEMPTS`.

    :raises Refused: somebody else has taken it, or it is made
    """
    made = Screening.objects.select_for_update(no_key=True).get(pk=screening_id)
    if not Screening.objects.due(at).filter(pk=screening_id).exists():
        raise Refused(_("This is “%(state)s”.") % {"state": made.get_state_display()})
    if made.attempts >= MOST_ATTEMPTS:
        _advance(made, ScreeningState.FAILED)
        _tell(made, audit.record(made, "screening.failed", acting_user=None, at=at))
        return made
    made.attempts, made.started_at = made.attempts + 1, at
    made.save(update_fields=["attempts", "started_at"])
    _advance(made, ScreeningState.RUNNING)
    return made


@transaction.atomic(durable=True)
def make_screening(*, screening_id: int, at: datetime) -> Screening:
    """Screen the officers in one statement, count what it found, and tell who asked.

    :raises Refused: the screening was not begun
    """
    made = Screening.objects.select_for_update(no_key=True).get(pk=screening_id)
    if made.state != ScreeningState.RUNNING:
        raise Refused(_("This is “%(state)s”.") % {"state": made.get_state_display()})
    _tell(made, _fill(made, at))
    return made


@transaction.atomic(durable=True)
def record_export(
    *, screening: Screening, kind: str, acting_user: User, at: datetime, **asked: Any
) -> AuditEntry:
    """Write down who took which list of a screening away, before it is given.

    :raises Refused: the list is no longer kept
    """
    made = Screening.objects.select_for_update(no_key=True).get(pk=screening.pk)
    if not made.is_listed:
        raise Refused(_("The officers of this screening are not listed."))
    return audit.record(
        made, "screening.exported", acting_user=acting_user, at=at, kind=kind, **asked
    )


@transaction.atomic(durable=True)
def delete_results(*, screening_id: int, at: datetime) -> bool:
    """Delete some of the officers listed, and tell whether none is left; the counts stay.

    :raises Refused: the list is to be kept still, or was deleted
    """
    made = Screening.objects.select_for_update(no_key=True).get(pk=screening_id)
    if not Screening.objects.past_keeping(civil_date(at)).filter(pk=screening_id).exists():
        raise Refused(_("The list is kept until %(day)s.") % {"day": f"{made.kept_until:%d.%m.%Y}"})
    results = ScreeningResult.objects.filter(screening=made)
    in_order = results.order_by("officer_id").values_list("officer_id", flat=True)
    next_one = in_order[DELETED_AT_ONCE : DELETED_AT_ONCE + 1].first()
    if next_one is not None:
        results.filter(officer_id__lt=next_one).delete()
        return False
    results.delete()
    made.purged_at = at
    made.save(update_fields=["purged_at"])
    audit.record(made, "screening.list_deleted", acting_user=None, at=at)
    return True


# --- asking ---------------------------------------------------------------------------------------
def _trainings(
    made: Screening, trainings: Sequence[Training], at: datetime
) -> list[ScreenedTraining]:
    versions: dict[tuple[str, Any], RuleSetVersion | None] = {}
    found = []
    for place, training in enumerate(trainings, start=1):
        key = (training.course.rule_set_code, training.commences_on)
        if key not in versions:
            versions[key] = RuleSetVersion.objects.governing(*key)
        version = versions[key]
        if version is None:
            raise Refused(
                _("The course “%(course)s” has no approved rule set: it cannot be screened for.")
                % {"course": training.course}
            )
        found.append(
            ScreenedTraining(
                screening=made,
                place=place,
                course=training.course,
                run=training.run,
                rule_set_version=version,
                commences_on=training.commences_on,
                registered_on=min(civil_date(at), training.commences_on),
            )
        )
    return found


def _asked(made: Screening) -> dict[str, Any]:
    """Return the filters of a screening for the audit trail."""
    return {
        "service": made.service_id,
        "cadre": made.cadre_id,
        "authority": made.authority_id,
        "group": made.group,
        "record_state": made.record_state,
    }


def _tell(made: Screening, entry: AuditEntry) -> None:
    notify(made.requested_by, of=entry, link=made.get_absolute_url(), number=made.pk)


# --- making ---------------------------------------------------------------------------------------
def _fill(made: Screening, at: datetime) -> AuditEntry:
    trainings = list(made.trainings.in_order())
    profiles = profiles_of(trainings)
    sql, params = statement(made, profiles)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(LONG_STATEMENT)
        cursor.execute(sql, params)
        if connection.vendor == "postgresql":
            cursor.execute(COUNTING)
    _count(made, trainings, profiles)
    made.started_at = made.started_at or at
    made.save(update_fields=["started_at", "officers"])
    _advance(made, ScreeningState.DONE)
    return audit.record(
        made, "screening.made", acting_user=None, at=at, officers=made.officers, **_asked(made)
    )


def profiles_of(trainings: Iterable[ScreenedTraining]) -> list[Profile]:
    """Return the rules and days of the trainings, in the order of their characters."""
    versions = {training.rule_set_version_id: training.rule_set_version for training in trainings}
    books = {pk: facts.rule_book(version) for pk, version in versions.items()}
    return [
        Profile(books[one.rule_set_version_id], one.commences_on, one.registered_on)
        for one in trainings
    ]


def rows_of(made: Screening, profiles: Sequence[Profile]) -> "QuerySet[Officer, Any]":
    """Return the rows of the table of results, in the order of `COLUMNS`."""
    rows = _officers(made).annotate(codes=screening.codes(profiles, Service.objects.all()))
    return rows.values_list(Value(made.pk), "pk", "service_id", "group", "codes")


def statement(made: Screening, profiles: Sequence[Profile]) -> tuple[str, tuple[Any, ...]]:
    """Return the one statement that screens the officers and stores what it finds."""
    quote, options = connection.ops.quote_name, ScreeningResult._meta
    columns = {field.name: quote(str(field.column)) for field in options.concrete_fields}
    sql, params = rows_of(made, profiles).query.sql_with_params()
    into = ", ".join(columns[name] for name in COLUMNS)
    return f"INSERT INTO {quote(options.db_table)} ({into}) {sql}", params


def _officers(made: Screening) -> "QuerySet[Officer]":
    """Return the officers that the screening asks for."""
    asked: dict[str, Any] = {
        "service": made.service,
        "cadre": made.cadre,
        "service__authority": made.authority,
        "group": made.group,
        "record_state": made.record_state,
    }
    return Officer.objects.filter(**{name: value for name, value in asked.items() if value})


def _count(
    made: Screening, trainings: Sequence[ScreenedTraining], profiles: Sequence[Profile]
) -> None:
    """Count by service, group and findings in one statement, and by training here.

    A million officers have some thousand texts of findings: each is read once.
    """
    groups = ScreeningResult.objects.filter(screening=made).order_by()
    counted = groups.values_list("service_id", "group", "codes").annotate(officers=Count("*"))
    missing = [MissingData(profile.rules.missing_data) for profile in profiles]
    answers: dict[str, tuple[str, ...]] = {}
    by_codes, by_answers = Counter[str](), Counter[tuple[int | None, str, tuple[str, ...]]]()
    for service_id, group, codes, officers in counted:
        if codes not in answers:
            outcomes = map(screening.outcome_of, codes, missing)
            answers[codes] = tuple(outcome.value for outcome in outcomes)
        by_codes[codes] += officers
        by_answers[service_id, group, answers[codes]] += officers
    for place, training in enumerate(trainings):
        found, answered = Counter[str](), Counter[tuple[int | None, str, str]]()
        for codes, officers in by_codes.items():
            found[codes[place]] += officers
        for (service_id, group, answer), officers in by_answers.items():
            answered[service_id, group, answer[place]] += officers
        training.findings = [[character, officers] for character, officers in found.items()]
        training.outcomes = [[*key, officers] for key, officers in answered.items()]
    ScreenedTraining.objects.bulk_update(trainings, ["outcomes", "findings"])
    made.officers = by_codes.total()


def _advance(made: Screening, state: ScreeningState) -> None:
    made.state = state
    made.save(update_fields=["state"])
