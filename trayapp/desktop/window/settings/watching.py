"""The tab "Watching": the list of what is watched, and the products and components of the one chosen."""

from gettext import gettext as _
from types import MappingProxyType

from msgspec.structs import replace
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSplitter,
    QWidget,
)

from trayapp.catalogue.lookup import Catalogue
from trayapp.desktop.window.settings.access import AccessDialog
from trayapp.desktop.window.settings.draft import Draft
from trayapp.desktop.window.settings.picker import Picker
from trayapp.desktop.window.settings.tree import WatchTree
from trayapp.desktop.window.texts import GRID, caption, column, heading, list_icon, put, row
from trayapp.domain.provider import Provider, StatusPage
from trayapp.domain.snapshot import PageState, Snapshot
from trayapp.domain.status import worst
from trayapp.engine.updates import FoundPage
from trayapp.formats.address import host_of
from trayapp.presentation import watching as words
from trayapp.presentation.watching import Branch, Choice
from trayapp.presentation.words import mark_of
from trayapp.storage.settings import Watch


class WatchingTab(QWidget):
    """Edits ``settings.watch``."""

    detect_requested = Signal(str, bool)
    """An address whose platform is to be found out, and whether it is the person's own monitoring."""

    login_requested = Signal(object)
    """A KeepLogin."""

    def __init__(self, draft: Draft) -> None:
        """Make the tab; `show_state` and the draft fill it."""
        super().__init__()
        self._draft = draft
        self._catalogue = Catalogue()
        self._snapshot = Snapshot()
        self._branches: tuple[Branch, ...] = ()
        self._picker: Picker | None = None
        self._list = QListWidget()
        self._add = QPushButton(_("&Add..."))
        self._remove = QPushButton(_("&Remove"))
        self._title = heading(size=1.1)
        self._address = caption()
        self._find = QLineEdit()
        self._scope = caption()
        self._automatic = QPushButton(_("Watch what &matters again"))
        self._tree = WatchTree()
        self._regions = QLineEdit()
        self._access = QPushButton(_("How it lets us &in..."))
        self._access_dialog: AccessDialog | None = None
        self._hint = caption()
        self._build()
        draft.changed.connect(self._show_entries)

    def show_state(self, snapshot: Snapshot, providers: tuple[Provider, ...]) -> None:
        """Show how the watched pages are doing, and what else there is to watch."""
        if providers is not self._catalogue.providers:
            self._catalogue = Catalogue(providers)
        if snapshot is not self._snapshot:
            self._snapshot = snapshot
            self._show_entries()

    def show_found(self, found: FoundPage) -> None:
        """Show what is at an address that was asked for."""
        if self._picker is not None:
            self._picker.show_found(found)

    def start_search(self) -> None:
        """Put the focus on the search for components."""
        self._find.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._find.selectAll()

    def _build(self) -> None:
        left, right = QWidget(), QWidget()
        lines = column(left)
        lines.addWidget(self._list, 1)
        lines.addLayout(self._buttons())
        lines.setContentsMargins(0, 0, GRID, 0)
        lines = column(right)
        lines.setContentsMargins(GRID, 0, 0, 0)
        lines.addWidget(self._title)
        lines.addWidget(self._address)
        lines.addWidget(self._access, 0, Qt.AlignmentFlag.AlignLeft)
        for widget in (self._regions, self._scope, self._find):
            lines.addWidget(widget)
        lines.addWidget(self._tree, 1)
        lines.addWidget(self._hint)
        lines.addWidget(self._automatic, 0, Qt.AlignmentFlag.AlignLeft)
        lines.addStretch(0)  # takes the room of a tree that is not there
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.addWidget(left)
        splitter.addWidget(right)
        splitter.setChildrenCollapsible(False)
        splitter.setStretchFactor(0, 2)
        splitter.setStretchFactor(1, 3)
        column(self, margin=2).addWidget(splitter)
        self._list.setAccessibleName(_("What is watched"))
        self._list.currentRowChanged.connect(self._show_entry)
        self._add.clicked.connect(self._on_add)
        self._remove.clicked.connect(self._on_remove)
        self._find.setPlaceholderText(_("Find a product or a component"))
        self._find.setAccessibleName(_("Find a product or a component"))
        self._find.setClearButtonEnabled(True)
        self._find.textChanged.connect(self._tree.filter)
        self._regions.setAccessibleName(_("Regions"))
        self._regions.setClearButtonEnabled(True)
        self._regions.editingFinished.connect(self._on_regions)
        self._access.clicked.connect(self._on_access)
        self._automatic.clicked.connect(self._on_automatic)
        self._tree.ticks_changed.connect(self._on_ticks)

    def _buttons(self) -> QHBoxLayout:
        buttons = row()
        buttons.addWidget(self._add)
        buttons.addWidget(self._remove)
        buttons.addStretch(1)
        return buttons

    def _show_entries(self) -> None:
        entries = self._draft.settings.watch
        chosen = max(self._list.currentRow(), 0)
        self._list.blockSignals(True)
        while self._list.count() > len(entries):
            self._list.takeItem(self._list.count() - 1)
        while self._list.count() < len(entries):
            self._list.addItem(QListWidgetItem())
        for place, entry in enumerate(entries):
            item = self._list.item(place)
            item.setText(self._name(entry))
            states = self._states(entry)
            item.setIcon(list_icon(mark_of(worst(each.shown for each in states))))
        self._list.setCurrentRow(min(chosen, len(entries) - 1))
        self._list.blockSignals(False)
        self._show_entry()

    def _show_entry(self) -> None:
        entry = self._entry()
        self._remove.setEnabled(entry is not None)
        if entry is None:
            for widget in (self._automatic, self._access, self._regions, self._scope, self._find, self._tree):
                widget.hide()
            put(self._title, _("Nothing is watched"))
            put(self._address, "")
            put(self._hint, _("Add a provider of the catalogue, or the address of any status page."))
            return
        provider, states = self._provider(entry), self._states(entry)
        choice = Choice(entry.products, entry.components)
        self._branches = words.branches(provider, states, choice)
        put(self._title, self._name(entry))
        put(self._address, ", ".join(each.page.url for each in states) or entry.url)
        self._access.setVisible(entry.internal)
        self._show_regions(tuple(each.page for each in states) or (provider.pages if provider is not None else ()))
        is_automatic = choice == Choice()
        put(self._scope, _scope_words(is_known=provider is not None, is_automatic=is_automatic))
        self._automatic.setVisible(not is_automatic)
        self._tree.show_branches(self._branches, words.ticked(self._branches, choice))
        self._tree.setVisible(bool(self._branches))
        self._find.setVisible(bool(self._branches))
        put(self._hint, "" if self._branches else _("The page lists no components: it is watched as a whole."))

    def _show_regions(self, pages: tuple[StatusPage, ...]) -> None:
        entry, example = self._entry(), words.region_example(pages)
        self._regions.setVisible(bool(example))
        self._regions.setPlaceholderText(_("All regions, or some: {regions}").format(regions=example))
        if entry is not None and not self._regions.hasFocus():
            self._regions.setText(entry.options.get("regions", words.regions_of(pages)))

    def _on_regions(self) -> None:
        entry, text = self._entry(), ", ".join(filter(None, map(str.strip, self._regions.text().split(","))))
        if entry is None or self._regions.isHidden():
            return
        provider, states = self._provider(entry), self._states(entry)
        pages = tuple(each.page for each in states) or (provider.pages if provider is not None else ())
        if text != entry.options.get("regions", words.regions_of(pages)):
            self._put(replace(entry, options=MappingProxyType({**entry.options, "regions": text})))

    def _on_access(self) -> None:
        entry = self._entry()
        if entry is None:
            return
        self._access_dialog = AccessDialog(entry, self)
        self._access_dialog.accepted.connect(self._on_access_saved)
        self._access_dialog.open()

    def _on_access_saved(self) -> None:
        dialog, entry = self._access_dialog, self._entry()
        if dialog is None or entry is None or entry.url != dialog.entry.url:
            return
        self._put(dialog.entry)
        if dialog.command is not None:
            # before the login, so that it is put into the settings that are in force then
            self._draft.flush()
            self.login_requested.emit(dialog.command)
        dialog.secret.forget()

    def _on_ticks(self, keys: frozenset[str]) -> None:
        choice = words.chosen(self._branches, keys)
        if choice is None:
            put(self._hint, _("Tick at least one, or remove the page from the list."))
            return
        put(self._hint, "")
        self._replace(choice)

    def _on_automatic(self) -> None:
        self._replace(Choice())

    def _replace(self, choice: Choice) -> None:
        entry = self._entry()
        if entry is not None:
            self._put(replace(entry, products=choice.products, components=choice.components))

    def _put(self, entry: Watch) -> None:
        """Put an entry in the place of the one that is chosen."""
        watch = list(self._draft.settings.watch)
        watch[self._list.currentRow()] = entry
        self._draft.edit(replace(self._draft.settings, watch=tuple(watch)))

    def _on_add(self) -> None:
        self._picker = Picker(self._catalogue, self._draft.settings.watch, self)
        self._picker.detect_requested.connect(self.detect_requested)
        self._picker.picked.connect(self._on_picked)
        self._picker.finished.connect(self._on_picker_closed)
        self._picker.open()

    def _on_picked(self, entry: Watch) -> None:
        watch = (*self._draft.settings.watch, entry)
        self._draft.edit(replace(self._draft.settings, watch=watch))
        self._list.setCurrentRow(len(watch) - 1)

    def _on_picker_closed(self) -> None:
        if self._picker is not None:
            self._picker.deleteLater()
            self._picker = None

    def _on_remove(self) -> None:
        place = self._list.currentRow()
        watch = list(self._draft.settings.watch)
        if 0 <= place < len(watch):
            del watch[place]
            self._draft.edit(replace(self._draft.settings, watch=tuple(watch)))

    def _entry(self) -> Watch | None:
        place = self._list.currentRow()
        watch = self._draft.settings.watch
        return watch[place] if 0 <= place < len(watch) else None

    def _provider(self, entry: Watch) -> Provider | None:
        return self._catalogue.find(entry.provider) if entry.provider else None

    def _states(self, entry: Watch) -> tuple[PageState, ...]:
        if entry.url:
            wanted = entry.url.rstrip("/")
            return tuple(each for each in self._snapshot.pages if each.page.url.rstrip("/") == wanted)
        provider = self._provider(entry)
        if provider is None:
            return ()
        return tuple(each for each in self._snapshot.pages if each.page.provider_id == provider.id)

    def _name(self, entry: Watch) -> str:
        provider = self._provider(entry)
        return entry.name or (provider.name if provider else "") or host_of(entry.url) or entry.provider


def _scope_words(*, is_known: bool, is_automatic: bool) -> str:
    if not is_automatic:
        return _("Only what is ticked is watched.")
    if is_known:
        return _("What matters is watched, as the catalogue chooses it. Tick to choose yourself.")
    return _("Every component is watched. Tick to choose yourself.")
