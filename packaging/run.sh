#!/bin/sh
# Start AI Status Tray from a checkout: makes what is missing, then runs `trayapp` with the arguments given.
#
#   sh packaging/run.sh            start in the tray
#   sh packaging/run.sh --demo     replay a real outage
#   sh packaging/run.sh status     any other command
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
. "$root/packaging/system-packages.sh"

# Whether these arguments start the tray, and not some other command or the help text.
starts_tray() {
    while [ $# -gt 0 ]; do
        case $1 in
            --config | --data-dir | --page) [ $# -lt 2 ] || shift ;;
            -h | --help | --version | --selftest) return 1 ;;
            -* | run) ;;
            *) return 1 ;;
        esac
        shift
    done
    return 0
}

has_screen() {
    [ "$(uname -s)" != Linux ] || [ -n "${DISPLAY:-}" ] || [ -n "${WAYLAND_DISPLAY:-}" ]
}

packages=$(python_packages "$root/.venv")
watching=no
if starts_tray "$@"; then
    if has_screen; then
        packages="$packages $RUN_PACKAGES"
    else
        say "There is no screen here (neither DISPLAY nor WAYLAND_DISPLAY is set), so this is the terminal view; Ctrl-C ends it."
        watching=yes
    fi
fi

# shellcheck disable=SC2086 # a list of words
provide_packages $packages || exit 1
install_project "$root" .installed || exit 1

if [ "$watching" = yes ]; then
    # The options all commands share come first; those of the window have no meaning in a terminal.
    rest=$#
    demo=
    while [ "$rest" -gt 0 ]; do
        argument=$1
        shift
        rest=$((rest - 1))
        case $argument in
            run | --window) ;;
            --demo) demo=--demo ;;
            --page) [ "$rest" -eq 0 ] || { shift && rest=$((rest - 1)); } ;;
            *) set -- "$@" "$argument" ;;
        esac
    done
    set -- "$@" watch ${demo:+"$demo"}
fi

exec "$root/.venv/bin/python" -m trayapp "$@"
