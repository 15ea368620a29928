"""The components of a page as a tree: groups that hold trouble are open, the others closed."""

from gettext import gettext as _

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QAbstractItemView, QAbstractScrollArea, QHeaderView, QTreeWidget, QTreeWidgetItem

from trayapp.desktop import theme
from trayapp.desktop.window.texts import GRID, list_icon
from trayapp.presentation.now import ComponentGroup, ComponentRow
from trayapp.presentation.words import Mark

_FEW = 12
"""Components that are all shown at once; of more, only groups with trouble are open."""
_ROWS_SEEN = 14


class Components(QTreeWidget):
    """Shows groups of components; what is open and chosen stays so while the same components are listed."""

    def __init__(self) -> None:
        """Begin empty, and hidden."""
        super().__init__()
        self._groups: tuple[ComponentGroup, ...] = ()
        self.setColumnCount(2)
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSizeAdjustPolicy(QAbstractScrollArea.SizeAdjustPolicy.AdjustToContents)
        self.setAccessibleName(_("Components"))
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.itemExpanded.connect(self._on_opened)
        self.itemCollapsed.connect(self._on_opened)
        self.hide()

    def show_groups(self, groups: tuple[ComponentGroup, ...]) -> None:
        """Show these components; the same ones with other states are changed in place."""
        before, self._groups = self._groups, groups
        if groups == before:
            return
        if _shape(groups) == _shape(before):
            self._change(before, groups)
        else:
            self._fill(groups)
        self.setVisible(bool(groups))
        self.updateGeometry()

    def viewportSizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """Return room for a few rows; more of them scroll."""
        hint = super().viewportSizeHint()
        row = max(self.sizeHintForRow(0), 2 * GRID)
        return QSize(hint.width(), min(hint.height(), _ROWS_SEEN * row))

    def _fill(self, groups: tuple[ComponentGroup, ...]) -> None:
        self.clear()
        count = sum(len(each.rows) for each in groups)
        for group in groups:
            if not group.name:
                self.addTopLevelItems([_item(each) for each in group.rows])
                continue
            top = QTreeWidgetItem([group.name, str(len(group.rows))])
            _mark(top, group.mark, f"{group.name}: {len(group.rows)}")
            top.addChildren([_item(each) for each in group.rows])
            self.addTopLevelItem(top)
            has_trouble = group.mark is not Mark.FINE
            top.setExpanded(group.is_watched and (has_trouble or count <= _FEW))

    def _change(self, before: tuple[ComponentGroup, ...], groups: tuple[ComponentGroup, ...]) -> None:
        place = 0
        for old, group in zip(before, groups, strict=True):
            top = self.topLevelItem(place)
            if group.name and top is not None:
                _mark(top, group.mark, f"{group.name}: {len(group.rows)}")
            for at, (was, row) in enumerate(zip(old.rows, group.rows, strict=True)):
                item = top.child(at) if group.name and top is not None else self.topLevelItem(place + at)
                if was != row and item is not None:
                    _set(item, row)
            place += 1 if group.name else len(group.rows)

    def _on_opened(self) -> None:
        self.updateGeometry()


def _shape(groups: tuple[ComponentGroup, ...]) -> list[tuple[str, bool, list[str]]]:
    return [(each.name, each.is_watched, [row.key for row in each.rows]) for each in groups]


def _item(row: ComponentRow) -> QTreeWidgetItem:
    item = QTreeWidgetItem()
    item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren)
    _set(item, row)
    return item


def _set(item: QTreeWidgetItem, row: ComponentRow) -> None:
    item.setText(0, row.name)
    item.setText(1, row.word)
    for place in (0, 1):
        item.setToolTip(place, theme.plain(row.tooltip))
    _mark(item, row.mark, f"{row.name}: {row.word}. {row.tooltip}".rstrip(". "))


def _mark(item: QTreeWidgetItem, mark: Mark, spoken: str) -> None:
    item.setIcon(0, list_icon(mark))
    item.setData(0, Qt.ItemDataRole.AccessibleTextRole, spoken)
