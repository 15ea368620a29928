import json
import re
from collections.abc import Sequence
from urllib.parse import urlsplit

import pytest

from trayapp.domain.keys import Auth, CheckLevel, KeyAnswer, KeyHealth, KeyRef, Reachability
from trayapp.exchange import Exchange, Request, Response
from trayapp.probes import PROBES, KeyAsk, Probe, Step, ask_for, probe_for
from trayapp.probes.dialects import STANDARD, dialect_of
from trayapp.probes.probe import joined_address

MODELS = b'{"object": "list", "data": [{"id": "m"}]}'
BAD_KEY = b'{"error": {"code": "invalid_api_key", "message": "Invalid API key"}}'
Answer = tuple[int, bytes]


def asked(exchange: Exchange[KeyAnswer], answers: Sequence[Answer] = ()) -> tuple[list[Request], KeyAnswer]:
    """Hold a conversation: the requests that were made, and how it ended."""
    requests: list[Request] = []
    waiting = iter(answers)
    try:
        request = next(exchange)
        while True:
            requests.append(request)
            status, body = next(waiting)
            request = exchange.send(Response(request.url, status, body))
    except StopIteration as end:
        return requests, end.value


def ask(provider: str, base_url: str = "", level: CheckLevel = CheckLevel.FREE, **settings: str) -> KeyAsk:
    return KeyAsk(provider=provider, base_url=base_url, level=level, **settings)


def test_there_are_many_and_each_is_whole() -> None:
    assert len(PROBES) > 50
    for name, probe in PROBES.items():
        assert probe.provider == name
        assert probe.docs.startswith("https://")
        assert dialect_of(name) is not STANDARD, name
        re.compile(probe.shape)
        assert probe.free is not None or probe.paid is not None or name == "jina"
        for pattern, sentence in probe.wrong:
            re.compile(pattern)
            assert sentence.endswith(".")
        for step in (probe.free, probe.balance, probe.paid):
            assert step is None or step.path.startswith("/")
            assert step is None or step.method == "GET" or step.headers["content-type"] == "application/json"
        assert probe.free is None or not probe.free.price
        assert probe.paid is None or probe.paid.price


@pytest.mark.parametrize("name", PROBES)
def test_each_asks_one_secure_host_of_its_own_and_sends_no_key(name: str) -> None:
    probe = PROBES[name]
    settings = ask(name, region="eu-west-1", resource="acme", project="acme-1")
    if "base_url" in probe.needs:
        settings = ask(name, "https://gateway.example/v1")

    requests, _ = asked(probe.check(settings), [(401, b"{}"), (401, b"{}")])

    for request in requests:
        parts = urlsplit(request.url)
        assert parts.scheme == "https" or parts.hostname == "localhost"
        assert "{" not in request.url
        assert "key=" not in request.url
        own = {each.casefold(): value for each, value in request.headers.items()}
        assert own.get(probe.auth.header.casefold()) == (None if probe.needs_key else "")
        assert 404 in request.accept
        assert not (request.method == "GET" and request.body)


def test_the_free_question_is_one_request() -> None:
    requests, answer = asked(probe_for("openai").check(ask("openai")), [(200, MODELS)])

    assert [each.url for each in requests] == ["https://api.openai.com/v1/models"]
    assert requests[0].headers == {}
    assert answer.health is KeyHealth.OK


def test_organisation_and_project_travel_in_headers() -> None:
    requests, _ = asked(
        probe_for("openai").check(ask("openai", organisation="org-1", project="no such\nname")), [(200, MODELS)]
    )

    assert requests[0].headers == {"OpenAI-Organization": "org-1"}


def test_cohere_is_asked_by_its_documented_post() -> None:
    requests, answer = asked(probe_for("cohere").check(ask("cohere")), [(200, b'{"valid": true}')])

    assert (requests[0].method, requests[0].body) == ("POST", b"")
    assert answer.health is KeyHealth.OK


@pytest.mark.parametrize(
    ("provider", "settings", "base"),
    [
        ("openai", {}, "https://api.openai.com"),
        ("openai", {"region": "EU"}, "https://eu.api.openai.com"),
        ("moonshot", {"region": "cn"}, "https://api.moonshot.cn"),
        ("moonshot", {"region": "mars"}, "https://api.moonshot.ai"),
        ("bedrock", {}, "https://bedrock.us-east-1.amazonaws.com"),
        ("aws_bedrock", {"region": "eu-west-1"}, "https://bedrock.eu-west-1.amazonaws.com"),
        ("bedrock", {"region": "evil.example/"}, ""),
        ("azure-openai", {}, ""),
        ("azure-openai", {"resource": "Acme"}, "https://acme.openai.azure.com"),
        ("azure-openai", {"resource": "evil.example#"}, ""),
        ("vertex", {"project": "p-1"}, "https://us-central1-aiplatform.googleapis.com"),
        ("vertex", {}, ""),
        ("vertex", {"project": "../x"}, ""),
        ("ollama", {}, "http://localhost:11434"),
        ("openai-compatible", {}, ""),
        ("openai-compatible", {"base_url": "https://a.example/v1/"}, "https://a.example/v1"),
        ("nobody", {}, ""),
        ("nobody", {"base_url": "https://a.example"}, "https://a.example"),
    ],
)
def test_where_a_key_goes(provider: str, settings: dict[str, str], base: str) -> None:
    ref = KeyRef(id="1", label="mine", provider=provider, **settings)  # type: ignore[arg-type]  # texts only, here

    assert probe_for(provider).base_for(ref) == base


def test_settings_become_a_question() -> None:
    ref = KeyRef(id="1", label="mine", provider="openai", host="h", region="eu", level=CheckLevel.BALANCE)

    found = ask_for(ref, "https://eu.api.openai.com")

    assert found == ask("openai", "https://eu.api.openai.com", CheckLevel.BALANCE, host="h", region="eu")


def test_a_missing_setting_is_said_without_a_request() -> None:
    requests, answer = asked(probe_for("azure-openai").check(ask("azure-openai")))

    assert requests == []
    assert answer.health is KeyHealth.MISCONFIGURED
    assert "resource" in answer.reason


def test_a_missing_address_is_said_without_a_request() -> None:
    _, answer = asked(probe_for("litellm").check(ask("litellm")))

    assert "address" in answer.reason


def test_where_no_free_check_is_known_the_key_stays_unchecked() -> None:
    requests, answer = asked(probe_for("perplexity").check(ask("perplexity")))

    assert requests == []
    assert answer.health is KeyHealth.UNCHECKED


@pytest.mark.parametrize(
    ("without", "health"),
    [
        ((200, MODELS), KeyHealth.UNCHECKED),
        ((401, b"{}"), KeyHealth.OK),
        ((403, b'{"error": "Forbidden"}'), KeyHealth.OK),
        ((400, BAD_KEY), KeyHealth.OK),
        ((403, b"<html>Attention Required! | Cloudflare</html>"), KeyHealth.UNCHECKED),
        ((429, b""), KeyHealth.UNCHECKED),
        ((500, b""), KeyHealth.UNCHECKED),
        ((0, b""), KeyHealth.UNCHECKED),
    ],
)
def test_the_same_answer_without_a_key_proves_nothing(without: Answer, health: KeyHealth) -> None:
    probe = probe_for("openai-compatible")

    requests, answer = asked(probe.check(ask("custom", "https://a.example/v1")), [(200, MODELS), without])

    assert [each.url for each in requests] == ["https://a.example/v1/models"] * 2
    assert "Authorization" not in requests[0].headers
    assert requests[1].headers["Authorization"] == ""
    assert requests[1].optional
    assert answer.health is health
    assert answer.facts["models"] == "m"


def test_a_refused_key_is_not_compared() -> None:
    requests, answer = asked(probe_for("openai-compatible").check(ask("custom", "https://a.example")), [(401, BAD_KEY)])

    assert len(requests) == 1
    assert answer.health is KeyHealth.REJECTED


def test_a_stranger_is_asked_at_its_own_address() -> None:
    requests, answer = asked(
        probe_for("Acme AI").check(ask("Acme AI", "https://api.acme.example/v1")), [(200, MODELS), (401, b"")]
    )

    assert requests[0].url == "https://api.acme.example/v1/models"
    assert answer.health is KeyHealth.OK


DEEPGRAM = b'{"projects": [{"project_id": "p-1", "name": "n"}]}'


@pytest.mark.parametrize(
    ("second", "health", "credit"),
    [
        ((200, b'{"balances": [{"balance_id": "b", "amount": 4.5, "units": "usd"}]}'), KeyHealth.OK, "4.5"),
        ((200, b'{"balances": [{"balance_id": "b", "amount": 0, "units": "usd"}]}'), KeyHealth.NO_CREDIT, "0"),
        ((403, b'{"err_code": "INSUFFICIENT_PERMISSIONS"}'), KeyHealth.OK, ""),
        ((500, b""), KeyHealth.OK, ""),
    ],
)
def test_the_balance_is_read_where_its_owner_agreed(second: Answer, health: KeyHealth, credit: str) -> None:
    probe = probe_for("deepgram")

    requests, answer = asked(probe.check(ask("deepgram", level=CheckLevel.BALANCE)), [(200, DEEPGRAM), second])

    assert [each.url for each in requests][1:] == ["https://api.deepgram.com/v1/projects/p-1/balances"]
    assert answer.health is health
    assert answer.facts.get("credit", "") == credit
    assert answer.facts["projects"] == "n"


def test_the_balance_is_not_read_without_consent_nor_of_a_bad_key() -> None:
    probe = probe_for("deepgram")

    assert len(asked(probe.check(ask("deepgram")), [(200, DEEPGRAM)])[0]) == 1
    refused = [(401, b'{"err_code": "INVALID_AUTH"}')]
    assert len(asked(probe.check(ask("deepgram", level=CheckLevel.BALANCE)), refused)[0]) == 1


def test_the_balance_is_left_out_where_its_address_cannot_be_made() -> None:
    odd = json.dumps({"projects": [{"project_id": "../../admin", "name": "n"}]}).encode()

    requests, answer = asked(probe_for("deepgram").check(ask("deepgram", level=CheckLevel.BALANCE)), [(200, odd)])

    assert len(requests) == 1
    assert answer.health is KeyHealth.OK


def test_counting_tokens_shows_an_empty_purse_for_free() -> None:
    models = b'{"data": [{"type": "model", "id": "claude"}], "has_more": true}'
    empty = (
        b'{"type": "error", "error": {"type": "invalid_request_error", "message": "Your credit balance is too low"}}'
    )

    requests, answer = asked(
        probe_for("claude").check(ask("anthropic", level=CheckLevel.BALANCE)), [(200, models), (400, empty)]
    )

    assert requests[1].method == "POST"
    assert answer.health is KeyHealth.NO_CREDIT
    assert answer.level is CheckLevel.BALANCE
    assert "models" not in answer.facts  # one name of many says nothing


def test_nothing_is_bought_by_a_check() -> None:
    requests, _ = asked(probe_for("mistral").check(ask("mistral", level=CheckLevel.PAID)), [(200, MODELS)])

    assert len(requests) == 1


def test_a_paid_call_is_made_on_demand_only() -> None:
    probe = probe_for("mistral")

    requests, answer = asked(probe.check_paid(ask("mistral")), [(200, b'{"choices": [{"message": {}}]}')])

    assert json.loads(requests[0].body)["max_tokens"] == 1
    assert requests[0].method == "POST"
    assert (answer.health, answer.level) == (KeyHealth.OK, CheckLevel.PAID)
    _, limited = asked(probe.check_paid(ask("mistral")), [(429, b"{}")])
    assert limited.level is CheckLevel.FREE


@pytest.mark.parametrize("probe", [each for each in PROBES.values() if each.paid], ids=lambda probe: probe.provider)
def test_whatever_costs_something_names_its_price_and_buys_the_least(probe: Probe) -> None:
    assert probe.paid is not None
    assert probe.paid.price
    assert re.search(rb'"(?:max_tokens|maxOutputTokens|numResults)": ?1\b', probe.paid.body)


def test_where_nothing_can_be_bought_nothing_is_asked() -> None:
    requests, answer = asked(probe_for("ollama").check_paid(ask("ollama")))

    assert requests == []
    assert answer.health is KeyHealth.UNCHECKED


def test_a_limited_provider_ends_the_check() -> None:
    _, answer = asked(probe_for("zai").check(ask("zai", level=CheckLevel.BALANCE)), [(429, b"{}")])

    assert answer.reachability is Reachability.RATE_LIMITED


@pytest.mark.parametrize(
    ("base", "path", "url"),
    [
        ("https://a.example", "/v1/models", "https://a.example/v1/models"),
        ("https://a.example/v1", "/v1/models", "https://a.example/v1/models"),
        ("https://a.example/v1/", "/v1/models?limit=1", "https://a.example/v1/models?limit=1"),
        ("https://a.example/openai/v1", "/openai/v1/models", "https://a.example/openai/v1/models"),
        ("https://a.example/team", "/v1/models", "https://a.example/team/v1/models"),
        ("https://a.example/v1/models", "/v1/models", "https://a.example/v1/models"),
    ],
)
def test_an_address_names_its_version_once(base: str, path: str, url: str) -> None:
    assert joined_address(base, path) == url


def test_every_scheme_names_its_header() -> None:
    assert probe_for("anthropic").auth.field_for("k") == ("x-api-key", "k")
    assert probe_for("deepgram").auth.field_for("k") == ("Authorization", "Token k")
    assert probe_for("assemblyai").auth.field_for("k") == ("Authorization", "k")
    assert probe_for("wandb").auth.field_for("k") == ("Authorization", "Basic YXBpOms=")
    assert isinstance(probe_for("openai").auth, Auth)


def test_a_new_probe_is_one_row() -> None:
    acme = Probe(provider="acme", name="Acme", host="api.acme.example", free=Step(path="/v1/models"))

    requests, answer = asked(acme.check(ask("acme")), [(200, MODELS)])

    assert requests[0].url == "https://api.acme.example/v1/models"
    assert answer.health is KeyHealth.UNCHECKED  # nobody has said yet that its list is closed to strangers
