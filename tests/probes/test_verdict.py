import json
from string import ascii_letters, digits

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.domain.keys import KeyHealth, Reachability
from trayapp.probes import PROBES, classify
from trayapp.probes.dialect import Dialect, Rule, rule
from trayapp.probes.dialects import DIALECTS, STANDARD, dialect_of, plain_name
from trayapp.probes.reply import Missing, read
from trayapp.probes.standard import CODES, PAGES, STATUSES, WORDS

PROVIDERS = sorted({*PROBES, *(each.id for each in DIALECTS), "nobody", ""})
HTML = b"<!doctype html><title>%s</title><p>%s</p>"
DECIDED = {KeyHealth.OK, KeyHealth.OK_LIMITED, KeyHealth.REJECTED}

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(
    provider=st.sampled_from(PROVIDERS),
    status=st.integers(min_value=-1, max_value=700),
    headers=st.dictionaries(st.text(max_size=12), st.text(max_size=30), max_size=4),
    body=st.binary(max_size=300),
)
def test_no_bytes_make_it_raise_or_judge_a_key(
    provider: str, status: int, headers: dict[str, str], body: bytes
) -> None:
    answer = classify(provider, status, headers, body)

    assert answer.health not in {KeyHealth.OK, KeyHealth.REJECTED}
    assert answer.retry_after is None or 0 <= answer.retry_after <= 86_400


@given(provider=st.sampled_from(PROVIDERS), status=st.sampled_from([200, 400, 401, 403, 404, 429, 500]), tree=anything)
def test_no_json_without_meaning_judges_a_key(provider: str, status: int, tree: object) -> None:
    answer = classify(provider, status, {"content-type": "application/json"}, json.dumps(tree).encode())

    assert answer.health not in {KeyHealth.OK, KeyHealth.REJECTED}


@given(key=st.text(alphabet=ascii_letters + digits, min_size=24, max_size=60), provider=st.sampled_from(PROVIDERS))
def test_an_echoed_key_never_reaches_the_reason(key: str, provider: str) -> None:
    if not (any(each.isdigit() for each in key) and any(each.isalpha() for each in key)):
        key += "a1"
    for sentence in (f"Incorrect API key provided: {key}.", f"key '{key}' is unknown", f"Bearer {key}", f"({key})"):
        answer = classify(provider, 401, {}, json.dumps({"error": {"message": sentence}}).encode())

        assert key not in answer.reason


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_web_page_of_the_edge_never_judges_a_key(provider: str) -> None:
    body = HTML % (b"Attention Required!", b"Sorry, you have been blocked. Invalid API key.")

    for status in (400, 401, 402, 403, 404, 407, 408, 418, 429, 451, 500, 503, 511, 529):
        answer = classify(provider, status, {"Content-Type": "text/html", "Server": "cloudflare"}, body)

        assert answer.health not in DECIDED, status
        assert answer.suspicion is None


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_200_alone_is_no_proof(provider: str) -> None:
    for body in (b"", b"{}", b"[]", b"null", b"true", b'"ok"', b"ok", b"<p>", b'{"data":[]}', b"\xff"):
        answer = classify(provider, 200, {}, body)

        if provider == "langsmith" and body == b"[]":
            assert answer.health is KeyHealth.OK  # an account without projects; strangers get a 401 there
        else:
            assert answer.health is KeyHealth.UNKNOWN, body


@pytest.mark.parametrize("provider", [name for name in PROVIDERS if name not in {"mistral", "together", "runpod"}])
def test_one_unmatched_401_is_a_suspicion_only(provider: str) -> None:
    answer = classify(provider, 401, {}, b'{"oops": 1}')

    assert answer.health is KeyHealth.UNKNOWN
    assert answer.suspicion is KeyHealth.REJECTED


@pytest.mark.parametrize(
    ("status", "headers", "body", "reachability", "health"),
    [
        (302, {"location": "http://portal.example/"}, b"", "UNREACHABLE", "UNKNOWN"),
        (200, {"content-type": "text/html"}, b"<html>Accept our terms", "UNREACHABLE", "UNKNOWN"),
        (200, {"content-type": "application/xhtml+xml"}, b"Welcome<br/>", "UNREACHABLE", "UNKNOWN"),
        (407, {}, b"", "UNREACHABLE", "UNKNOWN"),
        (408, {}, b"", "UNREACHABLE", "UNKNOWN"),
        (511, {}, b"<html>", "UNREACHABLE", "UNKNOWN"),
        (0, {}, b"", "UNREACHABLE", "UNKNOWN"),
        (502, {}, b"<html>Bad gateway", "PROVIDER_DOWN", "UNKNOWN"),
        (522, {}, b"", "PROVIDER_DOWN", "UNKNOWN"),
        (429, {}, b"<html>Slow down", "RATE_LIMITED", "UNKNOWN"),
        (403, {}, b"<html>Forbidden</html>", "REACHED", "UNKNOWN"),
        (403, {"cf-ray": "8"}, b"<html>No</html>", "REACHED", "BLOCKED_IP"),
        (403, {}, b"<html>Error 1009 Ray</html>", "REACHED", "BLOCKED_REGION"),
        (403, {}, b"error code: 1020", "REACHED", "BLOCKED_IP"),
        (403, {}, b"error code: 1009", "REACHED", "BLOCKED_REGION"),
        (451, {}, b"<html>Unavailable For Legal Reasons</html>", "REACHED", "BLOCKED_REGION"),
        (451, {}, b"", "REACHED", "BLOCKED_REGION"),
        (404, {}, b"<html>Not here</html>", "REACHED", "MISCONFIGURED"),
        (503, {}, b"<html>Just a moment...</html>", "REACHED", "BLOCKED_IP"),
        (401, {}, b"<html>401</html>", "REACHED", "UNKNOWN"),
        (403, {}, b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "REACHED", "UNKNOWN"),
        (402, {"retry-after": "5"}, b'{"error": "busy"}', "RATE_LIMITED", "UNKNOWN"),
        (402, {}, b"", "REACHED", "NO_CREDIT"),
        (429, {}, b'{"message": "insufficient balance"}', "REACHED", "NO_CREDIT"),
        (429, {"retry-after": "7"}, b'{"message": "out of credits for this minute"}', "RATE_LIMITED", "UNKNOWN"),
        (200, {}, b'{"error": {"code": 402, "message": "Insufficient credits"}}', "REACHED", "NO_CREDIT"),
        (200, {}, b'{"success": false, "message": "Invalid API key"}', "REACHED", "REJECTED"),
        (200, {}, b'{"choices": [{"message": {"content": "."}}]}', "REACHED", "OK"),
        (200, {}, b'{"type": "message", "content": []}', "REACHED", "OK"),
        (200, {}, b'{"candidates": [{}]}', "REACHED", "OK"),
        (200, {}, b'{"candidates": [1]}', "REACHED", "UNKNOWN"),
        (200, {}, b'{"models": [{"id": "a"}]}', "REACHED", "UNCHECKED"),
    ],
)
def test_what_the_way_there_says(
    status: int, headers: dict[str, str], body: bytes, reachability: str, health: str
) -> None:
    answer = classify("nobody", status, headers, body)

    assert (answer.reachability, answer.health) == (Reachability(reachability), KeyHealth(health)), answer


def test_perplexity_says_no_with_a_web_page() -> None:
    answer = classify("perplexity", 401, {}, HTML % (b"401 Authorization Required", b""))

    assert answer.health is KeyHealth.REJECTED
    assert "They say" not in answer.reason


def test_facts_are_read_from_body_and_headers() -> None:
    headers = {"X-OAuth-Scopes": "read:user", "GitHub-Authentication-Token-Expiration": "2027-01-02 03:04:05 UTC"}

    answer = classify("github", 200, headers, b'{"login": "acme", "id": 7, "plan": {"name": "free"}}')

    assert dict(answer.facts) == {
        "account": "acme",
        "plan": "free",
        "scopes": "read:user",
        "expires": "2027-01-02T03:04:05+00:00",
    }


@pytest.mark.parametrize(
    ("message", "reset"),
    [
        (
            "You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.",
            "00:00",
        ),
        ("Monthly limit reached, resets on 2026-12-01T08:30Z", "08:30"),
        ("Usage limit reached. It resets at 2026-12-01 08:30:00", None),
        ("Usage limit reached. It resets at 2026-13-41 UTC", None),
    ],
)
def test_a_refusal_that_names_its_end_tells_it(message: str, reset: str | None) -> None:
    answer = classify("anthropic", 400, {}, json.dumps({"error": {"message": message}}).encode())

    assert answer.facts.get("reset") == (reset and f"2026-12-01T{reset}:00+00:00")


def test_models_are_listed_and_counted() -> None:
    answer = classify("groq", 200, {}, b'{"object": "list", "data": [{"id": "b"}, {"id": "a"}]}')

    assert dict(answer.facts) == {"models": "b, a", "model_count": "2"}


def test_numbers_and_truths_become_plain_text() -> None:
    key = {"label": "sk-or-v1-0123456789abcdef", "usage": 1.25, "limit": True, "limit_remaining": 3, "expires_at": None}

    answer = classify("openrouter", 200, {}, json.dumps({"data": key}).encode())

    assert dict(answer.facts) == {"key_name": "•••", "limit": "yes", "remaining": "3", "used": "1.25"}


@pytest.mark.parametrize(
    ("provider", "body", "health"),
    [
        ("openrouter", {"data": {"total_credits": 5, "total_usage": 5.5}}, "NO_CREDIT"),
        ("openrouter", {"data": {"total_credits": 5, "total_usage": 1}}, "OK"),
        ("openrouter", {"data": {"label": "l", "usage": 1, "disabled": True}}, "SUSPENDED"),
        ("elevenlabs", {"tier": "t", "character_count": 1, "character_limit": 9, "status": "PAST_DUE"}, "OK_LIMITED"),
        ("deepinfra", {"suspended": True, "suspend_reason": "balance", "stripe_balance": 3}, "NO_CREDIT"),
        ("deepinfra", {"suspended": True}, "SUSPENDED"),
        ("vercel", {"balance": "0", "total_used": "3"}, "NO_CREDIT"),
        ("vercel", {"balance": "n/a", "total_used": "3"}, "OK"),
        ("poe", {"current_point_balance": 1e30}, "OK"),
        ("poe", {"current_point_balance": False}, "OK"),
        ("cloudflare", {"success": True, "result": {"id": "i", "status": "expired"}}, "EXPIRED"),
        ("cloudflare", {"success": True, "result": [{"name": "@cf/model"}]}, "OK"),
        ("deepgram", {"balances": [{"balance_id": "b", "amount": 0}]}, "NO_CREDIT"),
        ("langfuse", {"data": [{"id": "p", "name": "n"}]}, "OK"),
        ("huggingface", {"name": "n", "auth": {"type": "x"}}, "OK"),
        ("ollama", {"models": [{"name": "llama"}]}, "OK"),
        ("litellm", {"info": {"spend": 3, "max_budget": 3}}, "SPEND_LIMIT"),
        ("litellm", {"info": {"spend": 3, "max_budget": None}}, "OK"),
    ],
)
def test_a_good_status_is_read_to_the_end(provider: str, body: object, health: str) -> None:
    assert classify(provider, 200, {}, json.dumps(body).encode()).health is KeyHealth(health)


@pytest.mark.parametrize("name", ["Azure_OpenAI", "azure openai", "AZURE-OPENAI", " azure  openai "])
def test_a_provider_answers_to_every_spelling(name: str) -> None:
    assert dialect_of(name).id == "azure-openai"


def test_no_name_means_two_dialects() -> None:
    names = [plain_name(name) for each in DIALECTS for name in (each.id, *each.names)]

    assert len(names) == len(set(names))
    assert dialect_of("nobody at all") is STANDARD


def test_every_pattern_of_every_table_compiles_and_is_fast() -> None:
    hostile = read(403, {}, json.dumps({"error": "the key of the account is not " * 200}).encode())
    tables: list[tuple[Rule, ...]] = [CODES, WORDS, PAGES, STATUSES, *(each.rules for each in DIALECTS)]

    assert [row.fits(hostile) for table in tables for row in table]


def test_a_dialect_is_one_table() -> None:
    acme = Dialect(id="acme", rules=(rule(KeyHealth.NO_CREDIT, "purse_empty*"),))

    assert acme.rules[0].fits(read(400, {}, b'{"error": {"code": "Purse_Empty_Today"}}'))
    assert not acme.rules[0].fits(read(400, {}, b'{"error": {"code": "purse_full"}}'))


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        (b'{"error": "token_expired"}', {"token_expired"}),
        (b'{"detail": {"status": "Bad", "code": 12, "type": true}}', {"bad", "12"}),
        (b'{"a": {"code": "hidden"}}', set()),
        (b'{"error": {"metadata": {"raw": "x", "provider_name": "P"}, "code": "  "}}', set()),
        (b'{"errors": ["first", {"code": 7}, 5]}', {"7"}),
        (b'{"error":' * 12 + b'{"code": "deep"}' + b"}" * 12, set()),
        (b"[" * 100_000, set()),
        (b'{"error": {"code": 1' + b"0" * 5000 + b"}}", set()),
    ],
)
def test_codes_are_gathered_from_where_errors_stand(body: bytes, codes: set[str]) -> None:
    assert read(400, {}, body).codes == codes


def test_a_body_of_many_fields_is_read_to_a_bound() -> None:
    rows = [{"code": f"c{number}", **{f"field{each}": each for each in range(9)}} for number in range(500)]

    reply = read(400, {}, json.dumps({"errors": rows}).encode())

    assert len(reply.codes) < 60


def test_amazon_names_the_error_in_a_header() -> None:
    reply = read(403, {"X-Amzn-ErrorType": "ExpiredTokenException:http://internal.example/"}, b"{}")

    assert reply.codes == {"expiredtokenexception"}


def test_fields_are_found_by_path() -> None:
    reply = read(200, {}, b'{"data": [{"id": "a"}, {"x": 1}], "none": null}')

    assert reply.at("data.0.id") == "a"
    assert reply.at("data.*.id") == ["a"]
    assert reply.at("none") is None
    assert reply.at("data.9") is Missing.FIELD
    assert reply.at("none.*") is Missing.FIELD
    assert reply.at("") == reply.tree


def test_a_list_of_keys_does_not_say_which_of_them_asked() -> None:
    listed = {"object": "organization.admin_api_key", "name": "another", "expires_at": 1714063533}
    body = json.dumps({"object": "list", "data": [listed]}).encode()

    answer = classify("openai-admin", 200, {}, body)

    assert answer.health is KeyHealth.OK
    assert not {"expires", "key_name"} & set(answer.facts)
