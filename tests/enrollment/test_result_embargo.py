"""Results that are recorded and not public yet: nobody outside the desk sees or hears of them."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.urls import NoReverseMatch, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts.models import Notice
from accounts.roles import Role
from credits.models import CreditEntry
from enrollment import certificate_checks, completions, timeline
from enrollment.actions.results import apply_results, publish_results, stage_results
from enrollment.models import Enrollment, Result, ResultImport
from enrollment.tasks import carry_out_results
from igot.lib.errors import Refused
from tests.factories.accounts import make_officer, make_user, sign_in
from tests.factories.courses import make_course, make_programme, make_run
from tests.factories.enrollment import make_enrollment
from tests.factories.pool import make_result

pytestmark = pytest.mark.django_db
AT = timezone.now()
GRADE = "87.31"  # stands nowhere else on any page
LATER = AT + timedelta(days=2)


@pytest.fixture
def run():
    return make_run(
        course=make_course(programme=make_programme()),
        commences_on=timezone.localdate() - timedelta(days=60),
    )


@pytest.fixture
def clerk():
    return make_user(Role.DEALING_HAND)


@pytest.fixture
def second():
    return make_user(Role.DEALING_HAND)


def held_back(run, clerk, second, *rows, public_from=LATER):
    content = "\n".join(["username,grade,exam", *rows, ""]).encode()
    staged = stage_results(
        run=run,
        file_name="r.csv",
        file=ContentFile(content),
        public_from=public_from,
        acting_user=clerk,
        at=AT,
    )
    passes = staged.rows.filter(would_pass=True).count()
    apply_results(import_id=staged.pk, rows=len(rows), passes=passes, acting_user=second, at=AT)
    staged.refresh_from_db()
    return staged


def enrolled(run, username="asha", **fields):
    return make_enrollment(run=run, username=username, state="in_progress", **fields)


NOT_WALKED = {"logout", "account_logout", "set_language", "readyz", "healthz"}


def addresses(enrollment):
    """Return every address of the portal but the desk's that an officer could open here."""
    given = {
        "enrollment_id": enrollment.pk,
        "code": enrollment.course.code,
        "slug": enrollment.course.code,
    }
    found = []
    for name, pattern in named_patterns(get_resolver()):
        wanted = {key: given.get(key) for key in pattern.pattern.converters}
        is_own_way = name in NOT_WALKED or name.startswith("mfa_")  # secrets drawn anew each time
        if is_own_way or None in wanted.values():
            continue
        with suppress(NoReverseMatch):  # addresses by pattern, such as those of allauth
            found.append(reverse(name, kwargs=wanted))
    return sorted(set(found))


def named_patterns(resolver, space=""):
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            if not inner.startswith("admin:"):
                yield from named_patterns(pattern, inner)
        elif pattern.name and pattern.pattern.converters is not None:
            yield f"{space}{pattern.name}", pattern


def seen(client, enrollment):
    """Return what each page shows to an officer, without what differs with every answer."""
    pages = {}
    for url in addresses(enrollment):
        answer = client.get(url)
        if "html" in answer.headers.get("Content-Type", "") and not answer.streaming:
            pages[url] = (answer.status_code, strip(answer.content.decode()))
    return pages


def strip(text):
    marks = ("csrfmiddlewaretoken", "nonce", "as-of", "data-now")
    return "\n".join(line for line in text.splitlines() if not any(m in line for m in marks))


def test_no_page_of_the_officer_changes_before_the_results_are_public(client, run, clerk, second):
    enrollment = enrolled(run)
    sign_in(client, enrollment.officer.user)
    before = seen(client, enrollment)

    staged = held_back(run, clerk, second, f"asha,{GRADE},passed")
    during = seen(client, enrollment)
    publish_results(import_id=staged.pk, acting_user=second, at=LATER)
    after = seen(client, enrollment)

    assert [url for url in before if before[url] != during[url]] == []
    assert not any(GRADE in text for _status, text in during.values())
    changed = [url for url in before if before[url] != after[url]]
    assert f"/me/registrations/{enrollment.pk}/" in changed
    assert sum(status == 200 for status, _text in before.values()) >= 30


def test_until_then_nothing_rests_on_a_result(run, clerk, second):
    enrollment = enrolled(run)

    staged = held_back(run, clerk, second, f"asha,{GRADE},passed")

    enrollment.refresh_from_db()
    result = Result.every.get()
    assert (staged.state, enrollment.state) == ("approved", "in_progress")
    assert (result.public_at, result.moved_from) == (None, "")
    assert not Result.objects.exists() and not enrollment.results.exists()
    assert not Notice.objects.exists() and not CreditEntry.objects.exists()
    assert certificate_checks.latest_result(enrollment) is None
    assert certificate_checks.of_result(enrollment).passed is False
    assert timeline.way_of(enrollment, is_own=True).result is None
    tree = completions.tree_of(enrollment.course.programmes.get())
    assert not completions.passed_certificates(tree).exists()


def test_the_task_makes_results_public_when_their_instant_has_come_and_once(run, clerk, second):
    enrollment = enrolled(run)
    staged = held_back(run, clerk, second, f"asha,{GRADE},passed")
    assert carry_out_results() == 0

    ResultImport.objects.update(public_from=timezone.now())
    assert (carry_out_results(), carry_out_results()) == (1, 0)

    enrollment.refresh_from_db()
    staged.refresh_from_db()
    assert (staged.state, enrollment.state) == ("applied", "completed")
    assert Notice.objects.get().user == enrollment.officer.user
    assert enrollment.results.get().moved_from == "in_progress"


def test_a_registration_withdrawn_meanwhile_does_not_move(run, clerk, second):
    enrollment = enrolled(run)
    staged = held_back(run, clerk, second, f"asha,{GRADE},passed")
    Enrollment.objects.update(state="withdrawn")

    publish_results(import_id=staged.pk, acting_user=second, at=LATER)

    enrollment.refresh_from_db()
    assert enrollment.state == "withdrawn"
    assert enrollment.results.get().moved_from == ""


def test_a_second_file_during_the_embargo_counts_on_from_the_first(run, clerk, second):
    enrollment = enrolled(run)
    first = held_back(run, clerk, second, "asha,40,failed")

    held_back(run, clerk, second, "asha,72,passed", public_from=None)
    publish_results(import_id=first.pk, acting_user=second, at=LATER)

    enrollment.refresh_from_db()
    assert enrollment.state == "completed"
    assert list(enrollment.results.order_by("attempt").values_list("attempt", "passed")) == [
        (1, False),
        (2, True),
    ]


def test_a_dealing_hand_does_not_see_the_own_result_before_it_is_public(run, clerk, second):
    user = make_user(Role.DEALING_HAND)
    enrolled(run, officer=make_officer(user=user))
    held_back(run, clerk, second, f"asha,{GRADE},passed")

    assert Result.every.visible_to(clerk).count() == 1
    assert not Result.every.visible_to(user).exists()


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.DEALING_HAND, Role.AUDITOR}))
def test_other_roles_see_no_result_and_no_file(role, run, clerk, second):
    enrolled(run)
    staged = held_back(run, clerk, second, f"asha,{GRADE},passed")
    user = make_user(role)

    assert not Result.every.visible_to(user).exists()
    assert not ResultImport.objects.visible_to(user).exists()
    assert not staged.rows.visible_to(user).exists()


def test_the_uploader_does_not_make_results_public(run, clerk, second):
    enrolled(run)
    staged = held_back(run, clerk, second, f"asha,{GRADE},passed")

    with pytest.raises(Refused, match="may not make them public"):
        publish_results(import_id=staged.pk, acting_user=clerk, at=AT)


def test_a_hidden_result_has_moved_nothing_and_an_applied_file_is_public():
    result = make_result()

    with pytest.raises(IntegrityError), transaction.atomic():
        Result.every.filter(pk=result.pk).update(public_at=None, moved_from="in_progress")
    with pytest.raises(IntegrityError), transaction.atomic():
        ResultImport.objects.update(made_public_at=None)
