#!/bin/bash
# Make the application and its disk image on a Mac: packaging/macos/build.sh (called by .github/workflows/release.yml).
#
# With MACOS_P12_BASE64, MACOS_P12_PASSWORD and MACOS_IDENTITY ("Developer ID Application: ...") it is signed; with
# NOTARY_KEY_BASE64, NOTARY_KEY_ID and NOTARY_ISSUER (a key of App Store Connect) it is notarised too. Without them the
# image is for trials: its name says that it is unsigned, and macOS asks before it opens it.
set -euo pipefail

. "$(dirname "$0")/../environment.sh"
[ "$(uname -s)" = Darwin ] || { say "This needs a Mac."; exit 1; }
here=$root/packaging/macos
work=$build/macos
app="$build/bundle/$NAME.app"
collected=$build/collected.json
mkdir -p "$work" "$dist"
build_environment

say_step "wheel"
rm -f "$dist"/trayapp-*.whl
"$environment/bin/python" -m build --no-isolation --wheel -o "$dist" "$root" >/dev/null
"$environment/bin/python" -m pip install -q --no-deps --no-index --force-reinstall "$dist/trayapp-$version"-*.whl </dev/null

say_step "icon"
icons=$work/trayapp.iconset
rm -rf "$icons" && mkdir "$icons"
for size in 16 32 128 256; do
    cp "$root/resources/icons/trayapp-$size.png" "$icons/icon_${size}x$size.png"
done
cp "$root/resources/icons/trayapp-32.png" "$icons/icon_16x16@2x.png"
cp "$root/resources/icons/trayapp-64.png" "$icons/icon_32x32@2x.png"
cp "$root/resources/icons/trayapp-256.png" "$icons/icon_128x128@2x.png"
iconutil --convert icns --output "$work/trayapp.icns" "$icons"

keychain=
end() {
    [ -z "$keychain" ] || security delete-keychain "$keychain"
    rm -rf "$work/secret"
}
trap end EXIT
identity=
if [ -n "${MACOS_P12_BASE64:-}" ]; then
    identity=$MACOS_IDENTITY
    keychain=$work/signing.keychain-db
    password=$(openssl rand -hex 24)
    mkdir -m 700 "$work/secret"
    base64 -D <<<"$MACOS_P12_BASE64" >"$work/secret/certificate.p12"
    security create-keychain -p "$password" "$keychain"
    security unlock-keychain -p "$password" "$keychain"
    security import "$work/secret/certificate.p12" -k "$keychain" -P "$MACOS_P12_PASSWORD" -T /usr/bin/codesign
    security set-key-partition-list -S apple-tool:,apple: -s -k "$password" "$keychain" >/dev/null
    security list-keychains -d user -s "$keychain" login.keychain-db
fi

say_step "application"
(cd "$build" && TRAYAPP_COLLECTED=$collected TRAYAPP_VERSION=$version TRAYAPP_ICON=$work/trayapp.icns \
    TRAYAPP_CODESIGN_IDENTITY=$identity TRAYAPP_ENTITLEMENTS=${identity:+$here/entitlements.plist} \
    "$environment/bin/pyinstaller" --noconfirm --log-level ERROR --distpath "$build/bundle" --workpath "$build/pyinstaller" \
    "$root/packaging/pyinstaller.spec")
resources=$(find "$app/Contents/Resources" -type d -path '*trayapp/_resources' | head -n 1)
"$environment/bin/python" "$root/packaging/notices.py" "$app" --collected "$collected" -o "$resources/licences.txt"
cp "$root/LICENSE" "$app/Contents/Resources/LICENSE.txt"
if [ -n "$identity" ]; then
    # Again, as the notices came in after PyInstaller had signed.
    codesign --force --deep --options runtime --timestamp --entitlements "$here/entitlements.plist" --sign "$identity" "$app"
    codesign --verify --strict --deep "$app"
fi

say_step "disk image"
out=$dist/trayapp-$version-macos-$machine$([ -n "$identity" ] || echo -unsigned).dmg
rm -rf "$work/image" "$out" && mkdir "$work/image"
cp -R "$app" "$work/image/"
ln -s /Applications "$work/image/Applications"
hdiutil create -quiet -volname "$NAME" -srcfolder "$work/image" -format ULFO -ov "$out"
if [ -n "$identity" ]; then
    codesign --timestamp --sign "$identity" "$out"
    if [ -n "${NOTARY_KEY_BASE64:-}" ]; then
        base64 -D <<<"$NOTARY_KEY_BASE64" >"$work/secret/notary.p8"
        xcrun notarytool submit "$out" --key "$work/secret/notary.p8" --key-id "$NOTARY_KEY_ID" --issuer "$NOTARY_ISSUER" --wait
        xcrun stapler staple "$out"
    fi
fi
bill "$app" "$out" "$collected"
