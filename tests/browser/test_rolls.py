"""A roll in the browser: from the file to the approval, readable on a phone, without violations."""

import pytest

from accounts.models import Officer, RollImport
from accounts.roles import Role
from tests.factories.accounts import make_officer, make_service, make_state, make_user
from tests.factories.rolls import HEADER, make_change, make_checked, roll_file

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_roll_is_brought_in_by_two_persons(page, live_server, login, axe):
    make_service()
    make_state()
    make_officer(employee_code="E2", name="Bela Sen")
    rows = ["E1,आशा राव,IAS,A,03/04/1985,Director", "E2,Bela Sen,IAS,A,15/08/1985,Director"]
    rows += ["E3,Mary D'Souza,IAS,B,31/02/1985,", "E4,M. Khan,IAS,A,05/06/1980,"]
    content = roll_file(*rows, header=HEADER.replace("date_of_birth", "D.O.B.") + ",Post")
    login(make_user(Role.DEALING_HAND))

    page.goto(f"{live_server.url}/officers/rolls/new/")
    axe()
    page.set_input_files(
        "input[type=file]", {"name": "civil list.csv", "mimeType": "text/csv", "buffer": content}
    )
    page.fill("input[name=new_source]", "Civil list of 2019")
    page.click("text=Upload roll")
    assert page.is_visible("text=Dates that may be read in two ways")
    axe()
    page.click("text=Check the rows")
    assert page.is_visible("text=say whether the day or the month stands first")
    page.check("input[value=dmy]")
    page.click("text=Check the rows")
    assert page.is_visible("text=There is no such day as 31/02/1985")
    assert page.is_visible("text=Waiting for a second person")
    axe()

    login(make_user(Role.DEALING_HAND))
    page.set_viewport_size({"width": 360, "height": 800})
    page.reload()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.click("text=Approve and apply")
    assert page.is_visible("text=The roll is approved.")
    assert Officer.objects.filter(employee_code__in=["E1", "E4"]).count() == 2
    assert RollImport.objects.get().counts == {"new": 2, "changed": 1, "invalid": 1}


def test_a_change_is_decided_on_a_phone(page, live_server, login, axe):
    officer = make_officer()
    change = make_change(officer=officer, date_of_birth="16.08.1985", designation="Director")
    login(make_user(Role.DEALING_HAND))
    page.set_viewport_size({"width": 360, "height": 800})

    page.goto(f"{live_server.url}/officers/changes/")
    axe()
    page.click(f"text={officer}")
    axe()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.click("text=Accept change")
    assert page.is_visible("text=corrected only on an order")
    page.fill("input[name=order_reference]", "A-12012/3/2019, 01.07.2019")
    page.click("text=Accept change")

    change.refresh_from_db()
    assert change.state == "accepted"


def test_the_list_of_rolls_reads_on_a_phone(page, live_server, login, axe):
    make_checked()
    login(make_user(Role.DEALING_HAND))
    page.set_viewport_size({"width": 360, "height": 800})

    page.goto(f"{live_server.url}/officers/rolls/")

    axe()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
