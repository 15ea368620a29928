import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.exchange import UnreadableResponseError
from trayapp.formats.address import base, endpoint, host_of, names, same_site_link

KNOWN = ("/api/v2/summary.json", "/summary.json", "/api/v2/alerts?active=true")


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("https://status.acme.example", "https://status.acme.example"),
        ("https://status.acme.example/", "https://status.acme.example"),
        ("https://status.acme.example/api/v2/summary.json", "https://status.acme.example"),
        ("https://status.acme.example/api/v2/summary.json?x=1#top", "https://status.acme.example"),
        ("http://127.0.0.1:8123/a/b/summary.json", "http://127.0.0.1:8123/a/b"),
        ("http://127.0.0.1:8123/a/api/v2/alerts?active=true", "http://127.0.0.1:8123/a"),
        ("http://[::1]:8123/a/", "http://[::1]:8123/a"),
        ("https://status.acme.example/mysummary.json", "https://status.acme.example/mysummary.json"),
        ("https://status.acme.example/eu/#top", "https://status.acme.example/eu"),
    ],
)
def test_the_base_is_what_stands_before_the_data(url: str, page: str) -> None:
    assert base(url, KNOWN) == page
    assert endpoint(url, "/v3/x.json?page=1", KNOWN) == f"{page}/v3/x.json?page=1"


def test_an_address_names_a_file_whatever_its_query_says() -> None:
    assert names("https://a.example/x/api/v2/alerts?active=false", "/api/v2/alerts?active=true")
    assert not names("https://a.example/x/my-alerts", "/alerts")
    assert not names("https://a.example/", "/alerts")


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://Status.Acme.Example:443/x", "status.acme.example"),
        ("http://127.0.0.1:8123", "127.0.0.1:8123"),
        ("http://[::1]:8123", "[::1]:8123"),
        ("https://a.example:99999", ""),
        ("nonsense", ""),
        ("http://[", ""),
    ],
)
def test_the_host_has_its_port_where_it_is_not_the_usual_one(url: str, host: str) -> None:
    assert host_of(url) == host


def test_an_address_that_cannot_be_read_is_said_so() -> None:
    with pytest.raises(UnreadableResponseError):
        base("http://[", KNOWN)


@pytest.mark.parametrize(
    ("link", "page", "shown"),
    [
        ("https://status.acme.example/incidents/1", "https://status.acme.example", "https://status.acme.example/incidents/1"),
        ("https://status.acme.com//incidents//1?a=b#c", "https://status.acme.com/", "https://status.acme.com/incidents/1?a=b#c"),
        ("https://www.acme.co.uk/x", "https://status.acme.co.uk", "https://www.acme.co.uk/x"),
        (" https://acme.com/x ", "https://status.acme.com", "https://acme.com/x"),
        ("http://127.0.0.1:9/x", "http://127.0.0.1:8/y", "http://127.0.0.1:9/x"),
        ("https://127.0.0.1:8/x", "http://127.0.0.1:8/y", "https://127.0.0.1:8/x"),
    ],
)  # fmt: skip
def test_a_link_to_the_pages_own_site_may_be_opened(link: str, page: str, shown: str) -> None:
    assert same_site_link(link, page) == shown


@pytest.mark.parametrize(
    ("link", "page"),
    [
        ("http://status.acme.com/x", "https://status.acme.com"),
        ("http://localhost/x", "http://127.0.0.1:8"),
        ("https://stspg.io/x", "https://status.acme.com"),
        ("https://evil.co.uk/", "https://acme.co.uk"),
        ("https://evil.statuspage.io/", "https://acme.statuspage.io"),
        ("https://acme.com.evil.com/", "https://acme.com"),
        ("https://evilacme.com/", "https://acme.com"),
        ("https://acme.com@evil.com/", "https://acme.com"),
        ("https://user:word@acme.com/", "https://acme.com"),
        ("https://evil.com\\@acme.com/", "https://acme.com"),
        ("https://acme.com:8443/", "https://acme.com"),
        ("https://acme.com:x/", "https://acme.com"),
        ("https://10.0.0.2/", "https://10.0.0.1"),
        ("javascript:alert(1)", "https://acme.com"),
        ("file:///etc/passwd", "https://acme.com"),
        ("//acme.com/x", "https://acme.com"),
        ("/incidents/1", "https://acme.com"),
        ("https:///x", "https://acme.com"),
        ("https://ac\u0441me.com/", "https://ac\u0441me.com"),
        ("https://acme.com/a b", "https://acme.com"),
        ("https://acme.com/\x00", "https://acme.com"),
        ("https://acme.com/" + "x" * 3000, "https://acme.com"),
        ("", "https://acme.com"),
    ],
)
def test_any_other_link_may_not(link: str, page: str) -> None:
    assert same_site_link(link, page) is None


def test_what_is_no_string_is_no_link() -> None:
    assert same_site_link(None, "https://acme.com") is None  # type: ignore[arg-type]  # a body may hold anything


@given(st.text(max_size=80))
def test_nothing_else_is_raised(url: str) -> None:
    assert host_of(url) is not None
    assert same_site_link(url, "https://acme.com") is None
    try:
        assert endpoint(url, "/x", KNOWN).endswith("/x")
    except UnreadableResponseError as error:
        assert error.detail  # noqa: PT017  raising is one of two right outcomes
