"""The page "Settings": tabs that edit one draft, which is sent when nothing has changed for a moment."""

from gettext import gettext as _

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QTabWidget, QWidget

from trayapp.desktop.options import RunOptions
from trayapp.desktop.window.settings.about import AboutTab
from trayapp.desktop.window.settings.draft import Draft
from trayapp.desktop.window.settings.general import GeneralTab
from trayapp.desktop.window.settings.popups import PopupsTab
from trayapp.desktop.window.settings.signals import SignalsTab
from trayapp.desktop.window.settings.watching import WatchingTab
from trayapp.desktop.window.texts import column, scroller
from trayapp.engine.updates import Update
from trayapp.presentation.popuptest import PopupTest
from trayapp.storage.autostart import Autostart


class SettingsPage(QWidget):
    """Shows what is chosen, and sends what is changed."""

    apply_requested = Signal(object)
    """Settings to save."""
    detect_requested = Signal(str, bool)
    """An address whose platform is to be found out."""
    login_requested = Signal(object)
    """A KeepLogin."""
    erase_requested = Signal()
    popup_test_requested = Signal()
    told_requested = Signal()
    preview_requested = Signal(object)

    def __init__(self, autostart: Autostart | None = None, options: RunOptions | None = None) -> None:
        """Make the tabs; `show_update` fills them."""
        super().__init__()
        self._draft = Draft()
        self._watching = WatchingTab(self._draft)
        self._popups = PopupsTab(self._draft)
        self._general = GeneralTab(self._draft, autostart)
        self._signals = SignalsTab(self._draft)
        self._about = AboutTab(options)
        self._tabs = QTabWidget()
        self._tabs.setDocumentMode(True)
        self._tabs.setAccessibleName(_("Settings"))
        self._tabs.addTab(self._watching, _("Watching"))
        self._tabs.addTab(scroller(self._popups, _("Pop-ups")), _("Pop-ups"))
        self._tabs.addTab(scroller(self._signals, _("Signals")), _("Signals"))
        self._tabs.addTab(scroller(self._general, _("General")), _("General"))
        self._tabs.addTab(scroller(self._about, _("About")), _("About"))
        # Until the engine has said what is in force there is nothing that could be edited.
        self._tabs.setEnabled(False)
        column(self, margin=1).addWidget(self._tabs)
        self._draft.send_requested.connect(self.apply_requested)
        self._watching.detect_requested.connect(self.detect_requested)
        self._watching.login_requested.connect(self.login_requested)
        self._popups.test_requested.connect(self.popup_test_requested)
        self._popups.told_requested.connect(self.told_requested)
        self._popups.preview_requested.connect(self.preview_requested)
        self._general.erase_requested.connect(self.erase_requested)

    @property
    def draft(self) -> Draft:
        """What is being edited."""
        return self._draft

    def show_update(self, update: Update) -> None:
        """Show what is in force, and what there is to watch."""
        self._draft.take(update.settings)
        self._tabs.setEnabled(True)
        self._watching.show_state(update.snapshot, update.providers)
        self._popups.show_state(update.snapshot)
        self._general.show_state(update.snapshot, update.updates, update.asked)
        self._general.show_keys(update.keys, update.key_store)
        self._about.show_updates(update.updates, update.now)
        if update.found_page is not None:
            self._watching.show_found(update.found_page)
        if update.previewed is not None:
            self._popups.show_preview(update.previewed)

    def show_popup_test(self, test: PopupTest) -> None:
        """Say what a test pop-up showed."""
        self._popups.show_test(test)

    def start_search(self) -> None:
        """Put the focus on the search for what to watch."""
        self._tabs.setCurrentWidget(self._watching)
        self._watching.start_search()
