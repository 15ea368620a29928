import asyncio
import gc
import sys
import threading
import weakref
from collections.abc import Callable
from typing import ClassVar

import pytest
from PySide6.QtCore import QObject, QThread, Signal, Slot
from pytestqt.qtbot import QtBot

import trayapp.desktop
from trayapp.desktop import bridge as bridge_module
from trayapp.desktop.bridge import FULL_COLLECTION_EVERY, THAW_EVERY, TURN, Collector, EngineThread, Turns
from trayapp.engine.commands import Command, LookNow

CRASHED = r"ERROR trayapp\.desktop\.bridge: engine: died"


class StubEngine:
    """Publishes numbers in place of updates, so many at once and one for each command."""

    def __init__(self, burst: int = 0, *, fails: bool = False, ends: bool = False) -> None:
        self._burst = burst
        self._fails = fails
        self._ends = ends
        self._stopped = asyncio.Event()
        self._publish: Callable[[int], None]

    async def run(self, publish: Callable[[int], None]) -> None:
        self._publish = publish
        for number in range(self._burst):
            publish(number)
        if self._fails:
            raise OverflowError("a bug")
        if not self._ends:
            await self._stopped.wait()

    def stop(self) -> None:
        self._stopped.set()

    def handle(self, command: Command) -> None:
        assert command == LookNow("openai")
        self._publish(-1)


class Receiver(QObject):
    def __init__(self, bridge: EngineThread) -> None:
        super().__init__()
        self.updates: list[object] = []
        self.threads: set[QThread] = set()
        self.errors: list[object] = []
        bridge.updated.connect(self.on_update)
        bridge.crashed.connect(self.on_crash)

    @Slot(object)
    def on_update(self, update: object) -> None:
        self.updates.append(update)
        self.threads.add(QThread.currentThread())

    @Slot(object)
    def on_crash(self, error: object) -> None:
        self.errors.append(error)


def bridge(engine: Callable[[], object]) -> EngineThread:
    return EngineThread(engine)  # type: ignore[arg-type]  # numbers in place of updates


def test_what_has_lived_long_is_left_alone_for_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr("trayapp.desktop.bridge.time.monotonic", lambda: now[0])
    collector = Collector()
    try:
        collector.step()
        assert gc.get_freeze_count() == 0

        now[0] += FULL_COLLECTION_EVERY + 1
        collector.step()
        frozen = gc.get_freeze_count()
        assert frozen > 1000

        now[0] += THAW_EVERY + 1
        old = weakref.ref(_cycle())
        collector.step()
        assert old() is None
    finally:
        collector.close()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


def test_what_was_loaded_to_stay_is_left_alone_at_once() -> None:
    collector = Collector()
    old = weakref.ref(_cycle())
    try:
        collector.settle()

        assert old() is None
        assert gc.get_freeze_count() > 1000
    finally:
        collector.close()


def test_threads_take_short_turns_while_there_is_a_window() -> None:
    before = sys.getswitchinterval()

    turns = Turns()
    assert sys.getswitchinterval() == pytest.approx(TURN)

    turns.close()
    assert sys.getswitchinterval() == pytest.approx(before)


class _Cycle:
    def __init__(self) -> None:
        self.me = self


def _cycle() -> _Cycle:
    return _Cycle()


def test_five_thousand_updates_arrive_in_order_in_qts_thread(qtbot: QtBot) -> None:
    thread = bridge(lambda: StubEngine(burst=5000))
    receiver = Receiver(thread)
    references = sys.getrefcount(True)

    thread.start()
    qtbot.waitUntil(lambda: len(receiver.updates) == 5000)

    assert receiver.updates == list(range(5000))
    assert receiver.threads == {QThread.currentThread()}
    assert sys.getrefcount(True) > references - 1000  # PySide6 6.12.0 loses one with each emission
    assert thread.stop(60)


def test_commands_reach_the_engine_even_before_it_is_there(qtbot: QtBot) -> None:
    may_build = threading.Event()

    def build() -> StubEngine:
        may_build.wait(60)
        return StubEngine()

    thread = bridge(build)
    receiver = Receiver(thread)
    thread.start()
    thread.send(LookNow("openai"))
    may_build.set()

    qtbot.waitUntil(lambda: len(receiver.updates) == 1)
    thread.send(LookNow("openai"))
    qtbot.waitUntil(lambda: len(receiver.updates) == 2)

    assert thread.stop(60)
    assert not thread.is_running
    assert not receiver.errors


def test_stopping_before_the_engine_is_there_is_no_crash(qtbot: QtBot) -> None:
    may_build = threading.Event()

    def build() -> StubEngine:
        may_build.wait(60)
        return StubEngine(burst=1)

    thread = bridge(build)
    receiver = Receiver(thread)
    thread.start()

    assert not thread.stop(0.05)
    may_build.set()
    assert thread.stop(60)

    qtbot.wait(20)
    assert not receiver.updates
    assert not receiver.errors


def test_a_crash_is_news_and_a_new_start_is_possible(qtbot: QtBot, expect_log: Callable[[str], None]) -> None:
    expect_log(CRASHED)
    engines = iter([StubEngine(fails=True), StubEngine(burst=1)])
    thread = bridge(lambda: next(engines))
    receiver = Receiver(thread)

    thread.start()
    qtbot.waitUntil(lambda: len(receiver.errors) == 1)
    assert isinstance(receiver.errors[0], OverflowError)
    qtbot.waitUntil(lambda: not thread.is_running)

    thread.start()
    thread.start()
    qtbot.waitUntil(lambda: receiver.updates == [0])
    assert thread.stop(60)


def test_an_engine_that_cannot_be_built_is_news(qtbot: QtBot, expect_log: Callable[[str], None]) -> None:
    expect_log(CRASHED)

    def build() -> StubEngine:
        raise ImportError("no such library")

    thread = bridge(build)
    receiver = Receiver(thread)
    thread.start()

    qtbot.waitUntil(lambda: len(receiver.errors) == 1)
    assert thread.stop(60)


def test_an_engine_that_ends_by_itself_is_news(qtbot: QtBot, expect_log: Callable[[str], None]) -> None:
    expect_log(r"ERROR trayapp\.desktop\.bridge: engine: ended without being asked")
    thread = bridge(lambda: StubEngine(ends=True))
    receiver = Receiver(thread)
    thread.start()

    qtbot.waitUntil(lambda: len(receiver.errors) == 1)
    assert thread.stop(60)


def test_a_thread_that_never_started_has_stopped() -> None:
    assert bridge(StubEngine).stop(0)


class Knot:
    """Garbage that only the collector can find, and that says where it was found."""

    found_in: ClassVar[list[threading.Thread]] = []

    def __init__(self) -> None:
        self.myself = self

    def __del__(self) -> None:
        self.found_in.append(threading.current_thread())


def allocate() -> None:
    """Much more than it takes to make Python collect."""
    Knot()
    keep = [[number] for number in range(100_000)]
    del keep


def test_garbage_is_collected_in_qts_thread_only(monkeypatch: pytest.MonkeyPatch) -> None:
    Knot.found_in.clear()
    collector = Collector()
    thread = threading.Thread(target=allocate)
    thread.start()
    thread.join()
    assert not Knot.found_in

    for _ in range(20):
        Knot()
        keep = [[number] for number in range(1000)]
        collector.step()
        del keep

    assert set(Knot.found_in) == {threading.current_thread()}
    monkeypatch.setattr(bridge_module, "FULL_COLLECTION_EVERY", -1.0)
    Knot()
    collector.step()
    assert len(Knot.found_in) == 22
    collector.close()
    assert gc.isenabled()


def test_modules_loaded_after_pyside_are_not_read_as_text() -> None:
    feature = sys.modules["shibokensupport.feature"]

    assert trayapp.desktop.rest_import_hook()
    assert feature._mod_uses_pyside(sys.modules[__name__]) is False


def test_without_the_private_name_nothing_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(sys.modules["shibokensupport.feature"], "_mod_uses_pyside")
    assert not trayapp.desktop.rest_import_hook()

    monkeypatch.setitem(sys.modules, "shibokensupport.feature", None)
    assert not trayapp.desktop.rest_import_hook()


class Emitter(QObject):
    told = Signal(object)


def test_emitting_does_not_wear_out_the_interpreter(qtbot: QtBot) -> None:
    del qtbot
    emitter = Emitter()
    before = sys.getrefcount(True)

    for _ in range(500):
        emitter.told.emit(True)

    assert abs(sys.getrefcount(True) - before) < 100
