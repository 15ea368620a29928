"""From wherever a person has copied an address, to the page's data: the views for people, known hosts, own monitors."""

from contextlib import suppress
from urllib.parse import urlsplit

import pytest

from tests.replaying import Answer, conversation, moods
from trayapp.exchange import Response, UnreadableResponseError
from trayapp.platforms import NEAR_TRIES, TRIES, detect, platform

QUIET = {mood.platform: mood for mood in moods() if mood.name == "operational"}
APP = Answer(b"<html><head><title>x</title></head><body>An application</body></html>")
GOOGLE, WORKSPACE = "https://status.cloud.google.com", "https://www.google.com/appsstatus/dashboard"
AZURE, ANY = "https://azure.status.microsoft", "https://status.willow.example"


def lead(name: str, data: str, url: str, shown: Answer = APP) -> tuple[str, str, int]:
    """Return who was found, where, and in how many requests, where nothing is at the host but a view and the data."""
    body = next(each.body for each in QUIET[name].answers.values() if _is_its_own(name, each.body))
    found, requests = conversation(detect(url), {url: shown, data: Answer(body)})
    return found.platform, found.url, len(requests)


def _is_its_own(name: str, body: bytes) -> bool:
    return platform(name).recognises(Response("", 200, body))


@pytest.mark.parametrize(
    ("name", "page", "path", "views"),
    [
        ("aws", "https://health.aws.amazon.com", "/public/currentevents", ["/health/status", "/health/home#/account"]),
        ("azure", AZURE, "/en-us/status/feed/", ["/en-us/status", "/de-de/status/", "/en-us/status/history/"]),
        ("microsoft", "https://status.cloud.microsoft", "/api/posts/m365Consumer", ["/", "/m365/"]),
        ("googlecloud", GOOGLE, "/incidents.json", ["/incidents/abc", "/summary", "/regional/americas"]),
        ("googlecloud", WORKSPACE, "/incidents.json", ["/", "/summary", "/incidents/abc", "/products/abc/history"]),
        ("slack", "https://slack-status.com", "/api/v2.0.0/current", ["/", "/2026-09/abc", "/calendar"]),
        ("flashduty", "https://status.deepseek.com", "/api/widget/v1/summary.json", ["/", "/incidents/3"]),
        ("statuspage", ANY, "/api/v2/summary.json", ["/incidents/abc", "/uptime/abc", "/history?page=2", "/#month"]),
        ("instatus", ANY, "/summary.json", ["/en", "/cl123abc", "/maintenance/cl1", "/history/1"]),
        ("betterstack", ANY, "/index.json", ["/incident/1", "/pt-br", "/somewhere"]),
        ("datadog", ANY, "/config.json", ["/", "/notices/1", "/incidents/1"]),
        ("sorry", ANY, "/api/v1/status.json", ["/notices/abc"]),
        ("cstate", ANY, "/index.json", ["/issues/2026-01-01-x/", "/affected/api/"]),
        ("gatus", ANY, "/api/v1/endpoints/statuses", ["/endpoints/core_api"]),
        ("alertmanager", ANY, "/api/v2/alerts", ["/#/alerts?silenced=false", "/#/status"]),
        ("alertmanager", f"{ANY}:9093", "/api/v2/alerts", ["", "/"]),
    ],
)
def test_a_view_for_people_leads_to_the_data(name: str, page: str, path: str, views: list[str]) -> None:
    for view in views:
        found, url, requests = lead(name, page + path, page + view)

        assert (found, url) == (name, page), view
        assert requests <= 6


@pytest.mark.parametrize(
    ("url", "data"),
    [
        ("https://status.salesforce.com/products/Willow", "https://api.status.salesforce.com/v1/products/Willow"),
        ("https://status.salesforce.com/instances/W1?x", "https://api.status.salesforce.com/v1/instances/W1/status"),
    ],
)
def test_salesforce_keeps_its_data_at_another_host(url: str, data: str) -> None:
    assert lead("salesforce", data, url) == ("salesforce", data, 2)


@pytest.mark.parametrize("view", ["", "/", "/_history"])
def test_azure_devops_has_its_data_below_a_path_of_its_own(view: str) -> None:
    data = "https://status.dev.azure.com/_apis/status/health?api-version=7.1-preview.1"
    services = b'[{"id": "Repos", "geographies": [{"id": "US", "health": "healthy"}]}]'
    answers = {data: Answer(b'{"status": {"health": "healthy"}, "services": %s}' % services)}

    found, requests = conversation(detect(f"https://status.dev.azure.com{view}"), answers)

    assert (found.platform, found.url, len(requests)) == ("microsoft", data, 2)


@pytest.mark.parametrize("view", ["/notices/1", "/somewhere"])
def test_what_a_deep_view_hints_at_is_tried_at_the_root_too(view: str) -> None:
    hint = Answer(b"<html>Powered by OpenStatus</html>")

    assert lead("openstatus", f"{ANY}/feed/json", ANY + view, hint)[:2] == ("openstatus", ANY)


def test_cachet_has_its_data_elsewhere_since_its_third_version() -> None:
    row = b'{"data": [{"id": "1", "type": "components", "attributes": {"name": "API", "status": 1}}]}'
    answers = {ANY: Answer(b"<html>Powered by Cachet</html>"), f"{ANY}/api/components": Answer(row)}

    found, requests = conversation(detect(ANY), answers)

    assert (found.platform, found.url, len(requests)) == ("cachet", ANY, 3)


NEAR = {
    "statuspage": "/api/v2/summary.json",
    "incidentio": "/api/v2/summary.json",
    "gatus": "/api/v1/endpoints/statuses",
    "betterstack": "/index.json",
    "cstate": "/index.json",
    "cachet": "/api/v1/components",
    "instatus": "/summary.json",
}


@pytest.mark.parametrize("host", ["http://127.0.0.1:8123", "https://10.1.2.3", "https://monitor"])
@pytest.mark.parametrize("name", NEAR)
def test_a_monitor_in_the_own_network_is_found_though_its_root_is_empty(name: str, host: str) -> None:
    found, url, requests = lead(name, host + NEAR[name], host, Answer(b"404 page not found", 404))

    assert (found, url) == (name, host)
    assert requests <= 6


EVERYWHERE = NEAR | {
    "rootly": "/api/v1/status.json",
    "sorry": "/api/v1/status.json",
    "datadog": "/config.json",
    "alertmanager": "/api/v2/alerts",
    "feed": "/history.atom",
    "openstatus": "/feed/json",
    "upptime": "/history/summary.json",
    "flashduty": "/api/widget/v1/summary.json",
    "googlecloud": "/incidents.json",
    "aws": "/public/currentevents",
    "slack": "/api/v2.0.0/current",
    "azure": "/en-us/status/feed/",
    "microsoft": "/api/posts/m365Consumer",
}


@pytest.mark.parametrize("host", ["http://127.0.0.1:8123", ANY])
@pytest.mark.parametrize("name", EVERYWHERE)
def test_who_tries_again_finds_every_platform_that_has_a_path_of_its_own(name: str, host: str) -> None:
    body = next(each.body for each in QUIET[name].answers.values() if _is_its_own(name, each.body))
    answers = {host: Answer(b"404 page not found", 404), host + EVERYWHERE[name]: Answer(body)}
    found = []

    for turn in range(5):
        with suppress(UnreadableResponseError):
            found.append(conversation(detect(host, turn), answers)[0])

    assert {(each.platform, each.url) for each in found} == {(name, host)}
    assert len(found) == (5 if EVERYWHERE[name] == TRIES[0] else 1)


def test_all_that_is_tried_near_by_fits_into_one_detection() -> None:
    assert len(NEAR_TRIES) == 5
    assert set(NEAR_TRIES) <= {*TRIES}
    assert all(urlsplit(path).path == path for path in TRIES)


def test_a_redirect_counts_as_one_of_the_six_requests() -> None:
    exchange = detect(ANY)
    next(exchange)
    asked = [exchange.send(Response(f"{ANY}/en/", 200, b"<html>An application</html>")).url]
    with suppress(UnreadableResponseError):
        while True:
            asked.append(exchange.send(Response(asked[-1], 0)).url)

    assert len(asked) == 4
