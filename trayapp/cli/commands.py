"""Every command by its name. Each module is loaded when its command runs."""

import argparse
import importlib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import cast

_MODULES = {
    "status": "status",
    "wait": "wait",
    "watch": "watch",
    "diagnose": "diagnose",
    "report": "report",
    "incidents": "incidents",
    "keys": "keys",
    "login": "login",
    "providers": "providers",
    "record": "record",
    "replay": "replay",
    "export": "export",
    "autostart": "autostart",
    "doctor": "doctor",
}


def _command(module: str) -> Callable[[argparse.Namespace], int]:
    def run(arguments: argparse.Namespace) -> int:
        loaded = importlib.import_module(f"trayapp.cli.{module}")
        return cast("Callable[[argparse.Namespace], int]", loaded.main)(arguments)

    return run


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = MappingProxyType(
    {name: _command(module) for name, module in _MODULES.items()}
)
