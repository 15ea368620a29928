#!/bin/bash
# Ask for known vulnerabilities in what the program is made of: packaging/audit.sh [--must-ask]
set -euo pipefail

. "$(dirname "$0")/environment.sh"
audit=$build/audit
if ! cmp -s "$root/packaging/lock-audit.txt" "$audit/lock.txt"; then
    python=$(find_python)
    rm -rf "$audit"
    "$python" -m venv "$audit"
    "$audit/bin/python" -m pip install -q --require-hashes -r "$root/packaging/lock-audit.txt" </dev/null 2> >(grep -v '^WARNING: Location' >&2)
    cp "$root/packaging/lock-audit.txt" "$audit/lock.txt"
fi
exec "$audit/bin/python" "$root/packaging/audit.py" "$@" "$audit/bin/pip-audit" "$root/packaging/lock.txt" "$root/packaging/lock-build.txt"
