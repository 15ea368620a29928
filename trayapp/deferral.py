"""Lets modules wait until something in them is used: much of the program is for what a calm day never brings.

    with deferred():
        from trayapp.engine import keywatch

is an import like any other to readers and to every tool, but ``keywatch`` runs when the first of its names is asked
for. So its names belong into functions and, quoted, into annotations: any other use has it run at once, which is no
mistake but saves nothing. An error in the module comes out at its first use.

Python 3.15 says ``lazy import`` for this (PEP 810). importlib's own ``LazyLoader`` shows one thread half a module
while another one runs it, in the releases that Debian 12 and others ship (gh-114763).
"""

import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

_PACKAGE = __name__.partition(".")[0]


class _Wish(threading.local):
    """Whether this thread wants what it imports to wait."""

    is_on = False


_wish = _Wish()


@contextmanager
def deferred() -> Iterator[None]:
    """Have the program's own modules that are imported in the block wait for their first use.

    Those that have been imported already are taken as they are; packages run at once.
    """
    before, _wish.is_on = _wish.is_on, True
    try:
        yield
    finally:
        _wish.is_on = before


def is_waiting(name: str) -> bool:
    """Return whether a module has been imported and not been used yet."""
    return type(sys.modules.get(name)) is _Waiting


class _Waiting(ModuleType):
    """A module that has not run."""

    def __getattribute__(self, name: str) -> object:
        """Run the module, unless it is asked only for what the import system has put there."""
        if not (name.startswith("__") and name.endswith("__")):
            _loaders[ModuleType.__getattribute__(self, "__name__")].run(self)
        return ModuleType.__getattribute__(self, name)  # `super` would not know it any more, now that it has run


class _Deferring(Loader):
    """Puts a module in place, and runs it when it is told to: once, while other threads wait."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader
        self._lock = threading.RLock()
        self._has_begun = False

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        spec = module.__spec__
        assert spec is not None  # noqa: S101 -- the import system has just made it so
        spec.loader = module.__loader__ = self._loader
        _loaders[module.__name__] = self
        module.__class__ = _Waiting

    def run(self, module: ModuleType) -> None:
        """Run the module, unless it has run or is running: for what it imports it is there as far as it has come."""
        with self._lock:
            if self._has_begun:
                return
            self._has_begun = True
            try:
                self._loader.exec_module(module)
            except BaseException:
                self._has_begun = False
                raise
            module.__class__ = ModuleType


_loaders: dict[str, _Deferring] = {}


class _Finder(MetaPathFinder):
    """Finds modules as the other finders do, and has those wait that are to."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not _wish.is_on or not fullname.startswith(f"{_PACKAGE}."):
            return None
        others = (each for each in sys.meta_path if each is not self)
        found = (each.find_spec(fullname, path, target) for each in others)
        spec = next((each for each in found if each is not None), None)
        if spec is not None and spec.loader is not None and spec.submodule_search_locations is None:
            spec.loader = _Deferring(spec.loader)
        return spec


sys.meta_path.insert(0, _Finder())
