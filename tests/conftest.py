"""The house laws that hold for every test.

* A log record of WARNING or worse that the test did not expect fails it (`expect_log`).
* Python's warnings are errors (pyproject.toml), and so are Qt's.
* Nothing is asked beyond this machine, not even a name.
* A home of its own, no proxy, no session bus, UTC, plain C locale and the usual umask; Qt draws offscreen unless
  `--onscreen`.
* What a test changes in the process itself is put back: tests run in any order, many of them in one process.
"""

import gettext
import importlib
import ipaddress
import logging
import os
import re
import signal
import socket
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

pytest_plugins = ["pytester"]  # the laws have tests of their own

hypothesis.settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)

GUARD = pytest.StashKey["Guard"]()
HARMLESS_QT_MESSAGES = (
    "This plugin does not support ",  # offscreen windows have no size hints and no stacking order
    "No such signal QPlatformNativeInterface::systemTrayWindowChanged",
)
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "ftp_proxy", "no_proxy")
SESSION = ("DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_CURRENT_DESKTOP")
RESERVED_NAMES = (".invalid", ".test", ".example")  # RFC 6761
LANGUAGE = ("LANG", "LANGUAGE", "LC_MESSAGES")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--onscreen", action="store_true", help="show the windows of in-process tests on this screen")


def pytest_configure(config: pytest.Config) -> None:
    hypothesis.settings.load_profile("ci")
    if not config.getoption("--onscreen"):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ["TZ"] = "UTC"
    os.environ["LC_ALL"] = "C.UTF-8"
    if sys.platform != "win32":
        time.tzset()
    os.umask(0o022)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN and threading.current_thread() is threading.main_thread():
        # As a shell leaves it for what it starts in the background; a program under test must hear its Ctrl-C.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.addaudithook(_watch_sockets)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(pytest.mark.qt_log_level_fail("WARNING"))
        item.add_marker(pytest.mark.qt_log_ignore(*HARMLESS_QT_MESSAGES, extend=True))


class Guard(logging.Handler):
    """Collects what a test logs from WARNING on, and whom it tried to reach."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.expected: list[re.Pattern[str]] = []
        self._records: list[logging.LogRecord] = []
        self.reached_out: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self._records.append(record)

    def complaints(self) -> list[str]:
        """A sentence for each law the test has broken so far."""
        lines = [f"{record.levelname} {record.name}: {record.getMessage()}" for record in self._records]
        unexpected = [line for line in lines if not any(wanted.search(line) for wanted in self.expected)]
        missing = [wanted.pattern for wanted in self.expected if not any(wanted.search(line) for line in lines)]
        return [
            *(f"nobody expected this log record: {line}" for line in unexpected),
            *(f"this log record was expected and did not come: {pattern}" for pattern in missing),
            *(f"a test reaches nothing beyond this machine, this one tried {target}" for target in self.reached_out),
        ]


_current: list[Guard] = []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    guard = item.stash[GUARD] = Guard()
    logging.getLogger().addHandler(guard)
    _current.append(guard)
    yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    yield
    if complaints := item.stash[GUARD].complaints():
        pytest.fail("\n".join(complaints), pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    guard = item.stash[GUARD]
    before = guard.complaints()
    yield
    _current.remove(guard)
    logging.getLogger().removeHandler(guard)
    if complaints := [complaint for complaint in guard.complaints() if complaint not in before]:
        pytest.fail("while cleaning up: " + "\n".join(complaints), pytrace=False)


@pytest.fixture
def expect_log(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Say that a record of WARNING or worse must come: a regular expression for `LEVEL logger: message`."""
    guard: Guard = request.node.stash[GUARD]

    def expect(pattern: str) -> None:
        guard.expected.append(re.compile(pattern))

    return expect


@pytest.fixture
def law() -> Iterator[pytest.MonkeyPatch]:
    """What the laws change for a test; `monkeypatch` is the test's own, which may undo all of it at any moment."""
    with pytest.MonkeyPatch.context() as law:
        yield law


@pytest.fixture(autouse=True)
def own_home(request: pytest.FixtureRequest, tmp_path: Path, law: pytest.MonkeyPatch, own_process: None) -> Path:
    """An empty home that goes with the test, and an environment in which nothing of the person's own is left."""
    del own_process
    home = tmp_path / "home"
    home.mkdir()
    places = {"CONFIG": ".config", "DATA": ".local/share", "CACHE": ".cache", "STATE": ".local/state"}
    for name, place in places.items():
        law.setenv(f"XDG_{name}_HOME", str(home / place))
    for name in ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "XDG_RUNTIME_DIR"):
        law.setenv(name, str(home))
    session = () if request.config.getoption("--onscreen") else SESSION
    for name in (*PROXIES, *(name.upper() for name in PROXIES), *LANGUAGE, *session):
        law.delenv(name, raising=False)
    return home


@pytest.fixture(autouse=True)
def own_process(law: pytest.MonkeyPatch) -> Iterator[None]:
    """A process in which no other test has left anything: no key still held, no hook, no handler, no variable.

    A key that somebody forgot would be masked in every text of the tests after it, and so would be what looks like it.
    """
    secret = importlib.import_module("trayapp.storage.secret")
    law.setattr(secret, "_alive", weakref.WeakSet())
    for module, hook in ((sys, "excepthook"), (threading, "excepthook"), (gettext, "find")):
        law.setattr(module, hook, getattr(module, hook))
    root = logging.getLogger()
    environment, make, handlers, level = (
        dict(os.environ),
        logging.getLogRecordFactory(),
        list(root.handlers),
        root.level,
    )
    words = gettext.textdomain()
    yield
    gettext.textdomain(words)
    logging.setLogRecordFactory(make)
    root.setLevel(level)
    for each in [each for each in root.handlers if each not in handlers]:
        root.removeHandler(each)
        each.close()
    _put_back(environment)


def _put_back(environment: dict[str, str]) -> None:
    for name in os.environ.keys() - environment.keys():
        del os.environ[name]
    os.environ.update(environment)


def _watch_sockets(event: str, arguments: tuple[Any, ...]) -> None:
    """Python's own audit events: they see every library, and a refusal here is a failure there."""
    if not _current:
        return
    if event == "socket.connect":
        target = arguments[1]
        if isinstance(target, tuple) and not _is_here(target[0]):
            _current[-1].reached_out.append(f"{target[0]}:{target[1]}")
            raise ConnectionRefusedError(f"tests stay on this machine, not {target[0]}")
    elif event == "socket.getaddrinfo" and not _needs_no_lookup(name := _text(arguments[0])):
        if not name.endswith(RESERVED_NAMES):  # a test may ask for what cannot exist
            _current[-1].reached_out.append(f"the name {name}")
        raise socket.gaierror(socket.EAI_NONAME, f"tests ask for no names, not {name}")


def _text(host: object) -> str:
    return host.decode(errors="replace") if isinstance(host, bytes) else str(host or "localhost")


def _needs_no_lookup(name: str) -> bool:
    return name == "localhost" or _address(name) is not None


def _is_here(host: object) -> bool:
    name = _text(host)
    address = _address(name)
    return name == "localhost" or (address is not None and (address.is_loopback or address.is_unspecified))


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return None
