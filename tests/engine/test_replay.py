"""The real engine over recordings, on simulated time."""

import random
import time
from datetime import timedelta

import pytest

from tests.builders import NOON, maintenance, operational, outage
from tests.engine.running import EVERY_MINUTE, URL, answers, fails, run, sleeps
from trayapp.domain.notification import AlertKind, Level
from trayapp.storage.settings import Alerts, Settings

FINE = operational()
DOWN = outage()
SLOW = outage(status="degraded_performance", impact="minor")
PAGE = "status.acme.example"
OPENED, RECOVERED, ESCALATED = AlertKind.OPENED, AlertKind.RECOVERED, AlertKind.ESCALATED


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


class TestHistories:
    """Whole invented histories with the statistics of real ones, and our own trouble strewn in."""

    @pytest.mark.parametrize("seed", range(2))
    def test_none_missed_none_false_and_two_alerts_an_incident(self, seed: int) -> None:
        chance = random.Random(seed)  # noqa: S311  # an invented history, the same every time
        history = History(chance, incidents=16)
        ran = run(history.lines)
        opened = [incident for kind, incident in ran.told if kind in {OPENED, AlertKind.STARTED_DURING}]
        recovered = [incident for kind, incident in ran.told if kind is RECOVERED]

        assert set(opened) == history.live, "missed or false"
        assert set(recovered) == history.live
        assert len(opened) == len(set(opened))
        assert len(ran.told) <= 2.0 * history.count
        assert not {kind for kind, _incident in ran.told} & {AlertKind.CONNECTION, AlertKind.FLAPPING}


class History:
    """Incidents of one page: mostly ordinary, some worsen, some are born resolved; answers fail now and then."""

    def __init__(self, chance: random.Random, incidents: int) -> None:
        self.count = incidents
        self.live: set[str] = set()
        self.lines = [answers(0, FINE)]
        minute = 30.0
        for number in range(incidents):
            identity = f"inc{number}"
            if number % 8 == 3:
                minute += 30
                continue  # born resolved: a page of unresolved incidents never shows it
            self.live.add(identity)
            for status, phase in self._course(chance):
                impact = "critical" if status == "major_outage" else "minor"
                body = outage(identity=identity, status=status, phase=phase, impact=impact)
                self._say(chance, minute, body)
                minute += chance.uniform(5, 40)
            self._say(chance, minute, FINE)
            minute += chance.uniform(15, 120)

    def _course(self, chance: random.Random) -> list[tuple[str, str]]:
        start = chance.choice(["degraded_performance", "partial_outage", "operational"])
        course = [(start, "investigating"), (start, "identified")]
        if chance.random() < 0.07:
            course.append(("major_outage", "identified"))
        return [*course, ("operational", "monitoring")] if chance.random() < 0.5 else course

    def _say(self, chance: random.Random, minute: float, body: str) -> None:
        self.lines.append(answers(minute, body))
        if chance.random() < 0.5:
            trouble = chance.choice(
                [
                    fails(minute + 2, "timeout"),
                    fails(minute + 2, "dns"),
                    answers(minute + 2, "<html><body>Log in</body></html>"),
                    answers(minute + 2, ""),
                    answers(minute + 2, "busy", status=503),
                ]
            )
            self.lines += [trouble, answers(minute + 2 + chance.uniform(0.5, 2.5), body)]


def test_the_recorded_address_is_what_is_asked() -> None:
    assert run([answers(0, FINE)]).updates[-1].snapshot.pages[0].page.url.startswith(URL.partition("/api")[0])
