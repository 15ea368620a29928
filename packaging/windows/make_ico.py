"""Put the application's pictures into one Windows icon file: python packaging/windows/make_ico.py OUTPUT PICTURE..."""

import struct
import sys
from pathlib import Path

HEADER = struct.Struct("<HHH")
ENTRY = struct.Struct("<BBBBHHII")
SIZE_IN_PNG = struct.Struct(">16xII")


def main() -> int:
    """Write the file; PNG inside is what Windows has read since Vista."""
    output, *files = map(Path, sys.argv[1:])
    pictures = sorted((file.read_bytes() for file in files), key=lambda data: SIZE_IN_PNG.unpack_from(data)[0])
    offset = HEADER.size + ENTRY.size * len(pictures)
    entries = []
    for data in pictures:
        width, height = SIZE_IN_PNG.unpack_from(data)
        entries.append(ENTRY.pack(width % 256, height % 256, 0, 0, 1, 32, len(data), offset))
        offset += len(data)
    output.write_bytes(b"".join((HEADER.pack(0, 1, len(pictures)), *entries, *pictures)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
