"""A service typed by any of its names: found, offered, or asked back; never guessed."""

from csv import DictReader

import pytest
from django import forms
from django.core.cache import cache
from django.utils.translation import override

from accounts.models import Service, ServiceAlias
from accounts.service_picker import ServiceDirectory, ServiceField, label_of
from eligibility.packaged import ALIASES, SERVICES
from tests.factories.accounts import make_authority

pytestmark = pytest.mark.django_db
SUGGESTIONS = "/services/"


@pytest.fixture(autouse=True)
def services():
    """Fill in the delivered services, by their names alone."""
    cache.clear()
    authority = make_authority()
    with SERVICES.open(encoding="utf-8-sig", newline="") as file:
        rows = {
            row["code"]: Service(
                code=row["code"],
                name=row["name"],
                name_hi=row["name_hi"],
                acronym=row["acronym_in_use"],
                family=row["family"],
                groups=row["groups"],
                basis=row["length_of_service_basis"],
                authority=authority,
            )
            for row in DictReader(file)
        }
    Service.objects.bulk_create(rows.values())
    with ALIASES.open(encoding="utf-8-sig", newline="") as file:
        ServiceAlias.objects.bulk_create(
            ServiceAlias(service=rows[row["service"]], alias=row["alias"])
            for row in DictReader(file)
        )


class Form(forms.Form):
    service = ServiceField(label="Service")


def sent(text: str, **more: str) -> Form:
    form = Form({"service": text, **more})
    form.is_valid()
    return form


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("IAS", "IAS"),
        ("ias", "IAS"),
        ("IAAS", "IAAS"),
        ("IA&AS", "IAAS"),
        ("Audit and Accounts", "IAAS"),
        ("audit & accounts", "IAAS"),
        ("Indian Audit & Accounts Service (IA&AS)", "IAAS"),
        ("भारतीय लेखापरीक्षा", "IAAS"),
        ("भारतीय लेखा परीक्षा एवं लेखा सेवा", "IAAS"),
        ("Indian Adm", "IAS"),
        ("postal", "IPOS"),
        ("IFS(B)", "IFS-B"),
        ("Indian Foreign Service (IFS)", "IFS"),
        ("IP&TAFS", "ICFS"),
        ("Indian Revenue Service (Customs & Central Excise)", "IRS-CIT"),
        ("UDC", "CSCS"),
        ("CENTRAL-BC", "CENTRAL-BC"),
    ],
)
def test_what_can_mean_one_service_only_is_that_service(text, code):
    assert sent(text).cleaned_data["service"].code == code


@pytest.mark.parametrize(
    ("text", "code", "offered"),
    [
        ("IFS", "several", ["IFS", "IFOS"]),
        ("ITS", "several", ["ITELS", "ITRS"]),
        ("Provincial Civil Service", "several", ["SCS-UK", "SCS-UP"]),
        ("forest", "several", ["IFOS", "SFS"]),
        ("Indain Administrative", "near", ["IAS"]),
        ("Indian Administratve Service", "near", ["IAS"]),
    ],
)
def test_what_may_mean_several_or_is_misspelt_comes_back_as_a_choice(text, code, offered):
    form = sent(text)

    assert form.errors.as_data()["service"][0].code == code
    expected = [label_of(Service.objects.get(code=code)) for code in offered]
    assert form.fields["service"].widget.offered[: len(offered)] == expected
    html = str(form["service"])
    assert f'value="{text}"' in html  # nothing typed is lost
    assert html.count('type="radio"') >= len(offered)


def test_what_fits_many_offers_the_first_eight_and_says_how_many():
    form = sent("civil service")

    assert "fits " in str(form.errors["service"])
    assert len(form.fields["service"].widget.offered) == 8


def test_what_fits_none_offers_the_three_nearest():
    form = sent("Ministry of Silly Walks")

    assert "No service is called “Ministry of Silly Walks”" in str(form.errors["service"])
    assert len(form.fields["service"].widget.offered) == 3


def test_the_choice_made_below_goes_before_the_text_that_it_answers():
    form = sent("IFS", **{"service-asked": "IFS", "service-choice": "Indian Forest Service (IFoS)"})

    assert form.cleaned_data["service"].code == "IFOS"
    assert 'value="Indian Forest Service (IFoS)"' in str(form["service"])


def test_a_text_that_was_changed_afterwards_goes_before_the_choice():
    form = sent("IAS", **{"service-asked": "IFS", "service-choice": "Indian Forest Service (IFoS)"})

    assert form.cleaned_data["service"].code == "IAS"


def test_a_choice_that_was_never_offered_is_read_like_text():
    form = sent("IFS", **{"service-asked": "IFS", "service-choice": "<script>"})

    assert "No service is called" in str(form.errors["service"])
    assert "<script>" not in str(form["service"])


@pytest.mark.parametrize("text", ["", "   ", "&", "()"])
def test_nothing_is_not_a_service(text):
    assert "service" in sent(text).errors


def test_an_abolished_service_is_not_offered():
    Service.objects.filter(code="IAS").update(is_active=False)

    assert "service" in sent("Indian Administrative Service").errors


def test_every_label_in_either_language_means_its_own_service():
    directory = ServiceDirectory()
    for language in ("en", "hi"):
        with override(language):
            for service in Service.objects.active():
                found, is_certain = directory.candidates(label_of(service))
                assert (found[0][1], is_certain) == (service, True)


def test_the_form_shows_labels_in_the_language_of_the_page_and_the_groups():
    with override("hi"):
        html = str(sent("IAS")["service"])

    assert 'value="भारतीय प्रशासनिक सेवा (IAS)"' in html
    assert "This service has: Group A, Group B." in str(sent("CSS")["service"])


def test_a_form_takes_two_queries_for_its_services(django_assert_num_queries):
    with django_assert_num_queries(2):
        str(sent("civil service")["service"])


# --- suggestions ---
def suggestions(client, text: str) -> list[str]:
    answer = client.get(SUGGESTIONS, {"q": text})
    assert answer.status_code == 200
    return [service["code"] for service in answer.json()["services"]]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("iaa", "IAAS"),
        ("Audit", "IAAS"),
        ("लेखापरी", "IAAS"),
        ("IFS", "IFS"),
        ("Adminstrative", "IAS"),
    ],
)
def test_suggestions_come_to_anybody_with_the_likeliest_first(client, text, first):
    found = suggestions(client, text)

    assert first in found[:3]
    assert len(found) <= 8


def test_suggestions_carry_label_and_groups(client):
    service = client.get(SUGGESTIONS, {"q": "CSSS"}).json()["services"][0]

    assert service["label"] == "Central Secretariat Stenographers' Service (CSSS)"
    assert service["groups"].startswith("This service has: Group A")


@pytest.mark.parametrize("text", ["", "\x00", "xyzzyxyzzy", "%", "x" * 5000])
def test_nothing_found_is_an_empty_list(client, text):
    assert suggestions(client, text) == []


def test_suggestions_are_cheap_kept_by_the_browser_and_only_read(
    client, django_assert_max_num_queries
):
    with django_assert_max_num_queries(2):
        answer = client.get(SUGGESTIONS, {"q": "Indain Administrative"})

    assert "max-age=300" in answer.headers["Cache-Control"]
    assert "private" in answer.headers["Cache-Control"]
    assert client.post(SUGGESTIONS, {"q": "IAS"}).status_code == 405


def test_too_many_questions_of_one_address_are_declined(client, monkeypatch):
    monkeypatch.setattr("igot.lib.limits.time.time", lambda: 1000.0)
    monkeypatch.setattr("accounts.views.service_names.ServiceDirectory.suggest", lambda *_args: [])
    for _number in range(300):
        assert client.get(SUGGESTIONS).status_code == 200

    assert client.get(SUGGESTIONS).status_code == 429
