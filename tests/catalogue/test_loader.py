"""Reading one file: what is accepted, and the sentence for every kind of mistake."""

import contextlib

import pytest

from trayapp.catalogue.loader import CatalogueError, read, read_bundled
from trayapp.catalogue.lookup import CataloguedPage
from trayapp.domain.provider import ComponentRef, Product

ACME = """\
# confidence: M, an invented company
[acme]
name = "Acme AI"
aliases = ["Acme", "Roadrunner"]
old_ids = ["acme-labs"]
kind = "cloud"
console = "https://console.acme.example"
api_host = "api.acme.example"
note = "Only Tuesdays are reported."
[[acme.page]]
name = "Acme status"
url = "https://status.acme.example"
platform = "statuspage"
fallback = ["https://acme.statuspage.example"]
old_urls = ["https://acme-status.example"]
options = { slug = "acme" }
[[acme.page]]
id = "acme-eu"
url = "https://eu.status.acme.example"
shared = true
[[acme.product]]
id = "chat"
name = "Acme Chat"
default = true
components = [{ id = "c1", name = "Chat" }, { name = "Login" }]
[[acme.product]]
id = "api"
name = "API"
components = [{ id = "c2" }]
[[acme.product]]
id = "chat-eu"
name = "Chat in Europe"
page = "acme-eu"
default = true
components = [{ id = "e1", name = "Chat" }]
"""


def small(*lines: str, page: str = 'url = "https://status.acme.example"') -> str:
    return "\n".join(["[acme]", 'name = "Acme"', "[[acme.page]]", page, *lines])


def test_a_whole_entry_becomes_a_provider() -> None:
    (acme,) = read(ACME, "mine.toml", {"statuspage"})

    assert (acme.id, acme.name, acme.kind, acme.api_host) == ("acme", "Acme AI", "cloud", "api.acme.example")
    assert (acme.aliases, acme.old_ids) == (("Acme", "Roadrunner"), ("acme-labs",))
    assert (acme.console, acme.billing, acme.note) == (
        "https://console.acme.example",
        "",
        "Only Tuesdays are reported.",
    )
    assert [each.id for each in acme.products] == ["chat", "api", "chat-eu"]


def test_pages_watch_their_default_products() -> None:
    (acme,) = read(ACME, "mine.toml")
    first, second = acme.pages

    assert isinstance(first, CataloguedPage)
    assert (first.id, first.provider_id, first.platform, dict(first.options)) == (
        "acme",
        "acme",
        "statuspage",
        {"slug": "acme"},
    )
    assert first.fallback_urls == ("https://acme.statuspage.example",)
    assert first.old_urls == ("https://acme-status.example",)
    assert first.watched == (ComponentRef("c1", "Chat"), ComponentRef(name="Login"))
    assert isinstance(second, CataloguedPage)
    assert (second.id, second.name, second.platform, second.shared) == ("acme-eu", "Acme AI", "", True)
    assert second.watched == (ComponentRef("e1", "Chat"),)
    assert second.products == (Product("chat-eu", "Chat in Europe", (ComponentRef("e1", "Chat"),)),)


def test_a_page_without_default_products_watches_everything() -> None:
    (acme,) = read(small("[[acme.product]]", 'id = "api"', 'name = "API"', 'components = [{ id = "c2" }]'), "mine.toml")

    assert acme.pages[0].watched == ()


def test_an_empty_file_is_an_empty_catalogue() -> None:
    assert read("", "mine.toml") == ()


def test_a_provider_may_have_a_note_instead_of_a_page() -> None:
    (acme,) = read('[acme]\nname = "Acme"\nnote = "They have none."\n', "mine.toml")

    assert acme.pages == ()


MISTAKES = {
    "no TOML": ("[acme\n", 1, "This is not valid TOML"),
    "no end": ('[acme]\nname = """Acme', 2, "This is not valid TOML"),
    "the same table twice": ("[acme]\n[acme]\n", 2, "This is not valid TOML"),
    "a key outside of a table": ('name = "Acme"\n', 1, '"name" stands outside of every table'),
    "an id with capitals": ('[Acme]\nname = "Acme"\n', 1, '"Acme" cannot be an id'),
    "an unknown key": (
        small().replace("name =", "nmae ="),
        2,
        '[acme] has an unknown key "nmae"; did you mean "name"?',
    ),
    "a variable that is none": (
        '[acme]\nname = "A"\nnote = "n"\nkey_env = "my key"\n',
        4,
        'must be the name of an environment variable, like "ACME_API_KEY", not "my key"',
    ),
    "a key unlike any": ('[acme]\nname = "A"\nq = 1\n', 3, "known are: aliases, api_host, base_env, base_url, billing"),
    "no name": ('[acme]\nnote = "x"\n', 1, '[acme] needs a "name".'),
    "a number for a text": ("[acme]\nname = 7\n", 2, '"name" in [acme] must be a text in quotes, like "Acme", not 7.'),
    "true for a text": ("[acme]\nname = true\n", 2, "not true."),
    "a list for a text": ("[acme]\nname = []\n", 2, "not a list."),
    "a table for a text": ("[acme]\nname = {}\n", 2, "not a table."),
    "a date for a text": ("[acme]\nname = 2025-12-02\n", 2, "not a date or time."),
    "a blank text": ('[acme]\nname = " "\n', 2, '"name" must be one line of text, not blank.'),
    "a text for a list": (small().replace("[[", 'aliases = "A"\n[['), 3, '"aliases" in [acme] must be a list of texts'),
    "a number in a list": (
        small().replace("[[", "aliases = [1]\n[["),
        3,
        '"aliases" in [acme] must be a list of texts',
    ),
    "a blank in a list": (small().replace("[[", 'aliases = [""]\n[['), 3, 'Each text of "aliases" must be one line'),
    "an old id with a space": (small().replace("[[", 'old_ids = ["a b"]\n[['), 3, '"a b" cannot be an id'),
    "an unknown kind": (small().replace("[[", 'kind = "clod"\n[['), 3, '"clod" is not a kind; did you mean "cloud"?'),
    "plain http": (
        small(page='url = "http://status.acme.example"'),
        4,
        '"url" must be an address that starts with https://',
    ),
    "no host": (small(page='url = "https://"'), 4, '"url" must be an address'),
    "a user in an address": (small(page='url = "https://me:pw@acme.example"'), 4, '"url" must be an address'),
    "a bare number as host": (small(page='url = "https://127.0.0.1"'), 4, '"url" must be an address'),
    "a broken address": (small(page='url = "https://[acme"'), 4, '"url" must be an address'),
    "an address for a host": (
        small().replace("[[", 'api_host = "https://a.example"\n[['),
        3,
        "must be a bare host name",
    ),
    "no url": (small(page='name = "A"'), 3, '[[acme.page]] number 1 needs a "url".'),
    "an unknown platform": (
        small('platform = "statuspgae"'),
        5,
        'There is no platform "statuspgae"; did you mean "statuspage"?',
    ),
    "one bracket for a page": (
        small().replace("[[acme.page]]", "[acme.page]"),
        3,
        "must be a list of tables, each headed [[acme.page]]",
    ),
    "a text among pages": ('[acme]\nname = "A"\npage = ["x"]\n', 3, "must be a list of tables"),
    "a page id with capitals": (small('id = "ACME"'), 5, '"ACME" cannot be an id'),
    "another id on the first page": (small('id = "other"'), 5, "The first page has the provider's id"),
    "no id on the second page": (
        small("[[acme.page]]", 'url = "https://b.example"'),
        5,
        '[[acme.page]] number 2 needs a "id".',
    ),
    "one id for two pages": (
        small("[[acme.page]]", 'id = "acme"', 'url = "https://b.example"'),
        6,
        'Two pages of [acme] have the id "acme".',
    ),
    "an option that is no text": (small("options = { region = 1 }"), 5, "must be a table of texts"),
    "a word for a flag": (small('shared = "yes"'), 5, "must be true or false"),
    "no page and no note": ('[acme]\nname = "Acme"\n', 1, "[acme] has no page; give it one, or a note"),
    "a product on a page that is not there": (
        small("[[acme.product]]", 'id = "api"', 'name = "API"', 'page = "acne"'),
        8,
        '[acme] has no page "acne"; did you mean "acme"?',
    ),
    "a product without any page": (
        '[acme]\nname = "A"\nnote = "x"\n[[acme.product]]\nid = "api"\nname = "API"\n',
        4,
        "[acme] has products but no page",
    ),
    "one id for two products": (
        small("[[acme.product]]", 'id = "a"', 'name = "A"', "[[acme.product]]", 'id = "a"', 'name = "B"'),
        9,
        'Two products of [acme] have the id "a".',
    ),
    "a component as a text": (
        small("[[acme.product]]", 'id = "a"', 'name = "A"', 'components = ["x"]'),
        8,
        "must be a list like [{ id =",
    ),
    "a component without anything": (
        small("[[acme.product]]", 'id = "a"', 'name = "A"', "components = [{}]"),
        8,
        "A component needs an id",
    ),
    "an unknown word in a component": (
        small("[[acme.product]]", 'id = "a"', 'name = "A"', 'components = [{ title = "x" }]'),
        8,
        'A component has an id and a name, no "title".',
    ),
    "one word for two providers": (
        small() + '\n[other]\nname = "Other"\naliases = ["ACME"]\nnote = "x"\n',
        7,
        '"ACME" already means [acme] in mine.toml; a word may mean one provider only.',
    ),
}


def test_whatever_is_broken_ends_in_a_sentence() -> None:
    lines = ACME.splitlines()
    cut = [ACME[:at] for at in range(0, len(ACME), 7)]
    without_a_line = ["\n".join([*lines[:at], *lines[at + 1 :]]) for at in range(len(lines))]
    other_values = [
        "\n".join([*lines[:at], f"{lines[at].split('=')[0]} = {value}", *lines[at + 1 :]])
        for at in range(len(lines))
        for value in ("1", "[]", "{}", '""', "true", "[{}]", "[[1]]", "nan", "1979-05-27", r'"\u0000"')
    ]

    for text in (*cut, *without_a_line, *other_values):
        with contextlib.suppress(CatalogueError):
            assert all(each.name for each in read(text, "mine.toml", {"statuspage"}))


@pytest.mark.parametrize(("text", "line", "sentence"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_named_with_its_line(text: str, line: int, sentence: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        read(text, "mine.toml", {"statuspage", "instatus"})

    assert sentence in caught.value.sentence
    assert (caught.value.file, caught.value.line) == ("mine.toml", line)
    assert str(caught.value).startswith(f"mine.toml, line {line}: ")


def test_a_mistake_in_an_unusual_spelling_has_at_least_its_table() -> None:
    with pytest.raises(CatalogueError) as caught:
        read('acme = { name = "Acme", color = "red" }\n', "mine.toml")

    assert caught.value.line == 1
    assert "color" in caught.value.sentence


def test_a_mistake_without_a_place_says_only_the_file() -> None:
    with pytest.raises(CatalogueError, match=r"^mine\.toml: The file is nested too deeply"):
        read("a = " + "[" * 5000, "mine.toml")


def test_platforms_stay_unchecked_without_a_list() -> None:
    (acme,) = read(small('platform = "homemade"'), "mine.toml")

    assert acme.pages[0].platform == "homemade"


def test_files_are_read_into_one_sorted_catalogue() -> None:
    zebra = '[zebra]\nname = "Zebra"\nnote = "x"\n'

    catalogue = read_bundled([("b.toml", zebra), ("a.toml", ACME)])

    assert [each.id for each in catalogue.providers] == ["acme", "zebra"]


def test_a_word_may_not_mean_two_providers_of_two_files() -> None:
    other = '[other]\nname = "Other"\nold_ids = ["acme-eu"]\nnote = "x"\n'

    with pytest.raises(CatalogueError) as caught:
        read_bundled([("a.toml", ACME), ("b.toml", other)])

    assert (caught.value.file, caught.value.line) == ("b.toml", 3)
    assert caught.value.sentence.startswith('"acme-eu" already means [acme] in a.toml')
