"""What an item of a feed says in words: how far an incident is, how bad, what it touches, and its updates."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from trayapp.domain.incident import IncidentUpdate, Phase
from trayapp.domain.status import Status
from trayapp.formats.feeds import Feed, FeedEntry
from trayapp.formats.feedwords import PHASES, TROUBLED
from trayapp.formats.text import one_line, plain, word
from trayapp.formats.times import instant

_WORDS = "|".join(re.escape(each) for each in sorted((*PHASES, *TROUBLED), key=len, reverse=True))
_TITLE_WORDS = "|".join(each for each in _WORDS.split("|") if each not in {"new", "available"})
"""Without what titles of other news begin with."""
_SECTION = re.compile(
    rf"^(?:(?P<month>[A-Z][a-z]{{2}}) (?P<day>\d{{1,2}}) ?, (?P<time>\d{{1,2}}:\d{{2}}) (?P<zone>UTC|GMT)\n)?"
    rf"(?:\[(?P<boxed>{_WORDS})\]|(?P<state>{_WORDS})(?=[ \t]*(?:[-–—:|]|$)))(?:[ \t]*[-–—:|][ \t]*)?",
    re.IGNORECASE | re.MULTILINE,
)
"""The head of one update in a Statuspage-like item: a line with its time, then "State - text" or "[State] text"."""
_LABELLED = re.compile(
    rf"^[ \t]*(?:(?:incident |current )?stat(?:us|e)[ \t]*[:–—-]|(?:incident|maintenance) status:?[ \t]*\n)"
    rf"[ \t]*(?P<state>{_WORDS})\b",
    re.IGNORECASE | re.MULTILINE,
)
"""The state behind its label; Status.io puts it into a line of its own."""
_TITLED = re.compile(
    rf"[\[(](?P<bracketed>{_TITLE_WORDS})[\])]|^\W*(?:incident |issue )?(?P<first>{_TITLE_WORDS})[ \t]*[:|]|"
    r"^\W*(?P<dashed>investigating|identified|monitoring|update|resolved|fixed|completed|scheduled|in progress) [-–—] |"
    rf"[-–—|:][ \t]*(?P<last>{_WORDS})$",
    re.IGNORECASE,
)
_CATEGORIES = frozenset(
    {"investigating", "identified", "monitoring", "resolved", "scheduled", "in progress", "completed"}
)
"""States that some pages give as a category of the item."""
_PLANNED_TITLE = re.compile(
    r"^\W*(?:(?:upcoming|scheduled|planned|emergency|routine|system|database|network) )*(?:maintenance|wartung\w*)\b",
    re.IGNORECASE,
)
"""The title of planned work of which nothing says how far it is."""
_NAMED = re.compile(r"^\[(?P<name>[^\[\]]{1,60})\]")
_ENDED = re.compile(
    r"\b(?:(?:is|are|was|were|been|now|fully) (?:resolved|restored|recovered|fixed)|operating normally|"
    r"back to normal|this incident has been resolved|all clear|all systems (?:are )?(?:now )?operational|"
    r"(?:fully|again) operational|operational again|services? restored)\b",
    re.IGNORECASE,
)
_ENDED_TITLE = re.compile(r"\b(?:recovered|resolved|restored|back (?:up|online|to normal))\W*$", re.IGNORECASE)
_NOT_YET = re.compile(
    r"\b(?:until|till|once|when|whenever|after|before|as soon as|if|unless|not|never|hope\w*|expect\w*)\b[^.,;!?\n]*$",
    re.IGNORECASE,
)
"""Before a word of an end in the same clause, this makes it a promise: "until the issue is resolved"."""
_TROUBLE = re.compile(
    r"\b(?:outages?|incidents?|degrad\w+|disrupt\w+|unavailab\w+|down(?:time)?|interrupt\w+|impair\w+)\b", re.IGNORECASE
)
_PERHAPS_TROUBLE = re.compile(
    r"\b(?:elevated|errors?|delay(?:s|ed)?|latency|fail(?:s|ed|ing|ures?)?|investigat\w+|connectivity|timeouts?|slow\w*)\b",
    re.IGNORECASE,
)
"""Words that news of other kinds use too."""
_OF_STATUS = re.compile(
    r"\b(?:status\w*|incidents?|outages?|uptime|(?:service|system) (?:health|alerts?|history)|maintenance)\b",
    re.IGNORECASE,
)
"""How feeds of status pages call themselves, or the hosts they link."""
_SEVERITIES = (
    (
        Status.MAJOR_OUTAGE,
        re.compile(
            r"\b(?:major|complete|full|total|widespread|global) (?:\w+ )?outage\b|\Aservice (?:disruption|impact):",
            re.IGNORECASE,
        ),
    ),
    (
        Status.PARTIAL_OUTAGE,
        re.compile(
            r"\boutages?\b|\bunavailable\b|\b(?:is|are) down\b|\A(?:service degradation|performance issues):",
            re.IGNORECASE,
        ),
    ),
)
"""What an open item's title and newest update say of its weight, worst first; anything else is a degradation.

The words before a colon are those AWS begins its titles with.
"""
_AFFECTED = re.compile(r"^Affected components:?$", re.IGNORECASE | re.MULTILINE)
_LISTED = re.compile(r"- (?P<name>.+?)(?: \((?P<state>[^()]+)\))?")
"""How incident.io lists components with their states below an update."""
_BEGINNINGS = frozenset({Phase.INVESTIGATING, Phase.SCHEDULED})
_MANY = 2
_MOST_ENDS = 20
"""Words of an end that are looked at in one text: a bound on the work a hostile one makes."""
_SENTENCE = 200
"""Characters before a word of an end that are searched for what makes it a promise."""


def weight_of(entry: FeedEntry, said: str) -> Status:
    """Return how bad an open item is, by its title, its word and its newest update."""
    words = f"{entry.title}\n{said}\n{_newest_text(entry)}"
    return next((status for status, pattern in _SEVERITIES if pattern.search(words)), Status.DEGRADED)


def reads_like_an_event(entry: FeedEntry) -> bool:
    """Return whether the item tells of an incident or of planned work, and is no other news."""
    return tells_of_an_event(entry) or _PERHAPS_TROUBLE.search(f"{entry.title}\n{_newest_text(entry)}") is not None


def tells_of_an_event(entry: FeedEntry) -> bool:
    """Return whether no other kind of news would be told so."""
    phase, said = phase_of(entry)
    return phase is not None or bool(said) or _TROUBLE.search(f"{entry.title}\n{_newest_text(entry)}") is not None


def is_of_a_status_page(feed: Feed) -> bool:
    """Return whether the feed calls itself one of a status page, or an item can be nothing else."""
    head = f"{feed.title}\n{feed.link}"
    return _OF_STATUS.search(head) is not None or any(tells_of_an_event(entry) for entry in feed.entries)


def phase_of(entry: FeedEntry) -> tuple[Phase | None, str]:
    """Return where the item stands by its newest update, and the word that says so; ``None`` and "" for no word."""
    labelled, section = _LABELLED.search(entry.text), _SECTION.search(entry.text)
    titled = _TITLED.search(entry.title)
    if section and not (labelled and labelled.start() < section.start()):
        said = _state(_updates(entry)[0][0])
    elif labelled:
        said = labelled.group("state")
    elif titled:
        said = next(filter(None, titled.groups()), "")
    else:
        said = next((each for each in entry.categories if each.lower() in _CATEGORIES), "")
    shown = word(said)
    if shown:
        return PHASES.get(shown.lower()), shown
    if _ENDED_TITLE.search(entry.title) or _tells_an_end(f"{entry.title}\n{entry.text}"):
        return Phase.RESOLVED, ""
    is_planned = _PLANNED_TITLE.search(entry.title) and not _TROUBLE.search(entry.title)
    return (Phase.SCHEDULED if is_planned else None), ""


def _tells_an_end(text: str) -> bool:
    """Return whether the words tell of an end that has come."""
    ends = islice(_ENDED.finditer(text), _MOST_ENDS)
    return any(not _NOT_YET.search(text[max(0, found.start() - _SENTENCE) : found.start()]) for found in ends)


def _newest_text(entry: FeedEntry) -> str:
    """Return the text of the newest update only: older ones may tell of an outage that is over."""
    newest = next(iter(_updates(entry)), None)
    if newest is None:
        return entry.text
    head, end = newest
    is_first = _SECTION.search(entry.text, 0, head.start()) is None
    return entry.text[0 if is_first else head.start() : end]


def _updates(entry: FeedEntry) -> list[tuple[re.Match[str], int]]:
    """Return the heads of the updates in the item's text and where each update ends, the newest first."""
    heads = list(_SECTION.finditer(entry.text))
    ends = [*(head.start() for head in heads[1:]), len(entry.text)]
    found = list(zip(heads, ends, strict=False))
    return found[::-1] if _is_oldest_first(heads, entry.at) else found


def _is_oldest_first(heads: list[re.Match[str]], newest: datetime | None) -> bool:
    """Return whether the updates stand as they were written; most feeds turn them round.

    Their times tell, where they have any. Else it is an incident that would begin with its end and end with its
    beginning.
    """
    if len(heads) < _MANY:
        return False
    times = [_time_of(head, newest) for head in (heads[0], heads[-1])]
    if times[0] and times[1]:
        return times[0] < times[1]
    first, last = (PHASES.get(_state(head).lower()) for head in (heads[0], heads[-1]))
    return first in _BEGINNINGS and last is not None and last.is_over


def updates_of(entry: FeedEntry) -> tuple[IncidentUpdate, ...]:
    """Return the updates of the item, newest first; without times of their own they are one."""
    if entry.at is None:
        return ()
    found = tuple(_sections(entry))
    if found:
        return found
    phase, said = phase_of(entry)
    return (
        IncidentUpdate(id=entry.at.isoformat(), phase=phase, posted_at=entry.at, text=plain(entry.text), said=said),
    )


def _sections(entry: FeedEntry) -> Iterator[IncidentUpdate]:
    found = _updates(entry)
    told = Counter((_time_of(head, entry.at), _state(head).lower()) for head, _end in found)
    for head, end in found:
        posted_at = _time_of(head, entry.at)
        if posted_at is None:
            continue
        said = word(_state(head))
        same = told[posted_at, _state(head).lower()]
        told[posted_at, _state(head).lower()] -= 1
        yield IncidentUpdate(
            # the time names a minute, so two updates may share it; they are counted from the oldest
            id=f"{posted_at.isoformat()} {said.lower()}" + (f" {same}" if same > 1 else ""),
            phase=PHASES.get(said.lower()),
            posted_at=posted_at,
            text=plain(entry.text[head.end() : end].strip()),
            said=said,
        )


def _state(head: re.Match[str]) -> str:
    return head.group("state") or head.group("boxed")


def _time_of(head: re.Match[str], newest: datetime | None) -> datetime | None:
    """Return the time an update's head tells; it names no year, so it is the last one before the newest update."""
    if head.group("month") is None or newest is None:
        return None
    for year in (newest.year, newest.year - 1):
        at = instant(f"{head.group('month')} {head.group('day')} {year} {head.group('time')}:00")
        if at is not None and at <= newest + timedelta(days=1):
            return at
    return None


def components_of(entry: FeedEntry) -> tuple[str, ...]:
    """Return "API" of the title "[API] Elevated errors" (a state in brackets is no component), and what is listed."""
    found = _NAMED.match(entry.title)
    name = one_line(found.group("name")) if found else ""
    titled = () if name.lower() in PHASES or name.lower() in TROUBLED else (name,)
    return tuple(dict.fromkeys(filter(None, (*titled, *_listed_components(_newest_text(entry))))))


def _listed_components(text: str) -> Iterator[str]:
    """Yield the names in the list below "Affected components", without the states in brackets behind them."""
    head = _AFFECTED.search(text)
    for line in filter(None, text[head.end() :].split("\n")) if head else ():
        found = _LISTED.fullmatch(line)
        if found is None:
            return
        yield one_line(found.group("name"))
