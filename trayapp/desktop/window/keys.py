"""The page "Keys": the person's own keys, what is known of each, and what can be done about them."""

from collections.abc import Callable, Mapping
from datetime import datetime
from gettext import gettext as _
from gettext import ngettext

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QMessageBox, QPushButton, QToolButton, QWidget

from trayapp.catalogue.lookup import Catalogue
from trayapp.desktop.window.flow import Flow
from trayapp.desktop.window.keycard import KeyCard
from trayapp.desktop.window.keydestination import Deeper, deeper, unapproved
from trayapp.desktop.window.keydialogs import AddDialog, KeyDialog, ReplaceDialog
from trayapp.desktop.window.texts import caption, column, heading, panel, put, row, scroller, wrapped
from trayapp.domain.keys import KeyState
from trayapp.engine.commands import ApproveKey, BuyToken, CheckKeys, ReadBalance, RemoveAllKeys, RemoveKey
from trayapp.engine.updates import KeyOutcome, Update
from trayapp.presentation import keydetail as words
from trayapp.presentation.keydetail import KeyView
from trayapp.probes.table import probe_for

_FEW = 2
"""So many keys are shown with their details at once."""
_AT_ONCE = 4
"""So many cards are made in one go: making one takes milliseconds, in which the window answers to nothing."""


class KeysPage(QWidget):
    """Shows keys without any key, and sends what a person wants done with them."""

    command = Signal(object)
    """A KeyCommand."""

    def __init__(self) -> None:
        """Make the page; `show_update` fills it."""
        super().__init__()
        self._update: Update | None = None
        self._now: datetime | None = None
        self._views: tuple[KeyView, ...] = ()
        self._cards: dict[str, KeyCard] = {}
        self._dialog: KeyDialog | None = None
        self._stuck: RemoveKey | None = None
        self._head = heading(_("Your keys"), size=1.5)
        self._count = caption()
        self._add = QPushButton(_("&Add a key..."))
        self._check_all = QPushButton(_("&Check all"))
        self._remove_all = QPushButton(_("Remove all..."))
        self._told = wrapped(selectable=True)
        self._anyway = QPushButton(_("Forget it here all the same"))
        self._message = self._make_message()
        self._locked = wrapped(selectable=True)
        self._locked_panel = self._make_locked()
        self._column = column(spacing=1)
        self._more = QTimer(self)
        self._empty = wrapped()
        self._first = QPushButton(_("&Add a key..."))
        self._build()

    def show_update(self, update: Update, now: datetime) -> None:
        """Show the keys, touching only what differs."""
        self._update, self._now = update, now
        names = {each.id: each.name for each in update.providers}
        names |= {each: probe_for(each).name for each in {key.ref.provider for key in update.keys} if each not in names}
        blind = frozenset(key.ref.provider for key in update.keys if probe_for(key.ref.provider).hides_empty)
        detailed = frozenset(key_id for key_id, card in self._cards.items() if card.is_open)
        self._views = words.key_views(update.key_book, names, now, blind=blind, detailed=detailed)
        self._show_cards(update)
        self._show_head(update)

    def show_outcome(self, outcome: KeyOutcome) -> None:
        """Say what became of a command, where a person has to know."""
        if self._dialog is not None:
            self._dialog.show_outcome(outcome)
            if not isinstance(outcome.command, RemoveKey | RemoveAllKeys):
                return
        told = outcome.problem or outcome.left
        command = outcome.command
        self._stuck = command if outcome.problem and isinstance(command, RemoveKey) else None
        put(self._told, told)
        self._anyway.setVisible(self._stuck is not None)
        self._message.setVisible(bool(told))

    def tick(self, now: datetime) -> None:
        """Make all ages right for this moment."""
        if self._update is not None:
            self.show_update(self._update, now)

    def redraw(self) -> None:
        """Draw all marks again, when contrast has changed."""
        for each in self._cards.values():
            each.redraw()

    def add(self) -> None:
        """Ask for a new key."""
        update = self._update
        if update is None or update.is_replay:
            return
        watched = tuple(dict.fromkeys(each.page.provider_id for each in update.snapshot.pages))
        catalogue = Catalogue(update.providers)
        self._open(
            AddDialog(catalogue, update.settings.endpoints, update.key_store, first=watched, parent=self.window())
        )

    def _build(self) -> None:
        content = QWidget()
        page = column(content, margin=3, spacing=2)
        titles = column(spacing=0.5)
        titles.addWidget(self._head)
        titles.addWidget(self._count)
        page.addLayout(titles)
        page.addLayout(Flow(self._add, self._check_all, self._remove_all))
        for button in (self._add, self._check_all, self._remove_all):
            button.hide()
        page.addWidget(self._message)
        page.addWidget(self._locked_panel)
        page.addWidget(self._empty)
        page.addWidget(self._first, 0, Qt.AlignmentFlag.AlignLeft)
        page.addLayout(self._column)
        page.addStretch(1)
        self._first.hide()
        column(self).addWidget(scroller(content, _("Keys")))
        put(self._empty, _("Looking..."))
        self._check_all.setToolTip(_("Ask every provider now; free, and read-only"))
        self._more.setSingleShot(True)
        self._more.setInterval(0)
        self._more.timeout.connect(self._show_more)
        self._add.clicked.connect(self.add)
        self._first.clicked.connect(self.add)
        self._check_all.clicked.connect(self._on_check_all)
        self._remove_all.clicked.connect(self._on_remove_all)
        self._anyway.clicked.connect(self._on_anyway)

    def _make_message(self) -> QFrame:
        message = panel()
        line = row(message, margin=1)
        close = QToolButton()
        close.setText("✕")
        close.setAutoRaise(True)
        close.setAccessibleName(_("Put this message away"))
        close.setToolTip(_("Put away"))
        close.clicked.connect(message.hide)
        line.addWidget(self._told, 1)
        line.addWidget(self._anyway)
        line.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self._anyway.hide()
        message.hide()
        return message

    def _make_locked(self) -> QFrame:
        locked = panel()
        line = row(locked, margin=1)
        again = QPushButton(_("Try again"))
        again.setAccessibleDescription(_("Asks for the keys that could not be read"))
        again.clicked.connect(self._on_try_again)
        line.addWidget(self._locked, 1)
        line.addWidget(again, 0, Qt.AlignmentFlag.AlignTop)
        locked.hide()
        return locked

    def _show_head(self, update: Update) -> None:
        has_keys, is_replay = bool(update.keys), update.is_replay
        put(self._count, words.key_count(update.key_book, update.key_store) if has_keys else "")
        put(self._empty, "" if has_keys else self._about_none(update))
        self._first.setVisible(not has_keys and not is_replay)
        for button in (self._add, self._check_all, self._remove_all):
            button.setVisible(has_keys)
        self._check_all.setEnabled(bool(self._checkable()))
        locked = [each for each in self._views if each.is_locked]
        put(self._locked, locked[0].row.attempt if locked else "")
        self._locked_panel.setVisible(bool(locked))

    @staticmethod
    def _about_none(update: Update) -> str:
        if update.is_replay:
            return _("This is a replay, so your keys are left alone. Start the program without --demo to add one.")
        return _(
            "No keys yet. With a key of yours this app can tell whether it is the provider that fails, or your key or "
            "your credit. A key is checked with free, read-only requests only, is kept in {store} and nowhere else, "
            "and travels only to its provider."
        ).format(store=update.key_store or _("the key store of your system"))

    def _show_cards(self, update: Update) -> None:
        is_first = not self._cards
        wanted = {each.row.id: each for each in self._views}
        for gone in [each for each in self._cards if each not in wanted]:
            card = self._cards.pop(gone)
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        consoles = {each.id: each.keys or each.console for each in update.providers}
        made = 0
        for place, (key_id, view) in enumerate(wanted.items()):
            if key_id not in self._cards:
                made += 1
                if made > _AT_ONCE:
                    self._more.start()
                    break
                self._make_card(key_id, place)
            card = self._cards[key_id]
            state = update.key_book.key(key_id)
            card.show_view(
                view,
                is_checking=key_id in update.checking,
                unapproved=_unapproved(state, update.settings.endpoints),
                console=consoles.get(state.ref.provider, "") if state is not None else "",
                beyond=deeper(state.ref) if state is not None else Deeper(),
            )
        if is_first and 0 < len(wanted) <= _FEW:
            for card in tuple(self._cards.values()):
                card.open()

    def _show_more(self) -> None:
        if self._update is not None:
            self._show_cards(self._update)

    def _make_card(self, key_id: str, place: int) -> None:
        card = KeyCard()
        card.check_requested.connect(self._on_check)
        card.approve_requested.connect(lambda key_id: self.command.emit(ApproveKey(key_id)))
        card.balance_requested.connect(lambda key_id, is_allowed: self.command.emit(ReadBalance(key_id, is_allowed)))
        card.paid_requested.connect(self._on_paid)
        card.replace_requested.connect(self._on_replace)
        card.remove_requested.connect(self._on_remove)
        card.opened.connect(self._on_opened)
        self._column.insertWidget(place, card)
        self._cards[key_id] = card

    def _on_opened(self) -> None:
        if self._now is not None:
            self.tick(self._now)

    def _open(self, dialog: KeyDialog) -> None:
        self._dialog = dialog
        dialog.command.connect(self.command)
        dialog.finished.connect(self._on_closed)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _on_closed(self) -> None:
        self._dialog = None

    def _checkable(self) -> tuple[str, ...]:
        """Return the keys that may be asked about now: not one that nobody has let go out yet."""
        if self._update is None:
            return ()
        endpoints = self._update.settings.endpoints
        return tuple(
            each.ref.id
            for each in self._update.keys
            if each.ref.is_checked and each.ref.id not in self._update.checking and not unapproved(each.ref, endpoints)
        )

    def _on_check(self, key_id: str) -> None:
        state = self._update.key_book.key(key_id) if self._update is not None else None
        is_held = state is not None and not state.ref.is_checked
        self.command.emit(ApproveKey(key_id) if is_held else CheckKeys((key_id,)))

    def _on_check_all(self) -> None:
        ids = self._checkable()
        if ids:
            self.command.emit(CheckKeys(ids))

    def _on_try_again(self) -> None:
        self.command.emit(CheckKeys(tuple(each.row.id for each in self._views if each.is_locked)))

    def _on_paid(self, key_id: str) -> None:
        state = self._update.key_book.key(key_id) if self._update is not None else None
        price = deeper(state.ref).price if state is not None else ""
        if state is None or not price:
            return
        self._confirm(
            _("Test {label} with a paid call?").format(label=state.ref.label),
            _(
                "The smallest call there is goes to {host}. Price: {price}.\n\n"
                "It finds what the free check does not see: whether there is credit left. It is made this once and "
                "never by itself."
            ).format(host=state.ref.host, price=price),
            _("&Pay and test"),
            lambda: self.command.emit(BuyToken(key_id, price)),
        )

    def _on_replace(self, key_id: str) -> None:
        view = self._view(key_id)
        if view is not None:
            self._open(ReplaceDialog(key_id, view.row.label, view.row.provider, self.window()))

    def _on_remove(self, key_id: str) -> None:
        old = next((each for view in self._views for each in view.old if each.id == key_id), None)
        if old is not None:
            self._confirm(
                _("Stop watching {label}?").format(label=old.label),
                _(
                    "It is deleted here as well, and its end will not be proven. At {provider} it stays as it is."
                ).format(provider=old.provider),
                _("&Stop watching"),
                lambda: self.command.emit(RemoveKey(key_id)),
            )
            return
        view = self._view(key_id)
        if view is not None and self._update is not None:
            self._confirm(
                _("Remove {label}?").format(label=view.row.label),
                words.removal(self._update.key_book, (view.row,)),
                _("&Remove"),
                lambda: self.command.emit(RemoveKey(key_id)),
            )

    def _on_remove_all(self) -> None:
        if self._update is None:
            return
        count = len(self._views)
        self._confirm(
            ngettext("Remove {count} key?", "Remove all {count} keys?", count).format(count=count),
            words.removal(self._update.key_book, tuple(each.row for each in self._views)),
            _("&Remove all"),
            lambda: self.command.emit(RemoveAllKeys()),
        )

    def _on_anyway(self) -> None:
        if self._stuck is not None:
            self._message.hide()
            self.command.emit(RemoveKey(self._stuck.key_id, even_if_store_fails=True))

    def _confirm(self, title: str, text: str, word: str, act: Callable[[], None]) -> None:
        question = QMessageBox(self.window())
        question.setTextFormat(Qt.TextFormat.PlainText)
        question.setIcon(QMessageBox.Icon.Warning)
        question.setWindowTitle(title)
        question.setText(title)
        question.setInformativeText(text)
        do = question.addButton(word, QMessageBox.ButtonRole.DestructiveRole)
        question.addButton(QMessageBox.StandardButton.Cancel)
        question.setDefaultButton(QMessageBox.StandardButton.Cancel)
        do.clicked.connect(act)
        question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        question.open()

    def _view(self, key_id: str) -> KeyView | None:
        return next((each for each in self._views if each.row.id == key_id), None)


def _unapproved(state: KeyState | None, endpoints: Mapping[str, str]) -> str:
    return unapproved(state.ref, endpoints) if state is not None else ""
