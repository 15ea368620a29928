"""The session bus on Qt's own loop, for the one service that is asked there: the desktop's notifications."""

import itertools
import os
import socket
from collections.abc import Callable, Mapping
from gettext import gettext as _
from typing import Any

from PySide6.QtCore import QObject, QSocketNotifier, QTimer, Signal, Slot

NAME = "org.freedesktop.Notifications"
PATH = "/org/freedesktop/Notifications"
BUS_NAME = "org.freedesktop.DBus"
CONNECT_WITHIN = 1.0
"""Seconds for the bus to let us in; it takes a millisecond unless something is very wrong."""

Answered = Callable[[tuple[Any, ...]], None]
Refused = Callable[[str], None]


class SessionBus(QObject):
    """One connection to the session bus on Qt's loop: calls whose answers come later, and the signals we want.

    jeepney only translates; its own connection would wait for answers, and loses signals while it does.
    """

    heard = Signal(str, object)
    lost = Signal()

    def __init__(self, parent: QObject) -> None:
        """Connect. Raises ``OSError`` and friends where there is no bus."""
        super().__init__(parent)
        import jeepney  # noqa: PLC0415 -- 9 ms, and some people never see a pop-up
        from jeepney.bus import get_bus  # noqa: PLC0415 -- the same
        from jeepney.io.blocking import prep_socket  # noqa: PLC0415 -- the same

        self._jeepney = jeepney
        self._service = jeepney.DBusAddress(PATH, bus_name=NAME, interface=NAME)
        self._parser = jeepney.Parser()
        self._serials = itertools.count(1)
        self._answers: dict[int, tuple[Answered, Refused]] = {}
        self._socket: socket.socket = prep_socket(get_bus(_bus_address()), timeout=CONNECT_WITHIN)
        self._socket.setblocking(False)
        self._notifier = QSocketNotifier(self._socket.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._read)
        bus = jeepney.message_bus
        self._post(bus.Hello())
        self._post(bus.AddMatch(jeepney.MatchRule(type="signal", interface=NAME, path=PATH)))
        owners = jeepney.MatchRule(type="signal", sender=BUS_NAME, interface=BUS_NAME, member="NameOwnerChanged")
        owners.add_arg_condition(0, NAME)
        self._post(bus.AddMatch(owners))

    def call(self, method: str, signature: str, body: tuple[Any, ...], answered: Answered, refused: Refused) -> None:
        """Call the notification service; one of the two is called when its answer comes."""
        message = self._jeepney.new_method_call(self._service, method, signature or None, body)
        self._post(message, (answered, refused))

    def close(self) -> None:
        """End the connection without a word."""
        self._notifier.setEnabled(False)
        self._socket.close()
        self.deleteLater()

    def _post(self, message: Any, answer: tuple[Answered, Refused] | None = None) -> None:  # noqa: ANN401 -- jeepney's
        serial = next(self._serials)
        if answer is not None:
            self._answers[serial] = answer
        data = message.serialise(serial=serial)
        try:
            sent = self._socket.send(data)
        except OSError:
            sent = 0
        if sent < len(data):
            # A bus that takes nothing in is as good as gone; waiting for it would stop the window.
            QTimer.singleShot(0, self, self._lose)

    @Slot()
    def _read(self) -> None:
        while True:
            try:
                data = self._socket.recv(65536)
            except BlockingIOError:
                break
            except OSError:
                data = b""
            if not data:
                self._lose()
                return
            self._parser.add_data(data)
        while (message := self._parser.get_next_message()) is not None:
            self._dispatch(message)

    def _dispatch(self, message: Any) -> None:  # noqa: ANN401 -- jeepney's
        kinds, fields = self._jeepney.MessageType, self._jeepney.HeaderFields
        header: Mapping[Any, Any] = message.header.fields
        kind = message.header.message_type
        if kind is kinds.signal:
            self.heard.emit(str(header.get(fields.member, "")), message.body)
            return
        answer = self._answers.pop(header.get(fields.reply_serial, 0), None)
        if answer is None:
            return
        answered, refused = answer
        if kind is kinds.error:
            refused(str(header.get(fields.error_name, _("unknown error"))))
        else:
            answered(message.body)

    @Slot()
    def _lose(self) -> None:
        if self._notifier.isEnabled():
            self._notifier.setEnabled(False)
            self.lost.emit()


def _bus_address() -> str:
    """Return the session bus's address, also where only the runtime folder tells it (jeepney asks the environment)."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    return os.environ.get("DBUS_SESSION_BUS_ADDRESS") or f"unix:path={runtime}/bus"
