"""The look: the only place with a hue, the only maker of icons by shape, and the only maker of labels.

Shapes tell the states apart without colour; the colours are Okabe and Ito's, which people with any colour vision can
tell apart. A thin outline of the opposite brightness keeps a shape legible on light and dark panels alike: nobody
tells us which one it lies on.

A program that rests in the tray should be small, so what only windows need is loaded when it is used. PySide makes a
class when it is first touched; ``QtCore.Qt`` with its hundred enumerations, labels and painters are the dear ones.
Hence the classes named through their module here, and the common icons as finished pictures.
"""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import accumulate
from types import MappingProxyType

from msgspec import Struct
from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QImage, QPixmap

from trayapp.desktop import assets
from trayapp.presentation.words import Mark

_NAMES_A_THEME = (
    *("XDG_CURRENT_DESKTOP", "KDE_FULL_SESSION", "GNOME_DESKTOP_SESSION_ID", "DESKTOP_SESSION"),
    *("QT_QPA_PLATFORMTHEME", "FLATPAK_ID", "SNAP"),
)
"""Variables by which Qt finds out which desktop this is (its ``detectDesktopEnvironment``), or is told its theme."""
ICON_SIZES = (16, 20, 22, 24, 32, 40, 44, 48, 64, 96)
"""Pixels: what panels ask for at one and two times."""
PICTURE_FORMAT = QImage.Format.Format_ARGB32_Premultiplied
"""How Qt keeps a picture with transparent parts, so that nothing is converted; four bytes a pixel."""


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


def draw(
    painter: "QtGui.QPainter",
    mark: Mark,
    *,
    colourless: bool = False,
    high_contrast: bool = False,
    outline: bool = False,
) -> None:
    """Draw a mark on a grid of ``shapes.GRID`` units; the painter decides how large a unit is."""
    from trayapp.desktop import shapes  # noqa: PLC0415 -- the common icons are finished pictures, see above

    look = LOOKS[mark]
    is_of_one_colour = look.body == look.sign
    ink = shapes.Ink(
        body=Hue.GREY if colourless else look.body,
        sign=Hue.WHITE if colourless and not is_of_one_colour else look.sign,
        rim=Hue.BLACK if look.sign == Hue.BLACK else Hue.WHITE,
    )
    shapes.draw(painter, mark, ink, is_bold=high_contrast, is_outline=outline)


def is_dark() -> bool:
    """Return whether windows are dark now."""
    scheme = _style_hints().colorScheme()
    if scheme is not QtCore.Qt.ColorScheme.Unknown and not _own_palette_is_on():
        return scheme is QtCore.Qt.ColorScheme.Dark
    return QGuiApplication.palette().color(QtGui.QPalette.ColorRole.Window).lightness() < 128  # noqa: PLR2004 -- half of 255


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
    """Call back whenever the person asks the system for more contrast, or for less, where the system tells it."""
    if can_tell_contrast(sys.platform, os.environ):
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
            QGuiApplication.setPalette(QtGui.QPalette())
        return
    window, base, text, button, muted = (
        ("#323232", "#242424", "#f2f2f2", "#3d3d3d", "#9a9a9a")
        if scheme is QtCore.Qt.ColorScheme.Dark
        else ("#f6f5f4", "#ffffff", "#1e1e1e", "#eceae8", "#767676")
    )
    palette = QtGui.QPalette(QColor(button), QColor(window))
    roles = QtGui.QPalette.ColorRole
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
        palette.setColor(QtGui.QPalette.ColorGroup.Disabled, role, QColor(muted))
    QGuiApplication.setPalette(palette)


def _own_palette_is_on() -> bool:
    return QGuiApplication.palette().resolveMask() != 0


def label(
    text: str = "", parent: "QtWidgets.QWidget | None" = None, *, wrap: bool = False, selectable: bool = False
) -> "QtWidgets.QLabel":
    """Return a label that shows its text as it is: what looks like markup is never rendered."""
    made = QtWidgets.QLabel(parent)
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


@cache
def _style_hints() -> "QtGui.QStyleHints":
    """Keep the style hints: when their wrapper goes, that of their accessibility hints is dead for good (6.11)."""
    return QGuiApplication.styleHints()


class _Style(Struct, frozen=True):
    """How a mark is drawn besides its own shape and colours."""

    colourless: bool = False
    high_contrast: bool = False
    outline: bool = False
    has_key: bool = False


@cache
def _icon(mark: Mark, style: _Style) -> QIcon:
    made = QIcon()
    for picture in (_finished(mark) if style == _Style() else ()) or _drawn(mark, style):
        made.addPixmap(picture)
    if style.colourless:
        made.setIsMask(True)  # macOS draws it in the colour of its menu bar
    return made


def _finished(mark: Mark) -> Sequence[QPixmap]:
    """Return the pictures that the program ships with, in all sizes; none where they are missing or of other sizes."""
    pixels = assets.mark_pixels(mark.value)
    ends = tuple(accumulate(4 * size * size for size in ICON_SIZES))
    if len(pixels) != ends[-1] or sys.byteorder != "little":
        return ()
    parts = zip(ICON_SIZES, (0, *ends), ends, strict=False)
    # A copy: an image made of somebody's bytes goes on using them.
    images = (QImage(pixels[at:end], size, size, PICTURE_FORMAT).copy() for size, at, end in parts)
    return tuple(map(QPixmap.fromImage, images))


def _drawn(mark: Mark, style: _Style) -> Sequence[QPixmap]:
    return tuple(_pixmap(mark, size, style) for size in ICON_SIZES)


def _pixmap(mark: Mark, size: int, style: _Style) -> QPixmap:
    from trayapp.desktop import shapes  # noqa: PLC0415 -- as in `draw`

    made = QPixmap(size, size)
    made.fill(QColor(0, 0, 0, 0))
    painter = QtGui.QPainter(made)
    painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
    painter.scale(size / shapes.GRID, size / shapes.GRID)
    draw(painter, mark, colourless=style.colourless, high_contrast=style.high_contrast, outline=style.outline)
    if style.has_key:
        shapes.draw_key(painter, ground=Hue.WHITE, ink=Hue.BLACK)
    painter.end()
    return made
