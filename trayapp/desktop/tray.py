"""The tray icon and its menu: shows a TrayView, and survives trays that come late, restart, or never come."""

import sys
from collections.abc import Callable
from gettext import gettext as _

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from trayapp.desktop import theme
from trayapp.domain.snooze import SnoozeFor
from trayapp.presentation.tray import APP_NAME, TrayRow, TrayView, starting
from trayapp.presentation.words import Mark

WATCHER = "org.kde.StatusNotifierWatcher"
NOW_PAGE = "now"
SETTINGS_PAGE = "settings"


class Tray(QObject):
    """Shows the state in the tray; decides, fetches and words nothing.

    A host that speaks StatusNotifier only never learns of an icon that was made before it came, so a new icon is
    made when one appears; Qt brings back by itself the icons that a host knew before it restarted.
    """

    open_requested = Signal(str)
    """The page to open; for one row of the menu "now/<page id>"."""
    check_requested = Signal()
    snooze_requested = Signal(object)
    """A SnoozeFor."""
    suspect_requested = Signal(str)
    """The id of a page whose provider fails for the person."""
    quit_requested = Signal()
    menu_opening = Signal()
    """The menu is about to be seen: now is the time for a sentence with an age in it."""
    message_clicked = Signal()
    availability_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        """Make the menu and the icon; `show` shows them."""
        super().__init__(parent)
        self._view = starting()
        self._colourless = False
        self._high_contrast = False  # until somebody says so: to ask takes time before the icon is there
        self._is_shown = False
        self._menu = QMenu()
        self._menu.setAccessibleName(APP_NAME)
        self._menu.aboutToShow.connect(self._on_menu_opening)
        self._sentence = QAction(self._menu)
        self._sentence.triggered.connect(self._open_now)
        self._rows_end = QAction(self._menu)
        self._rows_end.setSeparator(True)
        self._rows: list[QAction] = []
        self._fails = QMenu()
        self._fails_alone = QAction(self._menu)
        self._fill_menu()
        self._icon = self._make_icon()
        self._watch_hosts()

    @property
    def is_available(self) -> bool:
        """Whether this desktop has a tray now."""
        return QSystemTrayIcon.isSystemTrayAvailable()

    def show(self) -> None:
        """Show the icon now, or as soon as there is a tray."""
        self._is_shown = True
        self._icon.show()

    def hide(self) -> None:
        """Take the icon away, at the end."""
        self._is_shown = False
        self._icon.hide()

    def show_view(self, view: TrayView) -> None:
        """Show the view, touching only what differs."""
        before, self._view = self._view, view
        if _shape(view) != _shape(before):
            self._draw()
        if view.tooltip != before.tooltip:
            self._icon.setToolTip(theme.plain(view.tooltip))
        if view.sentence != before.sentence:
            self._sentence.setText(_menu_text(view.sentence))
        if view.snoozed != before.snoozed:
            self._show_snooze(view.snoozed)
        if view.accessible != before.accessible:
            self._menu.setAccessibleDescription(view.accessible)
        if view.rows != before.rows:
            self._show_rows(view.rows)
        if (view.rows, view.can_ask) != (before.rows, before.can_ask):
            self._show_whom_to_ask(view.rows if view.can_ask else ())

    def set_look(self, *, colourless: bool, high_contrast: bool) -> None:
        """Use colour only when something is wrong; draw with more contrast."""
        if (colourless, high_contrast) == (self._colourless, self._high_contrast):
            return
        self._colourless, self._high_contrast = colourless, high_contrast
        self._draw()
        for action, row in zip(self._rows, self._view.rows, strict=False):
            action.setIcon(theme.icon(row.mark, high_contrast=high_contrast))

    def show_message(self, title: str, body: str, mark: Mark) -> None:
        """Show a balloon, where there is nothing better: it cannot be replaced and has no buttons."""
        self._icon.showMessage(theme.plain(title), theme.plain(body), theme.icon(mark))

    def _fill_menu(self) -> None:
        self._menu.addAction(self._sentence)
        self._menu.addSeparator()
        self._menu.addAction(self._rows_end)
        self._rows_end.setVisible(False)
        self._fails_alone.setText(_("It &fails for me"))
        self._fails.setTitle(_("It &fails for me"))
        self._fails_alone.triggered.connect(self._suspect)
        self._menu.addAction(self._fails_alone)
        self._menu.addMenu(self._fails)
        self._show_whom_to_ask(())
        self._add_action(_("&Check now"), self.check_requested.emit)
        self._snooze = (
            self._add_action(_("S&nooze pop-ups for 1 hour"), lambda: self.snooze_requested.emit(SnoozeFor.HOUR)),
            self._add_action(
                _("Snooze pop-ups until &tomorrow"), lambda: self.snooze_requested.emit(SnoozeFor.TOMORROW)
            ),
        )
        self._end_snooze = self._add_action("", lambda: self.snooze_requested.emit(SnoozeFor.NOT))
        self._add_action(_("&Open"), self._open_now)
        self._add_action(_("&Settings"), self._open_settings)
        self._add_action(_("&Quit"), self.quit_requested.emit)
        self._show_snooze("")
        self._sentence.setText(_menu_text(self._view.sentence))

    def _add_action(self, text: str, act: Callable[[], object]) -> QAction:
        action = QAction(text, self._menu)
        action.triggered.connect(act)
        self._menu.addAction(action)
        return action

    def _show_snooze(self, snoozed: str) -> None:
        """Offer to begin a snooze, or say until when it lasts and offer to end it; all of it is there all the time."""
        for each in self._snooze:
            each.setVisible(not snoozed)
        self._end_snooze.setText(_menu_text(_("{snoozed} - end it").format(snoozed=snoozed)))
        self._end_snooze.setVisible(bool(snoozed))

    def _show_rows(self, rows: tuple[TrayRow, ...]) -> None:
        """Put the rows into the menu in place: it may be open, and rows that go may be under the pointer."""
        while len(self._rows) < len(rows):
            action = QAction(self._menu)
            action.triggered.connect(self._open_row)
            self._menu.insertAction(self._rows_end, action)
            self._rows.append(action)
        for place, action in enumerate(self._rows):
            if place >= len(rows):
                action.setVisible(False)
                continue
            row = rows[place]
            text = _menu_text(row.text)
            if action.text() != text:
                action.setText(text)
            if action.property("mark") != row.mark.value:
                action.setProperty("mark", row.mark.value)
                action.setIcon(theme.icon(row.mark, high_contrast=self._high_contrast))
            action.setData(row.page_id)
            action.setVisible(True)
        self._rows_end.setVisible(bool(rows))

    def _show_whom_to_ask(self, rows: tuple[TrayRow, ...]) -> None:
        """Offer to ask about each page; with one there is nothing to choose. In place, as the rows above."""
        pages = [each for each in rows if each.page_id]
        actions = self._fails.actions()
        while len(actions) < len(pages):
            action = QAction(self._fails)
            action.triggered.connect(self._suspect)
            self._fails.addAction(action)
            actions.append(action)
        for action in actions[len(pages) :]:
            action.setVisible(False)
        for action, row in zip(actions, pages, strict=False):
            if action.text() != (text := _menu_text(row.name or row.page_id)):
                action.setText(text)
            action.setData(row.page_id)
            action.setVisible(True)
        self._fails_alone.setData(pages[0].page_id if pages else "")
        self._fails_alone.setVisible(len(pages) == 1)
        self._fails.menuAction().setVisible(len(pages) > 1)

    def _draw(self) -> None:
        self._icon.setIcon(self._picture())

    def _picture(self) -> QIcon:
        return theme.icon(
            self._view.mark,
            colourless=self._colourless,
            high_contrast=self._high_contrast,
            outline=self._view.is_acknowledged,
            has_key=self._view.needs_key,
        )

    def _make_icon(self) -> QSystemTrayIcon:
        icon = QSystemTrayIcon(self._picture(), self)
        icon.setToolTip(theme.plain(self._view.tooltip))
        icon.setContextMenu(self._menu)
        icon.activated.connect(self._on_activated)
        icon.messageClicked.connect(self.message_clicked)
        return icon

    def _watch_hosts(self) -> None:
        """Hear of hosts that come and go. Nothing is polled; an XEmbed host fetches the icon by itself."""
        self._had_host = self.is_available
        self._knows_host = False
        if sys.platform != "linux":
            return
        from PySide6.QtDBus import QDBusConnection, QDBusServiceWatcher  # noqa: PLC0415 -- this system only

        bus = QDBusConnection.sessionBus()
        if not bus.isConnected():
            return
        interface = bus.interface()
        self._knows_host = bool(interface.isServiceRegistered(WATCHER).value())
        self._watcher = QDBusServiceWatcher(WATCHER, bus, QDBusServiceWatcher.WatchModeFlag.WatchForOwnerChange, self)
        self._watcher.serviceRegistered.connect(self._on_host_came)
        self._watcher.serviceUnregistered.connect(self._on_host_went)

    @Slot(str)
    def _on_host_came(self, _service: str) -> None:
        if not self._knows_host:
            self._knows_host = True
            # A host takes its name first and looks for icons a moment later.
            QTimer.singleShot(300, self, self._renew)
        self._tell_availability()

    @Slot(str)
    def _on_host_went(self, _service: str) -> None:
        self._tell_availability()

    @Slot()
    def _renew(self) -> None:
        """Make a new icon: one made before any StatusNotifier host never registers with it."""
        old = self._icon
        self._icon = self._make_icon()
        old.hide()
        old.deleteLater()
        if self._is_shown:
            self._icon.show()
        self._tell_availability()

    def _tell_availability(self) -> None:
        has_host = self.is_available
        if has_host is not self._had_host:
            self._had_host = has_host
            self.availability_changed.emit(has_host)

    @Slot(QSystemTrayIcon.ActivationReason)
    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        """Open the window on a plain click. A double click has sent one already; macOS shows the menu instead."""
        if reason is QSystemTrayIcon.ActivationReason.Trigger and sys.platform != "darwin":
            self._open_now()

    @Slot()
    def _on_menu_opening(self) -> None:
        self.menu_opening.emit()

    @Slot()
    def _open_now(self) -> None:
        self.open_requested.emit(NOW_PAGE)

    @Slot()
    def _open_settings(self) -> None:
        self.open_requested.emit(SETTINGS_PAGE)

    @Slot()
    def _suspect(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.suspect_requested.emit(str(action.data()))

    @Slot()
    def _open_row(self) -> None:
        action = self.sender()
        page_id = action.data() if isinstance(action, QAction) else ""
        self.open_requested.emit(f"{NOW_PAGE}/{page_id}" if page_id else NOW_PAGE)


def _shape(view: TrayView) -> tuple[object, ...]:
    return view.mark, view.is_acknowledged, view.needs_key


def _menu_text(text: str) -> str:
    """Return a text as a menu shows it: an ampersand is no access key, a tab starts no second column."""
    return text.replace("\t", " ").replace("&", "&&")
