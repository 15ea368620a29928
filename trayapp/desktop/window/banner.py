"""Banners: what a person should know about this app, each with a button that puts it away."""

from collections.abc import Iterable
from gettext import gettext as _

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QToolButton, QWidget

from trayapp.desktop import theme
from trayapp.desktop.window.texts import MARK_SIZE, column, mark_label, panel, row, wrapped
from trayapp.engine.updates import Note
from trayapp.presentation.words import Mark


class Banners(QWidget):
    """The notes of an update, one banner each. What is put away stays away until its words change."""

    dismissed = Signal(str)
    """The key of a note."""

    def __init__(self) -> None:
        """Begin without any."""
        super().__init__()
        self._layout = column(self)
        self._notes: tuple[Note, ...] = ()
        self._away: dict[str, str] = {}
        self._banners: list[QWidget] = []
        self.hide()

    def show_notes(self, notes: Iterable[Note]) -> None:
        """Show these notes and no others."""
        told = tuple(notes)
        keys = {each.key for each in told}
        self._away = {key: sentence for key, sentence in self._away.items() if key in keys}
        shown = tuple(each for each in told if self._away.get(each.key) != each.sentence)
        if shown == self._notes:
            return
        self._notes = shown
        for banner in self._banners:
            banner.hide()
            banner.deleteLater()
        self._banners = [self._make(each) for each in shown]
        self.setVisible(bool(shown))

    def _make(self, note: Note) -> QWidget:
        banner = panel()
        line = row(banner, margin=1)
        mark = mark_label()
        mark.setPixmap(theme.icon(Mark.UNKNOWN).pixmap(MARK_SIZE))
        words = wrapped(note.sentence, selectable=True)
        close = QToolButton()
        close.setText("✕")
        close.setAutoRaise(True)
        close.setAccessibleName(_("Put this note away"))
        close.setAccessibleDescription(note.sentence)
        close.setToolTip(_("Put away"))
        close.setProperty("key", note.key)
        close.clicked.connect(self._on_close)
        line.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(words, 1)
        line.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self._layout.addWidget(banner)
        return banner

    def _on_close(self) -> None:
        key = self.sender().property("key")
        for note in self._notes:
            if note.key == key:
                self._away[key] = note.sentence
        self.show_notes(self._notes)
        self.dismissed.emit(key)
