"""Who is watched: providers, their status pages, and which components matter."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from msgspec import Struct, field

from trayapp.domain.report import Component

PLATFORMS = (
    "statuspage",
    "incidentio",
    "instatus",
    "betterstack",
    "googlecloud",
    "azure",
    "microsoft",
    "aws",
    "rootly",
    "datadog",
    "flashduty",
    "statusio",
    "cachet",
    "uptimekuma",
    "gatus",
    "alertmanager",
    "cstate",
    "upptime",
    "sorry",
    "salesforce",
    "slack",
    "openstatus",
    "feed",
)
"""What status pages run on, in the order they are asked whether a body is theirs.

Each is a module of ``trayapp.platforms``. A table rather than entry points of our own: it can be searched, and a
frozen build cannot lose it.
"""
PLATFORM_PLUGINS = "trayapp.platforms"
"""The group of entry points under which another package may offer one more."""


class ComponentRef(Struct, frozen=True):
    """One wanted component: by id, with the name as fallback (pages re-create components)."""

    id: str = ""
    name: str = ""

    def find(self, components: tuple[Component, ...]) -> tuple[Component, ...]:
        """Return the components meant: those with the id, else those whose name (or id) is the name."""
        if self.id:
            by_id = tuple(each for each in components if each.id == self.id)
            if by_id:
                return by_id
        if not self.name:
            return ()
        name = self.name.casefold().strip()
        return tuple(each for each in components if each.name.casefold().strip() == name or each.id == self.name)

    def find_loosely(self, components: tuple[Component, ...]) -> tuple[Component, ...]:
        """Return the components whose name has all the words of ours: "Bedrock" is a part of "Amazon Bedrock"."""
        words = set(self.name.casefold().split())
        return tuple(each for each in components if words and words <= set(each.name.casefold().split()))

    def __str__(self) -> str:
        """Return what a person would call it."""
        return self.name or self.id


class Product(Struct, frozen=True):
    """Something people use ("ChatGPT", "API") and the components it needs."""

    id: str
    name: str
    components: tuple[ComponentRef, ...] = ()


class Login(StrEnum):
    """How own monitoring asks who we are."""

    NONE = ""
    BEARER = "bearer"
    BASIC = "basic"


class Access(Struct, frozen=True, kw_only=True):
    """How own monitoring lets us in.

    ``ca``, ``certificate`` and ``certificate_key`` are files on this computer, in PEM. ``secret`` says where the token
    or the password is kept (``storage.logins``) and is never the secret itself; ``user`` is for a basic login.
    """

    ca: str = ""
    certificate: str = ""
    certificate_key: str = ""
    login: Login = Login.NONE
    user: str = ""
    secret: str = ""


NO_ACCESS = Access()

_NOTHING: Mapping[str, str] = MappingProxyType({})


class StatusPage(Struct, frozen=True, kw_only=True):
    """One status page to watch.

    ``id`` is the catalogue's, else host[:port]. ``platform`` is an adapter's name, empty until detected.
    ``url`` is the base address (or a deep link); ``fallback_urls`` are tried when it does not answer.
    ``watched`` is empty to watch every leaf component. ``options`` are platform-specific words
    (slug, regions, products), documented in each adapter.
    """

    id: str
    name: str
    url: str
    platform: str = ""
    provider_id: str = ""
    fallback_urls: tuple[str, ...] = ()
    watched: tuple[ComponentRef, ...] = ()
    internal: bool = False
    access: Access = NO_ACCESS
    options: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    note: str = ""
    """A caption where coverage is weak, shown beside the page."""


class Provider(Struct, frozen=True, kw_only=True):
    """A company in the catalogue. Addresses are https and belong to the provider."""

    id: str
    name: str
    pages: tuple[StatusPage, ...] = ()
    aliases: tuple[str, ...] = ()
    old_ids: tuple[str, ...] = ()
    products: tuple[Product, ...] = ()
    kind: str = "ai"
    console: str = ""
    billing: str = ""
    keys: str = ""
    news: str = ""
    chat: str = ""
    api_host: str = ""
    base_url: str = ""
    """What clients are given to reach its API; most speak OpenAI's language there."""
    base_env: str = ""
    """The variable that clients read it from; OpenAI's where it is empty."""
    key_env: str = ""
    """The variable that its users keep their key in."""
    note: str = ""
