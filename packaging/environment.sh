# shellcheck shell=bash
# What the building scripts share: names, places, and an environment with exactly what the locks say. Sourced, not run.

# shellcheck disable=SC2034 # for those who source this file
NAME="AI Status Tray"
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$root/packaging/system-packages.sh"
build=$root/build
dist=$root/dist
version=$(sed -n 's/^__version__ = "\(.*\)"/\1/p' "$root/trayapp/__init__.py")
machine=$(uname -m)

# The date of what is built: the last commit's, else the release's. Equal sources make equal files.
if [ -z "${SOURCE_DATE_EPOCH:-}" ]; then
    released=$(sed -n 's/.*<release .*date="\([0-9-]*\)".*/\1/p' "$root"/resources/*.metainfo.xml | head -n 1)
    SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct 2>/dev/null || date -u -d "$released" +%s)
fi
# How hard to compress (0 to 9): a release takes its time, a trial of each change need not.
strength=${TRAYAPP_COMPRESSION:-6}
export SOURCE_DATE_EPOCH PYTHONHASHSEED=0 PIP_DISABLE_PIP_VERSION_CHECK=1
umask 022

say_step() {
    printf '== %s\n' "$*" >&2
}

# An environment of packaging/lock.txt and lock-build.txt and nothing else, made once for each state of both.
build_environment() {
    local python state
    # shellcheck disable=SC2046 # a list of words
    provide_packages $(python_packages "$build/no-environment") || return 1
    python=$(find_python) || { say "Python 3.11 or newer is needed to build."; return 1; }
    state=$(cat "$root/packaging/lock.txt" "$root/packaging/lock-build.txt" - <<<"$("$python" -VV)" | cksum | cut -d' ' -f1)
    environment=$build/environment-$state
    [ -f "$environment/complete" ] && return 0
    say_step "environment: $("$python" -V), packages by their hashes"
    rm -rf "$environment"
    "$python" -m venv "$environment" || return 1
    local lock
    for lock in lock.txt lock-build.txt; do
        "$environment/bin/python" -m pip install -q --require-hashes -r "$root/packaging/$lock" </dev/null 2> >(grep -v '^WARNING: Location' >&2) || return 1
    done
    touch "$environment/complete"
}

# The package with the library of Debian's own Python, which a bundle needs; nothing where Python came another way.
library_of_python() {
    local python
    python=$(find_python) || return 0
    "$python" -c 'import sys, sysconfig as s; d = s.get_config_var("LIBDIR") or ""; v = sys.version_info
print(f"libpython{v[0]}.{v[1]}" if d.startswith("/usr/lib/") else "")'
}

need() {
    local missing=() tool
    for tool in "$@"; do
        command -v "$tool" >/dev/null || missing+=("$tool")
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    say "These tools are missing: ${missing[*]} (packaging/system-packages.sh names the Debian packages that have them)."
    return 1
}

# The list of ingredients beside an artefact: bill FOLDER ARTEFACT [COLLECTED]
bill() {
    "$environment/bin/python" "$root/packaging/sbom.py" "$1" --artefact "$2" ${3:+--collected "$3"}
}

# The same for what contains nothing of others: the libraries it was tested with, which pip brings along.
bill_of_locked() {
    "$environment/bin/python" "$root/packaging/sbom.py" "$("$environment/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" \
        --artefact "$1" --only-locked
}
