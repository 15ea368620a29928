"""What a person says about a key to be; apart from the work, so that the icon need not wait for the probes."""

from dataclasses import dataclass

from trayapp.domain.keys import KeyRef


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """What a person says about a key when adding it. ``base_url`` and ``host`` are set together, once approved."""

    provider: str
    label: str = ""
    reference: str = ""
    session_only: bool = False
    host: str = ""
    base_url: str = ""
    organisation: str = ""
    project: str = ""
    region: str = ""
    resource: str = ""
    is_checked: bool = True

    def ref(self) -> KeyRef:
        """Return the metadata of the key to be; it has no id yet."""
        return KeyRef(
            id="",
            label=self.label,
            provider=self.provider,
            reference=self.reference,
            host=self.host,
            base_url=self.base_url,
            organisation=self.organisation,
            project=self.project,
            region=self.region,
            resource=self.resource,
            is_checked=self.is_checked,
        )
