"""The letter that asks a provider for centres of examination, drafted from the demand by city."""

from collections.abc import Iterator

from circulars.documents import Annexure, Paper, Para, Signatory, Table, Words
from courses.models import Provider
from enrollment.exam_demand import Demand, Scope
from igot.lib.dates import dmy
from igot.lib.money import group_indian

TO_BE_FILLED_IN = "____________"


def letter_of(scope: Scope, provider: Provider, demand: Demand) -> Paper:
    """Compose a draft: number, date and signature are for whoever issues it.

    In English, as letters go to providers abroad; the letterhead is bilingual.
    """
    most = demand.cities[0]
    return Paper(
        form="letter",
        number=f"No. {TO_BE_FILLED_IN}",
        dated_on=None,
        subject=Words(
            "Online courses under the iGOT programme – centres for the proctored examinations – "
            "reg."
        ),
        to=[Words(provider.name)],
        salutation=Words("Sir/Madam,"),
        paragraphs=[
            Para(
                text=Words(
                    "I am directed to say that officers of the Government of India are registered "
                    "through this Department for the following, and that each is to sit a "
                    "proctored examination:"
                )
            ),
            *_batches(scope, demand),
            Para(
                label="2.",
                text=Words(
                    f"Of {group_indian(demand.officers)} officers whose registration is confirmed, "
                    f"{group_indian(demand.stated)} have named the cities in which they wish to "
                    f"sit the examination, in their order. The demand by city is annexed; it is "
                    f"greatest for {most.city_en}, the first choice of {group_indian(most.first)}."
                ),
            ),
            Para(
                label="3.",
                text=Words(
                    "It is requested that centres be arranged in these cities as far as "
                    "possible, and that the Department be told of the cities, centres and dates, "
                    "so that the officers can be informed in time."
                ),
            ),
        ],
        signatory=Signatory(
            name=Words(TO_BE_FILLED_IN),
            designation=Words("Under Secretary to the Government of India"),
        ),
        annexures=[_annexure(demand)],
        languages="en",
        is_draft=True,
    )


def _batches(scope: Scope, demand: Demand) -> Iterator[Para]:
    """Yield a line for each batch in which somebody is to sit an examination."""
    runs = [run for run in scope.runs if run.pk in demand.by_run]
    for number, run in enumerate(runs, start=1):
        begins = f", which begins on {dmy(run.commences_on)}" if run.commences_on else ""
        officers = group_indian(demand.by_run[run.pk])
        text = f"“{run.course.title}”, {run.name}{begins} (officers: {officers})"
        yield Para(label=f"({number})", kind="subparagraph", text=Words(text))


def _annexure(demand: Demand) -> Annexure:
    head = ("City", "State or Union Territory", "First", "Second", "Third", "In all")
    return Annexure(
        title=Words("Annexure"),
        caption=Words("Demand for centres of examination, by city and order of choice"),
        table=Table(
            head=head,
            rows=[
                [city.city_en, city.state_en, *map(str, city[4:]), str(city.named)]
                for city in demand.cities
            ],
            align=("left", "left", "right", "right", "right", "right"),
        ),
        note=Words(f"Officers who have named no city so far: {group_indian(demand.not_stated)}."),
    )
