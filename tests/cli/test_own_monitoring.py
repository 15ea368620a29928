"""Own monitoring from the settings file to the exit code: labels as their owner reads them, and a watchdog."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakepage import FakePage, html
from trayapp.cli.main import main

ALERTS = "/api/v2/alerts"
Status = Callable[[str], tuple[int, dict[str, Any]]]


def alert(name: str, severity: str, state: str = "active") -> dict[str, Any]:
    return {
        "fingerprint": f"{name}-{severity}-{state}",
        "labels": {"alertname": name, "level": severity, "job": "api"},
        "annotations": {"summary": f"{name} is firing"},
        "startsAt": "2026-11-25T10:00:00.000Z",
        "updatedAt": "2026-11-25T10:05:00.000Z",
        "status": {"state": state, "silencedBy": [], "inhibitedBy": [], "mutedBy": []},
    }


@pytest.fixture
def own() -> Iterator[FakePage]:
    with FakePage() as page:
        page.set("/", html("<!DOCTYPE html><title>Alertmanager</title>"))
        yield page


@pytest.fixture
def status(own: FakePage, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Status:
    """Return how to look once with these options in the settings."""

    def look(options: str) -> tuple[int, dict[str, Any]]:
        file = tmp_path / "config.toml"
        entry = f'[[watch]]\nname = "Ours"\nurl = "{own.url}"\ninternal = true\n'
        file.write_text(f"{entry}options = {{ {options} }}\n", encoding="utf-8")
        code = main(["status", "--json", "--config", str(file), "--data-dir", str(tmp_path)])
        (page,) = json.loads(capsys.readouterr().out)["pages"]
        return code, page

    return look


@pytest.mark.parametrize(
    ("severity", "word", "code"),
    [
        ("wake-up", "major_outage", 2),
        ("ticket", "degraded", 1),
        ("chat", "operational", 0),
        ("unheard-of", "degraded", 1),
    ],
)
def test_severities_mean_what_their_owner_says(
    status: Status, own: FakePage, severity: str, word: str, code: int
) -> None:
    own.serve(ALERTS, json.dumps([alert("Watchdog", "none"), alert("ApiSlow", severity)]))
    words = '"severity.wake-up" = "major_outage", "severity.ticket" = "degraded", "severity.chat" = "operational"'

    got, page = status(f'"label.severity" = "level", {words}')

    assert (got, page["status"], page["platform"]) == (code, word, "alertmanager")
    assert [each["title"] for each in page["incidents"]] == ["ApiSlow is firing"]


@pytest.mark.parametrize("firing", [[], [alert("ApiSlow", "chat")], [alert("ApiSlow", "wake-up", "suppressed")]])
def test_without_its_watchdog_silence_is_no_good_news(
    status: Status, own: FakePage, firing: list[dict[str, Any]]
) -> None:
    own.serve(ALERTS, json.dumps(firing))
    options = '"label.severity" = "level", "severity.chat" = "operational", watchdog = "StillAlive"'

    got, page = status(options)

    assert (got, page["status"]) == (3, "unknown")
    assert "StillAlive" in page["error"]["detail"]

    own.serve(ALERTS, json.dumps([*firing, alert("StillAlive", "none")]))
    assert status(options)[0] == 0
