"""Picks a shell: a command goes to the command line, no command (or ``run``) to the desktop."""

import argparse
import sys


def main() -> int:
    """Run the program and return its exit code."""
    from trayapp.cli.main import main as command_line  # noqa: PLC0415 -- what is not used is not loaded

    return command_line(sys.argv[1:], _start_desktop)


def _start_desktop(arguments: argparse.Namespace) -> int:
    from trayapp.desktop.app import RunOptions, run  # noqa: PLC0415 -- the only way to Qt

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
