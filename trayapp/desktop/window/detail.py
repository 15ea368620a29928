"""The detail of one incident: what is known of it, and its updates, newest first, with their earlier texts."""

from gettext import gettext as _

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QPushButton, QToolButton, QWidget

from trayapp.desktop import theme
from trayapp.desktop.window import links
from trayapp.desktop.window.texts import GRID, caption, column, heading, mark_label, row, wrapped
from trayapp.desktop.window.wishes import WishButtons
from trayapp.presentation.incidents import Detail, UpdateView
from trayapp.presentation.wishes import WishView


class IncidentDetail(QWidget):
    """Shows one incident, or that none is chosen."""

    command = Signal(object)
    """A command for the engine."""

    def __init__(self) -> None:
        """Begin with none."""
        super().__init__()
        self._detail: Detail | None = None
        self._page_url = ""
        self._content: tuple[QWidget, ...] = ()
        self._column = column(self, margin=2, spacing=2)
        self._nothing = caption(_("Choose an incident to read about it."))
        self._column.addWidget(self._nothing)
        self._wishes = WishButtons()
        self._wishes.command.connect(self.command)
        self._column.addWidget(self._wishes)
        self._column.addStretch(1)

    def show_detail(self, detail: Detail | None, page_url: str, wish: WishView | None = None) -> None:
        """Show an incident of the page at this address, and what was asked of the pop-ups about it."""
        self._wishes.show_wish(wish)
        if detail == self._detail and page_url == self._page_url:
            return
        self._detail, self._page_url = detail, page_url
        for old in self._content:
            old.hide()
            old.deleteLater()
        self._content = ()
        self._nothing.setVisible(detail is None)
        if detail is not None:
            self._content = (_head(detail, page_url), _story(detail))
            place = self._column.indexOf(self._wishes)
            self._column.insertWidget(place, self._content[0])
            self._column.insertWidget(place + 2, self._content[1])


def _head(detail: Detail, page_url: str) -> QWidget:
    content = QWidget()
    lines = column(content, spacing=2)
    title = row()
    if detail.mark is not None:
        mark = mark_label()
        mark.setPixmap(theme.icon(detail.mark).pixmap(mark.size()))
        title.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
    name = heading(detail.title, size=1.2)
    name.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    title.addWidget(name, 1)
    lines.addLayout(title)
    lines.addLayout(_facts(detail.facts))
    for note in detail.notes:
        lines.addWidget(wrapped(note, selectable=True))
    if links.may_open(detail.url, page_url):
        button = QPushButton(_("Open on the status page"))
        button.setToolTip(theme.plain(detail.url))
        button.setAccessibleDescription(detail.title)
        button.clicked.connect(lambda: links.open_link(detail.url, page_url))
        lines.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
    return content


def _story(detail: Detail) -> QWidget:
    content = QWidget()
    lines = column(content, spacing=2)
    if detail.ledger:
        lines.addWidget(heading(_("Who knew first")))
        lines.addLayout(_facts(detail.ledger))
    for update in detail.updates:
        lines.addWidget(_Update(update))
    if not detail.updates and detail.page_id:
        lines.addWidget(caption(_("The page has posted no updates.")))
    return content


def _facts(facts: tuple[tuple[str, str], ...]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(2 * GRID)
    grid.setVerticalSpacing(GRID // 2)
    grid.setColumnStretch(1, 1)
    for place, (label, value) in enumerate(facts):
        name = theme.label(label)
        words = wrapped(value, selectable=True)
        words.setAccessibleName(f"{label}: {value}")
        grid.addWidget(name, place, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(words, place, 1)
    return grid


class _Update(QWidget):
    """One update. Its earlier texts are made when somebody wants to see them."""

    def __init__(self, update: UpdateView) -> None:
        super().__init__()
        self._update = update
        self._versions: QWidget | None = None
        self._lines = column(self, spacing=0.5)
        self._lines.addWidget(heading(update.heading))
        self._lines.addWidget(wrapped(update.text, selectable=True))
        if update.versions:
            button = QToolButton()
            button.setText(_("Edited: show earlier text"))
            button.setCheckable(True)
            button.setAutoRaise(True)
            button.setArrowType(Qt.ArrowType.RightArrow)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setAccessibleDescription(update.heading)
            button.toggled.connect(self._on_toggled)
            self._button = button
            self._lines.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)

    def _on_toggled(self, is_open: bool) -> None:  # noqa: FBT001 -- a signal's argument
        self._button.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
        if self._versions is None:
            self._versions = QWidget()
            lines = column(self._versions, spacing=0.5)
            lines.setContentsMargins(2 * GRID, 0, 0, 0)
            for version in self._update.versions:
                lines.addWidget(caption(version.heading))
                lines.addWidget(wrapped(version.text, selectable=True))
            self._lines.addWidget(self._versions)
        self._versions.setVisible(is_open)
