"""The words of "Use instead": what works now, why we say so, and what to copy."""

from datetime import datetime
from gettext import gettext as _

from msgspec import Struct

from trayapp.domain.alternatives import Alternative, Way
from trayapp.presentation.ages import age
from trayapp.presentation.tray import clipped

NAME_LIMIT = 80
_MODELS_NAMED = 3
_OPENAI_BASE = "OPENAI_BASE_URL"
_KEY_FOR = {"OPENAI_BASE_URL": "OPENAI_API_KEY", "ANTHROPIC_BASE_URL": "ANTHROPIC_API_KEY"}


class AlternativeView(Struct, frozen=True, kw_only=True):
    """One row. ``base_url`` and ``environment`` are for the clipboard, ``chat`` for the browser; each may be empty."""

    key: str
    name: str
    why: str
    base_url: str = ""
    environment: str = ""
    chat: str = ""


def alternative_view(offer: Alternative, now: datetime, *, is_windows: bool = False) -> AlternativeView:
    """Return what to show of an alternative at ``now`` (UTC), in the shell language of this computer."""
    return AlternativeView(
        key=f"{offer.way.value} {offer.provider or offer.base_url}",
        name=clipped(offer.name, NAME_LIMIT),
        why=_why(offer, now),
        base_url=offer.base_url,
        environment=environment_line(offer, is_windows=is_windows),
        chat=offer.chat,
    )


def environment_line(offer: Alternative, *, is_windows: bool = False) -> str:
    """Return the line that points clients there: the base URL, and the key from where it is kept; never the key.

    ``export`` for the shells of Linux and macOS, ``$env:`` for PowerShell.
    """
    if not offer.base_url:
        return ""
    base = offer.base_env or _OPENAI_BASE
    wanted = _KEY_FOR.get(base, "")
    parts = [_assigned(base, f'"{offer.base_url}"', is_windows=is_windows)]
    if wanted and offer.way is Way.LOCAL:
        parts.append(_assigned(wanted, '"local"', is_windows=is_windows))
    elif wanted and offer.key_env and offer.key_env != wanted:
        kept = f"$env:{offer.key_env}" if is_windows else f'"${offer.key_env}"'
        parts.append(_assigned(wanted, kept, is_windows=is_windows))
    return "; ".join(parts) if is_windows else f"export {' '.join(parts)}"


def _assigned(name: str, value: str, *, is_windows: bool) -> str:
    return f"$env:{name}={value}" if is_windows else f"{name}={value}"


def _why(offer: Alternative, now: datetime) -> str:
    seen = age(offer.at, now)
    sentences = {
        Way.KEY: _("up, and your key “{label}” works; seen {age}"),
        Way.CHAT: _("up, in the browser; seen {age}"),
        Way.LOCAL: _("on this computer, with {models}; seen {age}"),
    }
    return sentences[offer.way].format(
        label=clipped(offer.key_label, NAME_LIMIT), models=_models(offer.models), age=seen
    )


def _models(names: tuple[str, ...]) -> str:
    shown = ", ".join(clipped(each, 40) for each in names[:_MODELS_NAMED])
    rest = len(names) - _MODELS_NAMED
    return _("{names} and {count} more").format(names=shown, count=rest) if rest > 0 else shown
