"""A button that lets ``trayapp doctor`` look at this machine and save what it found, for somebody who helps."""

from collections.abc import Callable
from gettext import gettext as _

from PySide6.QtCore import QByteArray, QDir, QProcess, QStandardPaths, Slot
from PySide6.QtWidgets import QFileDialog, QPushButton, QWidget

from trayapp.desktop.options import RunOptions
from trayapp.desktop.window.texts import caption, column, put, row, wrapped

FILE_NAME = "trayapp-diagnostics.zip"


class Diagnostics(QWidget):
    """Starts a program beside this one, so that a hung engine is no hindrance, and says how it ended."""

    def __init__(self, options: RunOptions, ask_file: Callable[[QWidget], str] | None = None) -> None:
        """Make the row; ``ask_file`` returns where to save, or nothing if the person does not want to."""
        super().__init__()
        self._options = options
        self._ask_file = ask_file or _ask_file
        self._process: QProcess | None = None
        self._button = QPushButton(_("Save &diagnostics..."))
        self._said = wrapped(selectable=True)
        self._said.setAccessibleName(_("How it went"))
        made = column(self)
        made.addWidget(
            caption(
                _(
                    "One file for somebody who helps you: what works on this computer, settings, versions and the last "
                    "errors. Keys, log-ins and names are taken out; nothing is sent."
                )
            )
        )
        line = row()
        line.addWidget(self._button)
        line.addStretch(1)
        made.addLayout(line)
        made.addWidget(self._said)
        put(self._said, "")
        self._button.clicked.connect(self._start)

    @Slot()
    def _start(self) -> None:
        file = self._ask_file(self)
        if not file:
            return
        program, *words = self._options.command("doctor", "--save", file)
        self._process = QProcess(self)
        self._process.finished.connect(self._on_end)
        self._process.errorOccurred.connect(self._on_error)
        self._button.setEnabled(False)
        put(self._said, _("Looking at everything; this takes some seconds..."))
        self._process.start(program, words)

    @Slot()
    def _on_end(self) -> None:
        process = self._process
        if process is None:
            return
        self._process = None
        out, error = (_last_line(each) for each in (process.readAllStandardOutput, process.readAllStandardError))
        self._end(out or error or _("The check ended without a word."))
        process.deleteLater()

    @Slot()
    def _on_error(self) -> None:
        """A program that cannot even be started never ends."""
        process = self._process
        if process is not None and process.error() is QProcess.ProcessError.FailedToStart:
            self._process = None
            self._end(_("The check could not be started: {why}").format(why=process.errorString()))
            process.deleteLater()

    def _end(self, sentence: str) -> None:
        self._button.setEnabled(True)
        put(self._said, sentence)


def _last_line(read: Callable[[], QByteArray]) -> str:
    lines = bytes(read().data()).decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else ""


def _ask_file(parent: QWidget) -> str:
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation) or QDir.homePath()
    proposed = QDir(folder).filePath(FILE_NAME)
    return QFileDialog.getSaveFileName(parent, _("Save diagnostics"), proposed, _("Zip files (*.zip)"))[0]
