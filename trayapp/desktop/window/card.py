"""One watched page as a card: closed it is three lines, open it has incidents, components and buttons."""

from collections.abc import Callable, Mapping
from datetime import datetime
from gettext import gettext as _

from msgspec.structs import replace
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from trayapp.desktop import theme
from trayapp.desktop.window import links
from trayapp.desktop.window.components import Components
from trayapp.desktop.window.flow import Flow
from trayapp.desktop.window.texts import (
    GRID,
    MARK_SIZE,
    caption,
    check_now_text,
    column,
    heading,
    mark_label,
    put,
    row,
    wrapped,
)
from trayapp.desktop.window.wishes import WishButtons
from trayapp.domain.alertbook import AlertBook
from trayapp.domain.snapshot import PageState
from trayapp.domain.status import Status
from trayapp.domain.verdict import Verdict
from trayapp.presentation import now as words
from trayapp.presentation.now import Card, OpenIncident
from trayapp.presentation.wishes import WishView, asked_sentence, incident_wishes, page_wish

_CARD_MARK = 24


class PageCard(QFrame):
    """Shows one page. What is inside is made when it is opened for the first time."""

    check_requested = Signal(str)
    """A page id."""
    suspect_requested = Signal(str)
    """The id of a page whose provider fails for the person."""
    move_requested = Signal(str)
    """The id of a page whose new address is to be used."""
    command = Signal(object)
    """A command for the engine."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the closed card; `show_state` fills it."""
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setAutoFillBackground(True)
        self._state: PageState | None = None
        self._verdict: Verdict | None = None
        self._book = AlertBook()
        self._is_concerned = False
        self._is_looking = False
        self._now: datetime | None = None
        self._card: Card | None = None
        self._body: _Body | None = None
        self._mark = mark_label(_CARD_MARK)
        self._name = heading()
        self._headline = wrapped()
        self._verdict_line = wrapped()
        self._when = caption()
        self._warnings = wrapped()
        self._note = caption()
        self._wished = caption()
        self._toggle = QToolButton()
        self._toggle.setCheckable(True)
        self._toggle.setAutoRaise(True)
        self._toggle.setArrowType(Qt.ArrowType.RightArrow)
        self._toggle.setIconSize(QSize(MARK_SIZE, MARK_SIZE))
        self._toggle.setMinimumSize(4 * GRID, 4 * GRID)
        self._toggle.setToolTip(_("Show components and incidents"))
        self._toggle.toggled.connect(self._on_toggled)
        self._layout = column(self, margin=2)
        self._layout.addLayout(self._head())

    @property
    def state(self) -> PageState | None:
        """What is shown."""
        return self._state

    @property
    def toggle(self) -> QToolButton:
        """The button that opens and closes the card: where the focus goes."""
        return self._toggle

    def show_book(self, book: AlertBook, *, is_concerned: bool = True) -> None:
        """Show what was asked of the pop-ups about this page; of most pages the book says nothing, which is quick."""
        was_concerned, self._is_concerned = self._is_concerned, is_concerned
        self._book = book
        if self._state is None or not (is_concerned or was_concerned or self._state.shown is not Status.OPERATIONAL):
            return
        view = page_wish(self._state, book)
        put(self._wished, asked_sentence(self._state.page.id, book) if view is not None else "")
        if self._body is not None and self._toggle.isChecked():
            self._body.show_wishes(view, incident_wishes(self._state.page.id, book))

    def show_state(
        self, state: PageState, now: datetime, *, is_looking: bool = False, verdict: Verdict | None = None
    ) -> None:
        """Show a page and whose problem it is, touching only what differs."""
        self._now = now
        if state is self._state and is_looking is self._is_looking and verdict == self._verdict:
            return
        self._state, self._is_looking, self._verdict = state, is_looking, verdict
        self._show(words.card(state, now, is_looking=is_looking, found=verdict))
        if self._body is not None and self._toggle.isChecked():
            self._body.show_state(state, now, verdict)

    def tick(self, now: datetime) -> None:
        """Make the ages right for this moment."""
        before, self._now = self._now, now
        if self._state is None or self._card is None or before is None:
            return
        if before.astimezone().date() != now.astimezone().date():
            self._show(words.card(self._state, now, is_looking=self._is_looking, found=self._verdict))
        else:
            self._show(replace(self._card, when=words.when(self._state, now, is_looking=self._is_looking)))
        if self._body is not None and self._toggle.isChecked():
            self._body.show_state(self._state, now, self._verdict)

    def open(self) -> None:
        """Open the card, and put the focus on it."""
        self._toggle.setChecked(True)
        self._toggle.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def is_open(self) -> bool:
        """Whether its inside is shown."""
        return self._toggle.isChecked()

    def redraw(self) -> None:
        """Draw the mark again, when contrast has changed."""
        if self._card is not None:
            self._mark.setPixmap(theme.icon(self._card.mark).pixmap(_CARD_MARK))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 -- Qt's name
        """Open or close on a click on the head: the button alone is a small target."""
        limit = self._body.geometry().top() if self._body is not None and self._body.isVisible() else self.height()
        if event.button() is Qt.MouseButton.LeftButton and 0 <= event.position().y() < limit:
            self._toggle.toggle()
        super().mouseReleaseEvent(event)

    def _head(self) -> QHBoxLayout:
        head = row(spacing=1.5)
        lines = column(spacing=0.5)
        for label in (
            self._name,
            self._headline,
            self._verdict_line,
            self._when,
            self._warnings,
            self._note,
            self._wished,
        ):
            lines.addWidget(label)
        head.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(lines, 1)
        head.addWidget(self._toggle, 0, Qt.AlignmentFlag.AlignTop)
        return head

    def _show(self, card: Card) -> None:
        before, self._card = self._card, card
        if card == before:
            return
        if before is None or card.mark is not before.mark:
            self.redraw()
        put(self._name, card.name)
        put(self._headline, card.headline)
        put(self._verdict_line, card.verdict)
        put(self._when, card.when)
        put(self._warnings, "\n".join(f"⚠ {each}" for each in card.warnings))
        put(self._note, card.note)
        self._toggle.setAccessibleName(card.spoken)
        self._toggle.setAccessibleDescription(_("Shows or hides components and incidents"))
        if self._body is not None:
            self._body.show_card(card)

    def _on_toggled(self, is_open: bool) -> None:  # noqa: FBT001 -- a signal's argument
        self._toggle.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
        if self._state is None or self._card is None or self._now is None:
            return
        if is_open and self._body is None:
            page_id = self._card.page_id
            self._body = _Body(
                lambda: self.check_requested.emit(page_id),
                lambda: self.suspect_requested.emit(page_id),
                lambda: self.move_requested.emit(page_id),
            )
            self._body.command.connect(self.command)
            self._layout.addWidget(self._body)
        if self._body is not None:
            if is_open:
                self._body.show_card(self._card)
                self._body.show_state(self._state, self._now, self._verdict)
                self.show_book(self._book, is_concerned=self._is_concerned)
            self._body.setVisible(is_open)


class _Body(QWidget):
    """The inside of an open card."""

    command = Signal(object)
    """A command for the engine."""

    def __init__(self, check: Callable[[], None], suspect: Callable[[], None], move: Callable[[], None]) -> None:
        super().__init__()
        self._url = ""
        self._incidents: tuple[OpenIncident, ...] = ()
        self._shown: list[_Incident] = []
        self._wishes = WishButtons()
        self._wishes.command.connect(self.command)
        self._incident_wishes: Mapping[str, WishView] = {}
        self._components = Components()
        self._evidence = caption()
        self._check = QPushButton(check_now_text())
        self._check.clicked.connect(check)
        self._suspect = QPushButton(_("It fails for me"))
        self._suspect.setToolTip(_("Ask its page, its API, your keys and your own connection now"))
        self._suspect.clicked.connect(suspect)
        self._open = QPushButton(_("Open status page"))
        self._open.clicked.connect(self._on_open)
        self._move = QPushButton(_("Use the new address"))
        self._move.clicked.connect(move)
        self._incident_column = column(spacing=2)
        layout: QVBoxLayout = column(self, spacing=2)
        layout.setContentsMargins(round(4.5 * GRID), GRID, 0, 0)
        layout.addLayout(Flow(self._check, self._suspect, self._open, self._move))
        layout.addWidget(self._wishes)
        layout.addLayout(self._incident_column)
        layout.addWidget(self._components)
        layout.addWidget(self._evidence)

    def show_card(self, card: Card) -> None:
        """Show what the buttons are for."""
        self._url = card.url
        self._open.setEnabled(links.may_open(card.url, card.url))
        self._open.setToolTip(theme.plain(card.url))
        self._open.setAccessibleDescription(card.url)
        self._move.setVisible(bool(card.new_address))
        self._move.setToolTip(theme.plain(card.new_address))
        self._move.setAccessibleDescription(card.new_address)
        self._check.setAccessibleDescription(card.name)
        self._suspect.setAccessibleDescription(card.name)

    def show_state(self, state: PageState, now: datetime, verdict: Verdict | None) -> None:
        """Show incidents, components and evidence of a page; without verdicts nobody can be asked whose fault it is."""
        self._suspect.setVisible(verdict is not None)
        self._components.show_groups(words.component_groups(state, now))
        put(self._evidence, "\n".join(words.page_evidence(state, now, verdict)))
        incidents = words.open_incidents(state, now)
        if incidents != self._incidents:
            self._incidents = incidents
            self._show_incidents(incidents)

    def show_wishes(self, page: WishView | None, incidents: Mapping[str, WishView]) -> None:
        """Show what was asked, and may be, about the page and, where there are several, about each incident."""
        self._incident_wishes = incidents
        self._wishes.show_wish(page)
        for each in self._shown:
            each.wishes.show_wish(incidents.get(each.incident_id))

    def _show_incidents(self, incidents: tuple[OpenIncident, ...]) -> None:
        for each in self._shown:
            each.hide()
            each.deleteLater()
        self._shown = [_Incident(each, self._url) for each in incidents]
        for each in self._shown:
            self._incident_column.addWidget(each)
            each.wishes.command.connect(self.command)
            each.wishes.show_wish(self._incident_wishes.get(each.incident_id))

    def _on_open(self) -> None:
        links.open_link(self._url, self._url)


class _Incident(QWidget):
    """An open incident with its newest update."""

    def __init__(self, incident: OpenIncident, page_url: str) -> None:
        super().__init__()
        self.incident_id = incident.incident_id
        self.wishes = WishButtons()
        mark = mark_label()
        mark.setPixmap(theme.icon(incident.mark).pixmap(MARK_SIZE))
        lines = column(spacing=0.5)
        lines.addWidget(heading(incident.title))
        lines.addWidget(caption(incident.facts))
        if incident.text:
            lines.addWidget(_text(incident.text))
        if incident.posted:
            lines.addWidget(caption(incident.posted))
        if incident.url and links.may_open(incident.url, page_url):
            link = QPushButton(_("Open on the status page"))
            link.setToolTip(theme.plain(incident.url))
            link.setAccessibleDescription(incident.title)
            link.clicked.connect(lambda: links.open_link(incident.url, page_url))
            line = row()
            line.addWidget(link)
            line.addStretch(1)
            lines.addLayout(line)
        lines.addWidget(self.wishes)
        layout = row(self)
        layout.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(lines, 1)


def _text(text: str) -> QLabel:
    return wrapped(text, selectable=True)
