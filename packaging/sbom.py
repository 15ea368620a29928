"""Write the bill of materials of one artefact, in CycloneDX's JSON.

    python packaging/sbom.py FOLDER --artefact FILE [--collected FILE] [--only-locked]

It lies beside the artefact: FILE.cdx.json. Built twice from the same, it is the same: the time is SOURCE_DATE_EPOCH
and the serial number comes from the artefact's own hash.
"""

import argparse
import json
import os
import re
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path

from ingredients import HERE, Ingredient, Source, digest, ingredients

VERSION = re.compile(r'^__version__ = "([^"]+)"', re.MULTILINE)


def main() -> int:
    """Write the file beside the artefact."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--artefact", type=Path, required=True)
    parser.add_argument("--collected", type=Path)
    parser.add_argument("--only-locked", action="store_true", help="the folder is an environment: take the lock's only")
    options = parser.parse_args()
    found = ingredients(options.folder, options.collected)
    if options.only_locked:
        found = tuple(each for each in found if each.source is Source.PYPI and each.hashes)
    output = options.artefact.with_name(options.artefact.name + ".cdx.json")
    document = bill(options.artefact, found, int(os.environ.get("SOURCE_DATE_EPOCH", "0")))
    output.write_text(json.dumps(document, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(f"{output.name}: {len(found)} components")
    return 0


def bill(artefact: Path, found: tuple[Ingredient, ...], made_at: int) -> dict[str, object]:
    """Return the document."""
    match = VERSION.search((HERE.parent / "trayapp" / "__init__.py").read_text(encoding="utf-8"))
    version = match[1] if match else "0"
    sha256 = digest(artefact)
    own = f"pkg:generic/trayapp@{version}?file_name={artefact.name}"
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, sha256)}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(made_at, UTC).isoformat().replace("+00:00", "Z"),
            "component": {
                "type": "application",
                "bom-ref": own,
                "name": "trayapp",
                "version": version,
                "licenses": [{"license": {"id": "MIT"}}],
                "hashes": [{"alg": "SHA-256", "content": sha256}],
            },
        },
        "components": [_component(each) for each in found],
        "dependencies": [{"ref": own, "dependsOn": [each.purl for each in found]}],
    }


def _component(each: Ingredient) -> dict[str, object]:
    component: dict[str, object] = {
        "type": "library",
        "bom-ref": each.purl,
        "name": each.name,
        "version": each.version,
        "purl": each.purl,
        "licenses": [_licence(each.licence)],
    }
    if each.home.startswith("https://"):
        component["externalReferences"] = [{"type": "website", "url": each.home}]
    return component


def _licence(terms: str) -> dict[str, object]:
    if re.fullmatch(r"[A-Za-z0-9.+-]+(?: (?:AND|OR|WITH) [A-Za-z0-9.+-]+)*", terms):
        return {"expression": terms}
    return {"license": {"name": terms}}


if __name__ == "__main__":
    sys.exit(main())
