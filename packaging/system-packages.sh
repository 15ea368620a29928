#!/bin/sh
# What the machine must have, and how to get it: sourced by run.sh, test.sh, screenshots.sh and environment.sh.
#
# Everything here speaks on stderr in one sentence and answers by its exit status, so that the caller decides.

# Qt's own needs on X11 and Wayland; without a font every label is empty.
# shellcheck disable=SC2034 # for those who source this file
RUN_PACKAGES="libegl1 libgl1 libfontconfig1 libdbus-1-3 libglib2.0-0 libx11-6 libx11-xcb1
libxkbcommon0 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0
libxcb-render0 libxcb-render-util0 libxcb-shape0 libxcb-shm0 libxcb-sync1 libxcb-util1 libxcb-xfixes0 libxcb-xkb1
libwayland-client0 libwayland-cursor0 fonts-dejavu-core ca-certificates"

# A private screen, bus, panel, pop-up daemons and keyring for the end-to-end tests and the screenshots.
DESK_PACKAGES="xvfb xauth x11-utils dbus libglib2.0-bin xdotool imagemagick openbox xfce4-panel xfconf trayer dunst
xfce4-notifyd gnome-keyring libsecret-tools adwaita-icon-theme procps"

# What building each artefact takes besides Python, and what trying it takes besides a desk. Read by build.sh and
# test-artifacts.sh; libpython is the library that a frozen program has inside.
BUNDLE_PACKAGES="binutils xz-utils"
DEB_PACKAGES="dpkg-dev"
APPIMAGE_PACKAGES="squashfs-tools"
WINDOWS_PACKAGES="gcc-mingw-w64-x86-64 nsis unzip curl"
DEB_TRIAL_PACKAGES="lintian appstream desktop-file-utils debootstrap"
APPIMAGE_TRIAL_PACKAGES="fuse3 libfuse2"
WINDOWS_TRIAL_PACKAGES="wine wine64 gcc-mingw-w64-x86-64 xvfb openbox trayer imagemagick x11-utils"

say() {
    printf '%s\n' "$*" >&2
}

# The first Python of 3.11 or newer, as a command; nothing when there is none.
find_python() {
    for candidate in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11; do
        [ -n "$candidate" ] || continue
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            printf '%s\n' "$candidate"
            return 0
        fi
    done
    return 1
}

# The Debian packages that Python itself lacks for an environment in the folder named: all, the maker, or none.
python_packages() {
    if [ -x "$1/bin/python" ]; then
        return 0
    elif ! python=$(find_python); then
        printf 'python3 python3-venv\n'
    elif ! can_make_environments "$python"; then
        "$python" -c 'import sys; print(f"python{sys.version_info[0]}.{sys.version_info[1]}-venv")'
    fi
}

can_make_environments() {
    "$1" -c 'import ensurepip, venv' >/dev/null 2>&1
}

has_apt() {
    command -v apt-get >/dev/null 2>&1 && command -v dpkg-query >/dev/null 2>&1
}

# Of the packages named, those not installed. Newer Debians append t64 to a library that changed its time type.
missing_packages() {
    installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' 2>/dev/null | sed -n 's/^installed //p')
    for package in "$@"; do
        printf '%s\n' "$installed" | grep -qx -e "$package" -e "${package}t64" || printf '%s ' "$package"
    done
}

# Install what is missing of the packages named, when we may; otherwise say which and how, and answer 1.
provide_packages() {
    has_apt || return 0 # other systems bring their own; what lacks shows when Qt is loaded
    missing=$(missing_packages "$@")
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" -eq 0 ]; then
        as_root=""
    elif command -v sudo >/dev/null 2>&1 && sudo -n true >/dev/null 2>&1; then
        as_root="sudo -n"
    else
        say "These system packages are missing: ${missing% }. Please run: sudo apt-get install --no-install-recommends ${missing% }"
        return 1
    fi
    say "Installing system packages: ${missing% }"
    # shellcheck disable=SC2086 # both are lists of words
    if install_packages "$as_root" $missing; then
        return 0
    fi
    say "The system packages could not be installed: ${missing% }. Please run: apt-get update && apt-get install --no-install-recommends ${missing% }"
    return 1
}

# A fresh system knows no package lists yet, an old one knows them outdated: refresh only after a first failure.
install_packages() {
    as_root=$1
    shift
    # shellcheck disable=SC2086 # empty, or sudo and its option
    set -- $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
    "$@" </dev/null >/dev/null 2>&1 && return 0
    # shellcheck disable=SC2086
    $as_root apt-get update -q </dev/null >/dev/null || return 1
    "$@" </dev/null >/dev/null
}

# A working environment in the folder named, or a sentence and 1.
make_environment() {
    environment=$1
    if "$environment/bin/python" -m pip --version >/dev/null 2>&1; then
        return 0
    fi
    if ! python=$(find_python); then
        say "Python 3.11 or newer is needed and was not found; install it from your system's packages or from python.org."
        return 1
    fi
    if ! can_make_environments "$python"; then
        say "$python cannot make a virtual environment (its ensurepip or venv module is missing); on Debian and Ubuntu: sudo apt-get install $(python_packages "$environment")"
        return 1
    fi
    rm -rf "$environment"
    if ! "$python" -m venv "$environment"; then
        say "The virtual environment $environment could not be made; the lines above say why."
        return 1
    fi
}

# Install the project (and further pip arguments) once; again when pyproject.toml or the place changes.
#
# usage: install_project ROOT STAMP-NAME [pip install argument ...]
install_project() {
    root=$1
    stamp=$root/.venv/$2
    shift 2
    state="$root $(cksum <"$root/pyproject.toml")"
    if [ -x "$root/.venv/bin/python" ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$state" ]; then
        return 0
    fi
    make_environment "$root/.venv" || return 1
    say "Installing into $root/.venv (only the first time, and after an update)."
    rm -f "$stamp"
    if ! "$root/.venv/bin/python" -m pip install -qq --disable-pip-version-check -e "$root" "$@" </dev/null >&2; then
        say "The Python packages could not be installed; the lines above say why. A network connection to the package index is needed once."
        return 1
    fi
    printf '%s\n' "$state" >"$stamp"
}

# Everything the tests and the screenshots need: the packages of the machine, and the dev dependencies of the project.
provide_desk() {
    # shellcheck disable=SC2046,SC2086 # lists of words
    provide_packages $(python_packages "$1/.venv") $RUN_PACKAGES $DESK_PACKAGES || return 1
    make_environment "$1/.venv" || return 1
    # pip before 25.1 knows no dependency groups: read ours with the standard library.
    wanted=$1/.venv/dev-requirements.txt
    "$1/.venv/bin/python" - "$1/pyproject.toml" >"$wanted" <<'READ' || return 1
import sys
import tomllib

with open(sys.argv[1], "rb") as file:
    print("\n".join(tomllib.load(file)["dependency-groups"]["dev"]))
READ
    install_project "$1" .installed-dev -r "$wanted"
}
