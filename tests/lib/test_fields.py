from datetime import date
from decimal import Decimal

import pytest
from django import forms

from igot.lib.fields import CivilDateField, PersonNameField, PlainTextField, RupeeField


class SampleForm(forms.Form):
    name = PersonNameField()
    born_on = CivilDateField(not_before=date(1940, 1, 1), not_after=lambda: date(2019, 5, 21))
    fee = RupeeField(max_value=Decimal("10000"))
    remark = PlainTextField(multiline=True, required=False)


GOOD = {"name": "आशा  राव", "born_on": "15/08/1985", "fee": "8,315.50", "remark": "one\r\ntwo"}


def test_values_are_read_as_people_type_them():
    form = SampleForm(GOOD)

    assert form.is_valid(), form.errors
    assert form.cleaned_data == {
        "name": "आशा राव",
        "born_on": date(1985, 8, 15),
        "fee": Decimal("8315.50"),
        "remark": "one\ntwo",
    }


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("name", "Asha\u202eRao", "reverses the reading order"),
        ("name", "R2D2", "cannot contain “2”"),
        ("name", "x" * 201, "at most 200"),
        ("born_on", "31.02.1985", "no such day"),
        ("born_on", "soon", "is not a date"),
        ("born_on", "22.05.2019", "on or before 21.05.2019"),
        ("born_on", "31.12.1939", "on or after 01.01.1940"),
        ("born_on", "", "required"),
        ("fee", "NaN", "in figures"),
        ("fee", "-1", "negative"),
        ("fee", "0", "₹0.01 or more"),
        ("fee", "10,001", "₹10,000 or less"),
        ("remark", "a\ud800", "control character"),
    ],
)
def test_mistakes_are_named_at_their_field(field, typed, says):
    form = SampleForm({**GOOD, field: typed})

    assert not form.is_valid()
    assert list(form.errors) == [field]
    assert says in form.errors[field][0]


def test_stored_values_are_shown_as_offices_write_them():
    form = SampleForm(initial={"born_on": date(1985, 8, 5), "fee": Decimal("123456.00")})

    html = form.as_p()

    assert 'value="05.08.1985"' in html
    assert 'value="1,23,456.00"' in html


def test_stored_values_that_come_back_unchanged_are_no_change():
    initial = {"name": "Asha Rao", "born_on": date(1985, 8, 5), "fee": Decimal("123456.00")}

    form = SampleForm(
        {"name": "Asha Rao", "born_on": "05.08.1985", "fee": "1,23,456.00"}, initial=initial
    )

    assert not form.has_changed()


def test_the_same_day_written_otherwise_is_no_change():
    form = SampleForm({**GOOD, "born_on": "1985-08-15"}, initial={"born_on": date(1985, 8, 15)})

    assert "born_on" not in form.changed_data
