import subprocess
import sys
import zlib
from itertools import combinations
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPixmap
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from trayapp.desktop import assets, theme
from trayapp.presentation.words import Mark

pytestmark = pytest.mark.usefixtures("qapp")
PANELS = ("#222222", "#000000", "#eeeeee", "#ffffff")


def shape(pixmap: QPixmap) -> bytes:
    """Where something is drawn at all, and where it is light: what an eye without colours gets."""
    image = pixmap.toImage().convertToFormat(QImage.Format.Format_ARGB32)
    pixels = (image.pixelColor(x, y) for y in range(image.height()) for x in range(image.width()))
    return bytes((pixel.alpha() > 127) + 2 * (pixel.alpha() > 127 and pixel.lightness() > 200) for pixel in pixels)


@pytest.mark.parametrize("size", [16, 22, 24, 32, 48, 64])
@pytest.mark.parametrize("colourless", [False, True])
def test_marks_are_told_apart_without_colour(size: int, *, colourless: bool) -> None:
    shapes = {mark: shape(theme.pixmap(mark, size, colourless=colourless)) for mark in Mark}

    for one, other in combinations(Mark, 2):
        differing = sum(a != b for a, b in zip(shapes[one], shapes[other], strict=True))
        assert differing > size * size * 0.1, (one, other)


@pytest.mark.parametrize("size", [16, 22, 24, 32, 48, 64])
def test_an_outline_is_told_from_every_other_mark(size: int) -> None:
    whole = {mark: shape(theme.pixmap(mark, size)) for mark in Mark}
    outlines = {mark: shape(theme.pixmap(mark, size, outline=True)) for mark in (Mark.DEGRADED, Mark.OUTAGE)}

    for mark, outline in outlines.items():
        others = [*whole.items(), *((each, drawn) for each, drawn in outlines.items() if each is not mark)]
        for other, drawn in others:
            differing = sum(a != b for a, b in zip(outline, drawn, strict=True))
            assert differing > size * size * 0.1, (mark, other)
    assert shape(theme.pixmap(Mark.UNKNOWN, size, outline=True)) == whole[Mark.UNKNOWN]
    assert shape(theme.pixmap(Mark.MAINTENANCE, size, outline=True)) == whole[Mark.MAINTENANCE]


@pytest.mark.parametrize("size", [16, 22, 24, 32, 48, 64])
@pytest.mark.parametrize("mark", list(Mark))
def test_a_small_key_is_seen_on_every_mark_and_leaves_its_shape_to_be_told(mark: Mark, size: int) -> None:
    plain, keyed = shape(theme.pixmap(mark, size)), shape(theme.pixmap(mark, size, has_key=True))
    upper = size * size // 2

    assert sum(a != b for a, b in zip(plain, keyed, strict=True)) > size * size * 0.05
    assert plain[: upper - size] == keyed[: upper - size]


@pytest.mark.parametrize("mark", list(Mark))
@pytest.mark.parametrize("panel", PANELS)
def test_a_mark_is_seen_on_every_panel(mark: Mark, panel: str) -> None:
    look = theme.LOOKS[mark]

    assert max(contrast(look.body, panel), 0.5 * contrast(look.sign, panel)) > 2.0


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_words_about_a_mark_are_legible_on_their_background() -> None:
    for look in theme.LOOKS.values():
        assert contrast(look.on_light, "#ffffff") >= 4.5
        assert contrast(look.on_dark, "#202020") >= 4.5


def test_an_icon_has_a_picture_for_each_size_at_one_and_two_times() -> None:
    sizes = {size.width() for size in theme.icon(Mark.OUTAGE).availableSizes()}

    assert {16, 22, 24, 32, 44, 48, 64, 96} <= sizes
    assert theme.icon(Mark.FINE).pixmap(QSize(22, 22), 2.0).width() == 44


def test_trouble_keeps_its_colour_where_colour_is_for_trouble() -> None:
    assert theme.icon(Mark.OUTAGE, colourless=True).cacheKey() == theme.icon(Mark.OUTAGE).cacheKey()
    assert theme.icon(Mark.FINE, colourless=True).isMask()
    grey = theme.pixmap(Mark.FINE, 32, colourless=True).toImage().pixelColor(16, 6)
    assert grey.saturation() == 0


@pytest.mark.parametrize("mark", list(Mark))
def test_the_finished_pictures_are_those_that_would_be_drawn(mark: Mark) -> None:
    finished = theme._finished(mark)

    assert [each.width() for each in finished] == list(theme.ICON_SIZES)
    for shown, size in zip(finished, theme.ICON_SIZES, strict=True):
        assert difference(shown, theme.pixmap(mark, size)) < 1.0, "run packaging/make_icons.py"


def difference(one: QPixmap, other: QPixmap) -> float:
    """How much two pictures differ, 0 to 255, on an average of their bytes: other processors round otherwise."""
    here, there = (bytes(each.toImage().convertToFormat(theme.PICTURE_FORMAT).constBits()) for each in (one, other))
    return sum(abs(a - b) for a, b in zip(here, there, strict=True)) / len(here)


@pytest.mark.parametrize("content", [b"", b"no stream", zlib.compress(b"too short")])
def test_an_icon_is_drawn_where_its_finished_pictures_cannot_be_used(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "fine.z"
    file.write_bytes(content)
    monkeypatch.setattr(assets, "resource", lambda *_parts: file)
    icon = theme._icon.__wrapped__(Mark.FINE, theme._Style())

    assert {size.width() for size in icon.availableSizes()} == set(theme.ICON_SIZES)
    assert difference(icon.pixmap(QSize(32, 32)), theme.pixmap(Mark.FINE, 32)) == 0.0


def test_more_contrast_draws_a_wider_rim() -> None:
    plain, strong = (theme._pixmap(Mark.OUTAGE, 64, theme._Style(False, wanted, False)) for wanted in (False, True))

    assert sum(byte & 1 for byte in shape(strong)) > sum(byte & 1 for byte in shape(plain))


def test_a_label_shows_markup_as_it_is(qtbot: QtBot) -> None:
    label = theme.label("<b>Outage</b>", wrap=True, selectable=True)
    qtbot.addWidget(label)

    assert isinstance(label, QLabel)
    assert label.textFormat() is Qt.TextFormat.PlainText
    assert label.text() == "<b>Outage</b>"
    assert label.wordWrap()


def test_nothing_in_a_tooltip_looks_like_markup() -> None:
    assert theme.plain('a <img src="file:///x"> b') == 'a ‹img src="file:///x"› b'


def test_windows_are_light_or_dark_as_wished() -> None:
    try:
        theme.apply_scheme("dark")
        assert theme.is_dark()
        assert QGuiApplication.palette().window().color().lightness() < 128
        dark = theme.colour(Mark.FINE)
        theme.apply_scheme("light")
        assert not theme.is_dark()
        assert theme.colour(Mark.FINE) != dark
    finally:
        theme.apply_scheme("system")


def test_the_wish_for_contrast_can_be_read_again_and_again() -> None:
    assert [theme.is_high_contrast() for _ in range(3)] == [False] * 3


def test_an_icon_is_there_without_a_painter_or_the_enumerations_that_take_so_long() -> None:
    code = """
import sys
from PySide6 import QtCore, QtGui
from PySide6.QtWidgets import QApplication
from trayapp.desktop import theme
from trayapp.presentation.words import Mark
app = QApplication([])
theme.icon(Mark.UNKNOWN, high_contrast=False)
sys.exit("Qt" in vars(QtCore) or "QPainter" in vars(QtGui) or "trayapp.desktop.shapes" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=Path(__file__).parents[2]).returncode == 0


def test_the_programs_own_icon_is_there() -> None:
    assert not assets.app_icon().isNull()
    assert assets.app_icon_file(999) is None


@pytest.mark.parametrize(
    ("system", "environment", "can_tell"),
    [
        ("linux", {}, False),
        ("linux", {"XDG_CURRENT_DESKTOP": ""}, False),
        ("linux", {"XDG_CURRENT_DESKTOP": "GNOME"}, True),
        ("linux", {"DESKTOP_SESSION": "xfce"}, True),
        ("linux", {"GNOME_DESKTOP_SESSION_ID": "this-is-deprecated"}, True),
        ("linux", {"QT_QPA_PLATFORMTHEME": "gtk3"}, True),
        ("win32", {}, True),
        ("darwin", {}, True),
    ],
)
def test_contrast_is_asked_for_where_somebody_can_tell(
    system: str, environment: dict[str, str], *, can_tell: bool
) -> None:
    assert theme.can_tell_contrast(system, environment) is can_tell
