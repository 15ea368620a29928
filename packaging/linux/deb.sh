#!/bin/bash
# Make the Debian package from the bundle: packaging/linux/deb.sh BUNDLE COLLECTED (called by packaging/build.sh deb).
#
# Libraries that Debian has are left out of the bundle and depended on, so that Debian's security updates reach them;
# Python and Qt of the tested versions stay inside. Start at login is off: no file goes to /etc, so nothing is asked or
# left behind by a purge, and keys and history stay with their owner.
set -euo pipefail

. "$(dirname "$0")/../environment.sh"
need dpkg-deb dpkg-shlibdeps dpkg-query gzip
build_environment
bundle=$1 collected=$2
arch=$(dpkg --print-architecture)
work=$build/deb
tree=$work/trayapp
out=$dist/trayapp_${version}_$arch.deb

say_step "deb"
rm -rf "$work"
install -d "$tree/DEBIAN" "$tree/usr/lib/trayapp" "$tree/usr/bin" "$tree/usr/share/doc/trayapp" "$work/debian"
cp -a "$bundle/." "$tree/usr/lib/trayapp/"
rm -f "$tree/usr/lib/trayapp/"{LICENSE,trayapp.desktop,trayapp.svg}
find "$tree/usr/lib/trayapp" -type f ! -name trayapp -exec chmod 644 {} +
find "$tree/usr/lib/trayapp" -type d -exec chmod 755 {} +

# Debian's own libraries, by the list of where each file was taken from.
"$environment/bin/python" - "$collected" <<'READ' | while read -r name; do rm -f "$tree/usr/lib/trayapp/_internal/$name"; done
import json
import sys

for name, source in json.load(open(sys.argv[1], encoding="utf-8"))["files"]:
    if source.startswith(("/lib/", "/usr/lib/")) and "python3" not in source and "/" not in name:
        print(name)
READ

ln -s ../lib/trayapp/trayapp "$tree/usr/bin/trayapp"
install -Dm644 "$root/resources/trayapp.desktop" "$tree/usr/share/applications/trayapp.desktop"
install -Dm644 -t "$tree/usr/share/metainfo" "$root"/resources/*.metainfo.xml
install -Dm644 "$root/resources/icons/trayapp.svg" "$tree/usr/share/icons/hicolor/scalable/apps/trayapp.svg"
for picture in "$root"/resources/icons/trayapp-*.png; do
    size=${picture##*-} size=${size%.png}
    install -Dm644 "$picture" "$tree/usr/share/icons/hicolor/${size}x$size/apps/trayapp.png"
done
install -d "$tree/usr/share/man/man1" "$tree/usr/share/lintian/overrides"
gzip -9n <"$root/packaging/linux/trayapp.1" >"$tree/usr/share/man/man1/trayapp.1.gz"
install -m644 "$root/packaging/linux/lintian-overrides" "$tree/usr/share/lintian/overrides/trayapp"

echo deb >"$tree/usr/lib/trayapp/_internal/trayapp/_resources/installed-by"
doc=$tree/usr/share/doc/trayapp
"$environment/bin/python" "$root/packaging/notices.py" "$tree/usr/lib/trayapp" --collected "$collected" -o "$work/licences.txt"
gzip -9n <"$work/licences.txt" >"$doc/licences.txt.gz"
ln -sf ../../../../../share/doc/trayapp/licences.txt.gz "$tree/usr/lib/trayapp/_internal/trayapp/_resources/licences.txt.gz"
rm "$tree/usr/lib/trayapp/_internal/trayapp/_resources/licences.txt"
{
    cat "$root/packaging/linux/copyright"
    sed -e '1,/^Permission/{/^Permission/!d}' -e 's/^$/./' -e 's/^/ /' "$root/LICENSE"
} >"$doc/copyright"
{
    printf 'trayapp (%s) unstable; urgency=medium\n\n' "$version"
    printf '  * Release %s; what changed is in the release notes.\n\n' "$version"
    printf ' -- The AI Status Tray authors <ai-status-tray@users.noreply.github.com>  %s\n' "$(date -u -R -d "@$SOURCE_DATE_EPOCH")"
} | gzip -9n >"$doc/changelog.gz"

# What the remaining libraries need of the system. Our own are told by name, so that none is looked for outside.
printf 'Source: trayapp\n\nPackage: trayapp\nArchitecture: %s\n' "$arch" >"$work/debian/control"
depends=$(
    cd "$work"
    mapfile -t libraries < <(find trayapp/usr/lib/trayapp -type f \( -name '*.so*' -o -name trayapp \))
    mapfile -t folders < <(printf '%s\n' "${libraries[@]}" | xargs -n1 dirname | sort -u | sed 's/^/-l/')
    dpkg-shlibdeps -O --ignore-missing-info "${folders[@]}" -xtrayapp "${libraries[@]}" 2>"$work/shlibdeps.log" |
        sed 's/^shlibs:Depends=//'
) || {
    cat "$work/shlibdeps.log" >&2
    exit 1
}
cat >"$tree/DEBIAN/control" <<CONTROL
Package: trayapp
Version: $version
Architecture: $arch
Maintainer: The AI Status Tray authors <ai-status-tray@users.noreply.github.com>
Installed-Size: $(du -sk --apparent-size --exclude DEBIAN "$tree" | cut -f1)
Depends: $depends, ca-certificates
Recommends: fonts-dejavu-core | fonts-noto-core, gnome-keyring | keepassxc | kwalletmanager, dunst | notification-daemon
Section: utils
Priority: optional
Description: status of AI services in the system tray
 AI Status Tray answers one question at a glance: is it them, my network, my
 key or my quota? It reads the official status pages of ChatGPT, Claude, Gemini
 and many other services, changes shape and colour in the system tray when one
 of them has trouble, and tells you once when it starts, gets worse and ends.
 .
 It works in a terminal too. Nothing leaves the computer but requests to the
 services themselves. Start at login is off until you switch it on.
CONTROL
(cd "$tree" && find . -type f ! -path './DEBIAN/*' -printf '%P\0' | sort -z | xargs -0 md5sum >DEBIAN/md5sums)
nice dpkg-deb --root-owner-group -Zxz "-z$strength" --build "$tree" "$out" >/dev/null
bill "$tree/usr/lib/trayapp" "$out" "$collected"
say "$(basename "$out"): $(du -m "$out" | cut -f1) MB, installed $(sed -n 's/^Installed-Size: //p' "$tree/DEBIAN/control") kB; needs $depends"
