"""The first questions, three clicks: what do you use, when is it quiet, go. Each can be skipped."""

from contextlib import suppress
from datetime import time
from gettext import gettext as _

from msgspec.structs import replace
from PySide6.QtCore import QTime, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QStackedWidget,
    QTimeEdit,
    QWidget,
)

from trayapp.catalogue.lookup import Catalogue
from trayapp.desktop.window.texts import GRID, access_text, caption, column, heading, put, row, scroller, wrapped
from trayapp.domain.provider import Provider
from trayapp.storage.autostart import Autostart, AutostartError
from trayapp.storage.settings import QuietHours, Settings, Watch

_COMMON = (
    "openai anthropic gemini mistral xai deepseek perplexity github-copilot cursor openrouter groq together "
    "huggingface elevenlabs cohere replicate vertex-ai bedrock azure-openai"
)
_TICKED = frozenset({"openai", "anthropic"})
_COLUMNS = 3
_FOUND = 12


class FirstRun(QWidget):
    """Asks, and sends the answers as settings; "Skip" keeps the defaults, which watch OpenAI and Anthropic."""

    apply_requested = Signal(object)
    """Settings to save."""

    def __init__(self, autostart: Autostart | None = None) -> None:
        """Make the three steps; `show_providers` fills the first. The last one offers the start at login if it can."""
        super().__init__()
        self._autostart = autostart
        self._login = QCheckBox(_("Start at &login"))
        self._login.setChecked(True)
        self._settings = Settings()
        self._catalogue = Catalogue()
        self._ticks: dict[str, QCheckBox] = {}
        self._chosen: dict[str, None] = dict.fromkeys(sorted(_TICKED, reverse=True))
        self._search = QLineEdit()
        self._grid = QGridLayout()
        self._nothing = caption()
        self._quiet = QButtonGroup(self)
        self._start, self._end = QTimeEdit(QTime(22, 0)), QTimeEdit(QTime(7, 0))
        self._summary = wrapped()
        self._steps = QStackedWidget()
        self._place = caption()
        self._back = QPushButton(_("&Back"))
        self._skip = QPushButton(_("&Skip"))
        self._next = QPushButton()
        self._build()
        self._go(0)

    def show_providers(self, providers: tuple[Provider, ...], settings: Settings) -> None:
        """Offer these providers."""
        self._settings = settings
        if providers is not self._catalogue.providers:
            self._catalogue = Catalogue(providers)
            self._offer()

    def _build(self) -> None:
        page = column(self, margin=4, spacing=2)
        page.addWidget(self._place)
        for step in (self._what(), self._when(), self._ready()):
            self._steps.addWidget(step)
        page.addWidget(self._steps, 1)
        page.addLayout(self._buttons())

    def _buttons(self) -> QHBoxLayout:
        line = row()
        line.addWidget(self._skip)
        line.addStretch(1)
        line.addWidget(self._back)
        line.addWidget(self._next)
        self._skip.setToolTip(
            _("Watch OpenAI and Anthropic, without quiet hours; all of it can be changed in Settings")
        )
        self._skip.clicked.connect(self._on_skip)
        self._back.clicked.connect(lambda: self._go(self._steps.currentIndex() - 1))
        self._next.clicked.connect(self._on_next)
        self._next.setMinimumWidth(18 * GRID)
        for button in (self._skip, self._back, self._next):
            button.setAutoDefault(True)
        return line

    def _what(self) -> QWidget:
        step = QWidget()
        lines = column(step, spacing=2)
        lines.addWidget(heading(_("What do you use?"), size=1.5))
        self._search.setPlaceholderText(_("Search for more"))
        self._search.setAccessibleName(_("Search for more services"))
        self._search.setClearButtonEnabled(True)
        self._search.textChanged.connect(self._offer)
        lines.addWidget(self._search)
        content = QWidget()
        inner = column(content, spacing=2)
        self._grid.setHorizontalSpacing(3 * GRID)
        self._grid.setVerticalSpacing(GRID)
        for place in range(_COLUMNS):
            self._grid.setColumnStretch(place, 1)
        inner.addLayout(self._grid)
        inner.addWidget(self._nothing)
        inner.addStretch(1)
        lines.addWidget(scroller(content, _("Services")), 1)
        return step

    def _when(self) -> QWidget:
        step = QWidget()
        lines = column(step, spacing=2)
        lines.addWidget(heading(_("When should it be quiet?"), size=1.5))
        lines.addWidget(wrapped(_("Pop-ups that come in quiet hours are held back and told afterwards.")))
        for place, words in enumerate((_("&Never"), _("From &22:00 to 07:00"), _("At &other hours:"))):
            button = QRadioButton(words)
            self._quiet.addButton(button, place)
            lines.addWidget(button)
        times = row()
        times.setContentsMargins(3 * GRID, 0, 0, 0)
        for edit, words in ((self._start, _("From")), (self._end, _("To"))):
            edit.setDisplayFormat("HH:mm")
            edit.setAccessibleName(words)
            edit.setEnabled(False)
            times.addWidget(edit)
        times.addStretch(1)
        lines.addLayout(times)
        lines.addStretch(1)
        self._quiet.button(0).setChecked(True)
        self._quiet.idToggled.connect(self._on_quiet)
        return step

    def _ready(self) -> QWidget:
        step = QWidget()
        lines = column(step, spacing=2)
        lines.addWidget(heading(_("Ready"), size=1.5))
        lines.addWidget(self._summary)
        if self._autostart is not None:
            lines.addWidget(self._login)
        lines.addWidget(caption(_("All of it can be changed in Settings, also which parts of a service are watched.")))
        lines.addStretch(1)
        return step

    def _offer(self) -> None:
        """Show the common providers and what is ticked, or what a search finds."""
        text = self._search.text().strip()
        known = {each.id: each for each in self._catalogue.providers}
        if text:
            offered = [each for each in self._catalogue.search(text) if each.pages][:_FOUND]
        else:
            offered = [
                known[each]
                for each in dict.fromkeys((*_COMMON.split(), *self._chosen))
                if each in known and known[each].pages
            ]
        for tick in self._ticks.values():
            self._grid.removeWidget(tick)
            tick.hide()
            tick.deleteLater()
        self._ticks = {}
        for place, provider in enumerate(offered):
            tick = QCheckBox(access_text(provider.name))
            tick.setChecked(provider.id in self._chosen)
            tick.setAccessibleDescription(", ".join(provider.aliases))
            tick.setProperty("provider", provider.id)
            tick.toggled.connect(self._on_tick)
            self._ticks[provider.id] = tick
            self._grid.addWidget(tick, place // _COLUMNS, place % _COLUMNS)
        nothing = _("Nothing by this name. Any status page can be added in Settings by its address.")
        put(self._nothing, "" if offered else nothing)

    def _go(self, place: int) -> None:
        self._steps.setCurrentIndex(place)
        put(self._place, _("Step {place} of {all}").format(place=place + 1, all=self._steps.count()))
        self._back.setEnabled(place > 0)
        is_last = place == self._steps.count() - 1
        self._next.setText(_("Start &watching") if is_last else _("&Next"))
        if is_last:
            put(self._summary, self._words())
        self._next.setFocus()

    def _on_next(self) -> None:
        if self._steps.currentIndex() < self._steps.count() - 1:
            self._go(self._steps.currentIndex() + 1)
            return
        if self._autostart is not None and self._login.isChecked():
            # Where it cannot be switched on, Settings says why.
            with suppress(AutostartError):
                self._autostart.switch(on=True)
        watch = tuple(Watch(provider=each) for each in self._chosen)
        self.apply_requested.emit(replace(self._settings, first_run_done=True, watch=watch, quiet_hours=self._hours()))

    def _on_skip(self) -> None:
        self.apply_requested.emit(replace(self._settings, first_run_done=True))

    def _on_tick(self, is_on: bool) -> None:  # noqa: FBT001 -- a signal's argument
        provider_id = str(self.sender().property("provider"))
        if is_on:
            self._chosen[provider_id] = None
        else:
            self._chosen.pop(provider_id, None)

    def _on_quiet(self, place: int, is_on: bool) -> None:  # noqa: FBT001 -- a signal's argument
        if place == _OWN_HOURS:
            self._start.setEnabled(is_on)
            self._end.setEnabled(is_on)

    def _hours(self) -> QuietHours | None:
        place = self._quiet.checkedId()
        if place == 0:
            return None
        if place != _OWN_HOURS:
            return QuietHours()
        start, end = self._start.time(), self._end.time()
        hours = QuietHours(start=time(start.hour(), start.minute()), end=time(end.hour(), end.minute()))
        return hours if hours.objection() is None else None

    def _words(self) -> str:
        names = [provider.name for each in self._chosen if (provider := self._catalogue.find(each)) is not None]
        watched = ", ".join(names) if names else _("nothing yet")
        hours = self._hours()
        quiet = _("never") if hours is None else f"{hours.start:%H:%M} - {hours.end:%H:%M}"
        return _("We watch: {names}\nQuiet hours: {hours}").format(names=watched, hours=quiet)


_OWN_HOURS = 2
