"""What a start was asked for; known before anything is loaded that needs time."""

import sys
from pathlib import Path

from msgspec import Struct


class RunOptions(Struct, frozen=True):
    """What the command line says about a start. ``page`` is opened at once where it is not empty."""

    config: Path | None = None
    data_dir: Path | None = None
    demo: bool = False
    window: bool = False
    page: str = ""
    selftest: bool = False

    def command(self, *words: str) -> tuple[str, ...]:
        """Return how to start this very program with another command, by the same settings and data."""
        program = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "trayapp"]
        places = [f"--config={self.config.absolute()}"] if self.config is not None else []
        places += [f"--data-dir={self.data_dir.absolute()}"] if self.data_dir is not None else []
        return (*program, *words, *places)
