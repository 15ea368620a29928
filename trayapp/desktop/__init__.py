"""The desktop shell: the only package that imports PySide6."""

import importlib


def rest_import_hook() -> bool:
    """Tell PySide6 not to read the source of every module imported after it; return whether that worked.

    It looks for ``from __feature__ import`` in them and keeps the sources: 8 MB and 30 ms for what we load.
    The name is private to PySide6, so its absence is no fault: then we only pay.
    """
    try:
        importlib.import_module("PySide6.QtCore")  # brings the hook; by name, as only the modules below import Qt
        feature = importlib.import_module("shibokensupport.feature")
    except ImportError:
        return False
    if not hasattr(feature, "_mod_uses_pyside"):
        return False
    setattr(feature, "_mod_uses_pyside", _never)  # noqa: B010 -- mypy knows no such module
    return True


def _never(_module: object) -> bool:
    return False


rest_import_hook()
