#!/bin/sh
# Write packaging/lock.txt (what the program needs), lock-build.txt (what builds it) and lock-audit.txt (what asks for
# known vulnerabilities) anew: every package of every
# system with its version and hashes. Run it after a change of dependencies, read the difference, then commit both.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
. "$root/packaging/system-packages.sh"
cd "$root"
make_environment build/locking || exit 1
build/locking/bin/python -m pip install -q --disable-pip-version-check "uv>=0.9" </dev/null
export UV_CUSTOM_COMPILE_COMMAND="sh packaging/update-locks.sh"
for pair in pyproject.toml:lock.txt packaging/build-tools.in:lock-build.txt packaging/audit-tools.in:lock-audit.txt; do
    extra=
    [ "$pair" = pyproject.toml:lock.txt ] && extra="--extra updates" # every artefact can check signatures
    # shellcheck disable=SC2086 # two words or none
    build/locking/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url \
        $extra --upgrade "${pair%:*}" -o "packaging/${pair#*:}"
done
git diff --stat -- packaging/lock.txt packaging/lock-build.txt packaging/lock-audit.txt
