"""Every dialect by every name it goes by."""

from collections.abc import Mapping
from types import MappingProxyType

from trayapp.probes.amazon import BEDROCK
from trayapp.probes.anthropic import ANTHROPIC
from trayapp.probes.cloudflare import CLOUDFLARE
from trayapp.probes.dialect import Dialect
from trayapp.probes.elevenlabs import ELEVENLABS
from trayapp.probes.google import GEMINI, VERTEX
from trayapp.probes.microsoft import AZURE
from trayapp.probes.minimax import MINIMAX
from trayapp.probes.openai import OPENAI
from trayapp.probes.openrouter import OPENROUTER
from trayapp.probes.others import OTHERS
from trayapp.probes.qwen import QWEN
from trayapp.probes.xai import XAI
from trayapp.probes.zai import ZAI

STANDARD = Dialect(id="", list_proves=False)
"""Of a provider nobody described here: shared codes and words only, and a good answer proves nothing."""

DIALECTS: tuple[Dialect, ...] = (
    OPENAI,
    ANTHROPIC,
    GEMINI,
    VERTEX,
    AZURE,
    BEDROCK,
    OPENROUTER,
    XAI,
    ELEVENLABS,
    ZAI,
    MINIMAX,
    QWEN,
    CLOUDFLARE,
    *OTHERS,
)


def plain_name(provider: str) -> str:
    """Return a provider's name as the tables write it: ``Azure_OpenAI`` is ``azure-openai``."""
    return "-".join(provider.casefold().replace("_", " ").replace("-", " ").split())


def dialect_of(provider: str) -> Dialect:
    """Return the provider's dialect by any of its names; of an unknown one the standard."""
    return _BY_NAME.get(plain_name(provider), STANDARD)


_BY_NAME: Mapping[str, Dialect] = MappingProxyType(
    {plain_name(name): dialect for dialect in DIALECTS for name in (dialect.id, *dialect.names)}
)
