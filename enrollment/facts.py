"""What pages show of a registration: terms of the course, the record, what is submitted."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Officer
from courses import terms
from courses.models import Course, Provider, Run
from courses.terms import RunTerms
from eligibility import facts as eligibility_facts
from eligibility import reading, reasons, rules
from eligibility.models import RuleSetVersion
from eligibility.states import Outcome
from enrollment.models import Enrollment, Intimation, ProviderAccount
from igot.lib.dates import civil_date, dmy
from igot.lib.money import dollars


# --- what a course asks and gives ---------------------------------------------------------------
def terms_by_batch(course: Course, runs: Iterable[Run], on: date) -> dict[str, Any]:
    """Return what the course costs and gives on `on`, and the batches that differ from that."""
    general = terms.terms_of_course(course, on)
    by_batch = [(run, terms.with_own(run, general)) for run in runs]
    return {
        "terms": general,
        "terms_of_batches": [(run, found) for run, found in by_batch if found.is_own],
    }


class Answer(NamedTuple):
    """What the rules say now, without anything being stored."""

    outcome: str
    label: str
    findings: Sequence[dict[str, Any]]
    is_provisional: bool
    is_boundary: bool


def answer_for(officer: Officer, course: Course, run: Run | None, today: date) -> Answer | None:
    """Ask the rules about an officer as the record stands; None where no rule set is in force."""
    commences_on = (run.commences_on if run else None) or today
    version = RuleSetVersion.objects.governing(course.rule_set_code, commences_on)
    if version is None:
        return None
    book = eligibility_facts.rule_book(version)
    tested_on = rules.test_date(book, commences_on, today)
    ruling = rules.decide(
        facts=eligibility_facts.facts_of(officer, on=tested_on),
        rules=book,
        commences_on=commences_on,
        registered_on=today,
    )
    return Answer(
        ruling.outcome,
        str(Outcome(ruling.outcome).label),
        [reasons.in_words(eligibility_facts.finding_data(f)) for f in ruling.findings],
        not officer.is_verified,
        ruling.is_boundary,
    )


def readings_to_consider(enrollment: Enrollment, today: date) -> list[str]:
    """Return both readings of the age limit, where whoever confirms has to have seen them.

    That is so on the very boundary, unless the rule set leaves it to the rules alone.
    """
    officer, run = enrollment.officer, enrollment.run
    commences_on = (run.commences_on if run else enrollment.commences_on) or today
    version = RuleSetVersion.objects.governing(enrollment.course.rule_set_code, commences_on)
    if officer.born_on is None or version is None or not version.boundary_to_human:
        return []
    book = eligibility_facts.rule_book(version)
    if officer.born_on != rules.exact_birth(commences_on.year, book):
        return []
    return reading.both_readings(book, born_on=officer.born_on, commences_on=commences_on)


def details_of(officer: Officer) -> list[dict[str, Any]]:
    """Return the facts of the service record that a registration rests on, as rows."""
    pairs = [
        (_("Name as in service records"), officer.name),
        (_("Service"), officer.service),
        (_("Group"), officer.get_group_display() if officer.group else ""),
        (_("Date of birth"), dmy(officer.born_on) if officer.born_on else ""),
        (_("Year of allotment or select list"), str(officer.allotment_year or "")),
        (_("Date of joining the service"), dmy(officer.joined_on) if officer.joined_on else ""),
        (_("Designation"), officer.designation),
        (_("Ministry or department"), officer.ministry),
        (_("Cadre controlling authority"), officer.authority),
    ]
    return [{"name": name, "value": value} for name, value in pairs]


def others_beside(enrollment: Enrollment) -> dict[str, Any]:
    """Return what else the officer has under way that ought to be warned of, not refused."""
    course, run = enrollment.course, enrollment.run
    mine = Enrollment.objects.under_way().besides(enrollment).of(enrollment.officer.log_in)
    others = list(mine.beside(run, course))
    return {
        "same_course": next((other for other in others if other.course_id == course.pk), None),
        "same_weeks": ", ".join(
            f"“{other.course}”" for other in others if other.course_id != course.pk
        ),
    }


def accounts_of(officer: Officer, provider: Provider) -> dict[str, str]:
    """Return the user names that the officer has given for an earlier course of the provider."""
    account = ProviderAccount.objects.filter(officer=officer, provider=provider).first()
    if account is None:
        return {}
    return {
        "platform_username": account.platform_username,
        "programme_username": account.programme_username,
    }


def summary_of(enrollment: Enrollment) -> list[dict[str, Any]]:
    """Return what is about to be submitted, each row with the page that changes it."""
    course, officer = enrollment.course, enrollment.officer
    rows = [{"name": _("Course"), "value": course}]
    if enrollment.run:
        rows.append(_row(_("Batch"), _run_in_words(enrollment.run), enrollment, "run"))
        rows += _money_rows(terms.terms_of(enrollment.run, timezone.localdate()))
    rows += [
        _row(_("Name as in service records"), officer.name, enrollment, "details"),
        _row(_("Service"), officer.service, enrollment, "details"),
    ]
    if account := enrollment.provider_account:
        provider = course.provider
        names = [(provider.platform_account or _("User name"), account.platform_username)]
        if account.programme_username:
            names.append((provider.programme_account, account.programme_username))
        rows += [_row(name, value, enrollment, "accounts") for name, value in names]
    made = dmy(_day(enrollment.declared_at)) if enrollment.declared_at else ""
    rows.append(
        _row(_("Declaration"), _("Made on %(day)s") % {"day": made}, enrollment, "declaration")
    )
    rows.append({"name": _("Told of it"), "value": officer.authority})
    return rows


def _money_rows(found: RunTerms) -> list[dict[str, Any]]:
    """Say before anybody submits what the batch costs and what of it comes back."""
    if not found.fee_usd:
        return []
    rows = [{"name": _("You pay the provider"), "value": dollars(found.fee_usd)}]
    back = min(found.fee_usd, found.cap_usd or Decimal(0))
    rows.append({"name": _("Comes back, with the certificate"), "value": dollars(back)})
    if found.payment_valid_until:
        day = dmy(found.payment_valid_until)
        rows.append({"name": _("The payment is valid until"), "value": day})
    return rows


def particulars_of(intimation: Intimation) -> list[dict[str, Any]]:
    """Return what an authority is shown of a registration, as rows."""
    enrollment, run = intimation.enrollment, intimation.run
    officer, course = enrollment.officer, enrollment.course
    pairs = [
        (_("Registration"), enrollment.number),
        (_("Course"), course),
        (_("Institute"), course.institute),
        (_("Batch"), _run_in_words(run) if run else _("Self-paced")),
        (_("Service"), officer.service),
        (_("Designation"), officer.designation),
        (_("Ministry or department"), officer.ministry),
        (_("Told"), intimation.authority),
        (_("Dated"), dmy(intimation.dated_on)),
        (_("Answer"), intimation.get_answer_display()),
    ]
    return [{"name": name, "value": value} for name, value in pairs]


def in_days(rows: Iterable[Intimation], on: date) -> list[dict[str, Any]]:
    """Return intimations, each with its age in days on `on`."""
    return [{"intimation": row, "days": (on - row.waits_since).days} for row in rows]


def _row(name: str, value: object, enrollment: Enrollment, page: str) -> dict[str, Any]:
    url = reverse(f"enrollment:{page}", args=[enrollment.pk])
    return {"name": name, "value": value, "url": url, "link": _("Change")}


def _run_in_words(run: Run) -> str:
    if run.commences_on is None:
        return str(run)
    return _("%(run)s, from %(day)s") % {"run": run, "day": dmy(run.commences_on)}


def _day(at: datetime) -> date:
    return civil_date(at)
