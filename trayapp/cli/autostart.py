"""``trayapp autostart``: whether the tray starts at login."""

import argparse
from gettext import gettext as _

from trayapp.cli import printing
from trayapp.cli.exits import DONE, FAILED
from trayapp.storage.autostart import AutostartError, find_autostart


def main(arguments: argparse.Namespace) -> int:
    """Switch it on or off, or say how it is; what is printed was read back from the system."""
    try:
        found = find_autostart(arguments.config, arguments.data_dir)
        state = found.state() if arguments.wish == "status" else found.switch(on=arguments.wish == "on")
    except AutostartError as error:
        printing.complain(_("trayapp: {why}").format(why=error))
        return FAILED
    printing.lines([state.sentence])
    return DONE
