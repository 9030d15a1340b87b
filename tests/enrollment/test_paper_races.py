"""Workers at once on PostgreSQL: one receipt, one statement, however many draw them."""

from typing import Any

import pytest
from django.utils import timezone

from circulars.models import IssuedDocument
from credits.actions import draw_statement
from credits.models import CreditStatement
from enrollment import tasks
from enrollment.models import Receipt, StatementPaper
from tests.enrollment.test_coupon_races import in_threads
from tests.factories.accounts import make_officer
from tests.factories.credits import make_credit_entry
from tests.factories.enrollment import make_enrollment

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def no_rendering(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("circulars.documents.render_paper", lambda paper: b"%PDF-1.7 drawn")
    monkeypatch.setattr("circulars.documents.page_count", lambda pdf: 1)


def test_four_workers_issue_each_paper_once_and_leave_no_file_behind(
    media_of_this_test: Any,
) -> None:
    for _number in range(5):
        make_enrollment(state="submitted")
    officer = make_officer()
    make_credit_entry(officer=officer)

    answers = in_threads(
        lambda at: draw_statement(
            officer_id=officer.pk,
            as_of=timezone.localdate(at),
            acting_user=officer.log_in,
            at=at,
        ),
        [timezone.now()] * 4,
        threads=4,
    )
    issued = in_threads(lambda task: task(), [tasks.issue_receipts] * 4, threads=4)
    stated = in_threads(lambda task: task(), [tasks.issue_statements] * 4, threads=4)

    assert {answer.pk for answer in answers} == {CreditStatement.objects.get().pk}
    assert sum(issued) == Receipt.objects.count() == 5
    assert sum(stated) == StatementPaper.objects.count() == 1
    files = [path for path in media_of_this_test.rglob("*") if path.is_file()]
    assert len(files) == IssuedDocument.objects.count() == 6
