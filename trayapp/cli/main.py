"""What can be typed: one parser for all commands, exit codes as promised (PRODUCT.md section 7)."""

import argparse
import contextlib
import logging
import os
import sys
from collections.abc import Callable, Sequence
from gettext import gettext as _
from pathlib import Path
from typing import NoReturn

from trayapp import __version__
from trayapp.cli.exits import FAILED, INTERRUPTED, UNKNOWN, USAGE, UsageError

_log = logging.getLogger(__name__)

_Command = Callable[[argparse.Namespace], int]


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence and exits with 64."""

    def error(self, message: str) -> NoReturn:
        self.exit(USAGE, f"trayapp: {message}\n" + _("See: {prog} --help").format(prog=self.prog) + "\n")


def main(argv: Sequence[str], start_desktop: _Command | None = None) -> int:
    """Run one command and return its exit code.

    ``start_desktop`` is what ``run`` does; without it there is no desktop to start. Qt is loaded by it alone.
    """
    _have_streams()
    arguments = _parser(start_desktop or _no_desktop).parse_args(argv)
    _log_to_stderr(arguments.verbose)
    command: _Command = arguments.command
    try:
        code = command(arguments)
        sys.stdout.flush()
    except UsageError as error:
        print(f"trayapp: {error}", file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _forget_stdout()
        return FAILED
    except OSError as error:
        _log.debug("the command failed", exc_info=True)
        _forget_stdout()
        where = f": {error.filename}" if error.strerror and error.filename else ""
        print(f"trayapp: {error.strerror or error}{where}", file=sys.stderr)
        return int(arguments.failed)
    return code


def _have_streams() -> None:
    """Let what is printed go nowhere where somebody closed the output, or the program has no console.

    Where the input is closed there is nothing to read.
    """
    if sys.stdin is None:
        sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115 -- open to the very end
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 -- open to the very end


def _forget_stdout() -> None:
    """Whoever read us has gone: let nothing complain when Python closes its output."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _log_to_stderr(verbose: int) -> None:
    level = (logging.WARNING, logging.INFO, logging.DEBUG)[min(verbose, 2)]
    logging.basicConfig(level=level, format="%(asctime)s %(name)s: %(message)s")


def _no_desktop(_arguments: argparse.Namespace) -> int:
    raise UsageError(_("This build has no window. Use: trayapp watch"))


def _parser(start_desktop: _Command) -> _Parser:
    shared = _shared(argparse.SUPPRESS)
    parser = _Parser(
        prog="trayapp",
        description=_("Is it them, or is it me? Watches the status pages of AI services from the system tray."),
        parents=[_shared(None)],
    )
    parser.set_defaults(command=start_desktop, window=False, demo=False, page="", selftest=False, failed=FAILED)
    commands = parser.add_subparsers(title=_("commands"), metavar="COMMAND", parser_class=_Parser)

    def add(name: str, help_text: str, *, json: bool = False, failed: int = FAILED) -> _Parser:
        made = commands.add_parser(name, help=help_text, description=help_text, epilog=_codes(name), parents=[shared])
        made.set_defaults(command=_lazily(name), failed=failed)
        if json:
            made.add_argument("--json", action="store_true", help=_("answer with one JSON object"))
        return made

    _add_run_options(parser)
    run = add("run", _("start in the tray (this is what happens without a command)"))
    run.set_defaults(command=start_desktop)
    _add_run_options(run)

    # Where 1 would call a page degraded, a trouble of our own is 3.
    looks = _("look once at the watched pages, at providers, or at any status page")
    status = add("status", looks, json=True, failed=UNKNOWN)
    status.add_argument("names", nargs="*", metavar="NAME|URL")
    status.add_argument("--timeout", type=_seconds, default=15.0, metavar="S", help=_("seconds for each page (15)"))

    wait = add("wait", _("return when all of them are fine again, or 3 at the timeout"), failed=UNKNOWN)
    wait.add_argument("names", nargs="+", metavar="NAME|URL")
    wait.add_argument("--timeout", type=_seconds, default=None, metavar="S", help=_("seconds (no limit)"))

    watch = add("watch", _("watch without a screen, one line for every change"))
    watch.add_argument("--json", action="store_true", help=_("print JSON lines"))
    watch.add_argument("--explain", action="store_true", help=_("print every decision about a pop-up and its reason"))
    watch.add_argument("--demo", action="store_true", help=_("replay 2 December 2025"))

    _add_verdict(add)

    incidents = add("incidents", _("list recorded incidents"))
    incidents.add_argument("--provider", metavar="P", default="")
    incidents.add_argument("--since", type=_span, metavar="30d", default=None, help=_("such as 12h, 30d or 2w"))
    form = incidents.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true")
    form.add_argument("--csv", action="store_true")

    _add_keys(add("keys", _("look after your own API keys: list, add, check, replace, remove")), shared)

    _add_login(add)

    providers = add("providers", _("list or search the catalogue"), json=True)
    providers.add_argument("search", nargs="?", default="", metavar="SEARCH")
    providers.add_argument("--verify", action="store_true", help=_("look at each page and compare with the catalogue"))

    record = add("record", _("record what status pages answer, for a replay"))
    record.add_argument("urls", nargs="+", metavar="URL")
    record.add_argument("-o", "--output", required=True, type=Path, metavar="FILE")
    record.add_argument("--for", dest="duration", type=_length, metavar="S", help=_("seconds, or such as 30m or 2h"))

    replay = add("replay", _("run the real engine over a recording, on simulated time, and print JSON lines"))
    replay.add_argument("file", type=Path, metavar="FILE")
    replay.add_argument("--json", action="store_true", help=_("the only form there is"))

    export = add("export", _("print what is known, for other programs"))
    form = export.add_mutually_exclusive_group(required=True)
    form.add_argument("--json", action="store_true", help=_("everything recorded"))
    form.add_argument("--prometheus", action="store_true", help=_("the state of the watched pages now"))

    autostart = add("autostart", _("start at login: switch it on or off, or say how it is"))
    autostart.add_argument("wish", choices=("on", "off", "status"), metavar="on|off|status")

    _add_doctor(add)
    return parser


def _add_doctor(add: Callable[..., _Parser]) -> None:
    doctor = add("doctor", _("check this machine: what works, what does not, what to do"), json=True)
    zip_help = _("write what was found, settings, log and versions, without keys, into a zip to send to somebody")
    doctor.add_argument("--save", type=Path, default=None, metavar="FILE", help=zip_help)


def _add_verdict(add: Callable[..., _Parser]) -> None:
    """Add the commands that say whose problem it is."""
    diagnose = add("diagnose", _("find out whose problem it is: theirs, your network's, your key's"), json=True)
    diagnose.add_argument("provider", metavar="PROVIDER")
    longer = _("go on every 30 s for so long: 900 seconds, 15m or 1h; without S 15m")
    diagnose.add_argument("--for", dest="duration", type=_length, nargs="?", const=900.0, metavar="S", help=longer)

    report = add("report", _("let a program tell what it saw; it counts as a signal for 15 minutes"))
    report.add_argument("provider", metavar="PROVIDER")
    report.add_argument("code", metavar="CODE", help=_("the HTTP status, such as 529, or timeout"))


def _add_login(add: Callable[..., _Parser]) -> None:
    """Add what opens the person's own monitoring; a secret is none of its arguments."""
    login = add("login", _("keep the token or password of your own monitoring; it is read from the terminal or stdin"))
    login.add_argument("url", metavar="URL", help=_("the address of a [[watch]] marked internal, or downdetector"))
    login.add_argument(
        "--user", metavar="NAME", default="", help=_("a basic login, or the client id; a bearer token without it")
    )
    login.add_argument("--env", metavar="NAME", default="", help=_("it is in this environment variable"))
    login.add_argument("--forget", action="store_true", help=_("delete it"))


def _add_keys(keys: _Parser, shared: _Parser) -> None:
    """Add the actions of ``trayapp keys``; a key is none of their arguments."""
    keys.set_defaults(action="list")
    keys.add_argument("--json", action="store_true", help=_("answer with one JSON object"))
    actions = keys.add_subparsers(title=_("actions"), metavar="ACTION", parser_class=_Parser)

    def action(name: str, help_text: str) -> _Parser:
        made = actions.add_parser(name, help=help_text, description=help_text, parents=[shared])
        made.set_defaults(action=name)
        made.add_argument(
            "--json", action="store_true", default=argparse.SUPPRESS, help=_("answer with one JSON object")
        )
        return made

    action("list", _("show the keys and what is known of them; nothing is asked"))

    new = action("add", _("keep a key; it is read from the terminal or standard input, and checked"))
    new.add_argument("provider", metavar="PROVIDER")
    new.add_argument("surplus", nargs="*", help=argparse.SUPPRESS)
    new.add_argument("--label", default="", help=_("a name for it"))
    place = new.add_mutually_exclusive_group()
    place.add_argument("--session", action="store_true", help=_("check it once and keep nothing"))
    reference = _('where it is kept: env:NAME, op://vault/item/field or cmd:["/path/tool", "argument"]')
    place.add_argument("--from", dest="reference", metavar="REFERENCE", default="", help=reference)
    new.add_argument("--anyway", action="store_true", help=_("check it although it looks like another kind of key"))
    new.add_argument("--base-url", metavar="URL", default="", help=_("another address of the same API"))
    new.add_argument("--approve-endpoint", action="store_true", help=_("that address may receive the key"))
    new.add_argument("--expires", metavar="DAY", default="", help=_("the last day it is valid, such as 2026-12-31"))
    new.add_argument("--balance", action="store_true", help=_("read its balance with each check, if that is free"))
    for name in ("organisation", "project", "region", "resource"):
        new.add_argument(f"--{name}", default="", help=_("where the provider needs it"))

    check = action("check", _("check keys now, all of them if none is named"))
    check.add_argument("labels", nargs="*", metavar="LABEL")
    balance = _("read their balance from now on, if that is free, or no longer")
    check.add_argument("--balance", action=argparse.BooleanOptionalAction, default=None, help=balance)
    check.add_argument("--approve-endpoint", action="store_true", help=_("the addresses in the settings may have them"))

    other = action("replace", _("put a new key in the place of an old one, which is watched until it is refused"))
    other.add_argument("label", metavar="LABEL")
    other.add_argument("surplus", nargs="*", help=argparse.SUPPRESS)

    gone = action("remove", _("delete a key, or stop watching a replaced one"))
    gone.add_argument("label", nargs="?", default="", metavar="LABEL")
    gone.add_argument("--all", action="store_true", help=_("delete every key"))
    gone.add_argument("--forget", action="store_true", help=_("forget it even if the key store does not let go of it"))


def _shared(default: str | None) -> _Parser:
    """Return the options every command takes, before or after its name."""
    shared = _Parser(add_help=False)
    shared.add_argument("--config", type=Path, metavar="FILE", default=default, help=_("another configuration file"))
    shared.add_argument("--data-dir", type=Path, metavar="DIR", default=default, help=_("another data folder"))
    shared.add_argument("--version", action="version", version=f"trayapp {__version__}")
    shared.add_argument(
        "-v", "--verbose", action="count", default=0 if default is None else default, help=_("say more")
    )
    return shared


def _add_run_options(parser: argparse.ArgumentParser) -> None:
    default = argparse.SUPPRESS  # one set of defaults, whether the options stand before or after the command
    parser.add_argument("--window", action="store_true", default=default, help=_("open the window"))
    parser.add_argument("--demo", action="store_true", default=default, help=_("replay 2 December 2025"))
    parser.add_argument("--page", default=default, help=argparse.SUPPRESS)
    parser.add_argument("--selftest", action="store_true", default=default, help=argparse.SUPPRESS)


def _later(text: str) -> str:
    """Mark a text for translation that stands in a table; it is translated when it is used."""
    return text


_EXIT_CODES = {
    "status": _later("Exit code: 0 fine (also maintenance), 1 degraded, 2 outage, 3 unknown, 64 wrong usage."),
    "wait": _later("Exit code: 0 fine again, 3 at the timeout, 64 wrong usage, 130 on Ctrl-C."),
    "diagnose": _later("Exit code: 0 fine, 1 something is wrong, 3 cannot tell, 64 wrong usage, 130 on Ctrl-C."),
    "keys": _later("Exit code: 0 all is well, 1 something needs attention, 3 could not check, 64 wrong usage."),
    "doctor": _later("Exit code: 0 what matters works, 1 something does not, 64 wrong usage."),
}


def _codes(command: str) -> str:
    """Return what the exit codes of a command mean."""
    said = _EXIT_CODES.get(command)
    return _(said) if said else _("Exit code: 0 done, 1 failed with a sentence, 64 wrong usage, 130 on Ctrl-C.")


def _lazily(name: str) -> _Command:
    """Return a command that loads its module only when it runs."""

    def command(arguments: argparse.Namespace) -> int:
        from trayapp.cli import commands  # noqa: PLC0415 -- --help needs none of them

        return commands.COMMANDS[name](arguments)

    return command


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 < seconds <= 10 * 365 * 86_400:
        raise argparse.ArgumentTypeError(_("{text!r} is not a number of seconds").format(text=text))
    return seconds


def _length(text: str) -> float:
    """Return the seconds in ``900``, ``15m`` or ``1h``."""
    return _span(text) if text[-1:].isalpha() else _seconds(text)


def _span(text: str) -> float:
    """Return the seconds in ``30d``, ``12h``, ``2w``, ``90m`` or ``45s``."""
    unit = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}.get(text[-1:].lower())
    if unit is None:
        raise argparse.ArgumentTypeError(_("{text!r} is no span of time; write 30d, 12h or 90m").format(text=text))
    return _seconds(text[:-1]) * unit
