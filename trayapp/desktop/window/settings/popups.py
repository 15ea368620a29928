"""The tab "Pop-ups": how much one wants to hear, in general and of each page, and when not."""

from collections.abc import Mapping
from datetime import time
from enum import Enum
from gettext import gettext as _
from types import MappingProxyType

from msgspec.structs import replace
from PySide6.QtCore import QTime, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QCheckBox, QFormLayout, QGroupBox, QPushButton, QTimeEdit, QWidget

from trayapp.desktop import theme
from trayapp.desktop.window.flow import Flow
from trayapp.desktop.window.settings.choices import Choice, group
from trayapp.desktop.window.settings.draft import Draft
from trayapp.desktop.window.texts import caption, column, put, wrapped
from trayapp.desktop.window.told import told_text
from trayapp.domain.alert import Level
from trayapp.domain.snapshot import Snapshot
from trayapp.engine.commands import PreviewRules
from trayapp.engine.updates import Previewed
from trayapp.presentation.noise import noise_line, noise_makers
from trayapp.presentation.popuptest import PopupTest, lines_about
from trayapp.storage.kinds import Weekday
from trayapp.storage.settings import QuietHours

_ID = "page"
COUNT_AFTER = 150
"""Milliseconds after an edit until its pop-ups are counted."""


class PopupsTab(QWidget):
    """Edits ``settings.alerts`` and ``settings.quiet_hours``; tries what this desktop can do."""

    test_requested = Signal()
    """A test pop-up, please."""
    told_requested = Signal()
    preview_requested = Signal(object)
    """Rules of which to count the pop-ups they would have made."""

    def __init__(self, draft: Draft) -> None:
        """Make the tab; the draft fills it."""
        super().__init__()
        self._draft = draft
        self._names: Mapping[str, str] = {}
        self._providers: Mapping[str, str] = {}
        self._level = Choice(_level_words(), _("Pop-ups"))
        self._pages: dict[str, Choice[_Own]] = {}
        self._pages_box, self._pages_form = group(_("Page by page"))
        self._quiet = QCheckBox(_("&Hold pop-ups back at these hours"))
        self._start = QTimeEdit()
        self._end = QTimeEdit()
        self._days: dict[Weekday, QCheckBox] = {}
        self._test = QPushButton(_("Show a &test pop-up"))
        self._tested = wrapped(selectable=True)
        self._noise = wrapped(_("Counting..."), selectable=True)
        self._makers = caption()
        self._rules: PreviewRules | None = None
        self._counting = QTimer(self)
        self._counting.setSingleShot(True)
        self._counting.setInterval(COUNT_AFTER)
        self._counting.timeout.connect(self._count)
        self._build()
        draft.changed.connect(self._show)
        draft.changed.connect(self._count_soon)
        self._show()

    def show_state(self, snapshot: Snapshot) -> None:
        """Show a choice for every watched page."""
        names = {each.page.id: each.page.name for each in snapshot.pages}
        providers = {each.page.id: each.page.provider_id for each in snapshot.pages}
        if (names, providers) == (self._names, self._providers):
            return
        self._names, self._providers = names, providers
        while self._pages_form.rowCount():
            self._pages_form.removeRow(0)
        self._pages = {page_id: self._own_choice(page_id, name) for page_id, name in names.items()}
        for page_id, choice in self._pages.items():
            label = theme.label(names[page_id])
            label.setMaximumWidth(360)
            self._pages_form.addRow(label, choice)
        self._pages_box.setVisible(bool(names))
        self._show()

    def _build(self) -> None:
        page = column(self, margin=2, spacing=2)
        box, form = group(_("What is worth a pop-up"))
        form.addRow(theme.label(_("Pop-ups")), self._level)
        note = caption(_("Each incident pops up when it begins, when it gets worse and when it is over: nothing else."))
        form.addRow(note)
        form.addRow(self._noise)
        form.addRow(self._makers)
        self._noise.setAccessibleName(_("How many pop-ups these rules make"))
        page.addWidget(box)
        page.addWidget(self._quiet_box())
        page.addWidget(self._pages_box)
        page.addWidget(self._test_box())
        page.addStretch(1)
        self._level.activated.connect(self._on_level)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 -- Qt's name
        """Count anew whenever somebody comes to see it: meanwhile more may have happened."""
        super().showEvent(event)
        self._rules = None
        self._count()

    def show_preview(self, previewed: Previewed) -> None:
        """Say how many pop-ups the rules would have made; an answer about older ones is too late."""
        if previewed.rules == self._rules:
            self._noise.setText(noise_line(previewed.rehearsal))
            put(self._makers, noise_makers(previewed.rehearsal, self._names))

    def _count_soon(self) -> None:
        if self.isVisible():
            self._counting.start()

    def _count(self) -> None:
        settings = self._draft.settings
        rules = PreviewRules(settings.alerts, settings.quiet_hours)
        if rules != self._rules:
            self._rules = rules
            self.preview_requested.emit(rules)

    def show_test(self, test: PopupTest) -> None:
        """Say what a test pop-up showed."""
        self._test.setEnabled(True)
        put(self._tested, "\n".join(lines_about(test)))

    def _test_box(self) -> QGroupBox:
        box, form = group(_("On this desktop"))
        told = QPushButton(told_text())
        told.clicked.connect(self.told_requested)
        form.addRow(Flow(self._test, told))
        form.addRow(self._tested)
        self._tested.setAccessibleName(_("What the test showed"))
        self._test.clicked.connect(self._on_test)
        return box

    def _on_test(self) -> None:
        self._test.setEnabled(False)
        put(self._tested, _("Showing a test pop-up..."))
        self.test_requested.emit()

    def _quiet_box(self) -> QGroupBox:
        box, form = group(_("Quiet hours"))
        form.addRow(self._quiet)
        self._add_times(form)
        form.addRow(theme.label(_("On")), self._make_days())
        form.addRow(
            caption(_("What was news then is told afterwards. An end before the beginning is on the next day."))
        )
        self._quiet.clicked.connect(self._on_quiet)
        return box

    def _add_times(self, form: QFormLayout) -> None:
        for label, edit in ((_("From"), self._start), (_("To"), self._end)):
            edit.setDisplayFormat("HH:mm")
            edit.setAccessibleName(label)
            edit.setKeyboardTracking(False)
            edit.timeChanged.connect(self._on_quiet)
            form.addRow(theme.label(label), edit)

    def _make_days(self) -> QWidget:
        days = QWidget()
        line = Flow()
        for day, word in _day_words().items():
            box = QCheckBox(word)
            box.clicked.connect(self._on_quiet)
            self._days[day] = box
            line.addWidget(box)
        days.setLayout(line)
        return days

    def _own_choice(self, page_id: str, name: str) -> "Choice[_Own]":
        above = self._names.get(self._providers[page_id], "") if self._follows(page_id) else ""
        choice = Choice(_own_words(above), name)
        choice.setProperty(_ID, page_id)
        choice.activated.connect(self._on_own_level)
        return choice

    def _follows(self, page_id: str) -> bool:
        """Return whether a page does as the provider's main page here, where it has no level of its own."""
        provider = self._providers.get(page_id, "")
        return provider != page_id and provider in self._names

    def _level_of(self, page_id: str) -> Level | None:
        """Return a page's own level; that of its provider counts as its own where no other page stands for it."""
        levels = self._draft.settings.alerts.providers
        if self._follows(page_id):
            return levels.get(page_id)
        return levels.get(page_id, levels.get(self._providers.get(page_id, "")))

    def _show(self) -> None:
        settings = self._draft.settings
        self._level.show_value(settings.alerts.level)
        for page_id, choice in self._pages.items():
            level = self._level_of(page_id)
            choice.show_value(_Own.GENERAL if level is None else _Own[level.name])
        quiet = settings.quiet_hours
        shown = quiet or QuietHours()
        for widget in (self._quiet, self._start, self._end, *self._days.values()):
            widget.blockSignals(True)
        self._quiet.setChecked(quiet is not None)
        self._start.setTime(QTime(shown.start.hour, shown.start.minute))
        self._end.setTime(QTime(shown.end.hour, shown.end.minute))
        for day, box in self._days.items():
            box.setChecked(day in shown.days)
        for widget in (self._quiet, self._start, self._end, *self._days.values()):
            widget.blockSignals(False)
        for widget in (self._start, self._end, *self._days.values()):
            widget.setEnabled(quiet is not None)

    def _on_level(self) -> None:
        alerts = replace(self._draft.settings.alerts, level=self._level.value())
        self._draft.edit(replace(self._draft.settings, alerts=alerts))

    def _on_own_level(self) -> None:
        choice = self.sender()
        page_id = str(choice.property(_ID))
        levels = dict(self._draft.settings.alerts.providers)
        own = self._pages[page_id].value()
        if own is _Own.GENERAL:
            levels.pop(page_id, None)
            if not self._follows(page_id):
                levels.pop(self._providers.get(page_id, ""), None)
        else:
            levels[page_id] = Level[own.name]
        alerts = replace(self._draft.settings.alerts, providers=MappingProxyType(levels))
        self._draft.edit(replace(self._draft.settings, alerts=alerts))

    def _on_quiet(self) -> None:
        quiet = None
        if self._quiet.isChecked():
            days = tuple(day for day, box in self._days.items() if box.isChecked())
            quiet = QuietHours(start=_time(self._start), end=_time(self._end), days=days or tuple(Weekday))
            if quiet.objection() is not None:
                return
        self._draft.edit(replace(self._draft.settings, quiet_hours=quiet))
        self._show()


class _Own(Enum):
    """What a page's own choice may be."""

    GENERAL = "general"
    ALL = "all"
    OUTAGES = "outages"
    MUTE = "mute"


def _level_words() -> Mapping[Level, str]:
    return {Level.ALL: _("All trouble"), Level.OUTAGES: _("Outages only"), Level.MUTE: _("None")}


def _own_words(other: str) -> Mapping[_Own, str]:
    """Return the choices of one page; ``other`` is the page it does as, or empty for what holds in general."""
    levels = {_Own[level.name]: word for level, word in _level_words().items()}
    return {_Own.GENERAL: _("As {name}").format(name=other) if other else _("As above"), **levels}


def _day_words() -> Mapping[Weekday, str]:
    words = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
    return dict(zip(Weekday, words, strict=True))


def _time(edit: QTimeEdit) -> time:
    return time(edit.time().hour(), edit.time().minute())
