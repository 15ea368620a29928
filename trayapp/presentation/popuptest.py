"""What a test pop-up showed about this desktop, in words."""

from gettext import gettext as _

from msgspec import Struct

from trayapp.presentation.tray import APP_NAME, clipped
from trayapp.presentation.wording import Action, Worded

WORKS = "works"
"""The key of the test's own button."""
_NAME_LIMIT = 60


class PopupTest(Struct, frozen=True, kw_only=True):
    """What became of a test pop-up.

    ``problem`` is why no notification service took it; then the tray icon shows a balloon, if there is a tray.
    ``has_replaced``: a second one took the first one's place. ``is_pressed``: its button was.
    """

    problem: str = ""
    has_tray: bool = True
    server: str = ""
    version: str = ""
    abilities: frozenset[str] = frozenset()
    has_replaced: bool = False
    is_pressed: bool = False


def first_popup() -> Worded:
    """Return the pop-up that is shown first."""
    return Worded(_("A test of pop-ups"), _("Another one takes the place of this one in a moment."))


def second_popup() -> Worded:
    """Return the one that takes its place."""
    return Worded(
        _("This is a test pop-up"),
        _("{app} shows its news like this. Press the button to try it.").format(app=APP_NAME),
        actions=(Action("default", _("Open")), Action(WORKS, _("It works"))),
    )


def lines_about(test: PopupTest) -> tuple[str, ...]:
    """Return what this desktop can do, one thing a line."""
    if test.problem:
        last = (
            _("The tray icon shows a balloon instead: without buttons, and a click on it opens the window.")
            if test.has_tray
            else _("There is no tray either: nothing can pop up here. The window shows everything.")
        )
        return (_("No notification service: {problem}.").format(problem=test.problem), last)
    name = clipped(f"{test.server} {test.version}".strip() or _("a service without a name"), _NAME_LIMIT)
    return (
        _("Shown by {server}.").format(server=name),
        _buttons(test),
        _("A later pop-up takes the place of an earlier one about the same incident: yes.")
        if test.has_replaced
        else _("A later pop-up takes the place of an earlier one about the same incident: no, both are shown."),
        _("Pop-ups are kept until somebody has seen them: yes.")
        if "persistence" in test.abilities
        else _("Pop-ups are kept until somebody has seen them: no, except for a major outage."),
    )


def _buttons(test: PopupTest) -> str:
    if "actions" not in test.abilities:
        return _("Buttons on a pop-up: no. What they do is in the window.")
    if test.is_pressed:
        return _("Buttons on a pop-up: yes, and yours arrived.")
    return _("Buttons on a pop-up: yes. Press the one of the test to see that it arrives.")
