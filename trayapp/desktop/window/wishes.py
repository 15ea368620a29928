"""What one may ask of the pop-ups: two buttons about one trouble, and the snooze."""

from gettext import gettext as _

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from trayapp.desktop.window.flow import Flow
from trayapp.desktop.window.texts import column
from trayapp.domain.snooze import SnoozeFor
from trayapp.engine.commands import Acknowledge, Snooze, TellWhenBack
from trayapp.presentation.wishes import WishView
from trayapp.presentation.wording import acknowledge_word, back_word


class WishButtons(QWidget):
    """Acknowledge, and Tell me when it is back: each stays pressed while it holds, and is taken back by a click."""

    command = Signal(object)
    """A command for the engine."""

    def __init__(self) -> None:
        """Make the buttons; `show_wish` says what about."""
        super().__init__()
        self._view: WishView | None = None
        self._acknowledge = QPushButton(acknowledge_word())
        self._acknowledge.setToolTip(_("No more pop-ups about it until it is worse or over"))
        self._back = QPushButton(back_word())
        self._back.setToolTip(_("One pop-up when it is over, even when pop-ups are held back or switched off"))
        column(self).addLayout(Flow(self._acknowledge, self._back))
        for button in (self._acknowledge, self._back):
            button.setCheckable(True)
        self._acknowledge.clicked.connect(self._on_acknowledge)
        self._back.clicked.connect(self._on_back)
        self.hide()

    def show_wish(self, view: WishView | None) -> None:
        """Show what holds; without anything to wish for the buttons are not there."""
        if view == self._view:
            return
        self._view = view
        self.setVisible(view is not None)
        if view is None:
            return
        self._acknowledge.setVisible(view.can_acknowledge)
        known = _("Acknowledged") if view.is_acknowledged else acknowledge_word()
        _show(self._acknowledge, known, view.name, is_on=view.is_acknowledged)
        _show(self._back, back_word(), view.name, is_on=view.is_wanted)

    def _on_acknowledge(self, is_on: bool) -> None:  # noqa: FBT001 -- a signal's argument
        if self._view is not None:
            self.command.emit(Acknowledge(self._view.wish, is_on))

    def _on_back(self, is_on: bool) -> None:  # noqa: FBT001 -- a signal's argument
        if self._view is not None:
            self.command.emit(TellWhenBack(self._view.wish, is_on))


def _show(button: QPushButton, text: str, about: str, *, is_on: bool) -> None:
    """Show a button pressed, with a tick too: how a pressed one looks is hard to see on dark desktops."""
    button.setChecked(is_on)
    button.setText(f"✓ {text}" if is_on else text)
    button.setAccessibleName(text)
    button.setAccessibleDescription(about)


class SnoozeButton(QPushButton):
    """Holds pop-ups back for a while: a menu that stays the same and shows what can be chosen now."""

    command = Signal(object)
    """A command for the engine."""

    def __init__(self) -> None:
        """Offer to snooze."""
        super().__init__(_("Snooze pop-ups"))
        menu = QMenu(self)
        self._begin = (
            self._add(menu, _("For &1 hour"), SnoozeFor.HOUR),
            self._add(menu, _("Until &tomorrow morning"), SnoozeFor.TOMORROW),
        )
        self._end = self._add(menu, _("&End the snooze"), SnoozeFor.NOT)
        self.setMenu(menu)
        self.show_snooze("")

    def show_snooze(self, snoozed: str) -> None:
        """Offer to begin, or to end what lasts until then."""
        for each in self._begin:
            each.setVisible(not snoozed)
        self._end.setVisible(bool(snoozed))
        self.setAccessibleDescription(snoozed)
        self.setToolTip(snoozed or _("Hold pop-ups back, and tell the news in one afterwards"))

    def _add(self, menu: QMenu, text: str, length: SnoozeFor) -> QAction:
        action = QAction(text, menu)
        action.triggered.connect(lambda: self.command.emit(Snooze(length)))
        menu.addAction(action)
        return action
