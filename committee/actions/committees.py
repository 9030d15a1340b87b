"""What is done to the committee's order and to rubrics: lock, check, change, record."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from committee import states
from committee.models import Committee, Criterion, Rubric
from committee.policies import committees as policies
from igot.lib.errors import Refused
from igot.lib.files import stored_with
from igot.lib.uploads import CheckedFile


def attach_order(*, committee_id: int, order: CheckedFile, acting_user: User, at: datetime) -> None:
    """Keep the order that constitutes a committee; a later one takes its place.

    :raises Refused: `acting_user` is not the secretary
    """
    committee = Committee.objects.get(pk=committee_id)
    with stored_with(committee, committee.order_pdf, order):
        _keep_order(committee, order.sha256, acting_user, at)


@transaction.atomic(durable=True)
def _keep_order(committee: Committee, sha256: str, acting_user: User, at: datetime) -> None:
    kept = Committee.objects.select_for_update(no_key=True).get(pk=committee.pk)
    if reason := policies.why_not_order(policies.ORDER, kept, acting_user):
        raise Refused(reason)
    kept.order_pdf, kept.order_sha256 = committee.order_pdf, sha256
    kept.save(update_fields=["order_pdf", "order_sha256"])
    audit.record(kept, "committee.order_attached", acting_user=acting_user, at=at, sha256=sha256)


@transaction.atomic(durable=True)
def approve_rubric(*, rubric_id: int, acting_user: User, at: datetime) -> None:
    """Approve a drafted rubric; from now on it can be used and never changed.

    :raises Refused: the weights miss 100, or `acting_user` drafted it or may not
    """
    rubric = _lock(rubric_id)
    if reason := policies.why_not_rubric(states.APPROVE_RUBRIC, rubric, acting_user):
        raise Refused(reason)
    rubric.approved_by, rubric.approved_at = acting_user, at
    rubric.save(update_fields=["approved_by", "approved_at"])
    audit.record(rubric, "rubric.approved", acting_user=acting_user, at=at)


@transaction.atomic(durable=True)
def revise_rubric(*, rubric_id: int, acting_user: User, at: datetime) -> Rubric:
    """Copy an approved rubric with its criteria into a draft under the next version.

    :raises Refused: a draft is there already, or `acting_user` is not the secretary
    """
    source = _lock(rubric_id)
    if reason := policies.why_not_rubric(states.REVISE_RUBRIC, source, acting_user):
        raise Refused(reason)
    latest = Rubric.objects.filter(code=source.code).aggregate(Max("version"))["version__max"]
    draft = Rubric.objects.create(
        code=source.code,
        version=latest + 1,
        title=source.title,
        title_hi=source.title_hi,
        drafted_by=acting_user,
    )
    criteria = list(source.criteria.order_by("position"))
    for criterion in criteria:
        criterion.pk, criterion.rubric = None, draft
        criterion._state.adding = True
    Criterion.objects.bulk_create(criteria)
    audit.record(draft, "rubric.drafted", acting_user=acting_user, at=at, source=source.version)
    return draft


def check_still_draft(rubric: Rubric) -> None:
    """Lock a rubric that is about to be saved, unless it is new.

    :raises Refused: somebody approved it meanwhile
    """
    stored = Rubric.objects.select_for_update(no_key=True).filter(pk=rubric.pk).first()
    if stored and stored.approved_at:
        raise Refused(_("This rubric has been approved meanwhile: it can no longer be changed."))


def _lock(rubric_id: int) -> Rubric:
    """Lock all versions of a rubric, so that two drafts never stand side by side."""
    code = Rubric.objects.values_list("code", flat=True).get(pk=rubric_id)
    versions = Rubric.objects.select_for_update(no_key=True).filter(code=code).order_by("pk")
    return next(rubric for rubric in versions if rubric.pk == rubric_id)
