import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from tests.bus import Answer, NotificationServer
from tests.desk import BUS_CONFIGURATION
from trayapp.desktop import notifier as module
from trayapp.desktop.notifier import Notifier, Popup
from trayapp.domain.alert import Alert, AlertKind
from trayapp.domain.status import Status
from trayapp.domain.wishes import Wish
from trayapp.presentation.popuptest import PopupTest
from trayapp.presentation.wording import Action, Urgency, Worded, worded
from trayapp.presentation.words import Mark

pytestmark = pytest.mark.skipif(shutil.which("dbus-daemon") is None, reason="a session bus needs dbus-daemon")

ALERT = Alert(
    kind=AlertKind.OPENED,
    at=datetime(2025, 12, 2, tzinfo=UTC),
    page_id="openai",
    incident_id="1",
    status=Status.DEGRADED,
    concern="openai/1",
)
OPEN = (Action("default", "Open incident"),)


class Bus:
    """A private session bus that can be ended."""

    def __init__(self, folder: Path) -> None:
        configuration = folder / "bus.conf"
        configuration.write_text(BUS_CONFIGURATION.format(folder=folder))
        argv = ("dbus-daemon", f"--config-file={configuration}", "--nofork", "--print-address")
        self.process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def bus(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bus]:
    bus = Bus(tmp_path_factory.mktemp("bus"))
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus.address)
    yield bus
    bus.close()


@pytest.fixture
def server(bus: Bus) -> Iterator[NotificationServer]:
    with NotificationServer(bus.address) as server:
        yield server


class Outcome:
    """What a notifier gave back."""

    def __init__(self, notifier: Notifier) -> None:
        self.undeliverable: list[Popup] = []
        self.activated: list[Alert] = []
        self.pressed: list[tuple[Alert, str]] = []
        self.tested: list[PopupTest] = []
        notifier.undeliverable.connect(self.undeliverable.append)
        notifier.activated.connect(self.activated.append)
        notifier.pressed.connect(lambda alert, key: self.pressed.append((alert, key)))
        notifier.tested.connect(self.tested.append)


@pytest.fixture
def notifier(qtbot: QtBot) -> Iterator[Notifier]:
    del qtbot
    notifier = Notifier(has_service=True)
    yield notifier
    notifier.close()


@pytest.fixture
def outcome(notifier: Notifier) -> Outcome:
    return Outcome(notifier)


def words(title: str = "OpenAI: Elevated errors", body: str = "Degraded.", urgency: Urgency = Urgency.NORMAL) -> Worded:
    return Worded(title, body, urgency, OPEN)


def test_a_pop_up_arrives_whole(notifier: Notifier, server: NotificationServer, qtbot: QtBot) -> None:
    notifier.show(ALERT, words(urgency=Urgency.CRITICAL))

    qtbot.waitUntil(lambda: len(server.popups) == 1)
    popup = server.popups[0]
    assert (popup.app, popup.replaces, popup.title, popup.body) == (
        "AI Status Tray",
        0,
        "OpenAI: Elevated errors",
        "Degraded.",
    )
    assert popup.urgency == 2
    assert popup.actions == ("default", "Open incident")
    assert popup.hints["desktop-entry"] == ("s", "trayapp")
    width, height, row, has_alpha, bits, channels, pixels = popup.hints["image-data"][1]
    assert (width, height, has_alpha, bits, channels) == (64, 64, True, 8, 4)
    assert len(pixels) == row * height


def test_a_later_one_of_the_same_concern_takes_its_place(
    notifier: Notifier, server: NotificationServer, qtbot: QtBot
) -> None:
    notifier.show(ALERT, words())
    qtbot.waitUntil(lambda: len(notifier._shown) == 1)
    notifier.show(replace(ALERT, concern="groq/1"), words("Groq"))
    qtbot.waitUntil(lambda: len(notifier._shown) == 2)

    notifier.show(replace(ALERT, kind=AlertKind.RECOVERED), words("OpenAI is back"))

    qtbot.waitUntil(lambda: len(server.popups) == 3)
    assert [popup.replaces for popup in server.popups] == [0, 0, server.popups[0].number]


def test_three_at_once_of_one_concern_are_one_pop_up_that_says_the_newest(
    notifier: Notifier, server: NotificationServer, qtbot: QtBot
) -> None:
    for title in ("first", "second", "third"):
        notifier.show(ALERT, words(title))

    qtbot.waitUntil(lambda: len(server.popups) == 2)
    assert [popup.title for popup in server.popups] == ["first", "third"]
    assert server.popups[1].replaces == server.popups[0].number


def test_pressing_a_pop_up_opens_what_it_is_about(
    notifier: Notifier, server: NotificationServer, outcome: Outcome, qtbot: QtBot
) -> None:
    notifier.show(ALERT, words())
    qtbot.waitUntil(lambda: len(notifier._shown) == 1)

    server.signal("ActivationToken", "us", 1, "token-1")
    server.signal("ActionInvoked", "us", 99, "default")
    server.press(1, "default")

    qtbot.waitUntil(lambda: outcome.activated == [ALERT] and not notifier._shown)
    assert os.environ.pop("XDG_ACTIVATION_TOKEN") == "token-1"


def test_each_button_says_what_it_is(
    notifier: Notifier, server: NotificationServer, outcome: Outcome, qtbot: QtBot
) -> None:
    said = worded(ALERT, {}, ALERT.at)
    for number, key in enumerate(("open", "acknowledge", "back", "of somebody else"), start=1):
        notifier.show(replace(ALERT, concern=key), said)
        qtbot.waitUntil(lambda: bool(notifier._shown))
        server.press(number, key)
        qtbot.waitUntil(lambda: not notifier._shown)

    keys = server.popups[0].actions[::2]
    assert keys == ("default", "open", "acknowledge", "back")
    assert [key for _alert, key in outcome.pressed] == ["acknowledge", "back"]
    assert [each.concern for each in outcome.activated] == ["open", "of somebody else"]


def test_what_somebody_knows_of_is_taken_down(notifier: Notifier, server: NotificationServer, qtbot: QtBot) -> None:
    notifier.dismiss(Wish("openai"))
    for concern, page_id in (("openai/1", "openai"), ("openai/2", "openai"), ("groq/1", "groq")):
        notifier.show(replace(ALERT, concern=concern, page_id=page_id), words(concern))
    qtbot.waitUntil(lambda: len(notifier._shown) == 3)

    notifier.dismiss(Wish("openai", "openai/2"))
    qtbot.waitUntil(lambda: [each.concern for each in notifier._shown.values()] == ["openai/1", "groq/1"])
    notifier.dismiss(Wish("openai"))
    qtbot.waitUntil(lambda: [each.concern for each in notifier._shown.values()] == ["groq/1"])
    assert list(server.closed) == [2, 1]


class XfceServer(NotificationServer):
    """Shows what a click does as a button of its own."""

    def answer(self, method: str, sender: str, body: tuple[object, ...]) -> Answer | None:
        if method == "GetServerInformation":
            return "ssss", ("Xfce Notify Daemon", "Xfce", "0.7.3", "1.2")
        return super().answer(method, sender, body)


def test_where_a_click_is_a_button_too_it_is_there_once(notifier: Notifier, bus: Bus, qtbot: QtBot) -> None:
    with XfceServer(bus.address) as server:
        notifier.show(ALERT, worded(ALERT, {}, ALERT.at))
        qtbot.waitUntil(lambda: bool(notifier._shown))
        assert server.popups[0].actions[::2] == ("default", "acknowledge", "back")


def test_a_test_shows_two_pop_ups_in_one_place_and_says_what_it_saw(
    notifier: Notifier, server: NotificationServer, outcome: Outcome, qtbot: QtBot
) -> None:
    notifier.test(ALERT)

    qtbot.waitUntil(lambda: bool(outcome.tested))
    first, second = server.popups
    assert second.replaces == first.number
    (seen,) = outcome.tested
    assert (seen.problem, seen.server, seen.version, seen.has_replaced) == ("", "recorder", "1", True)
    assert seen.abilities == {"actions", "body", "persistence"}

    server.press(second.number, "works")
    qtbot.waitUntil(lambda: len(outcome.tested) == 2)
    assert outcome.tested[1] == replace(seen, is_pressed=True)


class ForgetfulServer(NotificationServer):
    """Gives every pop-up a number of its own, and no name of itself."""

    def answer(self, method: str, sender: str, body: tuple[object, ...]) -> Answer | None:
        if method == "GetServerInformation":
            return None
        answer = super().answer(method, sender, body)
        return ("u", (100 + len(self.popups),)) if method == "Notify" else answer


def test_a_service_that_replaces_nothing_is_found_out(
    notifier: Notifier, bus: Bus, outcome: Outcome, qtbot: QtBot
) -> None:
    with ForgetfulServer(bus.address):
        notifier.test(ALERT)
        qtbot.waitUntil(lambda: bool(outcome.tested))

    assert (outcome.tested[0].server, outcome.tested[0].has_replaced) == ("", False)


def test_a_test_without_a_service_says_why(notifier: Notifier, bus: Bus, outcome: Outcome, qtbot: QtBot) -> None:
    notifier.test(ALERT)
    qtbot.waitUntil(lambda: bool(outcome.tested))
    assert outcome.tested[0].problem == "none is there (ServiceUnknown)"
    assert [each.concern for each in outcome.undeliverable] == ["test"]

    bus.close()
    qtbot.waitUntil(lambda: notifier._bus is None)
    notifier.test(ALERT)
    assert outcome.tested[-1].problem == "there is no session bus"

    other = Notifier(has_service=False)
    elsewhere = Outcome(other)
    other.test(ALERT)
    assert "this system has none" in elsewhere.tested[0].problem


def test_a_closed_pop_up_is_not_replaced(notifier: Notifier, server: NotificationServer, qtbot: QtBot) -> None:
    notifier.show(ALERT, words())
    qtbot.waitUntil(lambda: len(notifier._shown) == 1)

    server.signal("NotificationClosed", "uu", 1, 2)
    qtbot.waitUntil(lambda: not notifier._shown)
    notifier.show(ALERT, words())

    qtbot.waitUntil(lambda: len(server.popups) == 2)
    assert server.popups[1].replaces == 0


@pytest.mark.parametrize(
    ("capabilities", "body"),
    [
        (("body", "body-markup"), "AT&amp;T &lt;b&gt;bold&lt;/b&gt;"),
        (("body",), "AT&T ‹b›bold‹/b›"),
        ((), ""),
    ],
)
def test_words_from_outside_are_never_markup(
    notifier: Notifier, bus: Bus, qtbot: QtBot, capabilities: tuple[str, ...], body: str
) -> None:
    with NotificationServer(bus.address, capabilities) as server:
        notifier.show(ALERT, words(body="AT&T <b>bold</b>"))

        qtbot.waitUntil(lambda: bool(notifier._shown))
        assert server.popups[0].body == body
        assert server.popups[0].actions == ()


def test_without_a_service_it_comes_back_and_the_next_one_asks_again(
    notifier: Notifier, bus: Bus, outcome: Outcome, qtbot: QtBot
) -> None:
    notifier.show(ALERT, words("first"))
    qtbot.waitUntil(lambda: len(outcome.undeliverable) == 1)
    assert outcome.undeliverable[0].mark is Mark.DEGRADED

    with NotificationServer(bus.address) as server:
        notifier.show(ALERT, words("second"))
        qtbot.waitUntil(lambda: bool(notifier._shown))
        assert [popup.title for popup in server.popups] == ["second"]
    assert len(outcome.undeliverable) == 1


def test_another_service_does_not_get_the_numbers_of_the_old_one(notifier: Notifier, bus: Bus, qtbot: QtBot) -> None:
    with NotificationServer(bus.address):
        notifier.show(ALERT, words())
        qtbot.waitUntil(lambda: len(notifier._shown) == 1)
    qtbot.waitUntil(lambda: not notifier._shown)

    with NotificationServer(bus.address, ("body", "body-markup")) as other:
        notifier.show(ALERT, words(body="<"))
        qtbot.waitUntil(lambda: bool(notifier._shown))
        assert (other.popups[0].replaces, other.popups[0].body) == (0, "&lt;")


class SilentServer(NotificationServer):
    """Owns the name and answers nothing until it may."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.may_answer = threading.Event()

    def answer(self, method: str, sender: str, body: tuple[object, ...]) -> Answer | None:
        self.may_answer.wait(120)
        return super().answer(method, sender, body)


def test_a_service_that_hangs_stops_nothing(notifier: Notifier, bus: Bus, outcome: Outcome, qtbot: QtBot) -> None:
    notifier._patience.setInterval(100)
    with SilentServer(bus.address) as server:
        notifier.show(ALERT, words("first"))
        qtbot.waitUntil(lambda: len(outcome.undeliverable) == 1)

        notifier._patience.setInterval(60_000)
        server.may_answer.set()
        notifier.show(ALERT, words("second"))

        qtbot.waitUntil(lambda: bool(notifier._shown))
        assert [popup.title for popup in server.popups] == ["second"]


class RefusingServer(NotificationServer):
    """Can be asked what it can, and then refuses."""

    def answer(self, method: str, sender: str, body: tuple[object, ...]) -> Answer | None:
        return None if method == "Notify" else super().answer(method, sender, body)


def test_what_is_refused_comes_back(
    notifier: Notifier, bus: Bus, outcome: Outcome, qtbot: QtBot, expect_log: Callable[[str], None]
) -> None:
    expect_log(r"WARNING trayapp\.desktop\.notifier: notifier: a pop-up was refused: .*UnknownMethod")
    with RefusingServer(bus.address):
        notifier.show(ALERT, words())
        qtbot.waitUntil(lambda: len(outcome.undeliverable) == 1)
    assert not notifier._sending


def test_a_bus_that_goes_is_survived(
    notifier: Notifier, bus: Bus, server: NotificationServer, outcome: Outcome, qtbot: QtBot
) -> None:
    notifier.show(ALERT, words())
    qtbot.waitUntil(lambda: len(server.popups) == 1)
    assert len(notifier._shown) <= 1

    bus.close()
    qtbot.waitUntil(lambda: notifier._bus is None)
    notifier.show(ALERT, words("after"))

    assert outcome.undeliverable[-1].words.title == "after"


def test_without_a_bus_it_comes_back_at_once(
    notifier: Notifier, outcome: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)

    notifier.show(ALERT, words())

    assert len(outcome.undeliverable) == 1


@pytest.mark.parametrize("address", ["nonsense", "tcp:host=localhost", "unix:path=/nowhere"])
def test_a_strange_address_is_no_bus(
    notifier: Notifier, outcome: Outcome, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)

    notifier.show(ALERT, words())

    assert len(outcome.undeliverable) == 1


def test_where_there_is_no_such_service_balloons_do() -> None:
    notifier = Notifier(has_service=False)
    outcome = Outcome(notifier)

    notifier.show(ALERT, words())

    assert outcome.undeliverable[0].concern == "openai/1"


def test_nothing_is_loaded_before_the_first_pop_up() -> None:
    code = "import sys, trayapp.desktop.notifier; sys.exit('jeepney' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], check=False, cwd=Path(module.__file__).parents[2])

    assert done.returncode == 0
