"""The dialogs that take a key: one adds it, one puts it in an old one's place."""

from collections.abc import Mapping
from enum import Enum
from functools import partial
from gettext import gettext as _

from msgspec.structs import replace
from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from trayapp.catalogue.lookup import Catalogue
from trayapp.desktop import theme
from trayapp.desktop.window.keydestination import Destination, destination, key_providers, setting_words
from trayapp.desktop.window.secretfield import SecretEntry
from trayapp.desktop.window.settings.choices import Choice
from trayapp.desktop.window.texts import GRID, caption, column, put, wrapped
from trayapp.engine.commands import AddKey, KeyCommand, ReplaceKey
from trayapp.engine.keykeeping import doubt
from trayapp.engine.newkey import NewKey, end_of_day
from trayapp.engine.updates import KeyOutcome
from trayapp.probes.shapes import hint
from trayapp.probes.table import probe_for
from trayapp.storage import references

_SETTINGS = ("organisation", "project", "region", "resource")


class Keeping(Enum):
    """Where a key lies."""

    STORE = "store"
    SESSION = "session"
    REFERENCE = "reference"


class KeyDialog(QDialog):
    """Takes one key, sends one command, and stays until its outcome says that it was done."""

    command = Signal(object)
    """An AddKey or a ReplaceKey."""

    def __init__(self, title: str, do: str, parent: QWidget | None = None) -> None:
        """Make an empty dialog with a result line and buttons; ``do`` is the button's word."""
        super().__init__(parent)
        self.entry = SecretEntry(_("API key"))
        self.sent: KeyCommand | None = None
        self._result = wrapped(selectable=True)
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._do = self._buttons.addButton(do, QDialogButtonBox.ButtonRole.AcceptRole)
        self._do.setDefault(True)
        for button in self._buttons.buttons():
            if isinstance(button, QPushButton) and button is not self._do:
                button.setAutoDefault(False)  # or Enter would cancel while there is nothing to add
        self._buttons.accepted.connect(self._on_accept)
        self._buttons.rejected.connect(self.reject)
        self.entry.changed.connect(self._refresh)
        self.setWindowTitle(title)
        self.resize(64 * GRID, self.sizeHint().height())

    def show_outcome(self, outcome: KeyOutcome) -> None:
        """Close where the command was done; else say why not, and let the person choose anew."""
        if self.sent is None or outcome.command is not self.sent:
            return
        self.sent = None
        if outcome.problem:
            self._refresh()
            put(self._result, f"⚠ {outcome.problem}")
            return
        self.accept()

    def event(self, event: QEvent) -> bool:
        """Grow where the words need more lines: a dialog by itself knows the height of one line each."""
        handled = super().event(event)
        if event.type() in {QEvent.Type.Show, QEvent.Type.LayoutRequest} and (layout := self.layout()) is not None:
            needed = layout.totalHeightForWidth(self.width())
            if needed > self.height():
                self.resize(self.width(), needed)
        return handled

    def done(self, result: int) -> None:
        """Let go of the key, however the dialog ends."""
        self.entry.field.forget()
        self.sent = None
        super().done(result)

    def _on_accept(self) -> None:
        if self.sent is not None or not self._do.isEnabled():
            return
        self.entry.field.take()
        command = self._command() if self._objection() == "" else None
        self._refresh()
        if command is None:
            return
        self.sent = command
        self._do.setEnabled(False)
        put(self._result, _("Keeping it..."))
        self.command.emit(command)

    def _command(self) -> KeyCommand | None:
        """Return what to send, or nothing while something is missing."""
        return None

    def _objection(self) -> str:
        """Return what must be put right first; "..." where something is only missing."""
        if not self.entry.field.is_filled:
            return "..."
        return self.entry.problem

    def _refresh(self) -> None:
        put(self._result, "")
        self._do.setEnabled(self.sent is None and not self._objection())


class ReplaceDialog(KeyDialog):
    """Takes the new key for one that is kept here."""

    def __init__(self, key_id: str, label: str, provider: str, parent: QWidget | None = None) -> None:
        """Ask for the key that takes this one's place."""
        super().__init__(_("Replace {label}").format(label=label), _("&Replace"), parent)
        self._key_id = key_id
        lines = column(self, margin=2, spacing=1.5)
        lines.addWidget(
            wrapped(
                _(
                    "1. Make a new key at {provider} and paste it here. It is checked at once.\n"
                    "2. Revoke the old key at {provider}.\n"
                    "3. The old key is asked about until {provider} refuses it. That is the proof that it is dead; "
                    "its time is shown, and the old key is deleted here."
                ).format(provider=provider)
            )
        )
        lines.addWidget(self.entry)
        lines.addWidget(self._result)
        lines.addStretch(1)
        lines.addWidget(self._buttons)
        self._refresh()
        self.entry.field.setFocus()

    def _command(self) -> KeyCommand | None:
        secret = self.entry.field.secret
        return ReplaceKey(self._key_id, secret) if secret is not None else None


class AddDialog(KeyDialog):
    """Takes a key with what belongs to it, and says before anything is sent where it would go."""

    def __init__(
        self,
        catalogue: Catalogue,
        endpoints: Mapping[str, str],
        store: str,
        *,
        first: tuple[str, ...] = (),
        parent: QWidget | None = None,
    ) -> None:
        """Offer all providers; those of ``first``, which the person watches, on top. ``store`` is the key store."""
        super().__init__(_("Add a key"), _("&Add"), parent)
        self._endpoints = endpoints
        self._approved = ""
        self._is_chosen = False
        self._provider = QComboBox()
        self._keeping: Choice[Keeping] = Choice(_keeping_words(store), _("Where it is kept"))
        self._keeping_note = caption()
        self._reference = QLineEdit()
        self._label = QLineEdit()
        self._base_url = QLineEdit()
        self._expires = QLineEdit()
        self._settings = {name: QLineEdit() for name in _SETTINGS}
        self._doubt = wrapped()
        self._anyway = QCheckBox()
        self._where = caption()
        self._approve = QCheckBox()
        self._advice = caption()
        self._more = QToolButton()
        self._form = QFormLayout()
        self._rows: dict[str, QWidget] = {}
        self._fill(key_providers(catalogue), first)
        self._build()
        self._refresh()
        self.entry.field.setFocus()

    def choose(self, provider: str) -> None:
        """Choose a provider, as a person would."""
        place = self._provider.findData(provider)
        if place >= 0:
            self._provider.setCurrentIndex(place)
            self._is_chosen = True
            self._refresh()

    def _fill(self, providers: tuple[tuple[str, str], ...], first: tuple[str, ...]) -> None:
        self._provider.addItem(_("Choose, or paste the key"), "")
        top = [each for each in providers if each[0] in first]
        for key_id, name in (*top, *(each for each in providers if each not in top)):
            self._provider.addItem(name, key_id)
        if top:
            self._provider.insertSeparator(1 + len(top))

    def _build(self) -> None:
        lines: QVBoxLayout = column(self, margin=2, spacing=1.5)
        form = self._form
        form.setHorizontalSpacing(2 * GRID)
        form.setVerticalSpacing(round(1.5 * GRID))
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        words = setting_words()
        for name, label, field in (
            ("provider", _("&Provider"), self._provider),
            ("key", _("&Key"), self.entry),
            ("reference", _("Re&ference"), self._reference),
            ("keeping", _("Kept &in"), self._keeping),
            ("keeping_note", "", self._keeping_note),
            ("label", _("&Label"), self._label),
            *((each, words[each], self._settings[each]) for each in _SETTINGS),
            ("base_url", words["base_url"], self._base_url),
            ("expires", _("Last day"), self._expires),
        ):
            self._add_row(name, label, field)
        lines.addLayout(form)
        lines.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)
        for each in (self._doubt, self._anyway, self._where, self._approve, self._advice, self._result):
            lines.addWidget(each)
        lines.addStretch(1)
        lines.addWidget(self._buttons)
        self._more.setText(_("More settings"))
        self._more.setCheckable(True)
        self._more.setAutoRaise(True)
        self._more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._provider.setAccessibleName(_("Provider"))
        self._label.setPlaceholderText(_("A name of your own for it"))
        self._reference.setPlaceholderText("env:OPENAI_API_KEY")
        self._base_url.setPlaceholderText(_("Only for a gateway of your own: https://..."))
        self._expires.setPlaceholderText(_("If it ends: 2026-12-31"))
        self._provider.activated.connect(self._on_provider)
        self._keeping.activated.connect(self._refresh)
        for field in (self._reference, self._base_url, self._expires, *self._settings.values()):
            field.textChanged.connect(self._refresh)
        self._approve.toggled.connect(self._on_approve)
        self._anyway.toggled.connect(self._refresh)
        self._more.toggled.connect(self._refresh)

    def _add_row(self, name: str, label: str, field: QWidget) -> None:
        words = theme.label(label)
        buddy = self.entry.field if field is self.entry else field
        words.setBuddy(buddy)
        if not buddy.accessibleName() and label:
            buddy.setAccessibleName(label.replace("&", ""))
        self._form.addRow(words, field)
        self._rows[name] = field

    def _on_provider(self, _place: int) -> None:
        self._is_chosen = bool(self._provider.currentData())
        self._refresh()

    def _on_approve(self, is_approved: bool) -> None:  # noqa: FBT001 -- a signal's argument
        self._approved = self._place().host if is_approved else ""
        self._refresh()

    def _new(self) -> NewKey:
        keeping = self._keeping.value()
        settings = {name: field.text().strip() for name, field in self._settings.items()}
        return NewKey(
            provider=str(self._provider.currentData() or ""),
            label=self._label.text().strip(),
            reference=self._reference.text().strip() if keeping is Keeping.REFERENCE and self._needs_key() else "",
            session_only=keeping is Keeping.SESSION and self._needs_key(),
            base_url=self._base_url.text().strip(),
            organisation=settings["organisation"],
            project=settings["project"],
            region=settings["region"],
            resource=settings["resource"],
            expires_at=end_of_day(self._expires.text()),
        )

    def _needs_key(self) -> bool:
        provider = str(self._provider.currentData() or "")
        return not provider or probe_for(provider).needs_key

    def _place(self) -> Destination:
        new = self._new()
        return destination(new.ref(), self._endpoints) if new.provider else Destination()

    def _doubts(self) -> str:
        """Return why the key seems to be another provider's; then it is kept, and sent only if the person says so."""
        secret, provider = self.entry.field.secret, str(self._provider.currentData() or "")
        if secret is None or not self._needs_key() or self._keeping.value() is Keeping.REFERENCE or not provider:
            return ""
        return secret.judged_by(partial(doubt, provider))

    def _command(self) -> KeyCommand | None:
        new, place = self._new(), self._place()
        is_checked = not self._doubts() or self._anyway.isChecked()
        new = replace(new, host=place.host if place.needs_approval else "", is_checked=is_checked)
        if new.reference or not self._needs_key():
            return AddKey(new)
        secret = self.entry.field.secret
        return AddKey(new, secret) if secret is not None else None

    def _objection(self) -> str:
        new, place = self._new(), self._place()
        if not new.provider:
            return "..."
        if not self._needs_key():
            wrong = ""
        elif self._keeping.value() is Keeping.REFERENCE:
            wrong = references.objection(new.reference) if new.reference else "..."
        else:
            wrong = super()._objection()
        if not wrong and place.problem:
            wrong = place.problem
        if not wrong and self._expires.text().strip() and new.expires_at is None:
            wrong = "..."
        if not wrong and place.needs_approval and self._approved != place.host:
            wrong = "..."
        return wrong

    def _refresh(self) -> None:
        self._guess()
        super()._refresh()
        is_reference = self._keeping.value() is Keeping.REFERENCE
        provider = str(self._provider.currentData() or "")
        probe = probe_for(provider) if provider else None
        needed = probe.needs if probe is not None else ()
        self._show_row("key", is_shown=self._needs_key() and not is_reference)
        self._show_row("reference", is_shown=self._needs_key() and is_reference)
        self._show_row("keeping", is_shown=self._needs_key())
        for name in (*_SETTINGS, "base_url", "expires"):
            self._show_row(name, is_shown=self._more.isChecked() or name in needed)
        self._more.setArrowType(Qt.ArrowType.DownArrow if self._more.isChecked() else Qt.ArrowType.RightArrow)
        self._label.setPlaceholderText(provider or _("A name of your own for it"))
        note = self._about_keeping()
        self._keeping_note.setText(note)
        self._show_row("keeping_note", is_shown=bool(note) and self._needs_key())
        self._show_doubt()
        self._show_place()
        if probe is not None and probe.free is None:
            put(self._advice, _("No free check of these keys is known: it is kept, and shown as not checked."))
        else:
            put(self._advice, probe.advice if probe is not None else "")

    def _about_keeping(self) -> str:
        keeping = self._keeping.value()
        if keeping is Keeping.SESSION:
            return _("In memory only: it is forgotten when the program ends.")
        if keeping is Keeping.REFERENCE:
            text = self._reference.text().strip()
            return references.objection(text) if text else _("Where you keep it: it is read there for each check.")
        return ""

    def _guess(self) -> None:
        """Choose the provider whose keys look like this one, unless the person has chosen."""
        secret = self.entry.field.secret
        if secret is None or self._is_chosen:
            return
        seen = secret.judged_by(lambda text: hint("", text).provider)
        for place in range(1, self._provider.count() if seen else 0):
            if probe_for(str(self._provider.itemData(place) or "")).provider == seen:
                self._provider.setCurrentIndex(place)
                return

    def _show_doubt(self) -> None:
        doubts = self._doubts()
        said = doubts
        secret, provider = self.entry.field.secret, str(self._provider.currentData() or "")
        if not said and secret is not None and provider and not self.entry.problem:
            said = secret.judged_by(lambda text: hint(provider, text).sentence)
        if said:
            said = _("{hint} It can be kept all the same.").format(hint=said)
        put(self._doubt, said)
        self._anyway.setVisible(bool(doubts))
        self._anyway.setText(_("Send it to {host} all the same").format(host=self._place().host).replace("&", "&&"))

    def _show_place(self) -> None:
        place = self._place()
        told = place.problem
        if place.host and place.needs_approval:
            told = _("This address is not the provider's own. Whoever runs it receives the key.")
        elif place.host and not self._needs_key():
            told = _("{host} is asked, without any key.").format(host=place.host)
        elif place.host:
            told = _("It is sent to {host} and to nobody else.").format(host=place.host)
        put(self._where, told)
        self._approve.setVisible(place.needs_approval)
        self._approve.setText(_("Yes, send this key to {host}").format(host=place.host).replace("&", "&&"))
        if self._approve.isChecked() and self._approved != place.host:
            self._approve.setChecked(False)

    def _show_row(self, name: str, *, is_shown: bool) -> None:
        self._form.setRowVisible(self._rows[name], is_shown)


def _keeping_words(store: str) -> Mapping[Keeping, str]:
    return {
        Keeping.STORE: store or _("The key store of this computer"),
        Keeping.SESSION: _("Memory, for this session only"),
        Keeping.REFERENCE: _("Elsewhere: I give a reference"),
    }
