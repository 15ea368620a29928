#!/bin/bash
# Sign one program for Windows in place: packaging/windows/sign.sh FILE (called with TRAYAPP_SIGN, see release.yml).
#
# WINDOWS_PFX_BASE64 is a certificate for code signing with its key (PKCS#12, in base64), WINDOWS_PFX_PASSWORD opens it.
# WINDOWS_TIMESTAMP is a time-stamping service, so that the signature outlives the certificate.
set -euo pipefail

file=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 700 "$work"
base64 -d <<<"$WINDOWS_PFX_BASE64" >"$work/certificate.pfx"
printf '%s' "$WINDOWS_PFX_PASSWORD" >"$work/password"
timestamp=${WINDOWS_TIMESTAMP-http://timestamp.digicert.com}
osslsigncode sign -pkcs12 "$work/certificate.pfx" -readpass "$work/password" -h sha256 -n "AI Status Tray" \
    ${timestamp:+-ts "$timestamp"} -in "$file" -out "$work/signed" >/dev/null
cat "$work/signed" >"$file"
