"""What the “Why?” page of a stored decision shows, put together from its rows."""

from datetime import date, datetime
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from eligibility import explain, explain_words, facts, reasons
from eligibility.models import Decision, RuleSetVersion
from eligibility.states import Outcome, Rule
from igot.lib.dates import dmy


def case_of(decision: Decision) -> explain.Case:
    """Turn a stored decision back into the values that it was made from."""
    return explain.Case(
        facts=facts.from_inputs(decision.inputs),
        rules=facts.rule_book(decision.rule_set_version),
        commences_on=decision.commences_on,
        registered_on=decision.registered_on,
        is_verified=not decision.is_provisional,
    )


def why(decision: Decision, *, for_staff: bool) -> dict[str, Any]:
    """Explain a decision; `for_staff` adds which single switch of the rules would flip it."""
    case = case_of(decision)
    fit = explain.window(case)
    return {
        "cards": cards(decision, case),
        "window": fit,
        "window_text": explain_words.window_in_words(fit),
        "is_in_window": fit.holds(decision.commences_on),
        "scale": scale(fit, decision.commences_on),
        "changes": [] if decision.is_override else changes(case),
        "readings": explain.age_readings(case),
        "flips": flips(case) if for_staff else [],
        "rows": fact_rows(decision),
        "provenance": provenance(decision),
    }


# --- findings -----------------------------------------------------------------------------------
def cards(decision: Decision, case: explain.Case) -> list[dict[str, Any]]:
    """Return for each finding its sentence as stored, the rule in words and what was compared."""
    circular = circular_of(decision.rule_set_version)
    return [
        {
            **finding,
            "rule_text": " ".join(explain_words.rule_in_words(Rule(finding["rule"]), case)),
            "compared": explain_words.compared(case.finding(Rule(finding["rule"])), case),
            "circular_url": circular,
        }
        for finding in decision.findings
    ]


def circular_of(version: RuleSetVersion) -> str:
    """Return the address of the circular behind a version, "" where it names none."""
    return version.circular.get_absolute_url() if version.circular else ""


# --- what would change the answer -----------------------------------------------------------------
def changes(case: explain.Case) -> list[dict[str, Any]]:
    now = str(case.ruling.outcome.label)
    return [
        {
            "text": explain_words.change(made),
            "effect": explain_words.effect(made, now),
            "helps": made.helps,
        }
        for made in explain.changes(case)
    ]


def flips(case: explain.Case) -> list[dict[str, Any]]:
    """Name the switches that alone would make another answer, as the desk knows them."""
    return [
        {
            "name": RuleSetVersion._meta.get_field(flip.switch).verbose_name,  # type: ignore[union-attr]  # plain fields
            "value": _value(flip.value),
            "outcome": flip.outcome,
        }
        for flip in explain.flips(case)
    ]


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value.label)


# --- the days that fit ----------------------------------------------------------------------------
class Scale(NamedTuple):
    """Where the days that fit and the commencement lie on a bar from 0 to 100."""

    start: int
    width: int
    mark: int


def scale(fit: explain.Window, day: date) -> Scale | None:
    """Place the window and the commencement on a bar; None where there is nothing to draw."""
    if fit.bar or not fit.first or not fit.last:
        return None
    earliest, latest = min(fit.first, day), max(fit.last, day)
    margin = max((latest - earliest).days // 12, 30)
    whole = (latest - earliest).days + 2 * margin

    def place(on: date) -> int:
        return round(((on - earliest).days + margin) * 100 / whole)

    start = place(fit.first)
    return Scale(start, max(place(fit.last) - start, 1), place(day))


# --- facts and provenance -------------------------------------------------------------------------
def fact_rows(decision: Decision) -> list[dict[str, Any]]:
    rows = facts.input_rows(decision.inputs)
    days = decision.inputs.get("break_days")
    on_record = decision.inputs.get("group_on_record", decision.inputs["group"])
    if days:
        rows.append({"name": _("Days of break in service"), "value": str(days)})
    if on_record != decision.inputs["group"]:
        name = _("Group on record on the day of the decision")
        rows.append({"name": name, "value": reasons.group_name(on_record)})
    return rows


def provenance(decision: Decision) -> list[dict[str, Any]]:
    """List who asked, who vouches for the facts, and the rules that decided."""
    version = decision.rule_set_version
    rows = [
        (_("Decided"), _at(decision.at)),
        (_("Asked by"), str(decision.asked_by or _("the portal itself"))),
        (_("Kind"), _("Binding") if decision.is_binding else _("Advice")),
        (_("Facts"), vouched_for(decision)),
        (
            _("Rule set"),
            _("%(name)s (%(code)s), version %(version)s")
            % {"name": version.rule_set, "code": version.rule_set.code, "version": version.version},
        ),
        (_("In force"), in_force(version)),
        (_("Circular"), version.circular_reference),
    ]
    if decision.is_override:
        rows += [
            (_("Outcome by the rules"), str(Outcome(decision.overrides_outcome).label)),
            (_("Override proposed by"), str(decision.override_proposed_by)),
            (_("Override approved by"), str(decision.override_approved_by)),
            (_("Order"), decision.override_reference),
        ]
    return [{"name": name, "value": value} for name, value in rows]


def vouched_for(decision: Decision) -> str:
    """Tell who vouches for the facts: by the name kept, or (one query) that of today."""
    if decision.inputs["source"] != "verified":
        return _("declared by the officer, not yet verified")
    name = decision.inputs.get("verified_by_name")  # decisions of the first release lack it
    verifier = name or User.objects.filter(pk=decision.inputs["verified_by"]).first()
    at = datetime.fromisoformat(decision.inputs["verified_at"])
    return _("verified by %(name)s on %(day)s") % {
        "name": verifier or "–",
        "day": dmy(timezone.localdate(at)),
    }


def in_force(version: RuleSetVersion) -> str:
    first = dmy(version.effective_from)
    if version.effective_to is None:
        return _("from %(first)s") % {"first": first}
    return _("from %(first)s to %(last)s") % {"first": first, "last": dmy(version.effective_to)}


def _at(at: datetime) -> str:
    local = timezone.localtime(at)
    return f"{dmy(local.date())}, {local:%H:%M}"


# --- two decisions beside each other -------------------------------------------------------------
def differences(before: Decision, after: Decision) -> list[dict[str, str]]:
    """List what differs between a decision and the one that took its place."""
    old, new = _traits(before), _traits(after)
    names = [*old, *(name for name in new if name not in old)]
    return [
        {"name": name, "before": old.get(name, "–"), "after": new.get(name, "–")}
        for name in names
        if old.get(name) != new.get(name)
    ]


def _traits(decision: Decision) -> dict[str, str]:
    traits = {str(_("Outcome")): str(decision.get_outcome_display())}
    for finding in decision.findings:
        traits[str(finding["rule_label"])] = str(finding["verdict_label"])
    traits |= {row["name"]: str(row["value"]) for row in fact_rows(decision)}
    traits[_("Rule set")] = str(decision.rule_set_version)
    traits[_("Commencement")] = dmy(decision.commences_on)
    traits[_("Registration")] = dmy(decision.registered_on)
    traits[_("Kind")] = _("Binding") if decision.is_binding else _("Advice")
    if decision.is_override:
        traits[_("Order")] = decision.override_reference
    return traits


def beside(decision: Decision) -> dict[str, Any]:
    """Set the decision beside the one before it and the one that took its place."""
    earlier, later = decision.supersedes, getattr(decision, "superseded_by", None)
    return {
        "earlier": earlier,
        "later": later,
        "since_earlier": differences(earlier, decision) if earlier else [],
        "since_this": differences(decision, later) if later else [],
    }
