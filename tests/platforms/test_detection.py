import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from tests.replaying import Answer, Mood, conversation, moods
from trayapp.domain.report import FailureKind, FetchFailure
from trayapp.exchange import Ask, Exchange, Platform, Response, UnreadableResponseError
from trayapp.platforms import BUILTIN, TRIES, Detected, UnknownPlatformError, detect, platform, plugins, recognise

HTML = b"<!DOCTYPE html><html><head><title>Acme</title></head><body><p>Hello</p></body></html>"
RECORDED = {f"{mood.platform}/{mood.name}": mood for mood in moods()}
SUMMARY = "/api/v2/summary.json"


def body_of(name: str) -> bytes:
    return next(iter(RECORDED[name].answers.values())).body


def failure_of(exchange: Exchange[Detected], answers: dict[str, Answer]) -> UnreadableResponseError:
    with pytest.raises(UnreadableResponseError) as caught:
        conversation(exchange, answers)
    return caught.value


@pytest.mark.parametrize("prefix", ["", "/acme", "/a/b"])
@pytest.mark.parametrize("name", ["statuspage/operational", "statuspage/outage", "incidentio/operational"])
def test_a_bare_address_is_enough(name: str, prefix: str) -> None:
    answers = {prefix + SUMMARY: Answer(body_of(name))}

    found, requests = conversation(detect(f"http://127.0.0.1:8123{prefix}/"), answers)

    assert found == Detected(name.partition("/")[0], f"http://127.0.0.1:8123{prefix}")
    assert len(requests) == 2


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("statuspage/operational", SUMMARY),
        ("statuspage/only-incidents", "/api/v2/incidents.json"),
        ("statuspage/no-summary", "/api/v2/components.json"),
        ("statuspage/only-indicator", "/api/v2/status.json"),
        ("incidentio/widget", "/api/v1/summary"),
        ("incidentio/own-json", "/proxy/status.acme.example"),
    ],
)
def test_an_address_that_names_a_data_file_is_kept(name: str, path: str) -> None:
    url = f"https://status.acme.example{path}"

    found, requests = conversation(detect(url), {path: Answer(body_of(name))})

    assert found == Detected(name.partition("/")[0], url)
    assert len(requests) == 1


def test_the_data_file_of_another_platform_may_have_moved_in() -> None:
    answers = {"/summary.json": Answer(body_of("instatus/operational"))}

    found, _requests = conversation(detect(f"https://status.acme.example{SUMMARY}"), answers)

    assert found == Detected("instatus", "https://status.acme.example")


@pytest.mark.parametrize(
    "deep", ["/incidents/q2kg8n613kr3", "/history?page=2", "/uptime", "/components/x", "/some/page"]
)
def test_a_deep_link_leads_to_its_page(deep: str) -> None:
    answers = {deep: Answer(HTML), SUMMARY: Answer(body_of("statuspage/operational"))}

    found, requests = conversation(detect(f"https://status.acme.example{deep}"), answers)

    assert found == Detected("statuspage", "https://status.acme.example")
    assert len(requests) <= 6


@pytest.mark.parametrize(
    ("hint", "path", "name"),
    [
        ("https://cdn.instatus.com/x.js", "/summary.json", "instatus/operational"),
        ("https://uptime.betterstack.com/x.js", "/index.json", "betterstack/operational"),
        ("Powered by Gatus", "/api/v1/endpoints/statuses", "gatus/operational"),
        ("https://app.datadoghq.com/x.js", "/config.json", "datadog/operational"),
    ],
)
def test_what_a_web_page_names_is_tried_first(hint: str, path: str, name: str) -> None:
    answers = {"": Answer(HTML.replace(b"Hello", hint.encode())), path: Answer(body_of(name))}

    found, requests = conversation(detect("https://status.acme.example"), answers)

    assert found.platform == name.partition("/")[0]
    assert len(requests) == 2


def test_a_feed_that_the_page_links_is_found() -> None:
    page = b'<html><head><link rel="alternate" type="application/rss+xml" href="/odd/place.xml"></head></html>'
    answers = {"": Answer(page), "/odd/place.xml": Answer(body_of("feed/operational"))}

    found, _requests = conversation(detect("https://status.acme.example"), answers)

    assert found == Detected("feed", "https://status.acme.example/odd/place.xml")


@pytest.mark.parametrize(
    "link", ["https://elsewhere.example/feed.xml", "//elsewhere.example/feed.xml", "http://[", "javascript:x"]
)
def test_no_link_leads_detection_to_another_site(link: str) -> None:
    page = f'<link type="application/rss+xml" href="{link}"><link type="application/atom+xml">'.encode()

    for request in _asked(detect("https://status.acme.example"), {"": Answer(page)}):
        assert request.startswith("https://status.acme.example")


def test_an_uptime_kuma_page_is_asked_at_its_own_path() -> None:
    assert "https://up.acme.example/api/status-page/main" in _asked(detect("https://up.acme.example/status/main"), {})


@pytest.mark.parametrize(
    ("entry", "slug"),
    [
        (b'{"type": "statusPageMatchedDomain", "statusPageSlug": "cloud"}', "cloud"),
        (b'{"type": "entryPage", "entryPage": "statusPage-cloud"}', "cloud"),
    ],
)
def test_an_uptime_kuma_says_which_page_it_shows_first(entry: bytes, slug: str) -> None:
    page, beats = RECORDED["uptimekuma/operational"].answers.values()
    answers = {
        "": Answer(b"<html><title>Uptime Kuma</title></html>"),
        "/api/entry-page": Answer(entry),
        f"/api/status-page/{slug}": page,
        f"/api/status-page/heartbeat/{slug}": beats,
    }

    found, requests = conversation(detect("https://up.acme.example"), answers)

    assert found == Detected("uptimekuma", "https://up.acme.example")
    assert len(requests) == 2
    report, _requests = conversation(platform("uptimekuma").read(Ask(url=found.url)), answers)
    assert report.components


def test_an_uptime_kuma_that_shows_its_dashboard_names_no_page() -> None:
    answers = {
        "": Answer(b"<html><title>Uptime Kuma</title></html>"),
        "/api/entry-page": Answer(b'{"type": "entryPage", "entryPage": "dashboard"}'),
    }

    assert failure_of(detect("https://up.acme.example"), answers).kind is FailureKind.NOT_A_STATUS_PAGE


@pytest.mark.parametrize(
    "text",
    [
        '<a href="/pages/history/0123456789abcdef01234567">History</a>',
        'var statuspage_id = "0123456789abcdef01234567";',
        '<a href="https://api.status.io/1.0/status/0123456789abcdef01234567">JSON</a>',
    ],
)
def test_a_page_of_status_io_names_its_data(text: str) -> None:
    data = "https://api.status.io/1.0/status/0123456789abcdef01234567"
    answers = {
        "": Answer(f"<html><a href='https://status.io'>Powered by</a>{text}</html>".encode()),
        data: Answer(body_of("statusio/operational")),
    }

    found, requests = conversation(detect("https://status.acme.example"), answers)

    assert found == Detected("statusio", data)
    assert len(requests) == 2


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("https://github.com/finch/status", b"<html>a repository</html>"),
        ("https://github.com/finch/status.git", b"<html>a repository</html>"),
        (
            "https://status.finch.example",
            b"<a href='https://github.com/upptime/upptime'>Upptime</a> <a href='https://github.com/finch/status'>us</a>",
        ),
    ],
)
def test_the_data_of_upptime_lie_in_its_repository(url: str, page: bytes) -> None:
    data = "https://raw.githubusercontent.com/finch/status/HEAD/history/summary.json"

    found, requests = conversation(detect(url), {url: Answer(page), data: Answer(body_of("upptime/operational"))})

    assert found.platform == "upptime"
    assert len(requests) == 2
    report, _requests = conversation(
        platform("upptime").read(Ask(url=found.url)), {data: Answer(body_of("upptime/operational"))}
    )
    assert report.components


@pytest.mark.parametrize(
    "text", ["Powered by Upptime", "https://github.com/upptime/upptime", "https://github.com/finch"]
)
def test_a_page_that_links_no_repository_of_its_own_leads_nowhere_else(text: str) -> None:
    page = f"<html>upptime {text}</html>".encode()

    assert all(each.startswith("https://s.example") for each in _asked(detect("https://s.example"), {"": Answer(page)}))


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://a.example/public/currentevents", "aws"),
        ("https://status.cloud.google.com/incidents.json", "googlecloud"),
        ("https://a.example/api/v2/alerts", "alertmanager"),
        ("https://a.example/api/v1/endpoints/statuses", "gatus"),
    ],
)
def test_an_empty_list_belongs_to_whoever_alone_keeps_one_there(url: str, name: str) -> None:
    found, _requests = conversation(detect(url), {url: Answer(b" []\n")})

    assert found == Detected(name, url)


@pytest.mark.parametrize(
    "path", ["/api/v2/incidents.json", "/api/v2/summary.json", "/odd", "/index.json", "/incidents.json", "/data.json"]
)
def test_an_empty_list_elsewhere_is_nobodys(path: str) -> None:
    error = failure_of(detect(f"https://a.example{path}"), {path: Answer(b"[]")})

    assert error.kind is FailureKind.NOT_A_STATUS_PAGE


def test_a_recorded_body_is_recognised_without_a_request() -> None:
    body = body_of("statuspage/operational")

    assert recognise(Response(f"https://a.example{SUMMARY}", 200, body)) == Detected("statuspage", "https://a.example")
    assert recognise(Response("https://a.example/odd", 200, body)) == Detected("statuspage", "https://a.example/odd")
    assert recognise(Response("https://a.example/", 200, HTML)) is None


def test_a_known_host_is_asked_its_own_way_first() -> None:
    hosts = [(name, host) for name in BUILTIN for host in platform(name).hosts if platform(name).paths]

    for name, host in hosts:
        asked = _asked(detect(f"https://{host}"), {"": Answer(HTML)})

        assert any(asked[1].endswith(path.partition("?")[0]) or path in asked[1] for path in platform(name).paths), host


@pytest.mark.parametrize("status", [200, 404])
def test_at_most_six_requests_are_made(status: int) -> None:
    for url in ("https://status.acme.example", "https://status.acme.example/x/y", "https://status.cloud.google.com/z"):
        assert len(_asked(detect(url), {}, Answer(HTML, status))) == 6


@pytest.mark.parametrize(
    ("everywhere", "kind"),
    [
        (Answer(HTML), FailureKind.NOT_A_STATUS_PAGE),
        (Answer(b"Not found", 404), FailureKind.NOT_A_STATUS_PAGE),
        (Answer(b"pong"), FailureKind.NOT_A_STATUS_PAGE),
        (Answer(b'{"hello": "world"}'), FailureKind.NOT_A_STATUS_PAGE),
        (Answer(b""), FailureKind.EMPTY),
        (Answer(b" \r\n"), FailureKind.EMPTY),
        (Answer(b'{"page": {"id": "x'), FailureKind.INVALID),
        (Answer(b"", 503), FailureKind.HTTP_ERROR),
        (Answer(b"", 403), FailureKind.HTTP_ERROR),
        (Answer(status=0), FailureKind.REFUSED),
    ],
)
def test_what_cannot_be_found_says_why(everywhere: Answer, kind: FailureKind) -> None:
    answers = dict.fromkeys(["", *TRIES], everywhere)

    error = failure_of(detect("https://status.acme.example"), answers)

    assert error.kind is kind
    assert error.detail.endswith((".", ")."))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (FailureKind.RESET, FailureKind.RESET),
        (FailureKind.TIMEOUT, FailureKind.TIMEOUT),
        (FailureKind.TOO_LARGE, FailureKind.TOO_LARGE),
        (FailureKind.INVALID, FailureKind.INVALID),
        (FailureKind.HTTP_ERROR, FailureKind.NOT_A_STATUS_PAGE),
        (FailureKind.MOVED, FailureKind.NOT_A_STATUS_PAGE),
    ],
)
def test_data_that_broke_off_are_not_taken_for_none(kind: FailureKind, expected: FailureKind) -> None:
    def search() -> None:
        """Find one file that cannot be read, and beside it nothing anywhere."""
        asking = detect("https://status.acme.example")
        page = next(asking)
        file = asking.send(Response(page.url, 200, HTML))
        asked = asking.send(Response(file.url, 0, failure=FetchFailure(kind=kind, detail="It broke off.")))
        gone = FetchFailure(kind=FailureKind.HTTP_ERROR, detail="It is not there.")
        while True:
            asked = asking.send(Response(asked.url, 0, failure=gone))

    with pytest.raises(UnreadableResponseError) as caught:
        search()

    assert caught.value.kind is expected
    broken = "https://status.acme.example/api/v2/summary.json cannot be read. It broke off."
    assert (caught.value.detail == broken) is (kind is expected)


def test_the_sentence_names_what_was_tried() -> None:
    error = failure_of(detect("https://status.acme.example"), {"": Answer(HTML)})

    assert SUMMARY in error.detail
    assert "/index.json" in error.detail


def test_a_body_is_whose_it_is_and_not_whose_host_it_comes_from() -> None:
    answers = {"": Answer(HTML), SUMMARY: Answer(body_of("statuspage/operational"))}

    found, _requests = conversation(detect("https://status.openai.com"), answers)

    assert found.platform == "statuspage"


@pytest.mark.parametrize("mood", [mood for mood in RECORDED.values() if mood.name == "operational"], ids=str)
def test_every_platform_is_found_by_the_address_of_its_data(mood: Mood) -> None:
    path, answer = next(
        (path, answer)
        for path, answer in mood.answers.items()
        if platform(mood.platform).recognises(Response(url="", status=200, body=answer.body))
    )
    url = path if "://" in path else f"http://127.0.0.1:8123{path}"

    found, _requests = conversation(detect(url), {path: answer})

    assert found == Detected(mood.platform, url)


def test_an_unknown_platform_is_said_so_in_a_sentence() -> None:
    with pytest.raises(UnknownPlatformError, match="no platform named “pigeons”; the built-in ones are: statuspage,"):
        platform("pigeons")


def test_the_table_loads_nothing_by_itself() -> None:
    program = (
        "import sys, trayapp.platforms; trayapp.platforms.platform('statuspage');"
        "print([n for n in sys.modules if n == 'feedparser' or n.startswith('trayapp.platforms.')])"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "['trayapp.platforms.statuspage']"


@pytest.fixture
def plugin_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    points = [
        "pigeons = pigeons_of_acme:PLATFORM",
        "statuspage = pigeons_of_acme:PLATFORM",
        "broken = no_such_module_of_acme:PLATFORM",
        "odd = pigeons_of_acme:ODD",
    ]
    info = tmp_path / "pigeons_of_acme-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: pigeons-of-acme\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("\n".join(["[trayapp.platforms]", *points, ""]))
    (tmp_path / "pigeons_of_acme.py").write_text(
        "from trayapp.exchange import Platform\n"
        "def read(ask):\n    yield\n"
        "PLATFORM = Platform(name='pigeons', read=read, recognises=lambda r: r.body == b'coo', paths=('/coop',))\n"
        "ODD = 'a string'\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    plugins.cache_clear()
    yield tmp_path
    plugins.cache_clear()
    sys.modules.pop("pigeons_of_acme", None)


@pytest.mark.usefixtures("plugin_folder")
def test_another_package_may_bring_a_platform_but_not_take_a_name() -> None:
    assert platform("pigeons").name == "pigeons"
    assert platform("statuspage").read.__module__ == "trayapp.platforms.statuspage"
    assert set(plugins().found) == {"pigeons"}


@pytest.mark.usefixtures("plugin_folder")
def test_a_broken_plug_in_is_named_and_skipped() -> None:
    broken = "\n".join(plugins().broken)

    assert "“statuspage”" in broken
    assert "“broken” (no_such_module_of_acme:PLATFORM) cannot be loaded" in broken
    assert "“odd” (pigeons_of_acme:ODD) is not a platform" in broken


@pytest.mark.usefixtures("plugin_folder")
def test_a_plug_in_takes_part_in_detection() -> None:
    found, _requests = conversation(detect("https://status.acme.example/coop"), {"/coop": Answer(b"coo")})

    assert found == Detected("pigeons", "https://status.acme.example/coop")


def _asked(exchange: Exchange[Detected], answers: dict[str, Answer], otherwise: Answer | None = None) -> list[str]:
    """Return the addresses detection asks, to its end or to its failure."""
    asked: list[str] = []

    class Everywhere(dict[str, Answer]):
        def __contains__(self, key: object) -> bool:
            asked.append(cast("str", key))
            return dict.__contains__(self, key) or otherwise is not None

        def __missing__(self, key: str) -> Answer:
            assert otherwise is not None
            return otherwise

    with pytest.raises(UnreadableResponseError):
        conversation(exchange, Everywhere(answers))
    return [each for each in asked if "://" in each]


def test_the_platform_type_is_what_the_table_gives() -> None:
    assert all(isinstance(platform(name), Platform) for name in BUILTIN)
