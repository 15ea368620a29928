"""How the settings write where a login's secret is kept: known without loading what gets it from there.

``store:<entry>`` is an entry of the system's key store, made by ``trayapp login``; ``env:NAME`` a variable of the
environment. Nothing that may put a question on the screen: pages are looked at unasked, every minute.
"""

import re
from gettext import gettext as _

STORE, ENVIRONMENT = "store:", "env:"
_PLACE = re.compile(rf"{STORE}\S.*|{ENVIRONMENT}[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


def objection(place: str) -> str:
    """Return what to write instead of a place that is none; empty where nothing is wrong."""
    if _PLACE.fullmatch(place):
        return ""
    return _("take this line away and run: trayapp login URL (or write the name of a variable, e.g. env:TOKEN)")
