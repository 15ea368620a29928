"""Picks a shell: a command goes to the command line, no command (or ``run``) to the desktop."""

import argparse
import os
import sys
import threading


def main() -> int:
    """Run the program and return its exit code."""
    from trayapp.cli.main import main as command_line  # noqa: PLC0415 -- what is not used is not loaded

    code = command_line(sys.argv[1:], _start_desktop)
    _leave_hung_threads(code)
    return code


def _leave_hung_threads(code: int) -> None:
    """End at once where a worker thread hangs (a name server that never answers): all is stored by now."""
    others = (each for each in threading.enumerate() if each is not threading.current_thread() and not each.daemon)
    if any(each.name.startswith("trayapp-worker") for each in others):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _start_desktop(arguments: argparse.Namespace) -> int:
    from trayapp.desktop.options import RunOptions  # noqa: PLC0415 -- as below
    from trayapp.desktop.start import run  # noqa: PLC0415 -- the only way to Qt

    return run(
        RunOptions(
            config=arguments.config,
            data_dir=arguments.data_dir,
            demo=arguments.demo,
            window=arguments.window,
            page=arguments.page,
            selftest=arguments.selftest,
        )
    )


if __name__ == "__main__":
    sys.exit(main())
