"""Papers of the portal in the demo, and the cities in which its officers wish to be examined."""

import random
import uuid
from itertools import islice

from django.utils import timezone

from accounts.models import Officer
from circulars.documents import kept
from credits.actions import draw_statement
from enrollment import exam_demand, papers, receipt_paper
from enrollment.actions.papers import file_receipt
from enrollment.models import Enrollment, ExamCity, ExamPreference
from enrollment.states import WITH_COUPON
from enrollment.tasks import issue_statements

NAMED_BY = 0.8  # of those who are to sit an examination


def issue_papers(officer: Officer) -> int:
    """Draw the points of one officer, and the receipts of the own registrations; return how many.

    The receipts of all others are issued as beat comes to them.
    """
    at = timezone.now()
    draw_statement(
        officer_id=officer.pk, as_of=timezone.localdate(at), acting_user=officer.log_in, at=at
    )
    number = issue_statements()
    for enrollment in islice(papers.awaiting_receipt().of(officer.log_in), 2):
        drafted = receipt_paper.draft_of(enrollment)
        with kept(receipt_paper.paper_of(drafted, public_id=uuid.uuid4())) as pdf:
            file_receipt(drafted=drafted, pdf=pdf, at=at)
        number += 1
    return number


def name_cities(chance: random.Random) -> int:
    """Let most of those who are to sit an examination name cities; return how many did."""
    cities = list(ExamCity.objects.on_offer())
    chance.shuffle(cities)  # the first few are asked for most
    weights = [1 / place for place in range(1, len(cities) + 1)]
    runs = exam_demand.runs_with_exams(timezone.localdate())
    rows = Enrollment.objects.filter(
        state__in=WITH_COUPON, run__in=[run.pk for run in runs], exam_preferences__isnull=True
    )
    chosen = []
    for enrollment in rows.order_by("pk"):
        if cities and chance.random() < NAMED_BY:
            drawn = chance.choices(cities, weights, k=chance.choice((1, 2, 3, 3)))
            chosen.append((enrollment, list(dict.fromkeys(drawn))))
    ExamPreference.objects.bulk_create(
        ExamPreference(enrollment=enrollment, rank=rank, city=city, chosen_at=timezone.now())
        for enrollment, named in chosen
        for rank, city in enumerate(named, start=1)
    )
    return len(chosen)
