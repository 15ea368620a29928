"""The settings as the person is editing them; sent to the engine when nothing has changed for a moment."""

from PySide6.QtCore import QObject, QTimer, Signal

from trayapp.storage.settings import Settings

SEND_AFTER = 400
"""Milliseconds."""


class Draft(QObject):
    """One copy of the settings for all tabs. While it has unsent edits, what the engine says does not replace it."""

    changed = Signal()
    """The settings are others now, by an edit or by the engine."""
    send_requested = Signal(object)
    """Settings to save."""

    def __init__(self) -> None:
        """Begin with the defaults."""
        super().__init__()
        self._settings = Settings()
        self._known: Settings | None = None
        self._waiting = QTimer(self)
        self._waiting.setSingleShot(True)
        self._waiting.setInterval(SEND_AFTER)
        self._waiting.timeout.connect(self._send)

    @property
    def settings(self) -> Settings:
        """What is chosen now."""
        return self._settings

    def take(self, settings: Settings) -> None:
        """Take what the engine says is in force."""
        if settings == self._known:
            return
        self._known = settings
        if not self._waiting.isActive() and settings != self._settings:
            self._settings = settings
            self.changed.emit()

    def edit(self, settings: Settings) -> None:
        """Keep an edit, to be sent soon."""
        if settings == self._settings:
            return
        self._settings = settings
        self._waiting.start()
        self.changed.emit()

    def flush(self) -> None:
        """Send at once what is unsent."""
        if self._waiting.isActive():
            self._waiting.stop()
            self._send()

    def _send(self) -> None:
        self.send_requested.emit(self._settings)
