"""The dialog that adds something to watch: a provider of the catalogue, or any status page by its address."""

from gettext import gettext as _

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QWidget,
)

from trayapp.catalogue.lookup import Catalogue
from trayapp.desktop import theme
from trayapp.desktop.window.texts import GRID, caption, column, put, row, wrapped
from trayapp.domain.provider import Provider
from trayapp.engine.addresses import is_inside
from trayapp.engine.updates import FoundPage
from trayapp.formats.address import host_of
from trayapp.storage.kinds import is_loopback, split_address
from trayapp.storage.settings import Watch

_ID = Qt.ItemDataRole.UserRole


class Picker(QDialog):
    """Searches the catalogue while one types; what looks like an address can be tried out."""

    picked = Signal(object)
    """A Watch."""
    detect_requested = Signal(str, bool)
    """An address whose platform is to be found out, and whether it is the person's own monitoring."""

    def __init__(self, catalogue: Catalogue, watched: tuple[Watch, ...], parent: QWidget | None = None) -> None:
        """Offer what the catalogue has and is not watched yet."""
        super().__init__(parent)
        self._catalogue = catalogue
        self._watched = watched
        self._asked = ""
        self._found: FoundPage | None = None
        self._search = QLineEdit()
        self._list = QListWidget()
        self._try = QPushButton(_("&Try this address"))
        self._own = QCheckBox(_("This is our &own monitoring: plain http and addresses inside our network are allowed"))
        self._move = QPushButton(_("&Use the new address"))
        self._new_address = ""
        self._result = wrapped()
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._add = self._buttons.addButton(_("&Add"), QDialogButtonBox.ButtonRole.AcceptRole)
        self._build()
        self._on_text("")

    def show_found(self, found: FoundPage) -> None:
        """Show which platform speaks at the address that was asked for, or what was tried."""
        if found.asked != self._asked:
            return
        self._try.setEnabled(True)
        self._found = found if found.platform else None
        if found.platform:
            told = _("{name}: a status page of the kind {platform}.").format(name=found.name, platform=found.platform)
            self._add.setFocus()
        elif found.moved_to:
            told = _("{problem} It has moved to {address}.").format(problem=found.problem, address=found.moved_to)
        else:
            told = found.problem or _("There is no status page we can read.")
        put(self._result, told)
        self._new_address = found.moved_to
        self._move.setVisible(bool(found.moved_to))
        self._show_buttons()

    def _build(self) -> None:
        self.setWindowTitle(_("Add something to watch"))
        self.resize(64 * GRID, 60 * GRID)
        lines = column(self, margin=2)
        label = theme.label(_("&Search the catalogue, or paste the address of a status page:"), wrap=True)
        label.setBuddy(self._search)
        lines.addWidget(label)
        line = row()
        line.addWidget(self._search, 1)
        line.addWidget(self._try)
        lines.addLayout(line)
        lines.addWidget(self._own)
        lines.addWidget(self._result)
        lines.addWidget(self._move, 0, Qt.AlignmentFlag.AlignLeft)
        lines.addWidget(self._list, 1)
        lines.addWidget(caption(_("A provider that is greyed out is watched already, or has no page we can read.")))
        lines.addWidget(self._buttons)
        self._search.setAccessibleName(_("Search the catalogue, or paste the address of a status page"))
        self._search.setClearButtonEnabled(True)
        self._search.textChanged.connect(self._on_text)
        self._list.setAccessibleName(_("Providers"))
        self._list.setWordWrap(True)
        self._list.currentRowChanged.connect(self._show_buttons)
        self._list.doubleClicked.connect(self._on_double_click)
        self._try.clicked.connect(self._on_try)
        self._move.clicked.connect(self._on_move)
        for button in (self._try, self._move):
            button.setAutoDefault(False)
        self._own.toggled.connect(self._on_own)
        self._buttons.accepted.connect(self._on_accept)
        self._buttons.rejected.connect(self.reject)
        self._add.setDefault(True)

    def _on_text(self, text: str) -> None:
        self._forget()
        self._try.setVisible(_is_address(text))
        self._own.setVisible(_is_address(text))
        self._own.setChecked(_is_address(text) and _is_inside(_address(text)))
        taken = {each.provider for each in self._watched if each.provider and not each.url}
        self._list.clear()
        for provider in self._catalogue.search(text):
            self._list.addItem(_item(provider, is_taken=provider.id in taken))
        if text and self._list.count():
            self._list.setCurrentRow(0)
        if not self._list.count() and not _is_address(text):
            put(self._result, _("The catalogue knows nothing by this name. Paste the address of its status page."))
        self._show_buttons()

    def _on_try(self) -> None:
        self._asked = _address(self._search.text())
        self._try.setEnabled(False)
        put(self._result, _("Trying {address} ...").format(address=self._asked))
        self._move.hide()
        self.detect_requested.emit(self._asked, self._own.isChecked())

    def _on_move(self) -> None:
        self._search.setText(self._new_address)
        self._on_try()

    def _on_own(self) -> None:
        self._forget()
        self._show_buttons()

    def _forget(self) -> None:
        """Forget what was found: another address, or another way to ask for it."""
        self._found = None
        self._asked = ""
        self._try.setEnabled(True)
        self._move.hide()
        put(self._result, "")

    def _on_double_click(self, _index: QModelIndex) -> None:
        self._on_accept()

    def _on_accept(self) -> None:
        entry = self._choice()
        if entry is not None:
            self.picked.emit(entry)
            self.accept()
        elif _is_address(self._search.text()) and self._try.isEnabled():
            self._on_try()

    def _choice(self) -> Watch | None:
        """Return what would be added: the page found at an address, else the provider chosen in the list."""
        if self._found is not None:
            url = self._found.url or self._found.asked
            own = self._own.isChecked()
            return Watch(url=url, platform=self._found.platform, name=self._found.name, internal=own)
        item = self._list.currentItem()
        if item is None or not item.flags() & Qt.ItemFlag.ItemIsEnabled:
            return None
        return Watch(provider=str(item.data(_ID)))

    def _show_buttons(self) -> None:
        can_try = _is_address(self._search.text()) and self._found is None
        self._add.setEnabled(self._choice() is not None or can_try)


def _item(provider: Provider, *, is_taken: bool) -> QListWidgetItem:
    text = provider.name
    if provider.aliases:
        text = _("{name} ({others})").format(name=provider.name, others=", ".join(provider.aliases[:4]))
    if is_taken:
        text = _("{name} - watched already").format(name=text)
    elif not provider.pages:
        text = _("{name} - {note}").format(name=text, note=provider.note or _("no status page we can read"))
    item = QListWidgetItem(text)
    item.setData(_ID, provider.id)
    item.setToolTip(theme.plain(", ".join(host_of(each.url) for each in provider.pages) or provider.note))
    if is_taken or not provider.pages:
        item.setFlags(Qt.ItemFlag.NoItemFlags)
    return item


def _is_address(text: str) -> bool:
    text = text.strip()
    return " " not in text and (text.startswith(("https://", "http://")) or "." in text.strip("."))


def _is_inside(address: str) -> bool:
    """Return whether the address can only be one of our own: unencrypted, or a number inside a network."""
    if is_loopback(address):
        return False
    return address.startswith("http://") or is_inside(split_address(address).hostname or "")


def _address(text: str) -> str:
    text = text.strip()
    return text if "://" in text else f"https://{text}"
