"""A catalogue that came without a release, and which one counts."""

import json

import pytest

from tests.signing import ACME, catalogue
from trayapp.catalogue.loader import read, read_bundled
from trayapp.catalogue.lookup import Catalogue
from trayapp.catalogue.overlay import Edition, stacked
from trayapp.catalogue.published import PublishedCatalogueError, published, read_published
from trayapp.catalogue.tables import CatalogueError
from trayapp.storage.resources import resource, resource_texts

OURS = ACME.replace("Acme", "Shipped Acme")
SHIPPED = Edition(5, read_bundled([("ai.toml", OURS)]))


def edition(serial: int) -> Edition:
    return Edition(serial, read_published(catalogue(ACME + '[new]\nname = "New"\nnote = "No page."\n')))


def names(found: Catalogue) -> list[str]:
    return [each.name for each in found.providers]


def test_what_ships_can_be_published_and_read_again() -> None:
    texts = resource_texts("catalogue", suffix=".toml")

    assert read_published(published(texts)) == read_bundled(texts)
    assert int(resource("catalogue", "serial").read_text(encoding="utf-8")) > 0


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "[]",
        "{}",
        json.dumps({"ai.toml": 1}),
        json.dumps({"ai.toml": "[broken"}),
        json.dumps({"ai.toml": "[a]\nx = 1"}),
    ],
)
def test_what_cannot_be_read_strictly_is_not_used_at_all(payload: str) -> None:
    with pytest.raises(PublishedCatalogueError, match="published catalogue"):
        read_published(payload)


def test_a_mistake_is_found_before_anything_is_published() -> None:
    with pytest.raises(CatalogueError):
        published((("ai.toml", "[broken"),))


def test_a_newer_edition_takes_the_place_of_the_shipped_one_whole() -> None:
    found, is_published = stacked(SHIPPED, edition(6), ())

    assert (names(found), is_published) == (["Acme", "New"], True)


@pytest.mark.parametrize("published_edition", [edition(5), edition(4), None])
def test_without_a_newer_edition_the_shipped_one_counts(published_edition: Edition | None) -> None:
    found, is_published = stacked(SHIPPED, published_edition, ())

    assert (names(found), is_published) == (["Shipped Acme"], False)


@pytest.mark.parametrize("serial", [4, 6])
def test_the_users_own_always_wins(serial: int) -> None:
    own = read(ACME.replace("Acme", "My Acme"), "catalogue.toml")

    found, _is_published = stacked(SHIPPED, edition(serial), own)

    assert names(found)[0] == "My Acme"
    assert found.own == {"acme"}
