#!/bin/sh
# Run the tests from a checkout, real desktop included: makes what is missing, then pytest with the arguments given.
#
#   sh packaging/test.sh                       everything, with coverage
#   sh packaging/test.sh -m "not desk" -x      what needs no screen, until the first failure
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
. "$root/packaging/system-packages.sh"

# shellcheck disable=SC2046,SC2086 # lists of words
provide_packages $(python_packages "$root/.venv") $RUN_PACKAGES $DESK_PACKAGES || exit 1
make_environment "$root/.venv" || exit 1
# pip before 25.1 knows no dependency groups: read ours with the standard library.
wanted=$root/.venv/dev-requirements.txt
"$root/.venv/bin/python" - "$root/pyproject.toml" >"$wanted" <<'READ'
import sys
import tomllib

with open(sys.argv[1], "rb") as file:
    print("\n".join(tomllib.load(file)["dependency-groups"]["dev"]))
READ
install_project "$root" .installed-dev -r "$wanted" || exit 1

cd "$root"
report=
[ $# -gt 0 ] || report=term
exec .venv/bin/python -m pytest --cov=trayapp --cov-report="$report" "$@"
