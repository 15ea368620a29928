#!/bin/bash
# Install the setup under Wine without a question, try the program, and remove it: try.sh SETUP FOLDER
#
# Wine 8 is not Windows: pop-ups, dark mode, scaling, SmartScreen and signatures are not shown by it.
set -euo pipefail

setup=$(realpath "$1") work=$2
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
python=$root/.venv/bin/python
rm -rf "$work"
mkdir -p "$work/stubs"
work=$(cd "$work" && pwd)
bash "$here/stubs.sh" "$work/stubs"

export HOME=$work WINEPREFIX=$work/prefix WINEARCH=win64 WINEDEBUG=-all WINEDLLOVERRIDES="mscms=n;mshtml,mscoree="
unset WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS XDG_RUNTIME_DIR
programs=()
end() {
    timeout 20 wineserver -k 2>/dev/null || true
    [ ${#programs[@]} -eq 0 ] || kill "${programs[@]}" 2>/dev/null || true
}
trap end EXIT

exec 7< <(exec Xvfb -displayfd 1 -screen 0 1024x768x24 -nolisten tcp 2>/dev/null)
programs+=($!)
read -r -t 20 number <&7
export DISPLAY=:$number
openbox >/dev/null 2>&1 & programs+=($!)
trayer --edge bottom --align right --height 32 --widthtype request >/dev/null 2>&1 & programs+=($!)

# A page of our own, fine until it is told otherwise.
mkfifo "$work/moods"
(cd "$root" && PYTHONUNBUFFERED=1 exec "$python" -m tests.fakepage --port 0 <"$work/moods" >"$work/page.txt") & programs+=($!)
exec 8>"$work/moods"
for _ in $(seq 100); do
    grep -q '^http' "$work/page.txt" 2>/dev/null && break
    sleep 0.1
done
page=$(sed -n 's,^\(http://[^/]*\)/.*,\1,p' "$work/page.txt" | head -n 1)
printf '[polling]\nidle = 1\nincident = 1\n[baseline]\nhosts = ["%s/", "%s/"]\n[[watch]]\nname = "Acme"\nurl = "%s"\nplatform = "statuspage"\n' \
    "$page" "$page" "$page" >"$work/config.toml"

fail() {
    printf 'FAILED under Wine: %s\n' "$*" >&2
    exit 1
}

# Wine's console programs want a pipe, not a file.
windows() {
    timeout 120 wine "$@" </dev/null 2>/dev/null | tr -d '\r'
}

timeout 180 wineboot -i >/dev/null 2>&1 || fail "Wine itself"
cp "$work/stubs/icuuc.dll" "$WINEPREFIX/drive_c/windows/system32/"
local_data=$(find "$WINEPREFIX/drive_c/users" -type d -path '*/AppData/Local' | head -n 1)
app=$local_data/Programs/trayapp
menu=$(find "$WINEPREFIX/drive_c/users" -type d -path '*/Start Menu/Programs' | head -n 1)
run_key='HKCU\Software\Microsoft\Windows\CurrentVersion\Run'

started=$SECONDS
timeout 200 wine "$setup" /S
[ -f "$app/trayapp-tray.exe" ] || fail "nothing was installed"
printf 'installed in %d s, %d MB\n' $((SECONDS - started)) "$(du -sm "$app" | cut -f1)"
[ -f "$menu/AI Status Tray.lnk" ] || fail "there is no entry in the start menu"
windows reg query "$run_key" | grep -q 'AI Status Tray' && fail "it starts at login without having been asked to"
cp "$work/stubs/mscms.dll" "$app/"

cd "$app"
config=$(winepath -w "$work/config.toml" 2>/dev/null)
windows trayapp.exe --version | grep . || fail "--version"
[ "$(windows trayapp.exe providers | wc -l)" -gt 50 ] || fail "the catalogue"
windows trayapp.exe replay "$(winepath -w "$root/resources/demo/2025-12-02.jsonl" 2>/dev/null)" >"$work/replay.txt"
grep -q '"alert":"recovered"' "$work/replay.txt" || fail "the demo"
windows trayapp.exe autostart on | grep -q 'starts when you log in' || fail "autostart on"
windows reg query "$run_key" | grep -q 'trayapp-tray.exe" run' || fail "the Run key"
windows trayapp.exe autostart off >/dev/null
windows reg query "$run_key" | grep -q 'AI Status Tray' && fail "autostart off"
windows trayapp.exe --config "$config" doctor >"$work/doctor.txt"
grep FAILS "$work/doctor.txt" && fail "doctor"
printf 'doctor: %d checks, nothing fails\n' "$(grep -c '^works' "$work/doctor.txt")"

started=$(date +%s%N)
(timeout 100 wine trayapp-tray.exe --config "$config" run --window </dev/null 2>&1 | cat >/dev/null) &
seen=
for _ in $(seq 300); do
    if xwininfo -root -tree 2>/dev/null | grep -q '"AI Status Tray"'; then
        seen=yes
        break
    fi
    sleep 0.1
done
[ -n "$seen" ] || fail "no window"
printf 'window after %d ms\n' $((($(date +%s%N) - started) / 1000000))
sleep 3
import -window root "$work/fine.png"
echo outage >&8
sleep 6
import -window root "$work/outage.png"
cmp -s "$work/fine.png" "$work/outage.png" && fail "nothing changed on the screen with an outage"
windows taskkill /f /im trayapp-tray.exe >/dev/null || true

# Over the installed one, as an update is, this time with the start at login.
timeout 200 wine "$setup" /S /AUTOSTART
windows trayapp.exe autostart status | grep -q 'starts when you log in' || fail "the setup's start at login"
cd "$work"
rm -f "$app/mscms.dll"
timeout 100 wine "$app/uninstall.exe" /S
for _ in $(seq 100); do
    [ -e "$app" ] || break
    sleep 0.1
done
[ ! -e "$app" ] || fail "the uninstaller leaves $(ls "$app")"
[ ! -e "$menu/AI Status Tray.lnk" ] || fail "the uninstaller leaves the start menu's entry"
windows reg query "$run_key" | grep -q 'AI Status Tray' && fail "the uninstaller leaves the start at login"
[ -d "$local_data/trayapp" ] || fail "the uninstaller took the person's history"
echo "uninstalled: the person's settings and history are still there"
