#!/bin/bash
# Fetch the wheels a Flatpak is made of, by the hashes of the lock, and ours: packaging/flatpak/wheels.sh [PYTHON-VERSION]
#
# Qt and its Python come with the base of the manifest, so they are left out. The version is that of the runtime's Python.
set -euo pipefail

. "$(dirname "$0")/../environment.sh"
python_version=${1:-3.13}
wheels=$build/flatpak/wheels
build_environment
rm -rf "$wheels" && mkdir -p "$wheels"
# Each package of the lock begins at the margin, its hashes are indented.
awk '/^[^ #]/ { keep = !/^(pyside6|shiboken6)/ } keep' "$root/packaging/lock.txt" >"$build/flatpak/lock.txt"
platforms=()
for glibc in 17 28 34 35; do
    platforms+=(--platform "manylinux_2_${glibc}_$machine")
done
"$environment/bin/python" -m pip download -q --no-deps --require-hashes --only-binary :all: --python-version "$python_version" \
    "${platforms[@]}" --platform "manylinux2014_$machine" -d "$wheels" -r "$build/flatpak/lock.txt" </dev/null 2> >(grep -v '^WARNING: Location' >&2)
"$environment/bin/python" -m build --no-isolation --wheel -o "$wheels" "$root" >/dev/null 2>&1
ls "$wheels"
