"""Labels and boxes on one grid: every distance is a multiple of eight, every text is plain."""

from functools import cache
from gettext import gettext as _

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QIcon, QPalette
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from trayapp.desktop import theme
from trayapp.presentation.words import Mark

GRID = 8
"""Device-independent pixels; Qt scales them with the screen."""
MARK_SIZE = 20
LARGE_MARK_SIZE = 40
_DIM = 0.74
"""How much of the text's colour is left in a caption: still 4.5 to 1 and more on light and dark."""


def wrapped(text: str = "", *, selectable: bool = False) -> QLabel:
    """Return a label as wide as there is room, which never makes its window wider however long a word is."""
    label = theme.label(text, wrap=True, selectable=selectable)
    policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    policy.setHeightForWidth(True)
    label.setSizePolicy(policy)
    return label


def heading(text: str = "", *, size: float = 1.0) -> QLabel:
    """Return a label in bold, so many times larger than other text."""
    label = wrapped(text)
    font = label.font()
    font.setWeight(QFont.Weight.DemiBold)
    enlarge(font, size)
    label.setFont(font)
    return label


def caption(text: str = "") -> QLabel:
    """Return a label for what matters less: dates, ages, hints."""
    label = wrapped(text)
    label.setProperty("dim", True)
    _dim(label)
    return label


def redim(within: QWidget) -> None:
    """Give all captions inside their colour again, after light has become dark or the contrast has changed."""
    for label in within.findChildren(QLabel):
        if label.property("dim"):
            _dim(label)


def enlarge(font: QFont, times: float) -> None:
    """Make a font larger, whichever unit it is measured in."""
    if font.pointSizeF() > 0:
        font.setPointSizeF(font.pointSizeF() * times)
    else:
        font.setPixelSize(round(font.pixelSize() * times))


def put(label: QLabel, text: str) -> None:
    """Set a label's text if it differs, and hide the label where there is none."""
    if label.text() != text:
        label.setText(text)
    label.setVisible(bool(text))


def access_text(text: str) -> str:
    """Return a text from outside for a button: its ampersands are no access keys."""
    return text.replace("&", "&&")


@cache
def list_icon(mark: Mark) -> QIcon:
    """Return a mark's icon that keeps its colours in a selected line, where Qt would tint it."""
    icon = QIcon()
    for size in (MARK_SIZE, 24, 2 * MARK_SIZE, 48, 72):
        pixmap = theme.pixmap(mark, size)
        icon.addPixmap(pixmap, QIcon.Mode.Normal)
        icon.addPixmap(pixmap, QIcon.Mode.Selected)
    return icon


def mark_label(size: int = MARK_SIZE) -> QLabel:
    """Return an empty label for a mark; the words beside it say the same."""
    label = theme.label()
    label.setFixedSize(size, size)
    return label


def column(within: QWidget | None = None, *, margin: float = 0, spacing: float = 1) -> QVBoxLayout:
    """Return a column; margin and spacing count in grid steps."""
    made = QVBoxLayout(within) if within is not None else QVBoxLayout()
    _measure(made, margin, spacing)
    return made


def row(within: QWidget | None = None, *, margin: float = 0, spacing: float = 1) -> QHBoxLayout:
    """Return a row; margin and spacing count in grid steps."""
    made = QHBoxLayout(within) if within is not None else QHBoxLayout()
    _measure(made, margin, spacing)
    return made


def scroller(content: QWidget, name: str) -> QScrollArea:
    """Return a frameless area in which the content scrolls; the area itself takes no focus by Tab."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setAccessibleName(name)
    area.setWidget(content)
    return area


def panel() -> QFrame:
    """Return a frame in the colour of lists, for a card."""
    frame = QFrame()
    frame.setFrameShape(QFrame.Shape.StyledPanel)
    frame.setBackgroundRole(QPalette.ColorRole.Base)
    frame.setAutoFillBackground(True)
    return frame


def check_now_text() -> str:
    """Return the words of every button that looks at once."""
    return _("Check now")


def _measure(layout: QVBoxLayout | QHBoxLayout, margin: float, spacing: float) -> None:
    edge = round(margin * GRID)
    layout.setContentsMargins(edge, edge, edge, edge)
    layout.setSpacing(round(spacing * GRID))


def _dim(label: QLabel) -> None:
    palette = QApplication.palette(label)
    if not theme.is_high_contrast():
        text, ground = palette.color(QPalette.ColorRole.WindowText), palette.color(QPalette.ColorRole.Window)
        mixed = [
            round(_DIM * a + (1 - _DIM) * b)
            for a, b in zip(text.getRgb()[:3], ground.getRgb()[:3], strict=True)  # type: ignore[index]  # a tuple
        ]
        text.setRgb(*mixed)
        # On a panel, whose background is that of lists, a label takes the colour of text in lists.
        palette.setColor(QPalette.ColorRole.WindowText, text)
        palette.setColor(QPalette.ColorRole.Text, text)
    label.setPalette(palette)
