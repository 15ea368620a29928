"""Compile this Python's standard library for Windows.

    python packaging/windows/make_zip.py python311.zip

The byte code is the same on all systems within one minor version. What the program never uses stays out.
"""

import importlib.util
import marshal
import sys
import sysconfig
import zipfile
from pathlib import Path

UNUSED = {
    *("test", "tests", "idlelib", "tkinter", "turtledemo", "lib2to3", "ensurepip", "site-packages", "dist-packages"),
    *(
        "lib-dynload",
        "__pycache__",
        "pydoc_data",
        "venv",
        "distutils",
        "unittest",
        "curses",
        "dbm",
        "wsgiref",
        "xmlrpc",
    ),
}
MODULES = {"turtle.py", "pydoc.py", "doctest.py", "antigravity.py", "this.py", "sitecustomize.py", "_sysconfigdata"}
OLDEST = (1980, 1, 1, 0, 0, 0)


def main() -> int:
    """Write the archive, the same each time."""
    library = Path(sysconfig.get_path("stdlib"))
    count = 0
    with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for file in sorted(library.rglob("*.py")):
            name = file.relative_to(library)
            if UNUSED & set(name.parts) or name.name.startswith(tuple(MODULES)) or name.parts[0].startswith("config-"):
                continue
            code = compile(file.read_bytes(), name.as_posix(), "exec", optimize=1, dont_inherit=True)
            entry = zipfile.ZipInfo(name.with_suffix(".pyc").as_posix(), OLDEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, importlib.util.MAGIC_NUMBER + bytes(12) + marshal.dumps(code))
            count += 1
    print(f"{Path(sys.argv[1]).name}: {count} modules")
    return 0


if __name__ == "__main__":
    sys.exit(main())
