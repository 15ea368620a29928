"""The look: the only place with a hue, the only maker of icons by shape, and the only maker of labels.

Shapes are drawn on a grid of 32 units and tell the states apart without colour; the colours are Okabe and
Ito's, which people with any colour vision can tell apart. A thin outline of the opposite brightness keeps a shape
legible on light and dark panels alike: nobody tells us which one it lies on.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QGuiApplication,
    QIcon,
    QPainter,
    QPainterPath,
    QPalette,
    QPen,
    QPixmap,
    QStyleHints,
    QTransform,
)
from PySide6.QtWidgets import QLabel, QWidget

from trayapp.presentation.words import Mark

GRID = 32
ICON_SIZES = (16, 20, 22, 24, 32, 40, 44, 48, 64, 96, 128)
"""Pixels: what panels ask for at one and two times."""


class Hue:
    """Colours by name; nothing outside this module knows one."""

    GREEN = "#009e73"
    BLUE = "#1f8fd6"
    AMBER = "#f0a500"
    VERMILLION = "#d5400b"
    GREY = "#878787"
    WHITE = "#ffffff"
    BLACK = "#111111"


@dataclass(frozen=True, slots=True)
class Look:
    """How a mark is drawn: its body, the sign cut in or laid on it, and the colours of both."""

    body: str
    sign: str
    on_light: str
    on_dark: str
    """The colours of text and of fine lines on a window's own background: darker and lighter than the body."""


LOOKS: Mapping[Mark, Look] = MappingProxyType(
    {
        Mark.FINE: Look(Hue.GREEN, Hue.WHITE, "#00714f", "#2fc79b"),
        Mark.MAINTENANCE: Look(Hue.BLUE, Hue.WHITE, "#0a62a0", "#6cbcf2"),
        Mark.DEGRADED: Look(Hue.AMBER, Hue.BLACK, "#8a5a00", "#f5b937"),
        Mark.OUTAGE: Look(Hue.VERMILLION, Hue.WHITE, "#b3340a", "#ff8a5c"),
        Mark.UNKNOWN: Look(Hue.GREY, Hue.GREY, "#5f5f5f", "#a8a8a8"),
    }
)


def icon(mark: Mark, *, colourless: bool = False) -> QIcon:
    """Return the icon of a mark; ``colourless`` leaves only its shape, in a grey that every panel shows."""
    return _icon(mark, colourless and mark not in {Mark.DEGRADED, Mark.OUTAGE}, is_high_contrast())


def pixmap(mark: Mark, size: int, *, colourless: bool = False) -> QPixmap:
    """Return a mark drawn for exactly so many device pixels."""
    return _pixmap(mark, size, colourless, is_high_contrast())


def colour(mark: Mark) -> QColor:
    """Return the colour of text or fine lines about a mark, legible on a window's background as it is now."""
    look = LOOKS[mark]
    return QColor(look.on_dark if is_dark() else look.on_light)


def is_dark() -> bool:
    """Return whether windows are dark now."""
    scheme = _style_hints().colorScheme()
    if scheme is not Qt.ColorScheme.Unknown:
        return scheme is Qt.ColorScheme.Dark
    return QGuiApplication.palette().color(QPalette.ColorRole.Window).lightness() < 128  # noqa: PLR2004 -- half of 255


def is_high_contrast() -> bool:
    """Return whether the person asked the system for more contrast."""
    return _style_hints().accessibility().contrastPreference() is Qt.ContrastPreference.HighContrast


def apply_scheme(scheme: str) -> None:
    """Make windows "light" or "dark"; any other word follows the system."""
    wanted = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}.get(scheme, Qt.ColorScheme.Unknown)
    hints = _style_hints()
    if wanted is Qt.ColorScheme.Unknown:
        hints.unsetColorScheme()
    else:
        hints.setColorScheme(wanted)


def label(text: str = "", parent: QWidget | None = None, *, wrap: bool = False, selectable: bool = False) -> QLabel:
    """Return a label that shows its text as it is: what looks like markup is never rendered."""
    made = QLabel(parent)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    if selectable:
        made.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
    made.setText(text)
    return made


def plain(text: str) -> str:
    """Return a text for places where Qt guesses whether it is markup (tooltips), so that it guesses right.

    Look-alikes, not entities: a tray's tooltip is drawn by somebody else, who may show entities as they are.
    """
    return text.replace("<", "‹").replace(">", "›")


def draw(painter: QPainter, mark: Mark, *, colourless: bool = False, high_contrast: bool = False) -> None:
    """Draw a mark on a grid of 32 by 32 units; the painter decides how large a unit is."""
    look, shape = LOOKS[mark], _SHAPES[mark]()
    fill = QColor(Hue.GREY if colourless else look.body)
    sign = QColor(Hue.WHITE if colourless and not shape.is_hollow else look.sign)
    rim = QColor(Hue.BLACK if look.sign == Hue.BLACK else Hue.WHITE)
    rim.setAlphaF(1.0 if high_contrast else 0.75)
    edge = 2 * (shape.pen + (2.4 if high_contrast else 1.5))
    if shape.is_hollow:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.strokePath(shape.body, _pen(fill, 2 * shape.pen))
    else:
        painter.strokePath(shape.body, _pen(rim, edge))
        painter.fillPath(shape.body, fill)
        if shape.pen:
            painter.strokePath(shape.body, _pen(fill, 2 * shape.pen))
    for width, path in shape.sign:
        painter.strokePath(path, _pen(sign, width))


def _pen(hue: QColor, width: float) -> QPen:
    return QPen(hue, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)


@cache
def _style_hints() -> QStyleHints:
    """Keep the style hints: when their wrapper goes, that of their accessibility hints is dead for good (6.11)."""
    return QGuiApplication.styleHints()


@cache
def _icon(mark: Mark, colourless: bool, high_contrast: bool) -> QIcon:  # noqa: FBT001 -- a cache's key
    made = QIcon()
    for size in ICON_SIZES:
        made.addPixmap(_pixmap(mark, size, colourless, high_contrast))
    if colourless:
        made.setIsMask(True)  # macOS draws it in the colour of its menu bar
    return made


def _pixmap(mark: Mark, size: int, colourless: bool, high_contrast: bool) -> QPixmap:  # noqa: FBT001 -- as above
    made = QPixmap(size, size)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(size / GRID, size / GRID)
    draw(painter, mark, colourless=colourless, high_contrast=high_contrast)
    painter.end()
    return made


@dataclass(frozen=True, slots=True)
class _Shape:
    """The body of a mark and the lines on it, each with its width.

    ``pen`` is how far a round pen reaches beyond the body's path: it rounds corners, or draws a hollow body.
    """

    body: QPainterPath
    sign: tuple[tuple[float, QPainterPath], ...] = ()
    pen: float = 0.0
    is_hollow: bool = False


def _circle_with_tick() -> _Shape:
    return _Shape(_disc(14), ((4.4, _line((9, 16.5), (14, 21.5), (23, 11))),))


def _wrench() -> _Shape:
    """A spanner from the lower left to the upper right; one solid shape, no sign on it."""
    jaw = QPainterPath()
    jaw.addRect(QRectF(13, 4, 6, 11))
    handle = QPainterPath()
    handle.addRoundedRect(QRectF(12.6, 18, 6.8, 21), 3.4, 3.4)
    upright = _disc(8.5).united(handle).subtracted(jaw)
    return _Shape(QTransform().translate(21.5, 10.5).rotate(45).translate(-16, -16).map(upright))


def _triangle_with_mark() -> _Shape:
    stem = (4.0, _line((16, 11.6), (16, 17.2)))
    dot = (4.4, _line((16, 23.6), (16, 23.61)))
    return _Shape(_polygon((16, 4.4), (28.4, 27), (3.6, 27)), (stem, dot), pen=1.5)


def _octagon_with_cross() -> _Shape:
    near, far, low, high = 10.4, 21.6, 2.5, 29.5
    body = _polygon(
        (near, low), (far, low), (high, near), (high, far), (far, high), (near, high), (low, far), (low, near)
    )
    cross = tuple((4.4, _line(*ends)) for ends in (((10.8, 10.8), (21.2, 21.2)), ((21.2, 10.8), (10.8, 21.2))))
    return _Shape(body, cross, pen=0.5)


def _hollow_circle_with_hands() -> _Shape:
    return _Shape(_disc(12.6), ((3.4, _line((16, 9.5), (16, 16.5), (20.8, 19.3))),), pen=1.8, is_hollow=True)


_SHAPES: Mapping[Mark, Callable[[], _Shape]] = MappingProxyType(
    {
        Mark.FINE: _circle_with_tick,
        Mark.MAINTENANCE: _wrench,
        Mark.DEGRADED: _triangle_with_mark,
        Mark.OUTAGE: _octagon_with_cross,
        Mark.UNKNOWN: _hollow_circle_with_hands,
    }
)


def _disc(radius: float) -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(QPointF(16, 16), radius, radius)
    return path


def _line(*points: tuple[float, float]) -> QPainterPath:
    path = QPainterPath(QPointF(*points[0]))
    for point in points[1:]:
        path.lineTo(QPointF(*point))
    return path


def _polygon(*corners: tuple[float, float]) -> QPainterPath:
    path = _line(*corners)
    path.closeSubpath()
    return path
