"""Pop-ups: on Linux by the desktop's own notification service, elsewhere by the tray icon's balloons.

Balloons (Windows, macOS, and Linux where nothing better answers) cannot be replaced, have no buttons, and whoever
clicks one is taken to the newest: what the buttons do is in the window that opens.
"""

import logging
import os
import sys
from gettext import gettext as _
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QImage

from trayapp.desktop import theme
from trayapp.desktop.sessionbus import SessionBus
from trayapp.domain.alert import Alert
from trayapp.domain.wishes import Wish
from trayapp.presentation.popuptest import WORKS, PopupTest, first_popup, second_popup
from trayapp.presentation.tray import APP_NAME
from trayapp.presentation.wording import ACKNOWLEDGE, BACK, OPEN, Worded
from trayapp.presentation.words import Mark, mark_of

log = logging.getLogger(__name__)

DESKTOP_ENTRY = "trayapp"
ANSWER_WITHIN = 2000
"""Milliseconds the service may take to say what it can; after that a balloon has to do."""
IMAGE_SIZE = 64
TEST = "test"
"""The concern of a test pop-up."""
_SHOW_DEFAULT_AS_BUTTON = frozenset({"Xfce Notify Daemon"})
"""Services that show what a click on the pop-up does as a button of its own; there a second one is too much."""


class Popup(Struct, frozen=True):
    """An alert, its words and its mark."""

    alert: Alert
    words: Worded
    mark: Mark

    @property
    def concern(self) -> str:
        """What it is about: a later pop-up of the same concern takes its place."""
        return self.alert.concern


class Notifier(QObject):
    """Shows pop-ups; never blocks, and what cannot be shown comes back as `undeliverable`."""

    activated = Signal(object)
    """The Alert whose pop-up was pressed."""
    pressed = Signal(object, str)
    """The Alert whose button was pressed, and the button's key."""
    undeliverable = Signal(object)
    """A Popup for which there is no notification service."""
    tested = Signal(object)
    """What a test pop-up showed: a PopupTest; once more when its button is pressed."""

    def __init__(self, parent: QObject | None = None, *, has_service: bool = sys.platform == "linux") -> None:
        """Prepare; nothing is connected or loaded before the first pop-up."""
        super().__init__(parent)
        self._has_service = has_service
        self._bus: SessionBus | None = None
        self._capabilities: frozenset[str] | None = None
        self._server = ("", "")
        """The service's name and version, as it gives them."""
        self._test: PopupTest | None = None
        self._waiting: list[Popup] = []
        """Shown as soon as the service has said what it can."""
        self._sending: dict[str, list[Popup]] = {}
        """By concern: sent and not numbered yet; what came in the meantime waits for the number."""
        self._shown: dict[int, Popup] = {}
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(ANSWER_WITHIN)
        self._patience.timeout.connect(self._give_up)

    def show(self, alert: Alert, words: Worded) -> None:
        """Show an alert, in place of an earlier one of the same concern."""
        popup = Popup(alert, words, mark_of(alert.status))
        if not self._has_service:
            self._fail(popup, _("this system has none that {app} can use").format(app=APP_NAME))
        elif not self._connect():
            self._fail(popup, _("there is no session bus"))
        elif self._capabilities is None:
            self._waiting.append(popup)
        else:
            self._send(popup)

    def dismiss(self, wish: Wish) -> None:
        """Take down what is shown about a concern, or about a page: somebody knows of it."""
        for number, popup in self._shown.items():
            if self._bus is not None and popup.concern != TEST and _is_about(popup.alert, wish):
                self._bus.call("CloseNotification", "u", (number,), _done, _ignore)

    def test(self, alert: Alert) -> None:
        """Show a test pop-up and one that takes its place; `tested` tells what became of them."""
        self._test = None
        self.show(replace(alert, concern=TEST), first_popup())

    def close(self) -> None:
        """Let go of the bus; pop-ups stay."""
        self._patience.stop()
        if self._bus is not None:
            self._bus.close()
            self._bus = None

    def _connect(self) -> bool:
        if self._bus is None:
            try:
                self._bus = SessionBus(self)
            except (OSError, RuntimeError, ImportError, ValueError) as error:
                log.info("notifier: no session bus: %s", error)
                return False
            self._bus.lost.connect(self._on_bus_lost)
            self._bus.heard.connect(self._on_signal)
        if self._capabilities is None and not self._patience.isActive():
            self._patience.start()
            self._bus.call("GetServerInformation", "", (), self._on_server, _ignore)
            self._bus.call("GetCapabilities", "", (), self._on_capabilities, self._on_no_service)
        return self._bus is not None

    def _on_server(self, body: tuple[Any, ...]) -> None:
        name, _vendor, version, *_rest = (*(str(each) for each in body), "", "", "")
        self._server = (name, version)

    def _on_capabilities(self, body: tuple[Any, ...]) -> None:
        self._patience.stop()
        self._capabilities = frozenset(str(each) for each in body[0])
        waiting, self._waiting = self._waiting, []
        for popup in waiting:
            self._send(popup)

    def _on_no_service(self, error: str) -> None:
        log.info("notifier: no notification service: %s", error)
        self._end_waiting(_("none is there ({error})").format(error=error.rpartition(".")[2]))

    @Slot()
    def _give_up(self) -> None:
        self._end_waiting(_("it does not answer"))

    def _end_waiting(self, why: str) -> None:
        """The service is absent or silent: balloons for what waits. The next pop-up asks again."""
        self._patience.stop()
        waiting, self._waiting = self._waiting, []
        for popup in waiting:
            self._fail(popup, why)

    def _fail(self, popup: Popup, why: str) -> None:
        if popup.concern == TEST:
            self.tested.emit(PopupTest(problem=why))
        self.undeliverable.emit(popup)

    def _send(self, popup: Popup) -> None:
        queue = self._sending.setdefault(popup.concern, [])
        queue.append(popup)
        if len(queue) == 1:
            self._send_now(popup)

    def _send_now(self, popup: Popup) -> None:
        capabilities = self._capabilities or frozenset()
        before = next((number for number, shown in self._shown.items() if shown.concern == popup.concern), 0)
        body = popup.words.body if "body" in capabilities else ""
        body = _escaped(body) if "body-markup" in capabilities else theme.plain(body)
        has_default = self._server[0] in _SHOW_DEFAULT_AS_BUTTON
        buttons = [each for each in popup.words.actions if each.key != OPEN or not has_default]
        actions = [text for each in buttons for text in (each.key, each.label)]
        arguments = (
            APP_NAME,
            before,
            DESKTOP_ENTRY,
            popup.words.title,
            body,
            actions if "actions" in capabilities else [],
            _hints(popup),
            -1,
        )

        def shown(answer: tuple[Any, ...]) -> None:
            self._shown.pop(before, None)
            self._shown[int(answer[0])] = popup
            self._next(popup.concern)
            if popup.concern == TEST:
                self._go_on_testing(popup, has_replaced=int(answer[0]) == before)

        def failed(error: str) -> None:
            log.warning("notifier: a pop-up was refused: %s", error)
            self._fail(popup, _("it refused the pop-up ({error})").format(error=error.rpartition(".")[2]))
            self._next(popup.concern)

        if self._bus is not None:
            self._bus.call("Notify", "susssasa{sv}i", arguments, shown, failed)

    def _go_on_testing(self, popup: Popup, *, has_replaced: bool) -> None:
        """After the first show the second; after the second say what was seen."""
        if popup.words == first_popup():
            self._send(replace(popup, words=second_popup()))
            return
        name, version = self._server
        self._test = PopupTest(
            server=name, version=version, abilities=self._capabilities or frozenset(), has_replaced=has_replaced
        )
        self.tested.emit(self._test)

    def _next(self, concern: str) -> None:
        """Send what waited for the number of the last one: of several only the newest, it speaks for all."""
        queue = self._sending.pop(concern, [])
        if len(queue) > 1:
            self._send(queue[-1])

    @Slot(str, object)
    def _on_signal(self, member: str, body: object) -> None:
        values = body if isinstance(body, tuple) else ()
        match member, values:
            case "ActionInvoked", (int(number), str(key)):
                popup = self._shown.get(number)
                if popup is not None:
                    self._on_pressed(popup, key)
            case "ActivationToken", (int(number), str(token)):
                if number in self._shown:
                    os.environ["XDG_ACTIVATION_TOKEN"] = token  # Qt spends it when a window asks for the focus
            case "NotificationClosed", (int(number), _reason):
                self._shown.pop(number, None)
            case "NameOwnerChanged", _:
                # Another service: its numbers are not the old one's, nor are its abilities.
                self._shown.clear()
                self._capabilities = None

    def _on_pressed(self, popup: Popup, key: str) -> None:
        if key in {ACKNOWLEDGE, BACK}:
            self.pressed.emit(popup.alert, key)
        elif key == WORKS:
            if self._test is not None:
                self.tested.emit(replace(self._test, is_pressed=True))
        else:
            self.activated.emit(popup.alert)

    @Slot()
    def _on_bus_lost(self) -> None:
        log.info("notifier: the session bus has gone")
        self.close()
        self._capabilities = None
        self._shown.clear()
        unsent = [popup for queue in self._sending.values() for popup in queue[-1:]]
        self._sending.clear()
        gone = _("the session bus has gone")
        for popup in unsent:
            self._fail(popup, gone)
        self._end_waiting(gone)


def _is_about(alert: Alert, wish: Wish) -> bool:
    return alert.concern == wish.concern if wish.concern else alert.page_id == wish.page_id


def _done(_answer: tuple[Any, ...]) -> None:
    """What is closed says so itself."""


def _ignore(_error: str) -> None:
    """A service may keep its name to itself, and what is to be closed may be closed already."""


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _hints(popup: Popup) -> dict[str, tuple[str, Any]]:
    return {
        "urgency": ("y", popup.words.urgency.value),
        "desktop-entry": ("s", DESKTOP_ENTRY),
        "image-data": ("(iiibiiay)", _image(popup.mark)),
    }


def _image(mark: Mark) -> tuple[int, int, int, bool, int, int, bytes]:
    """Return width, height, bytes a row, has alpha, bits a sample, samples a pixel, and the pixels."""
    image = theme.pixmap(mark, IMAGE_SIZE).toImage().convertToFormat(QImage.Format.Format_RGBA8888)
    return image.width(), image.height(), image.bytesPerLine(), True, 8, 4, bytes(image.constBits())
