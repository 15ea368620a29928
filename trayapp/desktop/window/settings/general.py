"""The tab "General": look, polling, the way to the network, and what is kept."""

from collections.abc import Mapping
from datetime import timedelta
from gettext import gettext as _

from msgspec.structs import replace
from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFormLayout, QGroupBox, QLabel, QLineEdit, QMessageBox, QPushButton, QWidget

from trayapp.desktop import theme
from trayapp.desktop.window.login import LoginBox
from trayapp.desktop.window.settings.choices import Choice, Number, group
from trayapp.desktop.window.settings.draft import Draft
from trayapp.desktop.window.texts import GRID, caption, column, put, row, wrapped
from trayapp.domain.keys import KeyState
from trayapp.domain.snapshot import Snapshot
from trayapp.domain.updates import Standing, UpdatesState
from trayapp.presentation.updates import updates_hint
from trayapp.presentation.watching import hosts
from trayapp.storage.autostart import Autostart
from trayapp.storage.kinds import LONGEST_INTERVAL_SECONDS, LONGEST_KEEPING_DAYS, PROXY_ADDRESS
from trayapp.storage.settings import SMALLEST_INTERVAL, ColorScheme, ProxyMode

_LEAST = int(SMALLEST_INTERVAL.total_seconds())


class GeneralTab(QWidget):
    """Edits the look, the polling, the proxy and how long history is kept."""

    erase_requested = Signal()

    def __init__(self, draft: Draft, autostart: Autostart | None) -> None:
        """Make the tab; the draft fills it. Without an ``autostart`` nothing is said of the start at login."""
        super().__init__()
        self._draft = draft
        self._snapshot = Snapshot()
        self._state = UpdatesState()
        self._others: tuple[str, ...] = ()
        self._program = QCheckBox(_("Look for new &versions once a day"))
        self._catalogue = QCheckBox(_("&Fetch a newer catalogue of providers once a day"))
        self._update_hint = caption()
        self._scheme = Choice(_scheme_words(), _("Colours"))
        self._colourless = QCheckBox(_("Colour in the tray only when something is &wrong"))
        self._idle = Number(_LEAST, LONGEST_INTERVAL_SECONDS, _("s"), _("Look every"))
        self._incident = Number(_LEAST, LONGEST_INTERVAL_SECONDS, _("s"), _("During an incident, look every"))
        self._proxy = Choice(_proxy_words(), _("Proxy"))
        self._proxy_url = QLineEdit()
        self._proxy_hint = caption()
        self._days = Number(1, LONGEST_KEEPING_DAYS, _("days"), _("Keep history for"))
        self._erase = QPushButton(_("&Erase all recorded data..."))
        self._hosts: QLabel = wrapped(selectable=True)
        self._store: QLabel = wrapped(selectable=True)
        self._key_hosts: QLabel = wrapped(selectable=True)
        page = column(self, margin=2, spacing=2)
        if autostart is not None:
            box, form = group(_("Start"))
            form.addRow(LoginBox(autostart))
            page.addWidget(box)
        for box in (self._look(), self._polling(), self._network(), self._keys(), self._updates(), self._history()):
            page.addWidget(box)
        page.addStretch(1)
        draft.changed.connect(self._show)
        self._show()

    def show_state(self, snapshot: Snapshot, state: UpdatesState, others: tuple[str, ...] = ()) -> None:
        """Show which hosts are asked (``others`` beside the pages), and whether anybody is asked for updates."""
        if snapshot is not self._snapshot or (state, others) != (self._state, self._others):
            self._snapshot, self._state, self._others = snapshot, state, others
            asked = tuple(each.url for each in (state.program, state.catalogue) if each.standing is Standing.ON)
            shown = hosts((each.page for each in snapshot.pages), (*asked, *others))
            put(self._hosts, "\n".join(shown) or _("none"))
            self._show_updates()

    def show_keys(self, keys: tuple[KeyState, ...], store: str) -> None:
        """Show where keys are kept, and the hosts that may receive one."""
        put(self._store, store or _("found when the first key is added"))
        hosts_of_keys = sorted({each.ref.host for each in keys if each.ref.host and each.ref.is_checked})
        put(self._key_hosts, "\n".join(hosts_of_keys) or _("none"))

    def _keys(self) -> QGroupBox:
        box, form = group(_("Keys"))
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(theme.label(_("Kept in")), self._store)
        form.addRow(theme.label(_("Hosts that may receive one")), self._key_hosts)
        self._store.setAccessibleName(_("Keys are kept in"))
        self._key_hosts.setAccessibleName(_("Hosts that may receive a key"))
        return box

    def _look(self) -> QGroupBox:
        box, form = group(_("Look"))
        form.addRow(theme.label(_("Colours")), self._scheme)
        form.addRow(self._colourless)
        self._scheme.activated.connect(self._on_look)
        self._colourless.clicked.connect(self._on_look)
        return box

    def _polling(self) -> QGroupBox:
        box, form = group(_("Polling"))
        form.addRow(theme.label(_("Look every")), self._idle)
        form.addRow(theme.label(_("During an incident, look every")), self._incident)
        self._idle.valueChanged.connect(self._on_polling)
        self._incident.valueChanged.connect(self._on_polling)
        return box

    def _network(self) -> QGroupBox:
        box, form = group(_("Network"))
        form.addRow(theme.label(_("Proxy")), self._proxy)
        self._proxy_url.setPlaceholderText("http://proxy.example.com:8080")
        self._proxy_url.setAccessibleName(_("Address of the proxy"))
        self._proxy_url.setMinimumWidth(36 * GRID)
        form.addRow(theme.label(_("Address of the proxy")), self._proxy_url)
        form.addRow(self._proxy_hint)
        form.addRow(
            wrapped(
                _(
                    "This app talks to these hosts, to some of them only while something fails, and for keys to those "
                    "named below:"
                )
            )
        )
        form.addRow(self._hosts)
        form.addRow(caption(_("and, where a page keeps its data with the company that runs it, to that company.")))
        self._hosts.setAccessibleName(_("Hosts this app asks"))
        self._proxy.activated.connect(self._on_proxy)
        self._proxy_url.editingFinished.connect(self._on_proxy)
        return box

    def _updates(self) -> QGroupBox:
        box, form = group(_("Updates"))
        form.addRow(self._program)
        form.addRow(self._catalogue)
        form.addRow(self._update_hint)
        self._program.clicked.connect(self._on_updates)
        self._catalogue.clicked.connect(self._on_updates)
        return box

    def _show_updates(self) -> None:
        updates, state = self._draft.settings.updates, self._state
        for tick, is_on, file in (
            (self._program, updates.program, state.program),
            (self._catalogue, updates.catalogue, state.catalogue),
        ):
            with QSignalBlocker(tick):
                tick.setChecked(is_on and file.standing in {Standing.ON, Standing.OFF})
            tick.setEnabled(file.standing in {Standing.ON, Standing.OFF})
        put(self._update_hint, updates_hint(state))

    def _on_updates(self) -> None:
        before = self._draft.settings.updates
        program = self._program.isChecked() if self._program.isEnabled() else before.program
        catalogue = self._catalogue.isChecked() if self._catalogue.isEnabled() else before.catalogue
        updates = replace(before, program=program, catalogue=catalogue)
        self._draft.edit(replace(self._draft.settings, updates=updates))

    def _history(self) -> QGroupBox:
        box, form = group(_("History"))
        form.addRow(theme.label(_("Keep history for")), self._days)
        line = row()
        line.addWidget(self._erase)
        line.addStretch(1)
        form.addRow(line)
        self._days.valueChanged.connect(self._on_days)
        self._erase.clicked.connect(self._on_erase)
        return box

    def _show(self) -> None:
        settings = self._draft.settings
        self._scheme.show_value(settings.look.color_scheme)
        with QSignalBlocker(self._colourless):
            self._colourless.setChecked(settings.look.color_only_when_wrong)
        self._idle.show_value(int(settings.polling.idle.total_seconds()))
        self._incident.show_value(int(settings.polling.incident.total_seconds()))
        self._days.show_value(settings.history.keep_days)
        self._show_updates()
        # A mode without an address yet is not in the draft: it must not be taken back while one types.
        if self._proxy.value() is not ProxyMode.URL or settings.proxy.mode is ProxyMode.URL:
            self._proxy.show_value(settings.proxy.mode)
        if not self._proxy_url.hasFocus() and not self._proxy_url.isModified():
            self._proxy_url.setText(settings.proxy.url)
        self._show_proxy()

    def _show_proxy(self) -> None:
        is_used = self._proxy.value() is ProxyMode.URL
        self._proxy_url.setEnabled(is_used)
        is_valid = _is_proxy(self._proxy_url.text())
        put(
            self._proxy_hint,
            _("Write its address, e.g. http://proxy.example.com:8080") if is_used and not is_valid else "",
        )

    def _on_look(self) -> None:
        look = replace(
            self._draft.settings.look,
            color_scheme=self._scheme.value(),
            color_only_when_wrong=self._colourless.isChecked(),
        )
        self._draft.edit(replace(self._draft.settings, look=look))

    def _on_polling(self) -> None:
        before = self._draft.settings.polling
        polling = replace(
            before,
            idle=_seconds(self._idle, before.idle),
            incident=_seconds(self._incident, before.incident),
        )
        self._draft.edit(replace(self._draft.settings, polling=polling))

    def _on_proxy(self) -> None:
        mode, url = self._proxy.value(), self._proxy_url.text().strip()
        self._show_proxy()
        if mode is ProxyMode.URL and not _is_proxy(url):
            return
        self._proxy_url.setModified(False)
        kept = url if _is_proxy(url) else self._draft.settings.proxy.url
        self._draft.edit(replace(self._draft.settings, proxy=replace(self._draft.settings.proxy, mode=mode, url=kept)))

    def _on_days(self) -> None:
        history = replace(self._draft.settings.history, keep_days=self._days.value())
        self._draft.edit(replace(self._draft.settings, history=history))

    def _on_erase(self) -> None:
        question = QMessageBox(self)
        question.setTextFormat(Qt.TextFormat.PlainText)
        question.setIcon(QMessageBox.Icon.Warning)
        question.setWindowTitle(_("Erase all recorded data"))
        question.setText(_("Erase everything this app has recorded?"))
        question.setInformativeText(
            _(
                "Gone for good: all incidents with their updates, past states, and what was already told in "
                "pop-ups.\n\n"
                "Your settings stay. Incidents that pages still list are recorded anew with the next look."
            )
        )
        erase = question.addButton(_("&Erase"), QMessageBox.ButtonRole.DestructiveRole)
        question.addButton(QMessageBox.StandardButton.Cancel)
        question.setDefaultButton(QMessageBox.StandardButton.Cancel)
        erase.clicked.connect(self.erase_requested)
        question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        question.open()


def _seconds(field: Number, before: timedelta) -> timedelta:
    """Return what the field says, but keep a shorter interval written by hand that the field cannot show."""
    if field.value() == _LEAST and before < SMALLEST_INTERVAL:
        return before
    return timedelta(seconds=field.value())


def _is_proxy(url: str) -> bool:
    try:
        return bool(PROXY_ADDRESS.read(url.strip()))
    except ValueError:
        return False


def _scheme_words() -> Mapping[ColorScheme, str]:
    return {
        ColorScheme.SYSTEM: _("As the system"),
        ColorScheme.LIGHT: _("Light"),
        ColorScheme.DARK: _("Dark"),
    }


def _proxy_words() -> Mapping[ProxyMode, str]:
    return {
        ProxyMode.SYSTEM: _("As the system"),
        ProxyMode.NONE: _("No proxy"),
        ProxyMode.URL: _("This proxy"),
    }
