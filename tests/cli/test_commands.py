"""The commands as somebody types them, against a page on loopback."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.builders import maintenance, operational, outage
from tests.engine.running import URL, answers, recording
from tests.fakepage import FakePage, Mood, html, silence
from tests.signing import public
from trayapp import __version__
from trayapp.catalogue import loader
from trayapp.cli.main import main
from trayapp.cli.providers import compare
from trayapp.domain.drift import Match
from trayapp.domain.report import FailureKind
from trayapp.engine.http import Exchanged, Network, answering
from trayapp.engine.recording import read

SUMMARY = "/api/v2/summary.json"
NEAR = '[baseline]\nhosts = ["http://127.0.0.1:9/", "http://127.0.0.1:9/2"]\n'
"""No host of the internet is asked whether the connection works."""
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def page() -> Iterator[FakePage]:
    with FakePage() as page:
        page.serve(SUMMARY, operational())
        yield page


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in a home of its own and return its code and what it printed."""

    def command(*words: str) -> tuple[int, str, str]:
        places = ["--config", str(tmp_path / "config.toml"), "--data-dir", str(tmp_path / "data")]
        try:
            code = main([*words, *places])
        except SystemExit as ended:
            code = int(ended.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return command


def everywhere(page: FakePage, mood: Mood) -> None:
    page.set(SUMMARY, mood)
    page.set_all(mood)


def configure(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")


class TestStatus:
    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            (operational(), "operational", 0),
            (maintenance(), "maintenance", 0),
            (outage(status="degraded_performance"), "degraded", 1),
            (outage(status="partial_outage"), "partial_outage", 2),
            (outage(status="major_outage"), "major_outage", 2),
            ("", "unknown", 3),
            ("<html>Log in</html>", "unknown", 3),
        ],
    )
    def test_exit_code_and_json_say_the_same(self, run: Run, page: FakePage, body: str, status: str, code: int) -> None:
        page.serve(SUMMARY, body)
        got, out, _err = run("status", "--json", page.url)
        document = json.loads(out)

        assert (got, document["status"]) == (code, status)
        assert document["schema"] == "trayapp.snapshot/1"
        assert [each["status"] for each in document["pages"]] == [status]

    def test_the_document_is_the_contract(self, run: Run, page: FakePage) -> None:
        page.serve(SUMMARY, outage())
        document = json.loads(run("status", "--json", page.url)[1])
        (found,) = document["pages"]
        (incident,) = found["incidents"]

        assert set(document) == {"schema", "generated_at", "status", "pages"}
        assert set(found) == {
            *("id", "name", "url", "platform", "status", "basis", "fetched_at", "stale", "error"),
            *("components", "incidents", "maintenances"),
        }
        assert found["id"] == page.url.removeprefix("http://")
        assert (found["url"], found["platform"], found["basis"]) == (page.url, "statuspage", "components")
        assert (found["stale"], found["error"]) == (False, None)
        assert set(found["components"][0]) == {"id", "name", "group", "status", "watched"}
        assert set(incident) == {
            *("id", "title", "impact", "phase", "started_at", "updated_at", "resolved_at", "url"),
            *("components", "updates"),
        }
        assert set(incident["updates"][0]) == {"id", "phase", "posted_at", "text"}
        assert all(found[key].endswith("Z") for key in ("fetched_at",))

    def test_a_failure_is_an_error_with_a_kind_and_a_sentence(self, run: Run, page: FakePage) -> None:
        everywhere(page, html())
        code, out, _err = run("status", "--json", page.url)
        (found,) = json.loads(out)["pages"]

        assert (code, found["status"], found["basis"]) == (3, "unknown", "none")
        assert found["error"]["kind"] == "not_a_status_page"
        assert found["error"]["detail"].endswith(".") or ")" in found["error"]["detail"]
        assert (found["components"], found["incidents"], found["fetched_at"]) == ([], [], None)

    def test_nobody_there_is_refused(self, run: Run, page: FakePage) -> None:
        page.refuse()
        assert json.loads(run("status", "--json", page.url)[1])["pages"][0]["error"]["kind"] == "refused"

    def test_a_page_that_never_answers_ends_at_the_timeout(self, run: Run, page: FakePage) -> None:
        everywhere(page, silence())
        code, out, _err = run("status", "--json", "--timeout", "1", page.url)

        assert code == 3
        assert json.loads(out)["pages"][0]["error"]["kind"] == "timeout"

    def test_the_worst_of_several_pages_decides(self, run: Run, page: FakePage) -> None:
        with FakePage() as broken:
            everywhere(broken, html())
            assert run("status", page.url, broken.url)[0] == 3
            page.serve(SUMMARY, outage())
            assert run("status", page.url, broken.url)[0] == 2

    def test_drift_is_said_beside_the_document_and_never_in_it(self, run: Run, page: FakePage, tmp_path: Path) -> None:
        configure(tmp_path, f'[[watch]]\nurl = "{page.url}"\nname = "Mine"\ncomponents = ["API", "Lost"]\n')
        code, out, err = run("status", "--json")

        assert code == 3
        assert json.loads(out)["pages"][0]["error"] is None
        assert "trayapp: Mine: The page no longer lists: Lost." in err
        assert page.url in err

    def test_a_page_on_another_platform_than_its_entry_says_is_read_and_said(
        self, run: Run, page: FakePage, tmp_path: Path
    ) -> None:
        configure(tmp_path, f'[[watch]]\nurl = "{page.url}"\nname = "Mine"\nplatform = "instatus"\n')
        code, out, err = run("status", "--json")
        (read,) = json.loads(out)["pages"]

        assert (code, read["status"], read["platform"]) == (0, "operational", "statuspage")
        assert "runs on statuspage now, not on instatus" in err

    def test_text_names_what_is_wrong(self, run: Run, page: FakePage) -> None:
        page.serve(SUMMARY, outage(title="Errors \x1b[31m<b>red</b>"))
        code, out, _err = run("status", page.url)

        assert code == 2
        assert "Major outage" in out
        assert "Errors" in out
        assert "\x1b" not in out

    def test_what_is_watched_comes_from_the_configuration(self, run: Run, page: FakePage, tmp_path: Path) -> None:
        page.serve(SUMMARY, outage())
        configure(tmp_path, f'[[watch]]\nurl = "{page.url}"\nname = "Mine"\ncomponents = ["Nothing"]\n')
        code, out, _err = run("status", "--json")
        (found,) = json.loads(out)["pages"]

        assert (code, found["name"], found["status"]) == (3, "Mine", "unknown")

    @pytest.mark.parametrize(
        "words",
        [
            ["nobody-of-that-name"],
            ["http://status.acme.example"],
            ["https://user@acme.example"],
            ["ftp://x/"],
            ["https://ac me.example"],
        ],
    )
    def test_wrong_usage_is_64_with_a_sentence(self, run: Run, words: list[str]) -> None:
        code, out, err = run("status", *words)

        assert (code, out) == (64, "")
        assert err.startswith("trayapp: ")

    def test_a_provider_without_a_page_is_known_all_the_same(self, run: Run) -> None:
        code, out, err = run("status", "Midjourney")

        assert (code, out) == (64, "")
        assert err.startswith("trayapp: Midjourney has no status page")

    def test_a_host_without_its_scheme_is_helped_on(self, run: Run) -> None:
        assert "write https://status.acme.example" in run("status", "status.acme.example")[2]
        assert "https://" not in run("status", "nobody-of-that-name")[2]

    def test_a_password_in_an_address_is_not_said_again(self, run: Run) -> None:
        code, _out, err = run("status", "https://me:hunter2@status.acme.example")

        assert code == 64
        assert "hunter2" not in err

    def test_a_wish_that_cannot_be_met_is_said(self, run: Run, page: FakePage, tmp_path: Path) -> None:
        configure(tmp_path, f'[[watch]]\nurl = "{page.url}"\nname = "Acme"\n[[watch]]\nprovider = "no-such"\n')
        code, _out, err = run("status")

        assert code == 0
        assert "'no-such' is not in the catalogue" in err

    def test_nothing_watched_and_nothing_named_is_64(self, run: Run, tmp_path: Path) -> None:
        configure(tmp_path, "watch = []\n")
        assert run("status")[0] == 64

    def test_a_broken_configuration_names_file_and_line_and_is_64(self, run: Run, tmp_path: Path) -> None:
        configure(tmp_path, "[polling]\nidle = \n")
        code, _out, err = run("status")

        assert code == 64
        assert "config.toml:2" in err
        assert (tmp_path / "config.toml").read_text() == "[polling]\nidle = \n"

    def test_an_unknown_platform_in_the_configuration_is_64_too(self, run: Run, page: FakePage, tmp_path: Path) -> None:
        configure(tmp_path, f'[[watch]]\nurl = "{page.url}"\nplatform = "nope"\n')
        code, out, err = run("status")

        assert (code, out) == (64, "")
        assert "config.toml:3: watch #1.platform: is no platform; write one of statuspage" in err


@pytest.mark.parametrize(
    "words",
    [["nonsense"], ["status", "--timeout", "soon"], ["wait"], ["record", "x"], ["incidents", "--since", "ever"]],
)
def test_unknown_words_are_wrong_usage(run: Run, words: list[str]) -> None:
    code, _out, err = run(*words)

    assert code == 64
    assert "--help" in err


@pytest.mark.parametrize(
    ("command", "codes"),
    [("status", "0 fine (also maintenance), 1 degraded, 2 outage, 3 unknown"), ("export", "0 done, 1 failed")],
)
def test_help_tells_the_exit_codes(run: Run, command: str, codes: str) -> None:
    code, out, _err = run(command, "--help")

    assert code == 0
    assert codes in " ".join(out.split())


@pytest.mark.parametrize("words", [("status", "--version"), ("keys", "list", "--version"), ("--version", "replay")])
def test_the_version_is_told_before_and_after_a_command(run: Run, words: tuple[str, ...]) -> None:
    assert run(*words)[:2] == (0, f"trayapp {__version__}\n")


def started(
    tmp_path: Path, *words: str, out: int = subprocess.PIPE, environment: Mapping[str, str] | None = None
) -> subprocess.Popen[str]:
    """Start a command as a process of its own."""
    places = ["--config", str(tmp_path / "config.toml"), "--data-dir", str(tmp_path / "data")]
    command = [sys.executable, "-m", "trayapp", *places, *words]
    return subprocess.Popen(
        command,
        stdout=out,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | dict(environment or {}),
        encoding="utf-8",
    )


class TestOutput:
    def test_a_reader_that_goes_ends_what_is_watched_without_noise(self, page: FakePage, tmp_path: Path) -> None:
        configure(tmp_path, NEAR + f'[polling]\nidle = 1\nincident = 1\n[[watch]]\nurl = "{page.url}"\nname = "Acme"\n')
        with started(tmp_path, "watch") as watching:
            assert watching.stdout is not None
            assert "Watching" in watching.stdout.readline()
            watching.stdout.close()
            page.serve(SUMMARY, outage())
            assert watching.stderr is not None
            noise = watching.stderr.read()

        assert (watching.wait(), noise) == (1, "")

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a file that is always full")
    @pytest.mark.parametrize("words", [("providers", "--json"), ("incidents", "--csv"), ("replay", "TAPE")])
    def test_a_full_disk_is_a_sentence(self, tmp_path: Path, words: tuple[str, ...]) -> None:
        tape = tmp_path / "tape.jsonl"
        tape.write_text(json.dumps(answers(0, operational())))
        with Path("/dev/full").open("w") as full:
            asked = [str(tape) if each == "TAPE" else each for each in words]
            with started(tmp_path, *asked, out=full.fileno()) as ran:
                _out, err = ran.communicate()

        assert ran.returncode == 1
        assert err.startswith("trayapp: ")
        assert len(err.splitlines()) == 1

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a file that is always full")
    def test_a_trouble_of_our_own_never_looks_like_a_degraded_page(self, page: FakePage, tmp_path: Path) -> None:
        with (
            Path("/dev/full").open("w") as full,
            started(tmp_path, "status", page.url, "--json", out=full.fileno()) as ran,
        ):
            ran.communicate()

        assert ran.returncode == 3

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a file that is always full")
    def test_a_recording_on_a_full_disk_is_a_sentence(self, run: Run, page: FakePage) -> None:
        code, _out, err = run("record", page.url, "-o", "/dev/full")

        assert code == 1
        assert "cannot be written" in err
        assert len(err.splitlines()) == 1

    @pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is no signal there")
    def test_ctrl_c_ends_a_recording_whole_and_is_told(self, page: FakePage, tmp_path: Path) -> None:
        tape = tmp_path / "tape.jsonl"
        with started(tmp_path, "record", page.url, "-o", str(tape)) as recording_it:
            while recording_it.poll() is None and not (tape.exists() and tape.stat().st_size):
                time.sleep(0.05)
            recording_it.send_signal(signal.SIGINT)
            _out, err = recording_it.communicate()

        assert recording_it.returncode == 130
        assert err.startswith("Recorded ")
        assert read(tape.read_text()).urls

    @pytest.mark.skipif(sys.platform == "win32", reason="the shell closes the output here")
    def test_a_closed_output_is_no_accident(self, tmp_path: Path) -> None:
        places = ["--config", str(tmp_path / "config.toml"), "--data-dir", str(tmp_path / "data")]
        command = [sys.executable, "-m", "trayapp", *places, "providers", "--json"]
        ran = subprocess.run(["sh", "-c", 'exec "$@" >&-', "sh", *command], check=False, capture_output=True)

        assert (ran.returncode, ran.stderr) == (0, b"")

    def test_an_output_that_has_few_letters_gets_what_it_can_show(self, page: FakePage, tmp_path: Path) -> None:
        page.serve(SUMMARY, outage(title="Störung bei 東京"))
        narrow = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
        with started(tmp_path, "status", page.url, "--json", environment=narrow) as ran:
            out, _err = ran.communicate()
        assert json.loads(out)["pages"][0]["incidents"][0]["title"] == "Störung bei 東京"

        with started(tmp_path, "status", page.url, environment=narrow) as ran:
            out, err = ran.communicate()
        assert (ran.returncode, err) == (2, "")
        assert "St?rung bei ??" in out

    @pytest.mark.skipif(sys.platform == "win32", reason="the shell closes the input here")
    @pytest.mark.parametrize("input_from", ["<&-", "</dev/null"])
    def test_a_closed_input_is_no_accident(self, tmp_path: Path, input_from: str) -> None:
        places = ["--config", str(tmp_path / "config.toml"), "--data-dir", str(tmp_path / "data")]
        command = [sys.executable, "-m", "trayapp", *places, "keys", "add", "openai"]
        ran = subprocess.run(["sh", "-c", f'exec "$@" {input_from}', "sh", *command], check=False, capture_output=True)

        assert (ran.returncode, ran.stderr) == (1, b"trayapp: There is no key.\n")

    def test_an_input_that_is_no_text_is_a_sentence(self, tmp_path: Path) -> None:
        places = ["--config", str(tmp_path / "config.toml"), "--data-dir", str(tmp_path / "data")]
        command = [sys.executable, "-m", "trayapp", *places, "keys", "add", "openai"]
        ran = subprocess.run(command, check=False, capture_output=True, input=b"sk-\xff\xfe\n")

        assert (ran.returncode, ran.stderr) == (1, b"trayapp: That is no text, so it is no key.\n")


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])

    assert ended.value.code == 0
    assert capsys.readouterr().out == f"trayapp {__version__}\n"


class TestWait:
    def test_pages_of_one_host_are_told_apart(self, run: Run, page: FakePage) -> None:
        for path in ("/one", "/two"):
            page.serve(path + SUMMARY, operational())

        assert run("wait", page.url + "/one", page.url + "/two", page.url + "/two/", "--timeout", "60")[0] == 0

    def test_it_returns_when_the_page_is_fine_again(self, run: Run, page: FakePage, tmp_path: Path) -> None:
        configure(tmp_path, "[polling]\nincident = 1\n")
        page.serve(SUMMARY, outage())
        timer = threading.Timer(1.5, page.serve, [SUMMARY, operational()])
        timer.start()

        assert run("wait", page.url, "--timeout", "100")[0] == 0
        timer.join()

    def test_it_gives_up_at_the_timeout(self, run: Run, page: FakePage) -> None:
        page.serve(SUMMARY, outage())

        assert run("wait", page.url, "--timeout", "1")[0] == 3


class TestRecordAndReplay:
    def test_what_was_recorded_can_be_replayed(self, run: Run, page: FakePage, tmp_path: Path) -> None:
        file = tmp_path / "tape.jsonl"
        code, _out, err = run("record", page.url, "-o", str(file), "--for", "3")
        assert (code, "Recorded" in err) == (0, True)
        assert any(url.endswith(SUMMARY) for url in read(file.read_text()).urls)

        code, out, _err = run("replay", str(file))
        lines = [json.loads(each) for each in out.splitlines()]
        assert code == 0
        assert [(each["kind"], each["from"], each["to"]) for each in lines][:1] == [
            ("status", "unknown", "operational")
        ]
        begun = datetime.fromisoformat(json.loads(file.read_text().splitlines()[0])["at"])
        assert datetime.fromisoformat(lines[0]["at"]) - begun < timedelta(seconds=15)

    def test_a_replay_prints_lines_of_the_contract(self, run: Run, tmp_path: Path) -> None:
        file = tmp_path / "tape.jsonl"
        lines = [answers(0, operational()), answers(10, outage()), answers(30, operational())]
        file.write_text("".join(json.dumps(each) + "\n" for each in lines))
        recording(lines)
        told = [json.loads(each) for each in run("replay", str(file), "--json")[1].splitlines()]

        statuses = [each for each in told if each["kind"] == "status"]
        alerts = [each for each in told if each["kind"] == "alert"]
        assert all(set(each) == {"at", "kind", "page", "from", "to"} for each in statuses)
        assert all(set(each) == {"at", "kind", "alert", "page", "incident", "title"} for each in alerts)
        assert [each["alert"] for each in alerts] == ["opened", "recovered"]
        assert {each["page"] for each in told} == {"status.acme.example"}

    def test_the_pages_of_a_configuration_are_watched_in_a_replay(self, run: Run, tmp_path: Path) -> None:
        file = tmp_path / "tape.jsonl"
        lines = [answers(0, operational()), answers(10, outage(part="chat"))]
        file.write_text("".join(json.dumps(each) + "\n" for each in lines))
        base = URL.partition("/api")[0]
        configure(tmp_path, f'[polling]\nidle = 60\n[[watch]]\nurl = "{base}"\nname = "Acme"\ncomponents = ["API"]\n')

        told = [json.loads(each) for each in run("replay", str(file))[1].splitlines()]
        assert told[0]["to"] == "operational"

    @pytest.mark.parametrize("text", ["", "{", '{"at": "2025-12-02T19:00:00Z"}', '{"at": 1, "url": 2}', "\xff"])
    def test_a_broken_recording_is_a_sentence(self, run: Run, tmp_path: Path, text: str) -> None:
        file = tmp_path / "tape.jsonl"
        file.write_text(text, encoding="latin-1")
        code, _out, err = run("replay", str(file))

        assert code == 1
        assert "cannot be replayed" in err
        assert "codec" not in err

    def test_a_recording_that_is_not_there_is_a_plain_sentence(self, run: Run, tmp_path: Path) -> None:
        file = tmp_path / "none.jsonl"

        assert run("replay", str(file)) == (
            1,
            "",
            f"trayapp: {file} cannot be replayed: No such file or directory\n",
        )

    def test_a_page_that_was_never_read_is_said_beside_the_lines(self, run: Run, tmp_path: Path) -> None:
        file = tmp_path / "tape.jsonl"
        file.write_text(json.dumps(answers(0, "<html>Log in</html>")))
        code, out, err = run("replay", str(file))

        assert (code, out) == (0, "")
        assert err.startswith("trayapp: status.acme.example was never read: ")

    @pytest.mark.parametrize(
        "line",
        [
            {"url": "http://[::1", "status": 200},
            {"url": "https://acme.example:port/", "status": 200},
            {"url": "ftp://acme.example/", "status": 200},
            {"url": URL, "status": -1},
            {"url": URL, "status": 99_999},
            {"url": URL, "status": 200, "at": "9999-12-31T23:59:59Z"},
            {"url": URL, "status": 200, "at": "0001-01-01T00:00:00+05:00"},
            {"sleep_until": "2025-12-01T00:00:00Z"},
        ],
    )
    def test_a_line_that_cannot_be_meant_is_named(self, run: Run, tmp_path: Path, line: dict[str, object]) -> None:
        file = tmp_path / "tape.jsonl"
        lines = [answers(0, operational()), {"at": "2025-12-02T19:00:00Z"} | line]
        file.write_text("\n\n".join(json.dumps(each) for each in lines))
        code, _out, err = run("replay", str(file))

        assert code == 1
        assert "Line 3 " in err
        assert "Traceback" not in err

    def test_a_body_may_hold_what_else_ends_a_line(self, run: Run, tmp_path: Path) -> None:
        file = tmp_path / "tape.jsonl"
        body = json.loads(operational()) | {"note": "one\u2028two\x85three"}
        line = answers(0, json.dumps(body, ensure_ascii=False))
        file.write_text(json.dumps(line, ensure_ascii=False) + "\r\n", encoding="utf-8-sig", newline="")

        assert '"to":"operational"' in run("replay", str(file))[1]


def test_a_path_that_cannot_be_written_is_a_sentence(run: Run, page: FakePage, tmp_path: Path) -> None:
    code, _out, err = run("record", page.url, "-o", str(tmp_path / "no" / "such" / "folder"), "--for", "1")

    assert code == 1
    assert "cannot be written" in err


class TestIncidents:
    def test_nothing_recorded_is_said(self, run: Run) -> None:
        code, out, _err = run("incidents")

        assert code == 0
        assert "Nothing is recorded yet" in out
        assert json.loads(run("incidents", "--json")[1]) == {"schema": "trayapp.incidents/1", "incidents": []}

    def test_what_watch_saw_is_listed_in_every_form(self, run: Run, page: FakePage, tmp_path: Path) -> None:
        page.serve(SUMMARY, outage(title="=HYPERLINK(1)"))
        configure(tmp_path, f'[[watch]]\nurl = "{page.url}"\nname = "Mine"\n')
        watch_for_a_moment(tmp_path)

        assert "Mine: =HYPERLINK(1)" in run("incidents")[1]
        (found,) = json.loads(run("incidents", "--json", "--since", "3650d")[1])["incidents"]
        assert found["title"] == "=HYPERLINK(1)"
        assert "Mine: " in run("incidents", "--provider", "MINE")[1]
        assert "Mine: " in run("incidents", "--provider", page.url)[1]
        assert run("incidents", "--provider", "openai") == (0, "Nothing that is recorded matches.\n", "")
        rows = list(csv.DictReader(io.StringIO(run("incidents", "--csv")[1])))
        assert rows[0]["title"] == "'=HYPERLINK(1)"
        exported = json.loads(run("export", "--json")[1])
        assert exported["schema"] == "trayapp.export/1"
        assert [each["told"] for each in exported["decisions"]] == [True]

    @pytest.mark.parametrize("title", ["=1+1", "+1", "-1", "@SUM(1)", "\uff1d1", "\uff0b1", "\uff0d1", "\uff201"])
    def test_no_cell_is_a_formula(self, run: Run, page: FakePage, tmp_path: Path, title: str) -> None:
        page.serve(SUMMARY, outage(title=title))
        configure(tmp_path, NEAR + f'[[watch]]\nurl = "{page.url}"\nname = "Acme"\n')
        watch_for_a_moment(tmp_path)

        (row,) = csv.DictReader(io.StringIO(run("incidents", "--csv")[1]))
        assert row["title"] == f"'{title}"

    def test_an_unknown_provider_is_wrong_usage(self, run: Run) -> None:
        assert run("incidents", "--provider", "nobody-at-all")[0] == 64


def watch_for_a_moment(tmp_path: Path, *words: str, until: str = "") -> list[dict[str, Any]]:
    """Run ``watch`` as a process until it has told something (of a kind), then stop it as a system would."""
    command = [sys.executable, "-m", "trayapp", "watch", "--json", *words]
    places = ["--config", str(tmp_path / "config.toml"), "--data-dir", str(tmp_path / "data")]
    lines: list[dict[str, Any]] = []
    with subprocess.Popen([*command, *places], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        too_long = threading.Timer(180, process.kill)
        too_long.start()
        for line in process.stdout:
            lines.append(json.loads(line))
            if lines[-1]["kind"] == until or (not until and lines[-1]["kind"] != "status"):
                break
        process.terminate()
        assert process.wait(120) == 0
        too_long.cancel()
    return lines


class TestWatch:
    def test_changes_alerts_and_reasons_are_lines(self, page: FakePage, tmp_path: Path) -> None:
        page.serve(SUMMARY, outage())
        configure(tmp_path, f'[[watch]]\nurl = "{page.url}"\nname = "Mine"\n')
        first = watch_for_a_moment(tmp_path)
        assert [each["kind"] for each in first] == ["status", "alert"]
        assert first[1]["alert"] == "started_during"

        configure(tmp_path, f'[polling]\nidle = 1\nincident = 1\n[[watch]]\nurl = "{page.url}"\nname = "Mine"\n')
        page.serve(SUMMARY, operational())
        again = watch_for_a_moment(tmp_path, "--explain")
        alerts = [each for each in again if each["kind"] in {"alert", "decision"}]
        assert alerts[0]["alert"] == "recovered", "told before the restart, over after it: said once"

    def test_whose_problem_it_is_is_said_where_it_changes(self, page: FakePage, tmp_path: Path) -> None:
        configure(tmp_path, NEAR + f'[polling]\nidle = 1\nincident = 1\n[[watch]]\nurl = "{page.url}"\nname = "Acme"\n')
        with started(tmp_path, "watch") as watching:
            too_long = threading.Timer(180, watching.kill)
            too_long.start()
            assert watching.stdout is not None
            said = iter(watching.stdout)
            assert any("Acme is fine" in line for line in said)
            page.serve(SUMMARY, outage())
            assert any("Verdict: Acme reports an incident." in line for line in said)
            page.serve(SUMMARY, operational())
            assert any("Verdict: Acme is fine." in line for line in said)
            watching.terminate()
            too_long.cancel()

        page.serve(SUMMARY, outage())
        lines = watch_for_a_moment(tmp_path, until="verdict")
        assert (lines[-1]["verdict"], lines[-1]["sentence"]) == ("incident", "Acme reports an incident.")


class TestProviders:
    def test_the_catalogue_is_listed_and_searched(self, run: Run) -> None:
        everything = json.loads(run("providers", "--json")[1])["providers"]
        assert len(everything) >= 60

        code, out, _err = run("providers", "claude")
        assert code == 0
        assert "Anthropic" in out.splitlines()[0]

    def test_a_provider_that_was_asked_for_is_shown_whole(self, run: Run) -> None:
        out = run("providers", "openai")[1]

        assert "API host: api.openai.com" in out
        assert "products: ChatGPT" in out

    def test_entries_are_compared_with_their_pages(self) -> None:
        own = (
            '[mine]\nname = "Mine"\n[[mine.page]]\nurl = "https://status.acme.example"\nplatform = "statuspage"\n'
            '[[mine.product]]\nid = "api"\nname = "API"\ncomponents = [{ name = "API" }, { id = "l", name = "Lost" }]\n'
            '[other]\nname = "Other"\n[[other.page]]\nurl = "https://other.example"\nplatform = "statuspage"\n'
        )

        def answer(url: str) -> Exchanged:
            if url.startswith("https://status.acme.example/api/v2/summary.json"):
                return Exchanged(url=url, status=200, body=operational().encode())
            return Exchanged(url=url, fail=FailureKind.REFUSED)

        found = compare(loader.read(own, "own.toml"), lambda: Network(transport=answering(answer)))

        (mine,), (other,) = found["mine"], found["other"]
        assert [each.match for each in mine.found] == [Match.BY_NAME, Match.NOT_FOUND]
        assert mine.is_wrong
        assert (other.is_wrong, other.listed) == (True, 0)
        assert other.problem

    def test_a_comparison_is_a_document_too(self, run: Run) -> None:
        code, out, _err = run("providers", "--verify", "--json", "midjourney")

        assert (code, json.loads(out)["providers"]) == (0, [{"id": "midjourney", "ok": True, "pages": []}])

    def test_a_search_that_finds_nothing_says_so(self, run: Run) -> None:
        code, _out, err = run("providers", "zzzzzzzz")

        assert code == 1
        assert "matches" in err


class TestExport:
    def test_prometheus_text(self, run: Run, page: FakePage, tmp_path: Path) -> None:
        page.serve(SUMMARY, outage())
        configure(tmp_path, f'[[watch]]\nurl = "{page.url}"\nname = "Mine"\n')
        out = run("export", "--prometheus")[1]
        identity = page.url.removeprefix("http://")

        assert f'trayapp_page_status{{page="{identity}"}} 4.0' in out
        assert f'trayapp_open_incidents{{page="{identity}"}} 1.0' in out

    def test_a_damaged_history_is_said(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / "history.db").write_bytes(b"<html>" * 1000)
        code, out, err = run("export", "--json")

        assert (code, json.loads(out)["incidents"]) == (0, [])
        assert "was damaged" in err


class TestDoctor:
    def test_it_tells_what_works(self, run: Run, page: FakePage, tmp_path: Path) -> None:
        configure(tmp_path, f'[[watch]]\nurl = "{page.url}"\nname = "Mine"\n{NEAR}')
        code, out, _err = run("doctor", "--json")
        document = json.loads(out)
        checks = {each["id"]: each for each in document["checks"]}

        assert code == 0, [each for each in checks.values() if each["ok"] is False]
        assert document["schema"] == "trayapp.doctor/1"
        assert checks["settings"]["ok"] is True
        assert checks[f"page:{page.url.removeprefix('http://')}"]["ok"] is True

    def test_it_tells_of_updates_without_asking_anybody(self, run: Run, page: FakePage, tmp_path: Path) -> None:
        configure(tmp_path, f'[[watch]]\nurl = "{page.url}"\n{NEAR}')
        checks = {each["id"]: each for each in json.loads(run("doctor", "--json")[1])["checks"]}
        assert checks["updates"]["ok"] is None
        assert "not configured" in checks["updates"]["detail"]

        url = f"{page.url}/catalogue.json"
        configure(
            tmp_path, f'[[watch]]\nurl = "{page.url}"\n[updates]\nkey = "{public()}"\ncatalogue_url = "{url}"\n{NEAR}'
        )
        checks = {each["id"]: each for each in json.loads(run("doctor", "--json")[1])["checks"]}
        assert checks["updates"]["ok"] is True
        assert "Nobody was asked yet." in checks["updates"]["detail"]
        assert page.count("/catalogue.json") == 0

    def test_it_says_what_to_do_about_what_fails(self, run: Run, page: FakePage, tmp_path: Path) -> None:
        page.refuse()
        configure(tmp_path, f'[[watch]]\nurl = "{page.url}"\n[polling]\nidel = 3\n{NEAR}')
        code, out, _err = run("doctor")

        assert code == 1
        assert "idel" in out
        assert "FAILS" in out
