"""What a scanner says of a file, and that silence says nothing."""

import os
from pathlib import Path

import pytest

from igot.lib import virus_scan
from igot.lib.virus_scan import ScannerSilent, TooLargeToScan
from tests.lib import bad_files, scanners


@pytest.fixture(scope="module")
def clamd_address(tmp_path_factory):
    if not Path(scanners.CLAMD).exists():
        if os.environ.get("CI"):
            pytest.fail("clamd is missing: apt-get install clamav-daemon")
        pytest.skip("clamd is missing: apt-get install clamav-daemon")
    with scanners.clamd(tmp_path_factory.mktemp("clamd"), most_bytes="2M") as address:
        yield address


@pytest.fixture(params=["clamd", "stand-in"])
def scanner(request, settings, tmp_path):
    """Ask clamd itself, and the stand-in that other tests use, the same questions."""
    if request.param == "clamd":
        settings.CLAMD_URL = request.getfixturevalue("clamd_address")
        yield
    else:
        with scanners.stand_in(tmp_path / "s") as address:
            settings.CLAMD_URL = address
            yield


def test_a_clean_file_is_clean(scanner):
    assert virus_scan.found_in(bad_files.plain_pdf()) == ""
    assert virus_scan.answers()


def test_a_virus_is_named(scanner):
    assert "Eicar" in virus_scan.found_in(b"%PDF-1.4\n" + scanners.EICAR)


def test_a_file_over_the_scanners_limit_is_not_taken_for_clean(clamd_address, settings):
    settings.CLAMD_URL = clamd_address

    with pytest.raises((TooLargeToScan, ScannerSilent)):
        virus_scan.found_in(b"0" * 9_000_000)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"", ScannerSilent),
        (b"\0", ScannerSilent),
        (b"stream: Can't allocate memory ERROR\0", ScannerSilent),
        (b"INSTREAM size limit exceeded. ERROR\0", TooLargeToScan),
    ],
)
def test_only_a_clear_answer_counts(settings, tmp_path, answer, error):
    with scanners.stand_in(tmp_path / "s", answer=answer) as address:
        settings.CLAMD_URL = address
        with pytest.raises(error):
            virus_scan.found_in(b"x")


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "unix:///nowhere/at/all"])
def test_a_scanner_that_is_not_there_says_nothing(settings, address):
    settings.CLAMD_URL = address

    with pytest.raises(ScannerSilent):
        virus_scan.found_in(b"x")
    assert not virus_scan.answers()


def test_without_an_address_none_is_asked(settings):
    settings.CLAMD_URL = ""

    assert not virus_scan.is_configured()
