#!/bin/sh
# Draw the pictures of the README from the real program: sh packaging/screenshots.sh OUT-FOLDER
set -eu

if [ $# -ne 1 ]; then
    printf 'usage: sh packaging/screenshots.sh OUT-FOLDER\n' >&2
    exit 64
fi
mkdir -p "$1"
out=$(CDPATH='' cd -- "$1" && pwd)
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
. "$root/packaging/system-packages.sh"

provide_desk "$root" || exit 1

cd "$root"
PYTHONPATH=$root exec .venv/bin/python packaging/screenshots.py "$out"
