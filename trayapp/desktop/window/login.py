"""Start at login, as a box to tick: what it shows was read back from the system, which is the only truth."""

from gettext import gettext as _

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QCheckBox, QWidget

from trayapp.desktop.window.texts import caption, column, put
from trayapp.storage.autostart import Autostart, AutostartError


class LoginBox(QWidget):
    """Switches the start at login; it looks again whenever it is seen, for it may be switched elsewhere."""

    def __init__(self, autostart: Autostart) -> None:
        """Make the box; it is filled when it is seen."""
        super().__init__()
        self._autostart = autostart
        self._box = QCheckBox(_("Start at &login"))
        self._state = caption()
        lines = column(self, spacing=0.5)
        lines.addWidget(self._box)
        lines.addWidget(self._state)
        self._box.clicked.connect(self._on_clicked)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 -- Qt's name
        """Ask the system how it is."""
        super().showEvent(event)
        try:
            state = self._autostart.state()
        except AutostartError as error:
            put(self._state, str(error))
            return
        self._box.setChecked(state.is_on)
        put(self._state, state.sentence)

    def _on_clicked(self, is_on: bool) -> None:  # noqa: FBT001 -- a signal's argument
        try:
            state = self._autostart.switch(on=is_on)
        except AutostartError as error:
            self._box.setChecked(not is_on)
            put(self._state, str(error))
            return
        self._box.setChecked(state.is_on)
        put(self._state, state.sentence)
