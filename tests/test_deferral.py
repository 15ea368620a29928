import importlib
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

import trayapp
from tests.builders import operational
from tests.fakepage import SUMMARY, FakePage
from trayapp.deferral import deferred, is_waiting

AT_REST = """
import asyncio, sys
from pathlib import Path
from trayapp.bootstrap import Options, build_engine
from trayapp.deferral import is_waiting

def told(update):
    if update.snapshot.pages and all(each.shown is not None for each in update.snapshot.pages):
        engine.stop()

engine = build_engine(Options(config=Path(sys.argv[1]), data_dir=Path(sys.argv[2])))
asyncio.run(engine.run(told))
print(*[name for name in sys.modules if is_waiting(name)])
"""
NOT_AT_REST = {
    *("keywatch", "keykeeping", "keycheck", "loginkeeping", "diagnosis", "edge", "baseline"),
    *("crowd", "localmodels", "reportdesk", "recording", "preview"),
}

Make = Callable[[str], str]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Makes a module of the program's package out of a text, and returns its name."""
    monkeypatch.setattr(trayapp, "__path__", [*trayapp.__path__, str(tmp_path)])
    made: list[str] = []

    def write(text: str) -> str:
        name = f"passing_{len(made)}"
        made.append(name)
        (tmp_path / f"{name}.py").write_text(text)
        monkeypatch.delitem(sys.modules, f"trayapp.{name}", raising=False)
        importlib.invalidate_caches()
        return f"trayapp.{name}"

    yield write
    for name in made:
        sys.modules.pop(f"trayapp.{name}", None)
        vars(trayapp).pop(name, None)


def imported(name: str) -> ModuleType:
    with deferred():
        return importlib.import_module(name)


def test_a_module_waits_until_it_is_used(make: Make, capsys: pytest.CaptureFixture[str]) -> None:
    name = make("print('runs')\nvalue = 41 + 1\n")

    module = imported(name)

    assert is_waiting(name)
    assert (module.__name__, sys.modules[name]) == (name, module)
    assert capsys.readouterr().out == ""
    assert module.value == 42
    assert not is_waiting(name)
    assert module.value == 42
    assert capsys.readouterr().out == "runs\n"


def test_an_import_elsewhere_gets_the_same_module_and_runs_it(make: Make) -> None:
    name = make("value = 42\n")
    module = imported(name)

    other = importlib.import_module(make(f"from {name} import value\n"))

    assert other.value == 42
    assert not is_waiting(name)
    assert vars(module)["value"] == 42


def test_what_is_imported_outside_or_is_not_ours_runs_at_once(make: Make, tmp_path: Path) -> None:
    name = make("value = 42\n")
    importlib.import_module(name)
    package = make("")
    (tmp_path / package.rpartition(".")[2]).mkdir()
    (tmp_path / package.rpartition(".")[2] / "__init__.py").write_text("value = 42\n")

    assert not is_waiting(name)
    assert not is_waiting(imported(name).__name__)
    assert vars(imported("colorsys"))["ONE_THIRD"]
    assert vars(imported(package))["value"] == 42


def test_a_module_that_is_not_there_is_missed_at_once() -> None:
    with pytest.raises(ModuleNotFoundError, match=r"trayapp\.nowhere"):
        imported("trayapp.nowhere")
    assert not is_waiting("trayapp.nowhere")


def test_a_fault_in_a_module_comes_out_at_every_use(make: Make) -> None:
    module = imported(make("1 / 0\n"))

    for _use in range(2):
        with pytest.raises(ZeroDivisionError):
            _ = module.value


def test_two_modules_that_wait_may_use_each_other(make: Make) -> None:
    one = make("def double(number):\n    return 2 * number\nfrom trayapp import passing_1\nvalue = passing_1.value\n")
    make("from trayapp import passing_0\nvalue = passing_0.double(21)\n")

    assert imported(one).value == 42


def test_threads_that_use_a_module_at_once_all_get_the_whole_of_it(make: Make) -> None:
    module = imported(make("import time\nearly = 1\ntime.sleep(0.3)\nlate = 2\n"))
    start = threading.Barrier(8)
    seen: list[tuple[object, object]] = []

    def use() -> None:
        start.wait()
        seen.append((module.early, vars(module).get("late")))

    threads = [threading.Thread(target=use) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert seen == [(1, 2)] * 8


def test_a_calm_day_without_keys_loads_nothing_that_only_trouble_and_keys_need(tmp_path: Path) -> None:
    with FakePage() as page:
        page.serve(SUMMARY, operational())
        config = tmp_path / "config.toml"
        config.write_text(f'[[watch]]\nname = "Acme"\nurl = "{page.url}"\nplatform = "statuspage"\n')
        command = [sys.executable, "-c", AT_REST, str(config), str(tmp_path / "data")]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])

    assert {f"trayapp.engine.{each}" for each in NOT_AT_REST} <= set(done.stdout.split())
