"""One thing that ``trayapp doctor`` looks at."""

from msgspec import Struct


class Check(Struct, frozen=True):
    """One thing looked at. ``ok`` is ``None`` where it does not apply here; ``advice`` says what to do."""

    id: str
    name: str
    ok: bool | None
    detail: str
    advice: str = ""
