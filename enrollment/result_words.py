"""What the desk reads of a file of results: the rule it was judged by, what was settled by hand."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.course_words import passing_words, weighing_words
from courses.models.institutes import RULE_FIELDS
from courses.terms import RunTerms
from enrollment.models import ResultImport, ResultImportRow
from enrollment.models.result_imports import DecidedUnder

MOST_NAMED = 20


def rule_in_words(staged: DecidedUnder) -> str:
    """Say what passing meant when a file or a result was read."""
    terms = RunTerms(**{name: getattr(staged, name) for name in RULE_FIELDS})
    words = [passing_words(terms)]
    if terms.least_total is not None:
        words.append(weighing_words(terms))
    if terms.least_exam_score is not None:
        score = f"{terms.least_exam_score.normalize():f}"
        words.append(_("A score of %(score)s per cent or more is needed.") % {"score": score})
    return ". ".join(word for word in words if word)


def matches_in_words(staged: ResultImport) -> str:
    """Name the rows that a person matched, with their registrations, and count those put aside."""
    matched = staged.rows.filter(settled_how=ResultImportRow.Settled.MATCHED)
    named = [
        _("row %(row)s: %(username)s is %(number)s, by %(person)s (%(reason)s)")
        % {
            "row": row.row,
            "username": row.username or row.raw.get("email", ""),
            "number": row.enrollment,
            "person": row.settled_by,
            "reason": row.settled_reason,
        }
        for row in matched.select_related("enrollment__course", "settled_by").order_by("row")[
            :MOST_NAMED
        ]
    ]
    if (more := matched.count() - len(named)) > 0:
        named.append(ngettext("and %(n)s more", "and %(n)s more", more) % {"n": more})
    aside = staged.rows.filter(settled_how=ResultImportRow.Settled.ASIDE).count()
    if aside:
        named.append(ngettext("%(n)s row put aside", "%(n)s rows put aside", aside) % {"n": aside})
    return "; ".join(named) or _("none")
