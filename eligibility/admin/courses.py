"""What this app adds to the desk of lower ones: a course names a rule set that there is."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from courses.admin import CommitteeDecisionAdmin, CourseAdmin, CourseEditionAdmin
from courses.models import CommitteeDecision, Course, CourseEdition
from eligibility.models import RuleSet

admin.site.unregister([Course, CommitteeDecision, CourseEdition])


def rule_set_field(label: Any) -> forms.ChoiceField:
    """Return the field that offers every rule set by name."""
    choices = [("", "---------")]
    choices += [(rules.code, str(rules)) for rules in RuleSet.objects.order_by("code")]
    return forms.ChoiceField(label=label, choices=choices)


class NamesRuleSet:
    """Offers the rule sets by name where the table below holds a mere code."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **given: Any) -> Any:
        if db_field.name != "rule_set_code":
            return super().formfield_for_dbfield(db_field, request, **given)  # type: ignore[misc]
        return rule_set_field(db_field.verbose_name)


@admin.register(Course)
class CourseWithRulesAdmin(NamesRuleSet, CourseAdmin):
    """A course on the desk, with the rule sets to choose from."""


@admin.register(CommitteeDecision)
class DecisionWithRulesAdmin(NamesRuleSet, CommitteeDecisionAdmin):
    """A decision of the committee on the desk, with the rule sets to choose from."""


@admin.register(CourseEdition)
class EditionWithRulesAdmin(CourseEditionAdmin):
    """A draft of a course page on the desk, with the rule sets to choose from."""

    def with_rule_sets(self, form: Any) -> Any:
        if "rule_set_code" in form.fields:
            form.fields["rule_set_code"] = rule_set_field(form.fields["rule_set_code"].label)
        return form
