"""A copy in disguise is told from another certificate of the same provider."""

import random
from itertools import combinations

import pytest

from igot.lib.fingerprints import BANDS, apart, bands, fingerprint
from igot.lib.page_images import draw_pdf
from tests.lib import bad_files, pictures

MOST_APART = 24  # what `load_certificate_rules` loads
NAMES = ("Asha Rao", "Usha Rao", "Anil Joshi", "Anila Joshi", "Rajesh Kumar Sharma", "S. Lakshmi")


def look(picture):
    found = fingerprint(picture)
    assert found is not None
    return found


def genuine():
    rng = random.Random(1)
    for name in NAMES:
        yield pictures.certificate(
            name,
            number="".join(rng.choices("0123456789abcdef", k=16)),
            day=f"{rng.randint(10, 28)}.0{rng.randint(1, 9)}.2026",
        )


@pytest.mark.parametrize("how", pictures.DISGUISES)
def test_a_file_in_disguise_is_near_the_original_and_found_by_a_number(how):
    original = pictures.certificate()

    known, given = look(pictures.saved(original)), look(pictures.DISGUISES[how](original))

    assert apart(known, given) <= MOST_APART
    assert set(bands(known)) & set(bands(given))


def test_a_pdf_changed_in_a_few_pixels_is_near_the_original():
    original = pictures.certificate()

    known, given = (
        look(draw_pdf(pictures.saved(page, "PDF"))[0].content)
        for page in (original, pictures.edited(original))
    )

    assert apart(known, given) <= MOST_APART
    assert set(bands(known)) & set(bands(given))


def test_certificates_of_one_provider_are_told_apart():
    looks = [look(pictures.saved(page)) for page in genuine()]

    distances = [apart(one, other) for one, other in combinations(looks, 2)]

    assert min(distances) > 2 * MOST_APART


@pytest.mark.parametrize("name", ["Vikram Singh", "Usha Rao"])
def test_a_name_alone_tells_two_certificates_apart(name):
    one = look(pictures.saved(pictures.certificate("Asha Rao")))
    other = look(pictures.saved(pictures.certificate(name)))

    assert apart(one, other) > MOST_APART


def test_an_empty_page_looks_like_nothing():
    assert fingerprint(bad_files.picture()) is None


def test_a_look_has_sixteen_numbers_and_is_small():
    found = look(pictures.saved(pictures.certificate()))

    assert len(set(bands(found))) == BANDS
    assert len(found) < 3_000
    assert all(-(2**63) <= value < 2**63 for value in bands(found))
