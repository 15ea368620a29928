"""Two ends of a session bus for tests: a client that asks, and small services that stand in for a desktop's own."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from jeepney import (
    DBusAddress,
    DBusErrorResponse,
    HeaderFields,
    Message,
    MessageType,
    Properties,
    message_bus,
    new_error,
    new_method_call,
    new_method_return,
    new_signal,
)
from jeepney.bus_messages import DBusNameFlags
from jeepney.io.blocking import DBusConnection, open_dbus_connection

ANSWERS_WITHIN = 60
"""Seconds, on a machine that has much else to do."""
PROPERTIES = "org.freedesktop.DBus.Properties"
INTROSPECTABLE = "org.freedesktop.DBus.Introspectable"

ITEM = "org.kde.StatusNotifierItem"
MENU = "com.canonical.dbusmenu"
WATCHER = "org.kde.StatusNotifierWatcher"
NOTIFICATIONS = "org.freedesktop.Notifications"


@dataclass(frozen=True, slots=True)
class MenuRow:
    """One entry of a menu as the desktop sees it over D-Bus."""

    number: int
    label: str
    is_enabled: bool
    is_visible: bool
    is_separator: bool
    toggle_state: int
    rows: tuple["MenuRow", ...]


class Client:
    """One connection that asks questions; every answer is the plain body of the reply."""

    def __init__(self, address: str) -> None:
        self._connection: DBusConnection = open_dbus_connection(bus=address)

    def close(self) -> None:
        self._connection.close()

    def call(self, name: str, path: str, interface: str, method: str, signature: str = "", *body: object) -> Any:
        """The reply's values: a tuple, as D-Bus methods may answer with several."""
        target = DBusAddress(path, bus_name=name, interface=interface)
        message = new_method_call(target, method, signature or None, body)
        reply = self._connection.send_and_get_reply(message, timeout=ANSWERS_WITHIN)
        if reply.header.message_type is MessageType.error:
            raise DBusErrorResponse(reply)
        return reply.body

    def property(self, name: str, path: str, interface: str, wanted: str) -> Any:
        target = DBusAddress(path, bus_name=name, interface=interface)
        reply = self._connection.send_and_get_reply(Properties(target).get(wanted), timeout=ANSWERS_WITHIN)
        if reply.header.message_type is MessageType.error:
            raise DBusErrorResponse(reply)
        return reply.body[0][1]

    def has_owner(self, name: str) -> bool:
        reply = self._connection.send_and_get_reply(message_bus.NameHasOwner(name), timeout=ANSWERS_WITHIN)
        return bool(reply.body[0])

    def process_of(self, name: str) -> int:
        reply = self._connection.send_and_get_reply(
            message_bus.GetConnectionUnixProcessID(name), timeout=ANSWERS_WITHIN
        )
        return int(reply.body[0])

    def items(self) -> tuple["TrayItem", ...]:
        """The tray icons that whichever watcher is on the bus knows of."""
        if not self.has_owner(WATCHER):
            return ()
        names: list[str] = self.property(WATCHER, "/StatusNotifierWatcher", WATCHER, "RegisteredStatusNotifierItems")
        return tuple(TrayItem(self, *_service_and_path(name)) for name in names)


def _service_and_path(name: str) -> tuple[str, str]:
    service, slash, path = name.partition("/")
    return service, slash + path if slash else "/StatusNotifierItem"


@dataclass(frozen=True, slots=True)
class TrayItem:
    """A StatusNotifier icon, read and pressed as a panel would."""

    client: Client
    service: str
    path: str

    def __getitem__(self, wanted: str) -> Any:
        return self.client.property(self.service, self.path, ITEM, wanted)

    @property
    def tooltip(self) -> str:
        """Title and text, each on its line, as far as there are any."""
        _icon, _pixmaps, title, text = self["ToolTip"]
        return "\n".join(part for part in (title, text) if part)

    @property
    def pixels(self) -> bytes:
        """The icon's sizes and ARGB pixels, good for telling one icon from another."""
        return b"".join(b"%dx%d:" % (width, height) + bytes(data) for width, height, data in self["IconPixmap"])

    def activate(self) -> None:
        self.client.call(self.service, self.path, ITEM, "Activate", "ii", 1, 1)

    def menu(self) -> tuple[MenuRow, ...]:
        path = self["Menu"]
        self.client.call(self.service, path, MENU, "AboutToShow", "i", 0)
        _revision, (_number, _properties, rows) = self.client.call(
            self.service, path, MENU, "GetLayout", "iias", 0, -1, []
        )
        return tuple(_menu_row(row) for _signature, row in rows)

    def press(self, row: MenuRow) -> None:
        self.client.call(self.service, self["Menu"], MENU, "Event", "isvu", row.number, "clicked", ("i", 0), 0)

    def row(self, beginning: str) -> MenuRow:
        """The first visible row whose label begins so, without its access key's underscore."""
        rows = self.menu()
        for row in rows:
            if row.is_visible and row.label.startswith(beginning):
                return row
        message = f"no menu row begins with {beginning!r}; there are {[row.label for row in rows]}"
        raise AssertionError(message)


def _menu_row(row: tuple[int, dict[str, tuple[str, Any]], list[tuple[str, Any]]]) -> MenuRow:
    number, properties, rows = row
    values = {name: value for name, (_signature, value) in properties.items()}
    return MenuRow(
        number,
        label=str(values.get("label", "")).replace("__", "\0").replace("_", "").replace("\0", "_"),
        is_enabled=bool(values.get("enabled", True)),
        is_visible=bool(values.get("visible", True)),
        is_separator=values.get("type") == "separator",
        toggle_state=int(values.get("toggle-state", -1)),
        rows=tuple(_menu_row(inner) for _signature, inner in rows),
    )


Answer = tuple[str, tuple[object, ...]]  # a D-Bus signature and the values it describes


class Service:
    """A name on the bus whose methods a thread of ours answers; a subclass lists them in `answers` and `properties`."""

    name: str
    path: str
    properties: Mapping[str, tuple[str, object]] = {}

    def __init__(self, address: str) -> None:
        self._connection: DBusConnection = open_dbus_connection(bus=address)
        self._sending = threading.Lock()
        self._thread = threading.Thread(target=self._serve, name=self.name, daemon=True)

    def __enter__(self) -> Self:
        reply = self._connection.send_and_get_reply(message_bus.RequestName(self.name, DBusNameFlags.do_not_queue))
        assert reply.body == (1,), f"{self.name} has an owner already"
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._connection.sock.shutdown(2)  # wakes the thread out of its reading
        self._thread.join(5)
        self._connection.close()

    def answer(self, method: str, sender: str, body: tuple[Any, ...]) -> Answer | None:
        """The reply to a call, or None when there is no such method."""
        raise LookupError(method, sender, body)

    def signal(self, member: str, signature: str, *body: object) -> None:
        self._send(new_signal(DBusAddress(self.path, interface=self.name), member, signature, body))

    def _send(self, message: Message) -> None:
        with self._sending:
            self._connection.send(message)

    def _serve(self) -> None:
        while True:
            try:
                message = self._connection.receive()
            except (OSError, EOFError, ValueError):  # the connection is closed: by us, or with its bus
                return
            if message.header.message_type is MessageType.method_call:
                self._reply(message)

    def _reply(self, call: Message) -> None:
        fields = call.header.fields
        interface, method = fields.get(HeaderFields.interface, ""), fields[HeaderFields.member]
        if interface == PROPERTIES and method == "Get" and call.body[1] in self.properties:
            found: Answer | None = ("v", (self.properties[call.body[1]],))
        elif interface == PROPERTIES and method == "GetAll":
            found = ("a{sv}", (dict(self.properties),))
        elif interface == INTROSPECTABLE:
            found = ("s", ("<node/>",))
        else:
            found = self.answer(method, fields.get(HeaderFields.sender, ""), call.body)
        if found is None:
            self._send(new_error(call, "org.freedesktop.DBus.Error.UnknownMethod"))
        else:
            self._send(new_method_return(call, *found))


class TrayWatcher(Service):
    """The least a tray host must be: it counts the icons that register, and when."""

    name = WATCHER
    path = "/StatusNotifierWatcher"

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self._registered: list[tuple[float, str]] = []

    @property
    def properties(self) -> Mapping[str, tuple[str, object]]:  # type: ignore[override]  # changes as icons come
        return {
            "RegisteredStatusNotifierItems": ("as", [name for _moment, name in self._registered]),
            "IsStatusNotifierHostRegistered": ("b", True),
            "ProtocolVersion": ("i", 0),
        }

    @property
    def registered(self) -> Sequence[tuple[float, str]]:
        """Each icon's moment, in seconds of the monotonic clock, and its bus name."""
        return tuple(self._registered)

    def answer(self, method: str, sender: str, body: tuple[Any, ...]) -> Answer | None:
        match method:
            case "RegisterStatusNotifierItem":
                name = sender + body[0] if body[0].startswith("/") else body[0]
                self._registered.append((time.monotonic(), name))
                self.signal("StatusNotifierItemRegistered", "s", name)
            case "RegisterStatusNotifierHost":
                pass
            case _:
                return None
        return "", ()


@dataclass(frozen=True, slots=True)
class Popup:
    """One call of Notify, as it came over the bus."""

    number: int
    app: str
    replaces: int
    icon: str
    title: str
    body: str
    actions: tuple[str, ...]
    hints: Mapping[str, Any] = field(hash=False)
    timeout: int

    @property
    def urgency(self) -> int | None:
        """0 low, 1 normal, 2 critical; None when it was not sent as the byte that daemons want."""
        signature, value = self.hints.get("urgency", ("", None))
        return value if signature == "y" else None


class NotificationServer(Service):
    """Receives pop-ups and shows none; a test may press their buttons."""

    name = NOTIFICATIONS
    path = "/org/freedesktop/Notifications"

    def __init__(self, address: str, capabilities: Sequence[str] = ("actions", "body", "persistence")) -> None:
        super().__init__(address)
        self._capabilities = list(capabilities)
        self._popups: list[Popup] = []
        self._closed: list[int] = []

    @property
    def popups(self) -> Sequence[Popup]:
        """Everything that was ever shown, first to last; a replacement is an entry of its own."""
        return tuple(self._popups)

    @property
    def closed(self) -> Sequence[int]:
        """The numbers that the app itself took down."""
        return tuple(self._closed)

    def press(self, number: int, action: str) -> None:
        """As if the person pressed that button; real daemons close the pop-up with it."""
        self.signal("ActionInvoked", "us", number, action)
        self.signal("NotificationClosed", "uu", number, 2)

    def answer(self, method: str, sender: str, body: tuple[Any, ...]) -> Answer | None:
        del sender
        answers: dict[str, Callable[[], Answer]] = {
            "Notify": lambda: ("u", (self._notify(*body),)),
            "CloseNotification": lambda: self._close(*body),
            "GetCapabilities": lambda: ("as", (self._capabilities,)),
            "GetServerInformation": lambda: ("ssss", ("recorder", "tests", "1", "1.2")),
        }
        wanted = answers.get(method)
        return wanted() if wanted else None

    def _notify(self, *body: Any) -> int:
        app, replaces, icon, title, text, actions, hints, timeout = body
        number = int(replaces or 1 + max((popup.number for popup in self._popups), default=0))
        self._popups.append(Popup(number, app, replaces, icon, title, text, tuple(actions), hints, timeout))
        return number

    def _close(self, number: int) -> Answer:
        self._closed.append(number)
        self.signal("NotificationClosed", "uu", number, 3)
        return "", ()
