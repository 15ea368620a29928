"""Photograph the real program, light and dark, on a private desk: run it with packaging/screenshots.sh."""

import sys
import time
from pathlib import Path

from tests.desk import Desk, Program

WINDOW = "AI Status Tray"
PAGES = ("now", "incidents", "keys", "settings")
BACKGROUNDS = {"light": "#b8c4d0", "dark": "#2b3440"}
POPUP_DAEMONS = {"light": "xfce4-notifyd", "dark": "dunst"}
TRAY = "160x32+1120+768"  # the end of the panel at the bottom of a screen of 1280x800
ICON = ("1266", "784")
TROUBLE_WITHIN = 180.0  # seconds of replay until the pop-up must have come


class Shoot:
    """One look, light or dark: a desk with a panel and a pop-up daemon, and where its pictures go."""

    def __init__(self, desk: Desk, look: str, out: Path) -> None:
        self.desk = desk
        self._look = look
        self._out = out
        self._settings = desk.folder / "config.toml"
        self._settings.write_text(f'[look]\ncolor_scheme = "{look}"\n')
        picture = desk.folder / "background.png"
        desk.run("convert", "-size", "1280x800", f"xc:{BACKGROUNDS[look]}", str(picture))
        desk.run("display", "-window", "root", str(picture))
        desk.start("openbox")
        desk.popup_daemon(POPUP_DAEMONS[look])
        desk.panel(dark=look == "dark")

    def open(self, page: str) -> Program:
        """Start the demo with its window on this page; one that runs already is told to show it."""
        options = ("--config", str(self._settings), "--data-dir", str(self.desk.folder / "data"))
        command = ("-m", "trayapp", *options, "run", "--demo", "--window", "--page", page)
        # Qt takes the desktop's own theme, which is what can be light or dark, only when it knows the desktop.
        return self.desk.python(*command, environment={"XDG_CURRENT_DESKTOP": "XFCE"})

    def take(self, name: str, *, window: str = "root", crop: str | None = None, scale: int = 1) -> None:
        """Save the screen, a window or a part (WIDTHxHEIGHT+X+Y) under this name; enlarged too if asked to."""
        file = self._out / f"{name}-{self._look}.png"
        self.desk.screenshot(file, window=window, crop=crop)
        if scale > 1:
            large = file.with_name(f"{file.stem}-large.png")
            self.desk.run("convert", str(file), "-filter", "point", "-resize", f"{scale * 100}%", str(large))
        print(file)

    def take_window(self, name: str) -> None:
        """Save the program's window alone, brought to the front."""
        window = self.desk.windows(WINDOW)[-1]
        self.desk.run("xdotool", "windowactivate", "--sync", window)
        time.sleep(0.5)
        self.take(name, window=window)

    def point(self, *more: str) -> None:
        """Move the real pointer onto the icon, and press if asked to."""
        self.desk.run("xdotool", "mousemove", "640", "300", "mousemove", *ICON, *more)


def main() -> int:
    """Photograph both looks; one argument, the folder for the pictures."""
    (out,) = (Path(argument) for argument in sys.argv[1:])
    for look in BACKGROUNDS:
        with Desk() as desk:
            _photograph(Shoot(desk, look, out))
    return 0


def _photograph(shoot: Shoot) -> None:
    desk = shoot.desk
    program = shoot.open("now")
    (window, *_others) = desk.wait(lambda: desk.windows(WINDOW), "the window", 30)
    desk.run("xdotool", "windowmove", window, "16", "48")  # clear of the corner where pop-ups come
    desk.wait(lambda: "fine" in desk.item().tooltip, "a calm beginning", 30)
    time.sleep(1)  # a panel fetches the picture a moment later than it hears the words
    shoot.take("tray-fine", crop=TRAY, scale=4)
    desk.wait(lambda: _popup(desk), "the pop-up", TROUBLE_WITHIN)
    time.sleep(1)
    shoot.take("popup")
    shoot.take("tray-trouble", crop=TRAY, scale=4)

    shoot.point()
    time.sleep(1.5)
    shoot.take("tooltip", crop="640x200+640+600")
    shoot.point("click", "3", "sleep", "0.5", "mousemove_relative", "--", "-40", "-100")
    time.sleep(1)
    shoot.take("menu")
    desk.run("xdotool", "key", "Escape")

    desk.run("dunstctl", "close-all")  # what is critical stays until it is seen; other daemons let it go by themselves
    desk.wait(lambda: not _popup(desk), "the pop-up to go", 60)
    for page in PAGES:
        if page != PAGES[0]:
            shoot.open(page).ended(20)
        shoot.take_window(page)
    program.terminate()
    program.ended()


def _popup(desk: Desk) -> str:
    """The numbers of the pop-up daemon's windows that can be seen now."""
    return desk.run("xdotool", "search", "--onlyvisible", "--class", "dunst|notifyd").stdout


if __name__ == "__main__":
    sys.exit(main())
