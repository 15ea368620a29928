"""The least a Qt tray program can be: an icon, and a timer that does nothing twice a minute. The measure of ours."""

import signal
import sys

from PySide6.QtCore import QTimer
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QApplication, QSystemTrayIcon


def main() -> int:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    app = QApplication(sys.argv)
    app.setQuitOnLastWindowClosed(False)
    pixmap = QPixmap(32, 32)
    pixmap.fill(QColor("#e00020"))
    tray = QSystemTrayIcon(QIcon(pixmap))
    tray.show()
    timer = QTimer()
    timer.timeout.connect(lambda: None)
    timer.start(30_000)
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
