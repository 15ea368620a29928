#!/bin/sh
# Run the tests from a checkout, real desktop included: makes what is missing, then pytest with the arguments given.
#
#   sh packaging/test.sh                       everything, on all cores, with coverage
#   sh packaging/test.sh -m "not desk" -x      what needs no screen, until the first failure
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
. "$root/packaging/system-packages.sh"

provide_desk "$root" || exit 1

cd "$root"
report=
if [ $# -eq 0 ]; then
    report=term
    set -- -n auto --dist worksteal
fi
exec .venv/bin/python -m pytest --cov=trayapp --cov-report="$report" "$@"
