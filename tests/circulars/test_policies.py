"""Who may take which step in which state: the whole table, and what a paper must have."""

from itertools import product

import pytest

from accounts.roles import Role
from circulars import policies, states
from circulars.models import Circular
from circulars.states import CircularState
from tests.factories.accounts import make_user
from tests.factories.circulars import make_author, make_circular, make_paragraph

OPEN = {  # by step: the states in which it is open, and to whom
    "SUBMIT": ({"draft"}, "author"),
    "RETURN": ({"submitted", "approved"}, "approver"),
    "APPROVE": ({"submitted"}, "approver"),
    "ISSUE": ({"approved"}, "approver"),
    "SUPERSEDE": ({"issued"}, "approver"),
    "ARCHIVE": ({"issued"}, "approver"),
}


@pytest.fixture
def people(db):
    """One user of each kind; "both" wrote the paper and holds both roles."""
    return {
        "author": make_author(),
        "other author": make_author(),
        "approver": make_user(Role.CIRCULAR_APPROVER),
        "dealing hand": make_user(Role.DEALING_HAND),
        "officer": make_user(Role.OFFICER),
        "auditor": make_user(Role.AUDITOR),
        "nobody": make_user(),
    }


@pytest.mark.parametrize(("name", "state"), list(product(OPEN, CircularState.values)))
def test_every_step_is_open_in_its_states_to_its_people_only(people, name, state) -> None:
    circular = make_circular(state=state, author=people["author"])
    step = getattr(states, name)
    sources, who = OPEN[name]

    able = {kind for kind, user in people.items() if not policies.why_not(step, circular, user)}

    assert able == ({who} if state in sources else set())


@pytest.mark.parametrize("name", ["RETURN", "APPROVE", "ISSUE", "SUPERSEDE", "ARCHIVE"])
def test_whoever_wrote_it_never_decides_on_it(db, name) -> None:
    both = make_user(Role.CIRCULAR_AUTHOR, Role.CIRCULAR_APPROVER)
    step = getattr(states, name)
    circular = make_circular(state=min(step.sources), author=both)

    assert policies.why_not(step, circular, both) == "Nobody decides on their own draft."


def test_an_enclosure_takes_no_step_by_itself(people) -> None:
    parent = make_circular(author=people["author"])
    enclosure = make_circular(author=people["author"], enclosed_in=parent)

    assert "enclosure" in policies.why_not(states.SUBMIT, enclosure, people["author"])
    assert policies.why_not_along(states.SUBMIT, enclosure, people["author"]) == ""


@pytest.mark.parametrize("state", CircularState.values)
def test_text_is_changed_in_a_draft_by_its_author_only(people, state) -> None:
    circular = make_circular(state=state, author=people["author"])

    able = {kind for kind, user in people.items() if not policies.why_not_edit(circular, user)}

    assert able == ({"author"} if state == "draft" else set())


def test_the_table_of_steps_is_whole() -> None:
    reached = {step.target for step in states.STEPS} | {CircularState.DRAFT}

    assert reached == set(CircularState)
    assert all(isinstance(step.sources, frozenset) for step in states.STEPS)
    left = {state for state in CircularState if not any(state in s.sources for s in states.STEPS)}
    assert left == set(states.FINAL)


def test_a_paper_without_text_or_addressee_is_not_ready(db) -> None:
    circular = make_circular()
    assert policies.what_is_missing(circular) == ""

    circular.addressees.all().delete()
    assert "addressee" in policies.what_is_missing(circular)
    circular.form = Circular.Form.ORDER
    assert policies.what_is_missing(circular) == ""
    circular.paragraphs.all().delete()
    assert "no text" in policies.what_is_missing(circular)


def test_hindi_lacks_nothing_where_it_is_current(db) -> None:
    assert policies.what_hindi_lacks(make_circular()) == ""


def test_a_missing_or_stale_paragraph_is_named(db) -> None:
    circular = make_circular()
    make_paragraph(circular=circular, label="2.", text="New", text_hi="नया", is_hindi_current=False)
    make_paragraph(circular=circular, label="3.", text="Newer")

    assert policies.what_hindi_lacks(circular).endswith("in: 2., 3..")


def test_an_edit_of_the_english_makes_the_hindi_stale(db) -> None:
    circular = make_circular()
    circular.paragraphs.update(text="The next batch begins in October.")

    assert "missing or older" in policies.what_hindi_lacks(circular)


def test_a_subject_without_hindi_is_named(db) -> None:
    assert "subject" in policies.what_hindi_lacks(make_circular(subject_hi=""))


def test_a_paper_for_named_persons_needs_no_hindi(db) -> None:
    assert policies.what_hindi_lacks(make_circular(text_hi="", is_general_order=False)) == ""
