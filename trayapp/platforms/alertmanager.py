"""Prometheus Alertmanager v2: ``/api/v2/alerts`` or, where the address names it, ``/api/v2/alerts/groups``.

Firing alerts are the incidents, and their alert names are the components; what is silenced, inhibited or muted
(``status.state`` "suppressed") does not count. No alert at all proves nothing, because a dead Prometheus looks the
same: so "fine" needs an alert that always fires (a watchdog). Options:

``severity.<word>``
    What a ``severity`` label means to us, in our words for a status: ``severity.page = "major_outage"``; with
    "operational" such alerts are listed without a colour. Built in: critical is a major outage; error, page, high and
    major a partial one; warning, medium and minor a degradation; info, none, low and debug only a notice. A word that
    is in no list is unknown; an alert without the label is a degradation.
``watchdog``
    The name of the alert that always fires. Without it Watchdog and DeadMansSwitch are looked for.
    "none": no watchdog, an empty list is taken for fine (then nobody notices a dead Prometheus).
``label.severity``
    The label that holds the severity, "severity" by default.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from trayapp.domain.incident import Impact, Incident, IncidentUpdate, Phase
from trayapp.domain.report import Absence, Component, StatusReport
from trayapp.domain.status import Status, worst
from trayapp.exchange import LARGE_LIMIT, Ask, Exchange, Platform, Request, Response, UnreadableResponseError
from trayapp.formats.address import endpoint, names
from trayapp.formats.body import decoded, matches
from trayapp.formats.text import one_line, plain, word
from trayapp.formats.times import instant

_ALERTS = "/api/v2/alerts"
_GROUPS = "/api/v2/alerts/groups"
_KNOWN = (_GROUPS, _ALERTS, "/api/v2/silences", "/api/v2/status", "/api/v2")
_SUPPRESSED = "suppressed"
_STATES = frozenset({"active", "unprocessed", _SUPPRESSED})
_WATCHDOGS = frozenset({"watchdog", "deadmansswitch"})
_NO_WATCHDOG = "none"

_SEVERITIES = {
    "critical": Status.MAJOR_OUTAGE,
    "emergency": Status.MAJOR_OUTAGE,
    "fatal": Status.MAJOR_OUTAGE,
    "disaster": Status.MAJOR_OUTAGE,
    "error": Status.PARTIAL_OUTAGE,
    "page": Status.PARTIAL_OUTAGE,
    "high": Status.PARTIAL_OUTAGE,
    "major": Status.PARTIAL_OUTAGE,
    "warning": Status.DEGRADED,
    "warn": Status.DEGRADED,
    "medium": Status.DEGRADED,
    "minor": Status.DEGRADED,
    "low": Status.OPERATIONAL,
    "info": Status.OPERATIONAL,
    "informational": Status.OPERATIONAL,
    "none": Status.OPERATIONAL,
    "debug": Status.OPERATIONAL,
}
_IMPACTS = {
    Status.OPERATIONAL: Impact.NONE,
    Status.MAINTENANCE: Impact.NONE,
    Status.DEGRADED: Impact.MINOR,
    Status.PARTIAL_OUTAGE: Impact.MAJOR,
    Status.MAJOR_OUTAGE: Impact.CRITICAL,
}
_TEXTS = ("summary", "description", "message", "help", "alert")
"""Annotations worth reading, in this order."""


class _State(msgspec.Struct):
    state: str


class _Alert(msgspec.Struct, rename="camel"):
    fingerprint: str
    labels: dict[str, str]
    status: _State
    starts_at: str
    annotations: dict[str, str] | None = None
    updated_at: str | None = None


class _Receiver(msgspec.Struct):
    name: str


class _Group(msgspec.Struct):
    alerts: list[_Alert]
    labels: dict[str, str]
    receiver: _Receiver


class _Meaning(Struct, frozen=True):
    """How this page's owner reads labels."""

    label: str
    severities: dict[str, Status | None]
    watchdog: str

    def of(self, alert: _Alert) -> Status | None:
        """Return what the alert's severity means; ``None`` for a word in no list."""
        said = alert.labels.get(self.label)
        return Status.DEGRADED if said is None else self.severities.get(said.strip().lower())

    def is_watchdog(self, alert: _Alert) -> bool:
        """Return whether the alert is the one that always fires."""
        name = _name(alert).lower()
        return name == self.watchdog.lower() if self.watchdog else name in _WATCHDOGS


def read(ask: Ask) -> Exchange[StatusReport]:
    """Read the alerts, as a list or in the owner's own groups."""
    meaning = _meaning(ask)
    response = yield Request(url=_asked(ask.url), limit=LARGE_LIMIT)
    if _holds_groups(ask.url, response):
        groups = decoded(response, list[_Group])
        alerts = [alert for group in groups for alert in group.alerts]
        incidents = tuple(_group_incident(group, meaning) for group in groups if _speaks(group.alerts, meaning))
    else:
        alerts = decoded(response, list[_Alert])
        incidents = tuple(_alert_incident(alert, meaning) for alert in _firing(alerts, meaning))

    components = _components(_firing(alerts, meaning), meaning)
    is_bad = any(each.status is None or each.status.is_bad for each in components)
    if not is_bad:
        _check_alive(alerts, meaning)
    return StatusReport(
        components=components,
        incidents=incidents,
        absence=Absence.OPERATIONAL,
        page_updated_at=max((at for at in (instant(each.updated_at) for each in alerts) if at), default=None),
    )


def recognises(response: Response) -> bool:
    """Know the two lists by their rows; an empty list could be anybody's."""
    if matches(response, list[_Alert]):
        return bool(decoded(response, list[_Alert]))
    return matches(response, list[_Group]) and bool(decoded(response, list[_Group]))


def _asked(url: str) -> str:
    """Return the address as it was given where it names a file: its query may hold the owner's filter."""
    path = _GROUPS if names(url, _GROUPS) else _ALERTS
    is_named = names(url, path) and urlsplit(url).query
    return url if is_named or urlsplit(url).path.endswith(".json") else endpoint(url, path, _KNOWN)


def _holds_groups(url: str, response: Response) -> bool:
    """Return whether the owner's groups were asked for; a copy under another name is told by its shape."""
    if urlsplit(url).path.endswith(".json"):
        return matches(response, list[_Group])
    return names(url, _GROUPS)


def _meaning(ask: Ask) -> _Meaning:
    """Read the options; a word of ours that is none makes that severity unknown instead of fine."""
    ours = {status.value: status for status in Status}
    chosen = {
        key.removeprefix("severity.").lower(): ours.get(value)
        for key, value in ask.options.items()
        if key.startswith("severity.")
    }
    return _Meaning(
        label=ask.options.get("label.severity", "severity"),
        severities={**_SEVERITIES, **chosen},
        watchdog=ask.options.get("watchdog", ""),
    )


def _check_alive(alerts: list[_Alert], meaning: _Meaning) -> None:
    """Raise unless something proves that alerts still reach the Alertmanager."""
    if meaning.watchdog.lower() == _NO_WATCHDOG:
        return
    if meaning.watchdog:
        if not any(meaning.is_watchdog(alert) for alert in alerts):
            raise UnreadableResponseError(
                f"The watchdog alert “{one_line(meaning.watchdog, 60)}” is missing: Prometheus may be dead."
            )
        return
    if not alerts:
        raise UnreadableResponseError(
            "No alert fires, and a dead Prometheus looks the same: name an alert that always fires as the watchdog."
        )


def _firing(alerts: Iterable[_Alert], meaning: _Meaning) -> Iterator[_Alert]:
    """Yield what fires, each alert once: groups repeat it for each receiver."""
    seen: set[str] = set()
    for alert in alerts:
        if alert.status.state not in _STATES:
            raise UnreadableResponseError(f"An alert is in the unknown state “{word(alert.status.state)}”.")
        if alert.status.state == _SUPPRESSED or alert.fingerprint in seen or meaning.is_watchdog(alert):
            continue
        seen.add(alert.fingerprint)
        yield alert


def _speaks(alerts: list[_Alert], meaning: _Meaning) -> bool:
    """Return whether a group is worth listing: it holds more than the watchdog."""
    return any(not meaning.is_watchdog(alert) for alert in alerts)


def _components(alerts: Iterable[_Alert], meaning: _Meaning) -> tuple[Component, ...]:
    """Return one component per alert name, with the worst severity that fires."""
    found: dict[str, list[_Alert]] = {}
    for alert in alerts:
        found.setdefault(_name(alert), []).append(alert)
    return tuple(
        Component(
            id=name,
            name=name,
            status=worst([meaning.of(alert) for alert in same]),
            said=", ".join(sorted({word(alert.labels.get(meaning.label)) for alert in same} - {""})),
        )
        for name, same in found.items()
    )


def _alert_incident(alert: _Alert, meaning: _Meaning) -> Incident:
    name = _name(alert)
    return Incident(
        id=alert.fingerprint,
        title=_title(alert),
        phase=Phase.INVESTIGATING,
        impact=_impact([meaning.of(alert)]),
        said=word(alert.labels.get(meaning.label)) or alert.status.state,
        started_at=instant(alert.starts_at),
        component_ids=(name,),
        components=(name,),
        updates=_text(alert),
    )


def _group_incident(group: _Group, meaning: _Meaning) -> Incident:
    """Return one incident per group, as its owner arranged them; one that is silenced as a whole has no colour."""
    firing = list(_firing(group.alerts, meaning))
    shown = firing or [alert for alert in group.alerts if not meaning.is_watchdog(alert)]
    labels = ", ".join(f"{key}={value}" for key, value in sorted(group.labels.items()) if key != "alertname")
    affected = tuple(dict.fromkeys(_name(alert) for alert in shown))
    title = group.labels.get("alertname") or (_title(shown[0]) if len(affected) == 1 else ", ".join(affected))
    return Incident(
        id=f"{group.receiver.name} {' '.join(f'{key}={value}' for key, value in sorted(group.labels.items()))}",
        title=one_line(f"{title} ({labels})" if labels else title),
        phase=Phase.INVESTIGATING if firing else None,
        impact=_impact([meaning.of(alert) for alert in firing]) if firing else Impact.NONE,
        said="active" if firing else _SUPPRESSED,
        started_at=_first(shown),
        component_ids=affected,
        components=affected,
        updates=tuple(
            sorted((one for alert in firing for one in _text(alert)), key=lambda one: one.posted_at, reverse=True)
        ),
    )


def _impact(meant: list[Status | None]) -> Impact | None:
    found = worst(meant)
    return None if found is None else _IMPACTS[found]


def _first(alerts: list[_Alert]) -> datetime | None:
    times = (instant(alert.starts_at) for alert in alerts)
    return min((at for at in times if at is not None), default=None)


def _title(alert: _Alert) -> str:
    said = (alert.annotations or {}).get("summary")
    return one_line(said) or _name(alert)


def _text(alert: _Alert) -> tuple[IncidentUpdate, ...]:
    posted_at = instant(alert.starts_at)
    notes = alert.annotations or {}
    where = ", ".join(f"{key}={value}" for key, value in sorted(alert.labels.items()) if key != "alertname")
    text = plain("\n".join([*(notes[key] for key in _TEXTS if notes.get(key)), where]))
    if posted_at is None:
        return ()
    return (IncidentUpdate(id=alert.fingerprint, phase=Phase.INVESTIGATING, posted_at=posted_at, text=text),)


def _name(alert: _Alert) -> str:
    return one_line(alert.labels.get("alertname")) or alert.fingerprint


PLATFORM = Platform(name="alertmanager", read=read, recognises=recognises, paths=(_ALERTS, _GROUPS))
