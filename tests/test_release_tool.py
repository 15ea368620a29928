"""packaging/release.py in a small repository of its own, packaging/audit.py with an invented pip-audit, and recipes."""

import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
METAINFO = "resources/io.github.ai_status_tray.trayapp.metainfo.xml"
NOBODY = {"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org"}
NOBODY |= {"GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.org", "GIT_CONFIG_GLOBAL": os.devnull}

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the check is a POSIX script")


class Repository:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("trayapp/__init__.py", '"""A."""\n\n__version__ = "0.1.0"\n')
        self.write(METAINFO, (ROOT / METAINFO).read_text(encoding="utf-8"))
        self.write("packaging/news/tray.txt", "The tray shows <more>\n& better.\n")
        self.write("check", "#!/bin/sh\nexit 0\n").chmod(0o755)
        self.git("init", "--quiet")
        self.commit()

    def write(self, path: str, text: str) -> Path:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def read(self, path: str) -> str:
        return (self.folder / path).read_text(encoding="utf-8")

    def git(self, *words: str) -> str:
        return self._run("git", *words).stdout.strip()

    def commit(self) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "a change")

    def release(self, version: str) -> "subprocess.CompletedProcess[str]":
        tool = ROOT / "packaging" / "release.py"
        return self._run(sys.executable, str(tool), version, "--root", str(self.folder), "--check", "check")

    def _run(self, *argv: str) -> "subprocess.CompletedProcess[str]":
        environment = {**os.environ, **NOBODY}
        return subprocess.run(argv, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "checkout")


def test_a_release_is_a_version_news_a_commit_and_a_tag(repository: Repository) -> None:
    before = repository.git("rev-list", "--count", "HEAD")
    done = repository.release("0.2.0")

    assert done.returncode == 0, done.stderr
    assert '__version__ = "0.2.0"' in repository.read("trayapp/__init__.py")
    releases = ET.fromstring(repository.read(METAINFO)).findall("./releases/release")  # noqa: S314 -- our own file
    assert [each.get("version") for each in releases] == ["0.2.0", "0.1.0"]
    assert [each.text for each in releases[0].iter("li")] == ["The tray shows <more> & better."]
    assert not (repository.folder / "packaging/news/tray.txt").exists()
    assert repository.git("status", "--porcelain") == ""
    assert int(repository.git("rev-list", "--count", "HEAD")) == int(before) + 1
    assert repository.git("log", "-1", "--format=%s") == "Release 0.2.0"
    assert repository.git("cat-file", "-t", "v0.2.0") == "tag"
    assert "git push --follow-tags" in done.stdout


@pytest.mark.parametrize("version", ["0.1.0", "0.0.9", "1.0", "v1.0.0", "1.0.0rc1", "01.0.0", ""])
def test_a_version_that_cannot_follow_is_refused(repository: Repository, version: str) -> None:
    head = repository.git("rev-parse", "HEAD")

    assert repository.release(version).returncode == 1
    assert repository.git("rev-parse", "HEAD") == head
    assert repository.git("tag") == ""


def test_ten_follows_nine(repository: Repository) -> None:
    repository.write("trayapp/__init__.py", '__version__ = "0.9.0"\n')
    repository.commit()

    assert repository.release("0.10.0").returncode == 0


@pytest.mark.parametrize(
    ("path", "text", "why"),
    [
        ("trayapp/extra.py", "", "the tree is not clean"),
        ("trayapp/__init__.py", '__version__ = "0.1.0"  # changed\n', "there is no version"),
    ],
)
def test_an_unclean_tree_is_refused(repository: Repository, path: str, text: str, why: str) -> None:
    repository.write(path, text)
    done = repository.release("0.2.0")

    assert done.returncode == 1
    assert why in done.stderr
    assert repository.read(path) == text


@pytest.mark.parametrize(
    ("check", "why"), [("exit 1", "did not pass"), ("touch left-over", "changed the tree")], ids=["red", "dirty"]
)
def test_a_tree_that_is_not_green_is_refused(repository: Repository, check: str, why: str) -> None:
    repository.write("check", f"#!/bin/sh\n{check}\n")
    repository.commit()
    done = repository.release("0.2.0")

    assert done.returncode == 1
    assert why in done.stderr
    assert '"0.1.0"' in repository.read("trayapp/__init__.py")


@pytest.mark.parametrize("news", [None, " \n"], ids=["none", "empty"])
def test_a_release_without_news_is_refused(repository: Repository, news: str | None) -> None:
    file = repository.folder / "packaging/news/tray.txt"
    if news is None:
        file.unlink()
    else:
        file.write_text(news, encoding="utf-8")
    repository.commit()
    done = repository.release("0.2.0")

    assert done.returncode == 1
    assert "no news" in done.stderr


def test_a_tag_is_never_moved(repository: Repository) -> None:
    repository.git("tag", "v0.2.0")
    done = repository.release("0.2.0")

    assert done.returncode == 1
    assert "a tag v0.2.0 already" in done.stderr


FINE = {"name": "httpx", "version": "1.0", "vulns": []}
SKIPPED = {"name": "odd", "skip_reason": "Dependency not found"}
HOLED = {"name": "h11", "version": "0.1", "vulns": [{"id": "CVE-1", "fix_versions": ["0.2"]}]}


@pytest.mark.parametrize(
    ("packages", "code", "code_of_release", "said"),
    [
        ([FINE], 0, 0, "nothing is known about the 1 packages asked about."),
        ([FINE, SKIPPED], 0, 1, "NOT ASKED about 1 others"),
        ([SKIPPED], 0, 1, "NOT ASKED: nobody could be asked"),
        ([FINE, HOLED, SKIPPED], 1, 1, "h11 0.1: CVE-1, fixed in 0.2"),
        (None, 0, 1, "NOT ASKED: nobody could be asked about known vulnerabilities (no route to host)"),
    ],
    ids=["fine", "some-skipped", "all-skipped", "vulnerable", "no-answer"],
)
def test_an_audit_says_what_was_asked(
    tmp_path: Path, packages: list[object] | None, code: int, code_of_release: int, said: str
) -> None:
    tool = tmp_path / "pip-audit"
    answer = json.dumps({"dependencies": packages})
    tool.write_text(
        "#!/bin/sh\necho 'no route to host' >&2\nexit 1\n" if packages is None else f"#!/bin/sh\necho '{answer}'\n",
        encoding="utf-8",
    )
    tool.chmod(0o755)
    command = [sys.executable, str(ROOT / "packaging" / "audit.py"), str(tool), "lock.txt"]
    usual = subprocess.run(command, capture_output=True, text=True, check=False)
    for_release = subprocess.run([*command, "--must-ask"], capture_output=True, text=True, check=False)

    assert said in usual.stdout
    assert (usual.returncode, for_release.returncode) == (code, code_of_release)


def test_an_audit_without_its_tool_says_so(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "packaging" / "audit.py"), str(tmp_path / "gone"), "lock.txt"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0
    assert "NOT ASKED" in done.stdout


WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PINNED = re.compile(r"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_a_workflow_pins_what_it_uses_and_may_nothing_by_default(file: Path) -> None:
    lines = file.read_text(encoding="utf-8").splitlines()
    uses = [line.strip().removeprefix("- ") for line in lines if "uses:" in line]

    assert uses
    assert not [each for each in uses if not PINNED.fullmatch(each)]
    assert "permissions: {}" in lines
    assert not [line for line in lines if "pull_request_target" in line]


def test_the_flatpak_may_only_what_it_needs() -> None:
    manifest = (ROOT / "packaging/flatpak/io.github.ai_status_tray.trayapp.yml").read_text(encoding="utf-8")
    granted = {line.strip().removeprefix("- ") for line in manifest.splitlines() if line.strip().startswith("- --")}

    assert granted == {
        *("--share=network", "--share=ipc", "--socket=wayland", "--socket=fallback-x11"),
        "--talk-name=org.kde.StatusNotifierWatcher",
        "--talk-name=org.freedesktop.Notifications",
        "--talk-name=org.freedesktop.secrets",
    }
