"""The one place where a key is typed or pasted: it goes into a ``Secret`` at once, and the field is empty again."""

from gettext import gettext as _

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget

from trayapp.desktop.window.texts import caption, column, put, row, wrapped
from trayapp.engine.keykeeping import objection
from trayapp.storage.secret import Secret


class SecretField(QLineEdit):
    """Takes a key and shows nothing of it.

    What is pasted or dropped is taken at once, what is typed when the field is left or asked for it. Qt neither copies
    from a field in this mode nor keeps its history; setting the text forgets what was there.
    """

    changed = Signal()
    """There is another key, or text that may become one."""

    def __init__(self) -> None:
        """Begin without a key."""
        super().__init__()
        self._secret: Secret | None = None
        self._length = 0
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.DefaultContextMenu)
        self.setDragEnabled(False)
        self.textChanged.connect(self._on_text)
        self.editingFinished.connect(self.take)

    @property
    def secret(self) -> Secret | None:
        """The key that was taken."""
        return self._secret

    @property
    def is_filled(self) -> bool:
        """Whether there is a key, or text that may become one."""
        return self._secret is not None or bool(self._length)

    def take(self) -> None:
        """Take what was typed."""
        typed = self.text().strip()
        with QSignalBlocker(self):
            self.setText("")
        self._length = 0
        if typed:
            self._secret = Secret(typed)
            self.changed.emit()

    def forget(self) -> None:
        """Let go of the key."""
        self._secret = None
        with QSignalBlocker(self):
            self.setText("")
        self._length = 0
        self.changed.emit()

    def _on_text(self, text: str) -> None:
        grown, self._length = len(text) - self._length, len(text)
        if grown > 1:
            self.take()
        else:
            self.changed.emit()


class SecretEntry(QWidget):
    """The field, what was taken, and what is plainly wrong with its shape."""

    changed = Signal()

    def __init__(self, name: str) -> None:
        """Make the field; ``name`` is for those who hear it."""
        super().__init__()
        self.field = SecretField()
        self._taken = caption()
        self._problem = wrapped()
        self._clear = QPushButton(_("Take it back"))
        self._wipe = QPushButton(_("Clear the clipboard, which still has it"))
        self.field.setAccessibleName(name)
        self.field.setAccessibleDescription(_("What is pasted here is taken at once and not shown again."))
        self._clear.setAccessibleDescription(name)
        self._clear.setAutoDefault(False)
        self._wipe.setAutoDefault(False)
        lines = column(self, spacing=0.5)
        line = row()
        line.addWidget(self.field, 1)
        line.addWidget(self._clear)
        lines.addLayout(line)
        lines.addWidget(self._taken)
        lines.addWidget(self._wipe, 0, Qt.AlignmentFlag.AlignLeft)
        lines.addWidget(self._problem)
        self.field.changed.connect(self._on_changed)
        self._clear.clicked.connect(self._on_clear)
        self._wipe.clicked.connect(self._on_wipe)
        self._show()

    @property
    def problem(self) -> str:
        """What must be put right before the key can be kept; empty where nothing must."""
        secret = self.field.secret
        return secret.judged_by(objection) if secret is not None else ""

    def _on_changed(self) -> None:
        self._show()
        self.changed.emit()

    def _on_clear(self) -> None:
        self.field.forget()
        self.field.setFocus()

    def _on_wipe(self) -> None:
        QApplication.clipboard().clear()
        self._show()
        self.field.setFocus()

    def _is_in_clipboard(self) -> bool:
        secret = self.field.secret
        return secret is not None and secret.is_same(Secret(QApplication.clipboard().text().strip()))

    def _show(self) -> None:
        is_taken = self.field.secret is not None
        self.field.setPlaceholderText(_("A key is here; paste again to change it") if is_taken else _("Paste the key"))
        put(self._taken, _("Taken, and not shown again.") if is_taken else "")
        put(self._problem, f"⚠ {self.problem}" if self.problem else "")
        self._clear.setVisible(is_taken)
        self._wipe.setVisible(self._is_in_clipboard())
