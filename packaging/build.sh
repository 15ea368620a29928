#!/bin/bash
# Build what people install. Everything comes to dist/, each artefact with its bill of materials beside it.
#
#   packaging/build.sh wheel sdist        for pip and pipx
#   packaging/build.sh bundle             a folder that needs no Python, as a tar.xz (Linux)
#   packaging/build.sh deb                for Debian and Ubuntu, from the bundle
#   packaging/build.sh appimage           one file, from the bundle
#   packaging/build.sh windows            the setup for Windows, cross-built on Linux
#   packaging/build.sh all                all of these
# TRAYAPP_COMPRESSION=0 (to 9; 6 if not said) trades size for time, for trials.
set -euo pipefail

. "$(dirname "$0")/environment.sh"
bundle=$build/bundle/trayapp
collected=$build/collected.json

build_wheel() {
    [ -z "${wheel:-}" ] || return 0
    build_environment
    say_step "wheel"
    rm -f "$dist"/trayapp-*.whl
    "$environment/bin/python" -m build --no-isolation --wheel -o "$dist" "$root" >/dev/null 2>&1
    wheel=$(echo "$dist/trayapp-$version"-*.whl)
    bill_of_locked "$wheel"
}

build_sdist() {
    build_environment
    say_step "sdist"
    "$environment/bin/python" -m build --no-isolation --sdist -o "$dist" "$root" >/dev/null 2>&1
    bill_of_locked "$dist/trayapp-$version.tar.gz"
}

# What is frozen is the wheel, installed: nothing that a wheel forgets can be in the application.
build_bundle() {
    build_wheel
    # Only now there is a Python for sure, whose library is known. What Qt needs is copied or depended on: it must be here.
    # shellcheck disable=SC2046,SC2086 # lists of words
    provide_packages $RUN_PACKAGES $BUNDLE_PACKAGES $(library_of_python)
    say_step "bundle"
    "$environment/bin/python" -m pip install -q --no-deps --no-index --force-reinstall "$wheel" </dev/null 2> >(grep -v '^WARNING: Location' >&2)
    # From elsewhere than the checkout, which would be found first.
    (cd "$build" && TRAYAPP_COLLECTED=$collected nice "$environment/bin/pyinstaller" --noconfirm --log-level ERROR \
        --distpath "$build/bundle" --workpath "$build/pyinstaller" "$root/packaging/pyinstaller.spec")
    "$environment/bin/python" "$root/packaging/notices.py" "$bundle" --collected "$collected" \
        -o "$bundle/_internal/trayapp/_resources/licences.txt"
    install -m644 "$root/LICENSE" "$bundle/LICENSE"
    install -m644 "$root/resources/trayapp.desktop" "$root/resources/icons/trayapp.svg" "$bundle/"
    bundle_archive=$dist/trayapp-$version-linux-$machine.tar.xz
    mkdir -p "$dist"
    tar -C "$build/bundle" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" \
        --transform="s,^trayapp,trayapp-$version," -cf - trayapp | nice xz "-$strength" -T0 >"$bundle_archive"
    bill "$bundle" "$bundle_archive" "$collected"
}

have_bundle() {
    # Targets of one call share one bundle; a bundle of an earlier call may be of an older state.
    [ -n "${bundle_archive:-}" ] || build_bundle
}

build_deb() {
    # shellcheck disable=SC2086 # a list of words
    provide_packages $DEB_PACKAGES
    have_bundle
    "$root/packaging/linux/deb.sh" "$bundle" "$collected"
}

build_appimage() {
    # shellcheck disable=SC2086 # a list of words
    provide_packages $APPIMAGE_PACKAGES
    have_bundle
    "$root/packaging/linux/appimage.sh" "$bundle" "$collected"
}

build_windows() {
    # shellcheck disable=SC2086 # a list of words
    provide_packages $WINDOWS_PACKAGES
    build_wheel
    "$root/packaging/windows/build.sh" "$wheel"
}

build_all() {
    build_sdist
    build_deb
    build_appimage
    build_windows
}

[ $# -gt 0 ] || { sed -n '2,/^set/{s/^# \{0,1\}//p}' "$0" >&2; exit 64; }
mkdir -p "$build" "$dist"
for target; do
    case $target in
        wheel | sdist | bundle | deb | appimage | windows | all) "build_$target" ;;
        *) say "There is no target $target; see the head of packaging/build.sh."; exit 64 ;;
    esac
done
(cd "$dist" && ls -l -- *"$version"* >&2 && sha256sum -- *"$version"* >SHA256SUMS)
