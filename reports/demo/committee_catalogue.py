"""Drafts of course pages, a batch announced without days, one with its own terms, a withdrawal."""

from datetime import date

from django.utils import timezone

from accounts.models import User
from courses import editions
from courses.actions import catalogue, decisions
from courses.actions import editions as drafts
from courses.models import CommitteeDecision, Course, Run
from courses.states import RunState


def keep_catalogue(users: dict[str, User], today: date) -> None:
    """Leave something on the desk of each keeper of the catalogue."""
    _draft(users, "office-management", "A page in two languages needs the outline in both.")
    _rename(users)
    _batches(today)
    _withdraw(users, today)


def _draft(users: dict[str, User], code: str, note: str) -> None:
    course = Course.objects.get(code=code)
    drafts.open_edition(course_id=course.pk, acting_user=users["dealing"], at=timezone.now())
    edition = course.editions.get()
    modules = [
        {
            "title": "Files and noting",
            "title_hi": "फ़ाइलें और टिप्पण",
            "summary": "",
            "summary_hi": "",
            "units": [{"title": "Opening a file", "title_hi": "फ़ाइल खोलना"}],
        }
    ]
    drafts.save_edition(
        edition_id=edition.pk,
        payload={**editions.content_of(course), "modules": modules},
        note=note,
        reference="",
        acting_user=users["dealing"],
        at=timezone.now(),
    )


def _rename(users: dict[str, User]) -> None:
    drafts.rename_course(
        course_id=Course.objects.get(code="retiring-employees").pk,
        title="Preparing for Retirement",
        title_hi="सेवानिवृत्ति की तैयारी",
        reference="Note of the Training Division",
        acting_user=users["secretary"],
        at=timezone.now(),
    )


def _batches(today: date) -> None:
    course = Course.objects.get(code="jpal-political-economy")
    Run.objects.create(
        course=course,
        code=f"{course.code}-announced",
        name="The batch after next",
        name_hi="अगले के बाद का बैच",
        state=RunState.ANNOUNCED,
        expected_month=date(today.year + 2, 6, 1),
        note="The provider has yet to name the days.",
        note_hi="प्रदाता को अभी तिथियाँ बतानी हैं।",
    )
    last = Run.objects.filter(course__code="jpal-microeconomics").in_order().last()
    if last is not None:
        last.fee_usd, last.most_attempts = 175, 2
        last.terms_reference = "Letter of the provider (demo)"
        last.save()


def _withdraw(users: dict[str, User], today: date) -> None:
    """Offer a course for a moment and withdraw it, so that its page of history can be seen."""
    model = Course.objects.get(code="office-management")
    course = Course.objects.create(
        code="noting-drafting",
        title="Noting and Drafting",
        title_hi="टिप्पण और प्रारूपण",
        mode=model.mode,
        certification=model.certification,
        objective="How a note is written and a letter drafted in a government office.",
        objective_hi="सरकारी कार्यालय में टिप्पण लिखना और पत्र का प्रारूप बनाना।",
        institute=model.institute,
        provider=model.provider,
        rule_set_code=model.rule_set_code,
    )
    decision = CommitteeDecision(
        resolution_number=f"Demo {today.year}/02",
        course=course,
        outcome=CommitteeDecision.Outcome.SHORTLISTED,
        rule_set_code=course.rule_set_code,
        valid_from=today,
        reasons="Offered until its matter is taught with office management.",
    )
    now = timezone.now()
    decisions.record_decision(decision=decision, acting_user=users["secretary"], at=now)
    decisions.confirm_decision(decision_id=decision.pk, acting_user=users["member"], at=now)
    drafts.open_edition(course_id=course.pk, acting_user=users["secretary"], at=now)
    edition = course.editions.get()
    drafts.submit_edition(edition_id=edition.pk, acting_user=users["secretary"], at=now)
    drafts.publish_edition(edition_id=edition.pk, acting_user=users["dealing"], at=now)
    catalogue.withdraw_course(
        course_id=course.pk,
        withdrawn_on=today,
        reason="Its matter is taught in “Office Management” now.",
        reason_hi="इसकी विषयवस्तु अब “कार्यालय प्रबंधन” में पढ़ाई जाती है।",
        reference="Note of the Training Division",
        successor=model,
        acting_user=users["dealing"],
        at=now,
    )
