import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.probes import PROBES, Hint, hint, is_impossible, shape_problems

TAIL = "Ab0" * 20


@pytest.mark.parametrize(
    ("provider", "text", "part"),
    [
        ("openai", "", "no key"),
        ("openai", "  ", "no key"),
        ("openai", f" sk-{TAIL}", "before or after"),
        ("openai", f"sk-{TAIL}\n", "before or after"),
        ("openai", f"sk-{TAIL[:20]} {TAIL}", "blank in the middle"),
        ("openai", f"sk-{TAIL}\nsk-{TAIL}", "more than one line"),
        ("openai", f'"sk-{TAIL}"', "quotation"),
        ("openai", f"Bearer sk-{TAIL}", "Bearer"),
        ("openai", f"Authorization: Bearer sk-{TAIL}", "Bearer"),
        ("openai", f"export OPENAI_API_KEY=sk-{TAIL}", "variable"),
        ("openai", f"sk-{TAIL}\u0430", "no request can carry"),
        ("openai", f"sk-{TAIL}\x00a", "no request can carry"),
        ("openai", "sk-your-api-key-here-0000000", "example"),
        ("openai", "sk-...wxyz", "example"),
        ("openai", "sk-1", "very short"),
        ("openai", f"sk-admin-{TAIL}", "admin"),
        ("openai", f"gsk_{TAIL}", "Groq"),
        ("xai", f"gsk_{TAIL}", "Groq"),
        ("groq", f"xai-{TAIL}", "xAI"),
        ("anthropic", f"sk-ant-admin01-{TAIL}", "admin"),
        ("anthropic", f"sk-ant-oat01-{TAIL}", "subscription"),
        ("gemini", '{"type": "service_account"}', "Vertex"),
        ("bedrock", "AKIA" + "A" * 16, "access key"),
        ("langfuse", "pk-lf-0000-1111", "public half"),
        ("workers-ai", "0" * 37, "global"),
        ("moonshot", f"sk-kimi-{TAIL}", "another product"),
        ("mistral", f"sk-or-v1-{'0' * 64}", "OpenRouter"),
    ],
)
def test_a_pasted_key_that_looks_wrong_is_named(provider: str, text: str, part: str) -> None:
    problems = shape_problems(provider, text)

    assert any(part in problem for problem in problems), problems
    assert not any(TAIL in problem for problem in problems)


@pytest.mark.parametrize(
    ("provider", "text"),
    [
        ("openai", f"sk-proj-{TAIL}"),
        ("anthropic", f"sk-ant-api03-{TAIL}"),
        ("gemini", f"AQ.{TAIL}"),
        ("gemini", "AI" + "za" + "B" * 35),
        ("xai", f"xai-{TAIL}{TAIL}"),
        ("langfuse", "pk-lf-" + "a" * 36 + ":sk-lf-" + "b" * 36),
        ("sambanova", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"),
        ("nobody", f"anything-{TAIL}"),
    ],
)
def test_a_good_key_raises_no_word(provider: str, text: str) -> None:
    assert shape_problems(provider, text) == ()


def test_a_new_kind_of_key_is_a_hint_and_no_problem() -> None:
    text = f"nu.{TAIL}"

    assert shape_problems("gemini", text) == ()
    assert hint("gemini", text) == Hint("", fits=False, sentence="Keys of Google Gemini usually look different.")


def test_a_hint_names_the_provider_a_key_seems_to_be_of() -> None:
    assert hint("openai", f"gsk_{TAIL}") == Hint("groq", fits=False, sentence="This looks like a key of Groq.")
    assert hint("google", f"AQ.{TAIL}") == Hint("gemini", fits=True)
    assert hint("deepseek", "sk-" + "a1" * 16) == Hint("deepseek", fits=True)
    assert hint("nebius", TAIL) == Hint("", fits=None)


@pytest.mark.parametrize(("text", "impossible"), [("abc", False), (" abc\n", False), ("a\tb", True), ("ä", True)])
def test_only_what_cannot_travel_is_impossible(text: str, *, impossible: bool) -> None:
    assert is_impossible(text) is impossible


@given(provider=st.sampled_from(sorted(PROBES)), text=st.text(max_size=80))
def test_no_text_makes_it_raise(provider: str, text: str) -> None:
    assert all(sentence.endswith(".") for sentence in shape_problems(provider, text))
    assert hint(provider, text).fits in {None, True, False}
