"""The user's own catalogue over the bundled one."""

from trayapp.catalogue.lookup import Catalogue
from trayapp.catalogue.overlay import merge
from trayapp.domain.provider import Provider, StatusPage


def provider(provider_id: str, *page_ids: str, name: str = "", old_ids: tuple[str, ...] = ()) -> Provider:
    pages = tuple(
        StatusPage(id=each, name=each, url=f"https://{each}.example", provider_id=provider_id)
        for each in (provider_id, *page_ids)
    )
    return Provider(id=provider_id, name=name or provider_id, pages=pages, old_ids=old_ids)


def ids(catalogue: Catalogue) -> list[str]:
    return [each.id for each in catalogue.providers]


def test_nothing_of_the_user_changes_nothing() -> None:
    bundled = Catalogue((provider("acme"), provider("big")))

    assert merge(bundled, ()) == bundled


def test_the_user_s_provider_replaces_ours_whole() -> None:
    mine = provider("acme", name="Mine")

    merged = merge(Catalogue((provider("acme", "acme-eu"), provider("big"))), (mine,))

    assert ids(merged) == ["acme", "big"]
    assert merged.find("acme") == mine
    assert merged.page("acme-eu") is None
    assert merged.own == {"acme"}


def test_new_providers_are_added_in_order() -> None:
    merged = merge(Catalogue((provider("acme"), provider("big"))), (provider("zoo"), provider("bee")))

    assert ids(merged) == ["acme", "bee", "big", "zoo"]


def test_an_override_of_an_old_id_still_replaces() -> None:
    bundled = Catalogue((provider("acme-ai", old_ids=("acme", "acme-labs")),))

    merged = merge(bundled, (provider("acme", name="Mine"),))

    assert ids(merged) == ["acme"]
    assert [getattr(merged.find(word), "name", None) for word in ("acme", "acme-ai", "acme-labs")] == ["Mine"] * 3


def test_a_replaced_provider_keeps_answering_to_its_old_ids() -> None:
    merged = merge(Catalogue((provider("acme", old_ids=("acme-labs",)),)), (provider("acme", name="Mine"),))

    assert merged.page("acme-labs") == merged.page("acme")


def test_a_page_id_the_user_took_is_no_longer_ours() -> None:
    mine = provider("mine", "acme-eu")

    merged = merge(Catalogue((provider("acme", "acme-eu"),)), (mine,))

    assert merged.page("acme-eu") == mine.pages[1]
    assert [page.id for each in merged.providers for page in each.pages].count("acme-eu") == 1


def test_where_a_word_means_two_the_user_s_is_found() -> None:
    mine = provider("mine", name="Acme")

    merged = merge(Catalogue((provider("a", name="Acme"),)), (mine,))

    assert merged.find("acme") == mine
