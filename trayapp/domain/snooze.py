"""How long somebody wants no pop-ups: alone in its module, for the tray icon is there before all the rest is loaded."""

from enum import Enum


class SnoozeFor(Enum):
    """How long no pop-ups are wanted."""

    HOUR = "hour"
    TOMORROW = "tomorrow"
    """Until tomorrow morning."""
    NOT = "not"
    """No longer: what was held back is told now."""
