"""A row that goes on in the next line where there is no more room, as words do; or a column where that is wished."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

from trayapp.desktop.window.texts import GRID


class Flow(QLayout):
    """Lays widgets out in lines, each as wide as it wants to be; hidden ones take no room."""

    def __init__(self, *widgets: QWidget) -> None:
        """Begin with these widgets."""
        super().__init__()
        self._items: list[QLayoutItem] = []
        self._is_column = False
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(GRID)
        for each in widgets:
            self.addWidget(each)

    def make_column(self, *, is_column: bool) -> None:
        """Put each widget into a line of its own, all as wide as the widest, or go back to lines."""
        if is_column is not self._is_column:
            self._is_column = is_column
            self.invalidate()

    def addItem(self, item: QLayoutItem, /) -> None:  # noqa: N802 -- Qt's name
        """Take an item at the end; ``addWidget`` calls this."""
        self._items.append(item)

    def count(self) -> int:
        """Return how many items there are."""
        return len(self._items)

    def itemAt(self, index: int, /) -> QLayoutItem | None:  # noqa: N802 -- Qt's name
        """Return an item, or nothing past the end."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int, /) -> QLayoutItem | None:  # noqa: N802 -- Qt's name
        """Give an item away, or nothing past the end."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:  # noqa: N802 -- Qt's name
        """Take no more room than the widgets need."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:  # noqa: N802 -- Qt's name
        """Say that narrower means higher."""
        return True

    def heightForWidth(self, width: int, /) -> int:  # noqa: N802 -- Qt's name
        """Return the height of all lines at this width."""
        return self._placed(QRect(0, 0, width, 0), is_trial=True)

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """Wish for one line, or for a column."""
        hints = [each.sizeHint() for each in self._shown()]
        if self._is_column:
            width = max((each.width() for each in hints), default=0)
            return QSize(width, self.heightForWidth(width))
        width = sum(each.width() for each in hints) + self.spacing() * max(0, len(hints) - 1)
        return QSize(width, max((each.height() for each in hints), default=0))

    def minimumSize(self) -> QSize:  # noqa: N802 -- Qt's name
        """Insist on the widest widget alone."""
        size = QSize(0, 0)
        for each in self._shown():
            size = size.expandedTo(each.minimumSize())
        return size

    def setGeometry(self, rect: QRect, /) -> None:  # noqa: N802 -- Qt's name
        """Place the widgets."""
        super().setGeometry(rect)
        self._placed(rect, is_trial=False)

    def _shown(self) -> list[QLayoutItem]:
        return [each for each in self._items if not each.isEmpty()]

    def _placed(self, rect: QRect, *, is_trial: bool) -> int:
        """Place the widgets line by line, or only try; return the height that takes."""
        at, line = rect.topLeft(), 0
        for item in self._shown():
            size = item.sizeHint()
            if self._is_column:
                size.setWidth(rect.width())
            if line and at.x() + size.width() > rect.x() + rect.width():
                at, line = QPoint(rect.x(), at.y() + line + self.spacing()), 0
            if not is_trial:
                item.setGeometry(QRect(at, size))
            at.setX(at.x() + size.width() + self.spacing())
            line = max(line, size.height())
        return at.y() + line - rect.y()
