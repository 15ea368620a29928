"""The sidebar: the pages of the window, each with a sign drawn in the colour of the text."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPalette, QPen, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListWidget, QListWidgetItem

from trayapp.desktop import theme
from trayapp.desktop.window.texts import GRID, list_icon
from trayapp.presentation.words import Mark

_SIGN_SIZE = 24
_SIZES = (16, 24, 32, 48, 72)
_WIDTH = 17 * GRID
_NARROW = 5 * GRID
"""Room for a sign alone."""


class Sidebar(QListWidget):
    """Names the pages; up and down change the page at once."""

    page_chosen = Signal(str)

    def __init__(self, accessible_name: str, pages: Mapping[str, str]) -> None:
        """Show these pages: name to words."""
        super().__init__()
        self._marks: dict[str, Mark] = {}
        self._words = dict(pages)
        self.setAccessibleName(accessible_name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setIconSize(QSize(_SIGN_SIZE, _SIGN_SIZE))
        self.setFixedWidth(_WIDTH)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSpacing(GRID // 4)
        for name, words in pages.items():
            item = QListWidgetItem(words)
            item.setData(Qt.ItemDataRole.UserRole, name)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, words)
            item.setSizeHint(QSize(_WIDTH - GRID, 5 * GRID))
            self.addItem(item)
        self.redraw()
        self.currentItemChanged.connect(self._on_changed)

    def choose(self, name: str) -> None:
        """Show which page is open."""
        item = self._item(name)
        if item is not None:
            self.setCurrentItem(item)

    def show_mark(self, name: str, mark: Mark | None) -> None:
        """Show a mark instead of a page's sign, or the sign again: how things are, on every page."""
        if self._marks.get(name) is mark:
            return
        if mark is None:
            del self._marks[name]
        else:
            self._marks[name] = mark
        self.redraw()

    def show_words(self, *, are_shown: bool) -> None:
        """Show the pages' names beside their signs, or as tooltips only where the window has no room to spare."""
        width = _WIDTH if are_shown else _NARROW
        if self.width() == width:
            return
        self.setFixedWidth(width)
        for place in range(self.count()):
            item = self.item(place)
            words = self._words[str(item.data(Qt.ItemDataRole.UserRole))]
            item.setText(words if are_shown else "")
            item.setToolTip("" if are_shown else theme.plain(words))
            item.setSizeHint(QSize(width - GRID, 5 * GRID))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 -- Qt's name
        """Draw the signs in the new colours as soon as they are the sidebar's own."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self.redraw()

    def redraw(self) -> None:
        """Draw the signs again, when the colours have changed."""
        palette = self.palette()
        text = palette.color(QPalette.ColorRole.Text)
        chosen = palette.color(QPalette.ColorRole.HighlightedText)
        for place in range(self.count()):
            item = self.item(place)
            name = str(item.data(Qt.ItemDataRole.UserRole))
            mark = self._marks.get(name)
            item.setIcon(list_icon(mark) if mark is not None else _icon(name, text, chosen))

    def _item(self, name: str) -> QListWidgetItem | None:
        items = (self.item(place) for place in range(self.count()))
        return next((each for each in items if each.data(Qt.ItemDataRole.UserRole) == name), None)

    def _on_changed(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.page_chosen.emit(str(item.data(Qt.ItemDataRole.UserRole)))


def _icon(name: str, text: QColor, chosen: QColor) -> QIcon:
    icon = QIcon()
    for size in _SIZES:
        icon.addPixmap(_pixmap(name, size, text), QIcon.Mode.Normal)
        icon.addPixmap(_pixmap(name, size, chosen), QIcon.Mode.Selected)
    return icon


def _pixmap(name: str, size: int, ink: QColor) -> QPixmap:
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(size / 24, size / 24)
    pen = QPen(ink, 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    painter.strokePath(_SIGNS.get(name, _circle)(), pen)
    painter.end()
    return pixmap


def _circle() -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(QPointF(12, 12), 8, 8)
    return path


def _list() -> QPainterPath:
    """Three lines, each with a dot before it."""
    path = QPainterPath()
    for y in (6, 12, 18):
        path.moveTo(9, y)
        path.lineTo(20, y)
        path.addEllipse(QPointF(4.5, y), 0.7, 0.7)
    return path


def _key() -> QPainterPath:
    """A key: its ring, its shaft, and two teeth."""
    path = QPainterPath()
    path.addEllipse(QPointF(7.5, 16.5), 4, 4)
    path.moveTo(10.4, 13.6)
    path.lineTo(20, 4)
    path.moveTo(17.5, 6.5)
    path.lineTo(20.5, 9.5)
    path.moveTo(14, 10)
    path.lineTo(16.5, 12.5)
    return path


def _sliders() -> QPainterPath:
    """Three sliders at different places."""
    path = QPainterPath()
    for y, knob in ((6, 15), (12, 8), (18, 17)):
        path.moveTo(3, y)
        path.lineTo(knob - 2.5, y)
        path.moveTo(knob + 2.5, y)
        path.lineTo(21, y)
        path.addEllipse(QRectF(knob - 2.5, y - 2.5, 5, 5))
    return path


_SIGNS: Mapping[str, Callable[[], QPainterPath]] = MappingProxyType(
    {"now": _circle, "incidents": _list, "keys": _key, "settings": _sliders}
)
