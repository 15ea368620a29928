"""Draws the marks of the states: their shapes, on a grid of 32 units, which tell them apart without colour."""

from collections.abc import Callable, Mapping
from math import atan2, degrees, hypot
from types import MappingProxyType

from msgspec import Struct
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPainterPathStroker, QTransform

from trayapp.presentation.words import Mark

GRID = 32


class Ink(Struct, frozen=True):
    """The colours of one drawing, as "#rrggbb"."""

    body: str
    sign: str
    """What is cut in or laid on the body."""
    rim: str
    """A thin line around the body, of the opposite brightness."""


def draw(painter: QPainter, mark: Mark, ink: Ink, *, is_bold: bool = False, is_outline: bool = False) -> None:
    """Draw a mark on a grid of 32 by 32 units; the painter decides how large a unit is.

    ``is_bold`` gives more contrast; ``is_outline`` leaves of a body with a sign on it only its edge.
    """
    shape = _SHAPES[mark]()
    rim = QColor(ink.rim)
    rim.setAlphaF(1.0 if is_bold else 0.75)
    width = 5.0 if is_bold else 3.0
    if is_outline and shape.sign and not shape.is_hollow:
        _draw_outline(painter, shape, ink, rim, width)
        return
    if not shape.is_hollow:
        painter.fillPath(_widened(shape.body, width), rim)
    painter.fillPath(shape.body, QColor(ink.body))
    for path in shape.sign:
        painter.fillPath(path, QColor(ink.sign))


def draw_key(painter: QPainter, ground: str, ink: str) -> None:
    """Lay a small key over the lower right, on a ground that is seen on every shape; colours as "#rrggbb"."""
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
    painter.fillPath(_widened(key, 4.4).united(key), QColor(ground))
    painter.fillPath(key.subtracted(hole), QColor(ink))


def _draw_outline(painter: QPainter, shape: "_Shape", ink: Ink, rim: QColor, width: float) -> None:
    """Draw only the edge of the body, and the sign smaller within, both in the body's colour and with a rim."""
    body = shape.body
    painter.fillPath(_widened(body, width).subtracted(body), rim)
    painter.fillPath(_widened(body, 2 * _EDGE).intersected(body), QColor(ink.body))
    whole = QPainterPath()
    for path in shape.sign:
        whole = whole.united(path)
    middle = whole.boundingRect().center()
    smaller = QTransform().translate(middle.x(), middle.y() + _LOWER).scale(_SMALLER, _SMALLER)
    sign = smaller.translate(-middle.x(), -middle.y()).map(whole)
    painter.fillPath(sign, QColor(ink.body))


def _widened(path: QPainterPath, width: float) -> QPainterPath:
    stroker = QPainterPathStroker()
    stroker.setWidth(width)
    return stroker.createStroke(path)


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
