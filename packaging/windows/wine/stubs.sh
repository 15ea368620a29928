#!/bin/bash
# Stand-ins for two libraries of Windows that Wine 8 lacks and Qt asks for. For trying the setup under Wine only; they are
# put into the trial's own Wine folder and beside the tried program, never into anything that is shipped.
#
#   stubs.sh FOLDER       makes icuuc.dll and mscms.dll there
set -euo pipefail

make() {
    local library=$1
    shift
    {
        printf '__declspec(dllexport) void *%s(void) { return 0; }\n' "$@"
        printf 'int __stdcall DllMain(void *a, unsigned b, void *c) { (void)a; (void)b; (void)c; return 1; }\n'
    } | x86_64-w64-mingw32-gcc -shared -nostdlib -s -Wl,-e,DllMain -x c -o "$library" -
}

make "$1/icuuc.dll" ucnv_open ucnv_close ucnv_reset ucnv_getMaxCharSize ucnv_getName ucnv_getToUCallBack \
    ucnv_getFromUCallBack ucnv_setToUCallBack ucnv_setFromUCallBack ucnv_cbToUWriteUChars ucnv_toUnicode \
    ucnv_cbFromUWriteUChars ucnv_toUCountPending ucnv_fromUCountPending ucnv_getStandardName ucnv_getAvailableName \
    ucnv_countAvailable ucnv_fromUnicode
make "$1/mscms.dll" OpenColorProfileW CloseColorProfile GetColorProfileFromHandle WcsCreateIccProfile \
    WcsOpenColorProfileW GetColorDirectoryW WcsGetDefaultColorProfile WcsGetDefaultColorProfileSize \
    WcsGetUsePerUserProfiles GetStandardColorSpaceProfileW
