"""The catalogue that ships: readable, honest addresses, no word with two meanings."""

import re
from collections import Counter
from urllib.parse import urlsplit

import pytest

from trayapp.catalogue import loader
from trayapp.catalogue.loader import KINDS, read, read_bundled
from trayapp.catalogue.lookup import Catalogue, CataloguedPage
from trayapp.domain.provider import ComponentRef, Provider, StatusPage
from trayapp.probes.table import PROBES
from trayapp.storage.resources import resource, resource_texts

PLATFORM_WORDS = (
    "statuspage incidentio instatus betterstack googlecloud azure microsoft aws rootly datadog flashduty statusio "
    "cachet uptimekuma gatus alertmanager cstate upptime sorry salesforce slack openstatus feed"
)
PLATFORMS = frozenset(PLATFORM_WORDS.split())
TEXTS = resource_texts("catalogue", suffix=".toml")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return read_bundled(TEXTS, PLATFORMS)


def every_page(catalogue: Catalogue) -> list[StatusPage]:
    return [page for provider in catalogue.providers for page in provider.pages]


def test_what_clients_are_given_is_the_api_of_the_same_company_and_the_key_its_users_have(catalogue: Catalogue) -> None:
    given = [each for each in catalogue.providers if each.base_url]

    assert len(given) >= 25
    for each in given:
        host, api = urlsplit(each.base_url).hostname or "", each.api_host
        assert host.split(".")[-2] == api.split(".")[-2], each.id
        assert not each.base_url.endswith("/"), each.id
        assert each.key_env in PROBES[each.id].env, each.id
        assert each.base_env == ("ANTHROPIC_BASE_URL" if each.id == "anthropic" else ""), each.id


def addresses(provider: Provider) -> list[str]:
    page_urls = [url for page in provider.pages for url in (page.url, *page.fallback_urls)]
    old = [url for page in provider.pages if isinstance(page, CataloguedPage) for url in page.old_urls]
    own = [provider.console, provider.billing, provider.keys, provider.news, provider.chat]
    return [each for each in (*page_urls, *old, *own) if each]


@pytest.mark.parametrize("name", [name for name, _text in TEXTS])
def test_each_file_can_be_read_alone(name: str) -> None:
    assert read(dict(TEXTS)[name], name, PLATFORMS)


@pytest.mark.parametrize("name", [name for name, _text in TEXTS])
def test_each_file_is_sorted_and_says_how_sure_it_is(name: str) -> None:
    lines = dict(TEXTS)[name].splitlines()
    headings = [at for at, line in enumerate(lines) if re.fullmatch(r"\[[^\[\].]+\]", line)]

    assert [lines[at] for at in headings] == sorted(lines[at] for at in headings)
    assert all(_has_confidence(lines[:at]) for at in headings)


def _has_confidence(lines: list[str]) -> bool:
    """Return whether the comment block at the end of the lines names a confidence."""
    block = []
    for line in reversed(lines):
        if not line.startswith("#"):
            break
        block.append(line)
    return any(re.match(r"# confidence: [HML]\b", line) for line in block)


def test_the_catalogue_is_large_and_mostly_ai(catalogue: Catalogue) -> None:
    kinds = Counter(each.kind for each in catalogue.providers)

    assert len(catalogue.providers) >= 60
    assert set(kinds) == set(KINDS)
    assert kinds["ai"] > len(catalogue.providers) / 2


def test_every_platform_is_one_we_read_or_is_found_out(catalogue: Catalogue) -> None:
    platforms = Counter(page.platform for page in every_page(catalogue))

    assert set(platforms) <= PLATFORMS | {""}
    assert platforms[""] < len(every_page(catalogue)) / 5


def test_every_address_is_https_and_names_no_one(catalogue: Catalogue) -> None:
    for provider in catalogue.providers:
        for address in addresses(provider):
            parts = urlsplit(address)
            assert parts.scheme == "https", address
            assert parts.hostname, address
            assert parts.username is None, address


def test_ids_old_ids_and_page_ids_are_unique(catalogue: Catalogue) -> None:
    words: list[str] = []
    for provider in catalogue.providers:
        words += {provider.id, *provider.old_ids, *(page.id for page in provider.pages)}

    assert [word for word, times in Counter(words).items() if times > 1] == []
    assert all(page.provider_id == provider.id for provider in catalogue.providers for page in provider.pages)
    assert all(not each.pages or each.pages[0].id == each.id for each in catalogue.providers)


def test_an_address_means_one_owner(catalogue: Catalogue) -> None:
    owned = [page for page in every_page(catalogue) if not (isinstance(page, CataloguedPage) and page.shared)]

    for page in owned:
        assert catalogue.page_at(page.url) == page


def test_what_is_not_watchable_says_so(catalogue: Catalogue) -> None:
    without_page = [each for each in catalogue.providers if not each.pages]

    assert {"midjourney", "character-ai"} <= {each.id for each in without_page}
    assert all(each.note for each in without_page)


@pytest.mark.parametrize("provider_id", ["gemini", "vertex-ai", "azure-openai", "bedrock", "mistral", "midjourney"])
def test_weak_coverage_is_captioned(catalogue: Catalogue, provider_id: str) -> None:
    provider = catalogue.find(provider_id)

    assert provider is not None
    assert provider.note.endswith(".")
    assert all(each.note.endswith(".") for each in provider.pages)


def test_every_key_that_can_be_checked_has_an_entry_with_its_api(catalogue: Catalogue) -> None:
    nobodys = {"openai-compatible", "litellm", "ollama", "lm-studio", "llama.cpp"}
    another_name = {"openai-admin": "openai", "anthropic-admin": "anthropic", "vercel-ai-gateway": "vercel"}

    found = {each: catalogue.find(another_name.get(each, each)) for each in set(PROBES) - nobodys}

    assert [each for each, provider in found.items() if provider is None] == []
    without = {each for each, provider in found.items() if provider is not None and not provider.api_host}
    assert without == {"azure-openai"}  # each customer has a host of their own


def test_the_readme_explains_every_field_that_is_read() -> None:
    explained = set(
        re.findall(r"^\| `(\w+)` \|", resource("catalogue", "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    )

    assert {*loader._PROVIDER, *loader._PAGE, *loader._PRODUCT} == explained


def test_openai_and_anthropic_watch_what_most_people_use(catalogue: Catalogue) -> None:
    openai, anthropic = catalogue.page("openai"), catalogue.page("anthropic")

    assert openai is not None
    assert ComponentRef("01JMXBRMFE6N2NNT7DG6XZQ6PW", "Chat Completions") in openai.watched
    assert ComponentRef("01JP8CD9JR3HR6Y7G4Q75N4DVW", "Responses") in openai.watched
    assert ComponentRef("01JMXBNJXGV1T5GT2M9XA83XNG", "Conversations") in openai.watched
    assert anthropic is not None
    assert {each.id for each in anthropic.watched} == {"rwppv331jlwc", "k8w3r06qmzrp", "yyzkbfz2thpt"}
    assert anthropic.fallback_urls == ("https://anthropic.statuspage.io",)


def test_parts_with_a_namesake_are_never_looked_up_by_their_name(catalogue: Catalogue) -> None:
    openai = catalogue.find("openai")

    assert openai is not None
    names = {ref.name for product in openai.products for ref in product.components}
    assert not names & {"Login", "Image Generation"}


def test_a_huge_page_watches_only_its_services(catalogue: Catalogue) -> None:
    cloudflare = catalogue.page("cloudflare")

    assert cloudflare is not None
    assert 0 < len(cloudflare.watched) < 20


def test_a_frozen_page_is_never_a_fallback(catalogue: Catalogue) -> None:
    deepseek = catalogue.find("deepseek")

    assert deepseek is not None
    assert deepseek.pages[0].fallback_urls == ()
    assert catalogue.page_at("https://deepseek.statuspage.io") == deepseek.pages[0]


@pytest.mark.parametrize(
    ("pasted", "meant"),
    [
        ("https://status.anthropic.com/", "anthropic"),
        ("status.openai.com", "openai"),
        ("http://www.githubstatus.com/api/v2/summary.json", "github"),
        ("https://replicatestatus.com", "replicate"),
        ("https://www.cloudflarestatus.com", "cloudflare"),
        ("https://status.cloud.google.com/incidents.json", "google-cloud"),
        ("https://status.jetbrains.ai", "jetbrains-ai"),
        ("https://status.groq.com", "groq"),
    ],
)
def test_old_and_shared_addresses_are_understood(catalogue: Catalogue, pasted: str, meant: str) -> None:
    page = catalogue.page_at(pasted)

    assert page is not None
    assert page.id == meant


@pytest.mark.parametrize(
    ("word", "meant"),
    [("ChatGPT", "openai"), ("claude", "anthropic"), ("Grok", "xai"), ("kimi", "moonshot"), ("gcp", "google-cloud")],
)
def test_people_s_words_find_providers(catalogue: Catalogue, word: str, meant: str) -> None:
    provider = catalogue.find(word)

    assert provider is not None
    assert provider.id == meant
    assert catalogue.search(word)[0].id == meant
