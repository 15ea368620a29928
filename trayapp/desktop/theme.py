"""The look: the only place with a hue, the only maker of icons by shape, and the only maker of labels.

Shapes are drawn on a grid of 32 units and tell the states apart without colour; the colours are Okabe and
Ito's, which people with any colour vision can tell apart. A thin outline of the opposite brightness keeps a shape
legible on light and dark panels alike: nobody tells us which one it lies on.

Touching ``QtCore.Qt`` makes its hundred enumerations, which takes 44 ms and 1 MB. So it is not imported by name, and
the drawing of icons does without: it fills paths, and its brushes are pictures of one dot.
"""

import os
import sys
from collections.abc import Callable, Mapping
from functools import cache
from math import atan2, degrees, hypot
from types import MappingProxyType

from msgspec import Struct
from PySide6 import QtCore
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import (
    QBrush,
    QColor,
    QGuiApplication,
    QIcon,
    QPainter,
    QPainterPath,
    QPainterPathStroker,
    QPalette,
    QPixmap,
    QStyleHints,
    QTransform,
)
from PySide6.QtWidgets import QLabel, QWidget

from trayapp.presentation.words import Mark

GRID = 32
_NAMES_A_THEME = (
    *("XDG_CURRENT_DESKTOP", "KDE_FULL_SESSION", "GNOME_DESKTOP_SESSION_ID", "DESKTOP_SESSION"),
    *("QT_QPA_PLATFORMTHEME", "FLATPAK_ID", "SNAP"),
)
"""Variables by which Qt finds out which desktop this is (its ``detectDesktopEnvironment``), or is told its theme."""
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


class Look(Struct, frozen=True):
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
        Mark.SUSPECTED: Look(Hue.AMBER, Hue.BLACK, "#8a5a00", "#f5b937"),
        Mark.OUTAGE: Look(Hue.VERMILLION, Hue.WHITE, "#b3340a", "#ff8a5c"),
        Mark.UNKNOWN: Look(Hue.GREY, Hue.GREY, "#5f5f5f", "#a8a8a8"),
    }
)


def icon(
    mark: Mark,
    *,
    colourless: bool = False,
    high_contrast: bool | None = None,
    outline: bool = False,
    has_key: bool = False,
) -> QIcon:
    """Return the icon of a mark; ``colourless`` leaves only its shape, in a grey that every panel shows.

    ``high_contrast`` is what the system says, unless the caller knows. ``outline`` is for what is acknowledged;
    ``has_key`` adds a small key, for one that needs attention.
    """
    wide = is_high_contrast() if high_contrast is None else high_contrast
    is_grey = colourless and mark not in {Mark.DEGRADED, Mark.SUSPECTED, Mark.OUTAGE}
    return _icon(mark, _Style(is_grey, wide, outline, has_key))


def pixmap(mark: Mark, size: int, *, colourless: bool = False, outline: bool = False, has_key: bool = False) -> QPixmap:
    """Return a mark drawn for exactly so many device pixels."""
    return _pixmap(mark, size, _Style(colourless, is_high_contrast(), outline, has_key))


def colour(mark: Mark) -> QColor:
    """Return the colour of text or fine lines about a mark, legible on a window's background as it is now."""
    look = LOOKS[mark]
    return QColor(look.on_dark if is_dark() else look.on_light)


def is_dark() -> bool:
    """Return whether windows are dark now."""
    scheme = _style_hints().colorScheme()
    if scheme is not QtCore.Qt.ColorScheme.Unknown and not _own_palette_is_on():
        return scheme is QtCore.Qt.ColorScheme.Dark
    return QGuiApplication.palette().color(QPalette.ColorRole.Window).lightness() < 128  # noqa: PLR2004 -- half of 255


def is_high_contrast() -> bool:
    """Return whether the person asked the system for more contrast."""
    if not can_tell_contrast(sys.platform, os.environ):
        return False
    return _style_hints().accessibility().contrastPreference() is QtCore.Qt.ContrastPreference.HighContrast


def can_tell_contrast(system: str, environment: Mapping[str, str]) -> bool:
    """Return whether Qt could know of high contrast here, so that asking is worth the enumerations it makes.

    On Linux the themes of single desktops know (GNOME's, KDE's, the portal's); where none is named Qt takes its
    generic one, which does not.
    """
    return system != "linux" or any(environment.get(name) for name in _NAMES_A_THEME)


def on_contrast_change(redraw: Callable[[], None]) -> None:
    """Call back whenever the person asks the system for more contrast, or for less."""
    _style_hints().accessibility().contrastPreferenceChanged.connect(redraw)


def apply_scheme(scheme: str) -> None:
    """Make windows "light" or "dark"; any other word follows the system."""
    hints = _style_hints()
    if scheme not in {"light", "dark"}:
        hints.unsetColorScheme()
        _paint_ourselves(None)
        return
    wanted = QtCore.Qt.ColorScheme.Dark if scheme == "dark" else QtCore.Qt.ColorScheme.Light
    hints.setColorScheme(wanted)
    # Without a desktop's platform theme Qt hears the wish and does nothing.
    _paint_ourselves(None if hints.colorScheme() is wanted else wanted)


def _paint_ourselves(scheme: "QtCore.Qt.ColorScheme | None") -> None:
    """Use a palette of our own, or go back to the system's."""
    if scheme is None:
        if QGuiApplication.instance() is not None and _own_palette_is_on():
            QGuiApplication.setPalette(QPalette())
        return
    window, base, text, button, muted = (
        ("#323232", "#242424", "#f2f2f2", "#3d3d3d", "#9a9a9a")
        if scheme is QtCore.Qt.ColorScheme.Dark
        else ("#f6f5f4", "#ffffff", "#1e1e1e", "#eceae8", "#767676")
    )
    palette = QPalette(QColor(button), QColor(window))
    roles = QPalette.ColorRole
    for role, hue in (
        (roles.Window, window),
        (roles.Base, base),
        (roles.AlternateBase, window),
        (roles.Button, button),
        (roles.ToolTipBase, base),
        *((role, text) for role in (roles.WindowText, roles.Text, roles.ButtonText, roles.ToolTipText)),
        (roles.BrightText, "#ffffff"),
        (roles.PlaceholderText, muted),
        (roles.Highlight, "#2a76c6"),
        (roles.HighlightedText, "#ffffff"),
        (roles.Link, "#6cbcf2" if scheme is QtCore.Qt.ColorScheme.Dark else "#0a62a0"),
    ):
        palette.setColor(role, QColor(hue))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(muted))
    QGuiApplication.setPalette(palette)


def _own_palette_is_on() -> bool:
    return QGuiApplication.palette().resolveMask() != 0


def label(text: str = "", parent: QWidget | None = None, *, wrap: bool = False, selectable: bool = False) -> QLabel:
    """Return a label that shows its text as it is: what looks like markup is never rendered."""
    made = QLabel(parent)
    made.setTextFormat(QtCore.Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    if selectable:
        made.setTextInteractionFlags(
            QtCore.Qt.TextInteractionFlag.TextSelectableByMouse | QtCore.Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
    made.setText(text)
    return made


def plain(text: str) -> str:
    """Return a text for places where Qt guesses whether it is markup (tooltips), so that it guesses right.

    Look-alikes, not entities: a tray's tooltip is drawn by somebody else, who may show entities as they are.
    """
    return text.replace("<", "‹").replace(">", "›")


def draw(
    painter: QPainter, mark: Mark, *, colourless: bool = False, high_contrast: bool = False, outline: bool = False
) -> None:
    """Draw a mark on a grid of 32 by 32 units; the painter decides how large a unit is."""
    look, shape = LOOKS[mark], _SHAPES[mark]()
    if outline and shape.sign and not shape.is_hollow:
        _draw_outline(painter, look, shape, high_contrast=high_contrast)
        return
    if not shape.is_hollow:
        rim = QColor(Hue.BLACK if look.sign == Hue.BLACK else Hue.WHITE)
        rim.setAlphaF(1.0 if high_contrast else 0.75)
        around = QPainterPathStroker()
        around.setWidth(5.0 if high_contrast else 3.0)
        painter.fillPath(around.createStroke(shape.body), _brush(rim))
    painter.fillPath(shape.body, _brush(QColor(Hue.GREY if colourless else look.body)))
    sign = Hue.WHITE if colourless and not shape.is_hollow else look.sign
    for path in shape.sign:
        painter.fillPath(path, _brush(QColor(sign)))


def _draw_outline(painter: QPainter, look: Look, shape: "_Shape", *, high_contrast: bool) -> None:
    """Draw only the edge of the body, and the sign smaller within, both in the body's colour and with a rim."""
    rim = QColor(Hue.BLACK if look.sign == Hue.BLACK else Hue.WHITE)
    rim.setAlphaF(1.0 if high_contrast else 0.75)
    body = shape.body
    painter.fillPath(_widened(body, 5.0 if high_contrast else 3.0).subtracted(body), _brush(rim))
    painter.fillPath(_widened(body, 2 * _EDGE).intersected(body), _brush(QColor(look.body)))
    whole = QPainterPath()
    for path in shape.sign:
        whole = whole.united(path)
    middle = whole.boundingRect().center()
    smaller = QTransform().translate(middle.x(), middle.y() + _LOWER).scale(_SMALLER, _SMALLER)
    sign = smaller.translate(-middle.x(), -middle.y()).map(whole)
    painter.fillPath(sign, _brush(QColor(look.body)))


def _draw_key(painter: QPainter) -> None:
    """Lay a small key over the lower right, with a gap around it, so that it is seen on every shape and panel."""
    bow, hole = QPainterPath(), QPainterPath()
    bow.addEllipse(QPointF(15.6, 24), 6.2, 6.2)
    hole.addEllipse(QPointF(14.7, 24), 2.2, 2.2)
    bits = (
        _bar(3.8, (20, 24), (27.8, 24)),
        _bar(3.2, (27.2, 24), (27.2, 28)),
        _bar(3.0, (23, 24), (23, 27)),
    )
    key = bow
    for each in bits:
        key = key.united(each)
    painter.fillPath(_widened(key, 4.4).united(key), _brush(QColor(Hue.WHITE)))
    painter.fillPath(key.subtracted(hole), _brush(QColor(Hue.BLACK)))


def _widened(path: QPainterPath, width: float) -> QPainterPath:
    stroker = QPainterPathStroker()
    stroker.setWidth(width)
    return stroker.createStroke(path)


def _brush(hue: QColor) -> QBrush:
    dot = QPixmap(1, 1)
    dot.fill(hue)
    return QBrush(dot)


@cache
def _style_hints() -> QStyleHints:
    """Keep the style hints: when their wrapper goes, that of their accessibility hints is dead for good (6.11)."""
    return QGuiApplication.styleHints()


class _Style(Struct, frozen=True):
    """How a mark is drawn besides its own shape and colours."""

    colourless: bool
    high_contrast: bool
    outline: bool
    has_key: bool = False


@cache
def _icon(mark: Mark, style: "_Style") -> QIcon:
    made = QIcon()
    for size in ICON_SIZES:
        made.addPixmap(_pixmap(mark, size, style))
    if style.colourless:
        made.setIsMask(True)  # macOS draws it in the colour of its menu bar
    return made


def _pixmap(mark: Mark, size: int, style: "_Style") -> QPixmap:
    made = QPixmap(size, size)
    made.fill(QColor(0, 0, 0, 0))
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(size / GRID, size / GRID)
    draw(painter, mark, colourless=style.colourless, high_contrast=style.high_contrast, outline=style.outline)
    if style.has_key:
        _draw_key(painter)
    painter.end()
    return made


Point = tuple[float, float]
_EDGE = 2.9
_LOWER = 0.6
"""Units: how thick the edge of an outline is, and how much lower its sign is."""
_SMALLER = 0.74
"""The size of the sign in an outline, beside that on the whole shape."""


class _Shape(Struct, frozen=True):
    """The body of a mark and the paths laid on it; all are filled."""

    body: QPainterPath
    sign: tuple[QPainterPath, ...] = ()
    is_hollow: bool = False


def _circle_with_tick() -> _Shape:
    return _Shape(_disc(14), (_bar(4.4, (9, 16.5), (14, 21.5)), _bar(4.4, (14, 21.5), (23, 11))))


def _wrench() -> _Shape:
    """A spanner from the lower left to the upper right; one solid shape, no sign on it."""
    jaw = QPainterPath()
    jaw.addRect(QRectF(13, 4, 6, 11))
    handle = QPainterPath()
    handle.addRoundedRect(QRectF(12.6, 18, 6.8, 21), 3.4, 3.4)
    upright = _disc(8.5).united(handle).subtracted(jaw)
    return _Shape(QTransform().translate(21.5, 10.5).rotate(45).translate(-16, -16).map(upright))


def _triangle_with_mark() -> _Shape:
    body = _polygon(4.0, (16, 1.4), (31, 28.5), (1, 28.5))
    return _Shape(body, (_bar(4.0, (16, 11.6), (16, 17.2)), _bar(4.4, (16, 23.6), (16, 23.6))))


def _triangle_with_question() -> _Shape:
    """A triangle on its tip, so that a guess is told from what a page has posted at any size."""
    body = _polygon(4.0, (1, 3.5), (31, 3.5), (16, 30.6))
    bow = QPainterPath(QPointF(12.2, 10.4))
    bow.arcTo(QRectF(12.2, 6.8, 7.6, 7.4), 180, -225)
    bow.lineTo(16, 16.4)
    return _Shape(body, (_widened(bow, 3.4), _bar(4.2, (16, 22.0), (16, 22.0))))


def _octagon_with_cross() -> _Shape:
    near, far, low, high = 10.2, 21.8, 2.0, 30.0
    body = _polygon(
        1.0, (near, low), (far, low), (high, near), (high, far), (far, high), (near, high), (low, far), (low, near)
    )
    return _Shape(body, (_bar(4.4, (10.8, 10.8), (21.2, 21.2)), _bar(4.4, (21.2, 10.8), (10.8, 21.2))))


def _hollow_circle_with_hands() -> _Shape:
    ring = _disc(14.4)
    ring.addPath(_disc(10.8))  # what lies in two is in none
    hands = (_bar(3.4, (16, 9.5), (16, 16.5)), _bar(3.4, (16, 16.5), (20.8, 19.3)))
    return _Shape(ring, hands, is_hollow=True)


_SHAPES: Mapping[Mark, Callable[[], _Shape]] = MappingProxyType(
    {
        Mark.FINE: _circle_with_tick,
        Mark.MAINTENANCE: _wrench,
        Mark.DEGRADED: _triangle_with_mark,
        Mark.SUSPECTED: _triangle_with_question,
        Mark.OUTAGE: _octagon_with_cross,
        Mark.UNKNOWN: _hollow_circle_with_hands,
    }
)


def _disc(radius: float) -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(QPointF(16, 16), radius, radius)
    return path


def _bar(width: float, start: Point, end: Point) -> QPainterPath:
    """Return a line with round ends."""
    across, down = end[0] - start[0], end[1] - start[1]
    path = QPainterPath()
    path.addRoundedRect(QRectF(-width / 2, -width / 2, hypot(across, down) + width, width), width / 2, width / 2)
    return QTransform().translate(*start).rotate(degrees(atan2(down, across))).map(path)


def _polygon(rounding: float, *corners: Point) -> QPainterPath:
    """Return a polygon whose corners are cut off in a curve, so far from their tips."""
    path = QPainterPath()
    for before, corner, after in zip((corners[-1], *corners), corners, (*corners[1:], corners[0]), strict=False):
        start, end = _towards(corner, before, rounding), _towards(corner, after, rounding)
        if path.isEmpty():
            path.moveTo(start)
        else:
            path.lineTo(start)
        path.quadTo(QPointF(*corner), end)
    path.closeSubpath()
    return path


def _towards(start: Point, end: Point, length: float) -> QPointF:
    across, down = end[0] - start[0], end[1] - start[1]
    share = length / hypot(across, down)
    return QPointF(start[0] + across * share, start[1] + down * share)
