"""The house laws that no other tool checks: what must not stand in the source, and what must never be loaded."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Signal

import trayapp

ROOT = Path(__file__).parents[1]
FOLDERS = ("trayapp", "tests", "packaging", "resources", ".ci")
NOT_OURS = {"__pycache__", "build", "dist", "node_modules"}

DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "core", "service"}
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time")}
ROOMS_WITH_A_CLOCK = ("trayapp/engine/", "trayapp/cli/", "trayapp/desktop/", "trayapp/storage/paths.py")
UNDONE = ("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")
# Places of one machine, and notes of one desk: neither belongs into a project that anyone may have.
NOT_FOR_HERE = re.compile(r"(?<![\w.})$*-])/(?:work\b|(?:opt|tmp|root)/\w)|shared/design|[i]ssue \d")
EXCUSE = re.compile(r"#\s*(?:noqa|type:\s*ignore|pragma: no cover)(?P<rest>.*)")
NAMED_RULE_AND_REASON = re.compile(
    r"^(?::\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*|\[[\w, -]+\]|)\s*(?:[-#(:]\s*)?(?=(?:.*\w{2,}){2,}).{8,}$"
)


@cache
def sources() -> tuple[tuple[str, str], ...]:
    """Each text file of ours: its path from the root, and what it says."""
    files = [file for folder in FOLDERS for file in (ROOT / folder).rglob("*") if file.is_file()]
    files += [file for file in ROOT.iterdir() if file.suffix in {".md", ".toml"}]
    return tuple(_read(file) for file in sorted(files) if not NOT_OURS & set(file.parts) and _is_text(file))


def _read(file: Path) -> tuple[str, str]:
    return file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8")


def _is_text(file: Path) -> bool:
    try:
        file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return False
    return True


@cache
def modules() -> tuple[tuple[str, ast.Module], ...]:
    return tuple((path, ast.parse(text)) for path, text in sources() if path.endswith(".py"))


@pytest.fixture(scope="module", autouse=True)
def forgotten_afterwards() -> Iterator[None]:
    """Let no later test wait for it: a million nodes of syntax make each collection of garbage a second long."""
    yield
    modules.cache_clear()
    sources.cache_clear()


def nodes() -> Iterator[tuple[str, ast.AST]]:
    for path, module in modules():
        for node in ast.walk(module):
            yield f"{path}:{getattr(node, 'lineno', 0)}", node


def test_no_module_is_a_drawer() -> None:
    names = {path: {part.removesuffix(".py") for part in Path(path).parts} for path, _module in modules()}

    assert not [path for path, parts in names.items() if parts & DRAWERS]


def test_no_import_hides_from_the_contracts() -> None:
    hidden = [
        place
        for place, node in nodes()
        if (isinstance(node, ast.Name) and node.id == "TYPE_CHECKING")
        or (isinstance(node, ast.alias) and node.name == "TYPE_CHECKING")
        or (isinstance(node, ast.Attribute) and node.attr == "TYPE_CHECKING")
    ]

    assert not hidden


def test_only_the_engine_and_the_shells_look_at_the_clock() -> None:
    looks = [
        place
        for place, node in nodes()
        if place.startswith("trayapp/")
        and not place.startswith(ROOMS_WITH_A_CLOCK)
        and isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and (_last_name(node.func.value), node.func.attr) in CLOCKS
    ]

    assert not looks


def test_labels_come_from_the_factory_that_makes_them_plain_text() -> None:
    bare = [
        place
        for place, node in nodes()
        if place.startswith("trayapp/")
        and not place.startswith("trayapp/desktop/theme.py")
        and isinstance(node, ast.Call)
        and _last_name(node.func) == "QLabel"
    ]

    assert not bare


def test_every_slot_of_a_bridge_signal_is_a_declared_bound_method() -> None:
    desktop = [module for path, module in modules() if path.startswith("trayapp/desktop/")]
    bridges = [module for path, module in modules() if path == "trayapp/desktop/bridge.py"]
    signals = {name for module in bridges for name in _signals(module)}
    slots = {name for module in desktop for name in _slots(module)}

    wrong = [
        ast.unparse(call)
        for module in desktop
        for call in ast.walk(module)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "connect"
        and _last_name(call.func.value) in signals
        and not (isinstance(call.args[0], ast.Attribute) and _last_name(call.args[0]) in slots | signals)
    ]

    assert signals, "the bridge has no signals: this law looks at nothing"
    assert not wrong


def _signals(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=made)) if _last_name(made) == "Signal":
                yield name
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.Call(func=made)) if _last_name(made) == "Signal":
                yield name


def _slots(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef):
            made = (mark.func if isinstance(mark, ast.Call) else mark for mark in node.decorator_list)
            if any(_last_name(mark) == "Slot" for mark in made):
                yield node.name


def _last_name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def test_every_excuse_names_its_rule_and_its_reason() -> None:
    excuses = [
        f"{path}:{number}: {line.strip()}"
        for path, text in sources()
        if path.endswith(".py") and path != "tests/test_house.py"
        for number, line in enumerate(text.splitlines(), start=1)
        if (excuse := EXCUSE.search(line)) and not NAMED_RULE_AND_REASON.match(excuse["rest"])
    ]

    assert not excuses


def test_values_are_structs() -> None:
    """A frozen dataclass writes and compiles its methods at every start, and there are hundreds of values."""
    dear = {path for path, text in sources() if path.startswith("trayapp/") and "@dataclass" in text}

    assert dear == {
        "trayapp/engine/looking.py",  # what it makes of its network is no argument
        "trayapp/platforms/__init__.py",  # answers met on the way make no difference to what was detected
    }


def test_nothing_is_left_for_later() -> None:
    notes = [
        f"{path}: {word}"
        for path, text in sources()
        for word in UNDONE
        if path.endswith((".py", ".sh", ".toml")) and re.search(rf"\b{word}\b", text)
    ]
    stubs = [
        place
        for place, node in nodes()
        if isinstance(node, ast.Raise) and node.exc and "NotImplementedError" in ast.unparse(node.exc)
    ]

    assert not notes + stubs


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    known = [
        f"{path}:{number}: {line.strip()}"
        for path, text in sources()
        for number, line in enumerate(text.splitlines(), start=1)
        if path != "tests/test_house.py" and NOT_FOR_HERE.search(line)
    ]

    assert not known


def test_the_import_contracts_hold() -> None:
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_one_version_everywhere() -> None:
    newest = [
        (path, found[1])
        for path, text in sources()
        if path.endswith(".metainfo.xml") and (found := re.search(r'<release\b[^>]*\bversion="([^"]+)"', text))
    ]

    assert not [(path, version) for path, version in newest if version != trayapp.__version__]


class Emitter(QObject):
    said = Signal(bool)


def test_signals_do_not_wear_out_true() -> None:
    """PySide6 6.12.0 loses a reference to True on every emission, and Python before 3.12 dies of it within hours."""
    emitter = Emitter()
    heard: list[bool] = []
    emitter.said.connect(heard.append)
    before = sys.getrefcount(True)

    for _ in range(5_000):
        emitter.said.emit(False)

    assert len(heard) == 5_000
    assert abs(sys.getrefcount(True) - before) < 100


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["--version"], ["providers"], ["keys", "list"], ["incidents"], ["notices"], ["run", "--help"]],
)
def test_no_command_but_run_loads_qt(arguments: list[str]) -> None:
    code = f"""
import sys
sys.argv = ["trayapp", *{arguments!r}]
from trayapp.__main__ import main
try:
    main()
except SystemExit:
    pass
print("Qt:", sorted(name for name in sys.modules if name.startswith(("PySide6", "shiboken6"))))
"""

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.stdout.splitlines()[-1:] == ["Qt: []"], done.stdout + done.stderr
