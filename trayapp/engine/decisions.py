"""Decisions about pop-ups on their way to the history and back."""

import msgspec

from trayapp.domain.alert import Alert, AlertKind, Decision
from trayapp.engine.updates import Decided
from trayapp.storage.history import StoredDecision


def stored(decision: Decision) -> StoredDecision:
    """Return a decision as the history keeps it."""
    alert = decision.alert
    return StoredDecision(
        at=alert.at,
        kind=alert.kind.value,
        title=alert.title,
        told=decision.told,
        reason=decision.reason.value,
        page_id=alert.page_id,
        incident_id=alert.incident_id,
        alert=msgspec.json.encode(alert).decode(),
    )


def recalled(kept: StoredDecision) -> Decided:
    """Return a decision as it was made; of one from before alerts were kept whole, what is known of it."""
    try:
        alert = msgspec.json.decode(kept.alert, type=Alert)
    except msgspec.MsgspecError:
        kind = AlertKind(kept.kind) if kept.kind in set(AlertKind) else AlertKind.NOTICE
        alert = Alert(kind=kind, at=kept.at, page_id=kept.page_id, incident_id=kept.incident_id, title=kept.title)
    return Decided(alert, kept.told, kept.reason)
