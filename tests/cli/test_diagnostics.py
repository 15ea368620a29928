"""The zip somebody sends to a person who helps: everything that helps, nothing that is private."""

import json
import logging
import platform
import stat
import sys
import zipfile
from pathlib import Path

import pytest

from tests.builders import operational
from tests.fakepage import SUMMARY, FakePage
from trayapp.cli import networkchecks
from trayapp.cli.diagnostics import redacted_lines, versions
from trayapp.cli.main import main
from trayapp.domain.report import FailureKind
from trayapp.domain.verdict import BaselineKind, BaselineState, HostAnswer
from trayapp.storage.secret import Secret, hidden

KEY = "sk-proj-DIAG7f3Qz9LmXw2Rt8YbKd41"
NEAR = '[baseline]\nhosts = ["http://127.0.0.1:9/", "http://127.0.0.1:9/2"]\n'
PARTS = {"doctor.json", "versions.json", "settings.toml", "log.txt", "READ-ME.txt"}


def doctor(tmp_path: Path, *words: str) -> int:
    return main(["doctor", *words, "--config", str(tmp_path / "config.toml"), "--data-dir", str(tmp_path / "data")])


def opened(file: Path) -> dict[str, str]:
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    file = tmp_path / "config.toml"
    file.write_text(
        '[[watch]]\nname = "Ours"\nurl = "http://status.corp-intern.example/page?access=t0ps3cr3t"\n'
        f'platform = "gatus"\ninternal = true\n[proxy]\nmode = "url"\nurl = "http://jane:hunter22@127.0.0.1:9"\n'
        f"# my key is {KEY}\n{NEAR}",
        encoding="utf-8",
    )
    return file


def test_the_zip_has_what_helps_and_nothing_private(
    tmp_path: Path, settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    said = f"{Path.home()}/x on {platform.node()}: http://jane:hunter22@proxy.example:8080 said {KEY}\n"
    (data / "trayapp.log").write_text(said, encoding="utf-8")
    file = tmp_path / "out.zip"

    code = doctor(tmp_path, "--save", str(file))
    parts = opened(file)

    assert code == 0
    assert str(file) in capsys.readouterr().out
    assert set(parts) == PARTS
    everything = "\n".join(parts.values())
    for private in (KEY, KEY[8:], "hunter22", "jane", "t0ps3cr3t", "corp-intern"):
        assert private not in everything
    assert str(Path.home()) not in everything
    assert "internal-1" in parts["settings.toml"]
    assert 'platform = "gatus"' in parts["settings.toml"]
    checks = {each["id"]: each for each in json.loads(parts["doctor.json"])["checks"]}
    assert checks["proxy"]["detail"] == "as set: 127.0.0.1:9"
    assert json.loads(parts["versions.json"])["packages"]["httpx"]
    if sys.platform != "win32":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert settings.is_file()


def test_without_settings_or_log_the_zip_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "out.zip"
    (tmp_path / "config.toml").write_text(f"[[watch]]\nurl = 'http://127.0.0.1:9'\n{NEAR}", encoding="utf-8")

    assert doctor(tmp_path, "--save", str(file)) == 0
    assert "No such file" in opened(file)["log.txt"]
    assert "No key is in it" in capsys.readouterr().out


def test_what_cannot_be_written_is_a_sentence_and_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "config.toml").write_text(f"[[watch]]\nurl = 'http://127.0.0.1:9'\n{NEAR}", encoding="utf-8")

    assert doctor(tmp_path, "--save", str(tmp_path / "no-folder" / "out.zip")) == 1
    assert "could not be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "clean"),
    [
        ("https://me:pw@example.org/a", "https://[log-in]@example.org/a"),
        ("GET https://example.org/a?user=me&x=1#f", "GET https://example.org/a?user=[value]&x=[value]#f"),
        ('password = "hunter22"', "password = •••"),
        ("write to jane.doe@example.org", "write to •••"),
        ("janet is not jane", "janet is not user"),
        ('url = "https://status.openai.com"', 'url = "https://status.openai.com"'),
    ],
)
def test_a_line_loses_what_is_private_and_nothing_else(line: str, clean: str) -> None:
    assert redacted_lines(line, [("jane", "user"), ("me", "nobody"), ("", "nothing")]) == clean


def test_a_held_key_with_the_same_first_letters_uncovers_no_other_key() -> None:
    held = Secret("sk-proj-HELD1q2w3e4r5t6y7u8i9o0p")

    for text in (f"a log of last week said {KEY}.", f"# {KEY}", f"x={KEY}&y"):
        assert KEY[8:16] not in redacted_lines(text, [])
        assert KEY[8:16] not in hidden(text)
    assert not held.is_empty


def test_versions_say_whether_a_proxy_is_set_and_not_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://jane:hunter22@proxy.example:8080")
    monkeypatch.setenv("XDG_CURRENT_DESKTOP", "XFCE")
    found = versions()

    assert "HTTPS_PROXY" in found["set"]  # type: ignore[operator] # the document is made of plain objects
    assert "hunter22" not in json.dumps(found)
    assert json.dumps(found["environment"]).count("XFCE") == 1


class TestChecks:
    def test_login_connection_proxy_and_certificates_are_looked_at(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with FakePage() as page, FakePage() as first, FakePage() as second:
            page.serve(SUMMARY, operational())
            for each in (first, second):
                each.serve("/", b"", 204)
            hosts = f'["{first.url}/", "{second.url}/"]'
            text = f'[[watch]]\nurl = "{page.url}"\nplatform = "statuspage"\n[baseline]\nhosts = {hosts}\n'
            (tmp_path / "config.toml").write_text(text, encoding="utf-8")
            code = doctor(tmp_path, "--json")
        checks = {each["id"]: each for each in json.loads(capsys.readouterr().out)["checks"]}

        assert code == 0, checks
        assert {"tls", "proxy", "network", "autostart", "clock", "keyring", "paths", "version"} <= set(checks)
        assert checks["network"]["ok"] is True
        assert checks["tls"]["ok"] is True
        assert checks["autostart"]["ok"] is None

    def test_a_login_page_in_the_way_fails_where_nothing_else_answers(self) -> None:
        portal = BaselineState(
            kind=BaselineKind.PORTAL, answers=(HostAnswer("https://a.example/", BaselineKind.PORTAL, "200"),)
        )

        check = networkchecks._connection(portal, has_answer=False)

        assert check.ok is False
        assert "log in" in check.advice
        assert networkchecks._connection(portal, has_answer=True).ok is None

    def test_somebody_who_reads_along_is_a_matter_of_tls_whatever_else_works(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        signer = HostAnswer("https://a.example/", BaselineKind.INTERCEPTED, "tls", "Signed by “Proxy Inc”.")
        check = networkchecks._connection(
            BaselineState(kind=BaselineKind.INTERCEPTED, answers=(signer,)), has_answer=True
        )
        assert "intercepts TLS" in check.advice

        with FakePage() as page, FakePage() as first, FakePage() as second:
            page.serve(SUMMARY, operational())
            for each in (first, second):
                each.greet(b"no tls here")
            hosts = [each.url.replace("http:", "https:") for each in (first, second)]
            text = f'[[watch]]\nurl = "{page.url}"\nplatform = "statuspage"\n[baseline]\nhosts = {json.dumps(hosts)}\n'
            (tmp_path / "config.toml").write_text(text, encoding="utf-8")
            code = doctor(tmp_path, "--json")
        checks = {each["id"]: each for each in json.loads(capsys.readouterr().out)["checks"]}

        assert (code, checks["tls"]["ok"]) == (1, False)

    def test_a_computer_without_certificates_trusts_nobody(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(networkchecks, "trusted_store", str)

        assert networkchecks._tls(set()).ok is False

    def test_a_page_whose_signer_is_unknown_is_a_matter_of_tls(self) -> None:
        assert networkchecks._tls({FailureKind.TLS}).ok is False


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
