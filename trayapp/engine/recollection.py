"""What the last looks brought, kept so that an unchanged page costs neither bytes nor parsing."""

import zlib
from collections import OrderedDict
from collections.abc import Mapping
from hashlib import blake2b
from types import MappingProxyType

from msgspec import Struct, field

from trayapp.exchange import Request, Response

_SQUEEZED_LIMIT = 65_536
"""Bytes of a compressed body we keep; a larger one is fetched whole each time."""
_URLS_LIMIT = 8
_KEYS_LIMIT = 300
_VALIDATOR_LIMIT = 500
_CONDITIONAL_IN_A_ROW = 9
"""Then one look asks for the body in any case: some hosts never change an ETag while the body changes."""


class Step(Struct, frozen=True):
    """One request of a conversation and a digest of what came back."""

    request: Request
    digest: bytes

    @classmethod
    def of(cls, request: Request, response: Response) -> "Step":
        """Digest what an adapter can see of a response without asking the time."""
        seen = blake2b(response.body, digest_size=16)
        seen.update(f"\0{response.status}\0{response.url}\0{response.content_type}".encode("utf-8", "replace"))
        return cls(request, seen.digest())


class _Held(Struct):
    validators: Mapping[str, str]
    squeezed: bytes
    headers: Mapping[str, str]
    used: int = 0


class Recollection(Struct):
    """One page's last conversation with its outcome, and the bodies that have a validator."""

    steps: tuple[Step, ...] = ()
    outcome: object = None
    _held: dict[str, _Held] = field(default_factory=dict)

    def learn(self, steps: tuple[Step, ...], outcome: object) -> None:
        """Keep a conversation that came to a good end."""
        self.steps, self.outcome = steps, outcome

    def forget(self) -> None:
        """Drop the conversation; the bodies stay."""
        self.steps, self.outcome = (), None

    def validators(self, url: str) -> Mapping[str, str]:
        """Return the headers that make a request for ``url`` conditional; none where we hold no body."""
        held = self._held.get(url)
        if held is None or held.used >= _CONDITIONAL_IN_A_ROW:
            return {}
        held.used += 1
        return held.validators

    def hold(self, response: Response) -> None:
        """Keep a body that came with a validator, if it is small when compressed; forget the older one."""
        self._held.pop(response.url, None)
        validators = {
            name: value
            for name, source in (("if-none-match", "etag"), ("if-modified-since", "last-modified"))
            if (value := response.headers.get(source, "")) and value.isascii() and len(value) <= _VALIDATOR_LIMIT
        }
        if not validators or len(self._held) >= _URLS_LIMIT:
            return
        squeezed = zlib.compress(response.body)
        if len(squeezed) <= _SQUEEZED_LIMIT:
            kept = {name: value for name, value in response.headers.items() if name == "content-type"}
            self._held[response.url] = _Held(validators, squeezed, MappingProxyType(kept))

    def recall(self, url: str, headers: Mapping[str, str]) -> Response | None:
        """Return the body held for ``url`` as the 200 that a 304 stands for, with the newer headers."""
        held = self._held.get(url)
        if held is None:
            return None
        return Response(url, 200, zlib.decompress(held.squeezed), MappingProxyType({**held.headers, **headers}))


class Recollections:
    """One recollection per key, the least recently used ones forgotten."""

    def __init__(self) -> None:
        """Start with none."""
        self._by_key: OrderedDict[str, Recollection] = OrderedDict()

    def of(self, key: str) -> Recollection:
        """Return what we know of ``key``, from now on the most recently used."""
        found = self._by_key.setdefault(key, Recollection())
        self._by_key.move_to_end(key)
        if len(self._by_key) > _KEYS_LIMIT:
            self._by_key.popitem(last=False)
        return found
