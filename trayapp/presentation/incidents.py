"""What the page "Incidents" shows: a row each, the detail of one, and the question behind the filters."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum
from gettext import gettext as _
from gettext import ngettext
from types import MappingProxyType

from msgspec import Struct

from trayapp.domain.incident import Impact, Incident, Maintenance
from trayapp.domain.ledger import Ledger, Tally, tally
from trayapp.domain.record import IncidentQuery, StoredIncident, UpdateVersion
from trayapp.domain.verdict import VerdictId
from trayapp.presentation.ages import clock, duration
from trayapp.presentation.now import TEXT_LIMIT
from trayapp.presentation.tray import clipped
from trayapp.presentation.verdict import brief
from trayapp.presentation.words import Mark, impact_word, phase_word

LIMIT = 2000
"""Incidents read at the most; more than that no person scrolls through."""
COLUMNS_UNTRANSLATED = ("Started", "Page", "Title", "Phase", "Impact", "Duration")
_DETAIL_LIMIT = 20_000
_VERDICTS = frozenset(VerdictId)


class Period(Enum):
    """How far back to look; the values are days, 0 for everything."""

    DAY = 1
    WEEK = 7
    MONTH = 30
    QUARTER = 90
    ALL = 0


class Openness(Enum):
    """Whether incidents go on."""

    ANY = "any"
    OPEN = "open"
    OVER = "over"


class Filters(Struct, frozen=True):
    """What a person looks for. ``page_id`` is empty for every page."""

    text: str = ""
    page_id: str = ""
    component: str = ""
    openness: Openness = Openness.ANY
    period: Period = Period.MONTH

    def query(self, now: datetime) -> IncidentQuery:
        """Return the question to the history; what it cannot answer, `rows` filters."""
        since = None
        if self.period is not Period.ALL:
            # Whole minutes: the same filters ask the same question for a while.
            since = now.replace(second=0, microsecond=0) - timedelta(days=self.period.value)
        page_ids = (self.page_id,) if self.page_id else ()
        return IncidentQuery(text=self.text, page_ids=page_ids, since=since, limit=LIMIT)

    @property
    def admits_gaps(self) -> bool:
        """Whether nothing is looked for that a time without a look cannot have."""
        return self == Filters(period=self.period)

    def admits(self, stored: StoredIncident) -> bool:
        """Return whether an incident passes the filters the history does not know."""
        wanted = self.component.casefold().strip()
        if wanted and not any(wanted in each.casefold() for each in stored.incident.components):
            return False
        return self.openness is Openness.ANY or (self.openness is Openness.OPEN) is goes_on(stored)


class IncidentRow(Struct, frozen=True):
    """One line of the table; ``cells`` in the order of the columns, ``order`` what each is sorted by."""

    key: str
    mark: Mark | None
    cells: tuple[str, ...]
    order: tuple[float | str, ...]


class VersionView(Struct, frozen=True):
    """An earlier text of an update."""

    heading: str
    text: str


class UpdateView(Struct, frozen=True):
    """One update; ``versions`` are its earlier texts, newest first, empty where it was never edited."""

    heading: str
    text: str
    versions: tuple[VersionView, ...] = ()


class Detail(Struct, frozen=True):
    """Everything known of one incident. ``url`` is as the page gave it: check it before it is opened.

    ``ledger`` is who knew of it when, a label and a line each.
    """

    key: str
    page_id: str
    mark: Mark | None
    title: str
    facts: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    updates: tuple[UpdateView, ...]
    url: str
    ledger: tuple[tuple[str, str], ...] = ()


def columns() -> tuple[str, ...]:
    """Return the headings of the table."""
    return tuple(_(each) for each in COLUMNS_UNTRANSLATED)


def key_of(stored: StoredIncident) -> str:
    """Return what tells an incident from every other; a maintenance may bear the id of an incident."""
    return key_for(stored.page_id, stored.incident.id, is_work=isinstance(stored.incident, Maintenance))


def key_for(page_id: str, incident_id: str, *, is_work: bool = False) -> str:
    """Return the key an incident has."""
    return "\n".join((page_id, "work" if is_work else "incident", incident_id))


def goes_on(stored: StoredIncident) -> bool:
    """Return whether an incident is open, as far as anybody can tell."""
    return stored.incident.is_open and stored.unlisted_since is None


def incident_row(stored: StoredIncident, names: Mapping[str, str], now: datetime) -> IncidentRow:
    """Return an incident as a line; ``names`` is by page id."""
    incident = stored.incident
    began = begun_at(stored)
    length = _length(stored, now)
    name = names.get(stored.page_id, stored.page_id)
    phase = _phase(stored)
    impact = impact_word(incident.impact)
    return IncidentRow(
        key=key_of(stored),
        mark=incident_mark(stored),
        cells=(
            clock(began, now),
            clipped(name, 60),
            clipped(incident.title, 200),
            phase,
            impact,
            _duration(stored, length),
        ),
        order=(
            began.timestamp(),
            name.casefold(),
            incident.title.casefold(),
            phase.casefold(),
            _IMPACT_ORDER.get(incident.impact, -1),
            length.total_seconds() if length is not None else -1.0,
        ),
    )


def incident_mark(stored: StoredIncident) -> Mark | None:
    """Return the shape beside an incident; what is over, and what has no impact, has none."""
    incident = stored.incident
    if isinstance(incident, Maintenance):
        return Mark.MAINTENANCE if incident.is_open and stored.unlisted_since is None else None
    if not incident.is_open or not incident.has_impact:
        return None
    return Mark.DEGRADED if stored.unlisted_since is None else Mark.UNKNOWN


def detail(stored: StoredIncident, names: Mapping[str, str], now: datetime) -> Detail:
    """Return everything known of an incident, in words and local times."""
    incident = stored.incident
    return Detail(
        key=key_of(stored),
        page_id=stored.page_id,
        mark=incident_mark(stored),
        title=clipped(incident.title, 500),
        facts=tuple(_facts(stored, names, now)),
        notes=tuple(_notes(stored, now)),
        updates=tuple(
            UpdateView(
                _posted(
                    phase_word(each.phase, clipped(each.said, 60)) if each.phase or each.said else "",
                    each.posted_at,
                    now,
                ),
                clipped(each.text, _DETAIL_LIMIT),
                tuple(_version(old, now) for old in stored.versions if old.update_id == each.id),
            )
            for each in incident.updates
        ),
        url=incident.url or "",
        ledger=ledger_lines(stored.ledger, now) if stored.ledger is not None else (),
    )


def ledger_lines(ledger: Ledger, now: datetime) -> tuple[tuple[str, str], ...]:
    """Return who knew of an incident when, against the moment the page says that it posted it."""
    read = clock(ledger.read_at, now)
    posted = _("{time}, read here {read}").format(time=clock(ledger.posted_at, now), read=read)
    return (
        (_("The page posted it"), posted),
        (_("You reported it"), _against(ledger, ledger.reported_at, now)),
        (_("Own checks saw it"), _against(ledger, ledger.checked_at, now)),
        (_("We told you"), _against(ledger, ledger.told_at, now)),
        *((_("Found when you asked"), _finding(at, said, now)) for at, said in ledger.findings),
    )


def tally_line(found: Iterable[StoredIncident]) -> str:
    """Return how own checks and reports fared against the pages; empty while there were none."""
    ledgers = [each.ledger for each in found if each.ledger is not None]
    parts = [
        _("{who}: {wins} before the page, {losses} not, {never} never").format(
            who=who, wins=counted.wins, losses=counted.losses, never=counted.never
        )
        for who, which in ((_("Own checks"), "checked_at"), (_("You"), "reported_at"))
        if (counted := tally(ledgers, which)) != Tally(never=len(ledgers))
    ]
    return " · ".join(parts)


def summary_line(found: Sequence[StoredIncident]) -> str:
    """Return how many lines the table has, and how own checks fared in them."""
    return " · ".join(filter(None, (count_line(len(found)), tally_line(found))))


def nothing_found(filters: Filters, *, is_anything_stored: bool) -> str:
    """Return why the table is empty."""
    if filters == Filters(period=filters.period) and not is_anything_stored:
        if filters.period is Period.ALL:
            return _("No incident has been seen yet. Those that come are kept here.")
        return _("No incident in this time. Choose a longer one to see more.")
    return _("No incident matches. Use fewer words, or a longer time.")


def count_line(count: int) -> str:
    """Return how many lines the table has."""
    if count >= LIMIT:
        return _("The newest {count} are shown.").format(count=LIMIT)
    return ngettext("{count} incident", "{count} incidents", count).format(count=count)


def period_words() -> Mapping[Period, str]:
    """Return the choices of time, in order."""
    return {
        Period.DAY: _("Last 24 hours"),
        Period.WEEK: _("Last 7 days"),
        Period.MONTH: _("Last 30 days"),
        Period.QUARTER: _("Last 90 days"),
        Period.ALL: _("All"),
    }


def openness_words() -> Mapping[Openness, str]:
    """Return the choices of open and resolved, in order."""
    return {Openness.ANY: _("Open and over"), Openness.OPEN: _("Open"), Openness.OVER: _("Over")}


def begun_at(stored: StoredIncident) -> datetime:
    """Return when it began, as told; else when we first saw it."""
    incident = stored.incident
    if isinstance(incident, Maintenance) and incident.scheduled_for is not None:
        return incident.scheduled_for
    return incident.started_at or stored.first_seen_at


def _phase(stored: StoredIncident) -> str:
    if stored.incident.is_open and stored.unlisted_since is not None:
        return _("No longer listed")
    return phase_word(stored.incident.phase, clipped(stored.incident.said, 60))


def _over_at(incident: Incident) -> datetime | None:
    if incident.resolved_at is not None:
        return incident.resolved_at
    if isinstance(incident, Maintenance) and not incident.is_open:
        return incident.scheduled_until
    return None


def _length(stored: StoredIncident, now: datetime) -> timedelta | None:
    """Return how long it took, or has gone on; nothing where the end was not seen."""
    over = _over_at(stored.incident)
    if over is None:
        if not goes_on(stored):
            return None
        over = now
    return max(over - begun_at(stored), timedelta(0))


def _duration(stored: StoredIncident, length: timedelta | None) -> str:
    if length is None:
        return _("end not seen")
    if not goes_on(stored):
        return duration(length)
    if isinstance(stored.incident, Maintenance) and not stored.incident.is_running:
        return ""
    return _("{duration} so far").format(duration=duration(length))


def _facts(stored: StoredIncident, names: Mapping[str, str], now: datetime) -> list[tuple[str, str]]:
    incident = stored.incident
    facts = [(_("Page"), clipped(names.get(stored.page_id, stored.page_id), 120)), (_("Phase"), _phase(stored))]
    if incident.impact is not None:
        facts.append((_("Impact, in the page's word"), impact_word(incident.impact)))
    if isinstance(incident, Maintenance):
        facts.extend(
            _moments(((_("Planned for"), incident.scheduled_for), (_("Until"), incident.scheduled_until)), now)
        )
    began = (_("Started"), incident.started_at) if incident.started_at else (_("First seen"), stored.first_seen_at)
    facts.extend(_moments((began, (_("Over"), incident.resolved_at)), now))
    length = _length(stored, now)
    if length is not None and goes_on(stored) is False:
        facts.append((_("Duration"), duration(length)))
    if incident.components:
        facts.append((_("Components"), clipped(", ".join(incident.components), 2000)))
    return facts


def _moments(told: tuple[tuple[str, datetime | None], ...], now: datetime) -> list[tuple[str, str]]:
    return [(label, clock(at, now)) for label, at in told if at is not None]


def _notes(stored: StoredIncident, now: datetime) -> list[str]:
    notes = []
    if stored.unlisted_since is not None:
        notes.append(
            _("The page no longer lists it, seen {time}; its end was not seen.").format(
                time=clock(stored.unlisted_since, now)
            )
        )
    for old in stored.earlier:
        changes = []
        if old.title != stored.incident.title:
            changes.append(_('its title was "{title}"').format(title=clipped(old.title, 200)))
        if old.impact is not stored.incident.impact:
            changes.append(_("its impact was {impact}").format(impact=impact_word(old.impact) or _("not said")))
        if old.started_at != stored.incident.started_at and old.started_at is not None:
            changes.append(_("its beginning was {time}").format(time=clock(old.started_at, now)))
        if changes:
            notes.append(
                _("Until {time}: {changes}.").format(time=clock(old.seen_until, now), changes="; ".join(changes))
            )
    return notes


def _finding(at: datetime, said: str, now: datetime) -> str:
    words = brief(VerdictId(said)) if said in _VERDICTS else _("unclear")
    return _("{time}, {finding}").format(time=clock(at, now), finding=words)


def _against(ledger: Ledger, at: datetime | None, now: datetime) -> str:
    lead = ledger.lead(at)
    if at is None or lead is None:
        return _("never")
    time = clock(at, now)
    if lead > timedelta(0):
        return _("{time}, {duration} before the page").format(time=time, duration=duration(lead))
    if lead < timedelta(0):
        return _("{time}, {duration} after the page").format(time=time, duration=duration(-lead))
    return _("{time}, together with the page").format(time=time)


def _posted(phase: str, at: datetime, now: datetime) -> str:
    time = clock(at, now)
    return f"{time} · {phase}" if phase else time


def _version(old: UpdateVersion, now: datetime) -> VersionView:
    return VersionView(
        _("As seen {time}").format(time=clock(old.seen_at, now)),
        clipped(old.text, TEXT_LIMIT * 4),
    )


_IMPACT_ORDER: Mapping[Impact | None, int] = MappingProxyType(
    {
        None: -1,
        Impact.NONE: 0,
        Impact.MAINTENANCE: 1,
        Impact.MINOR: 2,
        Impact.MAJOR: 3,
        Impact.CRITICAL: 4,
    }
)
