"""One thing that ``trayapp doctor`` looks at."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. ``ok`` is ``None`` where it does not apply here; ``advice`` says what to do."""

    id: str
    name: str
    ok: bool | None
    detail: str
    advice: str = ""
