"""The requirement tree on the desk: one root, no circle, not too deep, and it can be completed."""

from collections import defaultdict
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from accounts.desk import DeskForm
from courses import rules
from courses.rules import Need


class RequirementForm(DeskForm):
    """One row of a tree; the table's own constraint says the same without words."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        kind, course, least = (data.get(name) for name in ("kind", "course", "least"))
        if kind == rules.COURSE and course is None:
            self.add_error("course", _("Name the course."))
        if kind and kind != rules.COURSE and course is not None:
            self.add_error("course", _("Only a row of the kind “This course” names one."))
        if kind == rules.ANY and not least:
            self.add_error("least", _("Say how many of the rows below it are asked for."))
        if kind and kind != rules.ANY and least is not None:
            self.add_error("least", _("Only “At least some of these” has a number."))
        return data


class RequirementFormSet(forms.BaseInlineFormSet):
    """The rows of one tree, looked at together."""

    def clean(self) -> None:
        super().clean()
        rows = [form for form in self.forms if form.has_changed() or form.instance.pk]
        if not rows or any(form.errors for form in rows):
            return
        self._check_tree(rows)

    def _check_tree(self, rows: list[Any]) -> None:
        roots = [form for form in rows if form.instance.parent_id is None]
        if len(roots) != 1:
            form = roots[1] if roots else rows[0]
            form.add_error("parent", _("A tree has one root: exactly one row is under nothing."))
            return
        under: dict[int, list[Any]] = defaultdict(list)
        for form in rows:
            if form.instance.parent_id:
                under[form.instance.parent_id].append(form.instance)
        reached: list[Any] = []
        tree = _need(roots[0].instance, under, reached, level=1)
        if len(reached) != len(rows):
            lost = next(form for form in rows if form.instance not in reached)
            lost.add_error(
                "parent",
                _("This row is not reached from the root within %(levels)s levels.")
                % {"levels": rules.DEEPEST},
            )
        elif len(rows) > 1 and any(_asks_too_much(need) for need in _nodes(tree)):
            roots[0].add_error(None, _("A row asks for more of the rows below it than there are."))


def _need(row: Any, under: dict[int, list[Any]], reached: list[Any], *, level: int) -> Need:
    reached.append(row)
    below = under[row.pk] if row.pk and level < rules.DEEPEST else []
    branches = tuple(
        _need(branch, under, reached, level=level + 1) for branch in below if branch not in reached
    )
    return Need(kind=row.kind, course=row.course_id, least=row.least or 0, branches=branches)


def _nodes(tree: Need) -> list[Need]:
    return [tree, *(need for branch in tree.branches for need in _nodes(branch))]


def _asks_too_much(need: Need) -> bool:
    return bool(need.branches) and need.kind == rules.ANY and need.least > len(need.branches)
