"""What to ask a provider, as a conversation: requests without the key out, an answer about the key back.

The key never comes here. A request names no key; the driver adds it in the header that ``Probe.auth`` says, to the
one host the person approved. A request whose own headers hold that header with an empty value is to go without it.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import urlsplit

from msgspec import Struct, field
from msgspec.structs import replace

from trayapp.domain.keys import BEARER, Auth, CheckLevel, Facts, KeyAnswer, KeyHealth, KeyRef, Reachability
from trayapp.exchange import DEFAULT_LIMIT, Exchange, Request, Response
from trayapp.probes.dialect import SENTENCES
from trayapp.probes.verdict import classify

_NO_HEADERS: Mapping[str, str] = MappingProxyType({})
_NO_HOSTS: Mapping[str, str] = MappingProxyType({})
_ANY_STATUS = range(200, 600)
_SUCCEEDED = range(200, 300)
_REFUSED = frozenset({401, 403})
_KEPT_OUT = frozenset({KeyHealth.BLOCKED_IP, KeyHealth.BLOCKED_REGION})
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}", re.ASCII)
_PLAIN_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_ONE_PAGE = re.compile(r"[?&](?:limit|page_?size)=1\b", re.IGNORECASE)
_LIST = frozenset({"models", "model_count"})
"""Facts that only a whole list may tell: a list of one says nothing of what a key may use."""
_PLACE = re.compile(r"\{(\w+)\}")

_MONEY = frozenset({KeyHealth.NO_CREDIT, KeyHealth.SPEND_LIMIT, KeyHealth.SUSPENDED, KeyHealth.EXPIRED})
"""What a second question may add to a good first answer; a balance that may not be read says nothing bad."""


class KeyAsk(Struct, frozen=True, kw_only=True):
    """What the engine tells a probe before a check.

    ``base_url`` is the address the key was approved for, without a slash at its end; empty for the provider's own.
    ``region``, ``organisation``, ``project`` and ``resource`` (Azure) are the person's settings. ``level`` is how
    much the check may do; a paid call is never made by ``check``.
    """

    provider: str
    base_url: str = ""
    host: str = ""
    region: str = ""
    organisation: str = ""
    project: str = ""
    resource: str = ""
    level: CheckLevel = CheckLevel.FREE


class Step(Struct, frozen=True, kw_only=True):
    """One request. ``price`` is for a person where it costs something; ``{project}`` in the path is filled in."""

    path: str
    method: str = "GET"
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=lambda: _NO_HEADERS)
    limit: int = DEFAULT_LIMIT
    price: str = ""


class Probe(Struct, frozen=True, kw_only=True):
    """How one provider's keys are checked for free.

    ``host`` may hold ``{region}`` or ``{resource}``; ``hosts`` are its other hosts by region, the only ones. ``free``
    is ``None`` where no free check is known. ``balance`` needs the person's consent, ``paid`` consent and a price.
    ``needs`` names the settings without which nothing can be asked. ``compares`` asks without the key, too: the same
    good answer both times proves nothing. ``hides_empty`` is true where the free check says "works" for an account
    without credit. ``shape`` and ``wrong`` are hints, never a reason to refuse a key.
    """

    provider: str
    name: str
    host: str = ""
    free: Step | None = None
    auth: Auth = BEARER
    hosts: Mapping[str, str] = field(default_factory=lambda: _NO_HOSTS)
    balance: Step | None = None
    paid: Step | None = None
    needs: tuple[str, ...] = ()
    defaults: Mapping[str, str] = field(default_factory=lambda: _NO_HOSTS)
    compares: bool = False
    hides_empty: bool = True
    needs_key: bool = True
    scheme: str = "https"
    docs: str = ""
    env: tuple[str, ...] = ()
    shape: str = ""
    wrong: tuple[tuple[str, str], ...] = ()
    advice: str = ""

    def base_for(self, ref: KeyRef) -> str:
        """Return the address a key of these settings is sent to, or an empty string where a setting is missing."""
        return self._base(ask_for(ref, ref.base_url))

    def missing(self, ask: KeyAsk) -> tuple[str, ...]:
        """Return the names of the needed settings that are missing or not plain names."""
        return tuple(name for name in self.needs if not self._setting(name, ask))

    def check(self, ask: KeyAsk) -> Exchange[KeyAnswer]:
        """Ask for free, then for the balance where ``ask.level`` allows it, and say what both answers mean."""
        base = self._base(ask)
        if self.free is None or not base:
            return self._unasked(ask)
        first = yield from self._asked(self.free, ask, base)
        if _ONE_PAGE.search(self.free.path):
            first = replace(first, facts=Facts({name: each for name, each in first.facts.items() if name not in _LIST}))
        if self.compares and first.health in {KeyHealth.OK, KeyHealth.UNCHECKED} and _got_through(first):
            first = yield from self._compared(self.free, first, ask, base)
        if self.balance is None or ask.level < CheckLevel.BALANCE or not (_got_through(first) and first.health.works):
            return first
        path = _filled(self.balance.path, {**_settings(ask), **first.facts})
        if path is None:
            return first
        second = yield from self._asked(replace(self.balance, path=path), ask, base, optional=True)
        return _joined(first, second)

    def check_paid(self, ask: KeyAsk) -> Exchange[KeyAnswer]:
        """Make the one call that costs something; only ever when a person has just agreed to ``paid.price``."""
        base = self._base(ask)
        if self.paid is None or not base:
            return self._unasked(ask)
        answer = yield from self._asked(self.paid, ask, base)
        return replace(answer, level=CheckLevel.PAID) if _got_through(answer) else answer

    def _asked(self, step: Step, ask: KeyAsk, base: str, *, optional: bool = False) -> Exchange[KeyAnswer]:
        response = yield replace(self._request(step, ask, base), optional=optional)
        return _read(self.provider, response)

    def _compared(self, step: Step, first: KeyAnswer, ask: KeyAsk, base: str) -> Exchange[KeyAnswer]:
        """Ask the same without the key: only a refusal proves that the key made the difference."""
        request = self._request(step, ask, base)
        response = yield replace(request, headers={**request.headers, self.auth.header: ""}, optional=True)
        keyless = _read(self.provider, response)
        if keyless.health is KeyHealth.REJECTED or (
            response.status in _REFUSED and keyless.health not in _KEPT_OUT and _got_through(keyless)
        ):
            return replace(first, health=KeyHealth.OK, reason=SENTENCES[KeyHealth.OK])
        if response.status in _SUCCEEDED and _got_through(keyless):
            reason = "The server answers without a key as well, so this proves nothing about the key."
        else:
            reason = "The server answers, but whether it looks at the key could not be found out this time."
        return replace(first, health=KeyHealth.UNCHECKED, reason=reason)

    def _request(self, step: Step, ask: KeyAsk, base: str) -> Request:
        path = _filled(step.path, {**self.defaults, **_settings(ask)}) or ""
        headers = {name: text for name, text in step.headers.items() if not _PLACE.search(text)}
        for name, text in step.headers.items():
            if _PLACE.search(text) and (filled := _filled(text, _settings(ask))):
                headers[name] = filled
        if not self.needs_key:
            headers[self.auth.header] = ""
        return Request(
            url=joined_address(base, path),
            accept=_ANY_STATUS,
            headers=headers,
            limit=step.limit,
            method=step.method,
            body=step.body,
        )

    def _base(self, ask: KeyAsk) -> str:
        if self.missing(ask):
            return ""
        if ask.base_url:
            return ask.base_url.rstrip("/")
        host = self.hosts.get(ask.region.strip().casefold(), self.host)
        values = {name: self._setting(name, ask) for name in ("region", "resource")}
        filled = _PLACE.sub(lambda place: values.get(place.group(1), ""), host)
        return f"{self.scheme}://{filled}" if filled and ".." not in filled else ""

    def _setting(self, name: str, ask: KeyAsk) -> str:
        """Return a setting fit for an address, or an empty string: a host must not be made from just any text."""
        if name == "base_url":
            return ask.base_url
        value = (_settings(ask).get(name) or self.defaults.get(name, "")).strip()
        if name in {"region", "resource"}:
            value = value.casefold()
            return value if _PLAIN_LABEL.fullmatch(value) else ""
        return value if _PLAIN_NAME.fullmatch(value) else ""

    def _unasked(self, ask: KeyAsk) -> KeyAnswer:
        if self.missing(ask):
            names = " and ".join(self.missing(ask)).replace("base_url", "address")
            return KeyAnswer(health=KeyHealth.MISCONFIGURED, reason=f"Without the {names} the key cannot be checked.")
        return KeyAnswer(health=KeyHealth.UNCHECKED, reason=f"No free check of {self.name} keys is known.")


def ask_for(ref: KeyRef, base: str) -> KeyAsk:
    """Return what to ask for a key, given the address that was approved for it (empty: the provider's own)."""
    return KeyAsk(
        provider=ref.provider,
        base_url=base,
        host=ref.host,
        region=ref.region,
        organisation=ref.organisation,
        project=ref.project,
        resource=ref.resource,
        level=ref.level,
    )


def joined_address(base: str, path: str) -> str:
    """Return ``path`` below ``base``; what ends the one and begins the other ("/v1" + "/v1/models") is said once."""
    own = [step for step in urlsplit(base).path.split("/") if step]
    wanted = [step for step in path.partition("?")[0].split("/") if step]
    for size in range(min(len(own), len(wanted)), 0, -1):
        if own[-size:] == wanted[:size]:
            return base.rstrip("/") + path[len("/" + "/".join(wanted[:size])) :]
    return f"{base.rstrip('/')}{path}"


def _settings(ask: KeyAsk) -> dict[str, str]:
    named = {
        "region": ask.region,
        "organisation": ask.organisation,
        "project": ask.project,
        "resource": ask.resource,
    }
    return {name: value.strip() for name, value in named.items() if value.strip()}


def _filled(template: str, values: Mapping[str, str]) -> str | None:
    """Return the template with its places filled, or ``None`` where one has no plain value."""
    names = _PLACE.findall(template)
    if not all(_PLAIN_NAME.fullmatch(values.get(name, "")) for name in names):
        return None
    return _PLACE.sub(lambda place: values[place.group(1)], template)


def _read(provider: str, response: Response) -> KeyAnswer:
    return classify(provider, response.status, response.headers, response.body)


def _got_through(answer: KeyAnswer) -> bool:
    return answer.reachability is Reachability.REACHED


def _joined(first: KeyAnswer, second: KeyAnswer) -> KeyAnswer:
    """Return the first answer with the second's facts, and its verdict where that is about money."""
    if not _got_through(second):
        return first
    facts = Facts({**first.facts, **second.facts})
    if second.health in _MONEY:
        return replace(second, facts=facts, level=CheckLevel.BALANCE)
    has_told = second.health.works or bool(second.facts)
    return replace(first, facts=facts, level=CheckLevel.BALANCE if has_told else first.level)
