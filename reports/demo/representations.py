"""Representations of the demo: one that waits, one under consideration, one answered in Hindi."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from eligibility.actions import representations
from eligibility.models import Decision, Representation
from eligibility.states import Outcome

JOINED_EARLIER = (
    "I joined the service a year before the date on my record: the appointment order is of the "
    "earlier year, and the service book shows it on page 2. I request that the length of service "
    "be counted from there."
)
SILENT = (
    "The text does not name the entry grade of my service. My duties are those of the State Civil "
    "Service, and I request the Department to admit it in the same way."
)
IN_HINDI = (
    "मेरे पद का समूह सेवा अभिलेख में पुराना दर्शाया गया है। पदोन्नति आदेश की प्रति नोडल अधिकारी को भेज दी गई है। "
    "निवेदन है कि निर्णय पर पुनर्विचार किया जाए।"
)
ANSWER = (
    "कार्यालय ज्ञापन के पैरा 7.1 के अनुसार परीक्षण की तिथि को धारित समूह ही देखा जाता है, और उस दिन अभिलेख में "
    "वही समूह था। अतः निर्णय यथावत है। अभिलेख में सुधार होने पर आप अगले बैच के लिए आवेदन कर सकते हैं।"
)


def make_representations(users: dict[str, User]) -> int:
    """Send three representations against what was refused or referred, and answer one."""
    standing = Decision.objects.standing().select_related("officer__user").order_by("pk")
    refused = list(standing.filter(outcome=Outcome.NOT_ELIGIBLE)[:2])
    referred = standing.filter(outcome=Outcome.REFER).first()
    for decision, text in zip(refused, (IN_HINDI, JOINED_EARLIER), strict=False):
        _send(decision, text, days_ago=9)
    if referred:
        sent = _send(referred, SILENT, days_ago=4)
        _take_up(sent, users["dealing2"], _ago(3))
    answered = Representation.objects.order_by("pk").first()
    if answered:
        _take_up(answered, users["dealing"], _ago(7))
        representations.uphold_decision(
            representation_id=answered.pk,
            answer=ANSWER,
            acting_user=users["dealing"],
            at=_ago(5),
        )
    return Representation.objects.count()


def _send(decision: Decision, text: str, *, days_ago: int) -> Representation:
    at = max(_ago(days_ago), decision.at + timedelta(hours=2))
    return representations.send_representation(
        decision_id=decision.pk, text=text, acting_user=decision.officer.log_in, at=at
    )


def _take_up(sent: Representation, hand: User, at: datetime) -> None:
    given: dict[str, Any] = {"representation_id": sent.pk, "acting_user": hand}
    representations.take_up_representation(**given, at=max(at, sent.received_at))


def _ago(days: int) -> datetime:
    return timezone.now() - timedelta(days=days)
