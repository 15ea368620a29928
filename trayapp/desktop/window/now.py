"""The page "Now": the sentence, what it rests on, and a card for every watched page."""

from datetime import datetime
from gettext import gettext as _

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QLineEdit, QMenu, QPushButton, QToolButton, QVBoxLayout, QWidget

from trayapp.desktop import theme
from trayapp.desktop.window.alternatives import UseInstead
from trayapp.desktop.window.card import PageCard
from trayapp.desktop.window.flow import Flow
from trayapp.desktop.window.inquiry import Inquiries
from trayapp.desktop.window.texts import (
    GRID,
    LARGE_MARK_SIZE,
    access_text,
    caption,
    check_now_text,
    column,
    heading,
    mark_label,
    panel,
    put,
    row,
    scroller,
    wrapped,
)
from trayapp.desktop.window.wishes import SnoozeButton
from trayapp.domain.alertbook import AlertBook
from trayapp.domain.alternatives import alternatives
from trayapp.domain.snapshot import PageState, Snapshot
from trayapp.domain.verdict import PageVerdict, Verdict
from trayapp.domain.wishes import concerned
from trayapp.engine.updates import Update
from trayapp.presentation import now as words
from trayapp.presentation.crowd import crowd_lines
from trayapp.presentation.urgency import mark_of_page
from trayapp.presentation.verdict import hint
from trayapp.presentation.wishes import snoozed_words
from trayapp.presentation.words import WORST_FIRST, Mark

_AT_ONCE = 12
"""Cards made in one go; more follow when nothing else is to be done."""
_MOST = 60
"""Cards on the page, the worst first: with a thousand of them each change would lay out all of them for seconds."""
_WIDE = 64 * GRID
"""Width from which the buttons stand beside the sentence."""
_MANY = 10
"""Pages from which on a person may want to search."""


class NowPage(QWidget):
    """Shows the state of everything that is watched."""

    check_requested = Signal(str)
    """A page id, or nothing for all pages."""
    suspect_requested = Signal(str)
    """The id of a page whose provider fails for the person."""
    inquiry_end_requested = Signal(str)
    """A provider nobody is to be asked about any more."""
    move_requested = Signal(str)
    """The id of a page whose new address is to be used."""
    settings_requested = Signal()
    command = Signal(object)
    """A command for the engine."""

    def __init__(self) -> None:
        """Make the page; `show_update` fills it."""
        super().__init__()
        self._snapshot = Snapshot()
        self._book = AlertBook()
        self._concerned: frozenset[str] = frozenset()
        self._snooze = SnoozeButton()
        self._snoozed = caption()
        self._verdicts: tuple[PageVerdict, ...] = ()
        self._by_page: dict[str, Verdict] = {}
        self._looking: frozenset[str] = frozenset()
        self._now: datetime | None = None
        self._is_replay = False
        self._cards: dict[str, PageCard] = {}
        self._order: list[str] = []
        self._wanted_open = ""
        self._replay = heading()
        self._replay_banner = self._make_replay_banner()
        self._mark = mark_label(LARGE_MARK_SIZE)
        self._shown_mark: Mark | None = None
        self._sentence = heading(size=1.5)
        self._detail = caption()
        self._hint = wrapped()
        self._check = QPushButton(check_now_text())
        self._fails = QPushButton(_("It &fails for me"))
        self._whom = QMenu(self)
        self._askable: tuple[tuple[str, str], ...] = ()
        self._inquiries = Inquiries()
        self._use_instead = UseInstead()
        self._update: Update | None = None
        self._why = _disclosure(_("Why do you say that?"))
        self._reasons = QWidget()
        self._reasons_column = column(self._reasons, spacing=2)
        self._blocks: list[QWidget] = []
        self._shown_reasons: tuple[words.Evidence, ...] = ()
        self._find = QLineEdit()
        self._empty = self._make_empty()
        self._more = caption()
        self._column = column(spacing=1)
        self._buttons = Flow(self._check, self._fails, self._snooze)
        self._head = row(spacing=2)
        self._build()

    @property
    def mark(self) -> Mark:
        """The shape of the sentence on top."""
        return self._shown_mark or Mark.UNKNOWN

    def show_update(self, update: Update, now: datetime) -> None:
        """Show the state, touching only what differs."""
        self._now, self._looking, self._is_replay = now, update.looking, update.is_replay
        self._snapshot, self._verdicts, self._book = update.snapshot, update.verdicts, update.book
        self._concerned = concerned(update.book)
        self._by_page = {each.page_id: each.verdict for each in update.verdicts}
        known = {each.page.id for each in update.snapshot.pages}
        self._drop_all_but(known)
        for state in update.snapshot.pages:
            shown = self._cards.get(state.page.id)
            if shown is not None:
                self._show_card(shown, state, now)
        self._show_top(now)
        self._arrange()
        self._empty.setVisible(not update.snapshot.pages)
        self._find.setVisible(len(update.snapshot.pages) >= _MANY)
        self._check.setVisible(bool(update.snapshot.pages))
        self._snooze.setVisible(bool(update.snapshot.pages))
        self._why.setVisible(bool(update.snapshot.pages))
        self._check.setEnabled(len(update.looking) < len(update.snapshot.pages))
        self._update = update
        self._inquiries.show_inquiries(update.inquiries, now, update.crowd)
        self._show_alternatives(update, now)
        self._show_whom_to_ask(words.askable(update.snapshot) if update.verdicts else ())

    def tick(self, now: datetime) -> None:
        """Make all ages right for this moment."""
        self._now = now
        for each in self._cards.values():
            each.tick(now)
        self._inquiries.tick(now)
        if self._update is not None:
            self._show_alternatives(self._update, now)
        self._show_top(now)

    def open_card(self, page_id: str) -> None:
        """Open a page's card and scroll to it, as soon as it is there."""
        card = self._cards.get(page_id)
        if card is None:
            self._wanted_open = page_id
            self._arrange()
            return
        self._wanted_open = ""
        card.open()
        QTimer.singleShot(0, card, lambda: self._area.ensureWidgetVisible(card.toggle))

    def start_search(self) -> bool:
        """Put the focus on the search, if there are enough pages for one."""
        if self._find.isHidden():
            return False
        self._find.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._find.selectAll()
        return True

    def redraw(self) -> None:
        """Draw all marks again, when contrast has changed."""
        if self._shown_mark is not None:
            self._mark.setPixmap(theme.icon(self._shown_mark).pixmap(LARGE_MARK_SIZE))
        self._inquiries.redraw()
        for each in self._cards.values():
            each.redraw()

    def _build(self) -> None:
        content = QWidget()
        page: QVBoxLayout = column(content, margin=3, spacing=2)
        page.addWidget(self._replay_banner)
        head = row(spacing=2)
        head.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        lines = column(spacing=1)
        lines.addWidget(self._sentence)
        lines.addWidget(self._detail)
        lines.addWidget(self._hint)
        lines.addWidget(self._snoozed)
        lines.addWidget(self._why, 0, Qt.AlignmentFlag.AlignLeft)
        lines.addWidget(self._reasons)
        head.addLayout(lines, 1)
        self._head.addLayout(head, 1)
        self._head.addLayout(self._buttons)
        page.addLayout(self._head)
        page.addWidget(self._inquiries)
        page.addWidget(self._use_instead)
        page.addWidget(self._find)
        page.addLayout(self._column)
        page.addWidget(self._more)
        page.addWidget(self._empty)
        page.addStretch(1)
        self._area = scroller(content, _("Watched pages"))
        column(self).addWidget(self._area)
        put(self._sentence, _("Looking..."))
        self._mark.setPixmap(theme.icon(Mark.UNKNOWN).pixmap(LARGE_MARK_SIZE))
        self._snooze.command.connect(self.command)
        shown_later = (
            self._detail,
            self._hint,
            self._reasons,
            self._why,
            self._check,
            self._fails,
            self._snooze,
            self._snoozed,
        )
        for later in shown_later:
            later.hide()
        self._why.toggled.connect(self._on_why)
        self._check.setToolTip(_("Look at every page now (F5)"))
        self._check.clicked.connect(lambda: self.check_requested.emit(""))
        self._fails.setToolTip(_("Ask its page, its API, your keys and your own connection now"))
        self._fails.clicked.connect(self._on_fails)
        self._inquiries.again_requested.connect(self.suspect_requested)
        self._inquiries.end_requested.connect(self.inquiry_end_requested)
        self._find.setPlaceholderText(_("Find a page or a component"))
        self._find.setAccessibleName(_("Find a page or a component"))
        self._find.setClearButtonEnabled(True)
        self._find.textChanged.connect(self._filter)
        self._find.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 -- Qt's name
        """Put the buttons below the sentence where there is little room beside it."""
        super().resizeEvent(event)
        is_wide = self.width() >= _WIDE
        self._head.setDirection(QBoxLayout.Direction.LeftToRight if is_wide else QBoxLayout.Direction.TopToBottom)
        self._buttons.make_column(is_column=is_wide)

    def _make_replay_banner(self) -> QFrame:
        banner = panel()
        column(banner, margin=1.5).addWidget(self._replay)
        banner.hide()
        return banner

    def _make_empty(self) -> QWidget:
        empty = QWidget()
        lines = column(empty, spacing=2)
        lines.addWidget(wrapped(_("Choose the services you use, and their state is shown here.")))
        choose = QPushButton(_("Choose what to watch..."))
        choose.clicked.connect(self.settings_requested)
        lines.addWidget(choose, 0, Qt.AlignmentFlag.AlignLeft)
        empty.hide()
        return empty

    def _show_top(self, now: datetime) -> None:
        told = words.headline(self._snapshot, now, self._verdicts)
        put(self._sentence, told.sentence)
        put(self._detail, told.detail)
        self._sentence.setAccessibleName(told.sentence)
        snoozed = snoozed_words(self._book, now)
        put(self._snoozed, snoozed)
        self._snooze.show_snooze(snoozed)
        if told.mark is not self._shown_mark:
            self._shown_mark = told.mark
            self._mark.setPixmap(theme.icon(told.mark).pixmap(LARGE_MARK_SIZE))
        if self._is_replay:
            put(self._replay, words.replay_banner(now))
        self._replay_banner.setVisible(self._is_replay)
        if self._why.isChecked():
            self._show_reasons(words.evidence(self._snapshot, now, self._verdicts))

    def _show_alternatives(self, update: Update, now: datetime) -> None:
        """Show what works instead, anew with every look and every age: nothing stale is ever offered."""
        offers = alternatives(
            update.snapshot,
            update.verdicts,
            now,
            keys=update.keys,
            providers=update.providers,
            local=update.local_models,
        )
        self._use_instead.show_alternatives(offers, now)
        talk = [line for each in update.crowd for line in crowd_lines((each,), each.provider, now)]
        put(self._hint, "\n".join(filter(None, (hint(update.causes), *talk))))

    def _show_whom_to_ask(self, pages: tuple[tuple[str, str], ...]) -> None:
        """Offer to ask about each provider; with one there is nothing to choose."""
        self._fails.setVisible(bool(pages))
        if pages == self._askable:
            return
        self._askable = pages
        self._whom.clear()
        for page_id, name in pages:
            action = self._whom.addAction(access_text(name))
            action.setData(page_id)
            action.triggered.connect(self._on_whom)
        # A button with a menu opens it and does nothing else.
        self._fails.setMenu(self._whom if len(pages) > 1 else None)  # type: ignore[arg-type]  # None takes it away

    def _on_fails(self) -> None:
        if len(self._askable) == 1:
            self.suspect_requested.emit(self._askable[0][0])

    def _on_whom(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.suspect_requested.emit(str(action.data()))

    def _show_reasons(self, reasons: tuple[words.Evidence, ...]) -> None:
        if reasons == self._shown_reasons:
            return
        self._shown_reasons = reasons
        for old in self._blocks:
            old.hide()
            old.deleteLater()
        self._blocks = []
        for each in reasons:
            block = QWidget()
            lines = column(block, spacing=0.5)
            lines.addWidget(heading(each.name))
            for line in each.lines:
                lines.addWidget(wrapped(line, selectable=True))
            self._reasons_column.addWidget(block)
            self._blocks.append(block)

    def _on_why(self, is_open: bool) -> None:  # noqa: FBT001 -- a signal's argument
        self._why.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
        if is_open and self._now is not None:
            self._show_reasons(words.evidence(self._snapshot, self._now, self._verdicts))
        self._reasons.setVisible(is_open)

    def _arrange(self) -> None:
        """Put the worst on top, else keep the person's own order; make cards that are missing, a few at a time."""
        pages = self._chosen()
        missing = [each for each in pages if each.page.id not in self._cards]
        for state in missing[:_AT_ONCE]:
            self._make_card(state)
        if len(missing) > _AT_ONCE:
            QTimer.singleShot(0, self, self._arrange)
        order = [each.page.id for each in pages if each.page.id in self._cards]
        if order != self._order:
            self._put_in_order(order)
        if self._wanted_open in self._cards:
            self.open_card(self._wanted_open)

    def _chosen(self) -> list[PageState]:
        """Return the pages that have a card, worst first; of very many, those found, opened or asked for.

        The others lose theirs, and how many those are is said below.
        """
        pages = sorted(self._snapshot.pages, key=self._urgency)
        if len(pages) <= _MOST:
            put(self._more, "")
            return pages
        found = [each for each in pages if words.matches(each, self._find.text())]
        ids = {each.page.id for each in found[:_MOST]}
        focus = self.focusWidget()
        ids |= {page_id for page_id, card in self._cards.items() if card.is_open or card.isAncestorOf(focus)}
        chosen = [each for each in pages if each.page.id in ids or each.page.id == self._wanted_open]
        self._drop_all_but({each.page.id for each in chosen})
        put(self._more, words.more_pages(len(found) - len(found[:_MOST])))
        return chosen

    def _put_in_order(self, order: list[str]) -> None:
        """Move as few cards as possible; the Tab key follows the eye."""
        placed = [each for each in self._order if each in self._cards]
        before: QWidget = self._find
        for place, page_id in enumerate(order):
            card = self._cards[page_id]
            is_moved = False
            if placed[place : place + 1] != [page_id]:
                is_moved = True
                if placed[place + 1 : place + 2] == [page_id]:
                    self._column.removeWidget(self._cards[placed.pop(place)])
                else:
                    if page_id in placed[place:]:
                        placed.remove(page_id)
                    self._column.removeWidget(card)
                    self._column.insertWidget(place, card)
                    placed.insert(place, page_id)
            if is_moved or place == 0:
                self.setTabOrder(before, card.toggle)
            before = card.toggle
        self._order = order

    def _make_card(self, state: PageState) -> None:
        if self._now is None:
            return
        card = PageCard(self._area.widget())
        card.check_requested.connect(self.check_requested)
        card.suspect_requested.connect(self.suspect_requested)
        card.move_requested.connect(self.move_requested)
        card.command.connect(self.command)
        self._show_card(card, state, self._now)
        if not words.matches(state, self._find.text()):
            card.hide()
        self._cards[state.page.id] = card

    def _show_card(self, card: PageCard, state: PageState, now: datetime) -> None:
        page_id = state.page.id
        card.show_state(state, now, is_looking=page_id in self._looking, verdict=self._by_page.get(page_id))
        card.show_book(self._book, is_concerned=page_id in self._concerned)

    def _urgency(self, state: PageState) -> int:
        return WORST_FIRST.index(mark_of_page(state, self._by_page.get(state.page.id)))

    def _drop_all_but(self, ids: set[str]) -> None:
        for page_id in [each for each in self._cards if each not in ids]:
            card = self._cards.pop(page_id)
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()

    def _filter(self, text: str) -> None:
        self._arrange()
        for each in self._cards.values():
            each.setVisible(each.state is None or words.matches(each.state, text))


def _disclosure(text: str) -> QToolButton:
    button = QToolButton()
    button.setText(access_text(text))
    button.setCheckable(True)
    button.setAutoRaise(True)
    button.setArrowType(Qt.ArrowType.RightArrow)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setMinimumHeight(3 * GRID)
    return button
