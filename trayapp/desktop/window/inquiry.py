"""What comes of "It fails for me": one panel an inquiry, with the verdict, its evidence and how it changed."""

from datetime import datetime
from gettext import gettext as _

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QPushButton, QWidget

from trayapp.desktop import theme
from trayapp.desktop.window.texts import GRID, caption, column, heading, mark_label, panel, put, row, wrapped
from trayapp.domain.crowd import CrowdCount
from trayapp.domain.inquiry import Inquiry
from trayapp.presentation.inquiry import InquiryView, inquiry_view

_MARK = 24


class Inquiries(QWidget):
    """The inquiries of an update, one panel each; hidden while there are none."""

    again_requested = Signal(str)
    """The id of a page whose provider is to be asked about at once."""
    end_requested = Signal(str)
    """A provider nobody is to be asked about any more."""

    def __init__(self) -> None:
        """Begin without any."""
        super().__init__()
        self._column = column(self, spacing=1)
        self._panels: dict[str, _Panel] = {}
        self.hide()

    def show_inquiries(self, inquiries: tuple[Inquiry, ...], now: datetime, crowd: tuple[CrowdCount, ...] = ()) -> None:
        """Show these inquiries and no others, in their order; ``crowd`` is what other people report."""
        known = {each.provider for each in inquiries}
        for gone in [each for each in self._panels if each not in known]:
            old = self._panels.pop(gone)
            self._column.removeWidget(old.frame)
            old.frame.hide()
            old.frame.deleteLater()
        for place, each in enumerate(inquiries):
            if each.provider not in self._panels:
                self._panels[each.provider] = self._make(each.provider)
                self._column.insertWidget(place, self._panels[each.provider].frame)
            self._panels[each.provider].show_inquiry(each, now, crowd)
        self.setVisible(bool(inquiries))

    def tick(self, now: datetime) -> None:
        """Make the ages right for this moment."""
        for each in self._panels.values():
            each.tick(now)

    def redraw(self) -> None:
        """Draw the marks again, when contrast has changed."""
        for each in self._panels.values():
            each.redraw()

    def _make(self, provider: str) -> "_Panel":
        made = _Panel()
        made.again.clicked.connect(lambda: self.again_requested.emit(made.page_id))
        made.close.clicked.connect(lambda: self.end_requested.emit(provider))
        return made


class _Panel:
    """One inquiry."""

    def __init__(self) -> None:
        self.page_id = ""
        self.frame: QFrame = panel()
        self.again = QPushButton(_("Ask again now"))
        self.close = QPushButton(_("Put away"))
        self._inquiry: Inquiry | None = None
        self._counts: tuple[CrowdCount, ...] = ()
        self._view: InquiryView | None = None
        self._mark = mark_label(_MARK)
        self._title = caption()
        self._sentence = heading(size=1.1)
        self._when = caption()
        self._hint = wrapped()
        self._crowd = wrapped(selectable=True)
        self._why = heading(_("Why do you say that?"))
        self._evidence = wrapped(selectable=True)
        self._before = heading(_("What was found before"))
        self._findings = wrapped(selectable=True)
        self._build()

    def show_inquiry(self, inquiry: Inquiry, now: datetime, crowd: tuple[CrowdCount, ...]) -> None:
        """Show an inquiry as it is at this moment."""
        self._inquiry, self._counts = inquiry, crowd
        self.page_id = inquiry.page_ids[0]
        self.again.setEnabled(not inquiry.is_asking)
        self.tick(now)

    def tick(self, now: datetime) -> None:
        """Make the ages right for this moment."""
        if self._inquiry is None:
            return
        before, self._view = self._view, inquiry_view(self._inquiry, now, self._counts)
        if self._view == before:
            return
        view = self._view
        if before is None or view.mark is not before.mark:
            self.redraw()
        put(self._title, view.title)
        put(self._sentence, view.sentence)
        put(self._when, view.when)
        put(self._hint, view.hint)
        put(self._crowd, "\n".join(view.crowd))
        put(self._evidence, "\n".join(view.evidence))
        self._why.setVisible(bool(view.evidence))
        put(self._findings, "\n".join(view.findings))
        self._before.setVisible(bool(view.findings))
        self.frame.setAccessibleName(f"{view.title}: {view.sentence}")
        for button in (self.again, self.close):
            button.setAccessibleDescription(view.title)

    def redraw(self) -> None:
        """Draw the mark again."""
        if self._view is not None:
            self._mark.setPixmap(theme.icon(self._view.mark).pixmap(_MARK))

    def _build(self) -> None:
        line = row(self.frame, margin=2, spacing=1.5)
        line.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        lines = column(spacing=0.5)
        for each in (self._title, self._sentence, self._when, self._hint, self._crowd):
            lines.addWidget(each)
        lines.addSpacing(GRID)
        for each in (self._why, self._evidence, self._before, self._findings):
            each.setContentsMargins(0, GRID if each is self._before else 0, 0, 0)
            lines.addWidget(each)
        lines.addSpacing(GRID)
        buttons = row()
        buttons.addWidget(self.again)
        buttons.addWidget(self.close)
        buttons.addStretch(1)
        lines.addLayout(buttons)
        line.addLayout(lines, 1)
