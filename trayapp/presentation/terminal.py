"""The terminal's view: plain lines of text, no colour, nothing that moves the cursor."""

from collections.abc import Mapping
from datetime import datetime
from gettext import gettext as _

from trayapp.domain.alert import Decision
from trayapp.domain.change import (
    Change,
    IncidentClosed,
    IncidentOpened,
    IncidentUpdated,
    LookFailed,
    StatusChanged,
)
from trayapp.domain.incident import Incident, Maintenance
from trayapp.domain.provider import Provider
from trayapp.domain.record import StoredIncident
from trayapp.domain.report import Component
from trayapp.domain.snapshot import PageState
from trayapp.presentation import ages, words
from trayapp.presentation.decisions import reason_sentence
from trayapp.presentation.drift import drift_sentences
from trayapp.presentation.wording import worded

_UPDATES_SHOWN = 1
_COMPONENTS_SHOWN = 12
_WORK_SHOWN = 3


def page_lines(state: PageState, now: datetime) -> list[str]:
    """Return what one look brought: the status, what is wrong with which component, and open incidents."""
    lines = [f"{state.page.name}: {words.status_word(state.shown)}"]
    if state.shown is None or state.failure is not None:
        lines.append(f"  {_why_unknown(state)}")
    judgement = state.judgement
    if judgement is not None and state.shown is not None:
        lines.append(f"  {words.because_sentence(judgement.because)}")
        lines.extend(_component_lines([each for each in judgement.watched if _is_worth_a_line(each)]))
        for incident in judgement.incidents:
            lines.extend(_incident_lines(incident, now))
    if state.report is not None and state.shown is not None:
        lines.extend(_work_lines([each for each in state.report.maintenances if each.is_open], now))
    lines.extend(f"  ! {each}" for each in drift_sentences(state, now))
    if state.page.note:
        lines.append("  " + _("Note: {note}").format(note=state.page.note))
    return lines


def change_line(change: Change, names: Mapping[str, str]) -> str:
    """Return one line for one change, with the local time in front."""
    name = names.get(change.page_id, change.page_id)
    return f"{_clock(change.at)}  {name}: {_change_words(change)}"


def decision_line(decision: Decision, names: Mapping[str, str]) -> str:
    """Return one line for what was decided about a pop-up, and why."""
    alert = decision.alert
    told = _("pop-up") if decision.told else _("no pop-up")
    said = worded(alert, names, alert.at).title
    return f"{_clock(alert.at)}  {told}: {said} - {reason_sentence(decision.reason.value)}"


def stored_lines(stored: StoredIncident, name: str, now: datetime) -> list[str]:
    """Return a stored incident in a few lines."""
    incident = stored.incident
    began = incident.started_at or stored.first_seen_at
    phase = words.phase_word(incident.phase, incident.said)
    lines = [f"{ages.clock(began, now)}  {name}: {incident.title} ({phase})"]
    if incident.resolved_at is not None:
        lines.append("  " + _("took {duration}").format(duration=ages.duration(incident.resolved_at - began)))
    elif stored.unlisted_since is not None:
        lines.append("  " + _("no longer listed by the page"))
    if incident.components:
        lines.append(f"  {', '.join(incident.components)}")
    return lines


def provider_lines(provider: Provider, *, detailed: bool = False) -> list[str]:
    """Return one provider of the catalogue; detailed, with what it offers and where its users manage things."""
    lines = [f"{provider.id:<18} {provider.name}"]
    lines.extend(f"    {page.url}  {page.platform or _('found out on first use')}" for page in provider.pages)
    if not provider.pages:
        lines.append("    " + _("no status page"))
    if detailed:
        lines.extend(f"    {name}: {value}" for name, value in _places(provider) if value)
    if provider.note:
        lines.append(f"    {provider.note}")
    return lines


def _places(provider: Provider) -> tuple[tuple[str, str], ...]:
    return (
        (_("also called"), ", ".join(provider.aliases)),
        (_("products"), ", ".join(each.name for each in provider.products)),
        (_("console"), provider.console),
        (_("billing"), provider.billing),
        (_("keys"), provider.keys),
        (_("news"), provider.news),
        (_("chat"), provider.chat),
        (_("API host"), provider.api_host),
        (_("base URL"), provider.base_url),
        (_("key variable"), provider.key_env),
    )


def _why_unknown(state: PageState) -> str:
    if state.failure is not None:
        return state.failure.detail
    if state.judgement is not None:
        return words.because_sentence(state.judgement.because)
    return _("Not looked at yet.")


def _is_worth_a_line(component: Component) -> bool:
    return component.status is None or component.status.is_bad or component.said == "under_maintenance"


def _component_lines(components: list[Component]) -> list[str]:
    lines = []
    for component in components[:_COMPONENTS_SHOWN]:
        name = f"{component.group} / {component.name}" if component.group else component.name
        said = component.said if component.status is None and component.said else words.status_word(component.status)
        lines.append(f"  - {name}: {said}")
    if len(components) > _COMPONENTS_SHOWN:
        lines.append("  " + _("... and {count} more").format(count=len(components) - _COMPONENTS_SHOWN))
    return lines


def _incident_lines(incident: Incident, now: datetime) -> list[str]:
    since = f", {ages.clock(incident.started_at, now)}" if incident.started_at is not None else ""
    lines = [f"  * {incident.title} ({words.phase_word(incident.phase, incident.said)}{since})"]
    lines.extend(
        f"    {ages.clock(each.posted_at, now)}  {each.text.splitlines()[0] if each.text else ''}"
        for each in incident.updates[:_UPDATES_SHOWN]
    )
    if incident.url:
        lines.append(f"    {incident.url}")
    return lines


def _work_lines(work: list[Maintenance], now: datetime) -> list[str]:
    """Return running work, and of what is planned the next."""
    running = [each for each in work if each.is_running]
    planned = sorted((each for each in work if not each.is_running), key=_begins)
    return [f"  ~ {each.title} ({_planned(each, now)})" for each in (*running[:_WORK_SHOWN], *planned[:1])]


def _begins(work: Maintenance) -> float:
    return work.scheduled_for.timestamp() if work.scheduled_for is not None else float("inf")


def _planned(work: Maintenance, now: datetime) -> str:
    parts = [words.phase_word(work.phase, work.said)]
    if work.scheduled_for is not None:
        parts.append(_("from {time}").format(time=ages.clock(work.scheduled_for, now)))
    if work.scheduled_until is not None:
        parts.append(_("until {time}").format(time=ages.clock(work.scheduled_until, now)))
    return ", ".join(parts)


def _change_words(change: Change) -> str:
    match change:
        case StatusChanged(before=before, after=after):
            return f"{words.status_word(before)} -> {words.status_word(after)}"
        case IncidentOpened(incident=incident):
            return _("incident: {title}").format(title=incident.title)
        case IncidentUpdated(incident=incident):
            return f"{incident.title}: {words.phase_word(incident.phase, incident.said)}"
        case IncidentClosed(incident=incident):
            return _("incident over: {title}").format(title=incident.title)
        case LookFailed(failure=failure):
            return _("cannot be read ({reason})").format(reason=words.failure_phrase(failure))
        case _:  # it works again
            return _("can be read again")


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone():%H:%M:%S}"
