#!/bin/bash
# Try what packaging/build.sh has made, each the way a person gets it: install, start, look, remove.
#
#   packaging/test-artifacts.sh               all of them
#   packaging/test-artifacts.sh deb windows   some: wheel bundle appimage deb windows
#
# The .deb is installed into a fresh Debian of its own (debootstrap; root is needed), the setup for Windows under Wine.
# What each trial does on the screen is in packaging/try_artifact.py.
set -euo pipefail

. "$(dirname "$0")/environment.sh"
provide_desk "$root"
python=$root/.venv/bin/python
work=$build/trials
mkdir -p "$work"
failed=()
undo=()

end() {
    local index
    for ((index = ${#undo[@]} - 1; index >= 0; index--)); do
        eval "${undo[index]}" || true
    done
}
trap end EXIT

try() {
    "$python" "$root/packaging/try_artifact.py" "$@"
}

at_most() {
    local what=$1 is=$2 limit=$3
    printf '%s: %s (limit %s)\n' "$what" "$is" "$limit"
    [ "$is" -le "$limit" ]
}

megabytes() {
    du -sm --apparent-size "$1" | cut -f1
}

try_wheel() {
    rm -rf "$work/wheel"
    "$(find_python)" -m venv "$work/wheel"
    "$work/wheel/bin/python" -m pip install -q --disable-pip-version-check "$dist/trayapp-$version"-*.whl </dev/null 2> >(grep -v '^WARNING: Location' >&2)
    # Away from the checkout, so that only what the wheel carries can be found.
    (cd "$work" && try -- "$work/wheel/bin/trayapp")
}

try_bundle() {
    rm -rf "$work/bundle" && mkdir "$work/bundle"
    tar -C "$work/bundle" -xf "$dist/trayapp-$version-linux-$machine.tar.xz"
    local folder=$work/bundle/trayapp-$version
    at_most "bundle, MB" "$(megabytes "$folder")" 140
    grep -q 'GNU LESSER GENERAL PUBLIC LICENSE' "$folder/_internal/trayapp/_resources/licences.txt"
    try --shot "$work/bundle.png" -- "$folder/trayapp"
}

try_appimage() {
    # shellcheck disable=SC2086 # a list of words
    provide_packages $APPIMAGE_TRIAL_PACKAGES
    local image=$dist/trayapp-$version-$machine.AppImage
    if [ -e /dev/fuse ] && command -v fusermount >/dev/null; then
        # It is mounted and unpacked at each start, which the folder is not.
        try --max-start-ratio 10 -- "$image"
    else
        say "There is no FUSE here: the AppImage unpacks itself first."
        try --max-start-ratio 60 -- "$image" --appimage-extract-and-run
    fi
}

# A Debian with nothing in it, made once and copied for each trial.
fresh_debian() {
    [ "$(id -u)" -eq 0 ] || { say "The trial of the .deb needs root: it makes a Debian of its own."; return 1; }
    local mirror
    mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | head -n 1)
    if [ ! -f "$work/debian-base/complete" ]; then
        rm -rf "$work/debian-base"
        debootstrap --variant=minbase bookworm "$work/debian-base" "$mirror" >"$work/debootstrap.log"
        touch "$work/debian-base/complete"
    fi
    rm -rf --one-file-system "$work/debian"
    cp -a "$work/debian-base" "$work/debian"
    cp /etc/resolv.conf "$work/debian/etc/" 2>/dev/null || true
    mount -t proc proc "$work/debian/proc"
    undo+=("umount '$work/debian/proc'")
    mount --bind /dev "$work/debian/dev"
    undo+=("umount '$work/debian/dev'")
}

inside() {
    chroot "$work/debian" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
}

# Every file that is not the system's own memory of packages and logs.
files_of_debian() {
    (cd "$work/debian" && find . -xdev \( -path ./proc -o -path ./dev -o -path ./var/log -o -path ./var/cache -o -path ./var/lib/dpkg \
        -o -path ./var/lib/apt -o -path ./tmp -o -path './usr/share/icons/hicolor/icon-theme.cache' \) -prune -o -print | sort)
}

try_deb() {
    local package=$dist/trayapp_${version}_$(dpkg --print-architecture).deb started spent
    # shellcheck disable=SC2086 # a list of words
    provide_packages $DEB_TRIAL_PACKAGES
    need lintian appstreamcli desktop-file-validate debootstrap
    at_most ".deb, MB" "$(megabytes "$package")" 45
    at_most ".deb installed, MB" $(($(dpkg-deb -f "$package" Installed-Size) / 1024)) 140
    lintian --fail-on error,warning "$package"
    fresh_debian
    appstreamcli validate --no-net "$root"/resources/*.metainfo.xml
    desktop-file-validate "$root/resources/trayapp.desktop"

    inside apt-get update -qq
    # First everything it depends on, then the package alone: what is timed, and what must go again, is ours.
    cp "$package" "$work/debian/trayapp.deb"
    inside apt-get install -y -qq --no-install-recommends /trayapp.deb >"$work/apt.log" 2>&1
    inside dpkg --purge trayapp >/dev/null
    files_of_debian >"$work/before.txt"
    started=$(date +%s%N)
    inside dpkg -i /trayapp.deb >/dev/null
    spent=$(($(date +%s%N) - started))
    printf 'install: %d ms\n' $((spent / 1000000))
    inside useradd -m tester
    inside su tester -c 'trayapp --version && QT_QPA_PLATFORM=offscreen trayapp run --selftest && trayapp autostart status'
    inside sh -c '! ls /etc/xdg/autostart/*trayapp* 2>/dev/null'
    inside test -s /usr/share/icons/hicolor/48x48/apps/trayapp.png
    try --inside "$work/debian" --spent "$(printf '%d.%03d' $((spent / 1000000000)) $((spent / 1000000 % 1000)))" --shot "$work/deb.png" -- chroot "$work/debian" trayapp
    # A person's things must outlive the package.
    inside su tester -c 'cd && trayapp autostart on && mkdir -p .config/trayapp .local/share/trayapp && echo "# mine" >.config/trayapp/config.toml'
    inside dpkg --purge trayapp </dev/null >/dev/null
    inside test -s /home/tester/.config/trayapp/config.toml
    files_of_debian | grep -v -e '^./home/tester' -e '^./var/mail' -e '^./var/spool/mail' -e '^./etc/\(passwd\|group\|shadow\|gshadow\|subuid\|subgid\)-*$' \
        -e '^./root/\.' >"$work/after.txt"
    # Only lines that came: whatever the user database changed was there before.
    if comm -13 "$work/before.txt" "$work/after.txt" | grep .; then
        say "The lines above are left behind."
        return 1
    fi
    echo "purge: nothing is left but what the person made"
}

try_windows() {
    # shellcheck disable=SC2086 # a list of words
    provide_packages $WINDOWS_TRIAL_PACKAGES
    need wine wineserver Xvfb openbox trayer x86_64-w64-mingw32-gcc
    local setup=$dist/trayapp-$version-windows-x86_64-setup.exe
    [ -f "$setup" ] || setup=$dist/trayapp-$version-windows-x86_64-trial-setup.exe
    at_most "setup, MB" "$(megabytes "$setup")" 30
    "$root/packaging/windows/wine/try.sh" "$setup" "$work/wine"
}

# Each in a process of its own, which ends at the first thing that fails and undoes what it must.
if [ "${1:-}" = --one ]; then
    "try_$2"
    exit
fi
[ $# -gt 0 ] || set -- wheel bundle appimage deb windows
for artefact; do
    say_step "trial: $artefact"
    bash "$0" --one "$artefact" || failed+=("$artefact")
done
if [ ${#failed[@]} -gt 0 ]; then
    say "FAILED: ${failed[*]}"
    exit 1
fi
say "All trials passed: $*"
