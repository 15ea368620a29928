"""The tab "Signals": what else may tell whose problem it is, and what may be used instead; all of it a choice."""

from gettext import gettext as _

from msgspec.structs import replace
from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QCheckBox, QGroupBox, QLabel, QWidget

from trayapp.desktop import theme
from trayapp.desktop.window.settings.choices import Number, group
from trayapp.desktop.window.settings.draft import Draft
from trayapp.desktop.window.texts import caption, column, put, wrapped

_LEAST_PORT, _MOST_PORT = 1024, 65535


class SignalsTab(QWidget):
    """Edits whether the user's own programs may report, and whether others are counted."""

    def __init__(self, draft: Draft) -> None:
        """Make the tab; the draft fills it."""
        super().__init__()
        self._draft = draft
        self._hears = QCheckBox(_("Let programs on this computer &report errors over HTTP"))
        self._port = Number(_LEAST_PORT, _MOST_PORT, "", _("Port for reports"))
        self._where: QLabel = wrapped(selectable=True)
        self._news = QCheckBox(_("Count what is said on &Hacker News"))
        self._detector: QLabel = wrapped(selectable=True)
        page = column(self, margin=2, spacing=2)
        page.addWidget(self._programs())
        page.addWidget(self._others())
        page.addStretch(1)
        draft.changed.connect(self._show)
        self._show()

    def _programs(self) -> QGroupBox:
        box, form = group(_("Your own programs"))
        form.addRow(self._hears)
        form.addRow(theme.label(_("At port")), self._port)
        form.addRow(self._where)
        form.addRow(
            caption(
                _(
                    "Only programs that know the token can report, and only from this computer. The token lies in "
                    "the file “report-token” in the folder of this app's data; delete it to have a new one made. "
                    "Without this, the command “trayapp report” and the hook for httpx work just the same."
                )
            )
        )
        self._hears.clicked.connect(self._on_reports)
        self._port.valueChanged.connect(self._on_reports)
        return box

    def _others(self) -> QGroupBox:
        box, form = group(_("What other people report"))
        form.addRow(self._news)
        form.addRow(self._detector)
        form.addRow(
            caption(
                _(
                    "Asked only while something fails, with the provider's name and nothing of yours. It is shown as a "
                    "count and never makes a service look worse or better."
                )
            )
        )
        self._news.clicked.connect(self._on_others)
        return box

    def _show(self) -> None:
        reports = self._draft.settings.reports
        with QSignalBlocker(self._hears):
            self._hears.setChecked(reports.enabled)
        self._port.show_value(reports.port)
        self._port.setEnabled(reports.enabled)
        crowd = self._draft.settings.crowd
        with QSignalBlocker(self._news):
            self._news.setChecked(crowd.hacker_news)
        put(
            self._detector,
            _("Downdetector is asked with your own access ({client}).").format(client=crowd.downdetector_client)
            if crowd.downdetector
            else _("With access to Downdetector Enterprise of your own: trayapp login downdetector --user CLIENT-ID"),
        )
        put(self._where, f"POST http://127.0.0.1:{reports.port}/report" if reports.enabled else "")

    def _on_others(self) -> None:
        crowd = replace(self._draft.settings.crowd, hacker_news=self._news.isChecked())
        self._draft.edit(replace(self._draft.settings, crowd=crowd))

    def _on_reports(self) -> None:
        reports = replace(self._draft.settings.reports, enabled=self._hears.isChecked(), port=self._port.value())
        self._draft.edit(replace(self._draft.settings, reports=reports))
