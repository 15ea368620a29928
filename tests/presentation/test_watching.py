from types import MappingProxyType

from msgspec.structs import replace

from tests.builders import NOON, component
from trayapp.domain.provider import ComponentRef, Product, Provider, StatusPage
from trayapp.domain.report import Component, StatusReport
from trayapp.domain.snapshot import PageState
from trayapp.domain.status import Status
from trayapp.presentation import watching
from trayapp.presentation.watching import Choice, region_example, regions_of
from trayapp.presentation.words import Mark

API = ComponentRef(id="api-1", name="API")
LOGIN = ComponentRef(name="Login")
PAGE = StatusPage(id="acme", name="Acme", url="https://status.acme.example", provider_id="acme", watched=(API,))
PROVIDER = Provider(
    id="acme",
    name="Acme",
    pages=(PAGE,),
    products=(
        Product("api", "The API", (API, LOGIN)),
        Product("chat", "Chat", (LOGIN, ComponentRef(name="Chat window"))),
        Product("empty", "Empty"),
    ),
)


def state(*components: Component, page: StatusPage = PAGE) -> PageState:
    return PageState(page=page, report=StatusReport(components=components), fetched_at=NOON)


LISTED = state(
    component("API", Status.DEGRADED, id="api-1"),
    component("Login", id="l"),
    component("Docs", id="d"),
    component("Europe", id="eu", group="Regions"),
)


def test_products_come_first_and_what_else_the_page_lists_after_them() -> None:
    tree = watching.branches(PROVIDER, (LISTED,))

    assert [(each.name, each.product_id, [leaf.name for leaf in each.leaves]) for each in tree] == [
        ("The API", "api", ["API", "Login"]),
        ("Chat", "chat", ["Login", "Chat window"]),
        ("Other components", "", ["Docs"]),
        ("Regions", "", ["Europe"]),
    ]
    assert (tree[0].leaves[0].mark, tree[0].leaves[0].state) == (Mark.DEGRADED, "Degraded")
    assert tree[1].leaves[1].mark is None  # no page lists it now


def test_nothing_chosen_means_what_the_catalogue_watches() -> None:
    tree = watching.branches(PROVIDER, (LISTED,))

    keys = watching.ticked(tree, Choice())

    assert keys == {tree[0].leaves[0].key}
    assert watching.chosen(tree, keys) == Choice()


def test_a_page_the_catalogue_does_not_know_is_watched_as_a_whole() -> None:
    own = StatusPage(id="own", name="Own", url="https://own.example")
    tree = watching.branches(None, (state(component("A"), component("B"), page=own),))

    assert len(watching.ticked(tree, Choice())) == 2
    assert watching.branches(None, ()) == ()


def test_a_choice_survives_the_way_to_the_settings_and_back() -> None:
    tree = watching.branches(PROVIDER, (LISTED,))
    wanted = Choice(products=("api",), components=("Europe",))

    keys = watching.ticked(tree, wanted)

    assert {leaf.name for branch in tree for leaf in branch.leaves if leaf.key in keys} == {"API", "Login", "Europe"}
    assert watching.chosen(tree, keys) == wanted


def test_a_choice_may_name_components_by_id_or_in_other_letters_and_products_by_name() -> None:
    tree = watching.branches(PROVIDER, (LISTED,))

    keys = watching.ticked(tree, Choice(products=("the  API",), components=("EU", "docs")))

    assert {leaf.name for branch in tree for leaf in branch.leaves if leaf.key in keys} == {
        "API",
        "Login",
        "Europe",
        "Docs",
    }


def test_part_of_a_product_is_kept_as_components() -> None:
    tree = watching.branches(PROVIDER, (LISTED,))

    assert watching.chosen(tree, frozenset({tree[0].leaves[1].key})) == Choice(components=("Login",))


def test_nothing_ticked_is_no_choice() -> None:
    assert watching.chosen(watching.branches(PROVIDER, (LISTED,)), frozenset()) is None


def test_a_name_that_two_components_bear_is_kept_by_id() -> None:
    tree = watching.branches(
        None, (state(component("API", id="a", group="East"), component("API", id="b", group="West")),)
    )

    keys = frozenset({tree[1].leaves[0].key})

    assert watching.chosen(tree, keys) == Choice(components=("b",))
    assert watching.ticked(tree, Choice(components=("b",))) == keys


def test_what_was_chosen_and_is_gone_can_be_seen_and_taken_out() -> None:
    choice = Choice(components=("Vanished", "Docs"))
    tree = watching.branches(PROVIDER, (LISTED,), choice)

    keys = watching.ticked(tree, choice)

    assert (tree[-1].name, [each.name for each in tree[-1].leaves]) == ("Not listed by the page", ["Vanished"])
    assert watching.chosen(tree, keys) == Choice(components=("Docs", "Vanished"))
    assert watching.chosen(tree, keys - {tree[-1].leaves[0].key}) == Choice(components=("Docs",))


def test_groups_of_several_pages_are_told_apart() -> None:
    other = StatusPage(id="other", name="Other page", url="https://other.example")

    tree = watching.branches(None, (state(component("A")), state(component("B"), page=other)))

    assert [each.name for each in tree] == ["Acme", "Other page"]


def test_hosts_are_those_of_pages_and_of_their_second_addresses() -> None:
    page = StatusPage(id="a", name="A", url="https://b.example/path", fallback_urls=("https://a.example:8443",))

    assert watching.hosts([page, PAGE]) == ("a.example:8443", "b.example", "status.acme.example")


def test_regions_are_for_platforms_that_report_by_them() -> None:
    cloud = replace(PAGE, platform="aws", options=MappingProxyType({"regions": "us-east-1"}))

    assert region_example((PAGE, cloud)) == "us-east-1, eu-central-1"
    assert regions_of((PAGE, cloud)) == "us-east-1"
    assert (region_example((PAGE,)), regions_of((PAGE,))) == ("", "")
