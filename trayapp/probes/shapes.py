"""What a pasted key looks like: sentences for the person who pasted it. Hints; only impossible characters block."""

import re
from collections.abc import Callable

from msgspec import Struct

from trayapp.probes.table import PROBES, probe_for

_SHORTEST = 8
_QUOTES = "\"'`“”‘’«»"
_LEADING = re.compile(r"(?:authorization\s*:\s*)?(bearer|basic|token)\s+\S", re.IGNORECASE)
_ASSIGNMENT = re.compile(r"(?:export\s+|set\s+|\$env:)?[A-Z][A-Z0-9_]*(?:KEY|TOKEN|SECRET)\s*=", re.IGNORECASE)
_EXAMPLE = re.compile(r"your[-_ ]?(?:api[-_ ]?)?(?:key|token)|\.\.\.|…|\*{3,}|x{6,}|<.+>", re.IGNORECASE)

_TELLING: tuple[tuple[str, str], ...] = (
    (r"sk-ant-", "anthropic"),
    (r"sk-or-v1-", "openrouter"),
    (r"sk-(?:proj|svcacct|service)-", "openai"),
    (r"gsk_", "groq"),
    (r"xai-", "xai"),
    (r"AIza|AQ\.", "gemini"),
    (r"pplx-", "perplexity"),
    (r"hf_|api_org_", "huggingface"),
    (r"r8_", "replicate"),
    (r"csk-", "cerebras"),
    (r"nvapi-", "nvidia"),
    (r"tvly-", "tavily"),
    (r"jina_", "jina"),
    (r"pcsk_", "pinecone"),
    (r"lsv2_", "langsmith"),
    (r"[ps]k-lf-", "langfuse"),
    (r"gh[pousr]_|github_pat_", "github-models"),
    (r"ABSK|bedrock-api-key-", "bedrock"),
    (r"sk-kimi-", "moonshot"),
    (r"cpk_", "chutes"),
    (r"tgp_v1_", "together"),
)
"""Prefixes that belong to one provider only. ``sk-`` alone belongs to a dozen."""


_LOOKS: tuple[tuple[Callable[[str, str], bool], str], ...] = (
    (
        lambda text, _bare: is_impossible(text),
        "It holds characters that no key has and no request can carry.",
    ),
    (lambda _text, bare: len(bare.splitlines()) > 1, "It is more than one line."),
    (
        lambda _text, bare: len(bare.splitlines()) == 1 and any(each.isspace() for each in bare),
        "There is a blank in the middle.",
    ),
    (lambda text, bare: text != bare, "There are blanks before or after it."),
    (
        lambda _text, bare: bare[0] in _QUOTES or bare[-1] in _QUOTES,
        "It stands in quotation marks; they do not belong to it.",
    ),
    (
        lambda _text, bare: _LEADING.match(bare) is not None,
        "It begins with a word like “Bearer”; only what follows is the key.",
    ),
    (
        lambda _text, bare: _ASSIGNMENT.match(bare) is not None,
        "It begins with the name of a variable; only what follows is the key.",
    ),
    (
        lambda _text, bare: _EXAMPLE.search(bare) is not None,
        "It looks like an example or a masked key, not like a whole one.",
    ),
    (lambda _text, bare: len(bare) < _SHORTEST, "It is very short."),
)


class Hint(Struct, frozen=True):
    """What a key's look suggests: ``provider`` is empty where nothing does; ``fits`` is ``None`` where unknown."""

    provider: str = ""
    fits: bool | None = None
    sentence: str = ""


def shape_problems(provider: str, text: str) -> tuple[str, ...]:
    """Return sentences about a pasted key that looks wrong, the surest first; an empty tuple where all seems well.

    The key itself is never quoted. Only what ``is_impossible`` names may stop it from being stored.
    """
    bare = text.strip()
    if not bare:
        return ("There is no key here.",)
    found = [sentence for is_wrong, sentence in _LOOKS if is_wrong(text, bare)]
    return (*found, *_wrong_products(provider, bare))


def is_impossible(text: str) -> bool:
    """Return whether the text has characters that cannot travel in a header: controls within it, or not ASCII."""
    bare = text.strip()
    return not bare.isascii() or not bare.isprintable()


def hint(provider: str, text: str) -> Hint:
    """Return what the look of a key suggests about its provider. It must never refuse, change or delete a key."""
    bare = text.strip()
    probe = probe_for(provider)
    telling = next((name for pattern, name in _TELLING if re.match(pattern, bare)), "")
    fits = bool(re.fullmatch(probe.shape, bare)) if probe.shape and bare else None
    if telling and telling != probe.provider:
        return Hint(telling, fits=False, sentence=f"This looks like a key of {PROBES[telling].name}.")
    if fits is False:
        return Hint(telling, fits=False, sentence=f"Keys of {probe.name} usually look different.")
    return Hint(telling or (probe.provider if fits else ""), fits=fits)


def _wrong_products(provider: str, bare: str) -> list[str]:
    probe = probe_for(provider)
    found = [sentence for pattern, sentence in probe.wrong if re.match(pattern, bare)]
    if not found and (seen := hint(provider, bare)).provider and seen.provider != probe.provider and probe.shape:
        found.append(seen.sentence)
    return found
