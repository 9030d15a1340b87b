import pytest

from accounts.directory import ServiceNotFound, acronyms_in
from eligibility import packaged


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("IAS", "IAS"),
        ("ias", "IAS"),
        (" I.A.S. ", "IAS"),
        ("IA&AS", "IAAS"),
        ("IAAS", "IAAS"),
        ("Indian Audit and Accounts Service", "IAAS"),
        ("IFS", "IFS"),
        ("IFoS", "IFOS"),
        ("IRS(IT)", "IRS-IT"),
        ("IRS (C&CE)", "IRS-CIT"),
        ("IP&TAFS", "ICFS"),
        ("ITS (trade)", "ITRS"),
        ("ITS (Telecom)", "ITELS"),
        ("IRMS", "IRMS"),
        ("IES", "IES"),
        ("ISS", "ISS"),
        ("IFS(B)", "IFS-B"),
        ("CISF", "CISF-A"),
        ("PCS(UP)", "SCS-UP"),
        ("RAS", "SCS-RJ"),
        ("CES", "CES"),
        ("CES(R)", "CES-R"),
    ],
)
def test_a_service_is_found_by_code_acronym_or_name(text, code):
    assert packaged.directory().find(text).code == code


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        ("ITS", ["ITELS", "ITRS"]),
        ("IFS(F)", ["IFOS", "IFS"]),
        ("IRS", ["IRS-CIT", "IRS-IT"]),
        ("KAS", ["SCS-KA", "SCS-KL"]),
        ("MCS", ["SCS-MH", "SCS-ML", "SCS-MN", "SCS-MZ"]),
        ("PCS", ["PONDICS", "SCS-PB", "SCS-UK", "SCS-UP"]),
        ("GCS", ["GCS-A", "SCS-GA"]),
        ("XYZ", []),
        ("", []),
        ("&", []),
    ],
)
def test_a_name_of_several_services_or_of_none_is_not_guessed(text, candidates):
    with pytest.raises(ServiceNotFound) as caught:
        packaged.directory().find(text)

    assert [service.code for service in caught.value.candidates] == candidates


def test_every_code_and_every_full_name_finds_its_own_service():
    directory = packaged.directory()

    for service in directory.services.values():
        assert directory.find(service.code) is service
        assert directory.find(service.name) is service


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("IA&AS, IAAS (same service)", ["IA&AS", "IAAS"]),
        ("IRS(C&IT), formerly IRS(C&CE)", ["IRS(C&IT)", "IRS", "IRS(C&CE)"]),
        ("IFoS (also written IFS)", ["IFS", "IFoS"]),
        ("IRHS, IRMS (medical)", ["IRHS", "IRMS (medical)", "IRMS"]),
        ("", []),
    ],
)
def test_the_column_of_acronyms_is_split_into_names(text, names):
    assert acronyms_in(text) == names
