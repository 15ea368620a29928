"""Where the two threads meet, and nowhere else: the engine's asyncio thread and Qt's."""

import gc
import logging
import sys
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from trayapp.engine.commands import Command
from trayapp.engine.updates import Update

log = logging.getLogger(__name__)

FULL_COLLECTION_EVERY = 600.0
THAW_EVERY = 86_400.0
"""Seconds."""
TURN = 0.0005
"""Seconds for which one thread may compute while another waits to.

Qt's thread lets the other go on at each of its calls into Qt, hundreds for one page: at Python's own 5 ms a turn the
window stands still for as long as the engine computes.
"""


class Runnable(Protocol):
    """What the thread needs of an engine; all of it is called on the engine's own loop."""

    def run(self, publish: Callable[[Update], None]) -> Coroutine[object, object, None]:
        """Work until stopped."""

    def stop(self) -> None:
        """End `run` soon, in order."""

    def handle(self, command: Command) -> None:
        """Do what a shell asks for."""


class Loop(Protocol):
    """What is needed of asyncio's loop: asyncio itself is loaded in the engine's thread, when the tray is seen."""

    def call_soon_threadsafe(self, callback: Callable[..., object], /, *args: object) -> object:
        """Call back on the loop's own thread."""


class Collector:
    """Runs Python's cycle collector in Qt's thread only.

    Left alone it runs in whichever thread allocates most, which is the engine's; a widget or socket notifier that
    it frees there ends the process. So it is switched off, and `step` does its work at moments that suit.
    """

    def __init__(self) -> None:
        """Take over from now on."""
        self._thresholds = gc.get_threshold()
        self._last_full = self._last_thaw = time.monotonic()
        gc.disable()

    def settle(self) -> None:
        """Collect all, and leave what is left alone as after ten minutes: when much has been loaded that will stay."""
        gc.collect()
        gc.freeze()

    def step(self) -> None:
        """Collect what Python itself would; old objects, which take long to look through, at most every ten minutes.

        What has lived so long (modules, the catalogue, a thousand pages) is then left alone for a day: looking through
        all of it stops the window for a tenth of a second. Most of what dies needs no looking for.
        """
        young, middle, _old = gc.get_count()
        now = time.monotonic()
        if now - self._last_full > FULL_COLLECTION_EVERY:
            self._last_full = now
            if now - self._last_thaw > THAW_EVERY:
                self._last_thaw = now
                gc.unfreeze()
            self.settle()
        elif middle > self._thresholds[1]:
            gc.collect(1)
        elif young > self._thresholds[0]:
            gc.collect(0)

    def close(self) -> None:
        """Let Python do it again."""
        gc.unfreeze()
        gc.enable()


class Turns:
    """Lets Qt's thread and the engine's compute in short turns."""

    def __init__(self) -> None:
        """Begin with that."""
        self._before = sys.getswitchinterval()
        sys.setswitchinterval(TURN)

    def close(self) -> None:
        """Leave turns as they were."""
        sys.setswitchinterval(self._before)


class EngineThread(QObject):
    """Runs an engine in a thread of its own. It lives in Qt's thread, where its signals arrive, in order.

    ``build`` and ``new_loop`` are called in the engine's thread: whatever they import is loaded there.
    """

    updated = Signal(object)
    """An Update."""
    crashed = Signal(object)
    """The exception the engine died of; it is not running any more."""

    def __init__(
        self,
        build: Callable[[], Runnable],
        new_loop: Callable[[], object] | None = None,
        parent: QObject | None = None,
    ) -> None:
        """Keep what makes an engine; `start` makes one."""
        super().__init__(parent)
        self._build = build
        self._new_loop = new_loop
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._running: tuple[Runnable, Loop] | None = None
        self._waiting: list[Command] = []
        self._stopping = False

    @property
    def is_running(self) -> bool:
        """Whether the thread is alive."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Start a fresh engine; does nothing while one runs."""
        if self.is_running:
            return
        self._stopping = False
        # A daemon: the process must be able to end even when the engine cannot.
        self._thread = threading.Thread(target=self._work, name="engine", daemon=True)
        self._thread.start()

    def send(self, command: Command) -> None:
        """Ask the engine for something, as soon as it is there."""
        with self._lock:
            if self._running is None:
                self._waiting.append(command)
                return
            engine, loop = self._running
            loop.call_soon_threadsafe(engine.handle, command)

    def stop(self, timeout: float) -> bool:
        """Stop the engine and wait at most so many seconds; return whether it has ended."""
        with self._lock:
            self._stopping = True
            if self._running is not None:
                engine, loop = self._running
                loop.call_soon_threadsafe(engine.stop)
        if self._thread is None:
            return True
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _work(self) -> None:
        """Run in the engine's thread, from the first import to the last await."""
        import asyncio  # noqa: PLC0415 -- 30 ms that must not come before the tray

        try:
            engine = self._build()
            with asyncio.Runner(loop_factory=self._new_loop) as runner:  # type: ignore[arg-type]  # see Loop
                runner.run(self._live(engine, runner.get_loop()))
        except BaseException as error:
            log.exception("engine: died")
            self.crashed.emit(error)
        else:
            if not self._stopping:
                log.error("engine: ended without being asked to")
                self.crashed.emit(RuntimeError("the engine ended by itself"))

    async def _live(self, engine: Runnable, loop: Loop) -> None:
        """Let Qt's thread reach the engine, unless it has asked to stop before there was one."""
        with self._lock:
            if self._stopping:
                return
            self._running = (engine, loop)
            for command in self._waiting:
                loop.call_soon_threadsafe(engine.handle, command)
            self._waiting.clear()
        try:
            await engine.run(self.updated.emit)
        finally:
            # While the loop still lives: who asks a closed one for something gets an exception.
            with self._lock:
                self._running = None
