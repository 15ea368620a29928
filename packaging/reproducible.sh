#!/bin/bash
# Build the wheel twice, from copies in two places, at two times, in two time zones, and compare: both must be one.
set -euo pipefail

. "$(dirname "$0")/environment.sh"
build_environment
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

build_copy() {
    local copy=$work/$1/checkout
    mkdir -p "$copy"
    tar -C "$root" --exclude=__pycache__ -cf - trayapp resources packaging tests README.md LICENSE pyproject.toml | tar -C "$copy" -xf -
    find "$copy" -exec touch -h -d "$2" {} +
    (umask 022 && TZ=$3 PYTHONHASHSEED=${1#copy} "$environment/bin/python" -m build --no-isolation --wheel -o "$work/$1" "$copy" >/dev/null 2>&1)
}

build_copy copy1 2021-03-04 UTC
build_copy copy22 2024-05-06 Asia/Kathmandu
sums=$(sha256sum "$work"/copy*/*.whl | cut -d' ' -f1 | sort -u)
if [ "$(wc -l <<<"$sums")" -ne 1 ]; then
    say "The same sources make two wheels:"
    sha256sum "$work"/copy*/*.whl >&2
    exit 1
fi
printf 'the wheel is the same twice: %s\n' "$sums"
