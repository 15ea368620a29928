"""What the page "Now" shows: the sentence with its evidence, and one card a watched page."""

from datetime import datetime
from gettext import gettext as _
from gettext import ngettext

from msgspec import Struct

from trayapp.domain.incident import Impact, Incident, Maintenance
from trayapp.domain.judgement import Because, Judgement
from trayapp.domain.report import Component, FailureKind
from trayapp.domain.snapshot import PageState, Snapshot
from trayapp.domain.status import Status, worst
from trayapp.domain.verdict import PageVerdict, Verdict, VerdictId
from trayapp.presentation.ages import age, clock, long_date
from trayapp.presentation.drift import drift_sentences, joined
from trayapp.presentation.tray import NAME_LIMIT, clipped, tray_view
from trayapp.presentation.urgency import CALM, is_news, mark_of_page, most_urgent, urgency, verdict_mark
from trayapp.presentation.verdict import evidence_lines
from trayapp.presentation.verdict import sentence as verdict_sentence
from trayapp.presentation.words import (
    WORST_FIRST,
    Mark,
    because_sentence,
    failure_phrase,
    impact_word,
    mark_of,
    phase_word,
    status_word,
)

TEXT_LIMIT = 700
"""Characters of an update shown on a card; the page of incidents shows all of it."""
_EVIDENCE_INCIDENTS = 3
_EVIDENCE_PAGES = 12
_EVIDENCE_COMPONENTS = 8


class Headline(Struct, frozen=True):
    """The sentence at the top. It holds an age, so it is right only at the moment it was made for."""

    mark: Mark
    sentence: str
    detail: str = ""
    """What the status pages say, where the sentence is a verdict."""


class Evidence(Struct, frozen=True):
    """What the sentence rests on about one page, line by line."""

    name: str
    lines: tuple[str, ...]


class Card(Struct, frozen=True, kw_only=True):
    """One watched page. ``when`` holds ages and changes with every minute; the rest only with the page.

    ``new_address`` is where the page says it has moved, if that is an address a person may be offered.
    """

    page_id: str
    mark: Mark
    name: str
    headline: str
    when: str
    verdict: str = ""
    warnings: tuple[str, ...] = ()
    new_address: str = ""
    note: str = ""
    url: str = ""

    @property
    def spoken(self) -> str:
        """The card as one sentence, for those who hear it."""
        parts = (f"{self.name}: {self.headline}", self.verdict.rstrip("."), self.when, *self.warnings)
        return ". ".join(each for each in parts if each)


class ComponentRow(Struct, frozen=True):
    """One component. ``tooltip`` has the page's own word where it differs from ours."""

    key: str
    mark: Mark
    name: str
    word: str
    tooltip: str = ""


class ComponentGroup(Struct, frozen=True):
    """Components under one heading of the page; an empty name for those without one."""

    name: str
    mark: Mark
    rows: tuple[ComponentRow, ...]
    is_watched: bool = True


class OpenIncident(Struct, frozen=True):
    """An open incident, or planned work, with its newest update. ``url`` is as the page gave it: check it first.

    ``incident_id`` is empty for planned work: nothing pops up about it.
    """

    key: str
    mark: Mark
    title: str
    facts: str
    posted: str = ""
    text: str = ""
    url: str = ""
    incident_id: str = ""


def headline(snapshot: Snapshot, now: datetime, verdicts: tuple[PageVerdict, ...] = ()) -> Headline:
    """Return the most urgent verdict, with what the pages say below it; else what the pages say.

    What they say is the tray's sentence. It stands alone where all is fine or maintained, and before the first look.
    """
    view = tray_view(snapshot, now)
    told = most_urgent(snapshot, verdicts)
    if told is None:
        return Headline(view.mark, view.sentence)
    state, found = told
    return Headline(
        verdict_mark(state, found),
        verdict_sentence(found, clipped(state.page.name, NAME_LIMIT), now),
        _("Status pages: {sentence}").format(sentence=view.sentence),
    )


def evidence(snapshot: Snapshot, now: datetime, verdicts: tuple[PageVerdict, ...] = ()) -> tuple[Evidence, ...]:
    """Return what the sentence rests on, for at most twelve pages: those with an urgent verdict, else all.

    Without verdicts it is the bad pages, else the unknown ones, else all.
    """
    by_page = {each.page_id: each.verdict for each in verdicts}
    if not by_page:
        return _listed([Evidence(_name(each), page_evidence(each, now)) for each in _deciding(snapshot)])
    pages = sorted(
        (each for each in snapshot.pages if each.page.id in by_page),
        key=lambda each: urgency(each, by_page[each.page.id]),
    )
    urgent = [each for each in pages if by_page[each.page.id].id not in CALM] or pages
    return _listed([Evidence(_name(each), page_evidence(each, now, by_page[each.page.id])) for each in urgent])


def _deciding(snapshot: Snapshot) -> list[PageState]:
    status = worst(each.shown for each in snapshot.pages)
    if status is None:
        deciding = [each for each in snapshot.pages if each.shown is None]
    elif status is Status.OPERATIONAL:
        deciding = list(snapshot.pages)
    else:
        deciding = [each for each in snapshot.pages if each.shown is not None and each.shown >= status]
        deciding += [each for each in snapshot.pages if each.shown is not None and _is_lesser_trouble(each, status)]
    return deciding


def _listed(found: list[Evidence]) -> tuple[Evidence, ...]:
    if len(found) <= _EVIDENCE_PAGES:
        return tuple(found)
    rest = len(found) - _EVIDENCE_PAGES
    more = ngettext("and {count} more page", "and {count} more pages", rest).format(count=rest)
    return (*found[:_EVIDENCE_PAGES], Evidence(more, ()))


def page_evidence(state: PageState, now: datetime, found: Verdict | None = None) -> tuple[str, ...]:
    """Return what every signal said, then which page said what in its own words, when, and what we made of it."""
    lines = list(evidence_lines(found, now)) if found is not None else []
    judgement, report = state.judgement, state.report
    if judgement is not None and report is not None:
        lines.append(_("{host}: {reason}").format(host=_host(state.page.url), reason=_reason(state, judgement)))
        telling = [each for each in judgement.watched if each.status is not Status.OPERATIONAL]
        lines.extend(_component_line(each) for each in telling[:_EVIDENCE_COMPONENTS])
        if len(telling) > _EVIDENCE_COMPONENTS:
            rest = len(telling) - _EVIDENCE_COMPONENTS
            lines.append(ngettext("and {count} more component", "and {count} more components", rest).format(count=rest))
        if judgement.watched and not telling:
            count = len(judgement.watched)
            lines.append(
                ngettext(
                    "{count} watched component, marked operational",
                    "{count} watched components, all marked operational",
                    count,
                ).format(count=count)
            )
        lines.extend(
            _("Incident: {title} ({facts})").format(title=clipped(each.title, 120), facts=_facts(each, now))
            for each in judgement.incidents[:_EVIDENCE_INCIDENTS]
        )
        if report.indicator_said:
            lines.append(_('The page\'s own summary: "{said}"').format(said=clipped(report.indicator_said, 120)))
    if state.fetched_at is not None:
        lines.append(
            _("Answer of {time}, {age}").format(time=clock(state.fetched_at, now), age=age(state.fetched_at, now))
        )
    if state.failure is not None and state.failed_at is not None:
        lines.append(
            _("The look of {time} failed: {detail}").format(
                time=clock(state.failed_at, now), detail=clipped(state.failure.detail, 200)
            )
        )
    return tuple(lines) or (_("Not looked at yet."),)


def card(state: PageState, now: datetime, *, is_looking: bool = False, found: Verdict | None = None) -> Card:
    """Return one page as a card; what the page says gives way to a verdict that does not trust it."""
    moved = state.failure.moved_to if state.failure is not None else None
    return Card(
        page_id=state.page.id,
        mark=mark_of_page(state, found),
        name=_name(state),
        headline=_headline(state, now) if not _is_doubted(state, found) else _sentence(state, found, now),
        verdict=_page_says(state) if _is_doubted(state, found) else _sentence(state, found, now),
        when=when(state, now, is_looking=is_looking),
        warnings=_warnings(state, now),
        new_address=moved if moved and moved.startswith("https://") and moved.isascii() and moved.isprintable() else "",
        note=state.page.note,
        url=state.page.url,
    )


def when(state: PageState, now: datetime, *, is_looking: bool = False) -> str:
    """Return since when it is so, and how old the last answer is."""
    parts = []
    begin = _begin(state, now)
    if begin:
        parts.append(begin)
    if is_looking:
        parts.append(_("looking now..."))
    elif state.fetched_at is not None:
        parts.append(_("checked {age}").format(age=age(state.fetched_at, now)))
    elif state.looks:
        parts.append(_("no answer yet"))
    return " · ".join(parts)


def component_groups(state: PageState, now: datetime) -> tuple[ComponentGroup, ...]:
    """Return the watched components by group in the page's order, then those that are not watched.

    Of an answer that may no longer be shown only the names are: every component is unknown.
    """
    judgement, report = state.judgement, state.report
    if judgement is None or report is None:
        return ()
    is_believed = not state.is_stale(now) and (state.shown is not None or judgement.status is None)
    watched: dict[str, list[ComponentRow]] = {}
    for name in judgement.missing:
        row = ComponentRow(f"missing {name}", Mark.UNKNOWN, clipped(name, NAME_LIMIT), _("Not listed by the page"))
        watched.setdefault("", []).append(row)
    for each in judgement.watched:
        watched.setdefault(each.group or "", []).append(_component_row(each, is_believed=is_believed))
    ids = {each.id for each in judgement.watched}
    others = tuple(_component_row(each, is_believed=is_believed) for each in report.components if each.id not in ids)
    groups = [_group(name, tuple(rows)) for name, rows in watched.items()]
    if others:
        groups.append(ComponentGroup(_("Not watched"), _worst_mark(others), others, is_watched=False))
    return tuple(groups)


def matches(state: PageState, text: str) -> bool:
    """Return whether a page has this text in its name, in the word for its state, or in a component's name."""
    wanted = text.casefold().strip()
    if not wanted:
        return True
    names = (each.name for each in state.report.components) if state.report is not None else ()
    return any(wanted in each.casefold() for each in (state.page.name, status_word(state.shown), *names))


def more_pages(count: int) -> str:
    """Return that so many pages are watched and have no card; empty for none."""
    if not count:
        return ""
    sentence = ngettext(
        "{count} more page is watched; find it by its name.",
        "{count} more pages are watched; find them by name.",
        count,
    )
    return sentence.format(count=count)


def askable(snapshot: Snapshot) -> tuple[tuple[str, str], ...]:
    """Return whom a person may ask about: a page's id and the name to choose, once for each provider."""
    seen: dict[str, tuple[str, str]] = {}
    for each in snapshot.pages:
        seen.setdefault(each.page.provider_id or each.page.id, (each.page.id, _name(each)))
    return tuple(seen.values())


def open_incidents(state: PageState, now: datetime) -> tuple[OpenIncident, ...]:
    """Return the open incidents, those that concern what is watched first, then running and planned work."""
    if state.report is None:
        return ()
    concerning = {each.id for each in state.judgement.incidents} if state.judgement is not None else set()
    incidents = sorted((each for each in state.report.incidents if each.is_open), key=lambda e: e.id not in concerning)
    work = sorted(
        (each for each in state.report.maintenances if each.is_open),
        key=lambda each: (not each.is_running, each.scheduled_for.timestamp() if each.scheduled_for else 0.0),
    )
    return tuple(_open_incident(each, now) for each in (*incidents, *work))


def replay_banner(now: datetime) -> str:
    """Return the words of the demo's banner, with the simulated time."""
    return _("Replay of {date} - not live. The time there is {time}.").format(
        date=long_date(now), time=f"{now.astimezone():%H:%M}"
    )


def _is_doubted(state: PageState, found: Verdict | None) -> bool:
    """Return whether the page says one thing and the verdict shows another."""
    return found is not None and state.shown is not None and mark_of_page(state, found) is not mark_of(state.shown)


def _sentence(state: PageState, found: Verdict | None, now: datetime) -> str:
    """Return a verdict that adds to what the page says; that nothing answers from here is said once, on top."""
    if found is None or not is_news(state, found) or found.id in _SAID_ELSEWHERE:
        return ""
    return verdict_sentence(found, _name(state), now)


def _page_says(state: PageState) -> str:
    return _("The status page says: {status}").format(status=status_word(state.shown))


def _name(state: PageState) -> str:
    return clipped(state.page.name, NAME_LIMIT)


def _is_lesser_trouble(state: PageState, status: Status) -> bool:
    return state.shown is not None and state.shown.is_bad and state.shown < status


def _reason(state: PageState, judgement: Judgement) -> str:
    if state.shown is None and judgement.status is not None:
        return _("the last answer is too old to be shown")
    return because_sentence(judgement.because)


def _component_line(component: Component) -> str:
    name = f"{component.group} / {component.name}" if component.group else component.name
    word = status_word(component.status)
    if component.said and component.said.casefold().replace("_", " ") != word.casefold():
        return _('{name}: {word} (the page says "{said}")').format(
            name=clipped(name, NAME_LIMIT), word=word, said=clipped(component.said, 60)
        )
    return _("{name}: {word}").format(name=clipped(name, NAME_LIMIT), word=word)


def _headline(state: PageState, now: datetime) -> str:
    if state.shown is None:
        return _cannot_tell(state, now)
    if state.shown is Status.OPERATIONAL:
        return _("Fine")
    what = _what(state)
    word = status_word(state.shown)
    return _("{status}: {what}").format(status=word, what=what) if what else word


def _what(state: PageState) -> str:
    """Return what is not well: components where the page marks any, else the incident's own title."""
    judgement = state.judgement
    if judgement is None:
        return ""
    names = [each.name for each in judgement.watched if each.status is state.shown]
    names += [
        each.name
        for each in judgement.watched
        if each.status is not None and each.status.is_bad and each.status is not state.shown
    ]
    if names:
        return joined(tuple(names))
    titles = [each.title for each in judgement.incidents if each.has_impact and each.title]
    return clipped(titles[0], 160) if titles else ""


def _cannot_tell(state: PageState, now: datetime) -> str:
    if not state.looks:
        return _("Looking for the first time...")
    return _("Cannot tell: {reason}").format(reason=_why_not(state, now))


def _why_not(state: PageState, now: datetime) -> str:
    failure = state.failure
    if failure is not None:
        why = failure_phrase(failure)
        nothing = _("no answer") if failure.kind.is_transport else _("no valid answer")
        if state.fetched_at is None:
            return _("{nothing} yet ({why})").format(nothing=nothing, why=why)
        return _("{nothing} since {time} ({why})").format(nothing=nothing, time=clock(state.fetched_at, now), why=why)
    if state.judgement is not None and state.judgement.status is None:
        return because_sentence(state.judgement.because).rstrip(".")
    if state.fetched_at is not None:
        return _("last checked {time}").format(time=clock(state.fetched_at, now))
    return _("no answer yet")


def _begin(state: PageState, now: datetime) -> str:
    """Return since when: as the page tells it, else since when we have seen it."""
    if not state.looks:
        return ""
    judgement = state.judgement
    if judgement is not None and state.shown is not None and state.shown.is_bad:
        told = [each.started_at for each in judgement.incidents if each.started_at and each.has_impact]
        if told:
            return _("since {time}").format(time=clock(min(told), now))
    if state.since is None:
        return ""
    if state.shown is None:
        return _("unknown since {time}").format(time=clock(state.since, now))
    return _("seen since {time}").format(time=clock(state.since, now))


def _warnings(state: PageState, now: datetime) -> tuple[str, ...]:
    """Return what a person should look after: a page that moved, components that are gone, a look that failed."""
    lines = []
    failure, judgement = state.failure, state.judgement
    has_moved = failure is not None and failure.kind is FailureKind.MOVED
    if failure is not None and not has_moved and state.shown is not None and state.fetched_at is not None:
        lines.append(
            _("The last look failed ({why}); this is the answer of {time}.").format(
                why=failure_phrase(failure), time=clock(state.fetched_at, now)
            )
        )
    lines.extend(drift_sentences(state, now))
    if judgement is not None and judgement.because in {Because.SHRUNK, Because.EMPTIED}:
        lines.append(because_sentence(judgement.because))
    return tuple(lines)


def _component_row(component: Component, *, is_believed: bool) -> ComponentRow:
    word = status_word(component.status)
    said = component.said
    differs = bool(said) and said.casefold().replace("_", " ") != word.casefold()
    tooltip = _('The page says "{said}"').format(said=clipped(said, 120)) if differs else ""
    if not is_believed:
        return ComponentRow(
            component.id,
            Mark.UNKNOWN,
            clipped(component.name, NAME_LIMIT),
            _("Unknown, last seen: {word}").format(word=word),
            tooltip,
        )
    return ComponentRow(component.id, mark_of(component.status), clipped(component.name, NAME_LIMIT), word, tooltip)


def _group(name: str, rows: tuple[ComponentRow, ...]) -> ComponentGroup:
    return ComponentGroup(clipped(name, NAME_LIMIT), _worst_mark(rows), rows)


def _worst_mark(rows: tuple[ComponentRow, ...]) -> Mark:
    marks = {each.mark for each in rows}
    return next((each for each in WORST_FIRST if each in marks), Mark.UNKNOWN)


def _open_incident(incident: Incident, now: datetime) -> OpenIncident:
    newest = incident.updates[0] if incident.updates else None
    return OpenIncident(
        key=f"{type(incident).__name__} {incident.id}",
        incident_id="" if isinstance(incident, Maintenance) else incident.id,
        mark=_incident_mark(incident),
        title=clipped(incident.title, 200),
        facts=_facts(incident, now),
        posted=_("{time}, {age}").format(time=clock(newest.posted_at, now), age=age(newest.posted_at, now))
        if newest is not None
        else "",
        text=clipped(newest.text, TEXT_LIMIT) if newest is not None else "",
        url=incident.url or "",
    )


def _incident_mark(incident: Incident) -> Mark:
    if isinstance(incident, Maintenance) or incident.impact is Impact.MAINTENANCE:
        return Mark.MAINTENANCE
    return Mark.DEGRADED if incident.has_impact else Mark.UNKNOWN


def _facts(incident: Incident, now: datetime) -> str:
    parts = [phase_word(incident.phase, clipped(incident.said, 60))]
    if isinstance(incident, Maintenance):
        if incident.scheduled_for is not None:
            parts.append(_("from {time}").format(time=clock(incident.scheduled_for, now)))
        if incident.scheduled_until is not None:
            parts.append(_("until {time}").format(time=clock(incident.scheduled_until, now)))
    else:
        if incident.impact is not None:
            parts.append(_("impact: {word}").format(word=impact_word(incident.impact)))
        if incident.started_at is not None:
            parts.append(_("since {time}").format(time=clock(incident.started_at, now)))
    if incident.components:
        parts.append(joined(incident.components))
    return " · ".join(parts)


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0] or url


_SAID_ELSEWHERE = frozenset({VerdictId.YOUR_CONNECTION, VerdictId.INCIDENT})
"""An incident's own title stands on its card already."""
