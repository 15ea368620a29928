"""Masks whatever looks like a key in text a provider sent: providers echo keys back, sometimes whole.

This knows shapes only. The exact values of the person's own keys are masked where they are known (``storage``).
"""

import re

from trayapp.formats.text import one_line

MASK = "•••"

_KNOWN = re.compile(
    r"\b(?:bearer|basic|token|api-key)\s+(?=\S*\d|\S{24})[A-Za-z0-9_\-.+/=~]{8,}"
    r"|\beyJ[\w-]{8,}(?:\.[\w-]*){0,2}"
    r"|\b(?:sk|pk|rk|sess|pa|al|fw|csk|cpk|pcsk|gsk|xai|hf|api_org|r8|pplx|tvly|jina|nvapi|lsv2|tgp|glpat|key)[-_][\w\-]{8,}"
    r"|\b(?:AIza|A[QI]\.|IQ\.|ABSK|AKIA|ASIA|gh[pousr]_|github_pat_|bedrock-api-key-|ya29\.)[\w\-.+/=]{6,}",
    re.IGNORECASE,
)
_MASKED = re.compile(
    r"(?<![^\s'\"`:=,])[^\s'\"`:=,]*(?:\*{2,}|•{2,})[^\s'\"`,]*[\w*]|(?<![\w-])-*\w[\w-]+(?:\.{3}|…)[\w-]{2,}"
)
"""Begins where a word begins: from each letter of a long one it would look to its end, a tenth of a second in all."""
_NAMED = re.compile(
    r"((?:api[ _-]?|access[ _-]?|auth[ _-]?|secret[ _-]?|subscription[ _-]?)?"
    r"(?:key|token|secret|authorization|password|credentials?)(?: (?:provided|used|is|was))?[\"']?\s*[:=]\s*[\"'`]?)"
    r"([^\s\"'`,;)}&]{3,})",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"((?:key|token|secret)(?: id)?\s+)([\"'`])[^\"'`]{3,}\2", re.IGNORECASE)
_IN_URL = re.compile(r"([?&](?:key|api_?key|token|access_token|secret)=)[^&\s\"']+", re.IGNORECASE)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_RUN = re.compile(r"[A-Za-z0-9_\-+=]{16,}")
_LONG_RUN = 32
_LONG_PART = 16


def redacted(text: object, limit: int = 240) -> str:
    """Return one line of plain text with everything that looks like a key masked, then cut to ``limit``."""
    line = _RUN.sub(_without_secrets, without_keys(one_line(text, 4000)))
    return one_line(line, limit)


def without_keys(text: str) -> str:
    """Return the text without known shapes of keys and without e-mail addresses; long ids stay."""
    seen = _MASKED.sub(MASK, text)
    seen = _IN_URL.sub(rf"\g<1>{MASK}", seen)
    seen = _KNOWN.sub(MASK, seen)
    seen = _NAMED.sub(rf"\g<1>{MASK}", seen)
    seen = _QUOTED.sub(rf"\g<1>\g<2>{MASK}\g<2>", seen)
    return _EMAIL.sub(MASK, seen)


def _without_secrets(run: re.Match[str]) -> str:
    """Mask a run as random as a key; a model's name ("claude-sonnet-4-5-20250929") is made of words and stays."""
    text = run.group(0)
    parts = re.split(r"[-_+=]", text)
    if any(len(part) >= _LONG_PART and _is_mixed(part) for part in parts):
        return MASK
    return MASK if len(text) >= _LONG_RUN and _is_mixed(text) else text


def _is_mixed(text: str) -> bool:
    has_letters = any(letter.isalpha() for letter in text)
    return has_letters and (any(letter.isdigit() for letter in text) or (text != text.lower() and text != text.upper()))
