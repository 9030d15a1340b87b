"""Who may do what to the catalogue: drafts of pages, courses, batches. Buttons and actions ask."""

from datetime import date

from django.utils.translation import gettext as _

from accounts.models import User
from courses import editions, states
from courses.models import CommitteeDecision, Course, CourseEdition, Run
from courses.states import EditionStep, RunState
from igot.lib.dates import dmy


def why_not_keep(user: User) -> str:
    """Return why `user` may not write in the catalogue, or ""."""
    if user.has_role(*states.KEEPERS):
        return ""
    first, second = (role.label for role in states.KEEPERS)
    return _("This is for the %(first)s and the %(second)s.") % {"first": first, "second": second}


def why_not_edition(step: EditionStep, edition: CourseEdition, user: User) -> str:
    """Return why `user` may not take `step` on a draft now, or "" if they may."""
    if edition.state not in step.sources:
        return _("The draft is “%(state)s”.") % {"state": edition.get_state_display()}
    if reason := why_not_keep(user):
        return reason
    if step is states.PUBLISH_EDITION and edition.written_by_id == user.pk:
        return _("Whoever wrote a draft does not publish it: two persons are needed.")
    if step is states.CATCH_UP_EDITION and not is_overtaken(edition):
        return _("The page has not changed since this draft was begun.")
    return ""


def is_overtaken(edition: CourseEdition) -> bool:
    """Tell whether the page has changed since the draft was begun."""
    return edition.course is not None and edition.base_digest != editions.digest_of(edition.course)


def why_not_published_now(edition: CourseEdition, on: date) -> str:
    """Return why a draft cannot become the page on `on`, whoever publishes it, or ""."""
    if is_overtaken(edition):
        return _(
            "The page has changed since this draft was begun: publishing it would undo that. "
            "Return it; its author compares it with the page of today and submits it again."
        )
    if edition.course is None and Course.objects.filter(code=edition.code).exists():
        return _("There is a course with the code %(code)s already.") % {"code": edition.code}
    if not is_decided(edition, on):
        return _(
            "No decision of the selection committee is in force for this course and the rule set "
            "%(code)s. A course is offered on such a decision only."
        ) % {"code": edition.content.get("rule_set_code", "")}
    return ""


def is_decided(edition: CourseEdition, on: date) -> bool:
    """Tell whether a decision authorises the course for the rule set that the draft names."""
    decisions = CommitteeDecision.objects.authorising(on).filter(
        rule_set_code=edition.content.get("rule_set_code", "")
    )
    return edition.course is not None and decisions.filter(course=edition.course).exists()


def why_not_course(step: str, course: Course, user: User) -> str:
    """Return why `user` may not take `step` on a course now, or "" if they may."""
    if reason := why_not_keep(user):
        return reason
    if step == states.WITHDRAW_COURSE:
        return _why_not_withdraw(course)
    if step == states.RENAME_COURSE:
        return _why_not_rename(course)
    return ""


def _why_not_withdraw(course: Course) -> str:
    if course.withdrawn_on:
        return _("The course was withdrawn on %(day)s.") % {"day": dmy(course.withdrawn_on)}
    if not course.is_published:
        return _("The course is not public: there is nothing to withdraw.")
    return ""


def _why_not_rename(course: Course) -> str:
    if course.withdrawn_on:
        return _("The course was withdrawn on %(day)s.") % {"day": dmy(course.withdrawn_on)}
    if CourseEdition.objects.live().filter(course=course).exists():
        return _("A draft of this page is under way. Change the title there.")
    return ""


def why_not_run(step: str, run: Run, user: User) -> str:
    """Return why `user` may not take `step` on a batch now, or "" if they may."""
    wanted = states.MOVABLE if step == states.MOVE_RUN else frozenset({RunState.ANNOUNCED})
    if run.state not in wanted:
        return _("The run is “%(state)s”.") % {"state": run.get_state_display()}
    if not user.has_role(states.RESCHEDULER):
        return _("This is for the %(role)s.") % {"role": states.RESCHEDULER.label}
    if run.course.withdrawn_on and step == states.SCHEDULE_RUN:
        return _("The course was withdrawn on %(day)s.") % {"day": dmy(run.course.withdrawn_on)}
    return ""
