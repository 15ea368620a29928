"""Draw the pictures in resources/icons: the application's icon, as SVG and in the sizes desktops want, and the marks.

    python packaging/make_icons.py

The drawing is that of the tray (trayapp/desktop/theme.py, shapes.py): run this again when it changes. The marks are
kept as pixels in all sizes of the tray's icon, so that a program at rest draws nothing.
"""

import os
import sys
import zlib
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from PySide6.QtCore import QRectF, QSize, Qt  # noqa: E402 -- the platform comes first
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter, QPainterPath  # noqa: E402 -- as above
from PySide6.QtSvg import QSvgGenerator  # noqa: E402 -- as above

from trayapp.desktop import shapes, theme  # noqa: E402 -- the checkout's own, see above
from trayapp.desktop.assets import APP_ICON, APP_ICON_SIZES  # noqa: E402 -- as above
from trayapp.presentation.words import Mark  # noqa: E402 -- as above

FOLDER = ROOT / "resources" / "icons"
PLATE = "#233142"
GRID = 128


def paint(painter: QPainter) -> None:
    """Draw the icon on a grid of 128 units: a plate with the tray's tick, and the light that is looked for."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    plate = QPainterPath()
    plate.addRoundedRect(QRectF(4, 4, 120, 120), 28, 28)
    painter.fillPath(plate, QColor(PLATE))
    painter.translate(16, 16)
    painter.scale(96 / shapes.GRID, 96 / shapes.GRID)
    theme.draw(painter, Mark.FINE)


def make_svg(file: Path) -> None:
    """Write the drawing as it is."""
    generator = QSvgGenerator()
    generator.setFileName(str(file))
    generator.setSize(QSize(GRID, GRID))
    generator.setViewBox(QRectF(0, 0, GRID, GRID))
    generator.setTitle("AI Status Tray")
    painter = QPainter(generator)
    paint(painter)
    painter.end()


def make_png(file: Path, size: int) -> None:
    """Write the drawing in one size."""
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.scale(size / GRID, size / GRID)
    paint(painter)
    painter.end()
    image.save(str(file))


def make_mark(file: Path, mark: Mark) -> None:
    """Write the pixels of a mark as the tray's icon shows it, in all sizes."""
    images = (theme.pixmap(mark, size).toImage().convertToFormat(theme.PICTURE_FORMAT) for size in theme.ICON_SIZES)
    file.write_bytes(zlib.compress(b"".join(bytes(image.constBits()) for image in images), 9))


def main() -> int:
    """Write every file."""
    application = QGuiApplication([])
    (FOLDER / "marks").mkdir(parents=True, exist_ok=True)
    make_svg(FOLDER / f"{APP_ICON}.svg")
    for size in APP_ICON_SIZES:
        make_png(FOLDER / f"{APP_ICON}-{size}.png", size)
    for mark in Mark:
        make_mark(FOLDER / "marks" / f"{mark.value}.z", mark)
    print(f"{len(APP_ICON_SIZES) + 1 + len(Mark)} files in {FOLDER}")
    del application
    return 0


if __name__ == "__main__":
    sys.exit(main())
