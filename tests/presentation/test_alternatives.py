from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.builders import NOON
from trayapp.domain.alternatives import Alternative, Way
from trayapp.presentation.alternatives import alternative_view, environment_line

NOW = NOON + timedelta(seconds=40)
KEY = Alternative(
    way=Way.KEY,
    name="Groq",
    at=NOON,
    provider="groq",
    key_label="work",
    base_url="https://api.groq.example/v1",
    key_env="GROQ_API_KEY",
)
CHAT = Alternative(way=Way.CHAT, name="Kimi", at=NOON, provider="kimi", chat="https://kimi.example")
LOCAL = Alternative(
    way=Way.LOCAL, name="Ollama", at=NOON, base_url="http://127.0.0.1:11434/v1", models=("a", "b", "c", "d")
)


def test_what_works_and_why_we_say_so() -> None:
    assert alternative_view(KEY, NOW).why == "up, and your key “work” works; seen 40 s ago"
    assert alternative_view(CHAT, NOW).why == "up, in the browser; seen 40 s ago"
    assert alternative_view(LOCAL, NOW).why == "on this computer, with a, b, c and 1 more; seen 40 s ago"
    assert alternative_view(replace(LOCAL, models=("a",)), NOW).why == "on this computer, with a; seen 40 s ago"


def test_each_row_has_a_key_of_its_own() -> None:
    assert len({alternative_view(each, NOW).key for each in (KEY, CHAT, LOCAL)}) == 3


@pytest.mark.parametrize(
    ("offer", "posix", "windows"),
    [
        (
            KEY,
            'export OPENAI_BASE_URL="https://api.groq.example/v1" OPENAI_API_KEY="$GROQ_API_KEY"',
            '$env:OPENAI_BASE_URL="https://api.groq.example/v1"; $env:OPENAI_API_KEY=$env:GROQ_API_KEY',
        ),
        (
            replace(KEY, key_env="OPENAI_API_KEY"),
            'export OPENAI_BASE_URL="https://api.groq.example/v1"',
            '$env:OPENAI_BASE_URL="https://api.groq.example/v1"',
        ),
        (
            replace(KEY, base_env="ANTHROPIC_BASE_URL", key_env="ANTHROPIC_API_KEY"),
            'export ANTHROPIC_BASE_URL="https://api.groq.example/v1"',
            '$env:ANTHROPIC_BASE_URL="https://api.groq.example/v1"',
        ),
        (
            replace(KEY, base_env="ACME_URL"),
            'export ACME_URL="https://api.groq.example/v1"',
            '$env:ACME_URL="https://api.groq.example/v1"',
        ),
        (
            LOCAL,
            'export OPENAI_BASE_URL="http://127.0.0.1:11434/v1" OPENAI_API_KEY="local"',
            '$env:OPENAI_BASE_URL="http://127.0.0.1:11434/v1"; $env:OPENAI_API_KEY="local"',
        ),
        (CHAT, "", ""),
    ],
)
def test_the_line_to_copy(offer: Alternative, posix: str, windows: str) -> None:
    assert environment_line(offer) == posix
    assert environment_line(offer, is_windows=True) == windows
    assert alternative_view(offer, NOW).environment == posix
