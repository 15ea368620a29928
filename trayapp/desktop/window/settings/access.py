"""The dialog that says how own monitoring lets us in: certificates, and a token or a password for the key store."""

from gettext import gettext as _

from msgspec.structs import replace
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QWidget,
)

from trayapp.desktop.window.secretfield import SecretField
from trayapp.desktop.window.texts import GRID, caption, column, put, row, wrapped
from trayapp.domain.provider import Login
from trayapp.engine.commands import KeepLogin
from trayapp.storage.settings import Watch


class FileField(QWidget):
    """The path of a file, typed or chosen."""

    def __init__(self, name: str, path: str) -> None:
        """Show a path."""
        super().__init__()
        self.line = QLineEdit(path)
        self.line.setAccessibleName(name)
        self.line.setClearButtonEnabled(True)
        choose = QPushButton(_("Choose..."))
        choose.setAccessibleDescription(name)
        choose.setAutoDefault(False)
        choose.clicked.connect(self._on_choose)
        line: QHBoxLayout = row(self)
        line.addWidget(self.line, 1)
        line.addWidget(choose)

    @property
    def path(self) -> str:
        """What is typed."""
        return self.line.text().strip()

    def _on_choose(self) -> None:
        path, _kind = QFileDialog.getOpenFileName(self, self.line.accessibleName(), self.path)
        if path:
            self.line.setText(path)


class AccessDialog(QDialog):
    """Edits one entry of the watch list; what is typed as a secret leaves it as a command only."""

    def __init__(self, entry: Watch, parent: QWidget | None = None) -> None:
        """Show how it is now; a secret that is kept is never shown."""
        super().__init__(parent)
        self._entry = entry
        self.ca = FileField(_("Its certificate authority (PEM)"), entry.ca)
        self.certificate = FileField(_("Our certificate (PEM)"), entry.certificate)
        self.certificate_key = FileField(_("Key of our certificate, if in another file"), entry.certificate_key)
        self.login = QComboBox()
        self.user = QLineEdit(entry.user)
        self.secret = SecretField()
        self._kept = caption()
        self._problem = wrapped()
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._save = self._buttons.addButton(_("&Save"), QDialogButtonBox.ButtonRole.AcceptRole)
        self._build()
        self._refresh()
        self.resize(72 * GRID, self.sizeHint().height())

    @property
    def entry(self) -> Watch:
        """The entry with the files that were chosen; its login is left as it is."""
        ca, certificate, key = self.ca.path, self.certificate.path, self.certificate_key.path
        return replace(self._entry, ca=ca, certificate=certificate, certificate_key=key)

    @property
    def command(self) -> KeepLogin | None:
        """What is to be done with the login, if anything."""
        if self._login is Login.NONE:
            return KeepLogin(self._entry.url) if self._entry.secret else None
        secret = self.secret.secret
        return KeepLogin(self._entry.url, self._user, secret) if secret is not None else None

    @property
    def problem(self) -> str:
        """What must be put right first; empty where nothing must."""
        if self.certificate_key.path and not self.certificate.path:
            return _("Choose the certificate that this key belongs to.")
        if self._login is Login.BASIC and (not self._user or ":" in self._user):
            return _("Type the user name of the login; it has no colon.")
        is_same = (self._login, self._user) == (self._entry.login, self._entry.user)
        if self._login is not Login.NONE and not self.secret.is_filled and not is_same:
            return _("Type the token.") if self._login is Login.BEARER else _("Type the password.")
        return ""

    def done(self, result: int) -> None:
        """Let go of the secret when the dialog was left without saving."""
        if result != QDialog.DialogCode.Accepted:
            self.secret.forget()
        super().done(result)

    @property
    def _login(self) -> Login:
        return Login(str(self.login.currentData()))

    @property
    def _user(self) -> str:
        return self.user.text().strip() if self._login is Login.BASIC else ""

    def _build(self) -> None:
        self.setWindowTitle(_("How {name} lets us in").format(name=self._entry.name or self._entry.url))
        for login, text in (
            (Login.NONE, _("No login")),
            (Login.BEARER, _("A token (bearer)")),
            (Login.BASIC, _("A user name and a password (basic)")),
        ):
            self.login.addItem(text, login.value)
        self.login.setCurrentIndex(self.login.findData(self._entry.login.value))
        lines = column(self, margin=2)
        form = QFormLayout()
        for field in (self.ca, self.certificate, self.certificate_key):
            form.addRow(field.line.accessibleName(), field)
        form.addRow(_("&Login"), self.login)
        form.addRow(_("&User name"), self.user)
        form.addRow(_("Token or &password"), self.secret)
        lines.addLayout(form)
        lines.addWidget(self._kept)
        lines.addWidget(self._problem)
        lines.addWidget(self._buttons)
        self.login.setAccessibleName(_("Login"))
        self.user.setAccessibleName(_("User name"))
        self.secret.setAccessibleName(_("Token or password"))
        for line in (self.ca.line, self.certificate.line, self.certificate_key.line, self.user):
            line.textChanged.connect(self._refresh)
        self.login.currentIndexChanged.connect(self._refresh)
        self.secret.changed.connect(self._refresh)
        self._buttons.accepted.connect(self._on_accept)
        self._buttons.rejected.connect(self.reject)

    def _refresh(self) -> None:
        has_login, is_kept = self._login is not Login.NONE, bool(self._entry.secret)
        self.user.setEnabled(self._login is Login.BASIC)
        self.secret.setEnabled(has_login)
        taken = _("Taken, and not shown again.") if self.secret.secret is not None else ""
        stays = _("It is kept in the key store; type another one to change it.") if is_kept else ""
        put(self._kept, (taken or stays) if has_login else "")
        put(self._problem, self.problem)
        self._save.setEnabled(not self.problem)

    def _on_accept(self) -> None:
        self.secret.take()
        if not self.problem:
            self.accept()
