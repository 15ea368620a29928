"""cState: a static site whose ``/index.json`` carries a summary and the systems with their unresolved issues.

The file comes out of an HTML-like template, so it may hold stray commas and raw line breaks in texts; those, and only
those, are repaired. The page's own words for the statuses (its English labels): ok "Operational", notice
"Maintenance", disrupted "Disrupted", down "Down". There are no options.
"""

import re
from datetime import datetime

import msgspec
from msgspec.structs import replace

from trayapp.domain.incident import Impact, Incident, Maintenance, Phase
from trayapp.domain.report import Absence, Component, FailureKind, StatusReport
from trayapp.domain.status import Status, worst
from trayapp.exchange import Ask, Exchange, Platform, Request, Response, UnreadableResponseError
from trayapp.formats.address import endpoint, same_site_link
from trayapp.formats.body import decoded, text_of
from trayapp.formats.text import one_line, word
from trayapp.formats.times import instant

_PATHS = ("/index.json",)
_MARK = '"cStateVersion"'

_STATUSES = {
    "ok": Status.OPERATIONAL,
    "notice": Status.MAINTENANCE,
    "disrupted": Status.PARTIAL_OUTAGE,
    "down": Status.MAJOR_OUTAGE,
}
_PIECE = re.compile(r"\"(?:[^\"\\]|\\.)*+\"|\"|[^\"]++", re.DOTALL)
"""A whole string, a quote that opens one without an end (it stays, so that the text stays broken), or the rest."""
_CONTROL = re.compile(r"[\x00-\x1f]")
_COMMAS = re.compile(r",(?:\s*+,)++")
_FIRST_COMMA = re.compile(r"([\[{])\s*+,")
_LAST_COMMA = re.compile(r",(?=\s*+[\]}])")

_NO_WORD = "no word"
"""Shown where the page's word holds nothing to show; an empty one would read as "has no indicator"."""
_IMPACTS = {"disrupted": Impact.MAJOR, "down": Impact.CRITICAL}


class _Issue(msgspec.Struct, rename="camel"):
    title: str
    severity: str | None
    resolved: bool | str | None = None
    permalink: str | None = None
    filename: str | None = None
    created_at: str | None = None
    last_mod: str | None = None
    resolved_at: str | None = None
    affected: list[str] | None = None


class _System(msgspec.Struct, rename="camel"):
    name: str
    status: str | None = None
    category: str | None = None
    unresolved_issues: list[_Issue] | None = None


class _Index(msgspec.Struct, rename="camel"):
    summary_status: str
    systems: list[_System]
    c_state_version: str = msgspec.field(name="cStateVersion")
    title: str | None = None


def read(ask: Ask) -> Exchange[StatusReport]:
    """Read the index of the site."""
    response = yield Request(url=endpoint(ask.url, _PATHS[0], _PATHS))
    index = _decoded(response)
    components = tuple(_component(system) for system in index.systems)
    incidents = _incidents(index, ask.url)
    said = word(index.summary_status)
    summary = _STATUSES.get(said.lower())
    told = worst([*(each.status for each in components), Status.OPERATIONAL])
    if summary is None and not incidents and not (told and told.is_bad):
        raise UnreadableResponseError(f"The page sums itself up as “{one_line(said, 60)}”, which is no word of cState.")
    if not incidents and summary is not None and summary.is_bad and not (told and told.is_bad):
        # an open issue that names none of the systems shows in the summary only
        incidents = (Incident(id="summary", title=f"The page reports: {said}", phase=None, said=said),)
    return StatusReport(
        components=components,
        incidents=tuple(each for each in incidents if not isinstance(each, Maintenance)),
        maintenances=tuple(each for each in incidents if isinstance(each, Maintenance)),
        indicator=summary,
        indicator_said=said or _NO_WORD,
        absence=Absence.GONE,
        page_name=one_line(index.title),
    )


def recognises(response: Response) -> bool:
    """Know cState by the version it writes into the file."""
    try:
        return _MARK in text_of(response) and bool(_decoded(response).c_state_version)
    except UnreadableResponseError:
        return False


def _decoded(response: Response) -> _Index:
    try:
        return decoded(response, _Index)
    except UnreadableResponseError as error:
        if error.kind is not FailureKind.INVALID:
            raise
        text = text_of(response)
        if _MARK not in text:
            raise
        repaired = _repaired(text)
    return decoded(replace(response, body=repaired.encode("utf-8", errors="replace")), _Index)


def _repaired(text: str) -> str:
    """Return the text without stray commas between values and without raw control characters inside strings."""
    return _PIECE.sub(_tidied, text)


def _tidied(piece: re.Match[str]) -> str:
    """Return a string without controls, or what stands between two strings without commas that part nothing."""
    text = piece.group(0)
    if text.startswith('"'):
        return _CONTROL.sub(" ", text)
    text = _COMMAS.sub(",", text)
    return _LAST_COMMA.sub("", _FIRST_COMMA.sub(r"\1", text))


def _component(system: _System) -> Component:
    said = word(system.status)
    name = one_line(system.name)
    status = _STATUSES.get(said.lower())
    if system.status is None:
        # the first version of the file gave a system no word of its own; its open issues can still tell of trouble
        told = worst(_STATUSES.get((each.severity or "").lower()) for each in system.unresolved_issues or ())
        status = told if told is not None and told.is_bad else None
    return Component(id=name, name=name, status=status, said=said, group=one_line(system.category) or None)


def _incidents(index: _Index, page_url: str) -> tuple[Incident, ...]:
    """Return every issue once; the file repeats it under each system it affects."""
    found: dict[str, tuple[_Issue, list[str]]] = {}
    for system in index.systems:
        for issue in system.unresolved_issues or ():
            mark = issue.filename or issue.permalink or issue.title
            found.setdefault(mark, (issue, []))[1].append(one_line(system.name))
    return tuple(_incident(mark, issue, names, page_url) for mark, (issue, names) in found.items())


def _incident(mark: str, issue: _Issue, names: list[str], page_url: str) -> Incident:
    said = word(issue.severity)
    over = issue.resolved is True or issue.resolved == "true"
    is_notice = _STATUSES.get(said.lower()) is Status.MAINTENANCE
    incident = Incident(
        id=one_line(mark),
        title=one_line(issue.title),
        phase=Phase.RESOLVED if over else Phase.INVESTIGATING,
        impact=_IMPACTS.get(said.lower()),
        said=said,
        started_at=_moment(issue.created_at),
        updated_at=_moment(issue.last_mod),
        resolved_at=_moment(issue.resolved_at) if over else None,
        url=same_site_link(issue.permalink, page_url) if issue.permalink else None,
        component_ids=tuple(names),
        components=tuple(names),
    )
    if not is_notice:
        return incident
    values = {name: getattr(incident, name) for name in Incident.__struct_fields__}
    return Maintenance(**{**values, "phase": Phase.COMPLETED if over else Phase.IN_PROGRESS})


def _moment(text: str | None) -> datetime | None:
    """Return the time in Hugo's own form ("2026-09-12 10:00:00 +0000 UTC") or any usual one."""
    shown = (text or "").strip()
    parts = shown.split(" ")
    return instant(shown) or instant(" ".join(parts[:3])) or instant(" ".join(parts[:2]))


PLATFORM = Platform(name="cstate", read=read, recognises=recognises, paths=_PATHS)
