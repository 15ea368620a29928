"""Finding providers by what people call them, and pages by their addresses."""

import pytest

from trayapp.catalogue.lookup import Catalogue, CataloguedPage, watching
from trayapp.domain.provider import ComponentRef, Product, Provider, StatusPage

CHAT = ComponentRef("c1", "Chat")
LOGIN = ComponentRef(name="Login")
APP = ComponentRef("m1", "App")
ACME_PAGE = CataloguedPage(
    id="acme",
    name="Acme",
    url="https://status.acme.example",
    provider_id="acme",
    fallback_urls=("https://acme.pages.example",),
    old_urls=("https://old.acme.example",),
    watched=(CHAT,),
    products=(Product("chat", "Acme Chat", (CHAT, LOGIN)),),
)
MOBILE_PAGE = CataloguedPage(
    id="acme-mobile",
    name="Acme Mobile",
    url="https://www.big.example/status/mobile",
    provider_id="acme",
    products=(Product("app", "Mobile app", (APP,)),),
)
ACME = Provider(
    id="acme",
    name="Acme AI",
    aliases=("Roadrunner",),
    old_ids=("acme-labs",),
    pages=(ACME_PAGE, MOBILE_PAGE),
    products=(*ACME_PAGE.products, *MOBILE_PAGE.products),
    api_host="api.acme.example",
)
BIG_PAGE = CataloguedPage(id="big", name="Big", url="https://www.big.example/status", provider_id="big")
BIG = Provider(id="big", name="Big Cloud", pages=(BIG_PAGE,))
GUEST_PAGE = CataloguedPage(
    id="a-guest", name="Guest", url="https://big.example/status", provider_id="a-guest", shared=True
)
GUEST = Provider(id="a-guest", name="A guest", pages=(GUEST_PAGE,))
NONE = Provider(id="none", name="Nothing", note="It has no page.")
CATALOGUE = Catalogue((GUEST, ACME, BIG, NONE))


@pytest.mark.parametrize("word", ["acme", "ACME", " Acme  AI ", "roadrunner", "acme-labs"])
def test_a_provider_answers_to_all_its_words(word: str) -> None:
    assert CATALOGUE.find(word) == ACME


@pytest.mark.parametrize("word", ["", " ", "acm", "acme-mobile"])
def test_other_words_find_nothing(word: str) -> None:
    assert CATALOGUE.find(word) is None


def test_an_id_goes_before_an_alias() -> None:
    copy = Provider(id="a-copy", name="Copy", aliases=("acme",))

    assert Catalogue((copy, ACME)).find("acme") == ACME


def test_the_user_s_own_goes_first_where_both_answer() -> None:
    own = Provider(id="my-acme", name="Mine", aliases=("Roadrunner",))

    assert Catalogue((ACME, own), own=frozenset({"my-acme"})).find("roadrunner") == own


def test_a_page_is_found_by_its_id_or_the_provider_s_old_one() -> None:
    assert CATALOGUE.page("acme-mobile") == MOBILE_PAGE
    assert CATALOGUE.page("Acme") == ACME_PAGE
    assert CATALOGUE.page("acme-labs") == ACME_PAGE
    assert CATALOGUE.page("roadrunner") is None
    assert CATALOGUE.page("none") is None


@pytest.mark.parametrize(
    "url",
    [
        "https://status.acme.example",
        "https://STATUS.acme.example./",
        "http://www.status.acme.example:80/api/v2/summary.json?x=1#y",
        "status.acme.example/history",
        "https://status.acme.example:443",
        "https://acme.pages.example/",
        "https://old.acme.example/incidents/7",
    ],
)
def test_a_page_is_found_by_current_fallback_and_old_addresses(url: str) -> None:
    assert CATALOGUE.page_at(url) == ACME_PAGE


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://",
        "https://acme.example",
        "https://status.acme.example:8443",
        "https://status.acme.example:port",
        "ftp://status.acme.example",
        "https://big.example",
        "https://big.example/statusses",
    ],
)
def test_other_addresses_find_no_page(url: str) -> None:
    assert CATALOGUE.page_at(url) is None


def test_the_longest_path_wins_and_then_the_owner() -> None:
    assert CATALOGUE.page_at("https://big.example/status/mobile/today") == MOBILE_PAGE
    assert CATALOGUE.page_at("https://big.example/status") == BIG_PAGE


def test_the_user_s_own_page_goes_first_at_one_address() -> None:
    page = CataloguedPage(id="mine", name="Mine", url="https://status.acme.example", provider_id="mine")
    own = Provider(id="mine", name="Mine", pages=(page,))

    assert Catalogue((ACME, own), own=frozenset({"mine"})).page_at("status.acme.example") == page


def test_a_plain_page_without_an_address_is_never_found() -> None:
    plain = Provider(id="plain", name="Plain", pages=(StatusPage(id="plain", name="Plain", url="nonsense://x"),))

    assert Catalogue((plain,)).page_at("https://x") is None


def named(name: str, *, provider_id: str = "", aliases: tuple[str, ...] = ()) -> Provider:
    return Provider(id=provider_id or name.casefold().replace(" ", "-"), name=name, aliases=aliases)


def test_search_ranks_whole_words_before_beginnings_before_insides() -> None:
    inside = named("Xacme Cloud")
    beginning = named("Acme Works")
    second_word = named("The Acme")
    whole = named("Acme", provider_id="zz")

    found = Catalogue((inside, beginning, second_word, whole)).search("ACME")

    assert found == (whole, beginning, second_word, inside)


def test_search_looks_into_products_and_hosts() -> None:
    assert CATALOGUE.search("mobile") == (ACME,)
    assert CATALOGUE.search("api.acme") == (ACME,)
    assert CATALOGUE.search("big.example") == (GUEST, ACME, BIG)


def test_search_understands_a_pasted_address() -> None:
    assert CATALOGUE.search("https://old.acme.example/incidents/7") == (ACME,)


def test_search_guesses_a_misspelt_name_only_when_nothing_else_fits() -> None:
    assert CATALOGUE.search("roadruner") == (ACME,)
    assert CATALOGUE.search("big clowd") == (BIG,)
    assert CATALOGUE.search("clowd") == (BIG,)
    assert CATALOGUE.search("qqqq") == ()


def test_search_for_nothing_lists_everything() -> None:
    assert CATALOGUE.search("  ") == CATALOGUE.providers


def test_words_choose_what_the_pages_watch() -> None:
    (page,) = watching(ACME, ["acme chat"])
    assert (page.id, page.watched) == ("acme", (CHAT, LOGIN))

    (page,) = watching(ACME, ["App"])
    assert (page.id, page.watched) == ("acme-mobile", (APP,))

    both = watching(ACME, ["c1", "Login", "app"])
    assert [(each.id, each.watched) for each in both] == [("acme", (CHAT, LOGIN)), ("acme-mobile", (APP,))]


def test_an_unknown_word_is_taken_for_a_part_of_the_first_page() -> None:
    (page,) = watching(ACME, [" Batch "])

    assert (page.id, page.watched) == ("acme", (ComponentRef(name="Batch"),))


def test_a_plain_page_takes_words_as_names_of_parts() -> None:
    plain = Provider(id="plain", name="Plain", pages=(StatusPage(id="plain", name="Plain", url="https://p.example"),))

    (page,) = watching(plain, ["API"])

    assert page.watched == (ComponentRef(name="API"),)


def test_without_words_the_pages_stay_as_catalogued() -> None:
    assert watching(ACME, []) == ACME.pages
    assert watching(ACME, [" "]) == ACME.pages
    assert watching(NONE, ["API"]) == ()
