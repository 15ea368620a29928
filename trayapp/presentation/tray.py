"""What the tray shows: one mark, one sentence, one row a page, made from a snapshot and a moment."""

from datetime import datetime
from gettext import gettext as _
from gettext import ngettext

from msgspec import Struct

from trayapp.domain.incident import Incident
from trayapp.domain.snapshot import PageState, Snapshot
from trayapp.domain.status import Status, worst
from trayapp.presentation.ages import age, clock, long_date
from trayapp.presentation.words import (
    WORST_FIRST,
    Mark,
    because_sentence,
    failure_phrase,
    mark_of,
    mark_word,
    status_phrase,
    status_word,
)

APP_NAME = "AI Status Tray"
TOOLTIP_LIMIT = 127
"""Characters: Windows cuts a tray icon's tooltip there."""
SENTENCE_LIMIT = 160
ROW_LIMIT = 90
NAME_LIMIT = 80
MAX_ROWS = 15
_NAMED_PAGES = 3


class TrayRow(Struct, frozen=True):
    """One page in the menu. ``page_id`` is empty for a row that stands for several."""

    page_id: str
    mark: Mark
    text: str
    name: str = ""


class TrayView(Struct, frozen=True):
    """What the tray shows now.

    ``sentence`` carries an age ("checked 40 s ago") and is right only at the moment it was made for;
    ``tooltip`` carries a time of day instead, so that it stays true however long it is shown. ``is_acknowledged``:
    somebody knows of everything that is bad. ``snoozed`` says until when no pop-ups are wanted, or nothing.
    """

    mark: Mark
    sentence: str
    rows: tuple[TrayRow, ...] = ()
    tooltip: str = ""
    accessible: str = ""
    is_acknowledged: bool = False
    snoozed: str = ""
    can_ask: bool = False
    """Whether somebody can be asked whose problem it is."""
    needs_key: bool = False
    """Whether a key needs attention."""


class Told(Struct, frozen=True):
    """What the most urgent verdict changes; ``mark`` and ``sentence`` are empty where the pages say it better.

    ``addition`` goes behind the pages' sentence, ``pages`` are those the sentence rests on. ``needs_key``: a key needs
    attention, whatever is more urgent.
    """

    mark: Mark | None = None
    sentence: str = ""
    addition: str = ""
    pages: tuple[PageState, ...] = ()
    needs_key: bool = False


def tray_view(
    snapshot: Snapshot,
    now: datetime,
    *,
    is_replay: bool = False,
    can_ask: bool = False,
    is_acknowledged: bool = False,
    snoozed: str = "",
    told: Told | None = None,
) -> TrayView:
    """Return what to show for a snapshot at ``now`` (UTC; in a replay the replay's own time).

    ===============================  ===========  ==================================================
    pages                            mark         sentence
    ===============================  ===========  ==================================================
    none watched                     unknown      nothing is watched yet
    one is bad                       the worst    its trouble, since when; the others that are bad
    none bad, one is unknown         unknown      what cannot be told, and why
    none bad or unknown, maintained  maintenance  who is under maintenance
    all operational                  fine         all are fine
    ===============================  ===========  ==================================================

    What a verdict has told wins over the pages: its shape, its sentence, or what it adds to theirs.
    """
    status = worst(each.shown for each in snapshot.pages)
    head, told_by = _head(snapshot.pages, status, now)
    if told is not None and told.sentence:
        head, told_by = told.sentence, told.pages
    if is_replay:
        head = _("Replay of {date} - {sentence}").format(date=long_date(now), sentence=head)
    checked = min((each.fetched_at for each in told_by if each.fetched_at is not None), default=None)
    ago = _(" - checked {age}").format(age=age(checked, now)) if checked is not None else ""
    at = _(" - checked {time}").format(time=clock(checked, now)) if checked is not None else ""
    mark = (told.mark if told is not None else None) or mark_of(status)
    known = _(" - acknowledged") if is_acknowledged else ""
    known = (told.addition if told is not None else "") + known
    ago, at = known + ago, known + at
    sentence = clipped(head, SENTENCE_LIMIT - len(ago)) + ago
    return TrayView(
        mark=mark,
        sentence=sentence,
        rows=_rows(snapshot.pages, now),
        can_ask=can_ask,
        needs_key=told is not None and told.needs_key,
        tooltip=clipped(head, TOOLTIP_LIMIT - len(at)) + at,
        accessible=_("{app}, {state}: {sentence}").format(app=APP_NAME, state=mark_word(mark), sentence=sentence),
        is_acknowledged=is_acknowledged,
        snoozed=snoozed,
    )


def said(sentence: str) -> TrayView:
    """Return the view for a time when nothing is known, with the reason: starting, or stopped by a fault."""
    return TrayView(
        mark=Mark.UNKNOWN,
        sentence=sentence,
        tooltip=clipped(sentence, TOOLTIP_LIMIT),
        accessible=_("{app}, {state}: {sentence}").format(
            app=APP_NAME, state=mark_word(Mark.UNKNOWN), sentence=sentence
        ),
    )


def starting() -> TrayView:
    """Return the view before the first snapshot."""
    return said(_("Starting..."))


def clipped(text: str, limit: int) -> str:
    """Return a text of at most ``limit`` characters, cut between words where that is possible."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    at = cut.rfind(" ")
    return (cut[:at] if at > limit // 2 else cut).rstrip(" ,.;:-") + "…"


def _head(pages: tuple[PageState, ...], status: Status | None, now: datetime) -> tuple[str, tuple[PageState, ...]]:
    """Return the sentence without its age, and the pages whose answers it rests on."""
    if not pages:
        return _("Nothing is watched yet"), ()
    if status is None:
        unknown = tuple(each for each in pages if each.shown is None)
        return _unknown_sentence(pages, unknown, now), ()
    if status.is_bad:
        bad = tuple(sorted((each for each in pages if _is_bad(each)), key=_worst_first))
        return _bad_sentence(pages, bad, now), bad
    if status is Status.MAINTENANCE:
        maintained = tuple(each for each in pages if each.shown is Status.MAINTENANCE)
        return _("Planned maintenance: {names}").format(names=_names(maintained)), pages
    if len(pages) == 1:
        return _("{name} is fine").format(name=pages[0].page.name), pages
    return ngettext("{count} service is fine", "All {count} services are fine", len(pages)).format(
        count=len(pages)
    ), pages


def _is_bad(state: PageState) -> bool:
    return state.shown is not None and state.shown.is_bad


def _worst_first(state: PageState) -> tuple[int, float]:
    """Sort the worst first, and among equals the newest, which is news."""
    since = _begin(state)[0]
    place = list(Status).index(state.shown) if state.shown is not None else 0
    return -place, -(since.timestamp() if since is not None else 0.0)


def _bad_sentence(pages: tuple[PageState, ...], bad: tuple[PageState, ...], now: datetime) -> str:
    first, *others = bad
    parts = [_("{name}: {trouble}").format(name=first.page.name, trouble=_trouble(first, now))]
    if len(others) == 1:
        (other,) = others
        parts.append(
            _("{name}: {status}").format(name=other.page.name, status=status_phrase(other.shown)),
        )
    elif others:
        parts.append(_("also {names}").format(names=_names(tuple(others))))
    unread = sum(each.shown is None for each in pages)
    if unread:
        parts.append(ngettext("{count} page unknown", "{count} pages unknown", unread).format(count=unread))
    return "; ".join(parts)


def _trouble(state: PageState, now: datetime) -> str:
    """Return what is wrong, and since when. The incident's title is the page's own; its status word is ours."""
    since, is_told = _begin(state)
    what = _title(state) or status_phrase(state.shown)
    if since is None:
        return what
    if is_told:
        return _("{what} since {time}").format(what=what, time=clock(since, now))
    return _("{what}, seen since {time}").format(what=what, time=clock(since, now))


def _begin(state: PageState) -> tuple[datetime | None, bool]:
    """Return when a trouble began, and whether the page told so; else it is when we first saw it."""
    started = [each.started_at for each in _alarming(state) if each.started_at is not None]
    if started:
        return min(started), True
    return state.since, False


def _alarming(state: PageState) -> tuple[Incident, ...]:
    if state.judgement is None:
        return ()
    return tuple(each for each in state.judgement.incidents if each.has_impact)


def _title(state: PageState) -> str:
    """Return the title of the incident that began first: the one the times belong to."""
    incidents = [each for each in _alarming(state) if each.title]
    if not incidents:
        return ""
    first = min(incidents, key=lambda each: each.started_at.timestamp() if each.started_at else float("inf"))
    return first.title


def _unknown_sentence(pages: tuple[PageState, ...], unknown: tuple[PageState, ...], now: datetime) -> str:
    """Say what cannot be told, and why: a page not looked at yet, one that does not answer, one nobody understands."""
    if all(not each.looks for each in unknown):
        if len(unknown) == len(pages):
            return _("Looking for the first time...")
        return _("Looking for the first time at {names}").format(names=_names(unknown))
    failing = tuple(each for each in unknown if each.failure is not None)
    if not failing:
        state = next(each for each in unknown if each.looks)
        return _("Cannot tell: {reason}").format(reason=_reason(state, now))
    return _("Cannot tell: {reason}").format(reason=_silence(failing, len(pages), now))


def _silence(failing: tuple[PageState, ...], watched: int, now: datetime) -> str:
    """Say who does not answer, since when nobody of them has, and why the first of them does not."""
    first, *others = failing
    host = _host(first.page.url)
    if len(failing) == watched > 1:
        who = _("no page answers")
    elif others:
        who = ngettext(
            "no answer from {host} and {count} more", "no answer from {host} and {count} more", len(others)
        ).format(host=host, count=len(others))
    elif first.failure is not None and first.failure.kind.is_transport:
        who = _("no answer from {host}").format(host=host)
    else:
        who = _("no valid answer from {host}").format(host=host)
    answered = max((each.fetched_at for each in failing if each.fetched_at is not None), default=None)
    if answered is not None:
        who = _("{what} since {time}").format(what=who, time=clock(answered, now))
    why = failure_phrase(first.failure) if first.failure is not None else ""
    return _("{what} ({why})").format(what=who, why=why)


def _reason(state: PageState, now: datetime) -> str:
    """Say why a page is unknown although nothing failed: its words are not understood, or its answer is old."""
    name = state.page.name
    if state.judgement is not None and state.judgement.status is None:
        return _("{name}: {reason}").format(name=name, reason=because_sentence(state.judgement.because).rstrip("."))
    if state.fetched_at is not None:
        return _("{name} was last checked {time}").format(name=name, time=clock(state.fetched_at, now))
    return _("{name} has not been checked yet").format(name=name)


def _rows(pages: tuple[PageState, ...], now: datetime) -> tuple[TrayRow, ...]:
    """Return a row a page in the user's own order; of too many only the worst, and a last row for the rest."""
    if len(pages) <= MAX_ROWS:
        return tuple(_row(each, now) for each in pages)
    order = sorted(pages, key=lambda each: _URGENCY[mark_of(each.shown)])
    shown, rest = order[: MAX_ROWS - 1], order[MAX_ROWS - 1 :]
    mark = mark_of(rest[0].shown)
    more = _("and {count} more, {state} or better") if mark is not Mark.FINE else _("and {count} more, all fine")
    text = more.format(count=len(rest), state=mark_word(mark))
    return (*(_row(each, now) for each in shown), TrayRow("", mark, text))


def _row(state: PageState, now: datetime) -> TrayRow:
    text, name = clipped(_row_text(state, now), ROW_LIMIT), clipped(state.page.name, ROW_LIMIT)
    return TrayRow(state.page.id, mark_of(state.shown), text, name)


def _row_text(state: PageState, now: datetime) -> str:
    name, word = state.page.name, status_word(state.shown)
    if _is_bad(state):
        if not _title(state):
            return _("{name}: {status}").format(name=name, status=_trouble(state, now))
        return _("{name}: {status} - {trouble}").format(name=name, status=word, trouble=_trouble(state, now))
    if state.shown is not None:
        return _("{name}: {status}").format(name=name, status=word)
    if state.failure is not None:
        return _("{name}: {status} - {trouble}").format(name=name, status=word, trouble=failure_phrase(state.failure))
    if not state.looks:
        return _("{name}: not checked yet").format(name=name)
    return _("{name}: {status}").format(name=name, status=word)


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0] or url


def _names(states: tuple[PageState, ...]) -> str:
    names = [each.page.name for each in states]
    if len(names) <= _NAMED_PAGES:
        return ", ".join(names)
    rest = len(names) - _NAMED_PAGES + 1
    return _("{names} and {count} more").format(names=", ".join(names[: _NAMED_PAGES - 1]), count=rest)


_URGENCY = {mark: place for place, mark in enumerate(WORST_FIRST)}
