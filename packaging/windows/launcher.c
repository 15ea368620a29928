/* Starts the program in a Python of its own: isolated from the user's settings and packages.
 *
 * Built twice: with a console for commands (trayapp.exe), and without one for the tray (trayapp-tray.exe, -DWINDOWED).
 * sys.frozen tells the program that sys.executable is itself and no Python.
 */
#include <windows.h>
#include <shellapi.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

#define LONGEST 4096
#define START L"import sys; sys.frozen = 'folder'; sys.argv[0] = sys.executable; " \
              L"from trayapp.__main__ import main; sys.exit(main())"

typedef int (*PyMain)(int, wchar_t **);

static int fail(const wchar_t *sentence)
{
#ifdef WINDOWED
    MessageBoxW(NULL, sentence, L"AI Status Tray", MB_OK | MB_ICONERROR);
#else
    fwprintf(stderr, L"trayapp: %ls\n", sentence);
#endif
    return 1;
}

static int run(void)
{
    wchar_t folder[LONGEST], library[LONGEST];
    DWORD length = GetModuleFileNameW(NULL, folder, LONGEST);
    wchar_t *end = length && length < LONGEST ? wcsrchr(folder, L'\\') : NULL;
    if (!end)
        return fail(L"The folder of the program has too long a name.");
    *end = 0;
    /* Only from our own folder and the system's, never from where the user happens to be. */
    SetDllDirectoryW(folder);
    if (swprintf(library, LONGEST, L"%ls\\" PYTHON_DLL, folder) < 0)
        return fail(L"The folder of the program has too long a name.");
    HMODULE python = LoadLibraryExW(library, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
    PyMain start = python ? (PyMain)(void *)GetProcAddress(python, "Py_Main") : NULL;
    if (!start)
        return fail(L"The installation is incomplete: please install AI Status Tray again.");

    int count, given = 0;
    wchar_t **words = CommandLineToArgvW(GetCommandLineW(), &count);
    wchar_t **passed = words ? calloc((size_t)count + 4, sizeof *passed) : NULL;
    if (!passed)
        return fail(L"There is not enough memory.");
    passed[given++] = words[0];
    passed[given++] = L"-I";
    passed[given++] = L"-c";
    passed[given++] = START;
    for (int i = 1; i < count; i++)
        passed[given++] = words[i];
    return start(given, passed);
}

#ifdef WINDOWED
int WINAPI wWinMain(HINSTANCE instance, HINSTANCE before, wchar_t *line, int show)
{
    (void)instance, (void)before, (void)line, (void)show;
    return run();
}
#else
int wmain(void)
{
    return run();
}
#endif
