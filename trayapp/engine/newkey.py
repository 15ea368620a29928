"""What a person says about a key to be; apart from the work, so that the icon need not wait for the probes."""

from datetime import UTC, date, datetime, time, timedelta

from msgspec import Struct

from trayapp.domain.keys import CheckLevel, KeyRef


class NewKey(Struct, frozen=True, kw_only=True):
    """What a person says about a key when adding it. ``base_url`` and ``host`` are set together, once approved.

    ``expires_at`` is UTC. ``reads_balance`` allows a second free request with each check.
    """

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
    expires_at: datetime | None = None
    reads_balance: bool = False

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
            expires_at=self.expires_at,
            level=CheckLevel.BALANCE if self.reads_balance else CheckLevel.FREE,
        )


def end_of_day(text: str) -> datetime | None:
    """Return the end of a day written as 2026-12-31 (UTC); ``None`` where it is no day."""
    try:
        found = date.fromisoformat(text.strip())
        return datetime.combine(found, time(), UTC) + timedelta(days=1)
    except (ValueError, OverflowError):
        return None
