"""Running an engine for as long as somebody can be told what it sees."""

from collections.abc import Callable

from trayapp.engine.engine import Engine
from trayapp.engine.updates import Update


async def run_showing(engine: Engine, show: Callable[[Update], None]) -> None:
    """Run the engine and show its updates; where that fails (the reader went, the disk is full) end it and raise."""
    trouble: list[OSError] = []

    def show_while_possible(update: Update) -> None:
        if trouble:
            return
        try:
            show(update)
        except OSError as error:
            trouble.append(error)
            engine.stop()

    await engine.run(show_while_possible)
    if trouble:
        raise trouble[0]
