"""What a provider answers to a list: staged, applied, corrected by the officer, settled."""

import hashlib
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from accounts.notifications import notify
from enrollment import list_policies, provider_answers, states
from enrollment.actions import registrations, steps
from enrollment.models import (
    Enrollment,
    ProviderAnswer,
    ProviderAnswerRow,
    ProviderList,
    ProviderListLine,
)
from enrollment.models.provider_lists import REFUSALS, ListAnswer
from enrollment.states import AnswerState, Step
from igot.lib.dates import civil_date, dmy
from igot.lib.errors import Refused
from igot.lib.tables import TableError


@transaction.atomic(durable=True)
def stage_answer(
    *, list_id: int, file_name: str, content: bytes, acting_user: User, at: datetime
) -> ProviderAnswer:
    """Keep the rows of a provider's answer with what would come of each; nothing else changes.

    :raises Refused: not open to `acting_user`, not readable, or brought in before
    """
    if reason := list_policies.why_not_bring_answer(acting_user):
        raise Refused(reason)
    locked = ProviderList.objects.select_for_update(no_key=True, of=("self",))
    sent = locked.select_related("provider").get(pk=list_id)
    digest = hashlib.sha256(content).hexdigest()
    if known := ProviderAnswer.objects.standing().filter(sha256=digest).first():
        raise Refused(
            _("This very file was brought in on %(day)s (“%(state)s”); nothing was changed.")
            % {"day": dmy(civil_date(known.uploaded_at)), "state": known.get_state_display()}
        )
    try:
        rows = provider_answers.read_answers(io.BytesIO(content), sent=sent, on=civil_date(at))
    except TableError as error:
        raise Refused(str(error)) from None
    staged = ProviderAnswer.objects.create(
        provider_list=sent,
        file_name=file_name[:150],
        sha256=digest,
        uploaded_by=acting_user,
        uploaded_at=at,
    )
    matches = provider_answers.match_rows(sent, rows)
    ProviderAnswerRow.objects.bulk_create(
        (_kept(staged, match) for match in matches), batch_size=500
    )
    audit.record(staged, "provideranswer.staged", acting_user=acting_user, at=at, rows=len(matches))
    return staged


@transaction.atomic(durable=True)
def apply_answer(*, answer_id: int, acting_user: User, at: datetime) -> None:
    """Write the answers on their lines; officers whom the provider refused are told what to do.

    An officer's correction stays noted: the provider has judged the names that the line was sent
    with, and the next list carries the new ones.
    :raises Refused: not open to `acting_user`, or a line was corrected or answered meanwhile
    """
    staged = _lock_for(states.APPLY_ANSWER, answer_id, acting_user)
    rows = list(staged.rows.with_news().select_related("line").order_by("line"))
    lines = _lock_lines(row.line_id for row in rows)
    _check_unchanged(staged, rows, lines)
    for row in rows:
        line = lines[row.line_id or 0]
        line.answer, line.remark, line.answered_at = row.answer, row.remark, at
        line.settled_at = line.settled_by = None
        line.settled_reason = ""
    changed = ("answer", "remark", "answered_at")
    settled = ("settled_at", "settled_by", "settled_reason")
    ProviderListLine.objects.bulk_update(lines.values(), [*changed, *settled], batch_size=500)
    _tell(list(lines.values()), acting_user, at)
    staged.applied_by, staged.applied_at = acting_user, at
    refused = sum(1 for line in lines.values() if line.answer in REFUSALS)
    _advance(staged, states.APPLY_ANSWER, acting_user, at, answered=len(lines), refused=refused)


@transaction.atomic(durable=True)
def discard_answer(*, answer_id: int, reason: str, acting_user: User, at: datetime) -> None:
    """Put a staged answer aside; nothing of it is applied, and the file may come again.

    :raises Refused: the step is not open to `acting_user`
    """
    staged = _lock_for(states.DISCARD_ANSWER, answer_id, acting_user)
    _advance(staged, states.DISCARD_ANSWER, acting_user, at, reason=reason)


@transaction.atomic(durable=True)
def settle_refusal(*, line_id: int, reason: str, acting_user: User, at: datetime) -> None:
    """Take a line that the provider refused from the queue, with how it was settled.

    :raises Refused: not open to `acting_user`, or the line waits for nobody
    """
    line = ProviderListLine.objects.select_for_update(no_key=True, of=("self",)).get(pk=line_id)
    if refusal := list_policies.why_not_settle(None, line, acting_user):
        raise Refused(refusal)
    line.settled_at, line.settled_by, line.settled_reason = at, acting_user, reason
    line.save(update_fields=["settled_at", "settled_by", "settled_reason"])
    audit.record(line, "providerlistline.settled", acting_user=acting_user, at=at, reason=reason)


@transaction.atomic(durable=True)
def correct_accounts(
    *,
    enrollment_id: int,
    platform_username: str,
    programme_username: str,
    acting_user: User,
    at: datetime,
) -> None:
    """Take down the right user names of an officer who is confirmed; the next list carries them.

    :raises Refused: not open to `acting_user`, the names are as on record, or another officer's
    """
    enrollment = steps.lock(enrollment_id)
    if reason := list_policies.why_not_correct(enrollment, acting_user):
        raise Refused(reason)
    given = (platform_username, programme_username)
    account = enrollment.provider_account
    if account and (account.platform_username, account.programme_username) == given:
        raise Refused(_("These user names are on record already. Change what is wrong in them."))
    registrations.keep_accounts(
        enrollment,
        platform_username=platform_username,
        programme_username=programme_username,
        acting_user=acting_user,
        at=at,
    )
    own = Enrollment.objects.filter(provider_account=enrollment.provider_account_id)
    ProviderListLine.objects.standing().filter(enrollment__in=own).update(corrected_at=at)


def _kept(staged: ProviderAnswer, match: provider_answers.Match) -> ProviderAnswerRow:
    row = match.row
    return ProviderAnswerRow(
        provider_answer=staged,
        row=row.number,
        line_number=row.line_number,
        username=row.username,
        email=row.email,
        said=row.said,
        answer=row.answer,
        remark=row.remark,
        line=match.line,
        outcome=match.outcome,
        reason=match.reason[:250],
    )


def _lock_for(step: Step[AnswerState], answer_id: int, acting_user: User) -> ProviderAnswer:
    locked = ProviderAnswer.objects.select_for_update(no_key=True, of=("self",))
    staged = locked.select_related("provider_list").get(pk=answer_id)
    if reason := list_policies.why_not_answer(step, staged, acting_user):
        raise Refused(reason)
    return staged


def _lock_lines(ids: Iterable[int | None]) -> dict[int, ProviderListLine]:
    locked = ProviderListLine.objects.select_for_update(no_key=True, of=("self",)).order_by("pk")
    found = locked.filter(pk__in=list(ids)).select_related(
        "enrollment__officer__user", "enrollment__course", "enrollment__run"
    )
    return {line.pk: line for line in found}


def _check_unchanged(
    staged: ProviderAnswer, rows: Sequence[ProviderAnswerRow], lines: dict[int, ProviderListLine]
) -> None:
    """Refuse where a line was corrected, or answered by another file, since this one was staged."""
    for row in rows:
        line = lines[row.line_id or 0]
        answered = line.answered_at is not None and line.answered_at > staged.uploaded_at
        if line.superseded_at is not None or answered:
            raise Refused(
                _(
                    "Row %(row)s would come out differently now, because its line was corrected or "
                    "answered meanwhile. Discard this answer and bring in the file anew."
                )
                % {"row": row.row}
            )


def _tell(lines: Sequence[ProviderListLine], acting_user: User, at: datetime) -> None:
    """Record each answer on its registration, and tell the officers who were refused."""
    for answer in ListAnswer.values:
        answered = [line.enrollment for line in lines if line.answer == answer]
        if answer not in REFUSALS:
            event = "enrollment.provider_answered"
            audit.record_each(answered, event, acting_user=acting_user, at=at, answer=answer)
    for line in lines:
        if line.answer in REFUSALS:
            _tell_refused(line, acting_user, at)


def _tell_refused(line: ProviderListLine, acting_user: User, at: datetime) -> None:
    enrollment = line.enrollment
    entry = audit.record(
        enrollment,
        "enrollment.provider_refused",
        acting_user=acting_user,
        at=at,
        answer=line.answer,
        remark=line.remark,
    )
    notify(
        enrollment.officer.user,
        of=entry,
        link=reverse("enrollment:correct_accounts", args=[enrollment.pk]),
        remark=line.remark,
        **steps.particulars(enrollment),
    )


def _advance(
    staged: ProviderAnswer,
    step: Step[AnswerState],
    acting_user: User,
    at: datetime,
    **details: Any,
) -> None:
    was, staged.state = staged.state, step.target
    staged.save()
    event = f"provideranswer.{staged.state}"
    audit.record(staged, event, acting_user=acting_user, at=at, was=was, **details)
