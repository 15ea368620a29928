"""Connection, proxy, TLS and the watched pages, as ``trayapp doctor`` sees them."""

import asyncio
import ssl
from datetime import timedelta
from gettext import gettext as _
from urllib.parse import urlsplit

from trayapp import bootstrap
from trayapp.cli.check import Check
from trayapp.domain.provider import StatusPage
from trayapp.domain.report import FailureKind
from trayapp.domain.snapshot import Snapshot
from trayapp.domain.verdict import BaselineKind, BaselineState
from trayapp.engine.baseline import ask_baseline
from trayapp.engine.certificates import trusted_store
from trayapp.engine.clock import Clock
from trayapp.engine.hosts import DEFAULT_HOSTS
from trayapp.engine.proxies import BrokenProxy, proxy_for
from trayapp.engine.survey import survey
from trayapp.engine.watchlist import watchlist

_PATIENCE = timedelta(seconds=10)
_ANY_HOST = "status.openai.com"
"""The proxy may depend on the host: this one is watched by most."""

_ADVICE = {
    FailureKind.DNS: "Check the DNS server, a VPN or a blocker: this name cannot be resolved.",
    FailureKind.OFFLINE: "Connect to a network.",
    FailureKind.PROXY: "Correct [proxy] in the settings, or the system's proxy.",
    FailureKind.TLS: "Check the clock, and whether a company or antivirus program intercepts TLS: "
    "the system must trust its certificate.",
    FailureKind.TIMEOUT: "Check the network, a firewall or a proxy.",
    FailureKind.REFUSED: "Check a firewall or a blocker.",
    FailureKind.MOVED: "Use the new address in the settings.",
    FailureKind.HTTP_ERROR: "The host refuses this program or has trouble; try again later.",
}


def network_checks(mine: bootstrap.Home) -> list[Check]:
    """Ask two well-known hosts and every watched page, side by side."""
    pages = watchlist(mine.settings, mine.catalogue).pages
    snapshot, own = asyncio.run(_ask(mine, pages))
    checks = []
    kinds = {FailureKind.TLS} if own.kind is BaselineKind.INTERCEPTED else set()
    for state in snapshot.pages:
        failure = state.failure
        if failure is None:
            checks.append(Check(f"page:{state.page.id}", state.page.name, ok=True, detail=state.page.url))
            continue
        kinds.add(failure.kind)
        advice = _ADVICE.get(failure.kind, "Open the address in a browser and compare.")
        checks.append(
            Check(f"page:{state.page.id}", state.page.name, ok=False, detail=failure.detail, advice=_(advice))
        )
    answers = any(state.failure is None for state in snapshot.pages)
    return [_connection(own, has_answer=answers), _proxy(mine, kinds), _tls(kinds), *checks]


async def _ask(mine: bootstrap.Home, pages: tuple[StatusPage, ...]) -> tuple[Snapshot, BaselineState]:
    clock = Clock()
    network = bootstrap.network_for(mine.settings)
    hosts = mine.settings.baseline.hosts or DEFAULT_HOSTS
    try:
        snapshot, own = await asyncio.gather(
            survey(pages, bootstrap.network_for(mine.settings), mine.settings.polling.idle, _PATIENCE),
            ask_baseline(network, hosts, BaselineState(), clock.now),
        )
    finally:
        await network.close()
    return snapshot, own


def _connection(own: BaselineState, *, has_answer: bool) -> Check:
    """Say whether this computer reaches the internet; a page that answers proves it, whatever the hosts say."""
    name = _("Network")
    said = ", ".join(f"{urlsplit(each.url).hostname}: {each.detail.rstrip('.') or each.code}" for each in own.answers)
    if own.kind is BaselineKind.OK:
        return Check("network", name, ok=True, detail=said)
    if own.kind is BaselineKind.PORTAL:
        advice = _("Open a browser: this network wants you to log in first.")
        return Check("network", name, ok=None if has_answer else False, detail=said, advice=advice)
    if own.kind is BaselineKind.INTERCEPTED:
        return Check("network", name, ok=None if has_answer else False, detail=said, advice=_(_ADVICE[FailureKind.TLS]))
    advice = _("Connect to a network; or name other hosts in [baseline] if these are blocked here.")
    return Check("network", name, ok=None if has_answer else False, detail=said, advice=advice)


def _proxy(mine: bootstrap.Home, kinds: set[FailureKind]) -> Check:
    """Say which proxy is used. Its address may hold a password: host and port are all that is shown."""
    proxy = mine.settings.proxy
    found = proxy_for(proxy.mode.value, proxy.url, scheme="https", host=_ANY_HOST, port=443)
    advice = _("Correct [proxy] in the settings (mode is system, none or url), or the system's proxy.")
    if isinstance(found, BrokenProxy):
        return Check("proxy", _("Proxy"), ok=False, detail=found.detail, advice=advice)
    how = {"system": _("as the system says: {proxy}"), "none": "{proxy}", "url": _("as set: {proxy}")}
    detail = how[proxy.mode.value].format(proxy=_("none") if found is None else found.shown)
    return Check("proxy", _("Proxy"), ok=FailureKind.PROXY not in kinds, detail=detail, advice=advice)


def _tls(kinds: set[FailureKind]) -> Check:
    """Say whom this computer trusts, and whether something on the way is not trusted."""
    store = trusted_store()
    detail = f"{ssl.OPENSSL_VERSION}; " + (store or _("there is no store of certificates"))
    if not store:
        return Check("tls", "TLS", ok=False, detail=detail, advice=_("On Debian: apt install ca-certificates."))
    return Check("tls", "TLS", ok=FailureKind.TLS not in kinds, detail=detail, advice=_(_ADVICE[FailureKind.TLS]))
