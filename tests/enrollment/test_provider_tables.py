"""Tables of providers: columns by a map that is data, and the ways in which they write dates."""

import io
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from enrollment import provider_tables
from enrollment.models import ColumnMap
from igot.lib.tables import TableError
from tests.factories.courses import make_provider

pytestmark = pytest.mark.django_db
KNOWN = {"code": frozenset({"code", "coupon"}), "used_by": frozenset({"redeemed_by"})}
EDX = b"""Code,Batch,Redeemed By Username,Last Redeemed On
,100 codes for DoPT,,
ABCD1234,,anita,"Sep 30, 20"
EFGH5678,,,
"""


def make_map(**given):
    values = {
        "provider": make_provider(),
        "kind": ColumnMap.Kind.USAGE,
        "columns": {"code": "Code", "used_by": "Redeemed By Username", "at": "Last Redeemed On"},
        "date_form": ColumnMap.DateForm.NAMED_MONTH,
        "passed_over_without": "code",
        "effective_from": date(2019, 1, 1),
        "circular_reference": "Letter of the provider",
    }
    return ColumnMap.objects.create(**{**values, **given})


def open_table(content, *, by=None, required=("code",)):
    return provider_tables.open_table(io.BytesIO(content), known=KNOWN, required=required, by=by)


def test_a_map_names_the_columns_and_passes_over_the_row_of_the_batch():
    table = open_table(EDX, by=make_map())

    assert [(number, cells["code"], cells["used_by"]) for number, cells in table.rows()] == [
        (3, "ABCD1234", "anita"),
        (4, "EFGH5678", ""),
    ]


def test_without_a_map_the_known_headings_are_looked_for():
    table = open_table(b"Coupon;Redeemed by\nABCD1234;anita\n")

    assert [cells for _number, cells in table.rows()] == [{"code": "ABCD1234", "used_by": "anita"}]


def test_two_headings_that_mean_the_same_are_refused_with_a_sentence():
    with pytest.raises(TableError, match="code, coupon"):
        open_table(b"code,coupon\nA,B\n")


def test_a_missing_column_is_named():
    with pytest.raises(TableError, match="lacks the column: code"):
        open_table(b"number\n1\n")


def test_words_of_the_provider_are_read_by_the_map():
    table = open_table(EDX, by=make_map(words={"status": {"Redeemed!": "redeemed"}}))

    assert table.word("status", " redeemed! ") == "redeemed"
    assert table.word("status", "open") == "open"


@pytest.mark.parametrize(
    ("text", "form", "day"),
    [
        ("Sep 30, 20", "named", date(2020, 9, 30)),
        ("September 3, 2020", "named", date(2020, 9, 3)),
        ("Sep 30, 20 10:15", "named", date(2020, 9, 30)),
        ("03/04/2020", "dmy", date(2020, 4, 3)),
        ("03/04/2020", "mdy", date(2020, 3, 4)),
        ("21.05.2019", "civil", date(2019, 5, 21)),
        ("2019-05-21", "named", date(2019, 5, 21)),
        ("", "named", None),
    ],
)
def test_dates_are_read_as_the_provider_writes_them(text, form, day):
    assert provider_tables.read_day(text, form) == day


@pytest.mark.parametrize(
    ("text", "form"), [("Feb 30, 20", "named"), ("Foo 3, 20", "named"), ("13/13/2020", "mdy")]
)
def test_a_day_that_does_not_exist_is_refused_with_a_sentence(text, form):
    with pytest.raises(ValueError, match="There is no such day"):
        provider_tables.read_day(text, form)


def test_slashed_dates_are_refused_where_nothing_tells_which_number_is_the_day():
    with pytest.raises(ValueError, match="is not a date"):
        provider_tables.read_day("03/04/2020", "civil")


def test_the_map_in_force_on_the_day_is_taken():
    earlier = make_map(effective_to=date(2020, 12, 31))
    later = make_map(provider=earlier.provider, effective_from=date(2021, 1, 1))

    found = provider_tables.map_in_force(earlier.provider, "usage", date(2021, 1, 1))

    assert found == later
    assert provider_tables.map_in_force(earlier.provider, "results", date(2021, 1, 1)) is None


def test_two_maps_of_one_kind_never_cover_one_day():
    standing = make_map()

    with pytest.raises(IntegrityError), transaction.atomic():
        make_map(provider=standing.provider, effective_from=date(2022, 1, 1))


def test_a_map_whose_columns_are_no_texts_is_refused_at_the_field():
    with pytest.raises(ValidationError) as refused:
        ColumnMap(columns={"code": 3}).clean()

    assert "columns" in refused.value.message_dict
