"""Products and components with boxes to tick; a product is half ticked when some of its components are."""

from gettext import gettext as _

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem

from trayapp.desktop import theme
from trayapp.desktop.window.texts import list_icon
from trayapp.presentation.watching import Branch

_KEY = Qt.ItemDataRole.UserRole
_FEW = 20


class WatchTree(QTreeWidget):
    """Shows branches and which leaves are ticked; a component of two products is one, wherever it is ticked."""

    ticks_changed = Signal(object)
    """The keys of all ticked leaves, a frozenset."""

    def __init__(self) -> None:
        """Begin empty."""
        super().__init__()
        self._branches: tuple[Branch, ...] = ()
        self._ticked: frozenset[str] = frozenset()
        self.setColumnCount(2)
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setAccessibleName(_("Products and components"))
        self.header().setStretchLastSection(False)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.itemChanged.connect(self._on_changed)

    def show_branches(self, branches: tuple[Branch, ...], ticked: frozenset[str]) -> None:
        """Show what can be ticked, and what is; the tree is made anew only for other branches."""
        if branches != self._branches:
            is_same = [each.name for each in branches] == [each.name for each in self._branches]
            opened = {self._branches[at].name for at, item in enumerate(self._tops()) if item.isExpanded()}
            self._branches = branches
            self._fill(opened if is_same else None)
        self._ticked = ticked
        self._show_ticks()

    def filter(self, text: str) -> None:
        """Show only what has this text in its name, and open the branches it is in."""
        wanted = text.casefold().strip()
        for branch, top in zip(self._branches, self._tops(), strict=True):
            is_whole = wanted in branch.name.casefold()
            hits = [is_whole or wanted in leaf.name.casefold() for leaf in branch.leaves]
            for item, hit in zip(_children(top), hits, strict=True):
                item.setHidden(not hit)
            top.setHidden(not any(hits))
            if wanted:
                top.setExpanded(any(hits))

    def _tops(self) -> list[QTreeWidgetItem]:
        return [item for place in range(self.topLevelItemCount()) if (item := self.topLevelItem(place)) is not None]

    def _fill(self, opened: set[str] | None) -> None:
        self.blockSignals(True)
        self.clear()
        count = sum(len(each.leaves) for each in self._branches)
        for branch in self._branches:
            top = QTreeWidgetItem([branch.name, ""])
            top.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable)
            top.setCheckState(0, Qt.CheckState.Unchecked)
            for leaf in branch.leaves:
                item = QTreeWidgetItem([leaf.name, leaf.state])
                item.setFlags(top.flags() | Qt.ItemFlag.ItemNeverHasChildren)
                item.setData(0, _KEY, leaf.key)
                item.setToolTip(0, theme.plain(leaf.name))
                item.setCheckState(0, Qt.CheckState.Unchecked)
                if leaf.mark is not None:
                    item.setIcon(1, list_icon(leaf.mark))
                top.addChild(item)
            self.addTopLevelItem(top)
            top.setExpanded(count <= _FEW if opened is None else branch.name in opened)
        self.blockSignals(False)

    def _show_ticks(self) -> None:
        self.blockSignals(True)
        for branch, top in zip(self._branches, self._tops(), strict=True):
            on = 0
            for item, leaf in zip(_children(top), branch.leaves, strict=True):
                is_ticked = leaf.key in self._ticked
                on += is_ticked
                _tick(item, Qt.CheckState.Checked if is_ticked else Qt.CheckState.Unchecked)
            whole = Qt.CheckState.Checked if on == len(branch.leaves) else Qt.CheckState.PartiallyChecked
            _tick(top, whole if on else Qt.CheckState.Unchecked)
            top.setText(1, _("{count} of {all}").format(count=on, all=len(branch.leaves)))
        self.blockSignals(False)
        self.viewport().update()

    def _on_changed(self, item: QTreeWidgetItem, column: int) -> None:
        if column:
            return
        key = item.data(0, _KEY)
        if key is not None:
            keys = {str(key)}
        else:
            keys = {leaf.key for leaf in self._branches[self.indexOfTopLevelItem(item)].leaves}
        is_on = item.checkState(0) is not Qt.CheckState.Unchecked
        self._ticked = self._ticked | keys if is_on else self._ticked - keys
        self._show_ticks()
        self.ticks_changed.emit(self._ticked)


def _children(top: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    return [item for place in range(top.childCount()) if (item := top.child(place)) is not None]


def _tick(item: QTreeWidgetItem, state: Qt.CheckState) -> None:
    if item.checkState(0) is not state:
        item.setCheckState(0, state)
