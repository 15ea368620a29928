"""Screen, tray and pop-ups, as ``trayapp doctor`` sees them: over D-Bus, and with a child of its own for Qt."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from gettext import gettext as _

from trayapp.cli.check import Check

_SELFTEST_SECONDS = 20


def desktop_checks() -> list[Check]:
    """Ask over D-Bus for tray and notifications, and start this program as a child for Qt."""
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        why = _("there is no screen here (DISPLAY and WAYLAND_DISPLAY are not set)")
        advice = _("Use trayapp watch and trayapp status; the tray needs a desktop session.")
        return [Check("screen", _("Screen"), None, why, advice), *_session_services()]
    return [_qt(), *_session_services()]


def _qt() -> Check:
    environment = {**os.environ, "QT_LOGGING_RULES": "*=false"}
    try:
        # The same interpreter, or the frozen program itself, and fixed words: nothing from outside is run.
        child = (
            [sys.executable, "run", "--selftest"]
            if getattr(sys, "frozen", False)
            else [sys.executable, "-m", "trayapp", "run", "--selftest"]
        )
        done = subprocess.run(  # noqa: S603 -- see above
            child, capture_output=True, text=True, timeout=_SELFTEST_SECONDS, check=False, env=environment
        )
        found = json.loads(done.stdout.strip().splitlines()[-1])
    except (OSError, subprocess.TimeoutExpired, ValueError, IndexError) as error:
        advice = _("On Debian: apt install libegl1 libgl1 libxkbcommon-x11-0 libxcb-cursor0 and the xcb libraries.")
        return Check(
            "qt",
            "Qt",
            ok=False,
            detail=_("the window system could not be used: {why}").format(why=error),
            advice=advice,
        )
    words = ", ".join(f"{key} {value}" for key, value in found.items())
    return Check("qt", "Qt", ok=done.returncode == 0, detail=words)


def _session_services() -> list[Check]:
    if sys.platform != "linux":
        return []
    ask = _bus()
    if ask is None:
        advice = _("Start the program inside your desktop session.")
        return [Check("bus", _("Session bus"), None, _("there is no D-Bus session here"), advice)]
    tray = ask("org.kde.StatusNotifierWatcher")
    pop_ups = ask("org.freedesktop.Notifications")
    return [
        Check(
            "tray",
            _("Tray"),
            ok=True if tray else None,
            detail=_("a StatusNotifier tray is there") if tray else _("no StatusNotifier tray is there"),
            advice=_("On GNOME install the AppIndicator extension; without a tray the window shows everything."),
        ),
        Check(
            "notifications",
            _("Pop-ups"),
            ok=bool(pop_ups),
            detail=_("a notification service is there") if pop_ups else _("no notification service is there"),
            advice=_("Start a notification daemon, such as dunst or the one of your desktop."),
        ),
    ]


def _bus() -> Callable[[str], bool] | None:
    """Return what tells whether a name is owned, or can be started, on the session bus."""
    if not os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return None
    from jeepney import DBusErrorResponse  # noqa: PLC0415 -- Linux only
    from jeepney.bus_messages import message_bus  # noqa: PLC0415
    from jeepney.io.blocking import Proxy, open_dbus_connection  # noqa: PLC0415

    try:
        bus = Proxy(message_bus, open_dbus_connection("SESSION"))
        names = set(bus.ListNames()[0]) | set(bus.ListActivatableNames()[0])
    except (OSError, KeyError, ValueError, DBusErrorResponse):
        return None
    return names.__contains__
