"""Write the licences and notices of everything inside a built application.

    python packaging/notices.py FOLDER [--collected FILE] -o licences.txt

Ends with 1 where something has no text: nothing is shipped without its terms.
"""

import argparse
import sys
from pathlib import Path

from ingredients import HERE, Ingredient, Source, ingredients

RULE = "=" * 100
# Where a wheel carries no text of its own, these terms are said in full elsewhere in the file.
SAID_ELSEWHERE = {"PySide6_Essentials": "Qt", "shiboken6": "Qt", "ICU": ""}
ICU_TERMS = (HERE / "licences" / "ICU.txt").read_text(encoding="utf-8")
HEAD = """AI Status Tray is free software under the MIT licence:

{own}
{rule}

It contains the works of others, listed below with their terms.

Qt and Qt for Python (PySide6, Shiboken) {qt} are used under the GNU Lesser General Public License, version 3, whose
text and that of the GNU General Public License it builds on are below. They are unmodified and dynamically linked:
every Qt library is a file of its own in this application (on Linux `_internal/PySide6/Qt/lib`, on Windows the folder
`PySide6`, on macOS the frameworks in the application), and you may replace any of them with a compatible one that you
have changed and built. Nothing in this application hinders that, and you may study it as far as this needs.

Source code: https://download.qt.io/official_releases/qt/ and https://download.qt.io/official_releases/QtForPython/ have
the complete sources of this very version. If you cannot get them there, the authors of AI Status Tray will, for three
years from the day they gave you this copy, give anybody who asks the corresponding source code on a common medium, for
no more than the cost of doing so. Ask through the project's issue tracker.

Qt itself contains works of others under their own free terms, among them FreeType, HarfBuzz, libpng, zlib, PCRE2, MD4C
and double-conversion; https://doc.qt.io/qt-6/licenses-used-in-qt.html lists them all with their terms. Portions of this
software are copyright (c) The FreeType Project (https://freetype.org). All rights reserved.
"""


def main() -> int:
    """Write the file; say what has no text."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--collected", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    options = parser.parse_args()
    found = ingredients(options.folder, options.collected)
    bare = [each.name for each in found if not each.texts and each.name not in SAID_ELSEWHERE]
    options.output.write_text(notices(found), encoding="utf-8")
    print(f"{options.output.name}: the terms of {len(found)} works")
    if bare:
        print(f"There is no text of the terms of {', '.join(bare)}.", file=sys.stderr)
    return 1 if bare else 0


def notices(found: tuple[Ingredient, ...]) -> str:
    """Return the whole text; equal texts (Debian's libraries of one source share theirs) stand once."""
    qt = next((each.version for each in found if each.name == "Qt"), "6")
    own = (HERE.parent / "LICENSE").read_text(encoding="utf-8")
    parts = [HEAD.format(own=own, rule=RULE, qt=qt)]
    by_texts: dict[tuple[str, ...], list[Ingredient]] = {}
    for each in found:
        texts = (ICU_TERMS,) if each.name == "ICU" else each.texts
        by_texts.setdefault(
            texts or (f"The terms are those of {SAID_ELSEWHERE.get(each.name, each.name)}.",), []
        ).append(each)
    for texts, group in by_texts.items():
        parts += [RULE, *(_title(each) for each in group), ""]
        parts += [text.strip() + "\n" for text in texts]
    return "\n".join(parts)


def _title(each: Ingredient) -> str:
    origin = " (as packaged by Debian)" if each.source is Source.DEBIAN else ""
    return f"{each.name} {each.version}{origin} - {each.licence}" + (f" - {each.home}" if each.home else "")


if __name__ == "__main__":
    sys.exit(main())
