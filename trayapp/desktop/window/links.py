"""Opens links: the one place that hands an address to the system, and only after a look at it."""

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from trayapp.formats.address import same_site_link


def may_open(link: str, page_url: str) -> bool:
    """Return whether a link is https, names no user, and leads to the page's own site."""
    return _safe(link, page_url) is not None


def open_link(link: str, page_url: str) -> bool:
    """Open a link of a page in the browser, if it may be; return whether the system took it."""
    safe = _safe(link, page_url)
    return safe is not None and QDesktopServices.openUrl(QUrl(safe, QUrl.ParsingMode.StrictMode))


def _safe(link: str, page_url: str) -> str | None:
    """Return the link as it is opened. Python and Qt must read the same host in it: else one of them is fooled."""
    checked = same_site_link(link, page_url)
    if checked is None:
        return None
    url = QUrl(checked, QUrl.ParsingMode.StrictMode)
    if not url.isValid() or url.userInfo() or same_site_link(bytes(url.toEncoded().data()).decode(), page_url) is None:
        return None
    return checked
