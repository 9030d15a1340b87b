import pytest
from django.core.management import call_command

from accounts.models import Rank, Service, State

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded():
    call_command("load_reference", verbosity=0)


def test_loading_twice_changes_nothing_and_keeps_what_was_edited(loaded):
    counts = (Service.objects.count(), Rank.objects.count(), State.objects.count())
    Service.objects.filter(code="IAS").update(cca_mode=Service.Mode.PRIOR_APPROVAL)

    call_command("load_reference", verbosity=0)

    assert (Service.objects.count(), Rank.objects.count(), State.objects.count()) == counts
    assert Service.objects.get(code="IAS").cca_mode == Service.Mode.PRIOR_APPROVAL


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("IA&AS", "IAAS"),
        ("IAAS", "IAAS"),
        ("Audit and Accounts", "IAAS"),
        ("भारतीय वन", "IFOS"),
        ("IP&TAFS", "ICFS"),
        ("customs & central excise", "IRS-CIT"),
    ],
)
def test_a_service_is_found_by_what_people_call_it(loaded, words, code):
    assert code in Service.objects.matching(words).values_list("code", flat=True)


def test_what_no_source_supports_is_marked_unverified(loaded):
    assert Service.objects.get(code="CSS").is_verified
    assert not Service.objects.get(code="IDAS").is_verified


def test_every_service_has_its_hindi_name_and_state_services_their_state(loaded):
    assert not Service.objects.filter(name_hi="").exists()
    states = Service.objects.filter(family="STATE")
    assert not states.filter(state=None).exists()
    assert Service.objects.get(code="SCS-KL").state.name == "Kerala"
