"""What the database itself refuses of an issued circular and of an issued document."""

from datetime import date

import pytest
from django.db import DatabaseError, transaction

from circulars import tasks
from circulars.models import Circular, IssuedDocument
from circulars.states import PUBLIC, CircularState
from tests.factories.circulars import make_circular


def refused(change) -> bool:
    """Tell whether the database stops `change`."""
    try:
        with transaction.atomic():
            change()
    except DatabaseError as error:
        return "frozen once issued" in str(error)
    return False


@pytest.mark.parametrize("state", CircularState.values)
def test_text_and_date_stand_from_the_issue_on(db, state) -> None:
    circular = make_circular(state=state)
    row = Circular.objects.filter(pk=circular.pk)
    is_frozen = state in PUBLIC

    assert refused(lambda: row.update(subject="Else")) is is_frozen
    assert refused(lambda: row.update(dated_on=date(2020, 1, 1))) is is_frozen
    assert refused(lambda: circular.paragraphs.update(text="Else")) is is_frozen
    assert refused(lambda: circular.addressees.update(text="Else")) is is_frozen
    assert refused(lambda: circular.addressees.all().delete()) is is_frozen
    assert refused(lambda: circular.paragraphs.all().delete()) is is_frozen


def test_what_may_still_happen_to_an_issued_circular_happens(db) -> None:
    circular = make_circular(state=CircularState.ISSUED)
    row = Circular.objects.filter(pk=circular.pk)

    assert row.update(is_distributed=True, distributed_at=circular.issued_at) == 1
    assert row.update(state=CircularState.ARCHIVED) == 1


def test_a_document_keeps_its_digest_and_particulars(db) -> None:
    circular = make_circular(state=CircularState.ISSUED)
    tasks.render(circular_id=circular.pk)
    rows = IssuedDocument.objects.all()

    assert refused(lambda: rows.update(sha256="0" * 64))
    assert refused(lambda: rows.update(particulars={"Amount": "1"}))
    assert refused(lambda: rows.update(pdf="documents/other.pdf"))
    assert refused(lambda: (Circular.objects.update(document=None), rows.delete()))
    assert rows.update(standing="revoked", ended_on=date(2026, 9, 2)) == 1
