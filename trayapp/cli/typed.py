"""Secrets that a person types: from the terminal without showing them, or from standard input; never an argument."""

import getpass
import sys
import warnings
from gettext import gettext as _

from trayapp.storage.secret import Secret
from trayapp.storage.secrets import LONGEST_SECRET


class RefusedError(Exception):
    """What was given cannot be taken; the text is a sentence."""


def secret(question: str) -> Secret:
    """Return one key, from the terminal without showing it, or from standard input. Raises ``RefusedError``."""
    try:
        text = _text(question)
        text.encode("utf-8")  # bytes that are no text come as lone surrogates where the terminal is not strict
    except UnicodeError:
        raise RefusedError(_("That is no text, so it is no key.")) from None
    return Secret(text)


def _text(question: str) -> str:
    if sys.stdin.isatty():
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)
            try:
                return getpass.getpass(question).strip()
            except getpass.GetPassWarning:
                sentence = _("This terminal would show the key. Pass it on standard input instead.")
                raise RefusedError(sentence) from None
            except EOFError:
                return ""
    lines = [each.strip() for each in sys.stdin.read(4 * LONGEST_SECRET).splitlines()]
    given = [each for each in lines if each]
    if len(given) > 1:
        raise RefusedError(_("One key at a time: standard input has several lines."))
    return given[0] if given else ""
