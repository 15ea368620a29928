"""One key as a card: what is known of it, the keys it replaced, and what can be done about it."""

from gettext import gettext as _

from PySide6.QtCore import QSize, Qt, Signal, SignalInstance
from PySide6.QtWidgets import QCheckBox, QFormLayout, QFrame, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from trayapp.desktop import theme
from trayapp.desktop.window import links
from trayapp.desktop.window.flow import Flow
from trayapp.desktop.window.keydestination import Deeper
from trayapp.desktop.window.texts import (
    GRID,
    MARK_SIZE,
    caption,
    check_now_text,
    column,
    heading,
    mark_label,
    panel,
    put,
    row,
    wrapped,
)
from trayapp.presentation.keydetail import KeyView
from trayapp.presentation.keys import KeyRow

_CARD_MARK = 24
_NOTHING = Deeper()


class KeyCard(QWidget):
    """Shows one key, touching only what differs."""

    check_requested = Signal(str)
    approve_requested = Signal(str)
    replace_requested = Signal(str)
    remove_requested = Signal(str)
    """A key's id, each; also that of a replaced key."""
    balance_requested = Signal(str, bool)
    """A key's id, and whether its balance may be read from now on."""
    paid_requested = Signal(str)
    """The id of a key that is to be tried with a call that costs something, once its price has been agreed to."""
    opened = Signal()
    """The details are wanted: the view is to be shown again, with its facts."""

    def __init__(self) -> None:
        """Make the card; `show_view` fills it."""
        super().__init__()
        self._view: KeyView | None = None
        self._shown: tuple[object, ...] = ()
        self._address = ""
        self._is_checking = False
        self._mark = mark_label(_CARD_MARK)
        self._label = heading()
        self._headline = wrapped()
        self._when = caption()
        self._lines = wrapped(selectable=True)
        self._old = QWidget()
        self._old_column = column(self._old, spacing=0.5)
        self._old_shown: list[QWidget] = []
        self._check = QPushButton(check_now_text())
        self._approve = QPushButton()
        self._replace = QPushButton(_("Replace..."))
        self._remove = QPushButton(_("Remove..."))
        self._console = QPushButton(_("Open the provider's keys"))
        self._toggle = QToolButton()
        self._facts = QWidget()
        self._facts_shown: tuple[tuple[str, str], ...] = ()
        self._table = QWidget()
        self._balance = QCheckBox(_("Read balance and limits as well, with one more free request each time"))
        self._paid = QPushButton(_("Test with a paid call..."))
        self._build()

    @property
    def view(self) -> KeyView | None:
        """What is shown."""
        return self._view

    def show_view(
        self, view: KeyView, *, is_checking: bool, unapproved: str = "", console: str = "", beyond: Deeper = _NOTHING
    ) -> None:
        """Show a key.

        ``unapproved`` is a host it may not go to yet, ``console`` where its provider keeps keys, ``beyond`` what may be
        looked at beyond the free check.
        """
        shown = (view, is_checking, unapproved, console, beyond)
        if shown == self._shown:
            return
        before, self._view, self._address, self._shown = self._view, view, console, shown
        key = view.row
        if before is None or before.row.mark is not key.mark:
            self.redraw()
        put(self._label, key.label)
        put(self._headline, view.headline)
        put(self._when, " · ".join(filter(None, (_("checking now...") if is_checking else "", view.when))))
        put(self._lines, "\n".join((*view.lines, *filter(None, (view.waits,)))))
        self._is_checking = is_checking
        self._check.setEnabled(not view.waits and not unapproved)  # while it checks it keeps the focus
        self._check.setToolTip(theme.plain(view.waits))
        self._approve.setText(_("Send it to {host}").format(host=unapproved).replace("&", "&&"))
        self._approve.setVisible(bool(unapproved))
        self._console.setVisible(links.may_open(console, console))
        self._console.setToolTip(theme.plain(console))
        self._replace.setVisible(view.has_own_key)
        self._balance.setVisible(beyond.can_read_balance)
        self._balance.setChecked(beyond.reads_balance)
        self._paid.setVisible(bool(beyond.price))
        self._paid.setEnabled(not is_checking and not view.waits and not unapproved)
        for button in (
            self._check,
            self._approve,
            self._replace,
            self._remove,
            self._console,
            self._balance,
            self._paid,
        ):
            button.setAccessibleDescription(key.label)
        self._toggle.setAccessibleName(_("Details of {label}").format(label=view.spoken))
        if before is None or before.old != view.old:
            self._show_old(view.old)
        if self.is_open:
            self._show_facts()

    def redraw(self) -> None:
        """Draw the marks again, when contrast has changed."""
        if self._view is not None:
            self._mark.setPixmap(theme.icon(self._view.row.mark).pixmap(_CARD_MARK))

    @property
    def is_open(self) -> bool:
        """Whether the details are shown."""
        return self._toggle.isChecked()

    def open(self) -> None:
        """Show the details."""
        self._toggle.setChecked(True)

    def _build(self) -> None:
        frame: QFrame = panel()
        column(self).addWidget(frame)
        whole = row(frame, margin=2, spacing=1.5)
        whole.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        lines = column(spacing=0.5)
        for each in (self._label, self._headline, self._when, self._lines, self._old, self._facts):
            lines.addWidget(each)
        lines.addSpacing(GRID // 2)
        lines.addLayout(self._make_buttons())
        whole.addLayout(lines, 1)
        whole.addWidget(self._toggle, 0, Qt.AlignmentFlag.AlignTop)
        self._toggle.setCheckable(True)
        self._toggle.setAutoRaise(True)
        self._toggle.setArrowType(Qt.ArrowType.RightArrow)
        self._toggle.setIconSize(QSize(MARK_SIZE, MARK_SIZE))
        self._toggle.setMinimumSize(4 * GRID, 4 * GRID)
        self._toggle.setToolTip(_("Show what is known of this key"))
        self._toggle.toggled.connect(self._on_toggled)
        details = column(self._facts)
        details.setContentsMargins(0, GRID // 2, 0, 0)
        details.addWidget(self._table)
        details.addWidget(self._balance)
        details.addWidget(self._paid, 0, Qt.AlignmentFlag.AlignLeft)
        self._paid.setToolTip(_("Shows its price first; finds what the free check cannot see"))
        self._balance.clicked.connect(self._on_balance)
        self._paid.clicked.connect(lambda: self._ask(self.paid_requested))
        self._old.hide()
        self._facts.hide()

    def _make_buttons(self) -> Flow:
        self._check.clicked.connect(self._on_check)
        self._approve.clicked.connect(lambda: self._ask(self.approve_requested))
        self._replace.clicked.connect(lambda: self._ask(self.replace_requested))
        self._remove.clicked.connect(lambda: self._ask(self.remove_requested))
        self._console.clicked.connect(lambda: links.open_link(self._address, self._address))
        return Flow(self._check, self._approve, self._replace, self._remove, self._console)

    def _on_check(self) -> None:
        if not self._is_checking:
            self._ask(self.check_requested)

    def _on_balance(self, is_allowed: bool) -> None:  # noqa: FBT001 -- a signal's argument
        if self._view is not None:
            self.balance_requested.emit(self._view.row.id, is_allowed)

    def _ask(self, signal: SignalInstance) -> None:
        if self._view is not None:
            signal.emit(self._view.row.id)

    def _show_old(self, old: tuple[KeyRow, ...]) -> None:
        for each in self._old_shown:
            each.hide()
            each.deleteLater()
        self._old_shown = [self._old_line(each) for each in old]
        for each in self._old_shown:
            self._old_column.addWidget(each)
        self._old.setVisible(bool(old))

    def _old_line(self, old: KeyRow) -> QWidget:
        line = QWidget()
        parts = row(line)
        mark = mark_label()
        mark.setPixmap(theme.icon(old.mark).pixmap(MARK_SIZE))
        said = " · ".join(filter(None, (old.since, old.checked, old.attempt)))
        words = wrapped(_("{label}: {health}").format(label=old.label, health=old.health), selectable=True)
        texts = column(spacing=0)
        texts.addWidget(words)
        texts.addWidget(caption(said))
        forget = QToolButton()
        forget.setText("✕")
        forget.setAutoRaise(True)
        forget.setToolTip(_("Stop watching this old key"))
        forget.setAccessibleName(_("Stop watching {label}").format(label=old.label))
        key_id = old.id
        forget.clicked.connect(lambda: self.remove_requested.emit(key_id))
        parts.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        parts.addLayout(texts, 1)
        parts.addWidget(forget, 0, Qt.AlignmentFlag.AlignTop)
        return line

    def _on_toggled(self, is_open: bool) -> None:  # noqa: FBT001 -- a signal's argument
        self._toggle.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
        if is_open:
            self.opened.emit()
            self._show_facts()
        self._facts.setVisible(is_open)

    def _show_facts(self) -> None:
        if self._view is None or self._view.facts == self._facts_shown:
            return
        self._facts_shown = self._view.facts
        layout, before = self._facts.layout(), self._table
        self._table = _table(self._view.facts)
        if layout is not None:
            layout.replaceWidget(before, self._table)
        before.hide()
        before.deleteLater()


def _table(facts: tuple[tuple[str, str], ...]) -> QWidget:
    table = QWidget()
    form = QFormLayout(table)
    form.setContentsMargins(0, 0, 0, 0)
    form.setHorizontalSpacing(2 * GRID)
    form.setVerticalSpacing(GRID // 2)
    form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
    for name, value in facts:
        words: QLabel = wrapped(value, selectable=True)
        words.setAccessibleName(f"{name}: {value}")
        title = caption(name)
        title.setWordWrap(False)
        title.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        form.addRow(title, words)
    return table
