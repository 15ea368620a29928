"""What a start was asked for; known before anything is loaded that needs time."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What the command line says about a start. ``page`` is opened at once where it is not empty."""

    config: Path | None = None
    data_dir: Path | None = None
    demo: bool = False
    window: bool = False
    page: str = ""
    selftest: bool = False
