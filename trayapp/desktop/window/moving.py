"""What to write into the settings when a status page has moved."""

from msgspec.structs import replace

from trayapp.domain.provider import StatusPage
from trayapp.storage.settings import Settings, Watch


def with_new_address(settings: Settings, page: StatusPage, address: str, *, is_only_page: bool) -> Settings | None:
    """Return the settings that watch a page at its new address, the same components of it; ``None`` without a change.

    An entry with an address of its own gets the new one. A provider of the catalogue is watched by its address
    from then on, unless it has other pages, which would be lost. Only https addresses are taken.
    """
    if not address.startswith("https://"):
        return None
    watch = tuple(_moved(each, page, address) if each.url or is_only_page else each for each in settings.watch)
    return replace(settings, watch=watch) if watch != settings.watch else None


def _moved(entry: Watch, page: StatusPage, address: str) -> Watch:
    if entry.url:
        if entry.url.rstrip("/") != page.url.rstrip("/"):
            return entry
        return replace(entry, url=address, platform="", internal=False)
    if not page.provider_id or entry.provider != page.provider_id:
        return entry
    words = tuple(each.name or each.id for each in page.watched)
    return replace(entry, url=address, name=page.name, products=(), components=words)
