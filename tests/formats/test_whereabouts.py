import pytest

from trayapp.exchange import Response
from trayapp.formats.whereabouts import is_near, kuma, places

TAILS = ("/api/v2/summary.json", "/index.json")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://s.example", ("",)),
        ("https://s.example/?lang=en#top", ("",)),
        ("https://s.example/api/v2/summary.json", ("",)),
        ("https://s.example/incidents/1/2", ("",)),
        ("https://s.example/2026-09/abc", ("",)),
        ("https://s.example/de", ("",)),
        ("https://s.example/pt-br/", ("",)),
        ("https://s.example/willow", ("/willow", "")),
        ("https://s.example/willow/history", ("/willow", "")),
        ("https://s.example/a/b/index.json", ("/a/b", "", "/a")),
        ("https://s.example/a/b/c", ("/a/b/c", "", "/a", "/a/b")),
    ],
)
def test_a_page_is_sought_below_its_address_below_its_host_and_between(url: str, expected: tuple[str, ...]) -> None:
    assert places(url, TAILS) == tuple(f"https://s.example{path}" for path in expected)


@pytest.mark.parametrize("host", ["history", "uptime:3001", "events.example"])
def test_the_name_of_a_host_is_no_view_of_a_page(host: str) -> None:
    assert places(f"http://{host}/", TAILS) == (f"http://{host}",)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8080/", True),
        ("http://localhost", True),
        ("https://monitor", True),
        ("https://up.corp.internal/status", True),
        ("https://192.168.1.4:3001", True),
        ("https://[fd00::1]/", True),
        ("https://8.8.8.8/", False),
        ("https://status.willow.example", False),
    ],
)
def test_what_is_near_is_in_the_own_network(url: str, *, expected: bool) -> None:
    assert is_near(url) is expected


def test_an_uptime_kuma_may_lead_from_its_root_to_its_page() -> None:
    shown = Response("https://up.example/below/status/cloud", 200, b"<html>")

    assert kuma("https://up.example/below", shown) == ["https://up.example/below/api/status-page/cloud"]
    assert kuma("https://up.example/status/main/", shown) == ["https://up.example/api/status-page/main"]
    assert kuma("https://up.example", Response("https://up.example", 200, b"")) == []
