"""The tab "About": version, licence, and the licences of what this app is built on."""

import gzip
import zlib
from datetime import datetime
from gettext import gettext as _
from importlib import metadata
from pathlib import Path

from PySide6.QtCore import qVersion
from PySide6.QtWidgets import QPlainTextEdit, QPushButton, QSizePolicy, QWidget

from trayapp import __version__
from trayapp.desktop import theme
from trayapp.desktop.options import RunOptions
from trayapp.desktop.window import links
from trayapp.desktop.window.settings.diagnostics import Diagnostics
from trayapp.desktop.window.texts import GRID, caption, column, heading, put, row, wrapped
from trayapp.domain.updates import UpdatesState
from trayapp.presentation.tray import APP_NAME
from trayapp.presentation.updates import came_as, catalogue_sentence, program_news
from trayapp.storage.resources import resource

_LIBRARIES = (
    ("PySide6-Essentials", "LGPL-3.0"),
    ("shiboken6", "LGPL-3.0"),
    ("httpx", "BSD-3-Clause"),
    ("httpcore", "BSD-3-Clause"),
    ("anyio", "MIT"),
    ("h11", "MIT"),
    ("certifi", "MPL-2.0"),
    ("idna", "BSD-3-Clause"),
    ("truststore", "MIT"),
    ("platformdirs", "MIT"),
    ("keyring", "MIT"),
    ("msgspec", "BSD-3-Clause"),
    ("feedparser", "BSD-2-Clause"),
    ("tomlkit", "MIT"),
    ("cryptography", "Apache-2.0 OR BSD-3-Clause"),
    ("prometheus-client", "Apache-2.0 AND BSD-2-Clause"),
    ("jeepney", "MIT"),
)
_NOTICES = ("licences.txt", "licences.txt.gz")
_LICENSE_FILES = ("LICENSE", "licenses/LICENSE")


class AboutTab(QWidget):
    """Says what this is and under which terms."""

    def __init__(self, options: RunOptions | None = None) -> None:
        """Make the tab; the licences' texts are read when somebody wants to see them."""
        super().__init__()
        self._url = ""
        self._came_as = caption()
        self._program = wrapped(selectable=True)
        self._news = wrapped(selectable=True)
        self._catalogue = caption()
        self._get = QPushButton(_("&Get the new version"))
        self._get.hide()
        self._get.clicked.connect(self._on_get)
        self._license = QPlainTextEdit()
        self._show_license = QPushButton(_("Show the &licence"))
        self._all = QPlainTextEdit()
        self._show_all = QPushButton(_("Show the licences of &everything inside"))
        page = column(self, margin=2, spacing=2)
        page.addWidget(heading(_("{app} {version}").format(app=APP_NAME, version=__version__), size=1.3))
        page.addWidget(
            wrapped(
                _(
                    "Watches the status pages of AI providers. Nothing leaves this computer but requests to "
                    "those pages: no account, no statistics, no advertising."
                )
            )
        )
        for label in (self._came_as, self._program, self._news):
            page.addWidget(label)
        line = row()
        line.addWidget(self._get)
        line.addStretch(1)
        page.addLayout(line)
        page.addWidget(self._catalogue)
        page.addWidget(wrapped(_("Free software under the MIT licence.")))
        page.addWidget(self._show_license)
        page.addWidget(self._license)
        page.addWidget(heading(_("If something does not work")))
        page.addWidget(Diagnostics(options or RunOptions()))
        page.addWidget(heading(_("Built on")))
        page.addWidget(
            wrapped(
                _(
                    "Qt {version} and Qt for Python are used under the GNU Lesser General Public License, version 3. "
                    "They are separate libraries: you may replace them with versions of your own. "
                    "Source code: https://download.qt.io"
                ).format(version=qVersion()),
                selectable=True,
            )
        )
        page.addWidget(caption("\n".join(_library_lines())))
        page.addWidget(self._show_all)
        page.addWidget(self._all)
        page.addStretch(1)
        for text, name in ((self._license, _("Licence")), (self._all, _("All licences"))):
            text.setReadOnly(True)
            text.setAccessibleName(name)
            text.setTabChangesFocus(True)
            text.setMinimumHeight(30 * GRID)
            text.hide()
        for button, slot in ((self._show_license, self._on_license), (self._show_all, self._on_all)):
            button.clicked.connect(slot)
            button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._show_all.setVisible(notices_file() is not None)

    def show_updates(self, state: UpdatesState, now: datetime) -> None:
        """Show what is known of new versions and of the catalogue."""
        found = program_news(state, __version__, now)
        self._url = found.url
        put(self._came_as, came_as(state.installation))
        put(self._program, found.sentence)
        put(self._news, "\n".join(f"• {each}" for each in found.news))
        put(self._catalogue, catalogue_sentence(state, now))
        self._get.setVisible(bool(found.url))
        self._get.setToolTip(theme.plain(found.url))
        self._get.setAccessibleDescription(found.url)

    def _on_get(self) -> None:
        links.open_link(self._url, self._url)

    def _on_license(self) -> None:
        self._license.setPlainText(license_text())
        self._license.show()
        self._license.setFocus()

    def _on_all(self) -> None:
        self._all.setPlainText(notices_text())
        self._all.show()
        self._all.setFocus()


def notices_file() -> Path | None:
    """Return where the licences of everything inside are: a built application has them, a checkout has not."""
    return next((each for each in map(resource, _NOTICES) if each.is_file()), None)


def notices_text() -> str:
    """Return the licences and notices of everything inside."""
    file = notices_file()
    if file is None:
        return ""
    try:
        content = file.read_bytes()
        return (gzip.decompress(content) if file.suffix == ".gz" else content).decode("utf-8", "replace")
    except (OSError, EOFError, zlib.error) as error:
        return str(error)


def license_text() -> str:
    """Return the licence as it was installed with the app, else where it can be found."""
    try:
        distribution = metadata.distribution("trayapp")
    except metadata.PackageNotFoundError:
        return _("MIT License. The file LICENSE beside the program has its text.")
    for name in _LICENSE_FILES:
        text = distribution.read_text(name)
        if text:
            return text
    return _("MIT License. The file LICENSE beside the program has its text.")


def _library_lines() -> list[str]:
    """Return the libraries that are installed here, with version and licence."""
    lines = []
    for name, terms in _LIBRARIES:
        try:
            version = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
        lines.append(_("{name} {version}: {licence}").format(name=name, version=version, licence=terms))
    return lines
