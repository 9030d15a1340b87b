import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import RequestFactory

from igot.lib import limits


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()
    yield
    cache.clear()


def test_the_request_after_the_last_admitted_one_is_refused(monkeypatch):
    monkeypatch.setattr(limits.time, "time", lambda: 1000.0)

    answers = [limits.is_within("checker", "10.0.0.1", at_most=3, seconds=60) for _ in range(4)]

    assert answers == [True, True, True, False]
    assert limits.is_within("checker", "10.0.0.2", at_most=3, seconds=60)
    assert limits.is_within("other", "10.0.0.1", at_most=3, seconds=60)


def test_a_new_window_admits_again(monkeypatch):
    monkeypatch.setattr(limits.time, "time", lambda: 1000.0)
    assert limits.is_within("checker", "10.0.0.1", at_most=1, seconds=60)
    assert not limits.is_within("checker", "10.0.0.1", at_most=1, seconds=60)

    monkeypatch.setattr(limits.time, "time", lambda: 1060.0)

    assert limits.is_within("checker", "10.0.0.1", at_most=1, seconds=60)


def test_no_address_is_kept_in_the_cache_in_clear():
    limits.is_within("checker", "10.0.0.1", at_most=1, seconds=60)

    assert "10.0.0.1" not in str(cache._cache.keys())


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "6.6.6.6", "10.0.0.1"),
        (1, "6.6.6.6, 7.7.7.7", "7.7.7.7"),
        (2, "6.6.6.6, 7.7.7.7, 8.8.8.8", "7.7.7.7"),
        (2, "7.7.7.7", "10.0.0.1"),
        (1, "", "10.0.0.1"),
    ],
)
def test_only_what_our_own_proxies_wrote_is_believed(settings, proxies, forwarded, address):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded)

    assert limits.client_address(request) == address


def test_reading_a_limited_page_is_not_counted():
    view = limits.limited("page", at_most=1, seconds=60)(lambda request: HttpResponse("ok"))

    answers = [view(RequestFactory().get("/")).status_code for _ in range(3)]

    assert answers == [200, 200, 200]
