"""From wishes to pages: what an entry says of itself reaches the adapter and the network."""

from types import MappingProxyType

import pytest

from trayapp.catalogue.lookup import Catalogue
from trayapp.domain.alert import Level
from trayapp.domain.provider import Access, Login, Provider, StatusPage
from trayapp.engine.watchlist import named, watchlist
from trayapp.storage.settings import Alerts, Settings, Watch

CLOUD = StatusPage(
    id="cloud",
    name="Cloud",
    url="https://health.cloud.example",
    platform="aws",
    provider_id="cloud",
    options=MappingProxyType({"regions": "us-east-1", "other": "word"}),
)
CATALOGUE = Catalogue((Provider(id="cloud", name="Cloud", pages=(CLOUD,)),))


def page_of(wish: Watch) -> StatusPage:
    (page,) = watchlist(Settings(watch=(wish,)), CATALOGUE).pages
    return page


def test_a_person_chooses_the_regions_of_a_catalogued_page() -> None:
    chosen = page_of(Watch(provider="cloud", options=MappingProxyType({"regions": "eu-west-1"})))

    assert chosen.options == {"regions": "eu-west-1", "other": "word"}
    assert page_of(Watch(provider="cloud")).options == CLOUD.options


def test_own_monitoring_brings_its_way_in_along() -> None:
    wish = Watch(url="http://am.lan:9093", internal=True, login=Login.BEARER, secret="env:TOKEN", ca="/own.pem")

    assert page_of(wish).access == Access(ca="/own.pem", login=Login.BEARER, secret="env:TOKEN")


def test_pages_of_one_host_are_all_watched_each_once() -> None:
    urls = ("https://up.example/status/a", "https://up.example/status/b", "https://up.example/status/a/")
    found = watchlist(Settings(watch=tuple(Watch(url=each) for each in urls)), CATALOGUE).pages

    assert [each.id for each in found] == ["up.example", "up.example/status/b"]
    assert [each.url for each in found] == list(urls[:2])


def test_a_page_nobody_watches_is_found_by_its_name_too() -> None:
    page = StatusPage(id="nimbus", name="Nimbus Weather", url="https://nimbus.example", provider_id="sky")
    catalogue = Catalogue((Provider(id="sky", name="Sky", pages=(page,)),))

    assert named("nimbus WEATHER", Settings(watch=()), catalogue) == (page,)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Cloud", "cloud"),
        ("clouds", "cloud"),
        ("own.exampel", ""),
        ("nobody", ""),
        ("cloud", ""),
        ("own.example/b", ""),
    ],
)
def test_a_name_that_is_nobodys_is_found_out_where_it_is_like_one_of_the_catalogue(name: str, meant: str) -> None:
    alerts = Alerts(providers=MappingProxyType({name: Level.MUTE, "own.example": Level.OUTAGES}))
    wishes = (Watch(provider="cloud"), *(Watch(url=f"https://own.example/{path}") for path in "ab"))

    problems = watchlist(Settings(watch=wishes, alerts=alerts), CATALOGUE).problems

    assert [f"do you mean {meant!r}?" in each for each in problems] == ([True] if meant else [])


def test_a_provider_without_a_page_is_not_said_to_be_unknown() -> None:
    catalogue = Catalogue((Provider(id="pageless", name="Pageless AI"),))
    wishes = (Watch(provider="pageless"), Watch(provider="nobody"))

    pageless, nobody = watchlist(Settings(watch=wishes), catalogue).problems
    assert pageless.startswith("Pageless AI has no status page that can be watched.")
    assert "not in the catalogue" in nobody
