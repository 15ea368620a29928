"""``trayapp diagnose`` and ``trayapp report``, as somebody types them."""

import json
import re
import signal
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.builders import operational, outage
from tests.cli.test_commands import Run, configure, run, started
from tests.engine.test_diagnosis import World, worlds
from tests.fakepage import SUMMARY, says
from trayapp.cli.main import _no_desktop, _parser
from trayapp.domain.ledger import Source
from trayapp.engine.clock import wall_time
from trayapp.storage.history import History

__all__ = ["run"]  # the fixture


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with worlds() as world:
        configure(
            tmp_path,
            f'[[watch]]\nprovider = "openai"\nname = "OpenAI"\nurl = "{world.page.url}"\nplatform = "statuspage"\n'
            f'[endpoints]\nopenai = "{world.api.url}"\n'
            f'[baseline]\nhosts = ["{world.one.url}/generate_204", "{world.two.url}/generate_204"]\n',
        )
        yield world


def test_all_well_is_zero_and_every_signal_is_named(run: Run, world: World) -> None:
    code, out, err = run("diagnose", "openai", "--json")
    document = json.loads(out)

    assert (code, err) == (0, "")
    assert document["schema"] == "trayapp.diagnosis/1"
    assert (document["provider"], document["verdict"]["id"], document["hint"]) == ("openai", "fine", None)
    assert {each["signal"] for each in document["checks"]} == {"baseline", "page", "edge"}
    for each in document["checks"]:
        assert set(each) == {"signal", "ok", "code", "detail", "url", "at"}
    assert world.api.count() == 1


def test_it_is_said_in_words_too(run: Run, world: World) -> None:
    code, out, _err = run("diagnose", "ChatGPT")

    assert code == 0
    assert out.splitlines()[0] == "OpenAI is fine."
    assert "Status page of OpenAI: operational" in out
    assert world.page.count(SUMMARY) == 1


def test_an_incident_is_one(run: Run, world: World) -> None:
    world.page.serve(SUMMARY, outage())
    code, out, _err = run("diagnose", world.page.url, "--json")

    assert code == 1
    assert json.loads(out)["verdict"]["id"] == "incident"


def test_the_own_connection_is_one_and_quick(run: Run, world: World) -> None:
    world.hurry()
    for each in (world.page, world.api, world.one, world.two):
        each.hold_connections()
    began = time.monotonic()
    code, out, _err = run("diagnose", "openai", "--json")

    assert time.monotonic() - began < 40
    assert code == 1
    assert json.loads(out)["verdict"]["id"] == "your_connection"


def test_what_cannot_be_told_is_three(run: Run, world: World) -> None:
    world.page.serve(SUMMARY, "<html>Log in</html>")
    world.api.refuse()
    code, out, _err = run("diagnose", "openai")

    assert code == 3
    assert out.startswith("Cannot tell")


def test_any_page_can_be_asked_about(run: Run, world: World) -> None:
    world.two.serve(SUMMARY, operational())
    code, out, _err = run("diagnose", world.two.url, "--json")

    assert (code, json.loads(out)["verdict"]["id"]) == (0, "fine")


def test_an_unknown_name_is_wrong_usage(run: Run) -> None:
    code, out, err = run("diagnose", "nobody-of-that-name")

    assert (code, out) == (64, "")
    assert err.startswith("trayapp: ")


def test_what_was_found_is_stamped_into_the_ledger_and_asking_is_no_report(
    run: Run, world: World, tmp_path: Path
) -> None:
    run("diagnose", "openai")
    assert not (tmp_path / "data" / "history.db").exists()
    History.open(tmp_path / "data" / "history.db").close()
    world.api.set_all(says(b"", 503))

    assert run("diagnose", "openai", "--json")[0] == 1

    history = History.open(tmp_path / "data" / "history.db")
    page = world.page.url.removeprefix("http://")
    seen = history.sightings(page, wall_time() - timedelta(minutes=5))
    history.close()
    assert [(each.source, each.said) for each in seen] == [(Source.FOUND, "possibly_provider"), (Source.CHECK, "")]


@pytest.mark.usefixtures("world")
def test_it_can_go_on_for_some_time(run: Run) -> None:
    code, out, err = run("diagnose", "openai", "--for", "1")
    lines = out.splitlines()

    assert (code, err) == (0, "")
    assert re.fullmatch(r"\d\d:\d\d:\d\d  OpenAI is fine\.", lines[0])
    assert " 1 round " in lines[-1]
    assert len([each for each in lines if "OpenAI is fine" in each]) == 1


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [((), None), (("--for",), 900), (("--for", "90"), 90), (("--for", "2m"), 120), (("--for", "45s"), 45)],
)
def test_how_long_it_goes_on_can_be_written_in_several_ways(typed: tuple[str, ...], seconds: float | None) -> None:
    assert _parser(_no_desktop).parse_args(["diagnose", "openai", *typed]).duration == seconds


@pytest.mark.parametrize("typed", ["0", "-1", "soon", "nan", "inf", "0m", "5y", ""])
def test_a_length_that_is_none_is_wrong_usage(run: Run, typed: str) -> None:
    assert run("diagnose", "openai", f"--for={typed}")[0] == 64


def test_every_round_is_a_line_of_json_and_ctrl_c_ends_them(world: World, tmp_path: Path) -> None:
    History.open(tmp_path / "data" / "history.db").close()
    with started(tmp_path, "diagnose", "openai", "--json", "--for") as asking:
        assert asking.stdout is not None
        first = json.loads(asking.stdout.readline())
        asking.send_signal(signal.SIGINT)
        rest, err = asking.communicate(timeout=120)

    assert (asking.returncode, rest, err) == (130, "", "")
    assert (first["schema"], first["verdict"]["id"]) == ("trayapp.diagnosis/1", "fine")
    history = History.open(tmp_path / "data" / "history.db")
    seen = history.sightings(world.page.url.removeprefix("http://"), wall_time() - timedelta(minutes=5))
    history.close()
    assert [each.said for each in seen] == ["fine"]


class TestReport:
    def test_a_report_is_a_signal_and_stands_against_fine(self, run: Run, world: World) -> None:
        for _time in range(2):
            assert run("report", "openai", "529") == (0, "", "")
        code, out, _err = run("diagnose", "openai", "--json")
        document = json.loads(out)
        (told,) = [each for each in document["checks"] if each["signal"] == "report"]

        assert code == 3
        assert (told["ok"], told["code"]) == (False, "529")
        assert "2 times" in told["detail"]
        assert world.api.count() == 1

    def test_it_confirms_an_incident(self, run: Run, world: World) -> None:
        world.page.serve(SUMMARY, outage())
        world.api.set_all(says(b"", 529))
        run("report", world.page.url, "timeout")
        code, out, _err = run("diagnose", world.page.url, "--json")

        assert (code, json.loads(out)["verdict"]["id"]) == (1, "incident_confirmed")

    @pytest.mark.parametrize("code", ["never", "0", "99", "1000", "-1", "5e2"])
    def test_nonsense_is_wrong_usage(self, run: Run, code: str) -> None:
        assert run("report", "openai", code)[0] == 64

    def test_nobody_of_that_name_is_wrong_usage(self, run: Run) -> None:
        assert run("report", "nobody-of-that-name", "529")[0] == 64
