"""The real engine over recordings, on simulated time."""

import time
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import NOON, maintenance, operational, outage
from tests.engine.running import EVERY_MINUTE, URL, answers, fails, recording, run, sleeps
from tests.faces import incident_io
from trayapp import bootstrap
from trayapp.domain.alert import AlertKind, Level
from trayapp.engine import replay
from trayapp.storage.settings import Alerts, Settings

FINE = operational()
DOWN = outage()
SLOW = outage(status="degraded_performance", impact="minor")
PAGE = "status.acme.example"
OPENED, RECOVERED = AlertKind.OPENED, AlertKind.RECOVERED


def test_an_outage_is_seen_within_a_poll_told_once_and_its_end_too() -> None:
    ran = run([answers(0, FINE), answers(10, DOWN), answers(40, FINE)])

    assert ran.statuses == [
        (PAGE, "unknown", "operational"),
        (PAGE, "operational", "major_outage"),
        (PAGE, "major_outage", "operational"),
    ]
    assert [kind for kind, _incident in ran.told] == [OPENED, RECOVERED]
    began = ran.status_times[1][0] - (NOON + timedelta(minutes=10))
    assert timedelta(0) <= began <= timedelta(seconds=65)


def test_maintenance_is_shown_and_not_told() -> None:
    ran = run([answers(0, FINE), answers(5, maintenance()), answers(30, FINE)])

    assert (PAGE, "operational", "maintenance") in ran.statuses
    assert ran.told == []


@pytest.mark.parametrize("how", ["refused", "timeout", "dns", "tls", "reset"])
def test_our_own_trouble_ends_in_unknown_never_in_red(how: str) -> None:
    ran = run([answers(0, FINE), fails(10, how), answers(30, FINE)])

    assert ran.statuses == [
        (PAGE, "unknown", "operational"),
        (PAGE, "operational", "unknown"),
        (PAGE, "unknown", "operational"),
    ]
    assert ran.told == []


@pytest.mark.parametrize(
    "body", ["", "<!doctype html><p>Welcome to the hotel", "{", "[]", '{"page": {}, "components": "none"}', "null"]
)
def test_a_body_that_says_nothing_ends_in_unknown(body: str) -> None:
    ran = run([answers(0, FINE), answers(10, body), answers(30, FINE)])

    assert [after for _page, _before, after in ran.statuses] == ["operational", "unknown", "operational"]
    assert ran.told == []


def test_an_answer_is_never_shown_past_the_freshness_limit() -> None:
    ran = run([answers(0, FINE), fails(10, "timeout")])
    lost = ran.status_times[-1]

    assert lost[1] == "unknown"
    last_poll_before = NOON + timedelta(minutes=10)
    assert lost[0] <= last_poll_before + timedelta(seconds=135)


def test_trouble_during_an_unknown_is_told_when_it_is_seen() -> None:
    ran = run([answers(0, FINE), fails(5), answers(20, DOWN), fails(25), answers(40, DOWN), answers(50, FINE)])

    assert [kind for kind, _incident in ran.told] == [OPENED, RECOVERED]


def test_starting_during_an_outage_is_said_once() -> None:
    ran = run([answers(0, DOWN), answers(30, FINE)])

    assert [kind for kind, _incident in ran.told] == [AlertKind.STARTED_DURING, RECOVERED]


def test_one_page_that_fails_never_delays_another() -> None:
    other = "https://status.other.example/api/v2/summary.json"
    ran = run([answers(0, FINE), answers(10, DOWN), fails(0, "timeout", other)])

    assert (PAGE, "operational", "major_outage") in ran.statuses
    assert ran.status_times[1][0] <= NOON + timedelta(minutes=11, seconds=5)


def test_everything_failing_is_said_as_this_connection_once() -> None:
    other = "https://status.other.example/api/v2/summary.json"
    ran = run(
        [
            answers(0, FINE),
            answers(0, FINE, other),
            fails(10, "dns"),
            fails(10, "dns", other),
            answers(40, FINE),
            answers(40, FINE, other),
        ]
    )

    assert [kind for kind, _incident in ran.told] == [AlertKind.CONNECTION, AlertKind.CONNECTION_BACK]


def test_sleep_is_a_gap_and_what_happened_meanwhile_one_digest() -> None:
    ran = run([answers(0, FINE), sleeps(10, 250), answers(100, DOWN), answers(300, FINE)])

    assert [kind for kind, _incident in ran.told] == [AlertKind.DIGEST, RECOVERED]
    assert (PAGE, "operational", "unknown") in ran.statuses


def test_sleeping_through_an_outage_says_nothing() -> None:
    ran = run([answers(0, FINE), sleeps(10, 250), answers(100, DOWN), answers(200, FINE), answers(400, FINE)])

    assert ran.told == []


def test_levels_come_from_the_settings() -> None:
    muted = Settings(polling=EVERY_MINUTE.polling, alerts=Alerts(level=Level.MUTE))

    assert run([answers(0, FINE), answers(10, DOWN), answers(40, FINE)], muted).told == []


def test_a_day_of_a_page_at_a_minute_runs_five_thousand_times_as_fast_as_real() -> None:
    lines = [answers(hour * 60, DOWN if hour % 6 == 5 else FINE) for hour in range(24)]
    began = time.process_time()
    run(lines)

    assert 24 * 3600 / (time.process_time() - began) >= 5000


def test_the_faces_of_one_page_are_one_page_and_pages_of_one_host_are_told_apart() -> None:
    own = incident_io((), 0.0)
    lines = [answers(0, body, url) for url, body in own.items()]
    elsewhere = [answers(0, FINE, f"https://status.acme.example/{place}/api/v2/summary.json") for place in ("eu", "us")]

    def pages(*of: dict[str, Any]) -> list[str]:
        found = replay.pages_of(recording(of), Settings(), bootstrap.bundled_catalogue())
        return [each.id for each in found]

    assert pages(*lines) == pages(*lines[::-1]) == [PAGE]
    assert pages(*elsewhere) == [PAGE, f"{PAGE}/us"]
    assert pages(*elsewhere, answers(0, FINE)) == [PAGE, f"{PAGE}/us", f"{PAGE}/"]


def test_the_recorded_address_is_what_is_asked() -> None:
    assert run([answers(0, FINE)]).updates[-1].snapshot.pages[0].page.url.startswith(URL.partition("/api")[0])


ASKED_FIRST = "https://status.acme.example"
ASKED_LAST = "https://status.acme.example/api/v2/incidents.json"


def test_a_recording_begins_when_its_first_look_had_all_its_answers() -> None:
    look = [answers(0, "", ASKED_FIRST, 404), answers(0.05, FINE), answers(0.1, "{}", ASKED_LAST)]
    recorded = replay.from_its_first_look(recording([*look, answers(0.2, DOWN)]))

    assert [each.at - NOON for each in recorded.answers] == [timedelta(minutes=each) for each in (0.1, 0.1, 0.1, 0.2)]
    assert recorded.urls == (ASKED_FIRST, URL, ASKED_LAST)
    assert recorded.answer(URL, recorded.start).body == FINE.encode()


@pytest.mark.parametrize(
    "lines",
    [
        [answers(0, FINE), answers(0.1, DOWN)],
        [fails(0), answers(0.05, FINE)],
        [answers(0, FINE), fails(0.05, url=ASKED_LAST)],
        [answers(0, FINE), answers(0.05, FINE, "https://other.example/api/v2/summary.json")],
        [answers(0, "", ASKED_FIRST, 404), answers(10, FINE)],
        [answers(0, "", ASKED_FIRST, 404), sleeps(0.02, 5), answers(0.05, FINE)],
        [answers(0, "", ASKED_FIRST, 404), answers(0.05, "", URL, 404)],
    ],
)
def test_nothing_else_of_a_recording_is_moved(lines: list[dict[str, Any]]) -> None:
    recorded = recording(lines)

    assert replay.from_its_first_look(recorded) is recorded
