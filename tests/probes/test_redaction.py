import time

import pytest

from trayapp.probes.redaction import MASK, redacted, without_keys

DIGITS = "0123456789abcdef"


@pytest.mark.parametrize(
    "secret",
    [
        "sk-" + DIGITS,
        "sk-proj-" + DIGITS + "_T3Blb-x",
        "sk-ant-" + "api03-" + DIGITS,
        "AI" + "zaSyEXAMPLE_" + DIGITS,
        "AQ." + DIGITS,
        "gsk" + "_" + DIGITS,
        "xai-" + DIGITS,
        "hf" + "_" + DIGITS,
        "r8" + "_" + DIGITS,
        "nvapi-" + DIGITS,
        "ghp" + "_" + DIGITS,
        "AKIA" + DIGITS.upper(),
        "eyJ" + DIGITS + ".eyJ" + DIGITS + ".sig",
        DIGITS * 2,
        "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
        "Zr8Qm2LxWv9TkPb4",
        "someone@mail.example",
        "sk-ab...wxyz",
        "bad*****Key",
        "QwErTyUiOpAsDfGhJkLzXcVbNmQwErTyUiOp",
    ],
)
@pytest.mark.parametrize("sentence", ["Key {} is unknown.", "({})", "'api_key:{}' has been suspended", "see {}"])
def test_whatever_looks_like_a_key_is_masked(secret: str, sentence: str) -> None:
    seen = redacted(sentence.format(secret))

    assert secret not in seen
    assert MASK in seen


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("Incorrect API key provided: hunter2. Try", f"Incorrect API key provided: {MASK} Try"),
        ('{"token": "abc"}', f'{{"token": "{MASK}"}}'),
        ("key 'hunter2' is bad", f"key '{MASK}' is bad"),
        ("https://a.example/?key=abc&x=1", f"https://a.example/?key={MASK}&x=1"),
        ("Bearer abc123def456", MASK),
    ],
)
def test_named_values_are_masked_however_short(written: str, seen: str) -> None:
    assert redacted(written) == seen


@pytest.mark.parametrize(
    "sentence",
    [
        "The model claude-sonnet-4-5-20250929 is not available.",
        "Authentication error, API token missing/invalid",
        "The security token included in the request is expired",
        "Go to https://platform.example.com/account/billing to add credits",
        "Rate limit reached: Limit 12000, Used 11800.",
    ],
)
def test_ordinary_words_stay(sentence: str) -> None:
    assert redacted(sentence) == sentence


def test_the_text_is_masked_before_it_is_cut() -> None:
    seen = redacted("x " * 15 + "sk-" + DIGITS * 8, limit=40)

    assert "sk-" not in seen
    assert len(seen) <= 40


@pytest.mark.parametrize("word", ["a", "ab-", "a.", "aB3/", "令牌", "a…"])
def test_a_word_without_end_is_looked_through_once(word: str) -> None:
    """From each of its letters to its end it would take ten seconds, in which nothing else in the program runs."""
    endless = word * (20_000 // len(word))
    before = time.thread_time()

    without_keys(endless)

    assert time.thread_time() - before < 2
