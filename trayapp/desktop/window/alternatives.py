"""Use instead: what works now while something watched fails, with buttons that copy what clients need."""

import sys
from collections.abc import Callable
from datetime import datetime
from gettext import gettext as _

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QPushButton, QWidget

from trayapp.desktop import theme
from trayapp.desktop.window import links
from trayapp.desktop.window.flow import Flow
from trayapp.desktop.window.texts import caption, column, heading, panel, put, wrapped
from trayapp.domain.alternatives import Alternative
from trayapp.presentation.alternatives import AlternativeView, alternative_view

_SAID_FOR = 2_000
"""Milliseconds a button says that it has copied."""


class UseInstead(QWidget):
    """The alternatives, one row each; hidden while there are none."""

    def __init__(self) -> None:
        """Begin without any."""
        super().__init__()
        self._frame: QFrame = panel()
        self._lines = column(self._frame, margin=2, spacing=1.5)
        self._lines.addWidget(heading(_("Use instead")))
        column(self).addWidget(self._frame)
        self._rows: dict[str, _Row] = {}
        self._order: list[str] = []
        self.hide()

    def show_alternatives(self, offers: tuple[Alternative, ...], now: datetime) -> None:
        """Show these, in their order, touching only what differs."""
        views = [alternative_view(each, now, is_windows=sys.platform == "win32") for each in offers]
        order = [each.key for each in views]
        for gone in [each for each in self._rows if each not in order]:
            old = self._rows.pop(gone)
            self._lines.removeWidget(old)
            old.hide()
            old.deleteLater()
        for view in views:
            if view.key not in self._rows:
                self._rows[view.key] = _Row()
            self._rows[view.key].show_view(view)
        if order != self._order:
            self._order = order
            for place, key in enumerate(order, start=1):
                self._lines.insertWidget(place, self._rows[key])
        self.setVisible(bool(views))


class _Row(QWidget):
    """One alternative."""

    def __init__(self) -> None:
        super().__init__()
        self._view: AlternativeView | None = None
        self._name = heading()
        self._why = caption()
        self._address = wrapped(selectable=True)
        self._copy_base = _CopyButton(_("Copy base URL"), lambda: self._view.base_url if self._view else "")
        self._copy_line = _CopyButton(_("Copy environment line"), lambda: self._view.environment if self._view else "")
        self._chat = QPushButton(_("Open chat"))
        self._chat.clicked.connect(self._on_chat)
        lines = column(self, spacing=0.5)
        for each in (self._name, self._why, self._address):
            lines.addWidget(each)
        lines.addLayout(Flow(self._copy_base, self._copy_line, self._chat))

    def show_view(self, view: AlternativeView) -> None:
        """Show an alternative, touching only what differs."""
        if view == self._view:
            return
        self._view = view
        put(self._name, view.name)
        put(self._why, view.why)
        put(self._address, view.environment)
        self._copy_base.setVisible(bool(view.base_url))
        self._copy_base.setToolTip(theme.plain(view.base_url))
        self._copy_line.setVisible(bool(view.environment))
        self._copy_line.setToolTip(theme.plain(view.environment))
        self._chat.setVisible(bool(view.chat) and links.may_open(view.chat, view.chat))
        self._chat.setToolTip(theme.plain(view.chat))
        for button in (self._copy_base, self._copy_line, self._chat):
            button.setAccessibleDescription(view.name)

    def _on_chat(self) -> None:
        if self._view is not None:
            links.open_link(self._view.chat, self._view.chat)


class _CopyButton(QPushButton):
    """Puts a text into the clipboard, and says so for a moment."""

    def __init__(self, text: str, what: Callable[[], str]) -> None:
        super().__init__(text)
        self._text = text
        self._what = what
        self.clicked.connect(self._on_clicked)

    def _on_clicked(self) -> None:
        QGuiApplication.clipboard().setText(self._what())
        self.setText(_("Copied"))
        QTimer.singleShot(_SAID_FOR, self, lambda: self.setText(self._text))
